//! The gRPC side: `yoriai.llm.v1.LLMGateway`, with health and reflection.
//!
//! Handlers decode, call and encode. A caller's cancel arrives as a dropped future or stream, its deadline in
//! the `grpc-timeout` header, and both pass straight on to the use case.

mod convert;
mod status;

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, metadata::MetadataMap};

use super::deadline;
use crate::{
    domain::{CallContext, Event},
    ports::inbound::CompletionUseCase,
};

/// What `make generate` makes of the contract.
#[allow(clippy::all, clippy::pedantic, missing_docs)]
pub mod proto {
    include!("generated/yoriai.llm.v1.rs");

    /// The contract's descriptors, for reflection.
    pub const DESCRIPTORS: &[u8] = include_bytes!("generated/gateway.bin");
}

pub(crate) use convert::request as read_request;
use proto::llm_gateway_server::{LlmGateway, LlmGatewayServer};

/// The largest message that is taken or sent.
pub const MAX_MESSAGE: usize = 32 * 1024 * 1024;

/// The service.
pub struct Grpc {
    use_case: Arc<dyn CompletionUseCase>,
    abort: CancellationToken,
}

impl Grpc {
    /// The service over that use case. Streams that run when `abort` is cancelled end with a failure.
    #[must_use]
    pub fn server(
        use_case: Arc<dyn CompletionUseCase>,
        abort: CancellationToken,
    ) -> LlmGatewayServer<Self> {
        LlmGatewayServer::new(Self { use_case, abort })
            .max_decoding_message_size(MAX_MESSAGE)
            .max_encoding_message_size(MAX_MESSAGE)
    }

    fn context(&self, metadata: &MetadataMap) -> CallContext {
        let text = |name: &str| metadata.get(name).and_then(|v| v.to_str().ok());
        let timeout = text("grpc-timeout").and_then(timeout);
        CallContext {
            trace_parent: text("traceparent").map(str::to_owned),
            deadline: timeout.and_then(|timeout| deadline(Instant::now(), timeout)),
            abort: Some(Box::pin(self.abort.clone().cancelled_owned())),
        }
    }
}

/// `8S`, `250m` and so on: up to eight digits and a unit.
fn timeout(value: &str) -> Option<Duration> {
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(n * 3_600)),
        "M" => Some(Duration::from_secs(n * 60)),
        "S" => Some(Duration::from_secs(n)),
        "m" => Some(Duration::from_millis(n)),
        "u" => Some(Duration::from_micros(n)),
        "n" => Some(Duration::from_nanos(n)),
        _ => None,
    }
}

type Events = Pin<Box<dyn Stream<Item = Result<proto::StreamEvent, Status>> + Send>>;

#[tonic::async_trait]
impl LlmGateway for Grpc {
    async fn complete(
        &self,
        request: Request<proto::CompletionRequest>,
    ) -> Result<Response<proto::CompletionResponse>, Status> {
        let context = self.context(request.metadata());
        let request = convert::request(request.into_inner()).map_err(status::of)?;
        let completion = self
            .use_case
            .complete(request, context)
            .await
            .map_err(status::of)?;
        Ok(Response::new(convert::completion(completion)))
    }

    type StreamCompleteStream = Events;

    async fn stream_complete(
        &self,
        request: Request<proto::CompletionRequest>,
    ) -> Result<Response<Events>, Status> {
        let context = self.context(request.metadata());
        let request = convert::request(request.into_inner()).map_err(status::of)?;
        let events = self
            .use_case
            .stream(request, context)
            .await
            .map_err(status::of)?;
        let events = events.map(|event: Event| Ok(convert::event(event)));
        Ok(Response::new(Box::pin(events)))
    }

    async fn estimate_tokens(
        &self,
        request: Request<proto::EstimateTokensRequest>,
    ) -> Result<Response<proto::EstimateTokensResponse>, Status> {
        let (provider, model, messages) =
            convert::estimate_request(request.into_inner()).map_err(status::of)?;
        let use_case = Arc::clone(&self.use_case);
        // Counting is computing: it must not hold up the streams of this thread.
        let estimate =
            tokio::task::spawn_blocking(move || use_case.estimate(&provider, &model, &messages))
                .await
                .map_err(|_| Status::internal("counting failed"))?
                .map_err(status::of)?;
        Ok(Response::new(proto::EstimateTokensResponse {
            total: estimate.total,
            messages: estimate.messages,
        }))
    }

    async fn list_models(
        &self,
        _request: Request<proto::ListModelsRequest>,
    ) -> Result<Response<proto::ListModelsResponse>, Status> {
        let models = self.use_case.models().await;
        let items = models.into_iter().map(convert::model).collect();
        Ok(Response::new(proto::ListModelsResponse { items }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(timeout("8S"), Some(Duration::from_secs(8)));
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(
            timeout("99999999H"),
            Some(Duration::from_secs(359_999_996_400))
        );
        for odd in ["", "S", "-1S", "1s", "123456789S", "1.5S", "é"] {
            let read = timeout(odd);
            assert!(read.is_none() || odd == "S", "{odd}");
        }
        assert_eq!(timeout("S"), None);
    }
}
