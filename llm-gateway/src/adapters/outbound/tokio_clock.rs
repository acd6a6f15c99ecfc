//! Time by tokio (so tests can pause it), and chance by a small generator of our own: jitter need not be
//! unpredictable, only spread.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::ports::{BoxFuture, outbound::Clock};

/// The clock of the running process.
pub struct TokioClock {
    state: AtomicU64,
}

impl Default for TokioClock {
    fn default() -> Self {
        Self {
            state: AtomicU64::new(RandomState::new().hash_one(0_u8)),
        }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    /// `SplitMix64`.
    #[allow(clippy::cast_precision_loss)]
    fn random(&self) -> f64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self
            .state
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }
}
