//! The fields of a request that a server may not know.
//!
//! Copies of the protocol lag behind the original, and some refuse what they do not know. None of these fields is
//! the caller's wish: each is our way of putting a request, and there is another. So a refusal that names one is
//! answered by asking once more without it, and the server's taste is remembered.

use std::sync::atomic::{AtomicU8, Ordering};

/// A field we add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Field {
    /// Asks for the count at the end of a stream; without it the count is estimated.
    StreamOptions = 1,
    /// The cap by its newer name, or its older one where that was the dialect's.
    Cap = 2,
    /// The author's field; without it names become prefixes.
    Name = 4,
    /// The caller's hash, for abuse counters.
    SafetyIdentifier = 8,
}

/// What a server has refused.
#[derive(Debug, Default)]
pub(super) struct Refusals(AtomicU8);

/// A look at the refusals.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Without(u8);

impl Without {
    /// Whether that field is to be left out, or put the other way.
    pub const fn has(self, field: Field) -> bool {
        self.0 & field as u8 != 0
    }
}

impl Refusals {
    pub fn now(&self) -> Without {
        Without(self.0.load(Ordering::Relaxed))
    }

    /// Takes note of a refusal by that text of a request that was made `without`. Returns whether it is worth
    /// asking again.
    pub fn learn(&self, text: &str, without: Without, dialect_cap: &str) -> bool {
        let fields = [
            (Field::StreamOptions, "stream_options"),
            (Field::Cap, dialect_cap),
            (Field::Name, "name"),
            (Field::SafetyIdentifier, "safety_identifier"),
        ];
        let text = text.to_ascii_lowercase();
        if !REFUSING.iter().any(|words| text.contains(words)) {
            return false;
        }
        let refused = fields
            .into_iter()
            .find(|(field, name)| !without.has(*field) && names(&text, name));
        if let Some((field, _)) = refused {
            self.0.fetch_or(field as u8, Ordering::Relaxed);
        }
        refused.is_some()
    }
}

/// How servers say that a field is not theirs, rather than that its value is wrong.
const REFUSING: [&str; 11] = [
    "not permitted",
    "not supported",
    "unsupported",
    "unrecognized",
    "unrecognised",
    "unknown",
    "unexpected",
    "not allowed",
    "forbidden",
    "additional propert",
    "extra",
];

/// Whether a text names that field: as a word, and a word as common as `name` only in quotes or a path.
fn names(text: &str, field: &str) -> bool {
    let common = field == "name";
    text.match_indices(field).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = &text[at + field.len()..];
        let after = rest.chars().next();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let marked = before.is_some_and(|c| matches!(c, '"' | '\'' | '`' | '.'))
            && !rest
                .trim_start_matches(['"', '\'', '`'])
                .trim_start()
                .starts_with(':');
        !part(before) && !part(after) && (!common || marked)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learns(text: &str) -> Without {
        let refusals = Refusals::default();
        refusals.learn(text, Without::default(), "max_tokens");
        refusals.now()
    }

    #[test]
    fn a_refused_field_is_told_from_a_refused_value() {
        for (text, field) in [
            (
                "Extra inputs are not permitted, field: 'stream_options'",
                Field::StreamOptions,
            ),
            (
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#,
                Field::StreamOptions,
            ),
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                Field::Cap,
            ),
            (
                "Unrecognized request argument supplied: safety_identifier",
                Field::SafetyIdentifier,
            ),
            (
                r#"{"error":{"message":"property 'messages.0.name' is unsupported","param":"x"}}"#,
                Field::Name,
            ),
            (
                r#"{"detail":[{"type":"extra_forbidden","loc":["body","messages",0,"name"],"msg":"Extra inputs are not permitted"}]}"#,
                Field::Name,
            ),
        ] {
            assert!(learns(text).has(field), "{text}");
        }
        for text in [
            "max_tokens is too large: 5000. This model makes at most 4096",
            "Unknown model name: gpt-x",
            r#"{"error":{"name":"x","message":"unknown error"}}"#,
            "temperature is not supported",
            "",
        ] {
            assert_eq!(learns(text).0, 0, "{text}");
        }
    }

    #[test]
    fn what_was_left_out_already_is_not_the_reason() {
        let refusals = Refusals::default();
        let text = "unknown field stream_options";
        assert!(refusals.learn(text, refusals.now(), "max_tokens"));
        assert!(!refusals.learn(text, refusals.now(), "max_tokens"));
    }
}
