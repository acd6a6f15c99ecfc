//! Nothing is asked for twice that may be paid for twice, and no fault of ours counts against a provider.

use llm_gateway::domain::{breaker::BreakerPolicy, service::Guard};

use crate::{
    resilience::ask,
    support::{
        gateway::{Gateway, eager, say_to},
        provider::Kind,
        upstream::{Piece, Reply, Upstream},
    },
};

/// Thinking is work that is paid for: a call that breaks off in it is over.
#[tokio::test]
async fn a_call_that_breaks_off_while_thinking_is_never_made_again() {
    let thinking = "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5}}}\n\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hmm hmm hmm\"}}\n\n";
    let pieces = vec![Piece::Bytes(thinking.into()), Piece::Cut];
    let upstream = Upstream::always(Reply::pieces(pieces)).await;
    let gateway = Gateway::over(Kind::Anthropic.provider(&upstream.url), eager(3)).await;
    let (_, events) = ask(&gateway, Kind::Anthropic, true).await;
    let [_, thinking, usage, failed] = events.as_array().unwrap().as_slice() else {
        panic!("{events}")
    };
    assert_eq!(thinking[1]["text"], "hmm hmm hmm");
    assert!(usage[1]["reasoning_tokens"].as_u64().unwrap() > 0);
    assert_eq!(failed[1]["code"], "unavailable");
    assert_eq!(upstream.asked().len(), 1);
}

#[tokio::test]
async fn a_plain_call_whose_connection_breaks_is_never_made_again() {
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::pieces(vec![Piece::Cut])).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        assert_eq!(ask(&gateway, kind, false).await.0, 502);
        assert_eq!(upstream.asked().len(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn the_callers_own_deadline_is_no_outage() {
    let upstream = Upstream::always(Reply::pieces(vec![Piece::Hang])).await;
    let breaker = BreakerPolicy {
        threshold: 1,
        ..BreakerPolicy::default()
    };
    let guard = Guard {
        breaker,
        ..eager(3)
    };
    let gateway = Gateway::over(Kind::OpenAi.provider(&upstream.url), guard).await;
    gateway.post_within("60", &say_to("openai", "x")).await;
    let (_, health) = gateway.get("/health").await;
    assert_eq!(health["providers"][0]["state"], "available");
}
