//! Writes a Chat Completions request.

use std::{borrow::Cow, fmt};

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::{super::authors, Dialect};
use crate::{
    domain::{Error, ErrorCode, Image, ImageSource, Message, Part},
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
    #[serde(serialize_with = "image_url")]
    url: &'a Image,
}

/// An image as a URL: its own, or a `data:` one, encoded while the body is written.
fn image_url<S: Serializer>(image: &Image, serializer: S) -> Result<S::Ok, S::Error> {
    struct DataUrl<'a>(&'a str, &'a [u8]);
    impl fmt::Display for DataUrl<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(
                f,
                "data:{};base64,{}",
                self.0,
                Base64Display::new(self.1, &STANDARD)
            )
        }
    }
    match &image.source {
        ImageSource::Url(url) => serializer.serialize_str(url),
        ImageSource::Data(data) => serializer.collect_str(&DataUrl(&image.media_type, data)),
    }
}

/// The request's body.
pub(super) fn write(call: &ProviderCall, dialect: Dialect, stream: bool) -> Result<Bytes, Error> {
    let request = &call.request;
    let max = request.max_output_tokens;
    let body = Body {
        model: request.model.as_str(),
        messages: request
            .messages
            .iter()
            .map(|m| message(m, dialect))
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
    serde_json::to_vec(&body)
        .map(Bytes::from)
        .map_err(|_| Error::new(ErrorCode::Internal, "the request cannot be written as JSON"))
}

fn message(message: &Message, dialect: Dialect) -> OutMessage<'_> {
    let name = message.name.as_deref();
    let field = name.filter(|name| dialect.names && fits_name_field(name));
    let prefix = name.filter(|_| field.is_none());
    let content = match message.content.as_slice() {
        [Part::Text(text)] => Content::Text(authored(text, prefix, true)),
        parts => Content::Parts(with_parts(parts, prefix)),
    };
    OutMessage {
        role: message.role.as_str(),
        name: field,
        content,
    }
}

fn with_parts<'a>(parts: &'a [Part], prefix: Option<&str>) -> Vec<OutPart<'a>> {
    let mut out = Vec::with_capacity(parts.len() + 1);
    let mut first = true;
    if let (Some(name), Some(Part::Image(_))) = (prefix, parts.first()) {
        out.push(OutPart::Text {
            text: authors::prefixed(name, "").into(),
        });
        first = false;
    }
    for part in parts {
        out.push(match part {
            Part::Text(text) => OutPart::Text {
                text: authored(text, prefix, first),
            },
            Part::Image(image) => OutPart::ImageUrl {
                image_url: ImageUrl { url: image },
            },
        });
        first = false;
    }
    out
}

fn authored<'a>(text: &'a str, prefix: Option<&str>, first: bool) -> Cow<'a, str> {
    match prefix {
        None => text.into(),
        Some(name) if first => authors::prefixed(name, text).into(),
        Some(_) => authors::escaped(text).into(),
    }
}

/// The field takes letters, digits, `_` and `-` only.
fn fits_name_field(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}
