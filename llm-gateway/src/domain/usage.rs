//! What a call consumed, in tokens.

/// Tokens of one call. The totals include their parts, as the contract says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All input, cached included.
    pub input_tokens: u64,
    /// The part of the input that came from the provider's cache.
    pub cached_input_tokens: u64,
    /// All output, reasoning included.
    pub output_tokens: u64,
    /// The part of the output that was reasoning.
    pub reasoning_tokens: u64,
    /// The provider gave no count, and this is ours.
    pub estimated: bool,
}
