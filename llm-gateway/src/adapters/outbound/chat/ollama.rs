//! What only Ollama tells: how much of a prompt it really reads.
//!
//! Ollama cuts a prompt that is longer than its context without a word, and its context is not the model's: it is
//! what the model's file or the server says, four thousand tokens where neither does. `/api/show` tells the
//! former, `/api/ps` what a loaded model was really given.

use ::http::Method;
use bytes::Bytes;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        http::{self, endpoint, to_json},
        json,
    },
    ChatServer, chat_error,
};
use crate::domain::{Effort, Error, ModelInfo, Reasoning, ReasoningMode, model::ModelName};

/// Its own default, where neither the model's file nor a loaded model tells.
const DEFAULT_CONTEXT: u64 = 4_096;

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    parameters: String,
    #[serde(default)]
    model_info: Value,
    #[serde(default)]
    capabilities: Vec<String>,
}

#[derive(Deserialize)]
struct Loaded {
    #[serde(default)]
    models: Vec<LoadedModel>,
}

#[derive(Deserialize)]
struct LoadedModel {
    #[serde(default)]
    name: String,
    #[serde(default, deserialize_with = "json::count")]
    context_length: Option<u64>,
}

impl Shown {
    /// `num_ctx 8192`, one parameter a line.
    fn set_context(&self) -> Option<u64> {
        self.parameters.lines().find_map(|line| {
            let value = line.trim().strip_prefix("num_ctx")?;
            value.trim().parse().ok()
        })
    }

    /// `llama.context_length`, by whatever architecture.
    fn own_context(&self) -> Option<u64> {
        let facts = self.model_info.as_object()?;
        let length = facts
            .iter()
            .find(|(name, _)| name.ends_with(".context_length"));
        length?.1.as_u64()
    }

    fn apply(self, loaded: Option<u64>, model: &mut ModelInfo) {
        let own = self.own_context().unwrap_or(u64::MAX);
        let context = loaded.or_else(|| self.set_context());
        model.context_window = context.unwrap_or(DEFAULT_CONTEXT).min(own);
        model.truncates = true;
        let can = |what: &str| self.capabilities.iter().any(|c| c == what);
        model.vision = can("vision");
        if can("thinking") {
            model.reasoning = thinking(model.context_window);
        }
    }
}

/// Ollama takes the effort by name. Its window is small: a quarter of it is all there is for thinking.
fn thinking(window: u64) -> Reasoning {
    let most = u32::try_from(window / 4).unwrap_or(u32::MAX);
    Reasoning {
        mode: ReasoningMode::Optional,
        default: Some(Effort::Medium),
        allowance: [
            (Effort::Low, 1_024),
            (Effort::Medium, 4_096),
            (Effort::High, 16_384),
        ]
        .map(|(effort, tokens)| (effort, most.min(tokens)))
        .into(),
        ..Reasoning::default()
    }
}

impl ChatServer {
    /// Fills in what Ollama tells of its models. What it does not answer stays unknown.
    pub(super) async fn ask_ollama(&self, key: Option<&SecretString>, models: &mut [ModelInfo]) {
        let loaded: Vec<LoadedModel> = match self.ollama(key, "/api/ps", Bytes::new()).await {
            Ok(body) => json::read::<Loaded>(&body)
                .map(|l| l.models)
                .unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let context = |id: &ModelName| {
            let running = loaded.iter().find(|model| model.name == id.as_str());
            running.and_then(|model| model.context_length)
        };
        let asked = models.iter_mut().map(|model| async {
            let name = to_json(&json!({ "model": model.id.as_str() }))?;
            let shown = self.ollama(key, "/api/show", name).await?;
            json::read::<Shown>(&shown)?.apply(context(&model.id), model);
            Ok::<_, Error>(())
        });
        futures_util::future::join_all(asked).await;
    }

    async fn ollama(
        &self,
        key: Option<&SecretString>,
        path: &str,
        body: Bytes,
    ) -> Result<Bytes, Error> {
        let root = self.base_url.strip_suffix("/v1").unwrap_or(&self.base_url);
        let uri = endpoint(root, path).map_err(|_| Error::invalid("no such address"))?;
        let method = if body.is_empty() {
            Method::GET
        } else {
            Method::POST
        };
        let call = Self::call((method, uri), key, body);
        Ok(http::call(&self.http, call, chat_error)
            .await?
            .whole()
            .await?)
    }
}
