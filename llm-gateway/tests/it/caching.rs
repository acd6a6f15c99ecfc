//! The beginnings of a conversation that Anthropic is asked to keep.

use llm_gateway::domain::{Message, Role};
use serde_json::{Value, json};

use crate::support::{
    provider::{Kind, call, drain, request},
    upstream::{Reply, Upstream},
};

async fn sent(instructions: &str, turns: usize, words: &str) -> Value {
    let mut messages = vec![Message::text(Role::System, instructions)];
    messages.extend((0..turns).map(|turn| {
        let role = [Role::User, Role::Assistant][turn % 2];
        Message::text(role, format!("{turn} {words}"))
    }));
    let upstream = Upstream::always(Reply::json(503, "{}")).await;
    let provider = Kind::Anthropic.provider(&upstream.url);
    drain(provider.as_ref(), call(request("anthropic", messages))).await;
    upstream.asked()[0].json()
}

fn marks(body: &Value) -> (bool, Vec<usize>) {
    let marked = |block: &Value| block["cache_control"] == json!({ "type": "ephemeral" });
    let messages = body["messages"].as_array().unwrap().iter().enumerate();
    let places = messages.filter(|(_, m)| m["content"].as_array().unwrap().iter().any(marked));
    (
        body["system"].as_array().unwrap().iter().any(marked),
        places.map(|(at, _)| at).collect(),
    )
}

#[tokio::test]
async fn instructions_and_the_older_half_are_kept() {
    let long = "word ".repeat(1_000);
    assert_eq!(marks(&sent("Be brief.", 3, "hi").await), (false, vec![]));
    assert_eq!(marks(&sent("Be brief.", 30, "hi").await), (false, vec![]));
    assert_eq!(marks(&sent(&long, 3, "hi").await), (true, vec![]));
    assert_eq!(marks(&sent(&long, 9, "hi").await), (true, vec![3]));
    assert_eq!(marks(&sent("Be brief.", 9, &long).await), (false, vec![3]));

    // As a room goes on the mark stays, so that what was kept is found again.
    let (before, after) = (sent(&long, 10, "hi").await, sent(&long, 15, "hi").await);
    assert_eq!(marks(&before), marks(&after));
    assert_eq!(before["system"], after["system"]);
    let kept = |body: &Value| body["messages"].as_array().unwrap()[..4].to_vec();
    assert_eq!(kept(&before), kept(&after));
}
