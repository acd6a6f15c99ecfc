//! The answers of `tests/odd`, each with the end it must have, over the whole gateway.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{
    gateway::{Gateway, eager, events, say_to},
    provider::Kind,
    upstream::{Reply, Upstream},
};

#[tokio::test]
async fn every_odd_answer_ends_as_it_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd");
    let mut tried = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some((stem, form)) = name
            .split_once('.')
            .filter(|(_, f)| *f == "sse" || *f == "json")
        else {
            continue;
        };
        let end = fs::read(path.with_file_name(format!("{stem}.end.json"))).unwrap();
        let end: Value = serde_json::from_slice(&end).unwrap();
        let body = fs::read_to_string(&path).unwrap();
        let kind = match stem.split('-').next().unwrap() {
            "chat" => Kind::Compatible,
            "anthropic" => Kind::Anthropic,
            "gemini" => Kind::Gemini,
            other => panic!("no protocol {other}"),
        };
        let reply = if form == "sse" {
            Reply::sse(&body)
        } else {
            Reply::json(200, &body)
        };
        let upstream = Upstream::always(reply).await;
        let gateway = Gateway::over(kind.provider(&upstream.url), eager(3)).await;
        let mut request = say_to(kind.name(), "Hello there");
        request["stream"] = json!(true);
        let (_, answer) = gateway.post("/completions", &request.to_string()).await;
        let told = events(std::str::from_utf8(&answer).unwrap());
        let text: String = told
            .iter()
            .filter(|(name, _)| name == "text")
            .map(|(_, data)| data["text"].as_str().unwrap())
            .collect();
        assert_eq!(text, end["text"].as_str().unwrap(), "{name}");
        let last = &told.last().unwrap_or_else(|| panic!("{name} has no end")).1;
        assert_eq!(last["finish_reason"], end["finish"], "{name}: {last}");
        assert_eq!(last["code"], end["error"], "{name}: {last}");
        let usage = &told.iter().find(|(name, _)| name == "usage").unwrap().1;
        if !end["input_tokens"].is_null() {
            assert_eq!(usage["input_tokens"], end["input_tokens"], "{name}");
        }
        assert_eq!(upstream.asked().len(), 1, "{name} was asked again");
        tried += 1;
    }
    assert!(tried > 15, "only {tried} were found");
}
