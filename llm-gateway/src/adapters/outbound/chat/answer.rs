//! Reads Chat Completions answers, whole and streamed.

use std::{collections::VecDeque, sync::Arc};

use serde::Deserialize;

use super::{
    super::{
        halves,
        http::{Decoder, nonsense, sse::SseEvent},
        json,
        thoughts::{self, Piece, Splitter},
    },
    InThought,
    errors::{ErrorBody, body_error},
};
use crate::{
    domain::{
        Cause, Counts, Error, ErrorCode, FinishReason, ModelInfo, ModelName, ProviderName,
        estimate::TokenFamily,
    },
    ports::outbound::{ProviderAnswer, ProviderEvent},
};

/// An answer, whole or a piece of a stream: some servers send the one where the other was asked for.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "json::or_absent")]
    usage: Option<OutUsage>,
    #[serde(default)]
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "json::count")]
    index: Option<u64>,
    #[serde(alias = "message")]
    delta: Option<Said>,
    finish_reason: Option<String>,
    error: Option<ErrorBody>,
}

/// What was said. `tool_calls` are among what is passed over.
#[derive(Default, Deserialize)]
struct Said {
    content: Option<SaidContent>,
    refusal: Option<String>,
    /// `DeepSeek`'s, vLLM's and llama.cpp's name for what was thought.
    reasoning_content: Option<String>,
    /// Ollama's and `OpenRouter`'s.
    #[serde(default, deserialize_with = "json::or_absent")]
    reasoning: Option<String>,
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
    #[serde(default, deserialize_with = "json::count")]
    prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    completion_tokens: Option<u64>,
    #[serde(default, deserialize_with = "json::or_absent")]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default, deserialize_with = "json::or_absent")]
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    #[serde(default, deserialize_with = "json::count")]
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    #[serde(default, deserialize_with = "json::count")]
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
    #[serde(default, deserialize_with = "json::count")]
    max_model_len: Option<u64>,
    /// llama.cpp's.
    #[serde(default, deserialize_with = "json::or_absent")]
    meta: Option<ModelMeta>,
    /// Ollama says `library` of its own.
    #[serde(default, deserialize_with = "json::or_absent")]
    owned_by: Option<String>,
}

#[derive(Deserialize)]
struct ModelMeta {
    n_ctx: Option<u64>,
    n_ctx_train: Option<u64>,
}

impl From<OutUsage> for Counts {
    fn from(usage: OutUsage) -> Self {
        Self {
            input_tokens: usage.prompt_tokens,
            cached_input_tokens: usage.prompt_tokens_details.and_then(|d| d.cached_tokens),
            output_tokens: usage.completion_tokens,
            reasoning_tokens: usage
                .completion_tokens_details
                .and_then(|d| d.reasoning_tokens),
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

impl Said {
    fn thinking(&mut self) -> String {
        let thought = self.reasoning_content.take().filter(|t| !t.is_empty());
        thought
            .or_else(|| self.reasoning.take())
            .unwrap_or_default()
    }

    /// The text, and whether it is a refusal.
    fn text(&mut self) -> (String, Option<String>) {
        let content = self.content.take();
        let text = content.map(SaidContent::into_text).unwrap_or_default();
        (text, self.refusal.take().filter(|r| !r.is_empty()))
    }
}

/// What a finish reason means; none yet for an empty one. The names are those of all who speak the protocol.
fn finish(reason: Option<&str>) -> Result<Option<FinishReason>, Error> {
    Ok(Some(match reason.unwrap_or_default() {
        "" => return Ok(None),
        // A wish to call a tool ends the text like any other end.
        "stop" | "tool_calls" | "function_call" | "eos" | "eos_token" | "end_turn"
        | "stop_sequence" => FinishReason::Stop,
        "length" | "max_tokens" | "model_length" => FinishReason::Length,
        "content_filter" | "sensitive" | "safety" => FinishReason::ContentFilter,
        other => {
            return Err(Error::new(
                ErrorCode::Unavailable,
                format!("the provider broke the answer off: {other:.64}"),
            )
            .because(Cause::Connection));
        }
    }))
}

impl Choice {
    /// How it ends, if it does. An error inside is told before the reason that goes with it.
    fn finish(&mut self) -> Result<Option<FinishReason>, Error> {
        match self.error.take() {
            Some(error) => Err(body_error(None, error)),
            None => finish(self.finish_reason.as_deref()),
        }
    }
}

/// Reads a whole answer.
pub(crate) fn whole(body: &[u8]) -> Result<ProviderAnswer, Error> {
    let whole: Answer = json::read(body)?;
    if let Some(error) = whole.error {
        return Err(body_error(None, error));
    }
    let choices = whole.choices.unwrap_or_default();
    let mut choice = choices.into_iter().next().ok_or_else(nonsense)?;
    let mut finish_reason = choice.finish()?.unwrap_or(FinishReason::Stop);
    let mut said = choice.delta.take().unwrap_or_default();
    let shown = said.thinking();
    let (content, refusal) = said.text();
    let (mut text, mut thinking) = thoughts::split(&content);
    thinking.insert_str(0, &shown);
    if let Some(refusal) = refusal {
        text.push_str(&refusal);
        finish_reason = FinishReason::ContentFilter;
    }
    Ok(ProviderAnswer {
        text: halves::whole(text),
        thinking: halves::whole(thinking),
        finish_reason,
        counts: whole.usage.map(Counts::from).unwrap_or_default(),
    })
}

/// Whether a list of models is Ollama's.
pub(super) fn is_ollama(body: &[u8]) -> bool {
    let list = json::read::<ModelList>(body).ok().and_then(|l| l.data);
    let models = list.unwrap_or_default();
    models
        .iter()
        .any(|m| m.owned_by.as_deref() == Some("library"))
}

/// Reads a list of models, with the context window where the server tells it.
pub(super) fn models(provider: &ProviderName, body: &[u8]) -> Result<Vec<ModelInfo>, Error> {
    let list: ModelList = json::read(body)?;
    let models = list.data.unwrap_or_default().into_iter().map(|model| {
        let meta = model.meta.and_then(|meta| meta.n_ctx.or(meta.n_ctx_train));
        let context_window = model.max_model_len.or(meta).unwrap_or(0);
        ModelInfo {
            context_window,
            vision: false,
            ..ModelInfo::unknown(
                provider.clone(),
                ModelName::new(model.id),
                TokenFamily::Open,
            )
        }
    });
    Ok(models.collect())
}

/// Reads a stream. A stream is complete with `[DONE]`; where a server forgets it, the end of the body after
/// a finish reason will do.
#[derive(Debug, Default)]
pub struct ChatDecoder {
    refused: bool,
    thoughts: Splitter,
    model: Option<(ModelName, Arc<InThought>)>,
}

impl ChatDecoder {
    /// A decoder for an answer of that model.
    pub(super) fn new(model: &ModelName, in_thought: Arc<InThought>) -> Self {
        Self {
            thoughts: if in_thought.has(model) {
                Splitter::in_thought()
            } else {
                Splitter::default()
            },
            model: Some((model.clone(), in_thought)),
            ..Self::default()
        }
    }

    fn choice(
        &mut self,
        mut choice: Choice,
        out: &mut VecDeque<ProviderEvent>,
    ) -> Result<(), Error> {
        if let Some(mut said) = choice.delta.take() {
            let thinking = said.thinking();
            if !thinking.is_empty() {
                out.push_back(ProviderEvent::Thinking(thinking));
            }
            let (text, refusal) = said.text();
            let mut pieces = Vec::new();
            self.thoughts.push(&text, &mut pieces);
            self.tell(pieces, out);
            if let Some(refusal) = refusal {
                self.refused = true;
                out.push_back(ProviderEvent::Text(refusal));
            }
        }
        if let Some(reason) = choice.finish()? {
            self.end(out);
            let reason = if self.refused {
                FinishReason::ContentFilter
            } else {
                reason
            };
            out.push_back(ProviderEvent::Finished(reason));
        }
        Ok(())
    }

    fn tell(&mut self, pieces: Vec<Piece>, out: &mut VecDeque<ProviderEvent>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_back(ProviderEvent::Text(text)),
                Piece::Thinking(text) => out.push_back(ProviderEvent::Thinking(text)),
                // What has gone out cannot be taken back; what has not can, and the next answer begins right.
                Piece::Retract => {
                    if let Some((model, in_thought)) = &self.model {
                        in_thought.learn(model);
                    }
                    for event in out.iter_mut() {
                        if let ProviderEvent::Text(text) = event {
                            *event = ProviderEvent::Thinking(std::mem::take(text));
                        }
                    }
                }
            }
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
        let chunk: Answer = json::read(data.as_bytes())?;
        if let Some(error) = chunk.error {
            return Err(body_error(None, error));
        }
        for choice in chunk.choices.unwrap_or_default() {
            if choice.index.unwrap_or(0) == 0 {
                self.choice(choice, out)?;
            }
        }
        if let Some(usage) = chunk.usage {
            out.push_back(ProviderEvent::Counts(usage.into()));
        }
        Ok(false)
    }

    fn end(&mut self, out: &mut VecDeque<ProviderEvent>) {
        let mut pieces = Vec::new();
        self.thoughts.end(&mut pieces);
        self.tell(pieces, out);
    }

    fn whole(&mut self, body: &[u8]) -> Result<ProviderAnswer, Error> {
        whole(body)
    }
}
