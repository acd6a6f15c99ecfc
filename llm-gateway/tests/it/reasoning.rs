//! Models that think before they speak: what is told of it, what it costs, and how they are asked.

use std::{sync::Arc, time::Duration};

use llm_gateway::{
    adapters::inbound::grpc::proto::{self, stream_event::Event},
    domain::{
        Effort, Message, ModelInfo, ModelName, ProviderName, Reasoning, ReasoningMode, Role,
        estimate::TokenFamily,
    },
    ports::outbound::{ModelCatalogue, ProviderCall},
};
use serde_json::{Value, json};

use crate::{
    grpc::collect,
    support::{
        gateway::{Gateway, eager, proto_say, say, say_to},
        provider::{Kind, drain, request},
        upstream::{Reply, Upstream},
    },
};

fn thinker(provider: &str, mode: ReasoningMode) -> ModelInfo {
    let (provider, id) = (ProviderName::new(provider), ModelName::new(provider));
    ModelInfo {
        reasoning: Reasoning {
            mode,
            default: Some(Effort::Medium),
            allowance: vec![(Effort::Low, 1_000), (Effort::Medium, 4_000)],
            ..Reasoning::default()
        },
        max_output_tokens: 50_000,
        known: true,
        ..ModelInfo::unknown(provider, id, TokenFamily::Words)
    }
}

/// A catalogue of one.
struct Only(ModelInfo);

impl ModelCatalogue for Only {
    fn find(&self, provider: &ProviderName, model: &ModelName) -> Option<&ModelInfo> {
        (self.0.provider == *provider && self.0.id == *model).then_some(&self.0)
    }

    fn of_provider(&self, provider: &ProviderName) -> Vec<&ModelInfo> {
        (self.0.provider == *provider)
            .then_some(&self.0)
            .into_iter()
            .collect()
    }
}

async fn thinking_gateway(mode: ReasoningMode) -> Gateway {
    let model = thinker("scripted", mode);
    Gateway::with_catalogue(vec![], Duration::from_secs(5), Only(model)).await
}

async fn post(gateway: &Gateway, body: &Value) -> (u16, Value) {
    let (status, answer) = gateway.post("/completions", &body.to_string()).await;
    (status, serde_json::from_slice(&answer).unwrap())
}

#[tokio::test]
async fn thinking_is_told_apart_from_the_answer_and_counted() {
    let gateway = Gateway::scripted().await;
    let told = gateway.ask_stream("[think:1][fast:3]").await;
    let of = |wanted: &str| -> Vec<&Value> {
        let named = told.iter().filter(|(name, _)| name == wanted);
        named.map(|(_, data)| data).collect()
    };
    let thoughts: Vec<_> = of("thinking").iter().map(|t| t["text"].clone()).collect();
    assert_eq!(thoughts, ["thought1 ", "thought2 "]);
    assert_eq!(of("thinking")[1]["tokens"], 2);
    assert!(
        of("text")
            .iter()
            .all(|t| !t["text"].as_str().unwrap().contains("thought"))
    );
    let usage = of("usage")[0];
    assert_eq!(
        (&usage["output_tokens"], &usage["reasoning_tokens"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(usage["estimated"], false);

    let mut client = gateway.client().await;
    let stream = client
        .stream_complete(proto_say("scripted", "[think:1][cut:3]"))
        .await;
    let told = collect(&mut stream.unwrap().into_inner()).await;
    let thoughts: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            Event::Thinking(thinking) => Some((thinking.text.as_str(), thinking.tokens)),
            _ => None,
        })
        .collect();
    assert_eq!(thoughts, [("thought1 ", 1), ("thought2 ", 2)]);
    let [.., Event::Usage(usage), Event::Failed(_)] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(
        (usage.output_tokens, usage.reasoning_tokens),
        (5, 2),
        "a cut call's"
    );
    assert!(usage.estimated);
}

/// A model that shows nothing of its thinking gives signs of life all the same.
#[tokio::test]
async fn a_quiet_thinker_is_seen_to_be_alive() {
    let gateway = thinking_gateway(ReasoningMode::Always).await;
    let told = gateway.ask_stream("[think-quietly:5][fast:2]").await;
    let beats: Vec<_> = told.iter().filter(|(name, _)| name == "thinking").collect();
    assert!(!beats.is_empty(), "{told:?}");
    assert!(beats.iter().all(|(_, beat)| beat["text"] == ""));
    assert!(beats[0].1["elapsed_ms"].as_u64().unwrap() > 0);
    assert_eq!(told.last().unwrap().0, "finished");
    let first_text = told.iter().position(|(name, _)| name == "text").unwrap();
    assert!(
        told[first_text..]
            .iter()
            .all(|(name, _)| name != "thinking")
    );
    assert_eq!(gateway.scripted.calls().total, 1);
}

#[tokio::test]
async fn an_effort_that_the_model_does_not_take_is_refused() {
    let refused = async |gateway: &Gateway, effort: &str| {
        let mut body = say("[fast:1]");
        body["effort"] = effort.into();
        let (status, problem) = post(gateway, &body).await;
        assert_eq!(
            (status, &problem["code"]),
            (400, &json!("invalid_request")),
            "{effort}"
        );
        let detail = problem.to_string();
        assert!(detail.contains("effort"), "{effort}: {detail}");
    };
    let plain = Gateway::scripted().await;
    refused(&plain, "high").await;
    let mut unheard_of = say("[fast:1]");
    unheard_of["effort"] = "extreme".into();
    let (status, problem) = post(&plain, &unheard_of).await;
    assert_eq!((status, &problem["code"]), (400, &json!("invalid_request")));
    assert!(problem.to_string().contains("extreme"), "{problem}");
    let mut client = plain.client().await;
    let mut ask = proto_say("scripted", "[fast:1]");
    ask.set_effort(proto::Effort::Low);
    let status = client.complete(ask.clone()).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::InvalidArgument, "{status}");
    assert!(status.message().contains("effort"), "{status}");
    ask.effort = 9;
    assert_eq!(
        client.complete(ask.clone()).await.unwrap_err().code(),
        tonic::Code::InvalidArgument
    );
    assert_eq!(plain.scripted.calls().total, 0);
    ask.set_effort(proto::Effort::None);
    client.complete(ask).await.unwrap();

    let always = thinking_gateway(ReasoningMode::Always).await;
    refused(&always, "none").await;
    refused(&always, "high").await;
    let mut body = say("[fast:1]");
    body["effort"] = "low".into();
    assert_eq!(post(&always, &body).await.0, 200);
    body["reasoning_allowance_tokens"] = 50_001.into();
    let (status, problem) = post(&always, &body).await;
    assert_eq!(status, 400);
    assert!(
        problem.to_string().contains("reasoning_allowance_tokens"),
        "{problem}"
    );
    assert_eq!(always.scripted.calls().total, 1);
}

/// What a server is sent of an effort: the word, and a cap of the words people see plus the allowance.
#[tokio::test]
async fn the_cap_is_the_words_people_see_and_the_thinking() {
    let sent = async |mode, effort, allowance, words| {
        let upstream = Upstream::always(Reply::json(503, "{}")).await;
        let mut ask = request("openai", vec![Message::text(Role::User, "Hello")]);
        ask.effort = effort;
        ask.reasoning_allowance_tokens = allowance;
        ask.max_output_tokens = words;
        let call = Arc::new(ProviderCall {
            request: ask,
            model: thinker("openai", mode),
        });
        drain(Kind::OpenAi.provider(&upstream.url).as_ref(), call).await;
        let body = upstream.asked()[0].json();
        (
            body["reasoning_effort"].clone(),
            body["max_completion_tokens"].clone(),
        )
    };
    let optional = ReasoningMode::Optional;
    let null = Value::Null;
    assert_eq!(
        sent(optional, Some(Effort::Low), None, Some(100)).await,
        (json!("low"), json!(1_100))
    );
    assert_eq!(
        sent(optional, None, None, Some(100)).await,
        (null.clone(), json!(4_100))
    );
    assert_eq!(
        sent(optional, Some(Effort::None), None, Some(100)).await,
        (json!("none"), json!(100))
    );
    assert_eq!(
        sent(optional, Some(Effort::Low), Some(7), Some(100)).await,
        (json!("low"), json!(107))
    );
    assert_eq!(
        sent(optional, Some(Effort::Low), None, None).await,
        (json!("low"), null.clone())
    );
    let most = sent(optional, None, None, Some(49_999)).await;
    assert_eq!(most.1, json!(50_000), "no more than the model makes");
    assert_eq!(
        sent(ReasoningMode::None, None, None, Some(100)).await,
        (null, json!(100))
    );
}

/// Ollama cuts a prompt that is too long without a word, so what it really reads must be known beforehand.
#[tokio::test]
async fn a_prompt_that_ollama_would_cut_is_refused() {
    let upstream = Upstream::start(|_, asked| match asked.path() {
        "/v1/models" => Reply::json(
            200,
            r#"{"object":"list","data":[{"id":"loaded","owned_by":"library"},{"id":"set","owned_by":"library"},{"id":"small","owned_by":"library"},{"id":"plain","owned_by":"library"},{"id":"broken","owned_by":"library"}]}"#,
        ),
        "/api/ps" => Reply::json(200, r#"{"models":[{"name":"loaded","context_length":32768}]}"#),
        "/api/show" => match asked.json()["model"].as_str().unwrap() {
            "set" => Reply::json(
                200,
                r#"{"parameters":"stop \"<|end|>\"\nnum_ctx                        8192","model_info":{"qwen3.context_length":40960},"capabilities":["completion","thinking"]}"#,
            ),
            "small" => Reply::json(200, r#"{"model_info":{"llama.context_length":2048},"capabilities":["completion","vision"]}"#),
            "broken" => Reply::json(500, "{}"),
            _ => Reply::json(200, r#"{"model_info":{"llama.context_length":131072}}"#),
        },
        _ => Reply::sse(&Kind::Compatible.fixture("stream.sse")),
    })
    .await;
    let gateway = Gateway::over(Kind::Compatible.provider(&upstream.url), eager(1)).await;
    let (_, models) = gateway.get("/models").await;
    let windows: Vec<_> = models["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["provider"] == "local")
        .map(|m| {
            (
                m["id"].as_str().unwrap(),
                m["context_window"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("loaded", 32_768),
        ("set", 8_192),
        ("small", 2_048),
        ("plain", 4_096),
        ("broken", 0),
    ];
    assert_eq!(windows, expected);

    let before = upstream.asked().len();
    let ask = async |words: usize, effort: Option<&str>| {
        let mut body = say_to("local", &"word ".repeat(words));
        body["model"] = "set".into();
        body["stream"] = true.into();
        if let Some(effort) = effort {
            body["effort"] = effort.into();
        }
        let (status, answer) = gateway.post("/completions", &body.to_string()).await;
        (status, String::from_utf8(answer.to_vec()).unwrap())
    };
    let (status, problem) = ask(9_000, None).await;
    assert!(problem.contains("context_too_long"), "{status} {problem}");
    assert_eq!(upstream.asked().len(), before, "it was not asked");
    assert_eq!(ask(1_000, Some("low")).await.0, 200);
    assert_eq!(
        upstream.asked().last().unwrap().json()["reasoning_effort"],
        "low"
    );
}
