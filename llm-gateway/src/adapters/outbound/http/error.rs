//! From what HTTP can do wrong to the domain's one error.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use crate::domain::{Cause, Error, ErrorCode};

/// What can go wrong below the provider's protocol. Holds no detail: a connection error may name addresses,
/// which are no caller's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection.
    #[error("the provider cannot be reached")]
    Connect,
    /// A certificate of nobody we know.
    #[error("the provider's certificate is not trusted; GATEWAY_CA_FILE names further authorities")]
    Untrusted,
    /// A proxy that does not let us through.
    #[error(
        "the proxy does not lead to the provider; HTTPS_PROXY and NO_PROXY say when it is asked"
    )]
    Proxy,
    /// A connection that broke.
    #[error("the connection to the provider broke")]
    Broken,
    /// Silence.
    #[error("the provider did not answer in time")]
    Timeout,
    /// More than an answer can be.
    #[error("the provider's answer is too large")]
    TooLarge,
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let (code, cause) = match error {
            TransportError::Connect | TransportError::Untrusted | TransportError::Proxy => {
                (ErrorCode::Unavailable, Cause::Refusal)
            }
            TransportError::Broken => (ErrorCode::Unavailable, Cause::Connection),
            TransportError::Timeout => (ErrorCode::Timeout, Cause::Silence),
            TransportError::TooLarge => (ErrorCode::Internal, Cause::Connection),
        };
        Self::new(code, error.to_string()).because(cause)
    }
}

/// The error that a status means when the body does not say more.
#[must_use]
pub fn status_error(status: StatusCode, headers: &HeaderMap, message: &str) -> Error {
    let code = match status.as_u16() {
        401 => ErrorCode::Authentication,
        402 | 403 => ErrorCode::Permission,
        404 => ErrorCode::NotFound,
        408 | 504 => ErrorCode::Timeout,
        413 => ErrorCode::ContextTooLong,
        429 => ErrorCode::RateLimited,
        503 | 529 => ErrorCode::Overloaded,
        400..=499 => ErrorCode::InvalidRequest,
        _ => ErrorCode::Unavailable,
    };
    let message = if message.is_empty() {
        format!("the provider answered with status {}", status.as_u16())
    } else {
        message.to_owned()
    };
    Error::new(code, message).with_retry_after(retry_after(headers))
}

/// How long the provider asks to be left alone: milliseconds, seconds, or until a date.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::trim)
    };
    if let Some(ms) = text("retry-after-ms").and_then(|v| v.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(ms / 1_000.0).ok();
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(
        at.duration_since(SystemTime::now())
            .unwrap_or(Duration::ZERO),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        assert_eq!(after("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(
            after("retry-after", "0.5"),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            after("retry-after-ms", "120"),
            Some(Duration::from_millis(120))
        );
        assert_eq!(
            after("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::ZERO)
        );
        for odd in ["", "soon", "-1", "NaN", "inf"] {
            assert_eq!(after("retry-after", odd), None, "{odd}");
        }
    }

    #[test]
    fn each_status_has_its_code() {
        let code = |status| {
            status_error(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), "").code
        };
        assert_eq!(code(400), ErrorCode::InvalidRequest);
        assert_eq!(code(401), ErrorCode::Authentication);
        assert_eq!(code(403), ErrorCode::Permission);
        assert_eq!(code(404), ErrorCode::NotFound);
        assert_eq!(code(413), ErrorCode::ContextTooLong);
        assert_eq!(code(422), ErrorCode::InvalidRequest);
        assert_eq!(code(429), ErrorCode::RateLimited);
        assert_eq!(code(500), ErrorCode::Unavailable);
        assert_eq!(code(502), ErrorCode::Unavailable);
        assert_eq!(code(503), ErrorCode::Overloaded);
        assert_eq!(code(504), ErrorCode::Timeout);
        assert_eq!(code(529), ErrorCode::Overloaded);
        assert_eq!(code(302), ErrorCode::Unavailable);
    }
}
