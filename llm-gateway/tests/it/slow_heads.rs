//! Who opens connections and never comes to the point does not keep them.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::gateway::Gateway;

const PATIENCE: Duration = Duration::from_millis(300);
const NEVER: Duration = Duration::from_secs(30);

/// What the gateway says until it closes the connection.
async fn until_closed(tcp: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // One that is closed with unread bytes is reset.
    let _ = timeout(NEVER, tcp.read_to_end(&mut said))
        .await
        .expect("the connection was kept");
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let gateway = Gateway::impatient(PATIENCE).await;
    let addr = gateway.rest.strip_prefix("http://").unwrap();
    for head in ["", "GET /hea", "GET /health HTTP/1.1\r\nhost: x\r\n"] {
        let mut tcp = TcpStream::connect(addr).await.unwrap();
        tcp.write_all(head.as_bytes()).await.unwrap();
        assert!(!until_closed(&mut tcp).await.contains("200"), "{head:?}");
    }

    // A byte now and then buys no time.
    let (mut read, mut write) = TcpStream::connect(addr).await.unwrap().into_split();
    let dripping = tokio::spawn(async move {
        let _ = write.write_all(b"GET /health HTTP/1.1\r\nx: ").await;
        while write.write_all(b"x").await.is_ok() {
            sleep(PATIENCE / 10).await;
        }
    });
    let mut said = Vec::new();
    let _ = timeout(NEVER, read.read_to_end(&mut said))
        .await
        .expect("the connection was kept");
    drop(read);
    timeout(NEVER, dripping).await.unwrap().unwrap();

    // One that was answered is let go in the same way, after its answer.
    let mut tcp = TcpStream::connect(addr).await.unwrap();
    tcp.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(until_closed(&mut tcp).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_head() {
    let gateway = Gateway::impatient(PATIENCE).await;
    let told = gateway.ask_stream("[delay:900][fast:3]").await;
    assert_eq!(told.last().unwrap().0, "finished");
}
