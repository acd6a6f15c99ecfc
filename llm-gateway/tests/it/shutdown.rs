//! Stopping loses no running stream.

use std::time::Duration;

use llm_gateway::adapters::inbound::grpc::proto::{self, stream_event::Event};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    grpc::collect,
    support::{
        gateway::{Gateway, eager, events, post, proto_say, say},
        provider::Kind,
        upstream::{Piece, Reply, Upstream},
    },
};

/// Asks over REST, from a task of its own.
fn ask(gateway: &Gateway, text: &str, stream: bool) -> impl Future<Output = (u16, String)> + use<> {
    let url = format!("{}/completions", gateway.rest);
    let mut body = say(text);
    body["stream"] = stream.into();
    async move {
        // Time that never runs out here: a deadline must not hide the gateway's own end.
        let headers = [("X-Request-Timeout-Ms", "60000")];
        let (status, answer) = post(&url, &headers, &body.to_string()).await;
        (status, String::from_utf8(answer.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn running_streams_finish_and_new_calls_are_not_taken() {
    let gateway = Gateway::scripted().await;
    let mut client = gateway.client().await;
    let mut health = HealthClient::new(gateway.channel().await);
    let watched = health
        .watch(HealthCheckRequest {
            service: String::new(),
        })
        .await;
    let mut watched = watched.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status, 1);
    let request = proto_say("scripted", "[slow:6]");
    let mut stream = client.stream_complete(request).await.unwrap().into_inner();
    stream.message().await.unwrap();
    let plain = tokio::spawn(ask(&gateway, "[slow:6]", false));
    let streamed = tokio::spawn(ask(&gateway, "[slow:6]", true));
    tokio::time::sleep(Duration::from_millis(100)).await;

    gateway.stop.cancel();
    assert_eq!(
        watched.message().await.unwrap().unwrap().status,
        2,
        "not serving"
    );
    drop((watched, health));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let addr = gateway.rest.strip_prefix("http://").unwrap();
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());

    let told = collect(&mut stream).await;
    assert!(matches!(told.last(), Some(Event::Finished(_))), "{told:?}");
    let (status, answer) = plain.await.unwrap();
    assert_eq!(status, 200);
    assert!(answer.contains("word1 word2 word3 word4 word5 word6"));
    let (_, answer) = streamed.await.unwrap();
    let events = events(&answer);
    assert_eq!(events.last().unwrap().0, "finished", "{answer}");
    assert_eq!(events.iter().filter(|(name, _)| name == "text").count(), 6);
    drop((stream, client));
    let stopped = tokio::time::timeout(Duration::from_secs(2), gateway.task).await;
    stopped.expect("stops once nothing runs").unwrap().unwrap();
}

#[tokio::test]
async fn what_outlives_the_drain_is_told_and_billed() {
    let gateway = Gateway::start(vec![], Duration::from_millis(200)).await;
    let mut client = gateway.client().await;
    let request = proto_say("scripted", "[endless]");
    let mut stream = client.stream_complete(request).await.unwrap().into_inner();
    stream.message().await.unwrap();
    let plain = tokio::spawn(ask(&gateway, "[endless]", false));
    let streamed = tokio::spawn(ask(&gateway, "[endless]", true));
    tokio::time::sleep(Duration::from_millis(150)).await;
    gateway.stop.cancel();
    let told = collect(&mut stream).await;
    let [
        ..,
        Event::Text(_),
        Event::Usage(usage),
        Event::Failed(failed),
    ] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert_eq!(failed.code(), proto::ErrorCode::Unavailable);
    assert!(usage.estimated && usage.output_tokens > 1);

    let (status, problem) = plain.await.unwrap();
    assert_eq!(status, 502, "{problem}");
    let (_, answer) = streamed.await.unwrap();
    let told = events(&answer);
    let [.., text, usage, failed] = told.as_slice() else {
        panic!("{answer}")
    };
    assert_eq!((text.0.as_str(), failed.0.as_str()), ("text", "failed"));
    assert_eq!(failed.1["code"], "unavailable");
    assert_eq!(usage.1["estimated"], true);
    assert!(usage.1["output_tokens"].as_u64().unwrap() > 1);
}

/// With a provider whose calls may be made again: after the drain none is, and the stream still says its end.
#[tokio::test]
async fn a_call_without_a_word_when_the_drain_ends_is_told_so() {
    let upstream = Upstream::always(Reply::pieces(vec![Piece::Hang])).await;
    let providers = vec![(Kind::OpenAi.provider(&upstream.url), eager(3))];
    let gateway = Gateway::start(providers, Duration::from_millis(100)).await;
    let mut client = gateway.client().await;
    let stream = client.stream_complete(proto_say("openai", "x")).await;
    let mut stream = stream.unwrap().into_inner();
    stream.message().await.unwrap();
    gateway.stop.cancel();
    let told = collect(&mut stream).await;
    let [Event::Usage(_), Event::Failed(failed)] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(failed.code(), proto::ErrorCode::Unavailable);
    assert_eq!(upstream.asked().len(), 1);
}
