//! The rules of the gateway, free of any transport: types, validation, and the completion service.

pub mod admission;
pub mod breaker;
mod call;
pub mod error;
pub mod estimate;
pub mod event;
pub(crate) mod image_size;
mod live;
pub mod message;
pub mod model;
pub mod request;
pub mod retry;
pub mod service;
mod text_count;
pub mod usage;

pub use error::{Error, ErrorCode};
pub use event::{Completion, Event, EventStream, FinishReason};
pub use message::{Image, ImageSource, Message, Part, Role};
pub use model::{ModelInfo, ModelName, Price, ProviderName, Weights};
pub use request::{CallContext, CompletionRequest, Metadata};
pub use usage::Usage;
