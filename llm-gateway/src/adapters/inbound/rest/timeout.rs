//! A caller's time, in a header: JSON callers have no `grpc-timeout`.

use std::time::{Duration, Instant};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use super::{super::deadline, problem::Problem};
use crate::domain::Error;

/// Milliseconds from the request's head to the end of the answer.
pub(super) const HEADER: &str = "x-request-timeout-ms";

/// When the caller stops waiting. Read before the body is, so that the time its upload takes counts.
pub(super) struct Deadline(pub Option<Instant>);

impl<S: Sync> FromRequestParts<S> for Deadline {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let timeout = read(&parts.headers)?;
        Ok(Self(
            timeout.and_then(|timeout| deadline(Instant::now(), timeout)),
        ))
    }
}

/// A limit that cannot be read is refused: one that silently did not apply would be found out too late.
fn read(headers: &HeaderMap) -> Result<Option<Duration>, Error> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let digits = value
        .to_str()
        .ok()
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(ms) if ms > 0 => Ok(Some(Duration::from_millis(ms))),
        _ => Err(Error::invalid(
            "X-Request-Timeout-Ms must be a positive number of milliseconds",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &[u8]) -> Result<Option<Duration>, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, value.try_into().unwrap());
        read(&headers)
    }

    #[test]
    fn milliseconds_are_read_and_anything_else_is_refused() {
        assert_eq!(read(&HeaderMap::new()), Ok(None));
        assert_eq!(of(b"1500"), Ok(Some(Duration::from_millis(1_500))));
        let longest = Some(Duration::from_millis(u64::MAX));
        assert_eq!(of(b"18446744073709551615"), Ok(longest));
        for odd in [
            &b""[..],
            b"0",
            b"-1",
            b"+5",
            b"1.5",
            b"1s",
            b" 5 5",
            b"18446744073709551616",
            b"\xff",
        ] {
            let error = of(odd).unwrap_err();
            assert_eq!(error.code, crate::domain::ErrorCode::InvalidRequest);
        }
    }
}
