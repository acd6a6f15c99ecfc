//! Bad requests by gRPC, and those too large to be a case in a table; REST's own table is in `rest.rs`.

use llm_gateway::adapters::inbound::grpc::proto::{self, image::Source, part::Part};
use serde_json::{Value, json};
use tonic::Code;

use crate::{
    grpc::failure,
    support::{
        gateway::{Gateway, eager, proto_say, say, say_to},
        provider::Kind,
        upstream::{Reply, Upstream},
    },
};

fn image(media_type: &str, source: Option<Source>) -> Option<Part> {
    Some(Part::Image(proto::Image {
        media_type: media_type.into(),
        source,
    }))
}

fn png(size: usize) -> Source {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.resize(size, 0);
    Source::Data(png.into())
}

fn url(url: &str) -> Source {
    Source::Url(url.into())
}

#[tokio::test]
async fn what_is_not_a_request_is_refused_by_grpc_too() {
    let gateway = Gateway::scripted().await;
    let mut client = gateway.client().await;
    let with = |change: &dyn Fn(&mut proto::CompletionRequest)| {
        let mut request = proto_say("scripted", "hi");
        change(&mut request);
        request
    };
    let part = |part: Option<Part>| with(&|r| r.messages[0].content[0].part.clone_from(&part));
    let cases = [
        ("no message", with(&|r| r.messages.clear())),
        ("no model", with(&|r| r.model.clear())),
        ("long model", with(&|r| r.model = "m".repeat(257))),
        ("no content", with(&|r| r.messages[0].content.clear())),
        ("empty text", part(Some(Part::Text(String::new())))),
        ("empty part", part(None)),
        ("no role", with(&|r| r.messages[0].role = 0)),
        ("unknown role", with(&|r| r.messages[0].role = 99)),
        ("only system", with(&|r| r.messages[0].role = 1)),
        ("hot", with(&|r| r.temperature = Some(2.5))),
        ("no number", with(&|r| r.temperature = Some(f32::NAN))),
        ("empty stop", with(&|r| r.stop = vec![String::new()])),
        ("stops", with(&|r| r.stop = vec!["x".into(); 17])),
        ("too much", with(&|r| r.max_output_tokens = 65_537)),
        (
            "line break in a name",
            with(&|r| r.messages[0].name = "a\nb".into()),
        ),
        ("image without source", part(image("image/png", None))),
        (
            "wrong image type",
            part(image("image/jpeg", Some(png(100)))),
        ),
        (
            "not an image",
            part(image("image/png", Some(Source::Data("hello".into())))),
        ),
        ("20 MB image", part(image("image/png", Some(png(20 << 20))))),
        (
            "http",
            part(image(
                "image/png",
                Some(url("http://img.example.com/a.png")),
            )),
        ),
        (
            "private address",
            part(image("", Some(url("https://10.0.0.1/a.png")))),
        ),
        (
            "loopback",
            part(image("", Some(url("https://127.0.0.1/a.png")))),
        ),
        (
            "credentials",
            part(image("", Some(url("https://169.254.170.2/v2/x")))),
        ),
        (
            "too many messages",
            with(&|r| r.messages = vec![r.messages[0].clone(); 4_097]),
        ),
    ];
    for (what, request) in cases {
        let whole = client.complete(request.clone()).await.unwrap_err();
        let streamed = client.stream_complete(request).await.unwrap_err();
        for status in [whole, streamed] {
            assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status}");
            assert_eq!(
                failure(&status).code(),
                proto::ErrorCode::InvalidRequest,
                "{what}"
            );
        }
    }
    let nobody = with(&|r| r.provider = "nobody".into());
    let status = client.complete(nobody).await.unwrap_err();
    assert_eq!(failure(&status).code(), proto::ErrorCode::NotFound);
    assert_eq!(gateway.scripted.calls().total, 0, "something was asked");
}

#[tokio::test]
async fn a_prompt_far_beyond_the_window_never_leaves() {
    let gateway = Gateway::scripted().await;
    // The scripted model takes 128 000 words.
    let long = "word ".repeat(200_000);
    let (status, problem) = gateway.ask(&long).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (422, Some("context_too_long"))
    );
    assert!(!problem.to_string().contains("word word"));
    let mut client = gateway.client().await;
    let request = proto_say("scripted", &long);
    let status = client.stream_complete(request).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange);
    assert_eq!(failure(&status).code(), proto::ErrorCode::ContextTooLong);
    assert_eq!(gateway.scripted.calls().total, 0);
    // Near the limit the provider is the judge.
    let (status, _) = gateway.ask(&"word ".repeat(130_000)).await;
    assert_eq!(status, 200);
}

/// A name that no catalogue knows is the provider's to refuse.
#[tokio::test]
async fn an_unknown_model_is_passed_on_and_its_refusal_comes_back() {
    for (kind, body) in [
        (
            Kind::OpenAi,
            r#"{"error":{"message":"The model `openai` does not exist","code":"model_not_found"}}"#,
        ),
        (
            Kind::Anthropic,
            r#"{"type":"error","error":{"type":"not_found_error","message":"model: anthropic"}}"#,
        ),
        (
            Kind::Gemini,
            r#"{"error":{"code":404,"message":"models/gemini is not found","status":"NOT_FOUND"}}"#,
        ),
        (
            Kind::Compatible,
            r#"{"error":{"message":"model 'local' not found"}}"#,
        ),
    ] {
        let upstream = Upstream::always(Reply::json(404, body)).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        let body = say_to(kind.name(), "x").to_string();
        let (status, problem) = gateway.post("/completions", &body).await;
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        assert_eq!(
            (status, problem["code"].as_str()),
            (404, Some("not_found")),
            "{kind:?}"
        );
        assert_eq!(upstream.asked().len(), 1, "{kind:?}");
    }
}

/// Counting refuses what completing would.
#[tokio::test]
async fn tokens_of_what_is_not_a_request_are_not_counted() {
    let gateway = Gateway::scripted().await;
    let messages = say("x")["messages"].clone();
    let ask = |provider: &str, messages: &Value| {
        json!({ "provider": provider, "model": "m", "messages": messages }).to_string()
    };
    let empty = json!([{ "role": "user", "content": [{ "type": "text", "text": "" }] }]);
    let odd =
        json!([{ "role": "user", "content": [{ "type": "image", "media_type": "image/png" }] }]);
    for (body, status, code) in [
        (ask("nobody", &messages), 404, "not_found"),
        (ask("scripted", &json!([])), 400, "invalid_request"),
        (ask("scripted", &empty), 400, "invalid_request"),
        (ask("scripted", &odd), 400, "invalid_request"),
        ("[]".to_owned(), 400, "invalid_request"),
    ] {
        let (seen, problem) = gateway.post("/tokens", &body).await;
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        assert_eq!(
            (seen, problem["code"].as_str()),
            (status, Some(code)),
            "{body}"
        );
    }
    let mut client = gateway.client().await;
    let request = proto::EstimateTokensRequest {
        provider: "nobody".into(),
        model: "m".into(),
        messages: proto_say("scripted", "x").messages,
    };
    let status = client.estimate_tokens(request.clone()).await.unwrap_err();
    assert_eq!(failure(&status).code(), proto::ErrorCode::NotFound);
    let request = proto::EstimateTokensRequest {
        provider: "scripted".into(),
        messages: vec![proto::Message::default()],
        ..request
    };
    let status = client.estimate_tokens(request).await.unwrap_err();
    assert_eq!(failure(&status).code(), proto::ErrorCode::InvalidRequest);
}
