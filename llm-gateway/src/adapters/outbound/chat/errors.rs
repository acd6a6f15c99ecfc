//! Reads Chat Completions errors. The `code` field says more than the status where it is filled.

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::super::http::status_error;
use crate::domain::{Error, ErrorCode};

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ErrorBody {
    Full {
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        code: Option<Value>,
        #[serde(default, rename = "type")]
        kind: Option<String>,
    },
    Text(String),
}

#[derive(Deserialize)]
struct Envelope {
    error: Option<ErrorBody>,
    // Some servers (FastAPI's) put it here.
    detail: Option<Value>,
    message: Option<String>,
}

/// The error of a response that is not a success.
#[must_use]
pub fn chat_error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else {
        return status_error(status, headers, "");
    };
    if let Some(error) = envelope.error {
        return body_error(Some((status, headers)), error);
    }
    let detail = envelope.detail.and_then(|d| d.as_str().map(str::to_owned));
    let message = envelope.message.or(detail).unwrap_or_default();
    refine(status_error(status, headers, &message), "")
}

/// The error of an error object; without a response, it came in mid-stream.
pub(super) fn body_error(response: Option<(StatusCode, &HeaderMap)>, body: ErrorBody) -> Error {
    let (message, code, kind) = match body {
        ErrorBody::Text(message) => (message, None, None),
        ErrorBody::Full {
            message,
            code,
            kind,
        } => (message.unwrap_or_default(), code, kind),
    };
    let base = if let Some((status, headers)) = response {
        status_error(status, headers, &message)
    } else {
        // llama.cpp and vLLM put the HTTP status into `code`.
        let status = code.as_ref().and_then(Value::as_u64);
        let status = status.and_then(|s| u16::try_from(s).ok());
        let status = status.and_then(|s| StatusCode::from_u16(s).ok());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        status_error(status, &HeaderMap::new(), &message)
    };
    let code = code.as_ref().and_then(Value::as_str);
    let error = refine(base, code.unwrap_or_default());
    refine(error, kind.as_deref().unwrap_or_default())
}

fn refine(mut error: Error, code: &str) -> Error {
    let text = error.message.to_ascii_lowercase();
    error.code = match code {
        "context_length_exceeded" | "exceed_context_size_error" | "string_above_max_length" => {
            ErrorCode::ContextTooLong
        }
        "content_filter" | "content_policy_violation" | "moderation_blocked" => {
            ErrorCode::ContentBlocked
        }
        "invalid_api_key" | "authentication_error" => ErrorCode::Authentication,
        // No money left: waiting does not help.
        "insufficient_quota" | "billing_hard_limit_reached" | "permission_error" => {
            ErrorCode::Permission
        }
        "model_not_found" | "not_found_error" => ErrorCode::NotFound,
        "rate_limit_exceeded" | "rate_limit_error" => ErrorCode::RateLimited,
        "overloaded" | "overloaded_error" | "engine_overloaded" | "server_overloaded"
        | "slow_down" => ErrorCode::Overloaded,
        _ if error.code == ErrorCode::InvalidRequest
            && (text.contains("maximum context length") || text.contains("context size")) =>
        {
            ErrorCode::ContextTooLong
        }
        _ => error.code,
    };
    error
}
