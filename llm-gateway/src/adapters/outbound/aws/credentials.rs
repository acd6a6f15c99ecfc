//! Where the task's own credentials come from: the environment, or the container's endpoint on Fargate.

use http::{HeaderValue, Request, Uri, header::AUTHORIZATION};
use http_body_util::Full;
use serde::Deserialize;

use super::{super::http::HttpClient, sigv4::Credentials};
use crate::ports::outbound::KeyError;

/// Fargate's endpoint for relative addresses.
const ECS: &str = "http://169.254.170.2";

/// Where to get them.
#[derive(Clone, Debug)]
pub enum Source {
    /// They are here.
    Fixed(Credentials),
    /// At the container's endpoint, with the token it wants.
    Container {
        /// The address.
        uri: String,
        /// The `authorization` header, where one is demanded.
        token: Option<String>,
    },
    /// Nowhere.
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

impl Source {
    /// As the official SDKs find them in the environment.
    pub fn find(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| get(name).filter(|value| !value.is_empty());
        if let (Some(id), Some(secret)) = (text("AWS_ACCESS_KEY_ID"), text("AWS_SECRET_ACCESS_KEY"))
        {
            return Self::Fixed(Credentials {
                access_key_id: id,
                secret_access_key: secret.into(),
                session_token: text("AWS_SESSION_TOKEN").map(Into::into),
            });
        }
        let relative = text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(|p| format!("{ECS}{p}"));
        match relative.or_else(|| text("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
            Some(uri) => Self::Container {
                uri,
                token: text("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
            },
            None => Self::None,
        }
    }

    /// The credentials of this moment; temporary ones are fetched anew each time, which is every few minutes.
    ///
    /// # Errors
    /// If there are none, or the endpoint does not give them.
    pub async fn get(&self, http: &HttpClient) -> Result<Credentials, KeyError> {
        let failed = |what: &str| KeyError::Store(what.to_owned());
        match self {
            Self::Fixed(credentials) => Ok(credentials.clone()),
            Self::None => Err(failed("the task has no credentials")),
            Self::Container { uri, token } => {
                let uri: Uri = uri.parse().map_err(|_| failed("odd credentials address"))?;
                let mut request = Request::new(Full::default());
                *request.uri_mut() = uri;
                if let Some(token) = token {
                    let value = HeaderValue::from_str(token)
                        .map_err(|_| failed("odd credentials token"))?;
                    request.headers_mut().insert(AUTHORIZATION, value);
                }
                let response = http.send(request).await;
                let response = response.map_err(|error| failed(&error.to_string()))?;
                if !response.status().is_success() {
                    return Err(failed("the credentials endpoint refuses"));
                }
                let body = response.into_body().whole().await;
                let body = body.map_err(|error| failed(&error.to_string()))?;
                let answer: Answer = serde_json::from_slice(&body)
                    .map_err(|_| failed("the credentials cannot be understood"))?;
                Ok(Credentials {
                    access_key_id: answer.access_key_id,
                    secret_access_key: answer.secret_access_key.into(),
                    session_token: answer.token.map(Into::into),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_as_the_sdks_find_them() {
        let find = |pairs: &[(&str, &str)]| {
            Source::find(|name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(matches!(find(&[]), Source::None));
        assert!(matches!(
            find(&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")]),
            Source::Fixed(_)
        ));
        let relative = find(&[("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x")]);
        assert!(
            matches!(relative, Source::Container { uri, token: None } if uri == "http://169.254.170.2/v2/x")
        );
    }
}
