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
    ports::{
        inbound::CompletionUseCase as _,
        outbound::{ModelCatalogue as _, Tokeniser},
    },
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

fn image_tokens(provider: &str, model: &str, size: (u64, u64)) -> u64 {
    let catalogue = Catalogue::load(None).unwrap();
    let found = catalogue.find(&ProviderName::new(provider), &ModelName::new(model));
    found.unwrap().images.of_size(size.0, size.1)
}

fn near(provider: &str, model: &str, size: (u64, u64), counted: u64) {
    let tokens = image_tokens(provider, model, size);
    let within = tokens * 100 >= counted * 90 && tokens * 100 <= counted * 125;
    assert!(within, "{model} {size:?}: {tokens} for {counted}");
}

/// The catalogue's rules against what others measured and published.
#[test]
fn pictures_cost_what_the_providers_counted() {
    const PROVIDERS: [&str; 4] = ["anthropic", "anthropic", "gemini", "openai"];
    const QUESTION: [u64; 4] = [77, 65, 12, 0];
    let table = include_str!("../fixtures/image_counts.csv");
    let mut lines = table.lines().filter(|line| !line.starts_with('#'));
    let models: Vec<&str> = lines.next().unwrap().split(',').skip(2).collect();
    let mut rows = 0;
    for line in lines {
        let numbers: Vec<u64> = line.split(',').map(|n| n.parse().unwrap()).collect();
        let [width, height, counts @ ..] = numbers.as_slice() else {
            panic!("{line}")
        };
        for (at, counted) in counts.iter().enumerate() {
            let counted = counted - QUESTION[at];
            near(PROVIDERS[at], models[at], (*width, *height), counted);
        }
        rows += 1;
    }
    assert_eq!((rows, models.len()), (10, 4));
}

/// Measured at 1600 × 1600 and published by a developer in `OpenAI`'s forum (topic 1377015, March 2026), less
/// the eight or nine tokens of the question; and the examples of `OpenAI`'s own guide to pictures.
#[test]
fn pictures_cost_what_openai_counts() {
    for (model, side, counted) in [
        ("gpt-5.4", 1_600, 3_000),
        ("gpt-5.4-mini", 1_600, 3_000),
        ("gpt-5-mini", 1_600, 1_825),
        ("gpt-5-nano", 1_600, 2_281),
        ("gpt-4.1-mini", 1_024, 1_659),
        ("gpt-4o", 1_024, 765),
        ("gpt-4.1", 1_024, 765),
        ("gpt-4o-mini", 1_024, 25_501),
        ("gpt-5", 1_024, 630),
        ("o3", 1_024, 675),
    ] {
        near("openai", model, (side, side), counted);
    }
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
            unlisted_models: false,
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
