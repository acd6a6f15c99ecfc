//! A conversation as turns, for the servers that are particular about them.
//!
//! Rooms have several people speaking one after the other, and a context that was cut may begin with an answer.
//! Many chat templates refuse both, and a second set of instructions too. Nothing is lost by giving them what
//! they want: instructions first and in one, each side's words in a row as one turn, and a person to begin.

use super::authors::{Authors, Piece};
use crate::domain::{Message, Role};

/// What stands for what went before an answer that begins the conversation.
pub const EARLIER: &str = "…";
const BETWEEN: &str = "\n\n";

/// What one side says, in order; never nothing.
#[derive(Debug, PartialEq)]
pub struct Turn<'a> {
    /// Who speaks.
    pub role: Role,
    /// The author, where the provider has a field for it.
    pub name: Option<&'a str>,
    /// What is said.
    pub pieces: Vec<Piece<'a>>,
}

/// The messages as turns, each as it is; those that say nothing are left out.
pub fn plain<'a>(
    messages: &'a [Message],
    authors: &Authors<impl Fn(&str) -> bool>,
) -> Vec<Turn<'a>> {
    let turns = messages.iter().map(|message| Turn {
        role: message.role,
        name: authors.field(message),
        pieces: authors.pieces(message),
    });
    turns.filter(|turn| !turn.pieces.is_empty()).collect()
}

/// The messages as turns that alternate.
pub fn alternating<'a>(
    messages: &'a [Message],
    authors: &Authors<impl Fn(&str) -> bool>,
) -> Vec<Turn<'a>> {
    let (system, said): (Vec<_>, Vec<_>) = plain(messages, authors)
        .into_iter()
        .partition(|turn| turn.role == Role::System);
    let mut out: Vec<Turn<'a>> = Vec::with_capacity(system.len() + said.len() + 1);
    for turn in system.into_iter().chain(said) {
        let first = out.iter().all(|before| before.role == Role::System);
        if first && turn.role == Role::Assistant {
            out.push(Turn {
                role: Role::User,
                name: None,
                pieces: vec![Piece::Text(EARLIER.into())],
            });
        }
        match out.last_mut() {
            Some(last) if last.role == turn.role => append(&mut last.pieces, turn.pieces),
            _ => out.push(turn),
        }
    }
    out
}

/// Texts that meet become one, as a template that takes no parts needs it.
fn append<'a>(to: &mut Vec<Piece<'a>>, more: Vec<Piece<'a>>) {
    for (at, piece) in more.into_iter().enumerate() {
        match (to.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) if at == 0 => {
                let before = before.to_mut();
                before.push_str(BETWEEN);
                before.push_str(&text);
            }
            (_, piece) => to.push(piece),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_alternate_whatever_the_room_did() {
        let say = Message::text;
        let talk = [
            say(Role::Assistant, "before"),
            say(Role::System, "one"),
            say(Role::User, "a"),
            say(Role::User, " \n"),
            say(Role::User, "b"),
            say(Role::Assistant, "\n"),
            say(Role::System, "two"),
            say(Role::User, "c"),
            say(Role::Assistant, "d"),
            say(Role::Assistant, "e"),
        ];
        let authors = Authors::of(&talk, |_| true);
        let seen: Vec<_> = alternating(&talk, &authors)
            .into_iter()
            .map(|turn| (turn.role, turn.pieces))
            .collect();
        let text = |text: &str| vec![Piece::Text(text.to_owned().into())];
        assert_eq!(
            seen,
            [
                (Role::System, text("one\n\ntwo")),
                (Role::User, text(EARLIER)),
                (Role::Assistant, text("before")),
                (Role::User, text("a\n\nb\n\nc")),
                (Role::Assistant, text("d\n\ne")),
            ]
        );
        assert_eq!(
            plain(&talk, &authors).len(),
            8,
            "blank turns are never sent"
        );
    }
}
