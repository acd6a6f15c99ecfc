//! The REST side: the same calls as JSON, streams as Server-Sent Events.

mod dto;
mod models;
mod problem;
mod sse;
mod timeout;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::{models::ModelOut, problem::Problem, timeout::Deadline};
use crate::{
    domain::{CallContext, CompletionRequest, Error, ErrorCode, model::ProviderState},
    ports::inbound::CompletionUseCase,
};

/// The largest body that is taken: the gRPC side's 32 MB, with base64's third on top.
pub const MAX_BODY: usize = 44 * 1024 * 1024;

/// Renders `/metrics`, or any other text that something else keeps.
pub type Render = Arc<dyn Fn() -> String + Send + Sync>;

/// What the handlers share.
#[derive(Clone)]
pub struct Rest {
    /// What is called.
    pub use_case: Arc<dyn CompletionUseCase>,
    /// The metrics' text.
    pub metrics: Render,
    /// Set once the gateway is about to stop.
    pub draining: Arc<AtomicBool>,
    /// Running streams end with a failure when it is cancelled.
    pub abort: CancellationToken,
}

/// The routes.
pub fn router(rest: Rest) -> Router {
    Router::new()
        .route("/completions", post(complete))
        .route("/tokens", post(tokens))
        .route("/models", get(models))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .fallback(|| async {
            Problem::from(Error::new(ErrorCode::NotFound, "there is no such path"))
        })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(rest)
}

impl Rest {
    fn context(&self, headers: &HeaderMap, deadline: Option<Instant>) -> CallContext {
        let trace_parent = headers.get("traceparent").and_then(|v| v.to_str().ok());
        CallContext {
            trace_parent: trace_parent.map(str::to_owned),
            deadline,
            abort: Some(Box::pin(self.abort.clone().cancelled_owned())),
        }
    }
}

/// Reads a JSON body. The parser's message names fields and positions, never values' contents.
fn parse<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Problem> {
    let body = body.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::too_large()
        } else {
            Error::invalid("the body cannot be read").into()
        }
    })?;
    serde_json::from_slice(&body)
        .map_err(|error| Error::invalid(format!("the body is not a valid request: {error}")).into())
}

/// A request as the handlers read it, for the fuzzers.
pub(crate) fn read_request(body: &[u8]) -> Option<CompletionRequest> {
    let body: dto::CompletionBody = serde_json::from_slice(body).ok()?;
    body.into_request().ok()
}

async fn complete(
    State(rest): State<Rest>,
    headers: HeaderMap,
    Deadline(deadline): Deadline,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body: dto::CompletionBody = parse(body)?;
    let stream = body.stream;
    let request = body.into_request()?;
    let context = rest.context(&headers, deadline);
    if stream {
        let events = rest.use_case.stream(request, context).await?;
        Ok(sse::response(events))
    } else {
        let completion = rest.use_case.complete(request, context).await?;
        Ok(Json(dto::CompletionOut::from(completion)).into_response())
    }
}

async fn tokens(
    State(rest): State<Rest>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body: dto::TokensBody = parse(body)?;
    let (provider, model, messages) = body.into_parts()?;
    // Counting is computing: it must not hold up the streams of this thread.
    let estimate =
        tokio::task::spawn_blocking(move || rest.use_case.estimate(&provider, &model, &messages))
            .await
            .map_err(|_| Error::new(ErrorCode::Internal, "counting failed"))??;
    Ok(Json(json!({ "total": estimate.total, "messages": estimate.messages })).into_response())
}

async fn models(State(rest): State<Rest>) -> Response {
    let models = rest.use_case.models().await;
    let items: Vec<ModelOut> = models.into_iter().map(ModelOut::from).collect();
    Json(json!({ "items": items })).into_response()
}

async fn health(State(rest): State<Rest>) -> Response {
    let draining = rest.draining.load(Ordering::Acquire);
    let providers = rest.use_case.health();
    let list: Vec<_> = providers
        .iter()
        .map(|p| {
            json!({ "provider": p.provider.as_str(), "state": p.state.as_str(), "in_flight": p.in_flight })
        })
        .collect();
    let usable = providers
        .iter()
        .any(|p| p.state == ProviderState::Available);
    let status = if draining {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    let body = json!({
        "live": true,
        "ready": !draining,
        "status": match (draining, usable) {
            (true, _) => "draining",
            (false, true) => "ok",
            (false, false) => "no_provider",
        },
        "providers": list,
    });
    (status, Json(body)).into_response()
}

async fn metrics(State(rest): State<Rest>) -> Response {
    let text = (rest.metrics)();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// A route whose JSON something else makes; the scripted provider's counters use it.
pub fn extra(path: &str, render: Render) -> Router {
    Router::new().route(
        path,
        get(move || async move { ([(header::CONTENT_TYPE, "application/json")], render()) }),
    )
}
