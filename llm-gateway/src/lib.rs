//! Yoriai's LLM gateway: the one place that knows AI providers.
//!
//! The crate is a hexagon. [`domain`] holds the rules (what a request is, when a call is retried, what a
//! stream must end with) and [`ports`] the traits through which it is driven and through which it reaches
//! the world; both know nothing of HTTP, gRPC or any provider. [`adapters`] fill the ports. `main.rs` wires
//! them together and is the only file that names concrete providers.

pub mod adapters;
pub mod config;
pub mod domain;
#[doc(hidden)]
pub mod fuzzing;
pub mod ports;
