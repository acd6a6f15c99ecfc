//! The Chat Completions protocol, as `OpenAI` defines it and as many servers copy it.
//!
//! What differs between the original and the copies is a [`Dialect`]. Requests are written straight from the
//! domain's request (images are encoded into the body as it is written), answers are read with serde structs
//! that name only what is used: everything unknown is passed over, since copies add fields freely.

mod answer;
mod body;
mod errors;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::Full;
use secrecy::{ExposeSecret as _, SecretString};

pub use answer::ChatDecoder;
pub use errors::chat_error;

use super::http::{HttpClient, body::Body, decode};
use crate::{
    domain::{Error, ErrorCode, ModelInfo, ProviderName},
    ports::outbound::{ProviderAnswer, ProviderCall, ProviderStream},
};

/// How a server speaks the protocol.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Whether `name` on a message reaches the model. Where it does not, names become prefixes.
    pub names: bool,
    /// `max_completion_tokens` rather than `max_tokens`.
    pub max_completion_tokens: bool,
    /// Whether the caller's hash is sent for abuse counters.
    pub safety_identifier: bool,
}

/// A server that speaks the protocol.
pub struct ChatServer {
    http: HttpClient,
    completions: Uri,
    models: Uri,
    dialect: Dialect,
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

impl ChatServer {
    /// The server below that base URL (with its `/v1`, as the official client takes it).
    ///
    /// # Errors
    /// If the base URL is none.
    pub fn new(http: HttpClient, base_url: &str, dialect: Dialect) -> Result<Self, BadBaseUrl> {
        Ok(Self {
            http,
            completions: endpoint(base_url, "/chat/completions")?,
            models: endpoint(base_url, "/models")?,
            dialect,
        })
    }

    /// Asks for a whole answer.
    ///
    /// # Errors
    /// Whatever the server or the way to it says.
    pub async fn complete(
        &self,
        call: Arc<ProviderCall>,
        key: Option<SecretString>,
    ) -> Result<ProviderAnswer, Error> {
        let body = self.ask(&call, key.as_ref(), false).await?;
        drop(call);
        answer::whole(&body.whole().await?)
    }

    /// Asks for a stream.
    ///
    /// # Errors
    /// Whatever the server or the way to it says.
    pub async fn stream(
        &self,
        call: Arc<ProviderCall>,
        key: Option<SecretString>,
    ) -> Result<ProviderStream, Error> {
        let body = self.ask(&call, key.as_ref(), true).await?;
        Ok(decode(body, ChatDecoder::default()))
    }

    /// The models the server says it has.
    ///
    /// # Errors
    /// Whatever the server or the way to it says.
    pub async fn models(
        &self,
        provider: &ProviderName,
        key: Option<&SecretString>,
    ) -> Result<Vec<ModelInfo>, Error> {
        let body = self
            .send(Method::GET, &self.models, key, Bytes::new())
            .await?;
        answer::models(provider, &body.whole().await?)
    }

    async fn ask(
        &self,
        call: &ProviderCall,
        key: Option<&SecretString>,
        stream: bool,
    ) -> Result<Body, Error> {
        let body = body::write(call, self.dialect, stream)?;
        self.send(Method::POST, &self.completions, key, body).await
    }

    async fn send(
        &self,
        method: Method,
        uri: &Uri,
        key: Option<&SecretString>,
        body: Bytes,
    ) -> Result<Body, Error> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri.clone();
        let headers = request.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(key) = key {
            headers.insert(header::AUTHORIZATION, bearer(key)?);
        }
        let response = self.http.send(request).await?;
        let (head, body) = response.into_parts();
        if head.status.is_success() {
            return Ok(body);
        }
        let text = body.error_text().await;
        let mut error = chat_error(head.status, &head.headers, &text);
        if let Some(key) = key {
            error.message = error.message.replace(key.expose_secret(), "[key]");
        }
        Err(error)
    }
}

fn bearer(key: &SecretString) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))
        .map_err(|_| Error::new(ErrorCode::Authentication, "the configured key is malformed"))?;
    value.set_sensitive(true);
    Ok(value)
}
