//! The Chat Completions protocol, as `OpenAI` defines it and as many servers copy it.
//!
//! What differs between the original and the copies is a [`Dialect`]. Requests are written straight from the
//! domain's request (images are encoded into the body as it is written), answers are read with serde structs
//! that name only what is used: everything unknown is passed over, since copies add fields freely.

mod answer;
mod body;
mod errors;
mod fields;
mod ollama;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use ::http::{Method, Uri};
use bytes::Bytes;
use secrecy::SecretString;

pub use answer::ChatDecoder;
pub(crate) use answer::whole;
pub use errors::chat_error;

use self::fields::Refusals;
use super::http::{self, Auth, BadBaseUrl, Call, HttpClient, body::Body, decode, endpoint};
use crate::{
    domain::{Error, ErrorCode, ModelInfo, ModelName, ProviderName},
    ports::outbound::{ProviderAnswer, ProviderCall, ProviderStream},
};

/// How a server speaks the protocol.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)] // Independent habits.
pub struct Dialect {
    /// Whether `name` on a message reaches the model. Where it does not, names become prefixes.
    pub names: bool,
    /// `max_completion_tokens` rather than `max_tokens`.
    pub max_completion_tokens: bool,
    /// Whether the caller's hash is sent for abuse counters.
    pub safety_identifier: bool,
    /// Whether turns must alternate and begin with a person, as many chat templates want it.
    pub alternating: bool,
}

/// The models of a server that have been seen to begin in the middle of a thought.
#[derive(Debug, Default)]
pub(crate) struct InThought(Mutex<HashSet<ModelName>>);

impl InThought {
    /// Whether a model's template opens the thought itself, so that only its end is seen: by what was seen, or by
    /// the name of a family that does so.
    fn has(&self, model: &ModelName) -> bool {
        const FAMILIES: [&str; 4] = ["qwq", "thinking", "deepseek-r1", "r1-distill"];
        let name = model.as_str().to_ascii_lowercase();
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.contains(model) || FAMILIES.iter().any(|family| name.contains(family))
    }

    fn learn(&self, model: &ModelName) {
        const MOST: usize = 1_024;
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MOST {
            seen.insert(model.clone());
        }
    }
}

/// A server that speaks the protocol.
pub struct ChatServer {
    http: HttpClient,
    base_url: String,
    completions: Uri,
    models: Uri,
    dialect: Dialect,
    refusals: Refusals,
    in_thought: Arc<InThought>,
}

impl ChatServer {
    /// The server below that base URL (with its `/v1`, as the official client takes it).
    ///
    /// # Errors
    /// If the base URL is none.
    pub fn new(http: HttpClient, base_url: &str, dialect: Dialect) -> Result<Self, BadBaseUrl> {
        Ok(Self {
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            completions: endpoint(base_url, "/chat/completions")?,
            models: endpoint(base_url, "/models")?,
            dialect,
            refusals: Refusals::default(),
            in_thought: Arc::default(),
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
        body.answer(answer::whole).await
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
        let decoder = ChatDecoder::new(&call.request.model, Arc::clone(&self.in_thought));
        Ok(decode(body, decoder))
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
        let call = Self::call((Method::GET, self.models.clone()), key, Bytes::new());
        let body = http::call(&self.http, call, chat_error)
            .await?
            .whole()
            .await?;
        let mut found = answer::models(provider, &body)?;
        if answer::is_ollama(&body) {
            self.ask_ollama(key, &mut found).await;
        }
        Ok(found)
    }

    fn call(to: (Method, Uri), key: Option<&SecretString>, body: Bytes) -> Call<'_> {
        Call {
            to,
            auth: key.map_or(Auth::None, Auth::Bearer),
            extra: &[],
            body,
            silence: std::time::Duration::ZERO,
        }
    }

    /// Asks, and asks again without what the server does not know. It is a bounded number of times, since each
    /// refusal takes a field away.
    async fn ask(
        &self,
        call: &ProviderCall,
        key: Option<&SecretString>,
        stream: bool,
    ) -> Result<Body, Error> {
        loop {
            let without = self.refusals.now();
            let body = body::write(call, self.dialect, without, stream)?;
            let to = (Method::POST, self.completions.clone());
            let asked = Call {
                silence: call.model.reasoning.silence,
                ..Self::call(to, key, body)
            };
            let refused = match http::call(&self.http, asked, chat_error).await {
                Ok(body) => return Ok(body),
                Err(refused) => refused,
            };
            let text = String::from_utf8_lossy(&refused.body);
            let cap = body::cap_name(self.dialect, without);
            if refused.error.code != ErrorCode::InvalidRequest
                || !self.refusals.learn(&text, without, cap)
            {
                return Err(refused.error);
            }
        }
    }
}
