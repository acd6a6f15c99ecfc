//! Anthropic, by the Messages API.

mod answer;
mod body;
mod caching;
mod thinking;

use std::sync::Arc;

use ::http::{Method, Uri};

pub use answer::MessagesDecoder;
pub(crate) use answer::{error, whole};

use super::http::{
    self, Auth, BadBaseUrl, Call, HttpClient, body::Body, decode, endpoint, require_key,
};
use crate::{
    domain::{Error, ProviderName, estimate::TokenFamily},
    ports::{
        BoxFuture,
        outbound::{KeyStore, LLMProvider, ProviderAnswer, ProviderCall, ProviderStream},
    },
};

/// The name of its key.
pub const KEY: &str = "ANTHROPIC_API_KEY";
/// Where it is, unless told otherwise.
pub const BASE_URL: &str = "https://api.anthropic.com";
const VERSION: (&str, &str) = ("anthropic-version", "2023-06-01");

/// The adapter.
pub struct Anthropic {
    name: ProviderName,
    http: HttpClient,
    messages: Uri,
    keys: Arc<dyn KeyStore>,
}

impl Anthropic {
    /// The provider at that base URL (without `/v1`, as the official client takes it).
    ///
    /// # Errors
    /// If the base URL is none.
    pub fn new(
        http: HttpClient,
        base_url: &str,
        keys: Arc<dyn KeyStore>,
    ) -> Result<Self, BadBaseUrl> {
        Ok(Self {
            name: ProviderName::new("anthropic"),
            http,
            messages: endpoint(base_url, "/v1/messages")?,
            keys,
        })
    }

    async fn ask(&self, call: &ProviderCall, stream: bool) -> Result<Body, Error> {
        let key = require_key(self.keys.as_ref(), KEY).await?;
        let body = body::write(call, stream)?;
        let call = Call {
            to: (Method::POST, self.messages.clone()),
            auth: Auth::Header("x-api-key", &key),
            extra: &[VERSION],
            body,
            silence: call.model.reasoning.silence,
        };
        Ok(http::call(&self.http, call, answer::error).await?)
    }
}

impl LLMProvider for Anthropic {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn configured(&self) -> bool {
        self.keys.has(KEY)
    }

    fn family(&self) -> TokenFamily {
        TokenFamily::Claude47
    }

    fn complete(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderAnswer, Error>> {
        Box::pin(async move {
            let body = self.ask(&call, false).await?;
            body.answer(answer::whole).await
        })
    }

    fn stream(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderStream, Error>> {
        Box::pin(async move {
            let body = self.ask(&call, true).await?;
            Ok(decode(body, MessagesDecoder::default()))
        })
    }
}
