//! Serves both sides on two listeners, and stops them without losing a running stream.
//!
//! On a request to stop: health turns to draining, the listeners close, and what runs may run on. After the
//! drain time the rest is told to end (each stream with its usage and a failure), and a moment later the
//! process goes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::TcpIncoming;

use super::{
    grpc::{Grpc, proto},
    rest::{self, Render, Rest},
};
use crate::ports::inbound::CompletionUseCase;

/// How long a stream that was told to end may take to say so.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// How long accepting rests after it failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection over REST may take from one answer to the head of the next request. Somebody who opens many and
/// sends each a byte at a time would keep them for ever; a load balancer, which keeps an idle one for 60 s, must be
/// the one who closes it, or it would send a request into a connection that is going.
pub const HEAD_PATIENCE: Duration = Duration::from_secs(75);

/// Why serving failed.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The gRPC side.
    #[error("gRPC: {0}")]
    Grpc(#[from] tonic::transport::Error),
    /// The contract's descriptors.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// What is served.
pub struct Serving {
    /// The calls.
    pub use_case: Arc<dyn CompletionUseCase>,
    /// The text of `/metrics`.
    pub metrics: Render,
    /// Routes beside the gateway's own.
    pub extra: Option<Router>,
    /// How long running streams may go on after a request to stop.
    pub drain: Duration,
    /// How long the head of a request may take; [`HEAD_PATIENCE`] but for tests.
    pub head_patience: Duration,
}

/// Serves until `stop` is cancelled and what was running has ended.
///
/// # Errors
/// If a listener fails.
pub async fn serve(
    serving: Serving,
    rest_listener: TcpListener,
    grpc_listener: TcpListener,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    let draining = Arc::new(AtomicBool::new(false));
    let abort = CancellationToken::new();
    let rest = rest::router(Rest {
        use_case: Arc::clone(&serving.use_case),
        metrics: serving.metrics,
        draining: Arc::clone(&draining),
        abort: abort.clone(),
    });
    let app = rest.merge(serving.extra.unwrap_or_default());
    let rest = serve_rest(rest_listener, app, serving.head_patience, stop.clone());

    let (reporter, health) = tonic_health::server::health_reporter();
    let service = Grpc::server(serving.use_case, abort.clone());
    reporter
        .set_serving::<proto::llm_gateway_server::LlmGatewayServer<Grpc>>()
        .await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let grpc = tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .initial_stream_window_size(1024 * 1024)
        .initial_connection_window_size(4 * 1024 * 1024)
        .max_concurrent_streams(Some(4_096))
        .add_service(health)
        .add_service(reflection)
        .add_service(service)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(grpc_listener).with_nodelay(Some(true)),
            stop.clone().cancelled_owned(),
        );

    let drain = async {
        stop.cancelled().await;
        draining.store(true, Ordering::Release);
        reporter
            .set_not_serving::<proto::llm_gateway_server::LlmGatewayServer<Grpc>>()
            .await;
        reporter
            .set_service_status("", tonic_health::ServingStatus::NotServing)
            .await;
        tracing::info!("draining");
        tokio::time::sleep(serving.drain).await;
        tracing::warn!("the drain time is over; ending what still runs");
        abort.cancel();
        tokio::time::sleep(LAST_WORDS).await;
    };
    let both = async {
        let rest = async {
            rest.await;
            Ok(())
        };
        let grpc = async { grpc.await.map_err(ServeError::from) };
        tokio::try_join!(rest, grpc).map(|_| ())
    };
    tokio::select! {
        result = both => result,
        () = drain => Ok(()),
    }
}

/// Serves HTTP/1.1, until `stop` is cancelled and what was running has ended.
///
/// Not by axum's own loop: that tells HTTP/1 from HTTP/2 by the first bytes of each connection, which doubles the
/// buffer they are read into, for as long as a stream lasts.
async fn serve_rest(
    listener: TcpListener,
    app: Router,
    head_patience: Duration,
    stop: CancellationToken,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(head_patience);
    let running = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((tcp, _)) => {
                let _ = tcp.set_nodelay(true);
                let service = TowerToHyperService::new(app.clone());
                let connection = http.serve_connection(TokioIo::new(tcp), service);
                tokio::spawn(running.watch(connection));
            }
            // A connection that broke before it was taken, or no file descriptors left: others go on.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    running.shutdown().await;
}
