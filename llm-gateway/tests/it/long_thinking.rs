//! A minute and a half of thinking, in a clock that skips it: whole, silent, cut and stopped. It is one call each time,
//! with what was thought in the count.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

use crate::support::{
    gateway::{Gateway, eager, events, say, say_to},
    provider::Kind,
    upstream::{Piece, Reply, Upstream},
};

type Told = Vec<(String, Value)>;

const LONG: Duration = Duration::from_secs(90);

fn names(told: &Told, wanted: &str) -> usize {
    told.iter().filter(|(name, _)| name == wanted).count()
}

/// Input, output and reasoning tokens, and whether they were estimated.
fn counts(told: &Told) -> (u64, u64, bool) {
    let (_, usage) = told.iter().find(|(name, _)| name == "usage").unwrap();
    let of = |name: &str| usage[name].as_u64().unwrap();
    let estimated = usage["estimated"].as_bool().unwrap();
    (of("output_tokens"), of("reasoning_tokens"), estimated)
}

#[tokio::test(start_paused = true)]
async fn aloud_silent_and_cut() {
    for (script, thoughts, words, end, count) in [
        ("[think:90][fast:3]", 180, 3, "finished", (183, 180, false)),
        (
            "[think-quietly:90][fast:3]",
            0,
            3,
            "finished",
            (3, 0, false),
        ),
        ("[think:90][cut:3]", 180, 3, "failed", (183, 180, true)),
    ] {
        let gateway = Gateway::scripted().await;
        let began = tokio::time::Instant::now();
        let told = gateway.ask_stream(script).await;
        assert!(began.elapsed() >= LONG, "{script}: time was not skipped");
        assert_eq!(names(&told, "thinking"), thoughts, "{script}");
        assert_eq!(names(&told, "text"), words, "{script}");
        assert_eq!(told.last().unwrap().0, end, "{script}");
        assert_eq!(counts(&told), count, "{script}");
        assert_eq!(gateway.scripted.calls().total, 1, "{script}");
    }
}

#[tokio::test(start_paused = true)]
async fn stopped_half_way() {
    let gateway = Gateway::scripted().await;
    let mut body = say("[think:90][fast:3]");
    body["stream"] = json!(true);
    let request = http::Request::post(format!("{}/completions", gateway.rest));
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request.body(body.to_string()).unwrap());
    let mut answer = answer.await.unwrap().into_body();
    let mut told = String::new();
    while !told.contains("thought90 ") {
        let frame = answer.frame().await.unwrap().unwrap();
        told.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    drop((answer, client));
    // The call ends with its caller, and what was thought until then is in the books.
    let metrics = loop {
        let (_, text) = gateway.get_raw("/metrics").await;
        let text = String::from_utf8(text.to_vec()).unwrap();
        if text.contains("outcome=\"cancelled\"") {
            break text;
        }
        let calls = gateway.scripted.calls().total;
        assert!(!text.contains("outcome="), "{calls} calls: {text}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let of = |kind: &str| -> u64 {
        let label = format!("kind=\"{kind}\"}} ");
        let line = metrics.lines().find_map(|line| line.split_once(&label));
        line.unwrap().1.parse().unwrap()
    };
    assert!((90..180).contains(&of("reasoning")), "{metrics}");
    assert_eq!(of("output"), of("reasoning"), "{metrics}");
    assert_eq!(gateway.scripted.calls().total, 1);
}

/// What each kind of provider sends before it falls silent, and what comes after.
fn halves(kind: Kind) -> (String, String) {
    let (before, after) = match kind {
        Kind::OpenAi | Kind::Compatible => (
            vec![
                json!({ "choices": [{ "index": 0, "delta": { "role": "assistant", "content": "" } }] }),
            ],
            vec![
                json!({ "choices": [{ "index": 0, "delta": { "content": "Fine." } }] }),
                json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }),
                json!({ "choices": [], "usage": { "prompt_tokens": 5, "completion_tokens": 902, "completion_tokens_details": { "reasoning_tokens": 900 } } }),
            ],
        ),
        Kind::Anthropic => (
            vec![
                json!({ "type": "message_start", "message": { "id": "m", "type": "message", "role": "assistant", "content": [], "usage": { "input_tokens": 5, "output_tokens": 1 } } }),
                json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "thinking", "thinking": "", "signature": "" } }),
            ],
            vec![
                json!({ "type": "content_block_stop", "index": 0 }),
                json!({ "type": "content_block_delta", "index": 1, "delta": { "type": "text_delta", "text": "Fine." } }),
                json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 902, "output_tokens_details": { "thinking_tokens": 900 } } }),
                json!({ "type": "message_stop" }),
            ],
        ),
        Kind::Gemini => (
            vec![
                json!({ "candidates": [{ "content": { "role": "model", "parts": [] } }], "usageMetadata": { "promptTokenCount": 5 } }),
            ],
            vec![
                json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": "Fine." }] }, "finishReason": "STOP" }], "usageMetadata": { "promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 900, "totalTokenCount": 907 } }),
            ],
        ),
    };
    let write = |events: Vec<Value>| events.iter().map(|e| format!("data: {e}\n\n")).collect();
    (write(before), write(after))
}

/// Providers that are silent meanwhile are waited for, are asked once, and say what it came to.
#[tokio::test(start_paused = true)]
async fn silent_providers() {
    for kind in Kind::ALL {
        let (before, after) = halves(kind);
        let pieces = vec![
            Piece::Bytes(before.into()),
            Piece::Silence(LONG),
            Piece::Bytes(after.into()),
        ];
        let upstream = Upstream::always(Reply::pieces(pieces)).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        let began = tokio::time::Instant::now();
        let mut body = say_to(kind.name(), "x");
        body["stream"] = json!(true);
        let (status, answer) = gateway.post("/completions", &body.to_string()).await;
        assert_eq!(status, 200, "{kind:?}");
        let told = events(std::str::from_utf8(&answer).unwrap());
        assert!(began.elapsed() >= LONG, "{kind:?}: time was not skipped");
        assert_eq!(told.last().unwrap().0, "finished", "{kind:?}: {told:?}");
        assert_eq!(names(&told, "text"), 1, "{kind:?}");
        assert_eq!(counts(&told), (902, 900, false), "{kind:?}");
        assert_eq!(upstream.asked().len(), 1, "{kind:?}");
    }
}
