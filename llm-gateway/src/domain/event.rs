//! What an answer is made of: one vocabulary whatever the provider.

use std::{pin::Pin, time::Duration};

use futures_core::Stream;

use super::{Error, ModelName, ProviderName, Usage};

/// Why the model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishReason {
    /// It had said what it wanted, met a stop sequence, or wanted to call a tool.
    Stop,
    /// It reached the output limit.
    Length,
    /// The provider cut it off on policy grounds.
    ContentFilter,
    /// The caller did.
    Cancelled,
}

impl FinishReason {
    /// The reason as it is written in JSON, metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A sign of a model that thinks before it speaks, never part of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thinking {
    /// More of what the provider shows of it: a summary as a rule. Empty for a mere sign of life.
    pub text: String,
    /// How long the call has lasted.
    pub elapsed: Duration,
    /// The tokens thought so far, as far as anybody tells; 0 if nobody does.
    pub tokens: u64,
}

/// One step of a streamed answer: `started, (thinking | text)…, usage`, then `finished` or `failed`. After either
/// of the last two nothing follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The provider took the call.
    Started {
        /// Who answers.
        provider: ProviderName,
        /// With which model.
        model: ModelName,
    },
    /// The model is thinking.
    Thinking(Thinking),
    /// More of the answer's text.
    Text(String),
    /// What it consumed; exactly once, just before the end.
    Usage(Usage),
    /// The answer is complete.
    Finished(FinishReason),
    /// The answer broke off; the text that came before stands.
    Failed(Error),
}

/// An answer as it is made. Dropping it cancels the provider's call.
pub type EventStream = Pin<Box<dyn Stream<Item = Event> + Send>>;

/// An answer in one piece.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// Who answered.
    pub provider: ProviderName,
    /// With which model.
    pub model: ModelName,
    /// The whole text.
    pub content: String,
    /// Why it ends there.
    pub finish_reason: FinishReason,
    /// What it consumed.
    pub usage: Usage,
}
