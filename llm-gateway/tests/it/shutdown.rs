//! Stopping loses no running stream.

use std::time::Duration;

use llm_gateway::adapters::inbound::grpc::proto::{self, stream_event::Event};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    grpc::collect,
    support::gateway::{Gateway, proto_say},
};

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
    let rest = tokio::spawn({
        let url = gateway.rest.clone();
        async move {
            let body = crate::support::gateway::say("[slow:6]").to_string();
            let request = http::Request::post(format!("{url}/completions"))
                .body(http_body_util::Full::new(bytes::Bytes::from(body)))
                .unwrap();
            let client =
                hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
                    .build_http();
            client.request(request).await.unwrap().status().as_u16()
        }
    });
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

    let events = collect(&mut stream).await;
    assert!(
        matches!(events.last(), Some(Event::Finished(_))),
        "{events:?}"
    );
    assert_eq!(rest.await.unwrap(), 200);
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
    gateway.stop.cancel();
    let events = collect(&mut stream).await;
    let [
        ..,
        Event::Text(_),
        Event::Usage(usage),
        Event::Failed(failed),
    ] = events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(failed.code(), proto::ErrorCode::Unavailable);
    assert!(usage.estimated && usage.output_tokens > 1);
}
