//! Which beginnings of a conversation are worth keeping at the provider until the next question.
//!
//! A marked beginning costs a quarter more when it is first sent, and a tenth or less when it is sent again. The
//! instructions are the same every time; of what was said, the older half is, as long as the mark stays where it
//! is. So it moves in steps: between two steps every question finds the same beginning.

use serde::Serialize;

/// Turns by which the mark moves.
const STEP: usize = 4;
/// A shorter beginning is not kept by any model; 1,024 tokens is what most want.
const LEAST_BYTES: usize = 4_096;

/// Keeps all up to the block it stands on, for five minutes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A mark, if what it would keep is long enough.
pub(super) fn mark(bytes: usize) -> Option<CacheControl> {
    (bytes >= LEAST_BYTES).then_some(CacheControl { kind: "ephemeral" })
}

/// How many of so many turns are the older half.
pub(super) const fn older_half(turns: usize) -> usize {
    turns / 2 / STEP * STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stays_for_some_turns() {
        let halves: Vec<usize> = (0..=24).map(older_half).collect();
        assert_eq!(halves[..8], [0; 8]);
        assert_eq!(halves[8..16], [4; 8]);
        assert_eq!(halves[16..24], [8; 8]);
        assert!(mark(4_095).is_none() && mark(4_096).is_some());
    }
}
