//! One call to a provider's API: the request with its key, and the error if it is refused.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::Full;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    HttpClient,
    body::{Body, scrub},
};
use std::time::Duration;

use crate::domain::{Error, ErrorCode};

/// Where a key goes.
#[derive(Clone, Copy)]
pub enum Auth<'a> {
    /// Nowhere.
    None,
    /// `Authorization: Bearer …`.
    Bearer(&'a SecretString),
    /// A header of its own.
    Header(&'static str, &'a SecretString),
}

impl Auth<'_> {
    fn key(&self) -> Option<&SecretString> {
        match self {
            Self::None => None,
            Self::Bearer(key) | Self::Header(_, key) => Some(key),
        }
    }

    fn apply(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        let (name, value) = match self {
            Self::None => return Ok(()),
            Self::Bearer(key) => (
                header::AUTHORIZATION,
                format!("Bearer {}", key.expose_secret()),
            ),
            Self::Header(name, key) => (
                HeaderName::from_static(name),
                key.expose_secret().to_owned(),
            ),
        };
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            Error::new(ErrorCode::Authentication, "the configured key is malformed")
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    }
}

/// How a provider's error body is read.
pub type ReadError = fn(StatusCode, &HeaderMap, &[u8]) -> Error;

/// A call to make.
pub struct Call<'a> {
    /// `POST`, as a rule, and where.
    pub to: (Method, Uri),
    /// With which key.
    pub auth: Auth<'a>,
    /// Further headers.
    pub extra: &'a [(&'static str, &'static str)],
    /// What is asked.
    pub body: Bytes,
    /// How long the provider may be silent if that is longer than usual.
    pub silence: Duration,
}

/// A call that was refused: the error, and the body that tells it.
pub struct Refused {
    /// What it means.
    pub error: Error,
    /// How it was said; empty if nothing was.
    pub body: Bytes,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self {
            error,
            body: Bytes::new(),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

/// Sends a JSON request, and gives back the body of a success.
///
/// # Errors
/// What the way to the provider or (by `read_error`) the provider says.
pub async fn call(
    http: &HttpClient,
    call: Call<'_>,
    read_error: ReadError,
) -> Result<Body, Refused> {
    let mut request = Request::new(Full::new(call.body));
    (*request.method_mut(), *request.uri_mut()) = call.to;
    let headers = request.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    for (name, value) in call.extra {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    call.auth.apply(headers)?;
    let sent = http.send_patiently(request, call.silence).await;
    let (head, mut body) = sent.map_err(Error::from)?.into_parts();
    if head.status.is_success() {
        body.key = call.auth.key().cloned();
        return Ok(body);
    }
    let text = body.error_text().await;
    let error = read_error(head.status, &head.headers, &text);
    Err(Refused {
        error: scrub(call.auth.key(), error),
        body: text,
    })
}

/// Writes a request's body.
///
/// # Errors
/// Never for the types of this crate; `internal` by type.
pub fn to_json(body: &impl serde::Serialize) -> Result<Bytes, Error> {
    serde_json::to_vec(body)
        .map(Bytes::from)
        .map_err(|_| Error::new(ErrorCode::Internal, "the request cannot be written as JSON"))
}

/// The error for an answer that cannot be understood.
#[must_use]
pub fn nonsense() -> Error {
    Error::new(
        ErrorCode::Internal,
        "the provider's answer cannot be understood",
    )
}

/// A base URL that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a base URL")]
pub struct BadBaseUrl(pub String);

/// A base URL with a path below it.
///
/// # Errors
/// If it is not an absolute http(s) URL.
pub fn endpoint(base: &str, path: &str) -> Result<Uri, BadBaseUrl> {
    let bad = || BadBaseUrl(base.to_owned());
    let uri: Uri = format!("{}{path}", base.trim_end_matches('/'))
        .parse()
        .map_err(|_| bad())?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.authority().is_some() => Ok(uri),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_absolute() {
        let uri = endpoint("http://127.0.0.1:1/v1/", "/models").unwrap();
        assert_eq!(uri.to_string(), "http://127.0.0.1:1/v1/models");
        for bad in ["", "localhost/v1", "ftp://x", "http://", "http://a b"] {
            assert!(endpoint(bad, "/models").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_that_cannot_be_a_header_is_an_authentication_error() {
        let key = SecretString::from("a\nb");
        let error = Auth::Bearer(&key).apply(&mut HeaderMap::new()).unwrap_err();
        assert_eq!(error.code, ErrorCode::Authentication);
        assert!(!error.message.contains('\n'));
    }
}
