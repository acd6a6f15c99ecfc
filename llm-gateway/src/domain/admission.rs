//! How many calls of a kind may be under way: to a provider, or counting tokens.
//!
//! There is no queue: a call that finds no place fails with `overloaded` at once, which the caller can act
//! on. A queue would only turn the same overload into time-outs.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{Error, ErrorCode};

/// The places of one kind of calls.
#[derive(Debug)]
pub struct Places {
    limit: usize,
    taken: AtomicUsize,
}

/// One place; free again when dropped.
#[derive(Debug)]
pub struct Place(Arc<Places>);

impl Places {
    /// So many places.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            taken: AtomicUsize::new(0),
        })
    }

    /// Takes a place.
    ///
    /// # Errors
    /// `overloaded` if none is free.
    pub fn take(self: &Arc<Self>) -> Result<Place, Error> {
        let taken = self
            .taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| {
                (taken < self.limit).then_some(taken + 1)
            });
        match taken {
            Ok(_) => Ok(Place(Arc::clone(self))),
            Err(_) => Err(Error::new(
                ErrorCode::Overloaded,
                "the gateway has as many such calls under way as it takes; try again shortly",
            )),
        }
    }

    /// Places taken now.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_house_refuses_and_a_freed_place_is_given_again() {
        let places = Places::new(2);
        let first = places.take().unwrap();
        let _second = places.take().unwrap();
        assert_eq!(places.take().unwrap_err().code, ErrorCode::Overloaded);
        drop(first);
        assert!(places.take().is_ok());
        assert_eq!(places.taken(), 1);
    }
}
