//! Tests of the whole: real servers on port 0, real HTTP and gRPC, a real HTTP server playing the provider.
//! One binary, so that it links once.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs
)]

mod architecture;
mod bad_input;
mod both_sides;
mod caching;
mod contract;
mod deadlines;
mod efforts;
mod errors;
mod fuzz;
mod grpc;
mod keys;
mod large;
mod long_thinking;
mod network;
mod odd;
mod oddities;
mod paid_once;
mod process;
mod reasoning;
mod refresh;
mod resilience;
mod rest;
mod shutdown;
mod slow_heads;
mod support;
mod tokens;
mod unlisted;
mod wire;
