//! Providers and models: their names, and what the catalogue knows of them.

use std::{fmt, sync::Arc};

use super::{Reasoning, estimate::TokenFamily, image_tokens::ImageRule};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the name.
            pub fn new(name: impl AsRef<str>) -> Self {
                Self(Arc::from(name.as_ref()))
            }

            /// The name itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// A provider as callers name it: `openai`, or the name of a configured server.
    ProviderName
}
name! {
    /// A model as its provider names it.
    ModelName
}

/// US dollars per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Price {
    /// Input that was not cached.
    pub input: f64,
    /// Input that was.
    pub cached_input: f64,
    /// Output.
    pub output: f64,
}

/// How many charged tokens a million tokens become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// For input.
    pub input: u64,
    /// For output.
    pub output: u64,
}

impl Default for Weights {
    /// One charged token for each token.
    fn default() -> Self {
        Self {
            input: 1_000_000,
            output: 1_000_000,
        }
    }
}

/// What a model costs when the prompt is long. It holds for the whole call, not only for what is beyond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongContext {
    /// The most input tokens for which the usual price holds.
    pub above: u64,
    /// What it costs then.
    pub price: Price,
    /// What Yoriai charges then.
    pub weights: Weights,
}

/// What the gateway knows of a model.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // Independent facts.
pub struct ModelInfo {
    /// Whose it is.
    pub provider: ProviderName,
    /// Its name there.
    pub id: ModelName,
    /// Its name for people.
    pub display_name: String,
    /// The most tokens it can consider; 0 if unknown.
    pub context_window: u64,
    /// The most it can make at once; 0 if unknown.
    pub max_output_tokens: u64,
    /// What it costs; absent if unknown.
    pub price: Price,
    /// What Yoriai charges.
    pub weights: Weights,
    /// What changes with a long prompt.
    pub long_context: Option<LongContext>,
    /// Whether it sees images.
    pub vision: bool,
    /// Whether it streams.
    pub streaming: bool,
    /// Whether its provider will take it away.
    pub deprecated: bool,
    /// Whether it takes a temperature; reasoning models often refuse one.
    pub temperature: bool,
    /// Whether it takes stop sequences.
    pub stop: bool,
    /// How it thinks.
    pub reasoning: Reasoning,
    /// How its tokens are counted.
    pub tokenizer: TokenFamily,
    /// How its pictures are.
    pub images: ImageRule,
    /// Whether the catalogue lists it.
    pub known: bool,
    /// Its server cuts longer prompts silently instead of refusing them.
    pub truncates: bool,
}

impl ModelInfo {
    /// What is assumed of a model that no catalogue knows.
    #[must_use]
    pub fn unknown(provider: ProviderName, id: ModelName, tokenizer: TokenFamily) -> Self {
        Self {
            display_name: id.as_str().to_owned(),
            provider,
            id,
            context_window: 0,
            max_output_tokens: 0,
            price: Price::default(),
            weights: Weights::default(),
            long_context: None,
            vision: true,
            streaming: true,
            deprecated: false,
            temperature: true,
            stop: true,
            reasoning: Reasoning::default(),
            tokenizer,
            images: tokenizer.images(),
            known: false,
            truncates: false,
        }
    }
}

/// Whether a provider can be called now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderState {
    /// It can.
    Available,
    /// It has no key.
    Unconfigured,
    /// Its circuit is open.
    Down,
}

impl ProviderState {
    /// The state as it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Unconfigured => "unconfigured",
            Self::Down => "down",
        }
    }
}

/// A model together with the present state of its provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedModel {
    /// The model.
    pub info: ModelInfo,
    /// Whether it can be called now.
    pub state: ProviderState,
}

/// A provider in the health report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderHealth {
    /// Its name.
    pub provider: ProviderName,
    /// Whether it can be called now.
    pub state: ProviderState,
    /// Calls under way.
    pub in_flight: usize,
}
