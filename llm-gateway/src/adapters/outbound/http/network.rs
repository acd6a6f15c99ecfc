//! The network that a deployment stands in: which authorities it trusts beside the public ones, and through which
//! proxy it reaches providers.
//!
//! Servers of one's own speak plain HTTP or stand beside the gateway as a rule, so the proxy is for `https` only,
//! and this machine is never behind it.

use std::{
    error::Error as StdError,
    fs, io,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use hyper_util::{
    client::{
        legacy::connect::{HttpConnector, proxy::Tunnel},
        proxy::matcher::Matcher,
    },
    rt::TokioIo,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::{net::TcpStream, time::timeout};
use tower_service::Service;

use super::TransportError;

/// What is wrong with the settings. A proxy's address may hold a password and is never quoted.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// A file of certificates that is none.
    #[error("{name}: {path} holds no certificates that can be read: {why}")]
    Certificates {
        /// The variable.
        name: &'static str,
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// A proxy that cannot be used.
    #[error("{0} is not the http:// address of a proxy")]
    Proxy(&'static str),
}

/// The surroundings.
#[derive(Clone, Debug)]
pub struct Network {
    roots: RootCertStore,
    proxy: Option<Arc<Matcher>>,
}

impl Default for Network {
    /// The public authorities, and no proxy.
    fn default() -> Self {
        Self {
            roots: webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
            proxy: None,
        }
    }
}

impl Network {
    /// By the usual variables.
    ///
    /// # Errors
    /// If one of them makes no sense.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, NetworkError> {
        let text = |name: &str| get(name).filter(|value| !value.trim().is_empty());
        let mut network = Self::default();
        for name in ["GATEWAY_CA_FILE", "SSL_CERT_FILE"] {
            if let Some(path) = text(name) {
                network.trust(name, &path)?;
            }
        }
        for name in ["HTTPS_PROXY", "https_proxy"] {
            let Some(proxy) = text(name) else { continue };
            let except = text("NO_PROXY").or_else(|| text("no_proxy"));
            let proxy = proxy.trim();
            let plain = proxy.starts_with("http://") || !proxy.contains("://");
            let matcher = Matcher::builder()
                .https(proxy.to_owned())
                .no(except.unwrap_or_default())
                .build();
            // What it does not understand it would leave out.
            if !plain || proxy.parse::<http::Uri>().is_err() {
                return Err(NetworkError::Proxy(name));
            }
            network.proxy = Some(Arc::new(matcher));
            break;
        }
        Ok(network)
    }

    fn trust(&mut self, name: &'static str, path: &str) -> Result<(), NetworkError> {
        let bad = |why: String| NetworkError::Certificates {
            name,
            path: path.to_owned(),
            why,
        };
        let pem = fs::read(path).map_err(|error| bad(error.to_string()))?;
        let mut found = 0;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| bad(error.to_string()))?;
            self.roots
                .add(certificate)
                .map_err(|error| bad(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(bad("there is none in it".into()));
        }
        Ok(())
    }

    pub(super) fn tls(&self) -> ClientConfig {
        ClientConfig::builder()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth()
    }

    pub(super) fn door(&self, tcp: HttpConnector, patience: Duration) -> Door {
        Door {
            tcp,
            proxy: self.proxy.clone(),
            patience,
        }
    }
}

/// Opens connections, straight or through the proxy.
#[derive(Clone)]
pub(super) struct Door {
    tcp: HttpConnector,
    proxy: Option<Arc<Matcher>>,
    patience: Duration,
}

type BoxError = Box<dyn StdError + Send + Sync>;
type Opening = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

impl Service<http::Uri> for Door {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Opening;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, to: http::Uri) -> Opening {
        let proxy = self.proxy.as_ref().filter(|_| !is_here(&to));
        let Some(proxy) = proxy.and_then(|proxy| proxy.intercept(&to)) else {
            let straight = self.tcp.call(to);
            return Box::pin(async move { Ok(straight.await?) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(auth) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        let patience = self.patience;
        Box::pin(async move {
            let through = timeout(patience, tunnel.call(to)).await;
            through
                .map_err(|_| BoxError::from(TransportError::Proxy))?
                .map_err(|_| TransportError::Proxy.into())
        })
    }
}

/// Whether an address is this machine's own.
fn is_here(to: &http::Uri) -> bool {
    let host = to.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let named =
        host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
    named || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Why a connection could not be opened.
pub(super) fn reason(error: &(dyn StdError + 'static)) -> TransportError {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(known) = error.downcast_ref::<TransportError>() {
            return *known;
        }
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return TransportError::Untrusted;
        }
        // What an I/O error was made of is not its source.
        let inside = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    TransportError::Connect
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_never_behind_a_proxy() {
        for here in [
            "https://localhost/x",
            "https://a.LOCALHOST:8/",
            "https://127.8.0.1",
            "https://[::1]:9/",
        ] {
            assert!(is_here(&here.parse().unwrap()), "{here}");
        }
        for there in [
            "https://localhost.example.com",
            "https://10.0.0.1",
            "https://[::2]/",
        ] {
            assert!(!is_here(&there.parse().unwrap()), "{there}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_and_secrets_not_quoted() {
        let read = |name: &'static str, value: &'static str| {
            Network::read(|asked| (asked == name).then(|| value.to_owned()))
        };
        for (name, value) in [
            ("GATEWAY_CA_FILE", "/nowhere.pem"),
            (
                "SSL_CERT_FILE",
                concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
            ),
            ("HTTPS_PROXY", "https://me:hunter2@proxy:1"),
            ("https_proxy", "socks5://me:hunter2@proxy:1"),
            ("HTTPS_PROXY", "http://me:hunter2@pro xy"),
        ] {
            let refused = read(name, value).unwrap_err().to_string();
            assert!(refused.contains(name), "{refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
        for value in ["proxy:3128", "http://me:hunter2@proxy:3128/"] {
            assert!(read("HTTPS_PROXY", value).unwrap().proxy.is_some());
        }
        assert!(read("HTTPS_PROXY", " ").unwrap().proxy.is_none());
    }

    #[test]
    fn some_servers_are_reached_without_the_proxy() {
        let variables = [
            ("HTTPS_PROXY", "proxy:3128"),
            ("no_proxy", "company.test, 10.0.0.0/8"),
        ];
        let network = Network::read(|asked| {
            let found = variables.iter().find(|(name, _)| *name == asked);
            found.map(|(_, value)| (*value).to_owned())
        });
        let proxy = network.unwrap().proxy.unwrap();
        let through = |to: &str| proxy.intercept(&to.parse().unwrap()).is_some();
        assert!(through("https://api.example.com/v1"));
        assert!(!through("https://ai.company.test") && !through("https://10.1.2.3"));
        assert!(!through("http://api.example.com"));
    }
}
