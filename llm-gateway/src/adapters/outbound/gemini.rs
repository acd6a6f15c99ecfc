//! Google Gemini, by `generateContent` and `streamGenerateContent`.

mod answer;
mod body;

use std::{fmt::Write as _, sync::Arc};

use ::http::{Method, Uri};

pub use answer::ContentDecoder;
pub(crate) use answer::{error, whole};

use super::http::{
    self, Auth, BadBaseUrl, Call, HttpClient, body::Body, decode, endpoint, require_key,
};
use crate::{
    domain::{Error, ModelName, ProviderName, estimate::TokenFamily},
    ports::{
        BoxFuture,
        outbound::{KeyStore, LLMProvider, ProviderAnswer, ProviderCall, ProviderStream},
    },
};

/// The name of its key.
pub const KEY: &str = "GEMINI_API_KEY";
/// Where it is, unless told otherwise.
pub const BASE_URL: &str = "https://generativelanguage.googleapis.com";

/// The adapter.
pub struct Gemini {
    name: ProviderName,
    http: HttpClient,
    base_url: String,
    keys: Arc<dyn KeyStore>,
}

impl Gemini {
    /// The provider at that base URL (without `/v1beta`, as the official client takes it).
    ///
    /// # Errors
    /// If the base URL is none.
    pub fn new(
        http: HttpClient,
        base_url: &str,
        keys: Arc<dyn KeyStore>,
    ) -> Result<Self, BadBaseUrl> {
        endpoint(base_url, "/v1beta/models")?;
        Ok(Self {
            name: ProviderName::new("gemini"),
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            keys,
        })
    }

    fn uri(&self, model: &ModelName, method: &str) -> Result<Uri, Error> {
        let model = path_segment(model.as_str());
        endpoint(&self.base_url, &format!("/v1beta/models/{model}:{method}"))
            .map_err(|_| Error::invalid("this model name cannot be asked for"))
    }

    async fn ask(&self, call: &ProviderCall, method: &str) -> Result<Body, Error> {
        let key = require_key(self.keys.as_ref(), KEY).await?;
        let call = Call {
            to: (Method::POST, self.uri(&call.request.model, method)?),
            auth: Auth::Header("x-goog-api-key", &key),
            extra: &[],
            body: body::write(call)?,
            silence: call.model.reasoning.silence,
        };
        Ok(http::call(&self.http, call, answer::error).await?)
    }
}

/// The model is part of the path there, and callers name it: whatever could lead elsewhere is encoded.
fn path_segment(model: &str) -> String {
    let model = model.strip_prefix("models/").unwrap_or(model);
    let mut out = String::with_capacity(model.len());
    for byte in model.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            b'.' if !model.starts_with('.') => out.push('.'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

impl LLMProvider for Gemini {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn configured(&self) -> bool {
        self.keys.has(KEY)
    }

    fn family(&self) -> TokenFamily {
        TokenFamily::Gemini
    }

    fn complete(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderAnswer, Error>> {
        Box::pin(async move {
            let body = self.ask(&call, "generateContent").await?;
            body.answer(answer::whole).await
        })
    }

    fn stream(&self, call: Arc<ProviderCall>) -> BoxFuture<'_, Result<ProviderStream, Error>> {
        Box::pin(async move {
            let body = self.ask(&call, "streamGenerateContent?alt=sse").await?;
            Ok(decode(body, ContentDecoder))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn a_model_name_stays_in_its_place() {
        assert_eq!(path_segment("models/gemini-2.5-pro"), "gemini-2.5-pro");
        assert_eq!(path_segment("../x?y=1#z"), "%2E%2E%2Fx%3Fy%3D1%23z");
        assert_eq!(path_segment("é"), "%C3%A9");
    }
}
