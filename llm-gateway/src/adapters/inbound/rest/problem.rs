//! Errors as `application/problem+json`.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::domain::{Error, ErrorCode};

/// An error on its way to a REST caller.
#[derive(Debug)]
pub struct Problem {
    error: Error,
    status: StatusCode,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = status_of(error.code);
        Self { error, status }
    }
}

impl Problem {
    pub(super) fn too_large() -> Self {
        Self {
            error: Error::invalid("the body is larger than 44 MB"),
            status: StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    let status = match code {
        ErrorCode::InvalidRequest => 400,
        ErrorCode::Authentication => 401,
        ErrorCode::Permission => 403,
        ErrorCode::NotFound => 404,
        ErrorCode::ContextTooLong | ErrorCode::ContentBlocked => 422,
        ErrorCode::RateLimited => 429,
        // nginx's "client closed request"; nobody is there to read it.
        ErrorCode::Cancelled => 499,
        ErrorCode::Internal => 500,
        ErrorCode::Unavailable => 502,
        ErrorCode::Overloaded => 503,
        ErrorCode::Timeout => 504,
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Client Closed Request"),
            "status": self.status.as_u16(),
            "code": self.error.code.as_str(),
            "detail": self.error.message,
        });
        let mut retry = None;
        if let Some(after) = self.error.retry_after {
            body["retry_after_ms"] = json!(u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
            retry = Some(after.as_secs() + u64::from(after.subsec_nanos() > 0));
        }
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
