//! Estimates against recorded counts, Japanese included.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use llm_gateway::{
    adapters::outbound::{
        catalogue::Catalogue, metrics::Metrics, scripted::Scripted, tiktoken::Tiktoken,
        tokio_clock::TokioClock,
    },
    domain::{
        ErrorCode, Message, ModelName, ProviderName, Role,
        estimate::{TextCount, TokenFamily},
        service::{CompletionService, MAX_COUNTS, Outside},
    },
    ports::{inbound::CompletionUseCase as _, outbound::Tokeniser},
};
use serde_json::Value;

use crate::support::gateway::eager;

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

/// Counts nothing until it may.
#[derive(Default)]
struct Stuck {
    inside: AtomicUsize,
    open: AtomicBool,
}

impl Tokeniser for Stuck {
    fn count(&self, _: TokenFamily, _: &ModelName, _: &str) -> Option<u64> {
        self.inside.fetch_add(1, Ordering::SeqCst);
        while !self.open.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Some(7)
    }
}

/// Counting takes a thread: beyond a bound it is refused at once rather than queued.
#[test]
fn too_many_counts_at_once_are_overloaded() {
    let stuck = Arc::new(Stuck::default());
    let service = CompletionService::new(
        vec![(Arc::new(Scripted::default()), eager(1))],
        Outside {
            catalogue: Arc::new(Catalogue::default()),
            tokeniser: stuck.clone(),
            clock: Arc::new(TokioClock::default()),
            observer: Arc::new(Metrics::default()),
            image_hosts: vec![],
        },
    );
    let count = {
        let service = service.clone();
        move || {
            let messages = [Message::text(Role::User, "x")];
            let provider = ProviderName::new("scripted");
            service.estimate(&provider, &ModelName::new("m"), &messages)
        }
    };
    let counting: Vec<_> = (0..MAX_COUNTS)
        .map(|_| std::thread::spawn(count.clone()))
        .collect();
    while stuck.inside.load(Ordering::SeqCst) < MAX_COUNTS {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(count().unwrap_err().code, ErrorCode::Overloaded);
    stuck.open.store(true, Ordering::SeqCst);
    for thread in counting {
        assert_eq!(thread.join().unwrap().unwrap().total, 7);
    }
    assert!(count().is_ok());
}
