//! Exact counts for `OpenAI`'s models.
//!
//! A vocabulary takes a few hundred milliseconds and some ten megabytes to load, so it is loaded at the
//! first count rather than at start; a gateway that never counts never pays.

use crate::{
    domain::{ModelName, estimate::TokenFamily},
    ports::outbound::Tokeniser,
};

/// `tiktoken`'s vocabularies.
#[derive(Debug, Default)]
pub struct Tiktoken;

impl Tokeniser for Tiktoken {
    fn count(&self, family: TokenFamily, model: &ModelName, text: &str) -> Option<u64> {
        if family != TokenFamily::OpenAi {
            return None;
        }
        let name = model.as_str();
        let old = name.starts_with("gpt-3.5")
            || name == "gpt-4"
            || name.starts_with("gpt-4-")
            || name.starts_with("gpt-4.");
        let newer = name.starts_with("gpt-4.1") || name.starts_with("gpt-4.5");
        let vocabulary = if old && !newer {
            tiktoken_rs::cl100k_base_singleton()
        } else {
            tiktoken_rs::o200k_base_singleton()
        };
        u64::try_from(vocabulary.encode_ordinary(text).len()).ok()
    }
}
