//! What a call has consumed so far, by what the provider tells and by what came.

use super::{Counts, Usage, estimate::TextCount, estimate::TokenFamily};

/// The books of one call.
pub(super) struct Books {
    family: TokenFamily,
    prompt_estimate: u64,
    told: Counts,
    /// Nothing came since the output was last told, so that what was told is all of it.
    fresh: bool,
    text: TextCount,
    thinking: TextCount,
}

impl Books {
    pub fn new(family: TokenFamily, prompt_estimate: u64) -> Self {
        Self {
            family,
            prompt_estimate,
            told: Counts::default(),
            fresh: false,
            text: TextCount::default(),
            thinking: TextCount::default(),
        }
    }

    pub fn text(&mut self, text: &str) {
        self.text.add(text);
        self.fresh = false;
    }

    pub fn thinking(&mut self, text: &str) {
        self.thinking.add(text);
        self.fresh = false;
    }

    pub fn told(&mut self, counts: Counts) {
        self.told.merge(counts);
        self.fresh |= counts.output_tokens.is_some();
    }

    /// Tokens thought so far. What a provider shows may be a summary, so the count is the greater one.
    pub fn thought(&self) -> u64 {
        let shown = self.thinking.tokens(self.family);
        self.told.reasoning_tokens.unwrap_or(0).max(shown)
    }

    /// The usage, of a call that is complete or broke off. The provider's own count holds where it counted
    /// all that came; otherwise at least what it counted, and at least what came.
    pub fn usage(&self, complete: bool) -> Usage {
        let told = &self.told;
        let counted = self.fresh.then_some(told.output_tokens).flatten();
        let (output_tokens, reasoning_tokens) = if let Some(output) = counted {
            (output, told.reasoning_tokens.unwrap_or(0).min(output))
        } else {
            let came = self.text.tokens(self.family) + self.thought();
            (came.max(told.output_tokens.unwrap_or(0)), self.thought())
        };
        let input_tokens = told.input_tokens.unwrap_or(self.prompt_estimate);
        Usage {
            input_tokens,
            cached_input_tokens: told.cached_input_tokens.unwrap_or(0).min(input_tokens),
            output_tokens,
            reasoning_tokens,
            estimated: !complete || counted.is_none() || told.input_tokens.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books() -> Books {
        Books::new(TokenFamily::Words, 7)
    }

    const OUTPUT: Counts = Counts {
        input_tokens: Some(9),
        cached_input_tokens: Some(4),
        output_tokens: Some(30),
        reasoning_tokens: Some(20),
    };

    #[test]
    fn a_full_count_at_the_end_is_the_providers() {
        let mut books = books();
        books.text("one two");
        books.told(OUTPUT);
        let usage = books.usage(true);
        assert_eq!(
            (
                usage.input_tokens,
                usage.cached_input_tokens,
                usage.output_tokens,
                usage.reasoning_tokens
            ),
            (9, 4, 30, 20)
        );
        assert!(!usage.estimated);
        assert!(books.usage(false).estimated, "more may have been made");
    }

    #[test]
    fn what_is_not_told_is_estimated() {
        let mut books = books();
        books.text("one two");
        books.told(Counts {
            input_tokens: Some(9),
            ..Counts::default()
        });
        let usage = books.usage(true);
        assert_eq!((usage.input_tokens, usage.output_tokens), (9, 2));
        assert!(usage.estimated);
        assert_eq!(
            super::Books::new(TokenFamily::Words, 7)
                .usage(true)
                .input_tokens,
            7
        );
    }

    #[test]
    fn thinking_counts_when_the_call_is_cut() {
        let mut books = books();
        books.thinking("one two three");
        assert_eq!(books.usage(false).reasoning_tokens, 3);
        books.told(OUTPUT);
        assert_eq!(
            books.usage(false).output_tokens,
            30,
            "what was told is more"
        );
        books.text("word");
        let usage = books.usage(false);
        assert_eq!((usage.output_tokens, usage.reasoning_tokens), (30, 20));
        books.text(&" word".repeat(40));
        assert_eq!(
            books.usage(false).output_tokens,
            61,
            "41 words and 20 thought"
        );
    }
}
