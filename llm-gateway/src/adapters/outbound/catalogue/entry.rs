//! A model as its file states it. Every fact is stated: a file that leaves one out is refused, since what is
//! guessed of a model is found out from its bills.

use std::time::Duration;

use serde::Deserialize;

use crate::domain::{
    Effort, ModelInfo, ModelName, Price, ProviderName, Reasoning, ReasoningMode, Weights,
    estimate::TokenFamily, image_tokens::ImageRule, model::LongContext,
    reasoning::ReasoningControl,
};

/// No model costs more than this per million tokens, in dollars.
const MAX_PRICE: f64 = 2_000.0;
const MAX_TOKENS: u64 = 100_000_000;
const MAX_WEIGHT: u64 = 10_000_000_000;
const MAX_SILENCE: u64 = 3_600;

/// One model.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // Independent facts, as the file states them.
pub(super) struct Entry {
    pub id: String,
    name: String,
    source: String,
    date: String,
    context_window: u64,
    max_output_tokens: u64,
    price: EntryPrice,
    long_context: Option<EntryLong>,
    weights: EntryWeights,
    tokenizer: String,
    images: EntryImages,
    reasoning: EntryReasoning,
    temperature: bool,
    stop: bool,
    deprecated: bool,
    #[serde(default = "yes")]
    streaming: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryPrice {
    input: f64,
    cached_input: f64,
    output: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLong {
    above: u64,
    input: f64,
    cached_input: f64,
    output: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryWeights {
    input: u64,
    output: u64,
}

#[derive(Deserialize)]
#[serde(tag = "rule", rename_all = "lowercase", deny_unknown_fields)]
enum EntryImages {
    None,
    Tiles {
        base: u64,
        tile: u64,
    },
    Patches {
        side: u64,
        long_side: u64,
        most: u64,
        thousandths: u64,
    },
    Budget {
        tokens: u64,
    },
    Crops,
}

#[derive(Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
enum EntryReasoning {
    None,
    Optional(Thinks),
    Always(Thinks),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Thinks {
    control: Control,
    default: Option<Level>,
    off: Option<String>,
    silence_seconds: u64,
    allowance: Allowance,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Control {
    Effort,
    Budget,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    Medium,
    High,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowance {
    low: Option<u32>,
    medium: Option<u32>,
    high: Option<u32>,
}

const fn yes() -> bool {
    true
}

impl From<Level> for Effort {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
        }
    }
}

impl EntryImages {
    fn rule(&self) -> Option<ImageRule> {
        Some(match *self {
            Self::None => return None,
            Self::Tiles { base, tile } => ImageRule::Tiles { base, tile },
            Self::Patches {
                side,
                long_side,
                most,
                thousandths,
            } => ImageRule::patches(side, long_side, most, thousandths),
            Self::Budget { tokens } => ImageRule::Budget(tokens),
            Self::Crops => ImageRule::Crops,
        })
    }
}

impl Allowance {
    fn known(&self) -> Vec<(Effort, u32)> {
        [
            (Effort::Low, self.low),
            (Effort::Medium, self.medium),
            (Effort::High, self.high),
        ]
        .into_iter()
        .filter_map(|(effort, tokens)| Some((effort, tokens?)))
        .collect()
    }
}

impl EntryReasoning {
    fn reasoning(&self) -> Reasoning {
        let (mode, thinks) = match self {
            Self::None => return Reasoning::default(),
            Self::Optional(thinks) => (ReasoningMode::Optional, thinks),
            Self::Always(thinks) => (ReasoningMode::Always, thinks),
        };
        Reasoning {
            mode,
            control: match thinks.control {
                Control::Effort => ReasoningControl::Effort,
                Control::Budget => ReasoningControl::Budget,
            },
            off: thinks.off.clone(),
            default: thinks.default.map(Effort::from),
            allowance: thinks.allowance.known(),
            silence: Duration::from_secs(thinks.silence_seconds),
        }
    }
}

impl From<EntryPrice> for Price {
    fn from(price: EntryPrice) -> Self {
        Self {
            input: price.input,
            cached_input: price.cached_input,
            output: price.output,
        }
    }
}

impl EntryLong {
    const fn price(&self) -> EntryPrice {
        EntryPrice {
            input: self.input,
            cached_input: self.cached_input,
            output: self.output,
        }
    }
}

impl Entry {
    /// What the domain calls it.
    pub fn into_info(self, provider: ProviderName, family: TokenFamily) -> ModelInfo {
        let rule = self.images.rule();
        let weights = Weights {
            input: self.weights.input,
            output: self.weights.output,
        };
        let price = self.price;
        ModelInfo {
            known: true,
            display_name: self.name,
            context_window: self.context_window,
            max_output_tokens: self.max_output_tokens,
            price: price.into(),
            weights,
            long_context: self.long_context.map(|long| LongContext {
                above: long.above,
                price: long.price().into(),
                // What is charged grows as what is paid does.
                weights: Weights {
                    input: grown(weights.input, long.input / price.input),
                    output: grown(weights.output, long.output / price.output),
                },
            }),
            vision: rule.is_some(),
            images: rule.unwrap_or(ImageRule::Budget(0)),
            reasoning: self.reasoning.reasoning(),
            streaming: self.streaming,
            deprecated: self.deprecated,
            temperature: self.temperature,
            stop: self.stop,
            ..ModelInfo::unknown(provider, ModelName::new(self.id), family)
        }
    }

    /// How its tokens are counted, if what it says makes sense.
    pub fn check(&self) -> Result<TokenFamily, &'static str> {
        if self.id.is_empty() || self.name.is_empty() {
            return Err("id and name must not be empty");
        }
        if !self.source.starts_with("https://") || !is_date(&self.date) {
            return Err("source must be an https URL and date a YYYY-MM-DD");
        }
        if self.context_window == 0 || self.context_window > MAX_TOKENS {
            return Err("the context window is absent or absurd");
        }
        if self.max_output_tokens == 0 || self.max_output_tokens > self.context_window {
            return Err("max_output_tokens must lie between 1 and the context window");
        }
        let weights = [self.weights.input, self.weights.output];
        if weights.iter().any(|w| *w == 0 || *w > MAX_WEIGHT) {
            return Err("a weight must lie between 1 and 10000000000");
        }
        self.price.check()?;
        self.check_long()?;
        self.check_reasoning()?;
        match self.images {
            EntryImages::Patches {
                side, thousandths, ..
            } if side == 0 || thousandths == 0 => {
                return Err("a patch must have a side and cost something");
            }
            _ => {}
        }
        TokenFamily::ALL
            .into_iter()
            .find(|family| family.as_str() == self.tokenizer)
            .ok_or("no such tokenizer is known")
    }

    fn check_long(&self) -> Result<(), &'static str> {
        let Some(long) = &self.long_context else {
            return Ok(());
        };
        long.price().check()?;
        if long.above == 0 || long.above >= self.context_window {
            return Err("long_context.above must lie within the context window");
        }
        if long.input < self.price.input || long.output < self.price.output {
            return Err("a long prompt must not cost less than a short one");
        }
        Ok(())
    }

    fn check_reasoning(&self) -> Result<(), &'static str> {
        let (EntryReasoning::Optional(thinks) | EntryReasoning::Always(thinks)) = &self.reasoning
        else {
            return Ok(());
        };
        let known = thinks.allowance.known();
        if known.is_empty()
            || known
                .iter()
                .any(|(_, tokens)| *tokens == 0 || u64::from(*tokens) > self.max_output_tokens)
        {
            return Err("an allowance must lie between 1 and max_output_tokens");
        }
        if let Some(default) = thinks.default
            && known.iter().all(|(effort, _)| *effort != default.into())
        {
            return Err("the default effort has no allowance");
        }
        if thinks.silence_seconds == 0 || thinks.silence_seconds > MAX_SILENCE {
            return Err("silence_seconds must lie between 1 and 3600");
        }
        Ok(())
    }
}

impl EntryPrice {
    fn check(&self) -> Result<(), &'static str> {
        let prices = [self.input, self.cached_input, self.output];
        if prices
            .iter()
            .any(|p| !p.is_finite() || *p < 0.0 || *p > MAX_PRICE)
        {
            return Err("a price must lie between 0 and 2000 dollars per million tokens");
        }
        if self.cached_input > self.input {
            return Err("cached input must not cost more than input");
        }
        if prices.iter().any(|p| *p > 0.0) && (self.input == 0.0 || self.output == 0.0) {
            return Err("only a model that is wholly free has a price of 0");
        }
        Ok(())
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)] // Bounded by the checks.
fn grown(weight: u64, factor: f64) -> u64 {
    if factor.is_finite() {
        (weight as f64 * factor).round() as u64
    } else {
        weight
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        })
}
