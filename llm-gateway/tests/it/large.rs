//! Answers larger than anybody wants, and answers in more pieces than anybody sends.

use serde_json::{Value, json};

use crate::{
    grpc::collect,
    support::{
        gateway::{Gateway, eager, events, proto_say, say_to},
        provider::Kind,
        upstream::{Piece, Reply, Upstream},
    },
};
use llm_gateway::adapters::inbound::grpc::proto::stream_event::Event;

/// One event of that text.
fn event(kind: Kind, text: &str) -> String {
    let data = match kind {
        Kind::OpenAi | Kind::Compatible => json!({ "choices": [{ "delta": { "content": text } }] }),
        Kind::Anthropic => {
            json!({ "type": "content_block_delta", "delta": { "type": "text_delta", "text": text } })
        }
        Kind::Gemini => json!({ "candidates": [{ "content": { "parts": [{ "text": text }] } }] }),
    };
    format!("data: {data}\n\n")
}

fn end(kind: Kind) -> &'static str {
    match kind {
        Kind::OpenAi | Kind::Compatible => {
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        }
        Kind::Anthropic => {
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n"
        }
        Kind::Gemini => "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n",
    }
}

async fn told(gateway: &Gateway, kind: Kind) -> Vec<(String, Value)> {
    let mut body = say_to(kind.name(), "x");
    body["stream"] = json!(true);
    let (status, answer) = gateway.post("/completions", &body.to_string()).await;
    assert_eq!(status, 200);
    events(std::str::from_utf8(&answer).unwrap())
}

fn text(told: &[(String, Value)]) -> String {
    let texts = told.iter().filter(|(name, _)| name == "text");
    texts
        .map(|(_, data)| data["text"].as_str().unwrap())
        .collect()
}

/// 32 MB is what a plain call's message can carry. What came before stands, and is charged.
#[tokio::test]
async fn an_answer_of_forty_megabytes_ends_at_the_bound() {
    const MB: usize = 1 << 20;
    for kind in [Kind::OpenAi, Kind::Anthropic] {
        let one = event(kind, &"word ".repeat(MB / 5));
        let mut pieces = vec![Piece::Bytes(one.into_bytes()); 40];
        pieces.push(Piece::Bytes(end(kind).into()));
        let upstream = Upstream::always(Reply::pieces(pieces)).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        let by_rest = told(&gateway, kind).await;
        let bytes = text(&by_rest).len();
        assert!((31 * MB..=32 * MB).contains(&bytes), "{kind:?}: {bytes}");
        let [.., (_, usage), (last, failure)] = by_rest.as_slice() else {
            panic!("{kind:?}")
        };
        assert_eq!(
            (last.as_str(), &failure["code"]),
            ("failed", &json!("internal"))
        );
        assert!(failure["message"].as_str().unwrap().contains("too large"));
        assert!(usage["output_tokens"].as_u64().unwrap() > 5_000_000);

        let mut client = gateway.client().await;
        let stream = client.stream_complete(proto_say(kind.name(), "x")).await;
        let by_grpc = collect(&mut stream.unwrap().into_inner()).await;
        assert!(matches!(by_grpc.last(), Some(Event::Failed(_))), "{kind:?}");
        let body = say_to(kind.name(), "x").to_string();
        let (status, problem) = gateway.post("/completions", &body).await;
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        assert_eq!(
            (status, &problem["code"]),
            (500, &json!("internal")),
            "{kind:?}"
        );
        assert_eq!(upstream.asked().len(), 3, "{kind:?}: each was asked once");
    }
}

#[tokio::test]
async fn an_answer_of_a_hundred_thousand_events_is_whole() {
    const EVENTS: usize = 100_000;
    for kind in Kind::ALL {
        let alphabet: Vec<String> = ('a'..='z').map(|c| event(kind, &c.to_string())).collect();
        let body: String = (0..EVENTS).map(|n| alphabet[n % 26].as_str()).collect();
        let body = body + end(kind);
        // In pieces that end anywhere.
        let pieces = body.as_bytes().chunks(7_919);
        let pieces = pieces.map(|piece| Piece::Bytes(piece.to_vec())).collect();
        let upstream = Upstream::always(Reply::pieces(pieces)).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(1)).await;
        let told = told(&gateway, kind).await;
        let expected: String = ('a'..='z').cycle().take(EVENTS).collect();
        assert!(text(&told) == expected, "{kind:?}: {}", text(&told).len());
        assert_eq!(told.last().unwrap().0, "finished", "{kind:?}");
    }
}
