//! Exact token counts, for the models whose vocabulary is public.

use crate::domain::{ModelName, estimate::TokenFamily};

/// A tokeniser.
pub trait Tokeniser: Send + Sync + 'static {
    /// The exact count of that text, or none if this model's vocabulary is not known here.
    fn count(&self, family: TokenFamily, model: &ModelName, text: &str) -> Option<u64>;
}
