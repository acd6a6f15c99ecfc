//! The JSON shapes. Unknown fields are refused, so that a misspelt limit does not silently not apply.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::domain::{
    Completion, CompletionRequest, Effort, Error, Image, ImageSource, Message, Metadata, ModelName,
    Part, ProviderName, Role, Usage,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompletionBody {
    provider: String,
    model: String,
    messages: Vec<MessageBody>,
    #[serde(default)]
    max_output_tokens: u32,
    effort: Option<EffortBody>,
    reasoning_allowance_tokens: Option<u32>,
    temperature: Option<f32>,
    #[serde(default)]
    stop: Vec<String>,
    #[serde(default)]
    pub(super) stream: bool,
    #[serde(default)]
    metadata: MetadataBody,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EffortBody {
    None,
    Low,
    Medium,
    High,
}

impl From<EffortBody> for Effort {
    fn from(effort: EffortBody) -> Self {
        match effort {
            EffortBody::None => Self::None,
            EffortBody::Low => Self::Low,
            EffortBody::Medium => Self::Medium,
            EffortBody::High => Self::High,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MetadataBody {
    request_id: String,
    room_id: String,
    user_hash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokensBody {
    provider: String,
    model: String,
    messages: Vec<MessageBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageBody {
    role: RoleBody,
    #[serde(default)]
    name: String,
    content: Vec<PartBody>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RoleBody {
    System,
    User,
    Assistant,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum PartBody {
    Text {
        text: String,
    },
    Image {
        #[serde(default)]
        media_type: String,
        data: Option<String>,
        url: Option<String>,
    },
}

impl CompletionBody {
    pub(super) fn into_request(self) -> Result<CompletionRequest, Error> {
        Ok(CompletionRequest {
            provider: ProviderName::new(self.provider),
            model: ModelName::new(self.model),
            messages: messages(self.messages)?,
            max_output_tokens: (self.max_output_tokens > 0).then_some(self.max_output_tokens),
            effort: self.effort.map(Effort::from),
            reasoning_allowance_tokens: self.reasoning_allowance_tokens,
            temperature: self.temperature,
            stop: self.stop,
            metadata: Metadata {
                request_id: self.metadata.request_id,
                room_id: self.metadata.room_id,
                user_hash: self.metadata.user_hash,
            },
        })
    }
}

impl TokensBody {
    pub(super) fn into_parts(self) -> Result<(ProviderName, ModelName, Vec<Message>), Error> {
        Ok((
            ProviderName::new(self.provider),
            ModelName::new(self.model),
            messages(self.messages)?,
        ))
    }
}

fn messages(bodies: Vec<MessageBody>) -> Result<Vec<Message>, Error> {
    bodies
        .into_iter()
        .map(|body| {
            Ok(Message {
                role: match body.role {
                    RoleBody::System => Role::System,
                    RoleBody::User => Role::User,
                    RoleBody::Assistant => Role::Assistant,
                },
                name: (!body.name.is_empty()).then_some(body.name),
                content: body
                    .content
                    .into_iter()
                    .map(part)
                    .collect::<Result<_, Error>>()?,
            })
        })
        .collect()
}

fn part(body: PartBody) -> Result<Part, Error> {
    match body {
        PartBody::Text { text } => Ok(Part::Text(text)),
        PartBody::Image {
            media_type,
            data,
            url,
        } => {
            let source = match (data, url) {
                (Some(data), None) => ImageSource::Data(
                    STANDARD
                        .decode(data)
                        .map_err(|_| Error::invalid("an image's data is not base64"))?
                        .into(),
                ),
                (None, Some(url)) => ImageSource::Url(url),
                _ => return Err(Error::invalid("an image has either data or url")),
            };
            Ok(Part::Image(Image { media_type, source }))
        }
    }
}

#[derive(Serialize)]
pub(super) struct UsageOut {
    input_tokens: u64,
    cached_input_tokens: u64,
    output_tokens: u64,
    reasoning_tokens: u64,
    estimated: bool,
}

impl From<Usage> for UsageOut {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            output_tokens: usage.output_tokens,
            reasoning_tokens: usage.reasoning_tokens,
            estimated: usage.estimated,
        }
    }
}

#[derive(Serialize)]
pub(super) struct CompletionOut {
    provider: String,
    model: String,
    content: String,
    finish_reason: &'static str,
    usage: UsageOut,
}

impl From<Completion> for CompletionOut {
    fn from(completion: Completion) -> Self {
        Self {
            provider: completion.provider.as_str().to_owned(),
            model: completion.model.as_str().to_owned(),
            content: completion.content,
            finish_reason: completion.finish_reason.as_str(),
            usage: completion.usage.into(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct FailedOut<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl<'a> From<&'a Error> for FailedOut<'a> {
    fn from(error: &'a Error) -> Self {
        let after = error.retry_after.map(|after| after.as_millis());
        Self {
            code: error.code.as_str(),
            message: &error.message,
            retry_after_ms: after.map(|ms| u64::try_from(ms).unwrap_or(u64::MAX)),
        }
    }
}
