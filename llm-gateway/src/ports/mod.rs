//! The traits around the domain: how it is driven (`inbound`) and what it needs (`outbound`).

pub mod inbound;
pub mod outbound;

use std::{future::Future, pin::Pin};

/// A future behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
