//! What the fuzzers run: each function takes any bytes, must not panic, and checks what must hold of them.
//!
//! They are functions of the library so that they run in two ways: with libFuzzer for as long as one likes
//! (`scripts/fuzz.sh`), and with a bounded number of mutated recordings in every test run.

use std::collections::VecDeque;

use prost::Message as _;

use crate::{
    adapters::{
        inbound::{grpc, rest},
        outbound::{
            anthropic::{self, MessagesDecoder},
            chat::{self, ChatDecoder},
            gemini::{self, ContentDecoder},
            http::{
                Decoder,
                sse::{SseEvent, SseParser},
            },
        },
    },
    domain::{CompletionRequest, estimate::TextCount, image_size::image_size},
};

fn parse(pieces: &[&[u8]]) -> Vec<SseEvent> {
    let mut parser = SseParser::default();
    let mut events = Vec::new();
    for piece in pieces {
        if parser.push(piece).is_err() {
            break;
        }
        while let Some(event) = parser.next_event() {
            events.push(event);
        }
    }
    events
}

/// Any bytes as an event stream: however they are cut, the events are the same.
///
/// # Panics
/// If they are not.
pub fn sse(data: &[u8]) {
    let whole = parse(&[data]);
    let at = data.first().map_or(0, |b| usize::from(*b)) % (data.len() + 1);
    let (head, tail) = data.split_at(at);
    assert_eq!(whole, parse(&[head, tail]), "cut at {at}");
    let bytes: Vec<&[u8]> = data.chunks(1).collect();
    assert_eq!(whole, parse(&bytes), "byte by byte");
}

fn run(mut decoder: impl Decoder, events: &[SseEvent]) {
    let mut out = VecDeque::new();
    for event in events {
        if !matches!(decoder.event(event, &mut out), Ok(false)) {
            return;
        }
    }
}

/// Any bytes as each provider's answer, whole, streamed and refused.
pub fn answers(data: &[u8]) {
    let _ = chat::whole(data);
    let _ = anthropic::whole(data);
    let _ = gemini::whole(data);
    let (status, headers) = (http::StatusCode::BAD_REQUEST, http::HeaderMap::new());
    let _ = chat::chat_error(status, &headers, data);
    let _ = anthropic::error(status, &headers, data);
    let _ = gemini::error(status, &headers, data);
    let events = parse(&[data]);
    run(ChatDecoder::default(), &events);
    run(MessagesDecoder::default(), &events);
    run(ContentDecoder, &events);
}

/// Any bytes as a caller's request, by REST and gRPC, up to the checks of the domain.
pub fn requests(data: &[u8]) {
    let check = |request: CompletionRequest| {
        let _ = request.validate(&["img.example.com".to_owned()]);
    };
    if let Some(request) = rest::read_request(data) {
        check(request);
    }
    if let Ok(message) = grpc::proto::CompletionRequest::decode(data)
        && let Ok(request) = grpc::read_request(message)
    {
        check(request);
    }
    let _ = image_size(data);
}

/// Any text: counting it in two parts is counting it whole.
///
/// # Panics
/// If it is not.
pub fn text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let middle = text.char_indices().nth(text.chars().count() / 2);
    let at = middle.map_or(0, |(at, _)| at);
    let mut split = TextCount::of(&text[..at]);
    split.add(&text[at..]);
    assert_eq!(split, TextCount::of(&text));
}
