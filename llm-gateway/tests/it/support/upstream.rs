//! A provider played by a real HTTP server: it answers what the test says, in the pieces the test says, and
//! remembers what it was asked and when its callers left.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// One step of an answer's body. Bytes of one step arrive as one chunk.
#[derive(Clone, Debug)]
pub enum Piece {
    Bytes(Vec<u8>),
    /// Silence for so long.
    Silence(Duration),
    /// Silence until the caller leaves.
    Hang,
    /// Closes the connection without an end.
    Cut,
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<Piece>,
}

impl Reply {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            body: vec![Piece::Bytes(body.into())],
        }
    }

    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, "application/json", body)
    }

    pub fn sse(body: &str) -> Self {
        Self::new(200, "text/event-stream", body)
    }

    pub fn pieces(body: Vec<Piece>) -> Self {
        Self {
            body,
            ..Self::sse("")
        }
    }

    /// Closes the connection instead of answering.
    pub fn none() -> Self {
        Self::new(0, "", "")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub head: String,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }
}

type Script = Arc<dyn Fn(usize, &Asked) -> Reply + Send + Sync>;

pub struct Upstream {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    left: watch::Receiver<usize>,
}

impl Upstream {
    /// Answers each request with what `script` makes of its number and content.
    pub async fn start(script: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (leaves, left) = watch::channel(0);
        let script: Script = Arc::new(script);
        let log = Arc::clone(&asked);
        let leaves = Arc::new(leaves);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tcp.set_nodelay(true).unwrap();
                tokio::spawn(serve(
                    tcp,
                    Arc::clone(&script),
                    Arc::clone(&log),
                    Arc::clone(&leaves),
                ));
            }
        });
        Self { url, asked, left }
    }

    /// Always the same answer.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits until so many callers have left in the middle of an answer.
    pub async fn abandoned(&self, count: usize) {
        let mut left = self.left.clone();
        left.wait_for(|n| *n >= count).await.unwrap();
    }
}

async fn serve(
    mut tcp: TcpStream,
    script: Script,
    log: Arc<Mutex<Vec<Asked>>>,
    leaves: Arc<watch::Sender<usize>>,
) {
    while let Some(asked) = read(&mut tcp).await {
        let number = {
            let mut log = log.lock().unwrap();
            log.push(asked.clone());
            log.len() - 1
        };
        let reply = script(number, &asked);
        if !answer(&mut tcp, reply, &leaves).await {
            return;
        }
    }
}

async fn read(tcp: &mut TcpStream) -> Option<Asked> {
    let mut buffer = Vec::new();
    let mut piece = [0; 16 * 1024];
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        match tcp.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => buffer.extend_from_slice(&piece[..n]),
        }
    };
    let head = String::from_utf8(buffer[..head_end].to_vec()).unwrap();
    let length: usize = head
        .lines()
        .find_map(|l| {
            l.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .map(str::to_owned)
        })
        .map_or(0, |v| v.trim().parse().unwrap());
    let mut body = buffer.split_off(head_end);
    while body.len() < length {
        match tcp.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => body.extend_from_slice(&piece[..n]),
        }
    }
    Some(Asked { head, body })
}

/// Whether the connection can be used again.
async fn answer(tcp: &mut TcpStream, reply: Reply, leaves: &watch::Sender<usize>) -> bool {
    if reply.status == 0 {
        return false;
    }
    let mut head = format!(
        "HTTP/1.1 {} X\r\ntransfer-encoding: chunked\r\n",
        reply.status
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    if tcp.write_all(head.as_bytes()).await.is_err() {
        return false;
    }
    for piece in reply.body {
        match piece {
            Piece::Bytes(bytes) if bytes.is_empty() => {}
            Piece::Bytes(bytes) => {
                let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
                chunk.extend_from_slice(&bytes);
                chunk.extend_from_slice(b"\r\n");
                if tcp.write_all(&chunk).await.is_err() {
                    leaves.send_modify(|n| *n += 1);
                    return false;
                }
            }
            Piece::Silence(time) => tokio::time::sleep(time).await,
            Piece::Hang => {
                left(tcp).await;
                leaves.send_modify(|n| *n += 1);
                return false;
            }
            Piece::Cut => return false,
        }
    }
    tcp.write_all(b"0\r\n\r\n").await.is_ok()
}

async fn left(tcp: &mut TcpStream) {
    let mut byte = [0];
    while !matches!(tcp.read(&mut byte).await, Ok(0) | Err(_)) {}
}
