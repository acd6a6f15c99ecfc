//! Providers, keys, catalogue, clock and observers.

pub mod anthropic;
pub mod authors;
pub mod catalogue;
pub mod chat;
pub mod env_key;
pub mod gemini;
mod halves;
pub mod http;
mod image;
mod json;
pub mod log;
pub mod metrics;
pub mod openai;
pub mod openai_compatible;
pub mod otel;
pub mod scripted;
pub mod stdout;
mod thoughts;
pub mod tiktoken;
pub mod tokio_clock;
mod turns;
