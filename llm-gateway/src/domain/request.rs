//! A request for an answer, and the circumstances of the call.

use std::{future::Future, pin::Pin, time::Instant};

use super::{Effort, Error, Message, ModelName, ProviderName, Role};

/// More messages than this are a mistake of the caller.
pub const MAX_MESSAGES: usize = 4_096;
const MAX_STOPS: usize = 16;
const MAX_STOP_BYTES: usize = 1_024;
const MAX_METADATA_BYTES: usize = 256;

/// For logs, traces and the providers' abuse counters; never text or names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The caller's id of this request.
    pub request_id: String,
    /// The room it is for.
    pub room_id: String,
    /// A hash of the person who asked.
    pub user_hash: String,
}

/// What to answer, by whom, and within which bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct CompletionRequest {
    /// Who shall answer.
    pub provider: ProviderName,
    /// With which model.
    pub model: ModelName,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// The most tokens that people shall see; none means the model's own limit.
    pub max_output_tokens: Option<u32>,
    /// How hard to think; none means as the model does by itself.
    pub effort: Option<Effort>,
    /// The most tokens to think, on top of what people see; none means what the catalogue allows that effort.
    pub reasoning_allowance_tokens: Option<u32>,
    /// Randomness, 0 to 2.
    pub temperature: Option<f32>,
    /// Sequences that end the answer.
    pub stop: Vec<String>,
    /// For logs and abuse counters.
    pub metadata: Metadata,
}

impl CompletionRequest {
    /// Checks everything that can be checked without a provider.
    ///
    /// # Errors
    /// `invalid_request` that says what is wrong.
    pub fn validate(&self, image_hosts: &[String]) -> Result<(), Error> {
        if self.model.as_str().is_empty() || self.model.as_str().len() > 256 {
            return Err(Error::invalid("model must have 1 to 256 characters"));
        }
        validate_messages(&self.messages, image_hosts)?;
        if self
            .temperature
            .is_some_and(|t| !t.is_finite() || !(0.0..=2.0).contains(&t))
        {
            return Err(Error::invalid("temperature must lie between 0 and 2"));
        }
        if self.stop.len() > MAX_STOPS
            || self
                .stop
                .iter()
                .any(|s| s.is_empty() || s.len() > MAX_STOP_BYTES)
        {
            return Err(Error::invalid(
                "stop takes up to 16 sequences of 1 to 1024 bytes",
            ));
        }
        let metadata = &self.metadata;
        for value in [&metadata.request_id, &metadata.room_id, &metadata.user_hash] {
            if value.len() > MAX_METADATA_BYTES || value.chars().any(char::is_control) {
                return Err(Error::invalid(
                    "metadata values have up to 256 bytes and no control characters",
                ));
            }
        }
        Ok(())
    }
}

/// Checks a conversation: at least one message that is not the system's, each valid by itself.
///
/// # Errors
/// `invalid_request` that names the first message at fault.
pub fn validate_messages(messages: &[Message], image_hosts: &[String]) -> Result<(), Error> {
    if messages.len() > MAX_MESSAGES {
        return Err(Error::invalid("too many messages"));
    }
    if messages
        .iter()
        .all(|m| m.role == Role::System || m.is_blank())
    {
        return Err(Error::invalid(
            "messages must hold at least one with words or a picture that is not the system's",
        ));
    }
    for (index, message) in messages.iter().enumerate() {
        message.validate(image_hosts).map_err(|mut error| {
            error.message = format!("messages[{index}]: {}", error.message);
            error
        })?;
    }
    Ok(())
}

/// The circumstances of one call.
#[derive(Default)]
pub struct CallContext {
    /// The W3C trace parent the caller sent, for traces.
    pub trace_parent: Option<String>,
    /// When the caller stops waiting.
    pub deadline: Option<Instant>,
    /// Resolves when the gateway itself must give the call up (the end of a drain).
    pub abort: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}
