//! Keys from one secret of AWS Secrets Manager, with refresh.
//!
//! The secret is a JSON object of key names and keys. It is read at start and again every few minutes, so a
//! rotated key is used without a restart; while the store is away the keys last read go on being used. Calls
//! never wait for the store. What the secret does not hold may still come from the store behind it (the
//! environment).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{
    aws::{
        credentials::Source,
        sigv4::{Signed, amz_date, authorization},
    },
    http::{HttpClient, endpoint},
};
use crate::ports::{
    BoxFuture,
    outbound::{KeyError, KeyStore},
};

/// How often the secret is read again, and how soon after a failure.
const REFRESH: Duration = Duration::from_secs(300);
const RETRY: Duration = Duration::from_secs(15);

/// Which secret, and where.
#[derive(Clone, Debug)]
pub struct SecretAt {
    /// Its ARN or name.
    pub id: String,
    /// The region it is in.
    pub region: String,
    /// The store's address; AWS's own if none is given.
    pub endpoint: Option<String>,
}

impl SecretAt {
    /// The secret `GATEWAY_KEYS_SECRET` names, if it does. An ARN tells its region itself.
    pub fn find(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = |name: &str| get(name).filter(|value| !value.is_empty());
        let id = text("GATEWAY_KEYS_SECRET")?;
        let of_arn = id
            .strip_prefix("arn:")
            .and_then(|arn| arn.split(':').nth(2));
        let region = of_arn.map(str::to_owned).or_else(|| text("AWS_REGION"));
        Some(Self {
            region: region
                .or_else(|| text("AWS_DEFAULT_REGION"))
                .unwrap_or_else(|| "us-east-1".into()),
            endpoint: text("AWS_ENDPOINT_URL_SECRETS_MANAGER").or_else(|| text("AWS_ENDPOINT_URL")),
            id,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    secret_string: Option<String>,
}

/// The store.
pub struct SecretsManagerKeys {
    http: HttpClient,
    at: SecretAt,
    credentials: Source,
    keys: RwLock<HashMap<String, SecretString>>,
    behind: Arc<dyn KeyStore>,
}

impl SecretsManagerKeys {
    /// A store that has read nothing yet.
    #[must_use]
    pub fn new(
        http: HttpClient,
        at: SecretAt,
        credentials: Source,
        behind: Arc<dyn KeyStore>,
    ) -> Arc<Self> {
        Arc::new(Self {
            http,
            at,
            credentials,
            keys: RwLock::default(),
            behind,
        })
    }

    /// Reads the secret for as long as the store is used; the first time before it returns, so that a
    /// gateway that is ready has its keys. A failure is logged, not fatal: the keys may come later.
    pub async fn keep_fresh(self: &Arc<Self>) {
        let mut fresh = self.try_refresh().await;
        let store = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(if fresh { REFRESH } else { RETRY }).await;
                let Some(store) = store.upgrade() else { return };
                fresh = store.try_refresh().await;
            }
        });
    }

    async fn try_refresh(&self) -> bool {
        match self.refresh().await {
            Ok(count) => {
                tracing::info!(count, "read the providers' keys");
                true
            }
            Err(error) => {
                tracing::warn!(%error, "cannot read the providers' keys");
                false
            }
        }
    }

    /// Reads the secret once; says how many keys it holds.
    ///
    /// # Errors
    /// If the store does not answer, or the secret is not a JSON object of strings.
    pub async fn refresh(&self) -> Result<usize, KeyError> {
        let body = self.read().await?;
        // A parser's message could quote what it stumbled over, so none is passed on.
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_| KeyError::Malformed("an answer without a secret".into()))?;
        let text = answer.secret_string.unwrap_or_default();
        let keys: HashMap<String, String> = serde_json::from_str(&text)
            .map_err(|_| KeyError::Malformed("it is not a JSON object of strings".into()))?;
        let keys: HashMap<String, SecretString> = keys
            .into_iter()
            .filter(|(_, key)| !key.is_empty())
            .map(|(name, key)| (name, key.into()))
            .collect();
        let count = keys.len();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(count)
    }

    async fn read(&self) -> Result<bytes::Bytes, KeyError> {
        let failed = |what: &str| KeyError::Store(what.to_owned());
        let request = self.request().await?;
        let response = self
            .http
            .send(request)
            .await
            .map_err(|error| failed(&error.to_string()))?;
        let status = response.status();
        if !status.is_success() {
            return Err(KeyError::Store(format!("status {}", status.as_u16())));
        }
        response
            .into_body()
            .whole()
            .await
            .map_err(|error| failed(&error.to_string()))
    }

    async fn request(&self) -> Result<Request<Full<bytes::Bytes>>, KeyError> {
        let odd = || KeyError::Store("its address makes no sense".into());
        let credentials = self.credentials.get(&self.http).await?;
        let base =
            self.at.endpoint.clone().unwrap_or_else(|| {
                format!("https://secretsmanager.{}.amazonaws.com", self.at.region)
            });
        let uri: Uri = endpoint(&base, "/").map_err(|_| odd())?;
        let host = uri.authority().map(ToString::to_string).ok_or_else(odd)?;
        let body = json!({ "SecretId": self.at.id }).to_string();
        let date = amz_date(SystemTime::now());
        let token = credentials
            .session_token
            .as_ref()
            .map(|t| t.expose_secret().to_owned());
        let mut headers = vec![
            ("content-type", "application/x-amz-json-1.1"),
            ("host", host.as_str()),
            ("x-amz-date", date.as_str()),
        ];
        if let Some(token) = &token {
            headers.push(("x-amz-security-token", token));
        }
        headers.push(("x-amz-target", "secretsmanager.GetSecretValue"));
        let signature = authorization(
            &Signed {
                method: "POST",
                path: "/",
                headers: &headers,
                body: body.as_bytes(),
                region: &self.at.region,
                service: "secretsmanager",
            },
            &credentials,
            &date,
        );
        headers.push(("authorization", &signature));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| odd())?;
            value.set_sensitive(true);
            map.insert(HeaderName::from_static(name), value);
        }
        let mut request = Request::new(Full::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = map;
        Ok(request)
    }

    fn own(&self, name: &str) -> Option<SecretString> {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }
}

impl KeyStore for SecretsManagerKeys {
    fn has(&self, name: &str) -> bool {
        self.own(name).is_some() || self.behind.has(name)
    }

    fn key<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, KeyError>> {
        match self.own(name) {
            Some(key) => Box::pin(std::future::ready(Ok(Some(key)))),
            None => self.behind.key(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_its_region() {
        let find = |pairs: &[(&str, &str)]| {
            SecretAt::find(|name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(find(&[("AWS_REGION", "eu-west-1")]).is_none());
        let arn = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:keys-AbCdEf";
        let at = find(&[("GATEWAY_KEYS_SECRET", arn), ("AWS_REGION", "eu-west-1")]).unwrap();
        assert_eq!(
            (at.id.as_str(), at.region.as_str()),
            (arn, "ap-northeast-1")
        );
        let named = find(&[("GATEWAY_KEYS_SECRET", "keys"), ("AWS_REGION", "eu-west-1")]).unwrap();
        assert_eq!(named.region, "eu-west-1");
    }
}
