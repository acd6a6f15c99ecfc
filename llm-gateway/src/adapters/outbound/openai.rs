//! `OpenAI`, by Chat Completions.

use std::sync::Arc;

use super::{
    chat::{ChatServer, Dialect},
    http::{BadBaseUrl, HttpClient},
};
use crate::{
    domain::{Error, ProviderName, estimate::TokenFamily},
    ports::{
        BoxFuture,
        outbound::{KeyStore, LLMProvider, ProviderAnswer, ProviderCall, ProviderStream},
    },
};

/// The name of its key.
pub const KEY: &str = "OPENAI_API_KEY";
/// Where it is, unless told otherwise.
pub const BASE_URL: &str = "https://api.openai.com/v1";

/// The adapter.
pub struct OpenAi {
    name: ProviderName,
    server: ChatServer,
    keys: Arc<dyn KeyStore>,
}

impl OpenAi {
    /// The provider at that base URL.
    ///
    /// # Errors
    /// If the base URL is none.
    pub fn new(
        http: HttpClient,
        base_url: &str,
        keys: Arc<dyn KeyStore>,
    ) -> Result<Self, BadBaseUrl> {
        let dialect = Dialect {
            names: true,
            max_completion_tokens: true,
            safety_identifier: true,
            alternating: false,
        };
        Ok(Self {
            name: ProviderName::new("openai"),
            server: ChatServer::new(http, base_url, dialect)?,
            keys,
        })
    }

    async fn key(&self) -> Result<secrecy::SecretString, Error> {
        super::http::require_key(self.keys.as_ref(), KEY).await
    }
}

impl LLMProvider for OpenAi {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn configured(&self) -> bool {
        self.keys.has(KEY)
    }

    fn family(&self) -> TokenFamily {
        TokenFamily::OpenAi
    }

    fn complete(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderAnswer, Error>> {
        Box::pin(async move {
            let key = self.key().await?;
            self.server.complete(call, Some(key)).await
        })
    }

    fn stream(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderStream, Error>> {
        Box::pin(async move {
            let key = self.key().await?;
            self.server.stream(call, Some(key)).await
        })
    }
}
