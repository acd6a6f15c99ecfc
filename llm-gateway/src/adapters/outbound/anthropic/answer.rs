//! Reads Messages answers, whole and streamed, and errors.
//!
//! Their input count leaves out what was cached, ours includes it. Blocks that are not text (thinking, tools
//! and their results) are passed over, whatever kinds are yet to come.

use std::collections::VecDeque;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::super::http::{Decoder, nonsense, sse::SseEvent, status_error};
use crate::{
    domain::{Error, ErrorCode, FinishReason, Usage},
    ports::outbound::{ProviderAnswer, ProviderEvent},
};

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    content: Vec<Block>,
    stop_reason: Option<String>,
    usage: Option<OutUsage>,
}

#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

/// Counts that a stream tells bit by bit; each is the latest known.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct OutUsage {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct OutputDetails {
    thinking_tokens: Option<u64>,
}

impl OutUsage {
    fn merge(&mut self, newer: Self) {
        self.input_tokens = newer.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens = newer
            .cache_creation_input_tokens
            .or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = newer
            .cache_read_input_tokens
            .or(self.cache_read_input_tokens);
        self.output_tokens = newer.output_tokens.or(self.output_tokens);
        self.output_tokens_details = newer.output_tokens_details.or(self.output_tokens_details);
    }

    fn cached(&self) -> u64 {
        self.cache_read_input_tokens.unwrap_or(0)
    }

    fn input(&self) -> u64 {
        self.input_tokens
            .unwrap_or(0)
            .saturating_add(self.cache_creation_input_tokens.unwrap_or(0))
            .saturating_add(self.cached())
    }
}

impl From<OutUsage> for Usage {
    fn from(usage: OutUsage) -> Self {
        let output_tokens = usage.output_tokens.unwrap_or(0);
        let thinking = usage.output_tokens_details.and_then(|d| d.thinking_tokens);
        Self {
            input_tokens: usage.input(),
            cached_input_tokens: usage.cached(),
            output_tokens,
            reasoning_tokens: thinking.unwrap_or(0).min(output_tokens),
            estimated: false,
        }
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "refusal" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    }
}

/// Reads a whole answer.
pub(crate) fn whole(body: &[u8]) -> Result<ProviderAnswer, Error> {
    let whole: Whole = serde_json::from_slice(body).map_err(|_| nonsense())?;
    let reason = whole.stop_reason.ok_or_else(nonsense)?;
    let texts = whole.content.into_iter().filter(|b| b.kind == "text");
    Ok(ProviderAnswer {
        text: texts.filter_map(|block| block.text).collect(),
        finish_reason: finish(&reason),
        usage: whole.usage.map(Usage::from),
    })
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum StreamEvent {
    MessageStart {
        message: StartedMessage,
    },
    ContentBlockStart {
        content_block: Block,
    },
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        delta: MessageDelta,
        usage: Option<OutUsage>,
    },
    MessageStop,
    Error {
        error: ErrorBody,
    },
    /// `ping`, `content_block_stop`, and what is yet to be invented.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct StartedMessage {
    usage: Option<OutUsage>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct MessageDelta {
    stop_reason: Option<String>,
}

/// Reads a stream.
#[derive(Debug, Default)]
pub struct MessagesDecoder {
    usage: OutUsage,
}

impl Decoder for MessagesDecoder {
    fn event(
        &mut self,
        event: &SseEvent,
        out: &mut VecDeque<ProviderEvent>,
    ) -> Result<bool, Error> {
        if event.data.is_empty() || event.event == "ping" {
            return Ok(false);
        }
        let event: StreamEvent = serde_json::from_str(&event.data).map_err(|_| nonsense())?;
        let mut say = |text: Option<String>| {
            if let Some(text) = text.filter(|t| !t.is_empty()) {
                out.push_back(ProviderEvent::Text(text));
            }
        };
        match event {
            StreamEvent::MessageStart { message } => {
                self.usage.merge(message.usage.unwrap_or_default());
                out.push_back(ProviderEvent::Prompt {
                    input_tokens: self.usage.input(),
                    cached_input_tokens: self.usage.cached(),
                });
            }
            StreamEvent::ContentBlockStart { content_block } if content_block.kind == "text" => {
                say(content_block.text);
            }
            StreamEvent::ContentBlockDelta { delta } if delta.kind == "text_delta" => {
                say(delta.text);
            }
            StreamEvent::MessageDelta { delta, usage } => {
                self.usage.merge(usage.unwrap_or_default());
                if let Some(reason) = delta.stop_reason {
                    out.push_back(ProviderEvent::Usage(self.usage.into()));
                    out.push_back(ProviderEvent::Finished(finish(&reason)));
                }
            }
            StreamEvent::MessageStop => return Ok(true),
            StreamEvent::Error { error } => return Err(error.into_error(None)),
            _ => {}
        }
        Ok(false)
    }
}

#[derive(Deserialize)]
struct Envelope {
    error: ErrorBody,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    message: String,
}

impl ErrorBody {
    fn into_error(self, response: Option<Error>) -> Error {
        let mut error = response.unwrap_or_else(|| Error::new(ErrorCode::Unavailable, ""));
        error.code = match self.kind.as_str() {
            "invalid_request_error" if is_too_long(&self.message) => ErrorCode::ContextTooLong,
            "invalid_request_error" => ErrorCode::InvalidRequest,
            "request_too_large" => ErrorCode::ContextTooLong,
            "authentication_error" => ErrorCode::Authentication,
            "permission_error" | "billing_error" => ErrorCode::Permission,
            "not_found_error" => ErrorCode::NotFound,
            "rate_limit_error" => ErrorCode::RateLimited,
            "overloaded_error" => ErrorCode::Overloaded,
            "timeout_error" => ErrorCode::Timeout,
            "api_error" => ErrorCode::Unavailable,
            _ => error.code,
        };
        error.message = self.message;
        error
    }
}

fn is_too_long(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("prompt is too long") || message.contains("exceed context limit")
}

/// The error of a response that is not a success.
pub(crate) fn error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let plain = status_error(status, headers, "");
    match serde_json::from_slice::<Envelope>(body) {
        Ok(envelope) => envelope.error.into_error(Some(plain)),
        Err(_) => plain,
    }
}
