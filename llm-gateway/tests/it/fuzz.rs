//! The fuzzers' functions over a bounded number of inputs: recordings with bytes flipped, dropped, doubled and
//! spliced, which gets deeper into the parsers than noise does, and noise as well.

use llm_gateway::fuzzing;
use proptest::{collection::vec, prelude::*, sample::Index, test_runner::FileFailurePersistence};
use prost::Message as _;

use crate::support::{
    gateway::{proto_say, say},
    provider::Kind,
};

fn recordings() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for kind in [Kind::OpenAi, Kind::Anthropic, Kind::Gemini] {
        for name in ["whole.json", "stream.sse", "tools.sse", "error.sse"] {
            all.push(kind.fixture(name).into_bytes());
        }
    }
    let odd = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd");
    let odd = std::fs::read_dir(odd)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    all.extend(
        odd.filter(|path| path.is_file())
            .map(|path| std::fs::read(path).unwrap()),
    );
    all.push(say("hello").to_string().into_bytes());
    all.push(proto_say("openai", "hello").encode_to_vec());
    all.push(
        b"event: a\r\ndata: 1\r\rdata: 2\n\n:c\nid: 1\nretry: 3\n\xef\xbb\xbfdata\n\n".to_vec(),
    );
    all
}

#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Drop(Index, usize),
    Double(Index, usize),
    Insert(Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let telling = prop_oneof![
        Just(b"\r".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"data:".to_vec()),
        Just(b"null".to_vec()),
        Just(b"\xff".to_vec()),
        Just(b"\xe3\x81".to_vec()),
        Just(b"[".to_vec()),
        Just(b"}".to_vec()),
        Just(b"-1e999".to_vec()),
        Just(b"\\ud800".to_vec()),
        Just(b"18446744073709551615".to_vec()),
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, to)| Change::Flip(at, to)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, n)| Change::Drop(at, n)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, n)| Change::Double(at, n)),
        (any::<Index>(), telling).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    let mutated = (any::<Index>(), vec(change(), 0..6)).prop_map(|(which, changes)| {
        let all = recordings();
        let mut data = which.get(&all).clone();
        for change in changes {
            if data.is_empty() {
                break;
            }
            match change {
                Change::Flip(at, to) => {
                    let at = at.index(data.len());
                    data[at] = to;
                }
                Change::Drop(at, n) => {
                    let at = at.index(data.len());
                    data.drain(at..(at + n).min(data.len()));
                }
                Change::Double(at, n) => {
                    let at = at.index(data.len());
                    let piece = data[at..(at + n).min(data.len())].to_vec();
                    data.splice(at..at, piece);
                }
                Change::Insert(at, bytes) => {
                    let at = at.index(data.len());
                    data.splice(at..at, bytes);
                }
            }
        }
        data
    });
    prop_oneof![4 => mutated, 1 => vec(any::<u8>(), 0..300)]
}

fn bounded(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(bounded(1_500))]

    #[test]
    fn event_streams(data in input()) {
        fuzzing::sse(&data);
    }

    #[test]
    fn answers(data in input()) {
        fuzzing::answers(&data);
    }

    #[test]
    fn requests(data in input()) {
        fuzzing::requests(&data);
    }

    #[test]
    fn texts(data in input()) {
        fuzzing::text(&data);
    }
}
