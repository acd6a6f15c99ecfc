//! Reads Chat Completions answers, whole and streamed.

use std::collections::VecDeque;

use serde::Deserialize;

use super::{
    super::http::{Decoder, nonsense, sse::SseEvent},
    errors::{ErrorBody, body_error},
};
use crate::{
    domain::{Error, FinishReason, ModelInfo, ModelName, ProviderName, Usage},
    ports::outbound::{ProviderAnswer, ProviderEvent},
};

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    choices: Vec<WholeChoice>,
    usage: Option<OutUsage>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct WholeChoice {
    message: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Option<Vec<ChunkChoice>>,
    usage: Option<OutUsage>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct ChunkChoice {
    #[serde(default)]
    index: u32,
    delta: Option<Said>,
    finish_reason: Option<String>,
}

/// What was said. `reasoning_content` and `tool_calls` are among what is passed over.
#[derive(Deserialize)]
struct Said {
    content: Option<SaidContent>,
    refusal: Option<String>,
}

/// Text, or (some servers) parts of which some are text.
#[derive(Deserialize)]
#[serde(untagged)]
enum SaidContent {
    Text(String),
    Parts(Vec<SaidPart>),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct SaidPart {
    #[serde(default, rename = "type")]
    kind: String,
    text: Option<String>,
}

#[derive(Deserialize)]
struct OutUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct ModelList {
    #[serde(default)]
    data: Option<Vec<ListedModel>>,
}

#[derive(Deserialize)]
struct ListedModel {
    id: String,
    /// vLLM's.
    max_model_len: Option<u64>,
    /// llama.cpp's.
    meta: Option<ModelMeta>,
}

#[derive(Deserialize)]
struct ModelMeta {
    n_ctx: Option<u64>,
    n_ctx_train: Option<u64>,
}

impl From<OutUsage> for Usage {
    fn from(usage: OutUsage) -> Self {
        let cached = usage.prompt_tokens_details.and_then(|d| d.cached_tokens);
        let reasoning = usage
            .completion_tokens_details
            .and_then(|d| d.reasoning_tokens);
        Self {
            input_tokens: usage.prompt_tokens,
            cached_input_tokens: cached.unwrap_or(0).min(usage.prompt_tokens),
            output_tokens: usage.completion_tokens,
            reasoning_tokens: reasoning.unwrap_or(0).min(usage.completion_tokens),
            estimated: false,
        }
    }
}

impl SaidContent {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts
                .into_iter()
                .filter(|part| part.kind == "text" || part.kind.is_empty())
                .filter_map(|part| part.text)
                .collect(),
            Self::Other(_) => String::new(),
        }
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "length" | "max_tokens" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        // A wish to call a tool ends the text like any other end; so does a reason yet to be invented.
        _ => FinishReason::Stop,
    }
}

/// Reads a whole answer.
pub(crate) fn whole(body: &[u8]) -> Result<ProviderAnswer, Error> {
    let whole: Whole = serde_json::from_slice(body).map_err(|_| nonsense())?;
    if let Some(error) = whole.error {
        return Err(body_error(None, error));
    }
    let choice = whole.choices.into_iter().next().ok_or_else(nonsense)?;
    let mut finish_reason = choice
        .finish_reason
        .as_deref()
        .map_or(FinishReason::Stop, finish);
    let mut text = String::new();
    if let Some(said) = choice.message {
        text = said.content.map(SaidContent::into_text).unwrap_or_default();
        if let Some(refusal) = said.refusal.filter(|r| !r.is_empty()) {
            text.push_str(&refusal);
            finish_reason = FinishReason::ContentFilter;
        }
    }
    Ok(ProviderAnswer {
        text,
        finish_reason,
        usage: whole.usage.map(Usage::from),
    })
}

/// Reads a list of models, with the context window where the server tells it.
pub(super) fn models(provider: &ProviderName, body: &[u8]) -> Result<Vec<ModelInfo>, Error> {
    let list: ModelList = serde_json::from_slice(body).map_err(|_| nonsense())?;
    let models = list.data.unwrap_or_default().into_iter().map(|model| {
        let meta = model.meta.and_then(|meta| meta.n_ctx.or(meta.n_ctx_train));
        let context_window = model.max_model_len.or(meta).unwrap_or(0);
        ModelInfo {
            context_window,
            vision: false,
            ..ModelInfo::unknown(provider.clone(), ModelName::new(model.id))
        }
    });
    Ok(models.collect())
}

/// Reads a stream. A stream is complete with `[DONE]`; where a server forgets it, the end of the body after
/// a finish reason will do.
#[derive(Debug, Default)]
pub struct ChatDecoder {
    refused: bool,
}

impl ChatDecoder {
    fn choice(&mut self, choice: ChunkChoice, out: &mut VecDeque<ProviderEvent>) {
        if let Some(said) = choice.delta {
            let text = said.content.map(SaidContent::into_text).unwrap_or_default();
            if !text.is_empty() {
                out.push_back(ProviderEvent::Text(text));
            }
            if let Some(refusal) = said.refusal.filter(|r| !r.is_empty()) {
                self.refused = true;
                out.push_back(ProviderEvent::Text(refusal));
            }
        }
        if let Some(reason) = choice.finish_reason.filter(|r| !r.is_empty()) {
            let reason = if self.refused {
                FinishReason::ContentFilter
            } else {
                finish(&reason)
            };
            out.push_back(ProviderEvent::Finished(reason));
        }
    }
}

impl Decoder for ChatDecoder {
    fn event(
        &mut self,
        event: &SseEvent,
        out: &mut VecDeque<ProviderEvent>,
    ) -> Result<bool, Error> {
        let data = event.data.trim();
        if data == "[DONE]" {
            return Ok(true);
        }
        if data.is_empty() || !matches!(event.event.as_str(), "" | "message" | "error") {
            return Ok(false);
        }
        let chunk: Chunk = serde_json::from_str(data).map_err(|_| nonsense())?;
        if let Some(error) = chunk.error {
            return Err(body_error(None, error));
        }
        for choice in chunk.choices.unwrap_or_default() {
            if choice.index == 0 {
                self.choice(choice, out);
            }
        }
        if let Some(usage) = chunk.usage {
            out.push_back(ProviderEvent::Usage(usage.into()));
        }
        Ok(false)
    }
}
