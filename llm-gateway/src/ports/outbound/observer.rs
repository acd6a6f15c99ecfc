//! Who is told of each call once it is over: logs, metrics, traces.

use std::time::{Duration, Instant};

use crate::domain::{ErrorCode, FinishReason, Metadata, ModelName, ProviderName, Usage};

/// One call, seen from its end. Holds no text.
#[derive(Clone, Debug)]
pub struct CallRecord<'a> {
    /// Who was asked.
    pub provider: &'a ProviderName,
    /// With which model.
    pub model: &'a ModelName,
    /// The caller's ids.
    pub metadata: &'a Metadata,
    /// The W3C trace parent the caller sent, if any.
    pub trace_parent: Option<&'a str>,
    /// Whether it was streamed.
    pub streamed: bool,
    /// How it ended.
    pub outcome: Result<FinishReason, ErrorCode>,
    /// What it consumed, estimated if need be.
    pub usage: Usage,
    /// When it began.
    pub began: Instant,
    /// How long it took.
    pub duration: Duration,
    /// How long until the first text.
    pub first_text: Option<Duration>,
    /// Calls made to the provider.
    pub attempts: u32,
}

/// Is told of calls.
pub trait CallObserver: Send + Sync + 'static {
    /// A call was admitted.
    fn began(&self, provider: &ProviderName);
    /// A call that had been admitted is over.
    fn ended(&self, record: &CallRecord<'_>);
}
