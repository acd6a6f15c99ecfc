//! Writes a Chat Completions request.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use super::{
    super::{
        authors::{Authors, Piece},
        http::to_json,
        image::DataUrl,
        turns::{self, Turn},
    },
    Dialect,
    fields::{Field, Without},
};
use crate::{
    domain::{Error, Image, ImageSource},
    ports::outbound::ProviderCall,
};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<OutMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    safety_identifier: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct OutMessage<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<OutPart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum OutPart<'a> {
    Text { text: Cow<'a, str> },
    ImageUrl { image_url: ImageUrl<'a> },
}

#[derive(Serialize)]
struct ImageUrl<'a> {
    url: Url<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Url<'a> {
    Public(&'a str),
    Data(DataUrl<'a>),
}

impl<'a> From<&'a Image> for ImageUrl<'a> {
    fn from(image: &'a Image) -> Self {
        let url = match &image.source {
            ImageSource::Url(url) => Url::Public(url),
            ImageSource::Data(data) => Url::Data(DataUrl {
                media_type: &image.media_type,
                data,
            }),
        };
        Self { url }
    }
}

/// The name under which the cap is sent.
pub(super) fn cap_name(dialect: Dialect, without: Without) -> &'static str {
    if dialect.max_completion_tokens ^ without.has(Field::Cap) {
        "max_completion_tokens"
    } else {
        "max_tokens"
    }
}

/// The request's body.
pub(super) fn write(
    call: &ProviderCall,
    dialect: Dialect,
    without: Without,
    stream: bool,
) -> Result<Bytes, Error> {
    let (request, model) = (&call.request, &call.model);
    let max = call.output_cap();
    let newer = cap_name(dialect, without) == "max_completion_tokens";
    let names = dialect.names && !without.has(Field::Name);
    let authors = Authors::of(&request.messages, |name: &str| {
        names && fits_name_field(name)
    });
    let turns = if dialect.alternating {
        turns::alternating(&request.messages, &authors)
    } else {
        turns::plain(&request.messages, &authors)
    };
    let identified = dialect.safety_identifier && !without.has(Field::SafetyIdentifier);
    let body = Body {
        model: request.model.as_str(),
        messages: turns.into_iter().map(message).collect(),
        max_completion_tokens: max.filter(|_| newer),
        max_tokens: max.filter(|_| !newer),
        temperature: request.temperature.filter(|_| model.temperature),
        stop: if model.stop { &request.stop } else { &[] },
        // A model that does not think takes no word about it, not even that it shall not.
        reasoning_effort: request
            .effort
            .filter(|_| !model.reasoning.efforts().is_empty())
            .map(crate::domain::Effort::as_str),
        safety_identifier: if identified {
            &request.metadata.user_hash
        } else {
            ""
        },
        stream,
        stream_options: (stream && !without.has(Field::StreamOptions)).then_some(StreamOptions {
            include_usage: true,
        }),
    };
    to_json(&body)
}

fn message(mut turn: Turn<'_>) -> OutMessage<'_> {
    let content = match turn.pieces.pop() {
        Some(Piece::Text(text)) if turn.pieces.is_empty() => Content::Text(text),
        last => Content::Parts(
            turn.pieces
                .into_iter()
                .chain(last)
                .map(OutPart::from)
                .collect(),
        ),
    };
    OutMessage {
        role: turn.role.as_str(),
        name: turn.name,
        content,
    }
}

impl<'a> From<Piece<'a>> for OutPart<'a> {
    fn from(piece: Piece<'a>) -> Self {
        match piece {
            Piece::Text(text) => Self::Text { text },
            Piece::Image(image) => Self::ImageUrl {
                image_url: image.into(),
            },
        }
    }
}

/// The field takes letters, digits, `_` and `-` only.
fn fits_name_field(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
