//! The configuration: one struct, read once from the environment and checked at start.

use std::{collections::HashSet, net::SocketAddr, path::PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

/// What is wrong with the environment. Never quotes a value, which might be a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable cannot be read as what it should be.
    #[error("{0} is not {1}")]
    Malformed(&'static str, &'static str),
}

/// An OpenAI-compatible server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompatibleServer {
    /// The provider name callers use.
    pub name: String,
    /// Its base URL, with the `/v1`.
    pub base_url: String,
    /// Its key, if it wants one.
    #[serde(default, deserialize_with = "secret")]
    pub api_key: Option<SecretString>,
}

fn secret<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    let key = Option::<String>::deserialize(from)?;
    Ok(key.filter(|key| !key.is_empty()).map(SecretString::from))
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where REST listens.
    pub rest_addr: SocketAddr,
    /// Where gRPC listens.
    pub grpc_addr: SocketAddr,
    /// Where `OpenAI` is.
    pub openai_base_url: Option<String>,
    /// Where Anthropic is.
    pub anthropic_base_url: Option<String>,
    /// Where Gemini is.
    pub gemini_base_url: Option<String>,
    /// The OpenAI-compatible servers.
    pub compatible: Vec<CompatibleServer>,
    /// A directory in place of the built-in catalogue.
    pub models_dir: Option<PathBuf>,
    /// Hosts whose image URLs are forwarded; one that begins with a dot stands for its subdomains.
    pub image_hosts: Vec<String>,
    /// Whether models are asked for that the catalogue does not list.
    pub unlisted_models: bool,
    /// Calls at once to each provider.
    pub max_concurrency: usize,
    /// Whether the scripted provider is there.
    pub scripted: bool,
    /// Whether logs are text rather than JSON.
    pub text_logs: bool,
    /// How long running streams may go on after a request to stop, in seconds.
    pub drain_seconds: u64,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the first variable that cannot be understood.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = |name: &str| {
            get(name)
                .map(|v| v.trim().to_owned())
                .filter(|v| !v.is_empty())
        };
        let addr = |name: &'static str, default: SocketAddr| match text(name) {
            None => Ok(default),
            Some(value) => value
                .parse()
                .map_err(|_| ConfigError::Malformed(name, "an address and port")),
        };
        let flag = |name: &str| matches!(text(name).as_deref(), Some("1" | "true"));
        Ok(Self {
            rest_addr: addr(
                "GATEWAY_REST_ADDR",
                SocketAddr::from(([127, 0, 0, 1], 8090)),
            )?,
            grpc_addr: addr(
                "GATEWAY_GRPC_ADDR",
                SocketAddr::from(([127, 0, 0, 1], 50051)),
            )?,
            openai_base_url: text("OPENAI_BASE_URL"),
            anthropic_base_url: text("ANTHROPIC_BASE_URL"),
            gemini_base_url: text("GEMINI_BASE_URL"),
            compatible: compatible(text("OPENAI_COMPATIBLE_SERVERS"))?,
            models_dir: text("GATEWAY_MODELS_DIR").map(PathBuf::from),
            image_hosts: text("GATEWAY_IMAGE_HOSTS")
                .unwrap_or_default()
                .split(',')
                .map(|host| host.trim().to_ascii_lowercase())
                .filter(|host| !host.is_empty())
                .collect(),
            max_concurrency: number(
                "GATEWAY_MAX_CONCURRENCY",
                text("GATEWAY_MAX_CONCURRENCY"),
                4_096,
            )?,
            unlisted_models: flag("GATEWAY_UNLISTED_MODELS"),
            scripted: flag("GATEWAY_SCRIPTED"),
            text_logs: text("GATEWAY_LOG").as_deref() == Some("text"),
            drain_seconds: number("GATEWAY_DRAIN_SECONDS", text("GATEWAY_DRAIN_SECONDS"), 110)?,
        })
    }
}

fn number<T: std::str::FromStr>(
    name: &'static str,
    value: Option<String>,
    default: T,
) -> Result<T, ConfigError> {
    value.map_or(Ok(default), |value| {
        value
            .parse()
            .map_err(|_| ConfigError::Malformed(name, "a number"))
    })
}

const RESERVED: [&str; 4] = ["openai", "anthropic", "gemini", "scripted"];

fn compatible(json: Option<String>) -> Result<Vec<CompatibleServer>, ConfigError> {
    const NAME: &str = "OPENAI_COMPATIBLE_SERVERS";
    let Some(json) = json else {
        return Ok(Vec::new());
    };
    let servers: Vec<CompatibleServer> = serde_json::from_str(&json)
        .map_err(|_| ConfigError::Malformed(NAME, "a JSON list of {name, base_url, api_key?}"))?;
    let mut names: HashSet<&str> = RESERVED.into();
    for server in &servers {
        if server.name.is_empty() || !names.insert(&server.name) {
            return Err(ConfigError::Malformed(
                NAME,
                "a list of servers with names of their own",
            ));
        }
    }
    Ok(servers)
}
