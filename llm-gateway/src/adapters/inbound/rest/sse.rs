//! Streams as Server-Sent Events, with a comment as heartbeat while the model is thinking.

use std::{convert::Infallible, fmt::Write as _, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use super::dto::{FailedOut, UsageOut};
use crate::domain::{Event, EventStream};

/// Proxies and load balancers drop connections that are silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The stream as a response.
pub(super) fn response(events: EventStream) -> Response {
    let frames = stream::unfold(events, |mut events| async move {
        let frame = match tokio::time::timeout(HEARTBEAT, events.next()).await {
            Ok(None) => return None,
            Ok(Some(event)) => frame(&event),
            Err(_) => Bytes::from_static(b": waiting\n\n"),
        };
        Some((Ok::<_, Infallible>(frame), events))
    });
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Tells nginx and its kin not to hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

#[derive(Serialize)]
struct StartedOut<'a> {
    provider: &'a str,
    model: &'a str,
}

#[derive(Serialize)]
struct TextOut<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct ThinkingOut<'a> {
    text: &'a str,
    elapsed_ms: u64,
    tokens: u64,
}

#[derive(Serialize)]
struct FinishedOut {
    finish_reason: &'static str,
}

fn frame(event: &Event) -> Bytes {
    match event {
        Event::Started { provider, model } => write(
            "started",
            &StartedOut {
                provider: provider.as_str(),
                model: model.as_str(),
            },
        ),
        Event::Thinking(thinking) => write(
            "thinking",
            &ThinkingOut {
                text: &thinking.text,
                elapsed_ms: u64::try_from(thinking.elapsed.as_millis()).unwrap_or(u64::MAX),
                tokens: thinking.tokens,
            },
        ),
        Event::Text(text) => write("text", &TextOut { text }),
        Event::Usage(usage) => write("usage", &UsageOut::from(*usage)),
        Event::Finished(reason) => write(
            "finished",
            &FinishedOut {
                finish_reason: reason.as_str(),
            },
        ),
        Event::Failed(error) => write("failed", &FailedOut::from(error)),
    }
}

/// JSON never holds a raw line break, so one `data` line is enough.
fn write(name: &str, data: &impl Serialize) -> Bytes {
    let mut out = String::with_capacity(96);
    let _ = write!(out, "event: {name}\ndata: ");
    let mut out = out.into_bytes();
    if serde_json::to_writer(&mut out, data).is_err() {
        out.extend_from_slice(b"{}");
    }
    out.extend_from_slice(b"\n\n");
    out.into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::StreamExt as _;

    use super::*;
    use crate::domain::{Error, ErrorCode, FinishReason, ModelName, ProviderName, Usage};

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_kept_alive_by_comments() {
        let slow = stream::once(async {
            tokio::time::sleep(Duration::from_secs(40)).await;
            Event::Text("late".into())
        });
        let mut frames = response(Box::pin(slow)).into_body().into_data_stream();
        let mut seen = Vec::new();
        while let Some(frame) = frames.next().await {
            seen.push(String::from_utf8(frame.unwrap().to_vec()).unwrap());
        }
        let waiting = ": waiting\n\n";
        let text = "event: text\ndata: {\"text\":\"late\"}\n\n";
        assert_eq!(seen, [waiting, waiting, text]);
    }

    #[test]
    fn every_event_is_one_line_of_data() {
        let retry = Some(Duration::from_millis(1_500));
        let events = [
            Event::Started {
                provider: ProviderName::new("p"),
                model: ModelName::new("m"),
            },
            Event::Text("a\nb\r\u{2028}\0\"".into()),
            Event::Usage(Usage::default()),
            Event::Finished(FinishReason::ContentFilter),
            Event::Failed(Error::new(ErrorCode::RateLimited, "later").with_retry_after(retry)),
        ];
        let all: String = events
            .iter()
            .map(|event| String::from_utf8(frame(event).to_vec()).unwrap())
            .collect();
        insta::assert_snapshot!(all);
    }
}
