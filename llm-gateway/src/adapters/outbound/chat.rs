//! The Chat Completions protocol, as `OpenAI` defines it and as many servers copy it.
//!
//! What differs between the original and the copies is a [`Dialect`]. Requests are written straight from the
//! domain's request (images are encoded into the body as it is written), answers are read with serde structs
//! that name only what is used: everything unknown is passed over, since copies add fields freely.

mod answer;
mod body;
mod errors;

use std::sync::Arc;

use ::http::{Method, Uri};
use bytes::Bytes;
use secrecy::SecretString;

pub use answer::ChatDecoder;
pub(crate) use answer::whole;
pub use errors::chat_error;

use super::http::{self, Auth, BadBaseUrl, HttpClient, body::Body, decode, endpoint};
use crate::{
    domain::{Error, ModelInfo, ProviderName},
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
        let to = (Method::GET, self.models.clone());
        let body = http::call(&self.http, to, auth(key), &[], Bytes::new(), chat_error).await?;
        answer::models(provider, &body.whole().await?)
    }

    async fn ask(
        &self,
        call: &ProviderCall,
        key: Option<&SecretString>,
        stream: bool,
    ) -> Result<Body, Error> {
        let body = body::write(call, self.dialect, stream)?;
        let to = (Method::POST, self.completions.clone());
        http::call(&self.http, to, auth(key), &[], body, chat_error).await
    }
}

fn auth(key: Option<&SecretString>) -> Auth<'_> {
    key.map_or(Auth::None, Auth::Bearer)
}
