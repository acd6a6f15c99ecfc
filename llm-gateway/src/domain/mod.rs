//! The rules of the gateway, free of any transport: types, validation, and the completion service.

pub mod admission;
mod books;
pub mod breaker;
mod call;
pub mod error;
pub mod estimate;
pub mod event;
pub(crate) mod image_size;
pub mod image_tokens;
mod live;
pub mod message;
pub mod model;
pub mod reasoning;
pub mod request;
pub mod retry;
pub mod service;
mod text_count;
pub mod usage;

pub use error::{Cause, Error, ErrorCode};
pub use event::{Completion, Event, EventStream, FinishReason, Thinking};
pub use message::{Image, ImageSource, Message, Part, Role};
pub use model::{ModelInfo, ModelName, Price, ProviderName, Weights};
pub use reasoning::{Effort, Reasoning, ReasoningMode};
pub use request::{CallContext, CompletionRequest, Metadata};
pub use usage::{Counts, Usage};
