//! Reads `generateContent` answers, whole and streamed, and errors.
//!
//! Each piece of a stream is a whole answer with the count so far. There is no closing event: the stream is
//! complete when the body ends after a finish reason.

use std::{collections::VecDeque, time::Duration};

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
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<PromptFeedback>,
    #[serde(default, deserialize_with = "json::or_absent")]
    usage_metadata: Option<UsageMetadata>,
    error: Option<ErrorBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    #[serde(default, deserialize_with = "json::count")]
    index: Option<u64>,
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
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names)] // The API's.
struct UsageMetadata {
    #[serde(default, deserialize_with = "json::count")]
    prompt_token_count: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    cached_content_token_count: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    candidates_token_count: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    thoughts_token_count: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    tool_use_prompt_token_count: Option<u64>,
}

impl From<UsageMetadata> for Counts {
    fn from(usage: UsageMetadata) -> Self {
        let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (None, None) => None,
            _ => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        Self {
            input_tokens: usage
                .prompt_token_count
                .map(|n| n.saturating_add(usage.tool_use_prompt_token_count.unwrap_or(0))),
            cached_input_tokens: usage.cached_content_token_count,
            output_tokens: sum(usage.candidates_token_count, usage.thoughts_token_count),
            reasoning_tokens: usage.thoughts_token_count,
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
    fn is_first(&self) -> bool {
        self.index.unwrap_or(0) == 0
    }

    /// What is said, and what is shown of the thinking.
    fn said(&mut self) -> (String, String) {
        let parts = self.content.take().map(|c| c.parts).unwrap_or_default();
        let (mut text, mut thinking) = (String::new(), String::new());
        for part in parts {
            if part.thought {
                thinking.extend(part.text);
            } else {
                text.extend(part.text);
            }
        }
        (text, thinking)
    }
}

/// What a finish reason means; none yet for one that says nothing.
fn finish(reason: Option<&str>) -> Result<Option<FinishReason>, Error> {
    Ok(Some(match reason.unwrap_or_default() {
        "" | "FINISH_REASON_UNSPECIFIED" => return Ok(None),
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "LANGUAGE"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => FinishReason::ContentFilter,
        other => {
            return Err(Error::new(
                ErrorCode::Unavailable,
                format!("the provider broke the answer off: {other:.64}"),
            )
            .because(Cause::Connection));
        }
    }))
}

/// Reads a whole answer.
pub(crate) fn whole(body: &[u8]) -> Result<ProviderAnswer, Error> {
    let mut answer: Answer = json::read(body)?;
    if let Some(error) = answer.refusal() {
        return Err(error);
    }
    let mut first = answer
        .candidates
        .into_iter()
        .find(Candidate::is_first)
        .ok_or_else(nonsense)?;
    let (text, thinking) = first.said();
    Ok(ProviderAnswer {
        text: halves::whole(text),
        thinking: halves::whole(thinking),
        finish_reason: finish(first.finish_reason.as_deref())?.unwrap_or(FinishReason::Stop),
        counts: answer.usage_metadata.map(Counts::from).unwrap_or_default(),
    })
}

/// Reads a stream.
#[derive(Debug, Default)]
pub struct ContentDecoder;

impl Decoder for ContentDecoder {
    fn event(
        &mut self,
        event: &SseEvent,
        out: &mut VecDeque<ProviderEvent>,
    ) -> Result<bool, Error> {
        if event.data.trim().is_empty() {
            return Ok(false);
        }
        let mut answer: Answer = json::read(event.data.as_bytes())?;
        if let Some(error) = answer.refusal() {
            return Err(error);
        }
        let mut end = Ok(None);
        for mut candidate in answer.candidates {
            if candidate.is_first() {
                let (text, thinking) = candidate.said();
                if !thinking.is_empty() {
                    out.push_back(ProviderEvent::Thinking(thinking));
                }
                if !text.is_empty() {
                    out.push_back(ProviderEvent::Text(text));
                }
                end = finish(candidate.finish_reason.as_deref());
            }
        }
        // The count comes with every piece, of all there is so far.
        let counts = answer.usage_metadata.map(Counts::from);
        out.extend(counts.map(ProviderEvent::Counts));
        out.extend(end?.map(ProviderEvent::Finished));
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

#[derive(Default, Deserialize)]
#[serde(default)]
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
