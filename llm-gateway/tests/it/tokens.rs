//! Estimates against recorded counts, Japanese included.

use std::collections::BTreeMap;

use llm_gateway::{
    adapters::outbound::tiktoken::Tiktoken,
    domain::{
        ModelName,
        estimate::{TextCount, TokenFamily},
    },
    ports::outbound::Tokeniser as _,
};
use serde_json::Value;

fn recorded() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("../fixtures/token_counts.json")).unwrap()
}

/// Texts that no conversation consists of; they are held to a wider bound.
const ODD: [&str; 4] = ["base64", "upper", "hex", "identifiers"];

fn check(family: TokenFamily, column: &str, except: &[&str]) {
    let mut all = (0, 0);
    for (name, record) in recorded() {
        let actual = record[column].as_u64().unwrap();
        let estimate = TextCount::of(record["text"].as_str().unwrap()).tokens(family);
        let bounds = if ODD.contains(&name.as_str()) {
            75_u64..=150
        } else {
            90..=125
        };
        if !except.contains(&name.as_str()) {
            // Half a token of rounding is not an error.
            let (low, high) = (bounds.start() * actual, bounds.end() * actual);
            let within = estimate * 100 + 50 >= low && estimate * 100 <= high + 50;
            assert!(within, "{family:?} {name}: {estimate} for {actual}");
        }
        all = (all.0 + estimate, all.1 + actual);
    }
    let percent = all.0 * 100 / all.1;
    assert!(
        (97..=118).contains(&percent),
        "{family:?} in all: {percent} %"
    );
}

#[test]
fn estimates_lie_within_the_bounds() {
    check(TokenFamily::OpenAi, "openai", &[]);
    check(TokenFamily::Claude, "claude", &[]);
    check(TokenFamily::Gemini, "gemini", &[]);
    // The two disagree by up to a third on these; the estimate lies between them.
    check(
        TokenFamily::Open,
        "llama3",
        &["numbers", "emoji", "held_log", "hex", "chinese"],
    );
    check(
        TokenFamily::Open,
        "qwen3",
        &["numbers", "emoji", "held_chinese", "hex"],
    );
}

#[test]
fn openai_is_counted_exactly() {
    let count =
        |model: &str, text: &str| Tiktoken.count(TokenFamily::OpenAi, &ModelName::new(model), text);
    for (name, record) in recorded() {
        let exact = count("gpt-5", record["text"].as_str().unwrap());
        assert_eq!(exact, record["openai"].as_u64(), "{name}");
    }
    // The older vocabulary takes more for Japanese.
    let japanese = "春の朝、港の時計がひとつずつ鳴りはじめた。";
    assert!(count("gpt-4", japanese) > count("gpt-4o", japanese));
    assert_eq!(
        Tiktoken.count(TokenFamily::Claude, &ModelName::new("x"), "a"),
        None
    );
    // What looks like a control token is text.
    assert!(count("gpt-4o", "<|endoftext|>").unwrap() > 1);
}
