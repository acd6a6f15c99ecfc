//! When a failed attempt is made again.
//!
//! Exponential backoff with full jitter (a wait drawn evenly between nothing and the bound): of the usual
//! schemes it spreads a crowd of callers best. A provider's `Retry-After` is a floor, never shortened; if it
//! is longer than we are willing to hold a call, the error goes to the caller, who knows better.

use std::time::Duration;

use super::Error;

/// How often, and how patiently.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Attempts in all; 1 means no retry.
    pub max_attempts: u32,
    /// The bound of the first wait; it doubles from there.
    pub base: Duration,
    /// The bound that no wait exceeds, and the longest `Retry-After` that is honoured by waiting.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(8),
        }
    }
}

impl RetryPolicy {
    /// Never again.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            max_attempts: 1,
            base: Duration::ZERO,
            cap: Duration::ZERO,
        }
    }

    /// How long to wait before the next attempt, or none if there shall be no other. `attempt` counts those
    /// made, `random` is drawn from 0..1, `left` is what remains of the caller's time.
    #[must_use]
    pub fn wait(
        &self,
        error: &Error,
        attempt: u32,
        random: f64,
        left: Option<Duration>,
    ) -> Option<Duration> {
        if !error.code.is_retryable() || attempt >= self.max_attempts {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(16);
        let bound = self.base.saturating_mul(1 << doublings).min(self.cap);
        let jitter = bound.mul_f64(random.clamp(0.0, 1.0));
        let wait = match error.retry_after {
            Some(after) if after > self.cap => return None,
            Some(after) => after.saturating_add(jitter.min(self.base)),
            None => jitter,
        };
        match left {
            Some(left) if wait >= left => None,
            _ => Some(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ErrorCode;

    fn policy() -> RetryPolicy {
        RetryPolicy {
            max_attempts: 4,
            base: Duration::from_millis(100),
            cap: Duration::from_millis(300),
        }
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let error = Error::new(ErrorCode::Unavailable, "");
        let waits: Vec<_> = (1..=4)
            .map(|n| policy().wait(&error, n, 1.0, None))
            .collect();
        let ms = |n| Some(Duration::from_millis(n));
        assert_eq!(waits, [ms(100), ms(200), ms(300), None]);
        assert_eq!(policy().wait(&error, 1, 0.0, None), Some(Duration::ZERO));
    }

    #[test]
    fn retry_after_is_a_floor_and_too_long_a_one_is_the_callers_business() {
        let error = |ms| {
            Error::new(ErrorCode::RateLimited, "").with_retry_after(Some(Duration::from_millis(ms)))
        };
        assert_eq!(
            policy().wait(&error(200), 1, 0.0, None),
            Some(Duration::from_millis(200))
        );
        assert!(policy().wait(&error(200), 1, 1.0, None) > Some(Duration::from_millis(200)));
        assert_eq!(policy().wait(&error(301), 1, 0.0, None), None);
    }

    #[test]
    fn no_wait_outlives_the_deadline() {
        let error = Error::new(ErrorCode::Overloaded, "");
        let left = Some(Duration::from_millis(50));
        assert_eq!(policy().wait(&error, 1, 1.0, left), None);
        assert!(policy().wait(&error, 1, 0.1, left).is_some());
    }

    #[test]
    fn only_passing_faults_are_retried() {
        for code in ErrorCode::ALL {
            let again = policy().wait(&Error::new(code, ""), 1, 0.5, None).is_some();
            assert_eq!(again, code.is_retryable(), "{code}");
        }
    }
}
