//! A circuit breaker: stop calling a provider that is down, and find out cheaply when it is back.
//!
//! Consecutive outages open it. While it is open calls fail at once; after a pause one call at a time is let
//! through as a probe. A probe that succeeds closes it, one that fails opens it again for twice as long, one
//! that is abandoned (its caller left) says nothing and frees its place. The time is passed in, so that the
//! rules are tested without waiting.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// When it opens, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BreakerPolicy {
    /// Consecutive outages that open it; 0 means never.
    pub threshold: u32,
    /// The first pause.
    pub pause: Duration,
    /// The longest pause.
    pub max_pause: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            threshold: 5,
            pause: Duration::from_secs(5),
            max_pause: Duration::from_secs(60),
        }
    }
}

impl BreakerPolicy {
    /// One that never opens.
    #[must_use]
    pub const fn never() -> Self {
        Self {
            threshold: 0,
            pause: Duration::ZERO,
            max_pause: Duration::ZERO,
        }
    }
}

#[derive(Debug)]
enum State {
    Closed { outages: u32 },
    Open { until: Instant, pause: Duration },
    HalfOpen { pause: Duration },
}

/// How a permitted call went, as far as the provider's health is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It answered (an error of the caller's making counts as an answer).
    Healthy,
    /// It did not.
    Outage,
    /// Nobody waited long enough to know.
    Unknown,
}

/// Permission for one call; to be given back with a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    probe: bool,
}

/// The breaker of one provider.
#[derive(Debug)]
pub struct Breaker {
    policy: BreakerPolicy,
    state: Mutex<State>,
}

impl Breaker {
    /// A closed breaker.
    #[must_use]
    pub const fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: Mutex::new(State::Closed { outages: 0 }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks to make a call.
    ///
    /// # Errors
    /// How long to stay away, if the circuit is open.
    pub fn permit(&self, now: Instant) -> Result<Permit, Duration> {
        if self.policy.threshold == 0 {
            return Ok(Permit { probe: false });
        }
        let mut state = self.lock();
        match *state {
            State::Closed { .. } => Ok(Permit { probe: false }),
            State::Open { until, .. } if now < until => Err(until - now),
            State::Open { pause, .. } => {
                *state = State::HalfOpen { pause };
                Ok(Permit { probe: true })
            }
            State::HalfOpen { pause } => Err(pause),
        }
    }

    /// The provider took a permitted call. A probe has proved then what it was sent for, and nobody else need
    /// wait for its answer; how that goes is judged like any other call's.
    pub fn accepted(&self, permit: &mut Permit) {
        if std::mem::take(&mut permit.probe) {
            let mut state = self.lock();
            if let State::HalfOpen { .. } = *state {
                *state = State::Closed { outages: 0 };
            }
        }
    }

    /// Gives a permission back.
    pub fn report(&self, permit: Permit, verdict: Verdict, now: Instant) {
        if self.policy.threshold == 0 {
            return;
        }
        let mut state = self.lock();
        match (&mut *state, permit.probe, verdict) {
            (State::HalfOpen { .. }, true, Verdict::Healthy) => {
                *state = State::Closed { outages: 0 };
            }
            (State::HalfOpen { pause }, true, Verdict::Outage) => {
                let pause = pause.saturating_mul(2).min(self.policy.max_pause);
                *state = State::Open {
                    until: now + pause,
                    pause,
                };
            }
            // The next caller probes at once.
            (State::HalfOpen { pause }, true, Verdict::Unknown) => {
                *state = State::Open {
                    until: now,
                    pause: *pause,
                };
            }
            (State::Closed { outages }, _, Verdict::Healthy) => *outages = 0,
            (State::Closed { outages }, _, Verdict::Outage) => {
                *outages += 1;
                if *outages >= self.policy.threshold {
                    *state = State::Open {
                        until: now + self.policy.pause,
                        pause: self.policy.pause,
                    };
                }
            }
            // Calls that began before the circuit opened have no say in when it closes.
            _ => {}
        }
    }

    /// Whether calls are refused or merely probed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(*self.lock(), State::Closed { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(1);

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::new(BreakerPolicy {
            threshold: 2,
            pause: PAUSE,
            max_pause: 3 * PAUSE,
        });
        for _ in 0..2 {
            let permit = breaker.permit(now).unwrap();
            breaker.report(permit, Verdict::Outage, now);
        }
        breaker
    }

    #[test]
    fn opens_after_consecutive_outages_only() {
        let now = Instant::now();
        let breaker = Breaker::new(BreakerPolicy {
            threshold: 2,
            ..BreakerPolicy::default()
        });
        for verdict in [Verdict::Outage, Verdict::Healthy, Verdict::Outage] {
            let permit = breaker.permit(now).unwrap();
            breaker.report(permit, verdict, now);
        }
        assert!(!breaker.is_open());
        assert!(opened(now).is_open());
        assert_eq!(opened(now).permit(now), Err(PAUSE));
    }

    #[test]
    fn one_probe_at_a_time_decides() {
        let now = Instant::now();
        let breaker = opened(now);
        let later = now + PAUSE;
        let probe = breaker.permit(later).unwrap();
        assert!(breaker.permit(later).is_err(), "a second probe");
        breaker.report(probe, Verdict::Healthy, later);
        assert!(!breaker.is_open());
    }

    #[test]
    fn a_probe_that_is_accepted_lets_the_others_in_before_it_ends() {
        let now = Instant::now();
        let breaker = opened(now);
        let later = now + PAUSE;
        let mut probe = breaker.permit(later).unwrap();
        breaker.accepted(&mut probe);
        assert!(!breaker.is_open());
        assert!(breaker.permit(later).is_ok());
        // Its own end counts as one outage among others, not as a failed probe.
        breaker.report(probe, Verdict::Outage, later);
        assert!(!breaker.is_open());
    }

    #[test]
    fn a_failed_probe_doubles_the_pause_up_to_its_maximum() {
        let mut now = Instant::now();
        let breaker = opened(now);
        for expected in [2, 3, 3] {
            now += 3 * PAUSE;
            let probe = breaker.permit(now).unwrap();
            breaker.report(probe, Verdict::Outage, now);
            assert_eq!(breaker.permit(now), Err(expected * PAUSE));
        }
    }

    #[test]
    fn an_abandoned_probe_frees_its_place() {
        let now = Instant::now();
        let breaker = opened(now);
        let later = now + PAUSE;
        let probe = breaker.permit(later).unwrap();
        breaker.report(probe, Verdict::Unknown, later);
        assert!(breaker.permit(later).is_ok());
    }

    #[test]
    fn late_verdicts_of_earlier_calls_do_not_close_it() {
        let now = Instant::now();
        let breaker = opened(now);
        breaker.report(Permit { probe: false }, Verdict::Healthy, now);
        assert!(breaker.is_open());
    }

    #[test]
    fn a_breaker_without_threshold_never_opens() {
        let now = Instant::now();
        let breaker = Breaker::new(BreakerPolicy::never());
        for _ in 0..100 {
            let permit = breaker.permit(now).unwrap();
            breaker.report(permit, Verdict::Outage, now);
        }
        assert!(!breaker.is_open());
    }
}
