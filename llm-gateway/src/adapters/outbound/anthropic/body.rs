//! Writes a Messages request.
//!
//! Instructions are a field of their own there, so the system's messages are gathered wherever they stand.
//! There is no name field: authors become prefixes. A conversation must begin with a person; where the
//! context was cut just before an answer, an ellipsis stands for what went before.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use super::{
    super::{
        authors::{Authors, Piece},
        http::to_json,
        image::Base64,
        turns,
    },
    caching::{self, CacheControl},
    thinking::{OutputConfig, Thinking, thinking},
};
use crate::{
    domain::{Error, Image, ImageSource, Message, Role},
    ports::outbound::ProviderCall,
};

/// The API demands a limit; this one is used where neither caller nor catalogue names any.
const DEFAULT_MAX_TOKENS: u32 = 4_096;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: Vec<OutMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop_sequences: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<OutMetadata<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
struct OutMetadata<'a> {
    user_id: &'a str,
}

#[derive(Serialize)]
struct OutMessage<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text {
        text: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<CacheControl>,
    },
    Image {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<CacheControl>,
    },
}

impl<'a> Block<'a> {
    const fn text(text: Cow<'a, str>) -> Self {
        Self::Text {
            text,
            cache_control: None,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Text { text, .. } => text.len(),
            Self::Image { source, .. } => match source {
                Source::Base64 { data, .. } => data.0.len(),
                Source::Url { url } => url.len(),
            },
        }
    }

    const fn mark(&mut self, mark: Option<CacheControl>) {
        match self {
            Self::Text { cache_control, .. } | Self::Image { cache_control, .. } => {
                *cache_control = mark;
            }
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Source<'a> {
    Base64 {
        media_type: &'a str,
        data: Base64<'a>,
    },
    Url {
        url: &'a str,
    },
}

/// The request's body.
pub(super) fn write(call: &ProviderCall, stream: bool) -> Result<Bytes, Error> {
    let request = &call.request;
    let own = u32::try_from(call.model.max_output_tokens).unwrap_or(u32::MAX);
    let own = if own == 0 { DEFAULT_MAX_TOKENS } else { own };
    let system: Vec<String> = request
        .messages
        .iter()
        .filter(|m| m.role == Role::System && !m.is_blank())
        .map(Message::joined_text)
        .collect();
    let user = request.metadata.user_hash.as_str();
    let max_tokens = call.output_cap().unwrap_or(own);
    let (thinking, output_config) = thinking(call, max_tokens);
    let mut system = match system.join("\n\n") {
        none if none.is_empty() => Vec::new(),
        text => vec![Block::text(text.into())],
    };
    let mut messages = messages(&request.messages);
    keep_beginnings(&mut system, &mut messages);
    to_json(&Body {
        model: request.model.as_str(),
        max_tokens,
        system,
        messages,
        // The scale ends at 1 there, and a model that thinks takes none.
        temperature: request
            .temperature
            .filter(|_| call.model.temperature && !call.model.reasoning.thinks(request.effort))
            .map(|t| t.min(1.0)),
        thinking,
        output_config,
        stop_sequences: if call.model.stop { &request.stop } else { &[] },
        metadata: (!user.is_empty()).then_some(OutMetadata { user_id: user }),
        stream,
    })
}

/// Marks the instructions and the older half of what was said.
fn keep_beginnings(system: &mut [Block<'_>], messages: &mut [OutMessage<'_>]) {
    let mut bytes: usize = system.iter().map(Block::bytes).sum();
    if let Some(last) = system.last_mut() {
        last.mark(caching::mark(bytes));
    }
    let half = caching::older_half(messages.len());
    let older = &mut messages[..half];
    let blocks = older.iter().flat_map(|message| &message.content);
    bytes += blocks.map(Block::bytes).sum::<usize>();
    if let Some(last) = older.last_mut().and_then(|m| m.content.last_mut()) {
        last.mark(caching::mark(bytes));
    }
}

fn messages(messages: &[Message]) -> Vec<OutMessage<'_>> {
    let authors = Authors::of(messages, |_| false);
    let mut out = Vec::with_capacity(messages.len() + 1);
    let turns = turns::plain(messages, &authors);
    for turn in turns.into_iter().filter(|turn| turn.role != Role::System) {
        if out.is_empty() && turn.role == Role::Assistant {
            out.push(OutMessage {
                role: "user",
                content: vec![Block::text(turns::EARLIER.into())],
            });
        }
        out.push(OutMessage {
            role: turn.role.as_str(),
            content: blocks(turn.pieces),
        });
    }
    out
}

fn blocks(pieces: Vec<Piece<'_>>) -> Vec<Block<'_>> {
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Block::text(text),
            Piece::Image(image) => Block::Image {
                source: source(image),
                cache_control: None,
            },
        })
        .collect()
}

fn source(image: &Image) -> Source<'_> {
    match &image.source {
        ImageSource::Url(url) => Source::Url { url },
        ImageSource::Data(data) => Source::Base64 {
            media_type: &image.media_type,
            data: Base64(data),
        },
    }
}
