//! Halves of characters.
//!
//! A server that cuts text by UTF-16 units writes an emoji as `\ud83d` at the end of one piece and `\ude00` at
//! the beginning of the next. Neither is a character. Until both are there a half travels as a mark: one of the
//! last 2,048 characters for private use, which no text assigns. A half whose other one never comes becomes
//! U+FFFD.

const FIRST: u32 = 0x10_f800;
const LAST: u32 = 0x10_ffff;
const SURROGATES: u32 = 0xd800;

/// Puts marks in place of the lone halves in a JSON text.
pub fn mark(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match (half(rest), half(rest.get(6..).unwrap_or_default())) {
            (Some(high @ 0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => {
                let _ = high;
                out.push_str(&rest[..12]);
                12
            }
            (Some(lone), _) => {
                out.extend(char::from_u32(lone - SURROGATES + FIRST));
                6
            }
            // The escape and what it escapes, so that `\\ud83d` stays what it is.
            (None, _) => {
                let taken = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..taken]);
                taken
            }
        };
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// The half that an escape at the beginning of this text is.
fn half(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let unit = u32::from_str_radix(digits, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}

/// Joins marks to characters again, across pieces of text.
#[derive(Debug, Default)]
pub struct Joiner {
    high: Option<u32>,
}

impl Joiner {
    /// The next piece, with its halves joined; one that waits for its other half comes with the next.
    #[must_use]
    pub fn join(&mut self, piece: String) -> String {
        // 0xf4 begins every mark in UTF-8, and hardly any other character.
        if self.high.is_none() && memchr::memchr(0xf4, piece.as_bytes()).is_none() {
            return piece;
        }
        let mut out = String::with_capacity(piece.len() + 4);
        for c in piece.chars() {
            let unit = match u32::from(c) {
                mark @ FIRST..=LAST => Some(mark - FIRST + SURROGATES),
                _ => None,
            };
            match (self.high.take(), unit) {
                (Some(high), Some(low @ 0xdc00..)) => {
                    let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    continue;
                }
                (Some(_), _) => out.push(char::REPLACEMENT_CHARACTER),
                (None, _) => {}
            }
            match unit {
                Some(high @ ..0xdc00) => self.high = Some(high),
                Some(_) => out.push(char::REPLACEMENT_CHARACTER),
                None => out.push(c),
            }
        }
        out
    }

    /// What is left at the end.
    #[must_use]
    pub fn end(&mut self) -> &'static str {
        if self.high.take().is_some() {
            "\u{fffd}"
        } else {
            ""
        }
    }
}

/// A whole text with its halves joined.
#[must_use]
pub fn whole(text: String) -> String {
    let mut joiner = Joiner::default();
    let mut text = joiner.join(text);
    text.push_str(joiner.end());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(pieces: &[&str]) -> String {
        let mut joiner = Joiner::default();
        let mut out: String = pieces
            .iter()
            .map(|piece| {
                let json = mark(&format!("\"{piece}\""));
                joiner.join(serde_json::from_str(&json).unwrap())
            })
            .collect();
        out.push_str(joiner.end());
        out
    }

    #[test]
    fn halves_are_joined_or_replaced() {
        assert_eq!(joined(&[r"A \ud83d", r"\ude00 B"]), "A 😀 B");
        assert_eq!(joined(&[r"A \uD83D", "", r"\uDE00"]), "A 😀");
        assert_eq!(joined(&[r"whole \ud83d\ude00 one"]), "whole 😀 one");
        assert_eq!(joined(&[r"A \ud83d", " B"]), "A \u{fffd} B");
        assert_eq!(joined(&[r"A \ud83d"]), "A \u{fffd}");
        assert_eq!(joined(&[r"\ude00 B"]), "\u{fffd} B");
        assert_eq!(
            joined(&[r"\ud83d\ud83d", r"\ude00\ude00"]),
            "\u{fffd}😀\u{fffd}"
        );
        assert_eq!(joined(&[r"a \\ud83d \n \u0041 é"]), "a \\ud83d \n A é");
    }
}
