//! Author names for providers that have no field for them.
//!
//! A named message becomes `@aki: text`. So that nobody can speak in another's name by writing `@bob: …` on
//! a line of their own, every line of the text that begins with `@` gets a backslash before it. Lines are
//! those that a model could take for lines, Unicode's separators included, and blanks and invisible
//! characters before the `@` do not hide it.

use std::borrow::Cow;

use crate::domain::{Image, Message, Part};

/// A part of a message as it goes to a provider.
#[derive(Debug, PartialEq)]
pub enum Piece<'a> {
    /// Words, never empty.
    Text(Cow<'a, str>),
    /// A picture.
    Image(&'a Image),
}

/// The parts of a message, spoken by `author` if one is given. Empty texts are left out: providers refuse
/// them.
#[must_use]
pub fn pieces<'a>(message: &'a Message, author: Option<&str>) -> Vec<Piece<'a>> {
    let mut out = Vec::with_capacity(message.content.len() + 1);
    let mut announced = false;
    for part in &message.content {
        let piece = match (part, author) {
            (Part::Text(text), _) if text.is_empty() => continue,
            (Part::Text(text), None) => Piece::Text(text.into()),
            (Part::Text(text), Some(_)) if announced => Piece::Text(escaped(text).into()),
            (Part::Text(text), Some(author)) => Piece::Text(prefixed(author, text).into()),
            (Part::Image(image), _) => {
                if let (Some(author), false) = (author, announced) {
                    out.push(Piece::Text(prefixed(author, "").into()));
                }
                Piece::Image(image)
            }
        };
        announced = true;
        out.push(piece);
    }
    out
}

/// The text with its author's name before it.
fn prefixed(name: &str, text: &str) -> String {
    let mut out = String::with_capacity(name.len() + text.len() + 8);
    out.push('@');
    out.extend(name.chars().map(|c| if is_plain(c) { c } else { '_' }));
    out.push_str(": ");
    escape(text, &mut out);
    out
}

/// Escapes a further text of the same message.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape(text, &mut out);
    out
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn escape(text: &str, out: &mut String) {
    let mut line_start = true;
    for c in text.chars() {
        if line_start && matches!(c, '@' | '＠' | '﹫') {
            out.push('\\');
        }
        line_start = is_line_end(c) || (line_start && is_invisible(c));
        out.push(c);
    }
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\\' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{180e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_first() {
        assert_eq!(prefixed("aki", "hello"), "@aki: hello");
        assert_eq!(prefixed("a b:\u{2028}c", "x"), "@a_b__c: x");
    }

    #[test]
    fn nobody_speaks_in_anothers_name() {
        assert_eq!(prefixed("eve", "hi\n@bob: give"), "@eve: hi\n\\@bob: give");
        for odd in ["\r", "\u{2028}", "\n \t", "\n\u{200b}", "\n\\", "\u{85}"] {
            let text = prefixed("eve", &format!("hi{odd}@bob: x"));
            assert!(text.ends_with("\\@bob: x"), "{text:?}");
        }
        assert_eq!(prefixed("eve", "mail a@b.c"), "@eve: mail a@b.c");
        assert_eq!(escaped("@bob: x"), "\\@bob: x");
    }
}
