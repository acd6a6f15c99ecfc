//! Retries, the circuit breaker, places, and what a broken stream still tells.

use std::time::{Duration, Instant};

use llm_gateway::domain::{breaker::BreakerPolicy, service::Guard};
use serde_json::{Value, json};

use crate::support::{
    gateway::{Gateway, eager, events, say_to},
    provider::Kind,
    upstream::{Piece, Reply, Upstream},
};

pub async fn ask(gateway: &Gateway, kind: Kind, stream: bool) -> (u16, Value) {
    let mut body = say_to(kind.name(), "Hello there");
    body["stream"] = json!(stream);
    let (status, body) = gateway.post("/completions", &body.to_string()).await;
    let text = String::from_utf8(body.to_vec()).unwrap();
    if stream && status == 200 {
        (status, json!(events(&text)))
    } else {
        (status, serde_json::from_str(&text).unwrap())
    }
}

#[tokio::test]
async fn passing_faults_are_tried_again_until_it_works() {
    for kind in Kind::ALL {
        let (whole, sse) = (kind.fixture("whole.json"), kind.fixture("stream.sse"));
        let upstream = Upstream::start(move |number, asked| match number % 3 {
            0 => Reply::json(503, "{}"),
            1 => Reply::json(500, "oops"),
            _ if asked.path().contains("stream") => Reply::sse(&sse),
            _ if asked.json()["stream"] == true => Reply::sse(&sse),
            _ => Reply::json(200, &whole),
        })
        .await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        let (status, answer) = ask(&gateway, kind, false).await;
        assert_eq!(
            (status, answer["content"].as_str()),
            (200, Some("こんにちは, Aki 👋"))
        );
        let (_, events) = ask(&gateway, kind, true).await;
        assert_eq!(events.as_array().unwrap().last().unwrap()[0], "finished");
        assert_eq!(upstream.asked().len(), 6, "{kind:?}");
    }
}

#[tokio::test]
async fn the_callers_own_faults_are_not() {
    for status in [400, 401, 403, 404, 413, 422] {
        let upstream = Upstream::always(Reply::json(status, "{}")).await;
        let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), eager(3)).await;
        ask(&gateway, Kind::OpenAi, true).await;
        assert_eq!(upstream.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn retry_after_is_waited_for_unless_too_long() {
    let upstream = Upstream::start(|number, _| match number {
        0 => Reply::json(429, "{}").header("retry-after-ms", "90"),
        _ => Reply::json(200, &Kind::OpenAi.fixture("whole.json")),
    })
    .await;
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), eager(3)).await;
    let began = Instant::now();
    assert_eq!(ask(&gateway, Kind::OpenAi, false).await.0, 200);
    assert!(began.elapsed() >= Duration::from_millis(90));

    let reply = Reply::json(429, "{}").header("retry-after", "30");
    let upstream = Upstream::always(reply).await;
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), eager(3)).await;
    let (status, problem) = ask(&gateway, Kind::OpenAi, false).await;
    assert_eq!(
        (status, problem["retry_after_ms"].as_u64()),
        (429, Some(30_000))
    );
    assert_eq!(upstream.asked().len(), 1);
}

#[tokio::test]
async fn a_stream_that_fails_before_its_first_word_begins_anew() {
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n";
    let upstream = Upstream::start(|number, _| match number {
        0 => Reply::sse(overloaded),
        1 => Reply::pieces(vec![Piece::Cut]),
        _ => Reply::sse(&Kind::Anthropic.fixture("stream.sse")),
    })
    .await;
    let gateway = Gateway::over(Kind::Anthropic.provider(&upstream.url), eager(3)).await;
    let (_, events) = ask(&gateway, Kind::Anthropic, true).await;
    let names: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e[0].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "started", "thinking", "text", "text", "text", "usage", "finished"
        ]
    );
    assert_eq!(upstream.asked().len(), 3);
}

#[tokio::test]
async fn a_stream_that_fails_after_its_first_word_is_over_and_says_what_it_cost() {
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::sse(&kind.fixture("error.sse"))).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        let (_, events) = ask(&gateway, kind, true).await;
        let events = events.as_array().unwrap();
        let [.., text, usage, failed] = events.as_slice() else {
            panic!()
        };
        assert_eq!(text[1]["text"], "so far");
        assert_eq!(usage[1]["estimated"], true, "{kind:?}");
        assert!(usage[1]["input_tokens"].as_u64().unwrap() > 0, "{kind:?}");
        assert!(usage[1]["output_tokens"].as_u64().unwrap() > 0, "{kind:?}");
        assert_eq!(failed[0], "failed", "{kind:?}");
        assert_eq!(upstream.asked().len(), 1, "{kind:?}");
    }
}

/// An end that is clean for HTTP but without the provider's own end is a cut like any other.
#[tokio::test]
async fn a_stream_without_its_end_is_never_a_short_answer() {
    for kind in Kind::ALL {
        let body = kind.fixture("error.sse");
        let until = body.find("so far").unwrap();
        let until = until + body[until..].find("\n\n").unwrap() + 2;
        for end in [None, Some(Piece::Cut)] {
            let said = Piece::Bytes(body[..until].into());
            let pieces = std::iter::once(said).chain(end).collect();
            let upstream = Upstream::always(Reply::pieces(pieces)).await;
            let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
            let (_, events) = ask(&gateway, kind, true).await;
            let events = events.as_array().unwrap();
            let [.., text, usage, failed] = events.as_slice() else {
                panic!()
            };
            assert_eq!(text[1]["text"], "so far", "{kind:?}");
            assert_eq!(usage[1]["estimated"], true, "{kind:?}");
            assert_eq!(failed[1]["code"], "unavailable", "{kind:?}");
            assert_eq!(upstream.asked().len(), 1, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_gives_no_count_is_estimated() {
    let upstream = Upstream::always(Reply::sse(&Kind::Compatible.fixture("no_usage.sse"))).await;
    let gateway = Gateway::over(Kind::Compatible.provider(&upstream.url), eager(1)).await;
    let (_, events) = ask(&gateway, Kind::Compatible, true).await;
    let [.., usage, finished] = events.as_array().unwrap().as_slice() else {
        panic!()
    };
    assert_eq!(
        (&usage[1]["estimated"], &finished[1]["finish_reason"]),
        (&json!(true), &json!("stop"))
    );
}

#[tokio::test]
async fn a_provider_that_does_not_close_is_not_waited_for() {
    let body = Kind::Gemini.fixture("stream.sse").into_bytes();
    let upstream = Upstream::always(Reply::pieces(vec![Piece::Bytes(body), Piece::Hang])).await;
    let gateway = Gateway::over(Kind::Gemini.provider(&upstream.url), eager(1)).await;
    let asked = ask(&gateway, Kind::Gemini, true);
    let (_, events) = tokio::time::timeout(Duration::from_secs(5), asked)
        .await
        .unwrap();
    assert_eq!(events.as_array().unwrap().last().unwrap()[0], "finished");
}

#[tokio::test]
async fn the_circuit_opens_shows_and_closes_again() {
    let upstream = Upstream::start(|number, _| match number {
        0 | 1 => Reply::json(503, "{}"),
        _ => Reply::json(200, &Kind::OpenAi.fixture("whole.json")),
    })
    .await;
    let guard = Guard {
        breaker: BreakerPolicy {
            threshold: 2,
            // Longer than a busy machine takes from the second failure to the third call.
            pause: Duration::from_secs(3),
            max_pause: Duration::from_secs(3),
        },
        ..eager(1)
    };
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), guard).await;
    let state = async || {
        let (_, health) = gateway.get("/health").await;
        health["providers"][0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(ask(&gateway, Kind::OpenAi, false).await.0, 503);
    assert_eq!(state().await, "available");
    assert_eq!(ask(&gateway, Kind::OpenAi, false).await.0, 503);
    assert_eq!(state().await, "down");
    let listed = async || {
        let (_, models) = gateway.get("/models").await;
        let models = models["items"].as_array().unwrap().clone();
        let of = |provider: &str| {
            let model = models.iter().find(|m| m["provider"] == provider);
            model.unwrap()["state"].as_str().unwrap().to_owned()
        };
        (of("openai"), of("scripted"))
    };
    assert_eq!(listed().await, ("down".into(), "available".into()));
    let (status, problem) = ask(&gateway, Kind::OpenAi, false).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (502, Some("unavailable"))
    );
    let retry_after = problem["retry_after_ms"].as_u64().unwrap();
    assert!(retry_after <= 3_000);
    assert_eq!(
        upstream.asked().len(),
        2,
        "the open circuit let a call through"
    );
    tokio::time::sleep(Duration::from_millis(retry_after + 10)).await;
    assert_eq!(ask(&gateway, Kind::OpenAi, false).await.0, 200);
    assert_eq!(state().await, "available");
    assert_eq!(listed().await.0, "available");
}

/// While one probe is out, everybody else is turned away; a probe whose caller left makes room for the next.
#[tokio::test]
async fn half_open_is_one_probe_at_a_time() {
    let upstream = Upstream::start(|number, _| match number {
        0 => Reply::json(503, "{}"),
        1 => Reply::pieces(vec![Piece::Hang]),
        _ => Reply::json(200, &Kind::OpenAi.fixture("whole.json")),
    })
    .await;
    let guard = Guard {
        breaker: BreakerPolicy {
            threshold: 1,
            pause: Duration::from_millis(50),
            max_pause: Duration::from_secs(1),
        },
        ..eager(1)
    };
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), guard).await;
    assert_eq!(ask(&gateway, Kind::OpenAi, false).await.0, 503);
    tokio::time::sleep(Duration::from_millis(60)).await;
    let mut client = gateway.client().await;
    let request = crate::support::gateway::proto_say("openai", "x");
    let probe = tokio::spawn(async move { client.complete(request).await });
    while upstream.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(ask(&gateway, Kind::OpenAi, false).await.0, 502);
    assert_eq!(upstream.asked().len(), 2, "a second probe");
    probe.abort();
    upstream.abandoned(1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(ask(&gateway, Kind::OpenAi, false).await.0, 200);
}

/// Models of a server come and go with it, and stay listed while it is away.
#[tokio::test]
async fn discovered_models_are_listed_and_kept_while_their_server_is_away() {
    let upstream = Upstream::start(|number, _| match number {
        0 => Reply::json(200, r#"{"data":[{"id":"qwen","max_model_len":4096}]}"#),
        1 => Reply::json(500, "{}"),
        _ => Reply::json(200, r#"{"data":[{"id":"llama"}]}"#),
    })
    .await;
    let gateway = Gateway::over(Kind::Compatible.provider(&upstream.url), eager(1)).await;
    let listed = async || {
        let (_, models) = gateway.get("/models").await;
        let models = models["items"].as_array().unwrap().clone();
        let of_server = models.iter().filter(|m| m["provider"] == "local");
        let of_server: Vec<_> = of_server
            .map(|m| {
                (
                    m["id"].as_str().unwrap().to_owned(),
                    m["context_window"].as_u64().unwrap(),
                )
            })
            .collect();
        of_server
    };
    assert_eq!(listed().await, [("qwen".into(), 4_096)]);
    assert_eq!(listed().await.len(), 1);
    assert_eq!(
        upstream.asked().len(),
        1,
        "the list is believed for a while"
    );
    for expected in ["qwen", "llama"] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(31)).await;
        tokio::time::resume();
        assert_eq!(listed().await[0].0, expected);
    }
    assert_eq!(upstream.asked().len(), 3);
}

#[tokio::test]
async fn a_full_house_is_overloaded_at_once() {
    let upstream = Upstream::always(Reply::pieces(vec![Piece::Hang])).await;
    let guard = Guard {
        max_concurrency: 2,
        ..eager(1)
    };
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), guard).await;
    let mut client = gateway.client().await;
    let request = crate::support::gateway::proto_say("openai", "x");
    let first = client.stream_complete(request.clone()).await.unwrap();
    let _second = client.stream_complete(request.clone()).await.unwrap();
    let began = Instant::now();
    let (status, problem) = ask(&gateway, Kind::OpenAi, false).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (503, Some("overloaded"))
    );
    assert!(began.elapsed() < Duration::from_millis(200));
    drop(first);
    upstream.abandoned(1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(client.stream_complete(request).await.is_ok());
}

#[tokio::test]
async fn a_rest_caller_who_leaves_cancels_the_provider() {
    use tokio::io::AsyncWriteExt as _;
    for stream in [true, false] {
        let upstream = Upstream::always(Reply::pieces(vec![Piece::Hang])).await;
        let gateway = Gateway::over(Kind::Anthropic.provider(&upstream.url), eager(1)).await;
        let mut body = say_to("anthropic", "x");
        body["stream"] = json!(stream);
        let body = body.to_string();
        let addr = gateway.rest.strip_prefix("http://").unwrap();
        let mut tcp = tokio::net::TcpStream::connect(addr).await.unwrap();
        let head = format!(
            "POST /completions HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        tcp.write_all(head.as_bytes()).await.unwrap();
        while upstream.asked().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(tcp);
        let left = upstream.abandoned(1);
        tokio::time::timeout(Duration::from_millis(50), left)
            .await
            .expect("within 50 ms");
    }
}
