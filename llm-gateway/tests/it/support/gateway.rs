//! A whole gateway on port 0, and callers of both its sides.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use llm_gateway::{
    adapters::{
        inbound::{
            grpc::proto::{self, llm_gateway_client::LlmGatewayClient},
            rest,
            server::{HEAD_PATIENCE, ServeError, Serving, serve},
        },
        outbound::{
            catalogue::Catalogue,
            log::{CallLog, Observers},
            metrics::Metrics,
            scripted::Scripted,
            tiktoken::Tiktoken,
            tokio_clock::TokioClock,
        },
    },
    domain::{
        breaker::BreakerPolicy,
        retry::RetryPolicy,
        service::{CompletionService, Guard, Guarded, Outside},
    },
    ports::outbound::{LLMProvider, ModelCatalogue},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};

/// Guards without waits.
pub fn eager(max_attempts: u32) -> Guard {
    Guard {
        retry: RetryPolicy {
            max_attempts,
            base: Duration::from_millis(1),
            cap: Duration::from_millis(100),
        },
        breaker: BreakerPolicy::never(),
        max_concurrency: 10_000,
    }
}

pub struct Gateway {
    pub rest: String,
    pub grpc: String,
    pub scripted: Arc<Scripted>,
    pub stop: CancellationToken,
    pub task: JoinHandle<Result<(), ServeError>>,
}

impl Gateway {
    /// With the scripted provider alone.
    pub async fn scripted() -> Self {
        Self::start(vec![], Duration::from_secs(5)).await
    }

    pub async fn over(provider: Arc<dyn LLMProvider>, guard: Guard) -> Self {
        Self::start(vec![(provider, guard)], Duration::from_secs(5)).await
    }

    pub async fn start(providers: Vec<Guarded>, drain: Duration) -> Self {
        Self::with_catalogue(providers, drain, Catalogue::load(None).unwrap()).await
    }

    /// One that waits for the head of a request only so long.
    pub async fn impatient(head_patience: Duration) -> Self {
        let catalogue = Catalogue::load(None).unwrap();
        Self::serving(vec![], Duration::from_secs(5), head_patience, catalogue).await
    }

    pub async fn with_catalogue(
        providers: Vec<Guarded>,
        drain: Duration,
        catalogue: impl ModelCatalogue,
    ) -> Self {
        Self::serving(providers, drain, HEAD_PATIENCE, catalogue).await
    }

    async fn serving(
        mut providers: Vec<Guarded>,
        drain: Duration,
        head_patience: Duration,
        catalogue: impl ModelCatalogue,
    ) -> Self {
        let scripted = Arc::new(Scripted::default());
        providers.push((scripted.clone(), eager(1)));
        let metrics = Arc::new(Metrics::default());
        let service = service(providers, catalogue, metrics.clone());
        let rest_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let grpc_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let rest = format!("http://{}", rest_listener.local_addr().unwrap());
        let grpc = format!("http://{}", grpc_listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let calls = scripted.clone();
        let serving = Serving {
            use_case: Arc::new(service),
            metrics: Arc::new(move || metrics.render()),
            extra: Some(rest::extra(
                "/scripted/calls",
                Arc::new(move || calls.calls_json()),
            )),
            drain,
            head_patience,
        };
        let task = tokio::spawn(serve(serving, rest_listener, grpc_listener, stop.clone()));
        Self {
            rest,
            grpc,
            scripted,
            stop,
            task,
        }
    }

    pub async fn channel(&self) -> Channel {
        Endpoint::from_shared(self.grpc.clone())
            .unwrap()
            .connect()
            .await
            .unwrap()
    }

    pub async fn client(&self) -> LlmGatewayClient<Channel> {
        LlmGatewayClient::new(self.channel().await)
            .max_decoding_message_size(64 << 20)
            .max_encoding_message_size(64 << 20)
    }

    /// Asks the scripted provider over REST.
    pub async fn ask(&self, text: &str) -> (u16, Value) {
        let (status, body) = self.post("/completions", &say(text).to_string()).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// Asks for a stream over REST; the events by name and data.
    pub async fn ask_stream(&self, text: &str) -> Vec<(String, Value)> {
        let mut body = say(text);
        body["stream"] = json!(true);
        let (_, body) = self.post("/completions", &body.to_string()).await;
        events(std::str::from_utf8(&body).unwrap())
    }

    pub async fn post(&self, path: &str, body: &str) -> (u16, Bytes) {
        post(&format!("{}{path}", self.rest), &[], body).await
    }

    /// Posts a completion that must be answered within so many milliseconds, or whatever else the header says.
    pub async fn post_within(&self, timeout: &str, body: &Value) -> (u16, Bytes) {
        let url = format!("{}/completions", self.rest);
        post(
            &url,
            &[("X-Request-Timeout-Ms", timeout)],
            &body.to_string(),
        )
        .await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let (status, body) = self.get_raw(path).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    pub async fn get_raw(&self, path: &str) -> (u16, Bytes) {
        get(&format!("{}{path}", self.rest)).await
    }
}

/// Posts to any gateway, this process' or another.
pub async fn post(url: &str, headers: &[(&str, &str)], body: &str) -> (u16, Bytes) {
    let mut request = http::Request::post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(
        request
            .body(Full::new(Bytes::from(body.to_owned())))
            .unwrap(),
    )
    .await
}

/// Gets from any gateway.
pub async fn get(url: &str) -> (u16, Bytes) {
    send(http::Request::get(url).body(Full::default()).unwrap()).await
}

/// The service by itself.
pub fn service(
    providers: Vec<Guarded>,
    catalogue: impl ModelCatalogue,
    metrics: Arc<Metrics>,
) -> CompletionService {
    CompletionService::new(
        providers,
        Outside {
            catalogue: Arc::new(catalogue),
            tokeniser: Arc::new(Tiktoken),
            clock: Arc::new(TokioClock::default()),
            observer: Arc::new(Observers(vec![metrics, Arc::new(CallLog)])),
            image_hosts: vec!["img.example.com".into()],
            // Most tests ask for a model that is nobody's.
            unlisted_models: true,
        },
    )
}

async fn send(request: http::Request<Full<Bytes>>) -> (u16, Bytes) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.unwrap();
    let status = response.status().as_u16();
    (
        status,
        response.into_body().collect().await.unwrap().to_bytes(),
    )
}

/// The events of a whole SSE body.
pub fn events(body: &str) -> Vec<(String, Value)> {
    body.split("\n\n")
        .filter(|event| event.starts_with("event: "))
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            let data = data.strip_prefix("data: ").unwrap();
            (
                name["event: ".len()..].to_owned(),
                serde_json::from_str(data).unwrap(),
            )
        })
        .collect()
}

/// A request to the scripted provider, as REST takes it.
pub fn say(text: &str) -> Value {
    say_to("scripted", text)
}

pub fn say_to(provider: &str, text: &str) -> Value {
    json!({
        "provider": provider,
        "model": provider,
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": text }] }],
        "metadata": { "request_id": "req-1" },
    })
}

/// The same, as gRPC takes it.
pub fn proto_say(provider: &str, text: &str) -> proto::CompletionRequest {
    proto::CompletionRequest {
        provider: provider.into(),
        model: provider.into(),
        messages: vec![proto::Message {
            role: proto::Role::User.into(),
            name: String::new(),
            content: vec![proto::Part {
                part: Some(proto::part::Part::Text(text.into())),
            }],
        }],
        metadata: Some(proto::Metadata {
            request_id: "req-1".into(),
            ..proto::Metadata::default()
        }),
        ..proto::CompletionRequest::default()
    }
}
