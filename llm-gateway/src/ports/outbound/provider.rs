//! A provider, as the domain sees it.

use std::{pin::Pin, sync::Arc};

use futures_core::Stream;

use crate::{
    domain::{
        CompletionRequest, Counts, Error, FinishReason, ModelInfo, ProviderName,
        estimate::TokenFamily,
    },
    ports::BoxFuture,
};

/// A request on its way to a provider, with what the catalogue knows of the model.
#[derive(Clone, Debug)]
pub struct ProviderCall {
    /// What is asked.
    pub request: CompletionRequest,
    /// The model's limits and abilities, or defaults for an unknown one.
    pub model: ModelInfo,
}

impl ProviderCall {
    /// The most tokens the model may make: the words that people shall see, and its thinking, which every
    /// provider counts against the same cap.
    #[must_use]
    pub fn output_cap(&self) -> Option<u32> {
        let words = self.request.max_output_tokens?;
        let limit = match self.model.max_output_tokens {
            0 => u32::MAX,
            limit => u32::try_from(limit).unwrap_or(u32::MAX),
        };
        Some(words.saturating_add(self.reasoning_allowance()).min(limit))
    }

    /// The most tokens the model may think.
    #[must_use]
    pub fn reasoning_allowance(&self) -> u32 {
        let request = &self.request;
        request
            .reasoning_allowance_tokens
            .unwrap_or_else(|| self.model.reasoning.allowance(request.effort))
    }
}

/// A whole answer of a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderAnswer {
    /// The answer's text.
    pub text: String,
    /// What the provider shows of the model's thinking.
    pub thinking: String,
    /// Why it ends.
    pub finish_reason: FinishReason,
    /// The provider's count, as far as it gave one.
    pub counts: Counts,
}

/// A step of a provider's stream.
#[derive(Clone, Debug, PartialEq)]
pub enum ProviderEvent {
    /// Something came, whatever it was: the provider is at work on this call.
    Begun,
    /// More text.
    Text(String),
    /// More of what the provider shows of the model's thinking; never part of the answer.
    Thinking(String),
    /// What has been consumed so far. The last one that comes after the text is the final count.
    Counts(Counts),
    /// Why the model stopped. A count may still follow; then the stream ends.
    Finished(FinishReason),
}

/// A provider's answer as it is made. Ends after `Finished`, or with an error; an end without either is a
/// cut. Dropping it closes the connection to the provider.
pub type ProviderStream = Pin<Box<dyn Stream<Item = Result<ProviderEvent, Error>> + Send>>;

/// A provider of completions.
pub trait LLMProvider: Send + Sync + 'static {
    /// The name callers use.
    fn name(&self) -> &ProviderName;

    /// Whether it can be called: its key is there, or it needs none.
    fn configured(&self) -> bool;

    /// How models of it count tokens of which nothing else is known.
    fn family(&self) -> TokenFamily;

    /// Calls it for a whole answer.
    fn complete(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderAnswer, Error>>;

    /// Calls it for a stream; resolves once it has accepted the call.
    fn stream(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderStream, Error>>;

    /// The models it says it has; empty for providers whose models are in the catalogue.
    fn discover(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
