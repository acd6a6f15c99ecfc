//! Writes a `generateContent` request. Instructions are a field of their own, the model's role is called
//! `model`, and authors become prefixes.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use super::super::{
    authors::{Authors, Piece},
    http::to_json,
    image::Base64,
    turns,
};
use crate::{
    domain::{Effort, Error, Image, ImageSource, ReasoningMode, Role, reasoning::ReasoningControl},
    ports::outbound::ProviderCall,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Content<'a>>,
    contents: Vec<Content<'a>>,
    generation_config: GenerationConfig<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop_sequences: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<ThinkingConfig>,
}

/// Older models take a budget of tokens, newer ones a level.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ThinkingConfig {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    include_thoughts: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<u32>,
}

impl ThinkingConfig {
    fn of(call: &ProviderCall) -> Option<Self> {
        let (reasoning, effort) = (&call.model.reasoning, call.request.effort);
        let budgeted = reasoning.control == ReasoningControl::Budget;
        if !reasoning.thinks(effort) {
            let told = effort == Some(Effort::None) && reasoning.mode == ReasoningMode::Optional;
            return told.then(|| Self {
                thinking_budget: budgeted.then_some(0),
                thinking_level: (!budgeted).then_some("minimal"),
                include_thoughts: false,
            });
        }
        let bounded = effort.is_some() || call.request.reasoning_allowance_tokens.is_some();
        Some(Self {
            include_thoughts: true,
            thinking_level: effort.filter(|_| !budgeted).map(Effort::as_str),
            thinking_budget: (budgeted && bounded).then(|| call.reasoning_allowance()),
        })
    }
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: Vec<OutPart<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum OutPart<'a> {
    Text(Cow<'a, str>),
    #[serde(rename_all = "camelCase")]
    InlineData {
        mime_type: &'a str,
        data: Base64<'a>,
    },
    #[serde(rename_all = "camelCase")]
    FileData {
        #[serde(skip_serializing_if = "str::is_empty")]
        mime_type: &'a str,
        file_uri: &'a str,
    },
}

impl<'a> From<Piece<'a>> for OutPart<'a> {
    fn from(piece: Piece<'a>) -> Self {
        match piece {
            Piece::Text(text) => Self::Text(text),
            Piece::Image(Image { media_type, source }) => match source {
                ImageSource::Data(data) => Self::InlineData {
                    mime_type: media_type,
                    data: Base64(data),
                },
                ImageSource::Url(url) => Self::FileData {
                    mime_type: media_type,
                    file_uri: url,
                },
            },
        }
    }
}

/// The request's body.
pub(super) fn write(call: &ProviderCall) -> Result<Bytes, Error> {
    let request = &call.request;
    let authors = Authors::of(&request.messages, |_| false);
    let (system, said): (Vec<_>, Vec<_>) = turns::plain(&request.messages, &authors)
        .into_iter()
        .partition(|turn| turn.role == Role::System);
    let system: Vec<OutPart<'_>> = system
        .into_iter()
        .flat_map(|turn| turn.pieces)
        .map(OutPart::from)
        .collect();
    let contents = said
        .into_iter()
        .map(|turn| Content {
            role: Some(match turn.role {
                Role::Assistant => "model",
                Role::System | Role::User => "user",
            }),
            parts: turn.pieces.into_iter().map(OutPart::from).collect(),
        })
        .collect();
    to_json(&Body {
        system_instruction: (!system.is_empty()).then_some(Content {
            role: None,
            parts: system,
        }),
        contents,
        generation_config: GenerationConfig {
            max_output_tokens: call.output_cap(),
            temperature: request.temperature.filter(|_| call.model.temperature),
            stop_sequences: if call.model.stop { &request.stop } else { &[] },
            thinking_config: ThinkingConfig::of(call),
        },
    })
}
