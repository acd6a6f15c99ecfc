//! What only one of the protocols does.

use llm_gateway::{
    domain::{Counts, ErrorCode, FinishReason},
    ports::outbound::ProviderEvent,
};

use crate::support::{
    provider::{Kind, drain, finish, hello, text, usage},
    upstream::{Reply, Upstream},
};

async fn read(kind: Kind, fixture: &str) -> (Vec<ProviderEvent>, Option<ErrorCode>) {
    let upstream = Upstream::always(Reply::sse(&kind.fixture(fixture))).await;
    let (events, error) = drain(kind.provider(&upstream.url).as_ref(), hello(kind)).await;
    (events, error.map(|e| e.code))
}

#[tokio::test]
async fn chat_without_done_or_usage_is_complete() {
    let (events, error) = read(Kind::Compatible, "no_done.sse").await;
    assert_eq!((text(&events).as_str(), error), ("fine", None));
    assert_eq!(finish(&events), Some(FinishReason::Stop));
    let (events, error) = read(Kind::Compatible, "no_usage.sse").await;
    assert_eq!((usage(&events), error), (None, None));
    assert_eq!(finish(&events), Some(FinishReason::Stop));
}

#[tokio::test]
async fn a_chat_refusal_is_told_and_filtered() {
    let (events, error) = read(Kind::OpenAi, "refusal.sse").await;
    assert_eq!((text(&events).as_str(), error), ("I cannot help.", None));
    assert_eq!(finish(&events), Some(FinishReason::ContentFilter));
}

#[tokio::test]
async fn a_chat_refusal_in_one_piece_is_told_and_filtered() {
    for (said, text, reason) in [
        (
            r#"{"content":null,"refusal":"I cannot."}"#,
            "I cannot.",
            FinishReason::ContentFilter,
        ),
        (
            r#"{"content":"Fine.","refusal":""}"#,
            "Fine.",
            FinishReason::Stop,
        ),
        (r#"{"content":7}"#, "", FinishReason::Stop),
    ] {
        let body = format!(r#"{{"choices":[{{"message":{said},"finish_reason":"stop"}}]}}"#);
        let upstream = Upstream::always(Reply::json(200, &body)).await;
        let provider = Kind::OpenAi.provider(&upstream.url);
        let answer = provider.complete(hello(Kind::OpenAi)).await.unwrap();
        assert_eq!((answer.text.as_str(), answer.finish_reason), (text, reason));
    }
}

#[tokio::test]
async fn only_geminis_first_candidate_speaks() {
    let sse = "data: {\"candidates\":[{\"index\":1,\"content\":{\"parts\":[{\"text\":\"second\"}]},\"finishReason\":\"MAX_TOKENS\"},{\"content\":{\"parts\":[{\"text\":\"first\"}]},\"finishReason\":\"STOP\"}]}\n\n";
    let upstream = Upstream::always(Reply::sse(sse)).await;
    let provider = Kind::Gemini.provider(&upstream.url);
    let (events, error) = drain(provider.as_ref(), hello(Kind::Gemini)).await;
    assert_eq!((text(&events).as_str(), error), ("first", None));
    assert_eq!(finish(&events), Some(FinishReason::Stop));
}

#[tokio::test]
async fn chat_content_in_parts_is_joined() {
    let reply = Reply::json(200, &Kind::OpenAi.fixture("parts.json"));
    let upstream = Upstream::always(reply).await;
    let provider = Kind::Compatible.provider(&upstream.url);
    let answer = provider.complete(hello(Kind::Compatible)).await;
    assert_eq!(answer.unwrap().text, "in parts");
}

#[tokio::test]
async fn a_blocked_gemini_prompt_is_content_blocked() {
    let (events, error) = read(Kind::Gemini, "blocked.sse").await;
    assert_eq!(
        (text(&events).as_str(), error),
        ("", Some(ErrorCode::ContentBlocked))
    );
}

#[tokio::test]
async fn anthropic_tells_its_input_before_the_end() {
    let (events, _) = read(Kind::Anthropic, "error.sse").await;
    assert_eq!(
        events.first(),
        Some(&ProviderEvent::Counts(Counts {
            input_tokens: Some(5),
            ..Counts::default()
        }))
    );
}

#[tokio::test]
async fn compatible_servers_tell_their_models() {
    let list = r#"{"object":"list","data":[{"id":"a","max_model_len":4096},
        {"id":"b","meta":{"n_ctx_train":8192,"n_vocab":1}},{"id":"c"}],"models":[]}"#;
    let upstream = Upstream::always(Reply::json(200, list)).await;
    let models = Kind::Compatible
        .provider(&upstream.url)
        .discover()
        .await
        .unwrap();
    let found: Vec<_> = models
        .iter()
        .map(|m| (m.id.as_str(), m.context_window))
        .collect();
    assert_eq!(found, [("a", 4_096), ("b", 8_192), ("c", 0)]);
    assert_eq!(upstream.asked()[0].path(), "/v1/models");
}
