//! A provider, as the domain sees it.

use std::{pin::Pin, sync::Arc};

use futures_core::Stream;

use crate::{
    domain::{
        CompletionRequest, Error, FinishReason, ModelInfo, ProviderName, Usage,
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

/// A whole answer of a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderAnswer {
    /// The answer's text.
    pub text: String,
    /// Why it ends.
    pub finish_reason: FinishReason,
    /// The provider's count, if it gave one.
    pub usage: Option<Usage>,
}

/// A step of a provider's stream.
#[derive(Clone, Debug, PartialEq)]
pub enum ProviderEvent {
    /// More text.
    Text(String),
    /// What is known of the input before the output is complete (all input, and its cached part); kept in
    /// case the stream breaks off.
    Prompt {
        /// All input tokens.
        input_tokens: u64,
        /// Those from the cache.
        cached_input_tokens: u64,
    },
    /// The final count.
    Usage(Usage),
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

    /// How its models count tokens.
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
