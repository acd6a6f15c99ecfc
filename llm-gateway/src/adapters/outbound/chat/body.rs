//! Writes a Chat Completions request.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use super::{
    super::{
        authors::{Authors, Piece},
        http::to_json,
        image::DataUrl,
    },
    Dialect,
};
use crate::{
    domain::{Error, Image, ImageSource, Message},
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

/// The request's body.
pub(super) fn write(call: &ProviderCall, dialect: Dialect, stream: bool) -> Result<Bytes, Error> {
    let request = &call.request;
    let max = request.max_output_tokens;
    let has_field = |name: &str| dialect.names && fits_name_field(name);
    let authors = Authors::of(&request.messages, has_field);
    let body = Body {
        model: request.model.as_str(),
        messages: request
            .messages
            .iter()
            .map(|m| message(m, &authors))
            .collect(),
        max_completion_tokens: max.filter(|_| dialect.max_completion_tokens),
        max_tokens: max.filter(|_| !dialect.max_completion_tokens),
        temperature: request.temperature.filter(|_| call.model.temperature),
        stop: &request.stop,
        safety_identifier: if dialect.safety_identifier {
            &request.metadata.user_hash
        } else {
            ""
        },
        stream,
        stream_options: stream.then_some(StreamOptions {
            include_usage: true,
        }),
    };
    to_json(&body)
}

fn message<'a>(message: &'a Message, authors: &Authors<impl Fn(&str) -> bool>) -> OutMessage<'a> {
    let mut pieces = authors.pieces(message);
    let content = match pieces.pop() {
        Some(Piece::Text(text)) if pieces.is_empty() => Content::Text(text),
        last => Content::Parts(pieces.into_iter().chain(last).map(OutPart::from).collect()),
    };
    OutMessage {
        role: message.role.as_str(),
        name: authors.field(message),
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
