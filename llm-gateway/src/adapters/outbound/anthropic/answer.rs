//! Reads Messages answers, whole and streamed, and errors.
//!
//! Their input count leaves out what was cached, ours includes it. Thinking is told apart from text; other blocks
//! (tools and their results) are passed over, whatever kinds are yet to come.

use std::collections::VecDeque;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::super::{
    halves,
    http::{Decoder, nonsense, sse::SseEvent, status_error},
    json,
};
use crate::{
    domain::{Cause, Counts, Error, ErrorCode, FinishReason},
    ports::outbound::{ProviderAnswer, ProviderEvent},
};

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    content: Vec<Block>,
    stop_reason: Option<String>,
    #[serde(default, deserialize_with = "json::or_absent")]
    usage: Option<OutUsage>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
struct Block {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thinking: Option<String>,
}

/// Counts that a stream tells bit by bit; each is the latest known.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct OutUsage {
    #[serde(default, deserialize_with = "json::count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    cache_read_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    output_tokens: Option<u64>,
    #[serde(default, deserialize_with = "json::or_absent")]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct OutputDetails {
    #[serde(default, deserialize_with = "json::count")]
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

    fn input(&self) -> Option<u64> {
        let parts = [
            self.input_tokens,
            self.cache_creation_input_tokens,
            self.cache_read_input_tokens,
        ];
        self.input_tokens?;
        Some(parts.into_iter().flatten().fold(0, u64::saturating_add))
    }
}

impl From<OutUsage> for Counts {
    fn from(usage: OutUsage) -> Self {
        Self {
            input_tokens: usage.input(),
            cached_input_tokens: usage.cache_read_input_tokens,
            output_tokens: usage.output_tokens,
            reasoning_tokens: usage.output_tokens_details.and_then(|d| d.thinking_tokens),
        }
    }
}

fn finish(reason: &str) -> Result<FinishReason, Error> {
    Ok(match reason {
        "end_turn" | "stop_sequence" | "tool_use" | "pause_turn" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "refusal" => FinishReason::ContentFilter,
        other => {
            return Err(Error::new(
                ErrorCode::Unavailable,
                format!("the provider broke the answer off: {other:.64}"),
            )
            .because(Cause::Connection));
        }
    })
}

/// Reads a whole answer.
pub(crate) fn whole(body: &[u8]) -> Result<ProviderAnswer, Error> {
    let whole: Whole = json::read(body)?;
    if let Some(error) = whole.error {
        return Err(error.into_error(None));
    }
    let reason = whole.stop_reason.ok_or_else(nonsense)?;
    let (mut text, mut thinking) = (String::new(), String::new());
    for block in whole.content {
        match block.kind.as_str() {
            "text" => text.extend(block.text),
            "thinking" => thinking.extend(block.thinking),
            _ => {}
        }
    }
    Ok(ProviderAnswer {
        text: halves::whole(text),
        thinking: halves::whole(thinking),
        finish_reason: finish(&reason)?,
        counts: whole.usage.map(Counts::from).unwrap_or_default(),
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
        #[serde(default, deserialize_with = "json::or_absent")]
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
    #[serde(default, deserialize_with = "json::or_absent")]
    usage: Option<OutUsage>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    thinking: Option<String>,
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
        let event: StreamEvent = json::read(event.data.as_bytes())?;
        let mut tell = |as_event: fn(String) -> ProviderEvent, text: Option<String>| {
            out.extend(text.filter(|t| !t.is_empty()).map(as_event));
        };
        match event {
            StreamEvent::MessageStart { message } => {
                self.usage.merge(message.usage.unwrap_or_default());
                out.push_back(ProviderEvent::Counts(Counts {
                    // What it says of the output now is a beginning.
                    output_tokens: None,
                    ..self.usage.into()
                }));
            }
            StreamEvent::ContentBlockStart { content_block } => match content_block.kind.as_str() {
                "text" => tell(ProviderEvent::Text, content_block.text),
                "thinking" => tell(ProviderEvent::Thinking, content_block.thinking),
                _ => {}
            },
            StreamEvent::ContentBlockDelta { delta } => match delta.kind.as_str() {
                "text_delta" => tell(ProviderEvent::Text, delta.text),
                "thinking_delta" => tell(ProviderEvent::Thinking, delta.thinking),
                _ => {}
            },
            StreamEvent::MessageDelta { delta, usage } => {
                let told = usage.is_some();
                self.usage.merge(usage.unwrap_or_default());
                let reason = delta.stop_reason.as_deref().map(finish).transpose()?;
                out.extend(reason.map(ProviderEvent::Finished));
                if told {
                    out.push_back(ProviderEvent::Counts(self.usage.into()));
                }
            }
            StreamEvent::MessageStop => return Ok(true),
            StreamEvent::Error { error } => return Err(error.into_error(None)),
            StreamEvent::Other => {}
        }
        Ok(false)
    }

    fn whole(&mut self, body: &[u8]) -> Result<ProviderAnswer, Error> {
        whole(body)
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
