//! Reads `generateContent` answers, whole and streamed, and errors.
//!
//! Each piece of a stream is a whole answer with the count so far. There is no closing event: the stream is
//! complete when the body ends after a finish reason.

use std::{collections::VecDeque, time::Duration};

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::super::http::{Decoder, nonsense, sse::SseEvent, status_error};
use crate::{
    domain::{Error, ErrorCode, FinishReason, Usage},
    ports::outbound::{ProviderAnswer, ProviderEvent},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<PromptFeedback>,
    usage_metadata: Option<UsageMetadata>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    #[serde(default)]
    index: u32,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
#[allow(clippy::struct_field_names)] // The API's.
struct UsageMetadata {
    prompt_token_count: u64,
    cached_content_token_count: u64,
    candidates_token_count: u64,
    thoughts_token_count: u64,
    tool_use_prompt_token_count: u64,
}

impl From<UsageMetadata> for Usage {
    fn from(usage: UsageMetadata) -> Self {
        let input_tokens = usage
            .prompt_token_count
            .saturating_add(usage.tool_use_prompt_token_count);
        Self {
            input_tokens,
            cached_input_tokens: usage.cached_content_token_count.min(input_tokens),
            output_tokens: usage
                .candidates_token_count
                .saturating_add(usage.thoughts_token_count),
            reasoning_tokens: usage.thoughts_token_count,
            estimated: false,
        }
    }
}

impl Answer {
    /// An error, or a prompt that is refused as a whole.
    fn refusal(&mut self) -> Option<Error> {
        if let Some(error) = self.error.take() {
            return Some(error.into_error(None));
        }
        let reason = self.prompt_feedback.take()?.block_reason?;
        self.candidates.is_empty().then(|| {
            Error::new(
                ErrorCode::ContentBlocked,
                format!("the provider refuses the prompt: {reason:.64}"),
            )
        })
    }
}

impl Candidate {
    fn text(&mut self) -> String {
        let parts = self.content.take().map(|c| c.parts).unwrap_or_default();
        parts
            .into_iter()
            .filter(|part| !part.thought)
            .filter_map(|part| part.text)
            .collect()
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE"
        | "IMAGE_SAFETY" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    }
}

/// Reads a whole answer.
pub(crate) fn whole(body: &[u8]) -> Result<ProviderAnswer, Error> {
    let mut answer: Answer = serde_json::from_slice(body).map_err(|_| nonsense())?;
    if let Some(error) = answer.refusal() {
        return Err(error);
    }
    let mut first = answer
        .candidates
        .into_iter()
        .find(|candidate| candidate.index == 0)
        .ok_or_else(nonsense)?;
    Ok(ProviderAnswer {
        text: first.text(),
        finish_reason: first
            .finish_reason
            .as_deref()
            .map_or(FinishReason::Stop, finish),
        usage: answer.usage_metadata.map(Usage::from),
    })
}

/// Reads a stream.
#[derive(Debug, Default)]
pub struct ContentDecoder {
    finished: bool,
}

impl Decoder for ContentDecoder {
    fn event(
        &mut self,
        event: &SseEvent,
        out: &mut VecDeque<ProviderEvent>,
    ) -> Result<bool, Error> {
        if event.data.trim().is_empty() {
            return Ok(false);
        }
        let mut answer: Answer = serde_json::from_str(&event.data).map_err(|_| nonsense())?;
        if let Some(error) = answer.refusal() {
            return Err(error);
        }
        for mut candidate in answer.candidates {
            if candidate.index != 0 {
                continue;
            }
            let text = candidate.text();
            if !text.is_empty() {
                out.push_back(ProviderEvent::Text(text));
            }
            if let Some(reason) = candidate.finish_reason {
                self.finished = true;
                out.push_back(ProviderEvent::Finished(finish(&reason)));
            }
        }
        if let Some(usage) = answer.usage_metadata.map(Usage::from) {
            out.push_back(if self.finished {
                ProviderEvent::Usage(usage)
            } else {
                ProviderEvent::Prompt {
                    input_tokens: usage.input_tokens,
                    cached_input_tokens: usage.cached_input_tokens,
                }
            });
        }
        Ok(false)
    }
}

#[derive(Deserialize)]
struct Envelope {
    error: ErrorBody,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct ErrorBody {
    code: u16,
    message: String,
    status: String,
    details: Vec<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    reason: Option<String>,
    retry_delay: Option<String>,
}

impl ErrorBody {
    fn into_error(self, response: Option<Error>) -> Error {
        let mut error = response.unwrap_or_else(|| {
            let status = StatusCode::from_u16(self.code).unwrap_or(StatusCode::BAD_GATEWAY);
            status_error(status, &HeaderMap::new(), "")
        });
        let bad_key = self
            .details
            .iter()
            .any(|d| d.reason.as_deref() == Some("API_KEY_INVALID"));
        error.code = match self.status.as_str() {
            _ if bad_key => ErrorCode::Authentication,
            "INVALID_ARGUMENT" | "OUT_OF_RANGE" if is_too_long(&self.message) => {
                ErrorCode::ContextTooLong
            }
            "INVALID_ARGUMENT" | "OUT_OF_RANGE" => ErrorCode::InvalidRequest,
            "UNAUTHENTICATED" => ErrorCode::Authentication,
            "PERMISSION_DENIED" | "FAILED_PRECONDITION" => ErrorCode::Permission,
            "NOT_FOUND" => ErrorCode::NotFound,
            "RESOURCE_EXHAUSTED" => ErrorCode::RateLimited,
            "UNAVAILABLE" => ErrorCode::Overloaded,
            "DEADLINE_EXCEEDED" => ErrorCode::Timeout,
            "CANCELLED" | "INTERNAL" | "UNKNOWN" | "ABORTED" => ErrorCode::Unavailable,
            _ => error.code,
        };
        let delay = self.details.iter().find_map(|d| d.retry_delay.as_deref());
        if let Some(delay) = delay.and_then(seconds) {
            error.retry_after = Some(delay);
        }
        error.message = self.message;
        error
    }
}

/// `34.5s`.
fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn is_too_long(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("maximum number of tokens") || message.contains("token count")
}

/// The error of a response that is not a success; some come in a list of one.
pub(crate) fn error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let plain = status_error(status, headers, "");
    let envelope = serde_json::from_slice::<Envelope>(body)
        .ok()
        .or_else(|| serde_json::from_slice::<Vec<Envelope>>(body).ok()?.pop());
    match envelope {
        Some(envelope) => envelope.error.into_error(Some(plain)),
        None => plain,
    }
}
