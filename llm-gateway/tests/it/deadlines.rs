//! The caller's time over REST; gRPC's own header is tried in `grpc.rs`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    gateway::{Gateway, eager, events, say, say_to},
    provider::Kind,
    upstream::{Piece, Reply, Upstream},
};

#[tokio::test]
async fn a_plain_call_ends_in_time_retries_included() {
    let upstream = Upstream::start(|number, _| match number {
        0 => Reply::json(503, "{}"),
        _ => Reply::pieces(vec![Piece::Hang]),
    })
    .await;
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), eager(3)).await;
    let began = Instant::now();
    let (status, problem) = gateway.post_within("300", &say_to("openai", "x")).await;
    let took = began.elapsed();
    let problem: Value = serde_json::from_slice(&problem).unwrap();
    assert_eq!((status, problem["code"].as_str()), (504, Some("timeout")));
    assert!(
        took > Duration::from_millis(250) && took < Duration::from_millis(400),
        "{took:?}"
    );
    assert_eq!(upstream.asked().len(), 2);
    let left = upstream.abandoned(1);
    tokio::time::timeout(Duration::from_millis(50), left)
        .await
        .expect("the provider is let go");
}

#[tokio::test]
async fn a_stream_ends_in_time_and_says_what_it_cost() {
    let body = Kind::Anthropic.fixture("error.sse");
    let until = body.find("event: error").unwrap();
    let pieces = vec![Piece::Bytes(body[..until].into()), Piece::Hang];
    let upstream = Upstream::always(Reply::pieces(pieces)).await;
    let gateway = Gateway::over(Kind::Anthropic.provider(&upstream.url), eager(3)).await;
    let mut request = say_to("anthropic", "x");
    request["stream"] = json!(true);
    let (status, body) = gateway.post_within("300", &request).await;
    assert_eq!(status, 200);
    let events = events(std::str::from_utf8(&body).unwrap());
    let [.., text, usage, failed] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(text.1["text"], "so far");
    assert_eq!(usage.1["input_tokens"], 5);
    assert_eq!(usage.1["estimated"], true);
    assert_eq!(
        (failed.0.as_str(), &failed.1["code"]),
        ("failed", &json!("timeout"))
    );
    upstream.abandoned(1).await;
}

#[tokio::test]
async fn time_that_suffices_changes_nothing_and_nonsense_is_refused() {
    let gateway = Gateway::scripted().await;
    for enough in ["5000", "18446744073709551615"] {
        let (status, _) = gateway.post_within(enough, &say("[fast:3]")).await;
        assert_eq!(status, 200, "{enough}");
    }
    for nonsense in ["0", "-1", "soon", "1.5", ""] {
        let (status, problem) = gateway.post_within(nonsense, &say("[fast:3]")).await;
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        assert_eq!(
            (status, problem["code"].as_str()),
            (400, Some("invalid_request")),
            "{nonsense:?}"
        );
    }
    assert_eq!(gateway.scripted.calls().total, 2);
}
