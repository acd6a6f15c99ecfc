//! Keys: those that are there, those that are not, and a store that does not say.

use std::sync::Arc;

use llm_gateway::{
    adapters::outbound::{
        http::{HttpClient, Timeouts},
        openai::OpenAi,
    },
    domain::ErrorCode,
    ports::{
        BoxFuture,
        outbound::{KeyError, KeyStore, LLMProvider as _},
    },
};
use secrecy::SecretString;

use crate::support::{
    provider::{Kind, hello},
    upstream::{Reply, Upstream},
};

/// A store whose answer is what it was made with.
struct Store(Result<Option<SecretString>, KeyError>);

impl KeyStore for Store {
    fn has(&self, _: &str) -> bool {
        !matches!(self.0, Ok(None))
    }

    fn key<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, KeyError>> {
        Box::pin(async { self.0.clone() })
    }
}

#[tokio::test]
async fn a_provider_without_a_key_is_unconfigured_and_not_called() {
    let upstream = Upstream::always(Reply::json(200, &Kind::OpenAi.fixture("whole.json"))).await;
    let provider = |store| {
        let http = HttpClient::new(Timeouts::default());
        OpenAi::new(http, &format!("{}/v1", upstream.url), Arc::new(store)).unwrap()
    };
    let without = provider(Store(Ok(None)));
    assert!(!without.configured());
    let error = without.complete(hello(Kind::OpenAi)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Authentication);
    assert!(upstream.asked().is_empty());
    let with = provider(Store(Ok(Some("k-1".into()))));
    assert!(with.configured());
    assert!(with.complete(hello(Kind::OpenAi)).await.is_ok());
    assert!(upstream.asked()[0].head.contains("Bearer k-1"));
}

/// A store that cannot say is not a store without the key: the call may succeed a moment later.
#[tokio::test]
async fn a_store_that_does_not_answer_makes_its_provider_unavailable() {
    let away = Store(Err(KeyError::Store("status 500 of vault-7".into())));
    let http = HttpClient::new(Timeouts::default());
    let provider = OpenAi::new(http, "http://127.0.0.1:1/v1", Arc::new(away)).unwrap();
    let error = provider.complete(hello(Kind::OpenAi)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert!(!error.message.contains("vault"), "{error}");
}
