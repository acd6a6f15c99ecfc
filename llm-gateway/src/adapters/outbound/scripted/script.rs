//! The magic words, and what they make the scripted provider do.
//!
//! | word | effect |
//! | --- | --- |
//! | `[slow]`, `[slow:N]` | 60 words, one each 200 ms; N words, one each 100 ms |
//! | `[fast:N]` | N words without delay |
//! | `[delay:MS]` | waits before the first word of whatever else is asked |
//! | `[fail]`, `[fail:CODE]` | fails before any text, with `overloaded` or that code |
//! | `[cut]`, `[cut:N]` | 5 or N words, then `unavailable` |
//! | `[endless]` | a word each 50 ms until cancelled |
//! | `[big:N]` | N characters, in pieces of 1 KB |
//! | `[nul]` | an answer with U+0000 inside |
//! | `[echo]` | the whole request as JSON |
//! | `[context]`, `[context:N]` | the last 10 or N messages, one line each |
//! | `[silent]` | nothing until cancelled |
//! | `[think]`, `[think:N]` | thinks aloud for 10 or N seconds, two thoughts each second, before whatever else is asked |
//! | `[think-quietly:N]` | the same without a sign of it |
//!
//! Words are `word1 word2 …`, so that a test sees a gap or a double. Without a magic word it answers politely
//! and quotes the question.

use std::time::Duration;

use serde_json::json;

use super::millis;
use crate::domain::{CompletionRequest, Error, ErrorCode, Message, Role};

/// One step of a script.
pub enum Step {
    /// Says something.
    Say(String),
    /// Thinks something.
    Think(String),
    /// Does nothing for a while.
    Wait(Duration),
    /// Does nothing for good.
    Silence,
    /// Breaks off.
    Fail(Error),
}

/// A script's steps, made as they are played.
pub type Steps = Box<dyn Iterator<Item = Step> + Send>;

/// What a request makes the provider do.
pub struct Script {
    /// Fails before anything is said.
    pub refuses: Option<Error>,
    /// What it does otherwise.
    pub steps: Steps,
    /// Whether the request's output limit ends it.
    pub limited: bool,
}

impl Script {
    /// Reads the script from the last user message.
    #[must_use]
    pub fn of(request: &CompletionRequest) -> Self {
        let last = request.messages.iter().rev().find(|m| m.role == Role::User);
        let text = last.map(Message::joined_text).unwrap_or_default();
        let refuses = word(&text, "fail").map(|code| {
            let code = ErrorCode::parse(code).unwrap_or(ErrorCode::Overloaded);
            Error::new(code, "the script says so")
        });
        let (steps, limited) = steps(request, &text);
        let delay = number(&text, "delay", 0).map(|ms| Step::Wait(millis(ms)));
        let aloud = number(&text, "think", 10).unwrap_or(0);
        let thoughts = (1..=aloud.saturating_mul(2))
            .flat_map(|n| [Step::Think(format!("thought{n} ")), Step::Wait(millis(500))]);
        let quiet = number(&text, "think-quietly", 10).map(|s| Step::Wait(Duration::from_secs(s)));
        Self {
            refuses,
            steps: Box::new(delay.into_iter().chain(thoughts).chain(quiet).chain(steps)),
            limited,
        }
    }
}

fn steps(request: &CompletionRequest, text: &str) -> (Steps, bool) {
    if word(text, "silent").is_some() {
        return (Box::new(std::iter::once(Step::Silence)), true);
    }
    if word(text, "endless").is_some() {
        return (paced(u64::MAX, millis(50)), true);
    }
    match word(text, "slow") {
        Some("") => return (paced(60, millis(200)), true),
        Some(n) => return (paced(n.parse().unwrap_or(60), millis(100)), true),
        None => {}
    }
    if let Some(n) = number(text, "fast", 100) {
        return (words(n), true);
    }
    if let Some(n) = number(text, "cut", 5) {
        let cut = Error::new(ErrorCode::Unavailable, "the script cuts the answer here");
        return (Box::new(words(n).chain([Step::Fail(cut)])), true);
    }
    if let Some(n) = number(text, "big", 10_000) {
        return (big(n), false);
    }
    if word(text, "nul").is_some() {
        return (said(&["before", " \u{0}", " after"]), false);
    }
    if word(text, "echo").is_some() {
        return (pieces(echo(request)), false);
    }
    if let Some(n) = number(text, "context", 10) {
        return (pieces(context(request, n)), false);
    }
    (polite(text), true)
}

/// The argument of `[name:argument]`, empty for `[name]`; none if the word is not there.
fn word<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.match_indices('[').find_map(|(at, _)| {
        let inside = &text[at + 1..];
        let inside = &inside[..inside.find(']')?];
        match inside.strip_prefix(name)? {
            "" => Some(""),
            rest => rest.strip_prefix(':').map(str::trim),
        }
    })
}

fn number(text: &str, name: &str, default: u64) -> Option<u64> {
    word(text, name).map(|argument| argument.parse().unwrap_or(default))
}

fn nth_word(n: u64) -> String {
    if n == 1 {
        "word1".into()
    } else {
        format!(" word{n}")
    }
}

fn words(count: u64) -> Steps {
    Box::new((1..=count).map(|n| Step::Say(nth_word(n))))
}

fn paced(count: u64, pace: Duration) -> Steps {
    Box::new((1..=count).flat_map(move |n| {
        let wait = (n > 1).then_some(Step::Wait(pace));
        wait.into_iter().chain([Step::Say(nth_word(n))])
    }))
}

/// Pieces of exactly 1 KB (the last may be shorter), each with its number.
fn big(chars: u64) -> Steps {
    const PIECE: u64 = 1_024;
    Box::new((0..chars.div_ceil(PIECE)).map(move |n| {
        let size = usize::try_from(PIECE.min(chars - n * PIECE)).unwrap_or_default();
        let mut text = format!("piece{n} ");
        text.truncate(size);
        while text.len() + 1 < size {
            text.push('x');
        }
        if text.len() < size {
            text.push(' ');
        }
        Step::Say(text)
    }))
}

fn said(texts: &[&str]) -> Steps {
    let steps: Vec<Step> = texts.iter().map(|t| Step::Say((*t).to_owned())).collect();
    Box::new(steps.into_iter())
}

/// A long text in pieces of about 1 KB.
fn pieces(text: String) -> Steps {
    let mut rest = text;
    Box::new(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut at = rest.len().min(1_024);
        while !rest.is_char_boundary(at) {
            at += 1;
        }
        let tail = rest.split_off(at);
        Some(Step::Say(std::mem::replace(&mut rest, tail)))
    }))
}

fn echo(request: &CompletionRequest) -> String {
    let messages: Vec<_> = request
        .messages
        .iter()
        .map(|m| {
            json!({
                "role": m.role.as_str(),
                "name": m.name.as_deref().unwrap_or_default(),
                "text": m.joined_text(),
                "images": m.content.iter().filter(|p| p.is_image()).count(),
            })
        })
        .collect();
    json!({
        "provider": request.provider.as_str(),
        "model": request.model.as_str(),
        "messages": messages,
        "max_output_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "stop": request.stop,
        "metadata": {
            "request_id": request.metadata.request_id,
            "room_id": request.metadata.room_id,
            "user_hash": request.metadata.user_hash,
        },
    })
    .to_string()
}

fn context(request: &CompletionRequest, count: u64) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let skip = request.messages.len().saturating_sub(count);
    let lines: Vec<String> = request.messages[skip..]
        .iter()
        .map(|m| match &m.name {
            Some(name) => format!("{} {name}: {}", m.role.as_str(), m.joined_text()),
            None => format!("{}: {}", m.role.as_str(), m.joined_text()),
        })
        .collect();
    lines.join("\n")
}

fn polite(question: &str) -> Steps {
    let short: String = question.chars().take(500).collect();
    let answer =
        format!("Thank you for asking. You said: “{short}” — and this is a scripted answer to it.");
    let mut steps = Vec::new();
    for (n, part) in answer.split(' ').enumerate() {
        steps.push(Step::Say(if n == 0 {
            part.to_owned()
        } else {
            format!(" {part}")
        }));
    }
    Box::new(steps.into_iter())
}
