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

/// What a provider tells of a call's consumption, by the latest it said. Servers leave out, or cannot fill, any
/// of it; what is absent is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All input, cached included.
    pub input_tokens: Option<u64>,
    /// The part of the input that came from the provider's cache.
    pub cached_input_tokens: Option<u64>,
    /// All output so far, reasoning included.
    pub output_tokens: Option<u64>,
    /// The part of the output that was reasoning.
    pub reasoning_tokens: Option<u64>,
}

impl Counts {
    /// Takes what newer counts tell; what they leave out stays.
    pub fn merge(&mut self, newer: Self) {
        self.input_tokens = newer.input_tokens.or(self.input_tokens);
        self.cached_input_tokens = newer.cached_input_tokens.or(self.cached_input_tokens);
        self.output_tokens = newer.output_tokens.or(self.output_tokens);
        self.reasoning_tokens = newer.reasoning_tokens.or(self.reasoning_tokens);
    }
}
