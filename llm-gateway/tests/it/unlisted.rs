//! Models that the catalogue does not list.

use std::sync::Arc;

use llm_gateway::{
    adapters::outbound::{
        catalogue::Catalogue, metrics::Metrics, tiktoken::Tiktoken, tokio_clock::TokioClock,
    },
    domain::{
        CallContext, ErrorCode, Message, ModelName, ProviderName, Role,
        service::{CompletionService, Outside},
    },
    ports::inbound::CompletionUseCase as _,
};

use crate::support::{
    gateway::eager,
    provider::{Kind, request},
    upstream::{Reply, Upstream},
};

fn service(kind: Kind, url: &str, unlisted_models: bool) -> CompletionService {
    CompletionService::new(
        vec![(kind.provider(url), eager(1))],
        Outside {
            catalogue: Arc::new(Catalogue::load(None).unwrap()),
            tokeniser: Arc::new(Tiktoken),
            clock: Arc::new(TokioClock::default()),
            observer: Arc::new(Metrics::default()),
            image_hosts: vec![],
            unlisted_models,
        },
    )
}

#[tokio::test]
async fn a_model_whose_price_nobody_knows_is_asked_only_where_it_is_allowed() {
    for kind in Kind::ALL {
        let answer = kind.fixture("whole.json");
        let upstream = Upstream::always(Reply::json(200, &answer)).await;
        let ask = async |allowed, model: &str| {
            let mut ask = request(kind.name(), vec![Message::text(Role::User, "Hello")]);
            ask.model = ModelName::new(model);
            let service = service(kind, &upstream.url, allowed);
            service.complete(ask, CallContext::default()).await
        };
        if kind == Kind::Compatible {
            ask(false, "whatever").await.unwrap();
            continue;
        }
        let refused = ask(false, "gpt-99-astra-pro").await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound, "{kind:?}");
        assert!(refused.message.contains("GATEWAY_UNLISTED_MODELS"));
        let long = ask(false, &"x".repeat(250)).await.unwrap_err();
        assert!(long.message.len() < 200, "{}", long.message);
        assert!(upstream.asked().is_empty(), "{kind:?}");
        ask(true, "gpt-99-astra-pro").await.unwrap();
        let listed = Catalogue::load(None).unwrap();
        let provider = ProviderName::new(kind.name());
        let first = llm_gateway::ports::outbound::ModelCatalogue::of_provider(&listed, &provider);
        ask(false, first[0].id.as_str()).await.unwrap();
        assert_eq!(upstream.asked().len(), 2, "{kind:?}");
    }
}
