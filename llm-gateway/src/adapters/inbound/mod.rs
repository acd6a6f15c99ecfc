//! How callers reach the gateway: gRPC and REST, both over the same use case.

pub mod grpc;
pub mod rest;
pub mod server;
