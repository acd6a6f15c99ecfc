//! Token counts without a provider.
//!
//! Text is counted by kind of character, in one pass and without memory, and each family of models has its
//! own tokens per character of each kind, calibrated against recorded counts. That is cheap enough to run on
//! every delta of every stream, which is what makes a truthful bill possible when a stream is cut. Where a
//! vocabulary is public, `EstimateTokens` uses the exact tokeniser instead.

use super::{ImageSource, Message, Part};

/// Models that count alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFamily {
    /// `OpenAI`'s `o200k`.
    OpenAi,
    /// Anthropic's.
    Claude,
    /// Google's.
    Gemini,
    /// Whatever an OpenAI-compatible server runs.
    Open,
    /// One token for each word: the scripted provider.
    Words,
}

/// Characters by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextCount {
    latin: u64,
    spaces: u64,
    digits: u64,
    punctuation: u64,
    kana: u64,
    han: u64,
    other: u64,
    words: u64,
    in_word: bool,
}

impl TextCount {
    /// Counts a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut count = Self::default();
        count.add(text);
        count
    }

    /// Counts more text; a word may be split between calls.
    pub fn add(&mut self, text: &str) {
        for c in text.chars() {
            let space = c.is_ascii_whitespace() || c == '\u{3000}';
            if space {
                self.in_word = false;
            } else if !self.in_word {
                self.in_word = true;
                self.words += 1;
            }
            match c {
                _ if space => self.spaces += 1,
                'a'..='z' | 'A'..='Z' => self.latin += 1,
                '0'..='9' => self.digits += 1,
                '\u{0}'..='\u{7f}' => self.punctuation += 1,
                '\u{3040}'..='\u{30ff}' => self.kana += 1,
                '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => self.han += 1,
                _ => self.other += 1,
            }
        }
    }

    /// The tokens that family would count.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    pub fn tokens(&self, family: TokenFamily) -> u64 {
        if family == TokenFamily::Words {
            return self.words;
        }
        let w = weights(family);
        let sum = self.latin as f64 * w.latin
            + self.spaces as f64 * w.spaces
            + self.digits as f64 * w.digits
            + self.punctuation as f64 * w.punctuation
            + self.kana as f64 * w.kana
            + self.han as f64 * w.han
            + self.other as f64 * w.other;
        sum.ceil() as u64
    }
}

/// Tokens per character of each kind.
struct CharWeights {
    latin: f64,
    spaces: f64,
    digits: f64,
    punctuation: f64,
    kana: f64,
    han: f64,
    other: f64,
}

const fn weights(family: TokenFamily) -> CharWeights {
    match family {
        TokenFamily::OpenAi | TokenFamily::Words => CharWeights {
            latin: 0.22,
            spaces: 0.05,
            digits: 0.4,
            punctuation: 0.6,
            kana: 0.65,
            han: 0.85,
            other: 0.8,
        },
        TokenFamily::Claude | TokenFamily::Gemini | TokenFamily::Open => CharWeights {
            latin: 0.25,
            spaces: 0.08,
            digits: 0.7,
            punctuation: 0.75,
            kana: 0.8,
            han: 1.0,
            other: 1.0,
        },
    }
}

/// Tokens that frame each message.
pub(crate) const fn frame(family: TokenFamily) -> u64 {
    match family {
        TokenFamily::Words => 0,
        _ => 4,
    }
}

/// Tokens of an image.
pub(crate) const fn image_tokens(family: TokenFamily, _source: &ImageSource) -> u64 {
    match family {
        TokenFamily::OpenAi => 765,
        TokenFamily::Claude => 1_600,
        TokenFamily::Gemini => 258,
        TokenFamily::Open => 1_000,
        TokenFamily::Words => 1,
    }
}

/// The tokens of one message; `exact` counts its texts if it can.
pub(crate) fn message_tokens(
    family: TokenFamily,
    message: &Message,
    exact: &dyn Fn(&str) -> Option<u64>,
) -> u64 {
    let text = |text: &str| exact(text).unwrap_or_else(|| TextCount::of(text).tokens(family));
    let parts: u64 = message
        .content
        .iter()
        .map(|part| match part {
            Part::Text(t) => text(t),
            Part::Image(image) => image_tokens(family, &image.source),
        })
        .sum();
    let name = match (family, &message.name) {
        (TokenFamily::Words, _) | (_, None) => 0,
        (_, Some(name)) => text(name) + 1,
    };
    parts + name + frame(family)
}

/// The tokens of a prompt, by the cheap rule.
#[must_use]
pub fn prompt_tokens(family: TokenFamily, messages: &[Message]) -> u64 {
    messages
        .iter()
        .map(|message| message_tokens(family, message, &|_| None))
        .sum()
}
