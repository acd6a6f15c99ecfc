//! REST and gRPC say the same: finish reasons, hints, states, and every part of a request.

use std::{sync::Arc, time::Duration};

use llm_gateway::{
    adapters::{
        inbound::{
            grpc::proto::{self, stream_event::Event},
            rest::{self, Rest},
        },
        outbound::{
            catalogue::Catalogue,
            env_key::EnvKeys,
            http::{HttpClient, Timeouts},
            metrics::Metrics,
            openai::OpenAi,
        },
    },
    domain::{breaker::BreakerPolicy, service::Guard},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    grpc::{collect, failure},
    support::{
        gateway::{Gateway, eager, events, proto_say, say, say_to, service},
        one_model,
        provider::Kind,
        upstream::{Reply, Upstream},
    },
};

#[tokio::test]
async fn finish_reasons() {
    for kind in Kind::ALL {
        for (fixture, name, expected) in [
            ("length.sse", "length", proto::FinishReason::Length),
            (
                "filtered.sse",
                "content_filter",
                proto::FinishReason::ContentFilter,
            ),
        ] {
            let upstream = Upstream::always(Reply::sse(&kind.fixture(fixture))).await;
            let gateway = Gateway::over(kind.provider(&upstream.url), eager(1)).await;
            let mut body = say_to(kind.name(), "x");
            body["stream"] = json!(true);
            let (_, answer) = gateway.post("/completions", &body.to_string()).await;
            let told = events(std::str::from_utf8(&answer).unwrap());
            let finished = json!({ "finish_reason": name });
            assert_eq!(
                told.last().unwrap(),
                &("finished".into(), finished),
                "{kind:?}"
            );

            let mut client = gateway.client().await;
            let stream = client.stream_complete(proto_say(kind.name(), "x")).await;
            let told = collect(&mut stream.unwrap().into_inner()).await;
            let Some(Event::Finished(finished)) = told.last() else {
                panic!("{told:?}")
            };
            assert_eq!(finished.finish_reason(), expected, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn how_long_to_stay_away() {
    let reply = Reply::json(429, "{}").header("retry-after", "30");
    let upstream = Upstream::always(reply).await;
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), eager(1)).await;
    let body = say_to("openai", "x").to_string();
    let (_, problem) = gateway.post("/completions", &body).await;
    let problem: Value = serde_json::from_slice(&problem).unwrap();
    assert_eq!(problem["retry_after_ms"], 30_000);
    let mut client = gateway.client().await;
    let status = client.complete(proto_say("openai", "x")).await.unwrap_err();
    assert_eq!(failure(&status).retry_after_ms, 30_000);
}

/// The states of OpenAI's models and of the provider, by all three ways to ask.
async fn states(gateway: &Gateway) -> [String; 3] {
    let (_, models) = gateway.get("/models").await;
    let mut listed = models["items"].as_array().unwrap().iter();
    let rest = listed.find(|m| m["provider"] == "openai").unwrap()["state"].clone();
    let (_, health) = gateway.get("/health").await;
    let mut client = gateway.client().await;
    let models = client.list_models(proto::ListModelsRequest {}).await;
    let mut models = models.unwrap().into_inner().items.into_iter();
    let grpc = models.find(|m| m.provider == "openai").unwrap().state();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    [
        text(&rest),
        text(&health["providers"][0]["state"]),
        grpc.as_str_name().to_owned(),
    ]
}

#[tokio::test]
async fn a_provider_without_a_key() {
    let upstream = Upstream::always(Reply::json(200, "{}")).await;
    let keys = Arc::new(EnvKeys::read([]));
    let http = HttpClient::new(Timeouts::default());
    let keyless = OpenAi::new(http, &upstream.url, keys).unwrap();
    let gateway = Gateway::over(Arc::new(keyless), eager(3)).await;
    assert_eq!(
        states(&gateway).await,
        [
            "unconfigured",
            "unconfigured",
            "PROVIDER_STATE_UNCONFIGURED"
        ]
    );
    let body = say_to("openai", "x").to_string();
    let (status, problem) = gateway.post("/completions", &body).await;
    let problem: Value = serde_json::from_slice(&problem).unwrap();
    assert_eq!(
        (status, problem["code"].as_str()),
        (401, Some("authentication"))
    );
    let mut client = gateway.client().await;
    let status = client.complete(proto_say("openai", "x")).await.unwrap_err();
    assert_eq!(failure(&status).code(), proto::ErrorCode::Authentication);
    assert!(upstream.asked().is_empty());
}

#[tokio::test]
async fn a_provider_whose_circuit_is_open() {
    let upstream = Upstream::always(Reply::json(503, "{}")).await;
    let breaker = BreakerPolicy {
        threshold: 1,
        pause: Duration::from_secs(60),
        max_pause: Duration::from_secs(60),
    };
    let guard = Guard {
        breaker,
        ..eager(1)
    };
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), guard).await;
    let mut client = gateway.client().await;
    let status = client.complete(proto_say("openai", "x")).await.unwrap_err();
    assert_eq!(failure(&status).code(), proto::ErrorCode::Overloaded);
    assert_eq!(
        states(&gateway).await,
        ["down", "down", "PROVIDER_STATE_DOWN"]
    );
    let status = client.complete(proto_say("openai", "x")).await.unwrap_err();
    let refused = failure(&status);
    assert_eq!(refused.code(), proto::ErrorCode::Unavailable);
    assert!(refused.retry_after_ms > 50_000);
    assert_eq!(upstream.asked().len(), 1);
}

/// A whole conversation arrives as it was sent, whichever way.
#[tokio::test]
async fn every_part_of_a_request() {
    let gateway = Gateway::scripted().await;
    let text = |text: &str| json!([{ "type": "text", "text": text }]);
    let picture = json!({ "type": "image", "url": "https://img.example.com/a.png" });
    let mut body = say("");
    body["messages"] = json!([
        { "role": "system", "content": text("Be brief.") },
        { "role": "user", "name": "aki", "content": text("Hi") },
        { "role": "assistant", "content": text("Hello!") },
        { "role": "user", "name": "eve", "content": [{ "type": "text", "text": "[echo]" }, picture] },
    ]);
    body["max_output_tokens"] = json!(100);
    body["temperature"] = json!(0.5);
    body["stop"] = json!(["END"]);
    body["metadata"] = json!({ "request_id": "r", "room_id": "room", "user_hash": "hash" });
    let (status, answer) = gateway.post("/completions", &body.to_string()).await;
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let by_rest: Value = serde_json::from_str(answer["content"].as_str().unwrap()).unwrap();

    let part = |text: &str| proto::Part {
        part: Some(proto::part::Part::Text(text.into())),
    };
    let picture = proto::Part {
        part: Some(proto::part::Part::Image(proto::Image {
            media_type: String::new(),
            source: Some(proto::image::Source::Url(
                "https://img.example.com/a.png".into(),
            )),
        })),
    };
    let message = |role: proto::Role, name: &str, content: Vec<proto::Part>| proto::Message {
        role: role.into(),
        name: name.into(),
        content,
    };
    let request = proto::CompletionRequest {
        messages: vec![
            message(proto::Role::System, "", vec![part("Be brief.")]),
            message(proto::Role::User, "aki", vec![part("Hi")]),
            message(proto::Role::Assistant, "", vec![part("Hello!")]),
            message(proto::Role::User, "eve", vec![part("[echo]"), picture]),
        ],
        max_output_tokens: 100,
        temperature: Some(0.5),
        stop: vec!["END".into()],
        metadata: Some(proto::Metadata {
            request_id: "r".into(),
            room_id: "room".into(),
            user_hash: "hash".into(),
        }),
        ..proto_say("scripted", "")
    };
    let answer = gateway.client().await.complete(request).await.unwrap();
    let by_grpc: Value = serde_json::from_str(&answer.into_inner().content).unwrap();

    assert_eq!(by_rest, by_grpc);
    assert_eq!(
        by_rest["messages"][1],
        json!({ "role": "user", "name": "aki", "text": "Hi", "images": 0 })
    );
    assert_eq!(by_rest["messages"][2]["role"], "assistant");
    assert_eq!(by_rest["messages"][3]["images"], 1);
    assert_eq!(by_rest["stop"], json!(["END"]));
    assert_eq!(by_rest["metadata"]["user_hash"], "hash");
}

/// A model that the catalogue says is blind is not shown pictures.
#[tokio::test]
async fn a_model_that_does_not_see() {
    let mut catalogue = Catalogue::default();
    let price = "{ input = 1.0, cached_input = 1.0, output = 1.0 }";
    let file = one_model("openai", "openai", price, r#"{ rule = "none" }"#);
    catalogue.add("openai.toml", &file).unwrap();
    let upstream = Upstream::always(Reply::json(200, &Kind::OpenAi.fixture("whole.json"))).await;
    let providers = vec![(Kind::OpenAi.provider(&upstream.url), eager(1))];
    let gateway = Gateway::with_catalogue(providers, Duration::from_secs(1), catalogue).await;
    let mut body = say_to("openai", "x");
    let picture = json!({ "type": "image", "url": "https://img.example.com/a.png" });
    body["messages"][0]["content"]
        .as_array_mut()
        .unwrap()
        .push(picture);
    let (status, problem) = gateway.post("/completions", &body.to_string()).await;
    let problem: Value = serde_json::from_slice(&problem).unwrap();
    assert_eq!(
        (status, problem["code"].as_str()),
        (400, Some("invalid_request"))
    );
    assert!(upstream.asked().is_empty());
    let (status, _) = gateway
        .post("/completions", &say_to("openai", "x").to_string())
        .await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn health_says_when_it_drains_and_when_there_is_nobody_to_ask() {
    let (draining, nobody) = (("draining", 503), ("no_provider", 200));
    for (drains, (expected, expected_status)) in [(true, draining), (false, nobody)] {
        let service = service(vec![], Catalogue::default(), Arc::new(Metrics::default()));
        let app = rest::router(Rest {
            use_case: Arc::new(service),
            metrics: Arc::new(String::new),
            draining: Arc::new(drains.into()),
            abort: CancellationToken::new(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/health", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let (status, health) = crate::support::gateway::get(&url).await;
        let health: Value = serde_json::from_slice(&health).unwrap();
        assert_eq!(
            (health["status"].as_str(), status),
            (Some(expected), expected_status)
        );
        assert_eq!(
            (&health["live"], &health["ready"]),
            (&json!(true), &json!(!drains))
        );
    }
}
