//! How each provider is told how hard to think, and that thinking is counted however the call ends.

use std::sync::Arc;

use llm_gateway::{
    adapters::outbound::catalogue::Catalogue,
    domain::{
        CompletionRequest, Effort, Message, ModelInfo, ModelName, ProviderName, Reasoning,
        ReasoningMode, Role, estimate::TokenFamily, reasoning::ReasoningControl,
    },
    ports::outbound::{ModelCatalogue as _, ProviderCall},
};
use serde_json::{Value, json};

use crate::support::{
    gateway::{Gateway, eager, events, say_to},
    provider::{Kind, drain, request},
    upstream::{Piece, Reply, Upstream},
};

fn thinker(kind: Kind, mode: ReasoningMode, control: ReasoningControl) -> ModelInfo {
    let (provider, id) = (ProviderName::new(kind.name()), ModelName::new("thinker"));
    ModelInfo {
        reasoning: Reasoning {
            mode,
            control,
            allowance: vec![(Effort::Low, 1_500), (Effort::High, 9_000)],
            ..Reasoning::default()
        },
        max_output_tokens: 20_000,
        ..ModelInfo::unknown(provider, id, TokenFamily::Words)
    }
}

/// What the provider is sent of a request for that effort.
async fn sent(kind: Kind, model: ModelInfo, change: impl FnOnce(&mut CompletionRequest)) -> Value {
    let upstream = Upstream::always(Reply::json(503, "{}")).await;
    let mut ask = request(kind.name(), vec![Message::text(Role::User, "Hello")]);
    ask.model = model.id.clone();
    ask.max_output_tokens = Some(100);
    change(&mut ask);
    let call = Arc::new(ProviderCall {
        request: ask,
        model,
    });
    drain(kind.provider(&upstream.url).as_ref(), call).await;
    upstream.asked()[0].json()
}

#[tokio::test]
async fn claude_is_told_an_effort_or_a_budget() {
    let (optional, always) = (ReasoningMode::Optional, ReasoningMode::Always);
    let ask = async |mode, control, effort| {
        let model = thinker(Kind::Anthropic, mode, control);
        let body = sent(Kind::Anthropic, model, |ask| {
            ask.effort = effort;
            ask.temperature = Some(0.5);
        })
        .await;
        (
            body["thinking"].clone(),
            body["output_config"].clone(),
            body["max_tokens"].clone(),
            body["temperature"].clone(),
        )
    };
    let by_name = ReasoningControl::Effort;
    let adaptive = json!({ "type": "adaptive", "display": "summarized" });
    assert_eq!(
        ask(always, by_name, None).await,
        (adaptive.clone(), Value::Null, json!(9_100), Value::Null)
    );
    assert_eq!(
        ask(optional, by_name, Some(Effort::Low)).await,
        (
            adaptive,
            json!({ "effort": "low" }),
            json!(1_600),
            Value::Null
        )
    );
    let silent = (Value::Null, Value::Null, json!(100), json!(0.5));
    assert_eq!(ask(optional, by_name, None).await, silent);
    assert_eq!(ask(ReasoningMode::None, by_name, None).await, silent);
    assert_eq!(
        ask(ReasoningMode::None, by_name, Some(Effort::None)).await,
        silent,
        "a model that does not think takes no word about it"
    );
    assert_eq!(
        ask(optional, by_name, Some(Effort::None)).await.0,
        json!({ "type": "disabled" })
    );
    let budget = ReasoningControl::Budget;
    assert_eq!(
        ask(optional, budget, Some(Effort::Low)).await,
        (
            json!({ "type": "enabled", "budget_tokens": 1_500 }),
            Value::Null,
            json!(1_600),
            Value::Null
        )
    );
    let model = thinker(Kind::Anthropic, optional, budget);
    let body = sent(Kind::Anthropic, model.clone(), |ask| {
        ask.effort = Some(Effort::High);
        ask.max_output_tokens = Some(20_000);
    })
    .await;
    assert_eq!(
        (&body["max_tokens"], &body["thinking"]["budget_tokens"]),
        (&json!(20_000), &json!(9_000))
    );
    let body = sent(Kind::Anthropic, model, |ask| {
        ask.effort = Some(Effort::High);
        ask.reasoning_allowance_tokens = Some(1_000);
    })
    .await;
    assert_eq!(body["thinking"], Value::Null, "no model takes so little");
}

#[tokio::test]
async fn gemini_is_told_a_level_or_a_budget() {
    let ask = async |mode, control, effort| {
        let model = thinker(Kind::Gemini, mode, control);
        let body = sent(Kind::Gemini, model, |ask| ask.effort = effort).await;
        let config = &body["generationConfig"];
        (
            config["thinkingConfig"].clone(),
            config["maxOutputTokens"].clone(),
        )
    };
    let (level, budget) = (ReasoningControl::Effort, ReasoningControl::Budget);
    assert_eq!(
        ask(ReasoningMode::Always, level, Some(Effort::High)).await,
        (
            json!({ "includeThoughts": true, "thinkingLevel": "high" }),
            json!(9_100)
        )
    );
    assert_eq!(
        ask(ReasoningMode::Always, level, None).await,
        (json!({ "includeThoughts": true }), json!(9_100))
    );
    assert_eq!(
        ask(ReasoningMode::Optional, budget, Some(Effort::Low)).await,
        (
            json!({ "includeThoughts": true, "thinkingBudget": 1_500 }),
            json!(1_600)
        )
    );
    assert_eq!(
        ask(ReasoningMode::Optional, budget, Some(Effort::None)).await,
        (json!({ "thinkingBudget": 0 }), json!(100))
    );
    assert_eq!(
        ask(ReasoningMode::None, level, None).await,
        (Value::Null, json!(100))
    );
}

/// What providers are known to refuse, for every model of the catalogue and every effort it says it takes.
#[tokio::test]
async fn no_listed_model_is_asked_what_it_refuses() {
    let catalogue = Catalogue::load(None).unwrap();
    for kind in [Kind::OpenAi, Kind::Anthropic, Kind::Gemini] {
        for model in catalogue.of_provider(&ProviderName::new(kind.name())) {
            let efforts = model.reasoning.efforts().into_iter().map(Some);
            for effort in efforts.chain([None]) {
                let body = sent(kind, model.clone(), |ask| {
                    ask.effort = effort;
                    ask.temperature = Some(0.5);
                    ask.stop = vec!["END".into()];
                })
                .await;
                let text = body.to_string();
                let why = format!("{} {effort:?}: {text}", model.id);
                assert_eq!(model.stop, text.contains("END"), "{why}");
                if !model.temperature {
                    assert!(!text.contains("temperature"), "{why}");
                }
                let thinks = model.reasoning.thinks(effort);
                let always = model.reasoning.mode == ReasoningMode::Always;
                assert!(!always || !text.contains("disabled"), "{why}");
                if kind == Kind::Anthropic && thinks {
                    assert!(!text.contains("temperature"), "{why}");
                    let budget = body["thinking"]["budget_tokens"].as_u64();
                    let cap = body["max_tokens"].as_u64().unwrap();
                    assert!(budget.is_none_or(|b| (1_024..cap).contains(&b)), "{why}");
                }
                if kind == Kind::OpenAi && effort.is_none() {
                    assert!(!text.contains("reasoning_effort"), "{why}");
                }
            }
        }
    }
    let off = catalogue
        .find(
            &ProviderName::new("anthropic"),
            &ModelName::new("claude-sonnet-5-5"),
        )
        .unwrap();
    let body = sent(Kind::Anthropic, off.clone(), |ask| {
        ask.effort = Some(Effort::None);
    })
    .await;
    assert_eq!(body["thinking"], json!({ "type": "between_tools" }));
}

/// Gemini counts as it goes; what it counted before the cut, or before the caller's time was over, is charged.
#[tokio::test]
async fn what_was_counted_so_far_is_charged_however_the_call_ends() {
    let thinking = r#"data: {"candidates":[{"content":{"role":"model","parts":[{"thought":true,"text":"Hm."}]}}],"usageMetadata":{"promptTokenCount":11,"thoughtsTokenCount":570,"totalTokenCount":581}}"#;
    for (piece, code) in [(Piece::Cut, "unavailable"), (Piece::Hang, "timeout")] {
        let pieces = vec![Piece::Bytes(format!("{thinking}\n\n").into()), piece];
        let upstream = Upstream::always(Reply::pieces(pieces)).await;
        let gateway = Gateway::over(Kind::Gemini.provider(&upstream.url), eager(3)).await;
        let mut body = say_to("gemini", "x");
        body["stream"] = json!(true);
        let (_, answer) = gateway.post_within("1500", &body).await;
        let told = events(std::str::from_utf8(&answer).unwrap());
        let of = |wanted: &str| {
            let found = told.iter().find(|(name, _)| name == wanted);
            found
                .unwrap_or_else(|| panic!("{wanted}: {told:?}"))
                .1
                .clone()
        };
        assert_eq!(of("thinking")["text"], "Hm.");
        let usage = of("usage");
        assert_eq!(
            (
                &usage["input_tokens"],
                &usage["output_tokens"],
                &usage["reasoning_tokens"]
            ),
            (&json!(11), &json!(570), &json!(570)),
            "{code}"
        );
        assert_eq!(usage["estimated"], true);
        assert_eq!(of("failed")["code"], code);
        assert_eq!(upstream.asked().len(), 1, "{code}");
    }
}
