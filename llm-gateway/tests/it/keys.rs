//! Keys from Secrets Manager, played by an HTTP server.

use std::{sync::Arc, time::Duration};

use llm_gateway::{
    adapters::outbound::{
        aws::{credentials::Source, sigv4::Credentials},
        env_key::EnvKeys,
        http::{HttpClient, Timeouts},
        openai::{self, OpenAi},
        secrets_manager_key::{SecretAt, SecretsManagerKeys},
    },
    domain::ErrorCode,
    ports::{
        BoxFuture,
        outbound::{KeyError, KeyStore, LLMProvider as _},
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::support::{
    provider::{Kind, hello},
    upstream::{Reply, Upstream},
};

fn secret(keys: &serde_json::Value) -> Reply {
    let body = json!({ "ARN": "arn", "Name": "keys", "SecretString": keys.to_string() });
    Reply::json(200, &body.to_string())
}

fn store(
    url: &str,
    credentials: Source,
    behind: &[(&'static str, &'static str)],
) -> Arc<SecretsManagerKeys> {
    let at = SecretAt {
        id: "keys".into(),
        region: "eu-west-1".into(),
        endpoint: Some(url.into()),
    };
    let behind = behind
        .iter()
        .map(|(name, key)| ((*name).to_owned(), (*key).to_owned()));
    let behind = Arc::new(EnvKeys::read(behind));
    SecretsManagerKeys::new(
        HttpClient::new(Timeouts::default()),
        at,
        credentials,
        behind,
    )
}

fn fixed() -> Source {
    Source::Fixed(Credentials {
        access_key_id: "AKID".into(),
        secret_access_key: "secret".into(),
        session_token: Some("session".into()),
    })
}

async fn key(store: &SecretsManagerKeys, name: &str) -> Option<String> {
    store
        .key(name)
        .await
        .unwrap()
        .map(|key| key.expose_secret().to_owned())
}

#[tokio::test]
async fn keys_are_read_refreshed_and_kept_while_the_store_is_away() {
    let aws = Upstream::start(|number, _| match number {
        0 => secret(&json!({ "OPENAI_API_KEY": "one", "GEMINI_API_KEY": "" })),
        1 => Reply::json(500, "{}"),
        2 => secret(&json!(["not an object"])),
        _ => secret(&json!({ "OPENAI_API_KEY": "two" })),
    })
    .await;
    let store = store(
        &aws.url,
        fixed(),
        &[("OPENAI_API_KEY", "env"), ("ANTHROPIC_API_KEY", "env")],
    );
    assert_eq!(key(&store, "OPENAI_API_KEY").await.as_deref(), Some("env"));
    store.keep_fresh().await;
    assert_eq!(key(&store, "OPENAI_API_KEY").await.as_deref(), Some("one"));
    assert_eq!(
        key(&store, "ANTHROPIC_API_KEY").await.as_deref(),
        Some("env")
    );
    assert!(!store.has("GEMINI_API_KEY"));

    assert!(matches!(store.refresh().await, Err(KeyError::Store(_))));
    assert!(matches!(store.refresh().await, Err(KeyError::Malformed(_))));
    assert_eq!(key(&store, "OPENAI_API_KEY").await.as_deref(), Some("one"));
    assert_eq!(store.refresh().await, Ok(1));
    assert_eq!(key(&store, "OPENAI_API_KEY").await.as_deref(), Some("two"));

    let asked = &aws.asked()[0];
    let head = asked.head.to_ascii_lowercase();
    assert!(head.contains("x-amz-target: secretsmanager.getsecretvalue"));
    assert!(head.contains("x-amz-security-token: session"));
    assert!(head.contains("/eu-west-1/secretsmanager/aws4_request, signedheaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, signature="));
    assert_eq!(asked.json(), json!({ "SecretId": "keys" }));
}

#[tokio::test]
async fn a_rotated_key_is_found_without_a_restart() {
    let aws = Upstream::start(|number, _| match number {
        0 => secret(&json!({ "OPENAI_API_KEY": "one" })),
        1 => Reply::json(500, "{}"),
        _ => secret(&json!({ "OPENAI_API_KEY": "two" })),
    })
    .await;
    let store = store(&aws.url, fixed(), &[]);
    store.keep_fresh().await;
    let later = async |seconds: u64, asked: usize| {
        // The store must be asleep before time passes.
        tokio::time::sleep(Duration::from_millis(5)).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
        while aws.asked().len() < asked {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    };
    // After five minutes; that one fails, so again after a quarter of one.
    later(301, 2).await;
    assert_eq!(key(&store, "OPENAI_API_KEY").await.as_deref(), Some("one"));
    later(16, 3).await;
    assert_eq!(key(&store, "OPENAI_API_KEY").await.as_deref(), Some("two"));
    drop(store);
    later(301, 3).await;
    assert_eq!(aws.asked().len(), 3, "a store nobody uses is still read");
}

#[tokio::test]
async fn a_fargate_tasks_credentials_come_from_its_endpoint() {
    let aws = Upstream::start(|_, asked| match asked.path() {
        "/v2/creds" => Reply::json(200, r#"{"AccessKeyId":"AKTASK","SecretAccessKey":"s","Token":"t","Expiration":"x","RoleArn":"r"}"#),
        _ => secret(&json!({ "OPENAI_API_KEY": "one" })),
    })
    .await;
    let container = Source::Container {
        uri: format!("{}/v2/creds", aws.url),
        token: Some("Bearer x".into()),
    };
    let good = store(&aws.url, container, &[]);
    assert_eq!(good.refresh().await, Ok(1));
    assert!(aws.asked()[0].head.contains("Bearer x"));
    assert!(aws.asked()[1].head.contains("Credential=AKTASK/"));

    let refusing = Upstream::always(Reply::json(403, "{}")).await;
    let container = Source::Container {
        uri: format!("{}/v2/creds", refusing.url),
        token: None,
    };
    assert!(store(&aws.url, container, &[]).refresh().await.is_err());
    assert!(store(&aws.url, Source::None, &[]).refresh().await.is_err());
    assert!(
        store("http://127.0.0.1:1", fixed(), &[])
            .refresh()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_provider_without_a_key_is_unconfigured_and_one_that_gets_its_key_later_is_not() {
    let upstream = Upstream::always(Reply::json(200, &Kind::OpenAi.fixture("whole.json"))).await;
    let aws = Upstream::always(secret(&json!({ openai::KEY: "later" }))).await;
    let keys = store(&aws.url, fixed(), &[]);
    let http = HttpClient::new(Timeouts::default());
    let provider = OpenAi::new(http, &format!("{}/v1", upstream.url), keys.clone()).unwrap();
    assert!(!provider.configured());
    let error = provider.complete(hello(Kind::OpenAi)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Authentication);
    keys.refresh().await.unwrap();
    assert!(provider.configured());
    assert!(provider.complete(hello(Kind::OpenAi)).await.is_ok());
    assert!(upstream.asked()[0].head.contains("Bearer later"));
}

/// A store that cannot say is not a store without the key: the call may succeed a moment later.
#[tokio::test]
async fn a_store_that_does_not_answer_makes_its_provider_unavailable() {
    struct Away;
    impl KeyStore for Away {
        fn has(&self, _: &str) -> bool {
            true
        }
        fn key<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, KeyError>> {
            Box::pin(async { Err(KeyError::Store("status 500 of vault-7".into())) })
        }
    }
    let http = HttpClient::new(Timeouts::default());
    let provider = OpenAi::new(http, "http://127.0.0.1:1/v1", Arc::new(Away)).unwrap();
    let error = provider.complete(hello(Kind::OpenAi)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert!(!error.message.contains("vault"), "{error}");
}
