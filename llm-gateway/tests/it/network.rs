//! Company networks: certificates of one's own authority, and a proxy in between.

use std::sync::{Arc, Mutex};

use llm_gateway::{
    adapters::outbound::{
        http::{HttpClient, Network, Timeouts},
        openai_compatible::OpenAiCompatible,
    },
    domain::{Error, ErrorCode},
    ports::outbound::{LLMProvider as _, ProviderAnswer},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::support::{
    provider::{Kind, hello},
    upstream::{Reply, Upstream},
};

/// An authority of one's own, as a file, and a server it vouches for; the file is gone when dropped.
struct Company {
    authority: String,
    port: u16,
    upstream: Upstream,
}

impl Company {
    async fn start(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&authority_key).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned(), "ai.company.test".to_owned()];
        let certificate = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &authority, &authority_key)
            .unwrap();
        let path = std::env::temp_dir().join(format!("gateway-ca-{name}-{}", std::process::id()));
        std::fs::write(&path, authority.pem()).unwrap();

        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let answer = Kind::Compatible.fixture("whole.json");
        let upstream = Upstream::always(Reply::json(200, &answer)).await;
        let behind = upstream.url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let Ok(mut tls) = acceptor.accept(tcp).await else {
                        return;
                    };
                    let mut plain = TcpStream::connect(behind).await.unwrap();
                    let _ = copy_bidirectional(&mut tls, &mut plain).await;
                });
            }
        });
        Self {
            authority: path.to_str().unwrap().to_owned(),
            port,
            upstream,
        }
    }

    /// Asks the server by that name, from a deployment with those variables.
    async fn ask(&self, host: &str, variables: &[(&str, &str)]) -> Result<ProviderAnswer, Error> {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let http = HttpClient::within(&Network::read(get).unwrap(), Timeouts::default());
        let url = format!("https://{host}:{}/v1", self.port);
        let server = OpenAiCompatible::new(http, "local", &url, None).unwrap();
        server.complete(hello(Kind::Compatible)).await
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.authority);
    }
}

/// A proxy that knows one way, or none; gives its address and what it was asked.
async fn proxy(way: Option<u16>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = tcp.read_u8().await else { break };
                head.push(byte);
            }
            log.lock().unwrap().push(String::from_utf8(head).unwrap());
            tokio::spawn(async move {
                let Some(port) = way else {
                    let _ = tcp.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await;
                    return;
                };
                tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut there = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = copy_bidirectional(&mut tcp, &mut there).await;
            });
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_companys_own_authority_is_trusted_where_it_is_named() {
    let company = Company::start("named").await;
    let refused = company.ask("localhost", &[]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(refused.message.contains("not trusted"), "{refused}");
    assert!(refused.message.contains("GATEWAY_CA_FILE"), "{refused}");
    assert!(company.upstream.asked().is_empty());
    for name in ["GATEWAY_CA_FILE", "SSL_CERT_FILE"] {
        let trust = (name, company.authority.as_str());
        let answer = company.ask("localhost", &[trust]).await.unwrap();
        assert!(!answer.text.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn providers_are_reached_through_the_proxy_and_this_machine_is_not() {
    let company = Company::start("proxied").await;
    let trust = ("GATEWAY_CA_FILE", company.authority.as_str());
    let (address, asked) = proxy(Some(company.port)).await;
    let url = format!("http://me:hunter%202@{address}");
    let way = ("HTTPS_PROXY", url.as_str());
    company.ask("ai.company.test", &[trust, way]).await.unwrap();
    let head = asked.lock().unwrap().join("");
    let connect = format!("CONNECT ai.company.test:{} ", company.port);
    assert!(head.starts_with(&connect), "{head}");
    // me:hunter 2
    assert!(head.contains("Basic bWU6aHVudGVyIDI="), "{head}");

    company.ask("localhost", &[trust, way]).await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), 1, "this machine is here");

    let (address, asked) = proxy(None).await;
    let way = ("https_proxy", address.as_str());
    let refused = company.ask("ai.company.test", &[trust, way]).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(refused.message.contains("proxy"), "{refused}");
    assert_eq!(asked.lock().unwrap().len(), 1);
}
