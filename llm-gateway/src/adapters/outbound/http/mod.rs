//! What every provider adapter needs of HTTP: a pooled client, an incremental SSE parser, a stream that runs
//! a provider's decoder over both, and the common part of error mapping.

pub mod body;
pub mod call;
pub mod client;
pub mod error;
mod key;
pub mod network;
pub mod sse;
pub mod stream;

pub use call::{Auth, BadBaseUrl, Call, Refused, call, endpoint, nonsense, to_json};
pub use client::{HttpClient, Timeouts};
pub use error::{TransportError, retry_after, status_error};
pub use key::require_key;
pub use network::Network;
pub use stream::{Decoder, decode};
