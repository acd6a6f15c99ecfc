//! One log line for each call, and the fan-out to several observers. No text, no key, no message of a
//! provider: ids, counts and codes only.

use std::sync::Arc;

use crate::{
    domain::ProviderName,
    ports::outbound::{CallObserver, CallRecord},
};

/// Several observers as one.
pub struct Observers(pub Vec<Arc<dyn CallObserver>>);

impl CallObserver for Observers {
    fn began(&self, provider: &ProviderName) {
        for observer in &self.0 {
            observer.began(provider);
        }
    }

    fn ended(&self, record: &CallRecord<'_>) {
        for observer in &self.0 {
            observer.ended(record);
        }
    }
}

/// Writes the log line.
#[derive(Debug, Default)]
pub struct CallLog;

impl CallObserver for CallLog {
    fn began(&self, _provider: &ProviderName) {}

    fn ended(&self, record: &CallRecord<'_>) {
        let outcome = match record.outcome {
            Ok(reason) => reason.as_str(),
            Err(code) => code.as_str(),
        };
        let usage = record.usage;
        tracing::info!(
            target: "llm_gateway::call",
            request_id = record.metadata.request_id,
            room_id = record.metadata.room_id,
            provider = record.provider.as_str(),
            model = record.model.as_str(),
            streamed = record.streamed,
            outcome,
            attempts = record.attempts,
            duration_ms = record.duration.as_secs_f64() * 1_000.0,
            first_text_ms = record.first_text.map(|d| d.as_secs_f64() * 1_000.0),
            input_tokens = usage.input_tokens,
            cached_input_tokens = usage.cached_input_tokens,
            output_tokens = usage.output_tokens,
            reasoning_tokens = usage.reasoning_tokens,
            estimated = usage.estimated,
            "call"
        );
    }
}
