//! A pooled HTTP/1.1 client over TLS.
//!
//! It sits directly on hyper rather than on a higher client: the gateway sends one kind of request and needs
//! no redirects (following one would send the key elsewhere) and no cookies. HTTP/1.1 on purpose: one
//! call per connection means that cancelling is closing, which every provider understands at once, and that
//! no stream waits behind another.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

use super::{
    TransportError,
    body::Body,
    network::{self, Door, Network},
};

/// How long each part of a call may take. The caller's own deadline comes on top.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To connect, TLS included.
    pub connect: Duration,
    /// From the request to the response's head. Plain calls compute everything in that time.
    pub head: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(300),
            idle: Duration::from_secs(120),
        }
    }
}

/// The client; cheap to clone, all clones share the pool.
#[derive(Clone)]
pub struct HttpClient {
    inner: Client<HttpsConnector<Door>, Full<Bytes>>,
    timeouts: Timeouts,
}

impl HttpClient {
    /// A client that trusts the public authorities and goes straight to where it is sent.
    #[must_use]
    pub fn new(timeouts: Timeouts) -> Self {
        Self::within(&Network::default(), timeouts)
    }

    /// A client with an empty pool.
    #[must_use]
    pub fn within(network: &Network, timeouts: Timeouts) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeouts.connect));
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        tcp.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(network.tls())
            .https_or_http()
            .enable_http1()
            .wrap_connector(network.door(tcp, timeouts.connect));
        let inner = Client::builder(TokioExecutor::new())
            // Requests are small: one copy is cheaper than a vectored write.
            .http1_writev(false)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(50))
            .pool_max_idle_per_host(1_024)
            .build(connector);
        Self { inner, timeouts }
    }

    /// Sends a request and waits for the head of its response.
    ///
    /// # Errors
    /// If it cannot be delivered or is not answered in time.
    pub async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Body>, TransportError> {
        self.send_patiently(request, Duration::ZERO).await
    }

    /// As [`Self::send`], to a server that may be silent for so long if that is longer than usual.
    ///
    /// # Errors
    /// If it cannot be delivered or is not answered in time.
    pub async fn send_patiently(
        &self,
        request: Request<Full<Bytes>>,
        silence: Duration,
    ) -> Result<Response<Body>, TransportError> {
        let head = self.timeouts.head.max(silence);
        let response = timeout(head, self.inner.request(request))
            .await
            .map_err(|_| TransportError::Timeout)?
            .map_err(|error| {
                if error.is_connect() {
                    network::reason(&error)
                } else {
                    TransportError::Broken
                }
            })?;
        let (head, incoming) = response.into_parts();
        let body = Body::new(incoming, &head.headers, self.timeouts.idle.max(silence));
        Ok(Response::from_parts(head, body))
    }
}
