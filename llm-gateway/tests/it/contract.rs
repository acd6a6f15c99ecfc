//! The contract that every provider adapter passes, over a real HTTP server with recorded answers.

use std::time::Duration;

use futures_util::StreamExt as _;
use llm_gateway::{
    adapters::outbound::http::Timeouts,
    domain::{Counts, ErrorCode, FinishReason},
    ports::outbound::ProviderEvent,
};

use crate::support::{
    provider::{Kind, drain, finish, hello, text, usage},
    upstream::{Piece, Reply, Upstream},
};

const ANSWER: &str = "こんにちは, Aki 👋";
const USAGE: Counts = Counts {
    input_tokens: Some(19),
    cached_input_tokens: Some(8),
    output_tokens: Some(30),
    reasoning_tokens: Some(20),
};

#[tokio::test]
async fn a_whole_answer_is_read() {
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::json(200, &kind.fixture("whole.json"))).await;
        let answer = kind
            .provider(&upstream.url)
            .complete(hello(kind))
            .await
            .unwrap();
        assert_eq!(answer.text, ANSWER, "{kind:?}");
        assert_eq!(answer.finish_reason, FinishReason::Stop, "{kind:?}");
        assert_eq!(answer.counts, USAGE, "{kind:?}");
    }
}

#[tokio::test]
async fn a_whole_answer_is_read_however_it_is_cut_and_never_short() {
    for kind in Kind::ALL {
        let body = kind.fixture("whole.json").trim_end().as_bytes().to_vec();
        let length = body.len();
        let upstream = Upstream::start(move |number, _| {
            let (head, tail) = body.split_at(number / 3);
            let head = Piece::Bytes(head.into());
            Reply::pieces(match number % 3 {
                0 => vec![head, Piece::Bytes(tail.into())],
                1 => vec![head, Piece::Cut],
                _ => vec![head],
            })
        })
        .await;
        let provider = kind.provider(&upstream.url);
        for number in 0..3 * length {
            let answer = provider.complete(hello(kind)).await;
            let at = number / 3;
            match number % 3 {
                0 => {
                    let answer = answer.unwrap();
                    assert_eq!(answer.text, ANSWER, "{kind:?} cut at {at}");
                    assert_eq!(answer.counts, USAGE, "{kind:?} cut at {at}");
                }
                1 => assert_eq!(
                    answer.unwrap_err().code,
                    ErrorCode::Unavailable,
                    "{kind:?} {at}"
                ),
                _ => assert_eq!(
                    answer.unwrap_err().code,
                    ErrorCode::Internal,
                    "{kind:?} {at}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn a_stream_is_read_however_it_is_cut() {
    for kind in Kind::ALL {
        let body = kind.fixture("stream.sse").into_bytes();
        let length = body.len();
        let bytes = body.clone();
        let upstream = Upstream::start(move |number, _| {
            let (head, tail) = bytes.split_at(number.min(bytes.len()));
            Reply::pieces(vec![Piece::Bytes(head.into()), Piece::Bytes(tail.into())])
        })
        .await;
        let provider = kind.provider(&upstream.url);
        for at in 0..length {
            let (events, error) = drain(provider.as_ref(), hello(kind)).await;
            assert_eq!(error, None, "{kind:?} cut at {at}");
            assert_eq!(text(&events), ANSWER, "{kind:?} cut at {at}");
            assert_eq!(usage(&events), Some(USAGE), "{kind:?} cut at {at}");
            assert_eq!(
                finish(&events),
                Some(FinishReason::Stop),
                "{kind:?} cut at {at}"
            );
        }
    }
}

#[tokio::test]
async fn a_stream_is_read_byte_by_byte_and_with_crlf() {
    for kind in Kind::ALL {
        let lf = kind.fixture("stream.sse").replace("\r\n", "\n");
        for body in [lf.clone(), lf.replace('\n', "\r\n"), lf.replace('\n', "\r")] {
            let pieces = body.bytes().map(|b| Piece::Bytes(vec![b])).collect();
            let upstream = Upstream::always(Reply::pieces(pieces)).await;
            let provider = kind.provider(&upstream.url);
            let (events, error) = drain(provider.as_ref(), hello(kind)).await;
            assert_eq!((text(&events).as_str(), error), (ANSWER, None), "{kind:?}");
        }
    }
}

/// Wherever the stream ends too early, by a broken connection or a clean end, it is an error or the reader
/// can see that no finish came; a short answer never looks complete.
#[tokio::test]
async fn a_stream_that_ends_early_is_never_a_short_answer() {
    for kind in Kind::ALL {
        let body = kind.fixture("stream.sse").into_bytes();
        let length = body.len();
        let bytes = body.clone();
        let upstream = Upstream::start(move |number, _| {
            let head = Piece::Bytes(bytes[..number / 2].into());
            Reply::pieces(if number % 2 == 0 {
                vec![head, Piece::Cut]
            } else {
                vec![head]
            })
        })
        .await;
        let provider = kind.provider(&upstream.url);
        for number in 0..2 * length {
            let (events, error) = drain(provider.as_ref(), hello(kind)).await;
            if let Some(error) = &error {
                assert_eq!(error.code, ErrorCode::Unavailable, "{kind:?} {number}");
            }
            if finish(&events).is_some() {
                assert_eq!(text(&events), ANSWER, "{kind:?} ends at {}", number / 2);
            }
        }
    }
}

#[tokio::test]
async fn finish_reasons_are_the_domains() {
    for kind in Kind::ALL {
        for (fixture, expected) in [
            ("length.sse", FinishReason::Length),
            ("filtered.sse", FinishReason::ContentFilter),
            ("tools.sse", FinishReason::Stop),
        ] {
            let upstream = Upstream::always(Reply::sse(&kind.fixture(fixture))).await;
            let (events, error) = drain(kind.provider(&upstream.url).as_ref(), hello(kind)).await;
            assert_eq!(error, None, "{kind:?} {fixture}");
            assert_eq!(finish(&events), Some(expected), "{kind:?} {fixture}");
            if fixture == "tools.sse" {
                assert_eq!(text(&events), "Let me look.", "{kind:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_error_in_mid_stream_ends_it_after_the_text() {
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::sse(&kind.fixture("error.sse"))).await;
        let (events, error) = drain(kind.provider(&upstream.url).as_ref(), hello(kind)).await;
        assert_eq!(text(&events), "so far", "{kind:?}");
        assert!(error.unwrap().code.is_outage(), "{kind:?}");
        assert_eq!(finish(&events), None, "{kind:?}");
    }
}

#[tokio::test]
async fn zipped_answers_are_read_whole_and_streamed() {
    use std::io::Write as _;
    let zip = |text: &str| {
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        zip.write_all(text.as_bytes()).unwrap();
        zip.finish().unwrap()
    };
    for kind in Kind::ALL {
        let reply = |body: Vec<u8>| {
            let pieces = body.chunks(7).map(|c| Piece::Bytes(c.into())).collect();
            Reply::pieces(pieces).header("content-encoding", "gzip")
        };
        let whole = reply(zip(&kind.fixture("whole.json")));
        let upstream = Upstream::always(whole).await;
        let answer = kind
            .provider(&upstream.url)
            .complete(hello(kind))
            .await
            .unwrap();
        assert_eq!(answer.text, ANSWER, "{kind:?}");

        let upstream = Upstream::always(reply(zip(&kind.fixture("stream.sse")))).await;
        let (events, error) = drain(kind.provider(&upstream.url).as_ref(), hello(kind)).await;
        assert_eq!((text(&events).as_str(), error), (ANSWER, None), "{kind:?}");
    }
}

#[tokio::test]
async fn text_comes_as_soon_as_the_provider_sends_it() {
    for kind in Kind::ALL {
        let body = kind.fixture("error.sse");
        let until = body.find("so far").unwrap();
        let until = until + body[until..].find("\n\n").unwrap() + 2;
        let upstream = Upstream::always(Reply::pieces(vec![
            Piece::Bytes(body[..until].into()),
            Piece::Hang,
        ]))
        .await;
        let provider = kind.provider(&upstream.url);
        let mut stream = provider.stream(hello(kind)).await.unwrap();
        let first = async {
            loop {
                if let ProviderEvent::Text(text) = stream.next().await.unwrap().unwrap() {
                    return text;
                }
            }
        };
        let first = tokio::time::timeout(Duration::from_secs(2), first)
            .await
            .unwrap();
        assert_eq!(first, "so far", "{kind:?}");
        // Dropping the stream hangs up on the provider at once.
        drop(stream);
        let left = upstream.abandoned(1);
        tokio::time::timeout(Duration::from_millis(50), left)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_silent_provider_is_a_timeout() {
    let timeouts = Timeouts {
        head: Duration::from_millis(60),
        idle: Duration::from_millis(60),
        ..Timeouts::default()
    };
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::pieces(vec![Piece::Hang])).await;
        let provider = kind.provider_with(&upstream.url, timeouts);
        let (events, error) = drain(provider.as_ref(), hello(kind)).await;
        assert!(events.is_empty());
        assert_eq!(error.unwrap().code, ErrorCode::Timeout, "{kind:?}");
        let error = provider.complete(hello(kind)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Timeout, "{kind:?}");
    }
}

#[tokio::test]
async fn answers_that_make_no_sense_are_errors() {
    for kind in Kind::ALL {
        for nonsense in ["", "[]", "{", "<html>", "null", "\"x\"", "{\"choices\":[]}"] {
            let upstream = Upstream::always(Reply::json(200, nonsense)).await;
            let provider = kind.provider(&upstream.url);
            let error = provider.complete(hello(kind)).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::Internal, "{kind:?} {nonsense}");
            let sse = format!("data: {nonsense}x\n\n");
            let upstream = Upstream::always(Reply::sse(&sse)).await;
            let (events, error) = drain(kind.provider(&upstream.url).as_ref(), hello(kind)).await;
            assert_eq!(finish(&events), None, "{kind:?}");
            assert_eq!(
                error.unwrap().code,
                ErrorCode::Internal,
                "{kind:?} {nonsense}"
            );
        }
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_unavailable() {
    for kind in Kind::ALL {
        let error = kind
            .provider("http://127.0.0.1:1")
            .complete(hello(kind))
            .await;
        assert_eq!(error.unwrap_err().code, ErrorCode::Unavailable, "{kind:?}");
    }
}
