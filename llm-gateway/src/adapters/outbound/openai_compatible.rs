//! Servers that speak `OpenAI`'s protocol: Ollama, vLLM, llama.cpp and the like.
//!
//! They need no key as a rule, say themselves which models they have, and their chat templates ignore a
//! message's `name`, so authors become prefixes, and want turns that alternate.

use std::sync::Arc;

use secrecy::SecretString;

use super::{
    chat::{ChatServer, Dialect},
    http::{BadBaseUrl, HttpClient},
};
use crate::{
    domain::{Error, ModelInfo, ProviderName, estimate::TokenFamily},
    ports::{
        BoxFuture,
        outbound::{LLMProvider, ProviderAnswer, ProviderCall, ProviderStream},
    },
};

/// The adapter, for one server.
pub struct OpenAiCompatible {
    name: ProviderName,
    server: ChatServer,
    key: Option<SecretString>,
}

impl OpenAiCompatible {
    /// The server at that base URL, under that name.
    ///
    /// # Errors
    /// If the base URL is none.
    pub fn new(
        http: HttpClient,
        name: &str,
        base_url: &str,
        key: Option<SecretString>,
    ) -> Result<Self, BadBaseUrl> {
        let dialect = Dialect {
            names: false,
            max_completion_tokens: false,
            safety_identifier: false,
            alternating: true,
        };
        Ok(Self {
            name: ProviderName::new(name),
            server: ChatServer::new(http, base_url, dialect)?,
            key,
        })
    }
}

impl LLMProvider for OpenAiCompatible {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn configured(&self) -> bool {
        true
    }

    fn family(&self) -> TokenFamily {
        TokenFamily::Open
    }

    fn complete(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderAnswer, Error>> {
        Box::pin(self.server.complete(call, self.key.clone()))
    }

    fn stream(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderStream, Error>> {
        Box::pin(self.server.stream(call, self.key.clone()))
    }

    fn discover(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, Error>> {
        Box::pin(self.server.models(&self.name, self.key.as_ref()))
    }
}
