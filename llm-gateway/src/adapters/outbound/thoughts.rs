//! Thinking that a model writes into its answer.
//!
//! Servers without a parser for it pass on `<think>…</think>` as text, and templates that open the thought
//! themselves leave only the closing tag. A tag counts where a model would put it: an opening one at the start
//! of a line, a closing one wherever it is not quoted; inside code neither does.

use std::borrow::Cow;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// A piece of what a model wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Part of the answer.
    Text(String),
    /// Part of its thinking.
    Thinking(String),
    /// All text so far was thinking, it turns out.
    Retract,
}

/// Tells thinking from answer, as both come.
#[derive(Debug, Default)]
pub struct Splitter {
    /// What may be the beginning of a tag.
    held: String,
    thinking: bool,
    /// Some tag has been seen.
    seen: bool,
    /// The text after a thought begins with its first word.
    trim: bool,
    line: Line,
    /// Taken for thinking before any tag said so, in case none does.
    assumed: Option<String>,
}

/// Where in a line, and in which code, the text stands.
#[derive(Debug, Default)]
struct Line {
    text: String,
    fenced: bool,
}

impl Line {
    fn add(&mut self, c: char) {
        if c == '\n' {
            self.fenced ^= self.text.trim_start().starts_with("```");
            self.text.clear();
        } else if self.text.len() < 4_096 {
            self.text.push(c);
        }
    }

    fn in_code(&self) -> bool {
        self.fenced || self.text.matches('`').count() % 2 == 1
    }

    fn opens(&self) -> bool {
        self.text.trim().is_empty() && !self.fenced
    }

    /// A closing tag in the middle of a sentence is spoken of rather than meant.
    fn closes(&self) -> bool {
        let quoted = self.text.ends_with(['"', '\'', '“', '‘', '「', '(']);
        let before = self
            .text
            .strip_suffix(' ')
            .and_then(|t| t.chars().next_back());
        let spoken = before.is_some_and(|c| c.is_alphanumeric() || c == ',');
        !self.in_code() && !quoted && !spoken
    }
}

impl Splitter {
    /// For a model whose template opens the thought itself.
    #[must_use]
    pub fn in_thought() -> Self {
        Self {
            thinking: true,
            assumed: Some(String::new()),
            ..Self::default()
        }
    }

    /// Takes more of what the model writes.
    pub fn push(&mut self, text: &str, out: &mut Vec<Piece>) {
        // Nothing held and nothing that could be a tag: the usual case.
        if self.held.is_empty() && !self.thinking && !self.trim && !text.contains('<') {
            text.chars().for_each(|c| self.line.add(c));
            emit(Piece::Text(text.to_owned()), out);
            return;
        }
        self.held.push_str(text);
        let held = std::mem::take(&mut self.held);
        let mut rest = held.as_str();
        while let Some(at) = rest.find('<') {
            let (before, tag) = rest.split_at(at);
            self.say(before, out);
            let assumed = self.assumed.as_deref().is_some_and(|t| t.trim().is_empty());
            if assumed && tag.starts_with(OPEN) {
                // It opens the thought itself after all.
                self.assumed = None;
                self.seen = true;
                rest = &tag[OPEN.len()..];
            } else if !self.thinking && tag.starts_with(OPEN) && self.line.opens() {
                self.seen = true;
                self.thinking = true;
                rest = &tag[OPEN.len()..];
            } else if tag.starts_with(CLOSE) && (self.thinking || self.line.closes()) {
                if !self.thinking && !self.seen {
                    emit(Piece::Retract, out);
                }
                self.seen = true;
                self.thinking = false;
                self.assumed = None;
                self.trim = true;
                self.line = Line::default();
                rest = &tag[CLOSE.len()..];
            } else if OPEN.starts_with(tag) || CLOSE.starts_with(tag) {
                tag.clone_into(&mut self.held);
                return;
            } else {
                self.say("<", out);
                rest = &tag[1..];
            }
        }
        self.say(rest, out);
    }

    /// What is left at the end. Assumed thinking that no tag ended was the answer after all.
    pub fn end(&mut self, out: &mut Vec<Piece>) {
        let held = std::mem::take(&mut self.held);
        self.say(&held, out);
        if let Some(text) = self.assumed.take() {
            emit(Piece::Text(text), out);
        }
    }

    fn say(&mut self, text: &str, out: &mut Vec<Piece>) {
        if self.thinking {
            if let Some(assumed) = &mut self.assumed {
                assumed.push_str(text);
            }
            emit(Piece::Thinking(text.to_owned()), out);
            return;
        }
        let text = if self.trim { text.trim_start() } else { text };
        self.trim &= text.is_empty();
        text.chars().for_each(|c| self.line.add(c));
        emit(Piece::Text(text.to_owned()), out);
    }
}

fn emit(piece: Piece, out: &mut Vec<Piece>) {
    match (out.last_mut(), piece) {
        (_, Piece::Text(text) | Piece::Thinking(text)) if text.is_empty() => {}
        (Some(Piece::Text(before)), Piece::Text(more))
        | (Some(Piece::Thinking(before)), Piece::Thinking(more)) => before.push_str(&more),
        (_, piece) => out.push(piece),
    }
}

/// Answer and thinking of a whole text.
#[must_use]
pub fn split(text: &str) -> (String, String) {
    let (mut splitter, mut pieces) = (Splitter::default(), Vec::new());
    splitter.push(text, &mut pieces);
    splitter.end(&mut pieces);
    let (mut answer, mut thinking) = (String::new(), String::new());
    for piece in pieces {
        match piece {
            Piece::Text(text) => answer.push_str(&text),
            Piece::Thinking(text) => thinking.push_str(&text),
            Piece::Retract => thinking.push_str(&std::mem::take(&mut answer)),
        }
    }
    (answer, thinking)
}

/// An earlier answer without the thinking in it, for a prompt.
#[must_use]
pub fn without(text: &str) -> Cow<'_, str> {
    if text.contains(CLOSE) {
        split(text).0.into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str, answer: &str, thinking: &str) {
        assert_eq!(
            split(text),
            (answer.to_owned(), thinking.to_owned()),
            "{text:?}"
        );
    }

    #[test]
    fn tags_are_told_from_talk_about_them() {
        is("<think>a</think>b", "b", "a");
        is("\n<think>\na\n</think>\n\nb\n", "\nb\n", "\na\n");
        is("a</think>\n\nb", "b", "a");
        is("a. </think> b", "b", "a. ");
        is(
            "Write `<think>` and `</think>`.",
            "Write `<think>` and `</think>`.",
            "",
        );
        is("The tag <think> opens", "The tag <think> opens", "");
        is("The </think> tag closes", "The </think> tag closes", "");
        is(
            "```\n<think>\nx\n</think>\n```\n",
            "```\n<think>\nx\n</think>\n```\n",
            "",
        );
        is("<think>a</think>b\n<think>c</think>d", "b\nd", "ac");
        is("<think>never closed", "", "never closed");
        is("a < b <thin", "a < b <thin", "");
        is("", "", "");
    }

    #[test]
    fn it_does_not_matter_where_the_pieces_end() {
        let texts = [
            "<think>äb</think>\n\ncd <think> `</think>` e",
            "thought\n</think>\nanswer",
            "```\n<think>\n```\n<think>x</think>y <",
        ];
        for text in texts {
            let whole = split(text);
            for (at, _) in text.char_indices() {
                let (mut splitter, mut pieces) = (Splitter::default(), Vec::new());
                splitter.push(&text[..at], &mut pieces);
                splitter.push(&text[at..], &mut pieces);
                splitter.end(&mut pieces);
                let (mut answer, mut thinking) = (String::new(), String::new());
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => answer.push_str(&text),
                        Piece::Thinking(text) => thinking.push_str(&text),
                        Piece::Retract => thinking.push_str(&std::mem::take(&mut answer)),
                    }
                }
                assert_eq!((answer, thinking), whole, "{text:?} at {at}");
            }
        }
    }

    #[test]
    fn a_model_that_begins_in_thought_and_never_ends_it_has_answered() {
        let run = |text: &str| {
            let (mut splitter, mut pieces) = (Splitter::in_thought(), Vec::new());
            splitter.push(text, &mut pieces);
            splitter.end(&mut pieces);
            pieces
        };
        let text = |t: &str| Piece::Text(t.into());
        let thinking = |t: &str| Piece::Thinking(t.into());
        assert_eq!(run("a</think>b"), [thinking("a"), text("b")]);
        assert_eq!(run("<think>a</think>b"), [thinking("a"), text("b")]);
        assert_eq!(run("plain"), [thinking("plain"), text("plain")]);
    }

    #[test]
    fn earlier_answers_go_on_without_their_thinking() {
        assert_eq!(without("<think>a</think>b"), "b");
        assert_eq!(without("plain <think>"), "plain <think>");
    }
}
