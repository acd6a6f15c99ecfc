//! The REST side, end to end with the scripted provider.

use serde_json::{Value, json};

use crate::support::gateway::{Gateway, events, say};

#[tokio::test]
async fn an_answer_in_one_piece_and_as_a_stream() {
    let gateway = Gateway::scripted().await;
    let (status, whole) = gateway.ask("[fast:3]").await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!("whole", whole);
    insta::assert_json_snapshot!("stream", gateway.ask_stream("[fast:3]").await);
}

#[tokio::test]
async fn a_failed_call_is_a_problem_and_a_failed_stream_an_event() {
    let gateway = Gateway::scripted().await;
    for (code, status) in [
        ("invalid_request", 400),
        ("authentication", 401),
        ("permission", 403),
        ("not_found", 404),
        ("context_too_long", 422),
        ("content_blocked", 422),
        ("rate_limited", 429),
        ("cancelled", 499),
        ("internal", 500),
        ("unavailable", 502),
        ("overloaded", 503),
        ("timeout", 504),
    ] {
        let (seen, problem) = gateway.ask(&format!("[fail:{code}]")).await;
        assert_eq!((seen, problem["code"].as_str()), (status, Some(code)));
        assert_eq!(problem["status"], status);
    }
    insta::assert_json_snapshot!("cut", gateway.ask_stream("[cut:2]").await);
    // Nothing was tried twice.
    assert_eq!(gateway.scripted.calls().total, 13);
}

#[tokio::test]
async fn the_scripted_provider_does_as_told() {
    let gateway = Gateway::scripted().await;
    let (_, big) = gateway.ask("[big:5000]").await;
    assert_eq!(big["content"].as_str().unwrap().chars().count(), 5_000);
    let (_, nul) = gateway.ask("[nul]").await;
    assert!(nul["content"].as_str().unwrap().contains('\0'));
    let (_, echo) = gateway.ask("[echo] 日本").await;
    let echo: Value = serde_json::from_str(echo["content"].as_str().unwrap()).unwrap();
    assert_eq!(echo["messages"][0]["text"], "[echo] 日本");
    assert_eq!(echo["metadata"]["request_id"], "req-1");
    let (_, context) = gateway.ask("[context]").await;
    assert_eq!(context["content"], "user: [context]");
    let (_, polite) = gateway.ask("How are you?").await;
    assert!(
        polite["content"]
            .as_str()
            .unwrap()
            .contains("“How are you?”")
    );
    let began = std::time::Instant::now();
    let (_, delayed) = gateway.ask("[delay:80][fast:2]").await;
    assert_eq!(delayed["content"], "word1 word2");
    assert!(began.elapsed().as_millis() >= 80);
    let (_, calls) = gateway.get("/scripted/calls").await;
    assert_eq!(calls, json!({ "calls": 6, "by_request": { "req-1": 6 } }));
}

#[tokio::test]
async fn the_output_limit_ends_an_answer() {
    let gateway = Gateway::scripted().await;
    let mut body = say("[fast:100]");
    body["max_output_tokens"] = json!(7);
    let (_, answer) = gateway.post("/completions", &body.to_string()).await;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["finish_reason"], "length");
    assert_eq!(answer["usage"]["output_tokens"], 7);
}

#[tokio::test]
async fn models_health_metrics_and_tokens() {
    let gateway = Gateway::scripted().await;
    let (_, models) = gateway.get("/models").await;
    insta::assert_json_snapshot!("models", models);
    let (status, health) = gateway.get("/health").await;
    assert_eq!((status, health["status"].as_str()), (200, Some("ok")));
    gateway.ask("[fast:3]").await;
    let (_, metrics) = gateway.get_raw("/metrics").await;
    let metrics = String::from_utf8(metrics.to_vec()).unwrap();
    for line in [
        r#"gateway_calls_total{provider="scripted",model="scripted",outcome="stop"} 1"#,
        r#"gateway_tokens_total{provider="scripted",model="scripted",kind="output"} 3"#,
        r#"gateway_in_flight{provider="scripted"} 0"#,
        r#"gateway_call_duration_seconds_bucket{provider="scripted",model="scripted",le="+Inf"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    let mut body = say("one two three");
    body.as_object_mut().unwrap().remove("metadata");
    let (_, tokens) = gateway.post("/tokens", &body.to_string()).await;
    assert_eq!(&tokens[..], br#"{"messages":[3],"total":3}"#);
}

#[tokio::test]
async fn what_is_not_a_request_is_refused() {
    let gateway = Gateway::scripted().await;
    let with = |path: &[&str], value: Value| {
        let mut body = say("hi");
        let mut place = &mut body;
        for key in path {
            place = match key.parse::<usize>() {
                Ok(index) => &mut place[index],
                Err(_) => &mut place[*key],
            };
        }
        *place = value;
        body.to_string()
    };
    let content = ["messages", "0", "content"];
    let image = |rest: Value| {
        let mut image = json!({ "type": "image", "media_type": "image/png" });
        image
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        json!([image])
    };
    let cases = [
        ("not json", "{".to_owned(), 400, "invalid_request"),
        (
            "unknown field",
            with(&["top_k"], json!(1)),
            400,
            "invalid_request",
        ),
        (
            "unknown provider",
            with(&["provider"], json!("nobody")),
            404,
            "not_found",
        ),
        (
            "no model",
            with(&["model"], json!("")),
            400,
            "invalid_request",
        ),
        (
            "no message",
            with(&["messages"], json!([])),
            400,
            "invalid_request",
        ),
        (
            "unknown role",
            with(&["messages", "0", "role"], json!("tool")),
            400,
            "invalid_request",
        ),
        (
            "no content",
            with(&content, json!([])),
            400,
            "invalid_request",
        ),
        (
            "empty text",
            with(&content, json!([{ "type": "text", "text": "" }])),
            400,
            "invalid_request",
        ),
        (
            "unknown part",
            with(&content, json!([{ "type": "audio" }])),
            400,
            "invalid_request",
        ),
        (
            "hot",
            with(&["temperature"], json!(2.5)),
            400,
            "invalid_request",
        ),
        (
            "too much",
            with(&["max_output_tokens"], json!(65_537)),
            400,
            "invalid_request",
        ),
        (
            "negative",
            with(&["max_output_tokens"], json!(-1)),
            400,
            "invalid_request",
        ),
        (
            "empty stop",
            with(&["stop"], json!([""])),
            400,
            "invalid_request",
        ),
        (
            "newline in id",
            with(&["metadata", "request_id"], json!("a\nb")),
            400,
            "invalid_request",
        ),
        (
            "only system",
            with(&["messages", "0", "role"], json!("system")),
            400,
            "invalid_request",
        ),
        (
            "not base64",
            with(&content, image(json!({ "data": "%%%" }))),
            400,
            "invalid_request",
        ),
        (
            "not an image",
            with(&content, image(json!({ "data": "aGVsbG8=" }))),
            400,
            "invalid_request",
        ),
        (
            "http url",
            with(
                &content,
                image(json!({ "url": "http://img.example.com/a.png" })),
            ),
            400,
            "invalid_request",
        ),
        (
            "metadata url",
            with(
                &content,
                image(json!({ "url": "https://169.254.169.254/latest" })),
            ),
            400,
            "invalid_request",
        ),
        (
            "other host",
            with(
                &content,
                image(json!({ "url": "https://example.org/a.png" })),
            ),
            400,
            "invalid_request",
        ),
        (
            "both",
            with(
                &content,
                image(json!({ "url": "https://img.example.com/a", "data": "" })),
            ),
            400,
            "invalid_request",
        ),
    ];
    for (what, body, status, code) in cases {
        let (seen, problem) = gateway.post("/completions", &body).await;
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        assert_eq!(
            (seen, problem["code"].as_str()),
            (status, Some(code)),
            "{what}: {problem}"
        );
    }
    assert_eq!(gateway.scripted.calls().total, 0);
    let (status, _) = gateway.get("/nowhere").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn large_images_pass_and_too_large_ones_do_not() {
    use base64::Engine as _;
    let gateway = Gateway::scripted().await;
    let ask = |megabytes: usize| {
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.resize(megabytes << 20, 0);
        let data = base64::engine::general_purpose::STANDARD.encode(png);
        let mut body = say("");
        body["messages"][0]["content"] = json!([
            { "type": "image", "media_type": "image/png", "data": data },
            { "type": "text", "text": "[fast:1]" },
        ]);
        body.to_string()
    };
    assert_eq!(gateway.post("/completions", &ask(10)).await.0, 200);
    assert_eq!(gateway.post("/completions", &ask(20)).await.0, 400);
    assert_eq!(gateway.post("/completions", &ask(40)).await.0, 413);
}

#[tokio::test]
async fn sse_events_are_parsed_by_their_own_reader() {
    // Guards the test helper: a failure there would make every stream test vacuous.
    let read =
        events("event: text\ndata: {\"text\":\"a\"}\n\n: waiting\n\nevent: finished\ndata: {}\n\n");
    assert_eq!(read.len(), 2);
}
