//! The gRPC side, end to end.

use std::time::Duration;

use llm_gateway::adapters::inbound::grpc::proto::{self, stream_event::Event};
use prost::Message as _;
use tonic::{Code, Request};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::support::{
    gateway::{Gateway, eager, proto_say},
    provider::Kind,
    upstream::{Piece, Reply, Upstream},
};

pub async fn collect(stream: &mut tonic::Streaming<proto::StreamEvent>) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = stream.message().await.unwrap() {
        events.push(event.event.unwrap());
    }
    events
}

/// The `Failure` among a status' details.
pub fn failure(status: &tonic::Status) -> proto::Failure {
    #[derive(Clone, PartialEq, prost::Message)]
    struct Rich {
        #[prost(message, repeated, tag = "3")]
        details: Vec<prost_types::Any>,
    }
    let rich = Rich::decode(status.details()).unwrap();
    assert_eq!(
        rich.details[0].type_url,
        "type.googleapis.com/yoriai.llm.v1.Failure"
    );
    proto::Failure::decode(rich.details[0].value.as_slice()).unwrap()
}

#[tokio::test]
async fn an_answer_in_one_piece_and_as_a_stream() {
    let gateway = Gateway::scripted().await;
    let mut client = gateway.client().await;
    let whole = client
        .complete(proto_say("scripted", "[fast:3]"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(whole.content, "word1 word2 word3");
    assert_eq!(whole.finish_reason(), proto::FinishReason::Stop);
    assert_eq!(whole.usage.unwrap().output_tokens, 3);

    let request = proto_say("scripted", "[fast:2]");
    let mut stream = client.stream_complete(request).await.unwrap().into_inner();
    let text = |text: &str| Event::Text(proto::Text { text: text.into() });
    let usage = proto::Usage {
        input_tokens: 1,
        output_tokens: 2,
        ..proto::Usage::default()
    };
    assert_eq!(
        collect(&mut stream).await,
        [
            Event::Started(proto::Started {
                provider: "scripted".into(),
                model: "scripted".into()
            }),
            text("word1"),
            text(" word2"),
            Event::Usage(usage),
            Event::Finished(proto::Finished {
                finish_reason: proto::FinishReason::Stop.into()
            }),
        ]
    );
}

#[tokio::test]
async fn errors_are_statuses_with_details() {
    let gateway = Gateway::scripted().await;
    let mut client = gateway.client().await;
    for (code, expected, detail) in [
        (
            "invalid_request",
            Code::InvalidArgument,
            proto::ErrorCode::InvalidRequest,
        ),
        (
            "authentication",
            Code::Unauthenticated,
            proto::ErrorCode::Authentication,
        ),
        (
            "permission",
            Code::PermissionDenied,
            proto::ErrorCode::Permission,
        ),
        ("not_found", Code::NotFound, proto::ErrorCode::NotFound),
        (
            "rate_limited",
            Code::ResourceExhausted,
            proto::ErrorCode::RateLimited,
        ),
        (
            "context_too_long",
            Code::OutOfRange,
            proto::ErrorCode::ContextTooLong,
        ),
        (
            "content_blocked",
            Code::FailedPrecondition,
            proto::ErrorCode::ContentBlocked,
        ),
        (
            "overloaded",
            Code::Unavailable,
            proto::ErrorCode::Overloaded,
        ),
        ("timeout", Code::DeadlineExceeded, proto::ErrorCode::Timeout),
        (
            "unavailable",
            Code::Unavailable,
            proto::ErrorCode::Unavailable,
        ),
        ("cancelled", Code::Cancelled, proto::ErrorCode::Cancelled),
        ("internal", Code::Internal, proto::ErrorCode::Internal),
    ] {
        let request = proto_say("scripted", &format!("[fail:{code}]"));
        let whole = client.complete(request.clone()).await.unwrap_err();
        let streamed = client.stream_complete(request).await.unwrap_err();
        for status in [whole, streamed] {
            assert_eq!(status.code(), expected, "{code}");
            assert_eq!(failure(&status).code(), detail, "{code}");
        }
    }
    let mut empty = proto_say("scripted", "x");
    empty.messages[0].content[0].part = None;
    assert_eq!(
        client.complete(empty).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    let mut roleless = proto_say("scripted", "x");
    roleless.messages[0].role = 0;
    assert_eq!(
        client.complete(roleless).await.unwrap_err().code(),
        Code::InvalidArgument
    );
}

#[tokio::test]
async fn a_long_provider_message_still_fits_a_status() {
    let body = format!(r#"{{"error":{{"message":"{}"}}}}"#, "ね".repeat(20_000));
    let upstream = Upstream::always(Reply::json(400, &body)).await;
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), eager(1)).await;
    let status = gateway
        .client()
        .await
        .complete(proto_say("openai", "x"))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().starts_with("ねね"));
}

#[tokio::test]
async fn a_deadline_ends_the_call_in_time_and_says_what_it_cost() {
    let body = Kind::Anthropic.fixture("error.sse");
    let until = body.find("event: error").unwrap();
    let pieces = vec![Piece::Bytes(body[..until].into()), Piece::Hang];
    let upstream = Upstream::always(Reply::pieces(pieces)).await;
    let gateway = Gateway::over(Kind::Anthropic.provider(&upstream.url), eager(3)).await;
    let mut request = Request::new(proto_say("anthropic", "x"));
    request.set_timeout(Duration::from_millis(400));
    let began = std::time::Instant::now();
    let mut stream = gateway
        .client()
        .await
        .stream_complete(request)
        .await
        .unwrap()
        .into_inner();
    let events = collect(&mut stream).await;
    let took = began.elapsed();
    assert!(
        took > Duration::from_millis(300) && took < Duration::from_millis(430),
        "{took:?}"
    );
    let [
        ..,
        Event::Text(text),
        Event::Usage(usage),
        Event::Failed(failed),
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(text.text, "so far");
    assert_eq!(failed.code(), proto::ErrorCode::Timeout);
    // The provider told the input before it went silent; the output is ours to estimate.
    assert_eq!((usage.input_tokens, usage.estimated), (5, true));
    assert!(usage.output_tokens >= 1);
    upstream.abandoned(1).await;
}

#[tokio::test]
async fn a_deadline_ends_a_plain_call_and_its_retries() {
    let upstream = Upstream::start(|number, _| match number {
        0 => Reply::json(503, "{}"),
        _ => Reply::pieces(vec![Piece::Hang]),
    })
    .await;
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), eager(3)).await;
    let mut request = Request::new(proto_say("openai", "x"));
    request.set_timeout(Duration::from_millis(300));
    let status = gateway.client().await.complete(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(failure(&status).code(), proto::ErrorCode::Timeout);
    assert_eq!(upstream.asked().len(), 2);
}

#[tokio::test]
async fn a_cancel_reaches_the_provider_within_50_ms() {
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::pieces(vec![Piece::Hang])).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        let client = gateway.client().await;

        let request = proto_say(kind.name(), "x");
        let mut streaming = client.clone();
        let stream = streaming
            .stream_complete(request.clone())
            .await
            .unwrap()
            .into_inner();
        drop(stream);
        let left = upstream.abandoned(1);
        tokio::time::timeout(Duration::from_millis(50), left)
            .await
            .expect("stream");

        let mut plain = client.clone();
        let call = tokio::spawn(async move { plain.complete(request).await });
        while upstream.asked().len() < 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        call.abort();
        let left = upstream.abandoned(2);
        tokio::time::timeout(Duration::from_millis(50), left)
            .await
            .expect("plain call");
    }
}

#[tokio::test]
async fn large_messages_pass_up_to_the_limit() {
    let gateway = Gateway::scripted().await;
    let mut client = gateway.client().await;
    let with_image = |megabytes: usize| {
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.resize(megabytes << 20, 0);
        let mut request = proto_say("scripted", "[fast:1]");
        request.messages[0].content.push(proto::Part {
            part: Some(proto::part::Part::Image(proto::Image {
                media_type: "image/png".into(),
                source: Some(proto::image::Source::Data(png.into())),
            })),
        });
        request
    };
    assert!(client.complete(with_image(12)).await.is_ok());
    let status = client.complete(with_image(20)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let status = client.complete(with_image(33)).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange);
}

#[tokio::test]
async fn estimates_models_health_and_reflection() {
    let gateway = Gateway::scripted().await;
    let mut client = gateway.client().await;
    let asked = proto_say("scripted", "one two three");
    let request = proto::EstimateTokensRequest {
        provider: asked.provider,
        model: asked.model,
        messages: asked.messages,
    };
    let estimate = client.estimate_tokens(request).await.unwrap().into_inner();
    assert_eq!((estimate.total, estimate.messages), (3, vec![3]));
    let models = client
        .list_models(proto::ListModelsRequest {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(models.items[0].id, "scripted");
    assert_eq!(models.items[0].state(), proto::ProviderState::Available);

    let mut health = HealthClient::new(gateway.channel().await);
    for service in ["", "yoriai.llm.v1.LLMGateway"] {
        let request = HealthCheckRequest {
            service: service.into(),
        };
        let status = health.check(request).await.unwrap().into_inner().status;
        assert_eq!(status, 1, "{service}");
    }

    let mut reflection = ServerReflectionClient::new(gateway.channel().await);
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = reflection
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let answer = answers
        .message()
        .await
        .unwrap()
        .unwrap()
        .message_response
        .unwrap();
    let MessageResponse::ListServicesResponse(list) = answer else {
        panic!("{answer:?}")
    };
    assert!(
        list.service
            .iter()
            .any(|s| s.name == "yoriai.llm.v1.LLMGateway")
    );
}

/// All run at once, none is held up by another, and none of their words is lost or doubled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_at_once() {
    let gateway = Gateway::scripted().await;
    let client = gateway.client().await;
    let began = std::time::Instant::now();
    let streams = (0..200).map(|_| {
        let mut client = client.clone();
        tokio::spawn(async move {
            let request = proto_say("scripted", "[slow:10]");
            let mut stream = client.stream_complete(request).await.unwrap().into_inner();
            let mut text = String::new();
            for event in collect(&mut stream).await {
                if let Event::Text(t) = event {
                    text.push_str(&t.text);
                }
            }
            text
        })
    });
    let expected = (1..=10)
        .map(|n| format!("word{n}"))
        .collect::<Vec<_>>()
        .join(" ");
    for stream in streams.collect::<Vec<_>>() {
        assert_eq!(stream.await.unwrap(), expected);
    }
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
}
