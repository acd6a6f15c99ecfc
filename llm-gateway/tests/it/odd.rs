//! The answers of `tests/odd`, each with the end it must have, over the whole gateway; and requests put so that
//! servers which are particular about them take them.

use std::{fs, path::Path};

use llm_gateway::domain::{Message, Role};
use serde_json::{Value, json};

use crate::support::{
    gateway::{Gateway, eager, events, say_to},
    provider::{Kind, call, drain, request, text},
    upstream::{Piece, Reply, Upstream},
};

/// An answer of the folder.
struct Odd {
    name: String,
    kind: Kind,
    content_type: &'static str,
    body: Vec<u8>,
    end: Value,
}

fn corpus() -> Vec<Odd> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (stem, form) = name.split_once('.').unwrap();
        let content_type = match form {
            "sse" => "text/event-stream",
            "json" => "application/json",
            "end.json" | "md" => continue,
            other => panic!("{name}: no content type for {other}"),
        };
        let kind = match stem.split('-').next().unwrap() {
            "chat" => Kind::Compatible,
            "anthropic" => Kind::Anthropic,
            "gemini" => Kind::Gemini,
            other => panic!("{name}: no protocol {other}"),
        };
        let end = fs::read(path.with_file_name(format!("{stem}.end.json"))).unwrap();
        all.push(Odd {
            kind,
            content_type,
            body: fs::read(&path).unwrap(),
            end: serde_json::from_slice(&end).unwrap(),
            name,
        });
    }
    assert!(all.len() >= 40, "only {} were found", all.len());
    all
}

impl Odd {
    async fn ask(&self, reply: Reply) {
        let (name, end) = (&self.name, &self.end);
        let upstream = Upstream::always(reply).await;
        let gateway = Gateway::over(self.kind.provider(&upstream.url), eager(3)).await;
        let mut request = say_to(self.kind.name(), "Hello there");
        request["stream"] = json!(true);
        if let Some(model) = end.get("model") {
            request["model"] = model.clone();
        }
        let (_, answer) = gateway.post("/completions", &request.to_string()).await;
        let told = events(std::str::from_utf8(&answer).unwrap());
        let of = |event: &str| -> String {
            let told = told.iter().filter(|(name, _)| name == event);
            told.map(|(_, data)| data["text"].as_str().unwrap())
                .collect()
        };
        assert_eq!(of("text"), end["text"].as_str().unwrap(), "{name}");
        let thinking = end["thinking"].as_str().unwrap_or_default();
        assert_eq!(of("thinking"), thinking, "{name}");
        let last = &told.last().unwrap_or_else(|| panic!("{name} has no end")).1;
        assert_eq!(last["finish_reason"], end["finish"], "{name}: {last}");
        assert_eq!(last["code"], end["error"], "{name}: {last}");
        let usage = &told.iter().find(|(name, _)| name == "usage").unwrap().1;
        for count in ["input_tokens", "output_tokens", "reasoning_tokens"] {
            if !end[count].is_null() {
                assert_eq!(usage[count], end[count], "{name}: {count}");
            }
        }
        let asked = end["asked"].as_u64().unwrap_or(1);
        assert_eq!(upstream.asked().len() as u64, asked, "{name}: asked");
    }
}

#[tokio::test]
async fn every_odd_answer_ends_as_it_should() {
    for odd in corpus() {
        odd.ask(Reply::new(200, odd.content_type, odd.body.clone()))
            .await;
    }
}

/// However the network cuts them, and whatever content type a stream or document is said to have.
#[tokio::test]
async fn every_odd_answer_ends_as_it_should_in_pieces() {
    for odd in corpus() {
        let pieces = odd.body.chunks(7).map(|b| Piece::Bytes(b.into()));
        odd.ask(Reply::pieces(pieces.collect())).await;
    }
}

#[tokio::test]
async fn a_field_that_a_server_does_not_know_is_left_out_and_that_is_remembered() {
    let refusals = [
        (
            "stream_options",
            r#"{"message":"Extra inputs are not permitted, field: 'stream_options'"}"#,
        ),
        (
            "max_tokens",
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model."}}"#,
        ),
        (
            "name",
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","messages",0,"name"],"msg":"Extra inputs are not permitted"}]}"#,
        ),
    ];
    for (field, refusal) in refusals {
        let upstream = Upstream::start(move |_, asked| {
            let body = asked.json();
            if body.get(field).is_some() || body["messages"][0].get(field).is_some() {
                Reply::json(400, refusal)
            } else {
                Reply::sse(&Kind::Compatible.fixture("no_usage.sse"))
            }
        })
        .await;
        let provider = Kind::OpenAi.provider(&upstream.url);
        let compatible = Kind::Compatible.provider(&upstream.url);
        // OpenAI's dialect has the author's field, a compatible server's the older cap.
        let provider = if field == "name" {
            provider
        } else {
            compatible
        };
        let mut message = Message::text(Role::User, "Hello");
        message.name = Some("aki".into());
        let mut ask = request(provider.name().as_str(), vec![message]);
        ask.max_output_tokens = Some(100);
        for asked in [2, 3] {
            let (events, error) = drain(provider.as_ref(), call(ask.clone())).await;
            assert_eq!(error, None, "{field}");
            assert!(!text(&events).is_empty(), "{field}");
            assert_eq!(upstream.asked().len(), asked, "{field}");
        }
        let last = upstream.asked().pop().unwrap().json();
        let cap = ["max_tokens", "max_completion_tokens"].map(|name| last[name].as_u64());
        assert!(cap.contains(&Some(100)), "{field}: the cap stays: {last}");
    }
}

#[tokio::test]
async fn a_refusal_of_what_the_caller_wants_is_the_callers() {
    let refusal = r#"{"error":{"message":"temperature is not supported"}}"#;
    let upstream = Upstream::always(Reply::json(400, refusal)).await;
    let provider = Kind::Compatible.provider(&upstream.url);
    let ask = call(request("local", vec![Message::text(Role::User, "Hello")]));
    let (_, error) = drain(provider.as_ref(), ask).await;
    assert_eq!(error.unwrap().code.as_str(), "invalid_request");
    assert_eq!(upstream.asked().len(), 1);
}

/// Of a model whose template opens the thought, the first answer shows only its end; the next is known.
#[tokio::test]
async fn a_model_that_begins_in_thought_is_known_by_its_second_answer() {
    let said = ["so so", r"</think>\n\nFine."].map(|said| {
        format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{said}\"}}}}]}}\n\n")
    });
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let upstream = Upstream::always(Reply::sse(&format!("{}{end}", said.concat()))).await;
    let provider = Kind::Compatible.provider(&upstream.url);
    let ask = || call(request("local", vec![Message::text(Role::User, "Hello")]));
    drain(provider.as_ref(), ask()).await;
    let (events, _) = drain(provider.as_ref(), ask()).await;
    assert_eq!(text(&events), "Fine.");
}

/// Group rooms have several people in a row; some templates refuse that, and an answer that comes first.
#[tokio::test]
async fn compatible_servers_are_sent_turns_that_alternate_and_nobody_is_sent_blanks() {
    let talk = vec![
        Message::text(Role::Assistant, "Welcome"),
        Message::text(Role::User, "a"),
        Message::text(Role::User, " \n"),
        Message::text(Role::User, "b"),
        Message::text(Role::Assistant, "<think>hm</think>c"),
        Message::text(Role::Assistant, "\t"),
        Message::text(Role::User, "d"),
    ];
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::json(503, "{}")).await;
        let provider = kind.provider(&upstream.url);
        drain(provider.as_ref(), call(request(kind.name(), talk.clone()))).await;
        let asked = &upstream.asked()[0];
        let body = String::from_utf8(asked.body.clone()).unwrap();
        assert!(!body.contains(r#"" \n""#), "{kind:?}: {body}");
        assert!(!body.contains(r#""\t""#), "{kind:?}: {body}");
        assert!(!body.contains("hm"), "{kind:?}: {body}");
        if kind == Kind::Compatible {
            let sent = asked.json();
            let turns: Vec<_> = sent["messages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|m| (m["role"].as_str().unwrap(), m["content"].as_str().unwrap()))
                .collect();
            let expected = [
                ("user", "…"),
                ("assistant", "Welcome"),
                ("user", "a\n\nb"),
                ("assistant", "c"),
                ("user", "d"),
            ];
            assert_eq!(turns, expected);
        }
    }
}
