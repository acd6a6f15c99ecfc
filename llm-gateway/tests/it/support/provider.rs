//! The four adapters over one upstream, and requests to try them with.

use std::sync::Arc;

use futures_util::StreamExt as _;
use llm_gateway::{
    adapters::outbound::{
        anthropic::Anthropic,
        env_key::EnvKeys,
        gemini::Gemini,
        http::{HttpClient, Timeouts},
        openai::OpenAi,
        openai_compatible::OpenAiCompatible,
    },
    domain::{
        CompletionRequest, Counts, Error, FinishReason, Message, Metadata, ModelInfo, ModelName,
        ProviderName, Role, estimate::TokenFamily,
    },
    ports::outbound::{KeyStore, LLMProvider, ProviderCall, ProviderEvent},
};

/// The key that must never be seen anywhere but in a header.
pub const KEY: &str = "sk-test-4f1c2e7a9b8d";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    OpenAi,
    Compatible,
    Anthropic,
    Gemini,
}

impl Kind {
    pub const ALL: [Self; 4] = [
        Self::OpenAi,
        Self::Compatible,
        Self::Anthropic,
        Self::Gemini,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Compatible => "local",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        }
    }

    /// The adapter, aimed at that server.
    pub fn provider(self, url: &str) -> Arc<dyn LLMProvider> {
        self.provider_with(url, Timeouts::default())
    }

    pub fn provider_with(self, url: &str, timeouts: Timeouts) -> Arc<dyn LLMProvider> {
        let http = HttpClient::new(timeouts);
        let keys: Arc<dyn KeyStore> = Arc::new(EnvKeys::read(
            ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"]
                .map(|name| (name.to_owned(), KEY.to_owned())),
        ));
        let v1 = format!("{url}/v1");
        match self {
            Self::OpenAi => Arc::new(OpenAi::new(http, &v1, keys).unwrap()),
            Self::Compatible => {
                Arc::new(OpenAiCompatible::new(http, "local", &v1, Some(KEY.into())).unwrap())
            }
            Self::Anthropic => Arc::new(Anthropic::new(http, url, keys).unwrap()),
            Self::Gemini => Arc::new(Gemini::new(http, url, keys).unwrap()),
        }
    }

    /// A recorded answer, by name; see `tests/fixtures`.
    pub fn fixture(self, name: &str) -> String {
        let family = match self {
            Self::OpenAi | Self::Compatible => "chat",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        };
        let path = format!(
            "{}/tests/fixtures/{family}/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
    }
}

pub fn request(provider: &str, messages: Vec<Message>) -> CompletionRequest {
    CompletionRequest {
        provider: ProviderName::new(provider),
        model: ModelName::new("test-model"),
        messages,
        max_output_tokens: None,
        effort: None,
        reasoning_allowance_tokens: None,
        temperature: None,
        stop: vec![],
        metadata: Metadata::default(),
    }
}

pub fn call(request: CompletionRequest) -> Arc<ProviderCall> {
    let model = ModelInfo::unknown(
        request.provider.clone(),
        request.model.clone(),
        TokenFamily::Open,
    );
    Arc::new(ProviderCall { request, model })
}

pub fn hello(kind: Kind) -> Arc<ProviderCall> {
    call(request(
        kind.name(),
        vec![Message::text(Role::User, "Hello")],
    ))
}

/// All of a stream: its events, and the error it broke off with.
pub async fn drain(
    provider: &dyn LLMProvider,
    call: Arc<ProviderCall>,
) -> (Vec<ProviderEvent>, Option<Error>) {
    let mut events = Vec::new();
    let mut stream = match provider.stream(call).await {
        Ok(stream) => stream,
        Err(error) => return (events, Some(error)),
    };
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.push(event),
            Err(error) => return (events, Some(error)),
        }
    }
    (events, None)
}

/// The text of events.
pub fn text(events: &[ProviderEvent]) -> String {
    events
        .iter()
        .filter_map(|e| match e {
            ProviderEvent::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// The last count among events.
pub fn usage(events: &[ProviderEvent]) -> Option<Counts> {
    events.iter().rev().find_map(|e| match e {
        ProviderEvent::Counts(counts) => Some(*counts),
        _ => None,
    })
}

/// The first finish reason among events.
pub fn finish(events: &[ProviderEvent]) -> Option<FinishReason> {
    events.iter().find_map(|e| match e {
        ProviderEvent::Finished(reason) => Some(*reason),
        _ => None,
    })
}
