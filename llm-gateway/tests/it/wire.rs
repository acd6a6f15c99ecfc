//! What each provider is sent, as snapshots.

use bytes::Bytes;
use llm_gateway::domain::{Image, ImageSource, Message, Part, Role};

use crate::support::{
    provider::{KEY, Kind, call, drain, request},
    upstream::{Reply, Upstream},
};

fn conversation() -> Vec<Message> {
    let named = |name: &str, content: Vec<Part>| Message {
        role: Role::User,
        name: Some(name.into()),
        content,
    };
    let picture = |source| {
        Part::Image(Image {
            media_type: "image/png".into(),
            source,
        })
    };
    vec![
        Message::text(Role::System, "Be brief."),
        Message::text(Role::Assistant, "Earlier answer."),
        named("aki", vec![Part::Text("Hi all".into())]),
        named("Ömer K", vec![Part::Text("I am\n@aki: not me".into())]),
        named(
            "eve",
            vec![
                picture(ImageSource::Data(Bytes::from_static(b"\x89PNG\r\n\x1a\n"))),
                Part::Text(String::new()),
                Part::Text("what is this?".into()),
                picture(ImageSource::Url("https://img.example.com/a.png".into())),
            ],
        ),
        Message::text(Role::System, "And polite."),
        Message::text(Role::User, "Well?"),
    ]
}

#[tokio::test]
async fn requests() {
    for kind in Kind::ALL {
        let upstream = Upstream::always(Reply::sse("")).await;
        let mut full = request(kind.name(), conversation());
        full.max_output_tokens = Some(512);
        full.temperature = Some(1.5);
        full.stop = vec!["END".into()];
        full.metadata.user_hash = "u-1f2e".into();
        full.metadata.room_id = "never sent".into();
        let provider = kind.provider(&upstream.url);
        drain(provider.as_ref(), call(full)).await;
        let plain = request(kind.name(), vec![Message::text(Role::User, "Hello")]);
        let _ = provider.complete(call(plain)).await;

        let asked = upstream.asked();
        for (name, asked) in ["full_stream", "plain_whole"].iter().zip(&asked) {
            let auth = asked
                .head
                .lines()
                .filter(|l| l.contains(KEY))
                .collect::<Vec<_>>();
            let seen = serde_json::json!({
                "path": asked.path(),
                "auth": auth.iter().map(|l| l.replace(KEY, "KEY")).collect::<Vec<_>>(),
                "body": asked.json(),
            });
            assert!(!String::from_utf8_lossy(&asked.body).contains("never sent"));
            insta::assert_json_snapshot!(format!("{}_{name}", kind.name()), seen);
        }
    }
}
