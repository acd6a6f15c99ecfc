//! How callers reach the gateway: gRPC and REST, both over the same use case.

pub mod grpc;
pub mod rest;
pub mod server;

use std::time::{Duration, Instant};

/// What a call leaves of its caller's time, so that the answer still arrives.
const MARGIN: Duration = Duration::from_millis(20);

/// When a call must end whose caller waits that long from `now`; none if that lies beyond all clocks.
fn deadline(now: Instant, timeout: Duration) -> Option<Instant> {
    let margin = MARGIN.min(timeout / 10);
    now.checked_add(timeout.saturating_sub(margin))
}
