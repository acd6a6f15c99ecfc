//! Time and chance, so that retries and deadlines are tested without waiting or luck.

use std::time::{Duration, Instant};

use crate::ports::BoxFuture;

/// A source of time and randomness.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Instant;
    /// Resolves after that long.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
    /// A number from 0..1, evenly.
    fn random(&self) -> f64;
}
