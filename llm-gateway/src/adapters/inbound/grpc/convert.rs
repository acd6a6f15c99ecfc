//! Between the contract's messages and the domain's.

use super::{proto, status};
use crate::domain::{
    Completion, CompletionRequest, Effort, Error, Event, FinishReason, Image, ImageSource, Message,
    Metadata, ModelName, Part, Price, ProviderName, Reasoning, ReasoningMode, Role, Usage, Weights,
    model::{ListedModel, ProviderState},
};

pub(crate) fn request(request: proto::CompletionRequest) -> Result<CompletionRequest, Error> {
    let effort = effort(request.effort)?;
    let metadata = request.metadata.unwrap_or_default();
    Ok(CompletionRequest {
        provider: ProviderName::new(request.provider),
        model: ModelName::new(request.model),
        messages: messages(request.messages)?,
        max_output_tokens: (request.max_output_tokens > 0).then_some(request.max_output_tokens),
        effort,
        reasoning_allowance_tokens: request.reasoning_allowance_tokens,
        temperature: request.temperature,
        stop: request.stop,
        metadata: Metadata {
            request_id: metadata.request_id,
            room_id: metadata.room_id,
            user_hash: metadata.user_hash,
        },
    })
}

fn effort(effort: i32) -> Result<Option<Effort>, Error> {
    Ok(match proto::Effort::try_from(effort) {
        Ok(proto::Effort::Unspecified) => None,
        Ok(proto::Effort::None) => Some(Effort::None),
        Ok(proto::Effort::Low) => Some(Effort::Low),
        Ok(proto::Effort::Medium) => Some(Effort::Medium),
        Ok(proto::Effort::High) => Some(Effort::High),
        Err(_) => return Err(Error::invalid("effort is none that is known")),
    })
}

const fn proto_effort(effort: Effort) -> proto::Effort {
    match effort {
        Effort::None => proto::Effort::None,
        Effort::Low => proto::Effort::Low,
        Effort::Medium => proto::Effort::Medium,
        Effort::High => proto::Effort::High,
    }
}

fn reasoning(reasoning: &Reasoning) -> proto::Reasoning {
    let allowances = reasoning.allowance.iter();
    proto::Reasoning {
        mode: match reasoning.mode {
            ReasoningMode::None => proto::ReasoningMode::None,
            ReasoningMode::Optional => proto::ReasoningMode::Optional,
            ReasoningMode::Always => proto::ReasoningMode::Always,
        }
        .into(),
        efforts: reasoning
            .efforts()
            .into_iter()
            .map(|e| proto_effort(e).into())
            .collect(),
        allowances: allowances
            .map(|(effort, tokens)| proto::EffortAllowance {
                effort: proto_effort(*effort).into(),
                tokens: u64::from(*tokens),
            })
            .collect(),
        default_effort: reasoning
            .default
            .map_or(proto::Effort::Unspecified, proto_effort)
            .into(),
        silence_ms: millis(reasoning.silence),
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn estimate_request(
    request: proto::EstimateTokensRequest,
) -> Result<(ProviderName, ModelName, Vec<Message>), Error> {
    Ok((
        ProviderName::new(request.provider),
        ModelName::new(request.model),
        messages(request.messages)?,
    ))
}

fn messages(messages: Vec<proto::Message>) -> Result<Vec<Message>, Error> {
    messages.into_iter().map(message).collect()
}

fn message(message: proto::Message) -> Result<Message, Error> {
    let role = match message.role() {
        proto::Role::System => Role::System,
        proto::Role::User => Role::User,
        proto::Role::Assistant => Role::Assistant,
        proto::Role::Unspecified => return Err(Error::invalid("a message has no known role")),
    };
    Ok(Message {
        role,
        name: (!message.name.is_empty()).then_some(message.name),
        content: message
            .content
            .into_iter()
            .map(part)
            .collect::<Result<_, _>>()?,
    })
}

fn part(part: proto::Part) -> Result<Part, Error> {
    match part.part {
        Some(proto::part::Part::Text(text)) => Ok(Part::Text(text)),
        Some(proto::part::Part::Image(image)) => {
            let source = match image.source {
                Some(proto::image::Source::Data(data)) => ImageSource::Data(data),
                Some(proto::image::Source::Url(url)) => ImageSource::Url(url),
                None => return Err(Error::invalid("an image has neither data nor url")),
            };
            Ok(Part::Image(Image {
                media_type: image.media_type,
                source,
            }))
        }
        None => Err(Error::invalid("a part is neither text nor image")),
    }
}

pub(super) fn completion(completion: Completion) -> proto::CompletionResponse {
    proto::CompletionResponse {
        provider: completion.provider.as_str().to_owned(),
        model: completion.model.as_str().to_owned(),
        content: completion.content,
        finish_reason: reason(completion.finish_reason).into(),
        usage: Some(usage(completion.usage)),
    }
}

pub(super) fn event(event: Event) -> proto::StreamEvent {
    use proto::stream_event::Event as Out;
    let event = match event {
        Event::Started { provider, model } => Out::Started(proto::Started {
            provider: provider.as_str().to_owned(),
            model: model.as_str().to_owned(),
        }),
        Event::Thinking(thinking) => Out::Thinking(proto::Thinking {
            text: thinking.text,
            elapsed_ms: millis(thinking.elapsed),
            tokens: thinking.tokens,
        }),
        Event::Text(text) => Out::Text(proto::Text { text }),
        Event::Usage(u) => Out::Usage(usage(u)),
        Event::Finished(r) => Out::Finished(proto::Finished {
            finish_reason: reason(r).into(),
        }),
        Event::Failed(error) => Out::Failed(status::failure(error)),
    };
    proto::StreamEvent { event: Some(event) }
}

const fn usage(usage: Usage) -> proto::Usage {
    proto::Usage {
        input_tokens: usage.input_tokens,
        cached_input_tokens: usage.cached_input_tokens,
        output_tokens: usage.output_tokens,
        reasoning_tokens: usage.reasoning_tokens,
        estimated: usage.estimated,
    }
}

const fn reason(reason: FinishReason) -> proto::FinishReason {
    match reason {
        FinishReason::Stop => proto::FinishReason::Stop,
        FinishReason::Length => proto::FinishReason::Length,
        FinishReason::ContentFilter => proto::FinishReason::ContentFilter,
        FinishReason::Cancelled => proto::FinishReason::Cancelled,
    }
}

const fn price(price: Price) -> proto::Price {
    proto::Price {
        input: price.input,
        cached_input: price.cached_input,
        output: price.output,
    }
}

const fn weights(weights: Weights) -> proto::Weights {
    proto::Weights {
        input: weights.input,
        output: weights.output,
    }
}

pub(super) fn model(model: ListedModel) -> proto::Model {
    let info = model.info;
    let state = match model.state {
        ProviderState::Available => proto::ProviderState::Available,
        ProviderState::Unconfigured => proto::ProviderState::Unconfigured,
        ProviderState::Down => proto::ProviderState::Down,
    };
    proto::Model {
        id: info.id.as_str().to_owned(),
        provider: info.provider.as_str().to_owned(),
        display_name: info.display_name,
        context_window: info.context_window,
        max_output_tokens: info.max_output_tokens,
        price: Some(price(info.price)),
        weights: Some(weights(info.weights)),
        long_context: info.long_context.map(|long| proto::LongContext {
            above_input_tokens: long.above,
            price: Some(price(long.price)),
            weights: Some(weights(long.weights)),
        }),
        vision: info.vision,
        streaming: info.streaming,
        deprecated: info.deprecated,
        state: state.into(),
        reasoning: Some(reasoning(&info.reasoning)),
        known: info.known,
        tokenizer: info.tokenizer.as_str().to_owned(),
        vision_rule: if info.vision {
            info.images.as_str().to_owned()
        } else {
            String::new()
        },
    }
}
