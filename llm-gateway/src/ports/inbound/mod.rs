//! How the gateway is driven. gRPC and REST both call this one trait and nothing else.

use crate::{
    domain::{
        CallContext, Completion, CompletionRequest, Error, EventStream, Message, ModelName,
        ProviderName,
        model::{ListedModel, ProviderHealth},
    },
    ports::BoxFuture,
};

/// What a conversation would cost in tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEstimate {
    /// For all of it.
    pub total: u64,
    /// For each message, in order; the total may exceed their sum by what frames the conversation.
    pub messages: Vec<u64>,
}

/// Everything the gateway does for its callers.
pub trait CompletionUseCase: Send + Sync + 'static {
    /// Answers in one piece, by the provider's plain call. Dropping the future cancels that call.
    fn complete(
        &self,
        request: CompletionRequest,
        context: CallContext,
    ) -> BoxFuture<'static, Result<Completion, Error>>;

    /// Answers as it is made. Fails if the call cannot begin; once it has begun, a failure is the stream's
    /// last event.
    fn stream(
        &self,
        request: CompletionRequest,
        context: CallContext,
    ) -> BoxFuture<'static, Result<EventStream, Error>>;

    /// Counts without calling a provider. May take milliseconds of computing for long texts.
    ///
    /// # Errors
    /// `not_found` for an unknown provider, `invalid_request` for messages that could not be sent, `overloaded`
    /// if too many are being counted.
    fn estimate(
        &self,
        provider: &ProviderName,
        model: &ModelName,
        messages: &[Message],
    ) -> Result<TokenEstimate, Error>;

    /// Every model that is known, discovered ones included.
    fn models(&self) -> BoxFuture<'static, Vec<ListedModel>>;

    /// The state of each provider.
    fn health(&self) -> Vec<ProviderHealth>;
}
