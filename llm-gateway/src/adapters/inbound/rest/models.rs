//! Models as REST lists them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{
    Effort, Price, Reasoning, Weights,
    model::{ListedModel, LongContext},
};

#[derive(Serialize)]
#[allow(clippy::struct_excessive_bools)] // Independent facts.
pub(super) struct ModelOut {
    id: String,
    provider: String,
    display_name: String,
    context_window: u64,
    max_output_tokens: u64,
    price: PriceOut,
    weights: WeightsOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    long_context: Option<LongContextOut>,
    vision: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    vision_rule: Option<&'static str>,
    tokenizer: &'static str,
    reasoning: ReasoningOut,
    streaming: bool,
    deprecated: bool,
    known: bool,
    state: &'static str,
}

#[derive(Serialize)]
struct PriceOut {
    input: f64,
    cached_input: f64,
    output: f64,
}

#[derive(Serialize)]
struct WeightsOut {
    input: u64,
    output: u64,
}

#[derive(Serialize)]
struct LongContextOut {
    above_input_tokens: u64,
    price: PriceOut,
    weights: WeightsOut,
}

#[derive(Serialize)]
struct ReasoningOut {
    mode: &'static str,
    efforts: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_effort: Option<&'static str>,
    allowances: BTreeMap<&'static str, u32>,
    silence_ms: u64,
}

impl From<Price> for PriceOut {
    fn from(price: Price) -> Self {
        Self {
            input: price.input,
            cached_input: price.cached_input,
            output: price.output,
        }
    }
}

impl From<Weights> for WeightsOut {
    fn from(weights: Weights) -> Self {
        Self {
            input: weights.input,
            output: weights.output,
        }
    }
}

impl From<LongContext> for LongContextOut {
    fn from(long: LongContext) -> Self {
        Self {
            above_input_tokens: long.above,
            price: long.price.into(),
            weights: long.weights.into(),
        }
    }
}

impl From<&Reasoning> for ReasoningOut {
    fn from(reasoning: &Reasoning) -> Self {
        let allowances = reasoning.allowance.iter();
        Self {
            mode: reasoning.mode.as_str(),
            efforts: reasoning.efforts().iter().map(|e| e.as_str()).collect(),
            default_effort: reasoning.default.map(Effort::as_str),
            allowances: allowances
                .map(|(e, tokens)| (e.as_str(), *tokens))
                .collect(),
            silence_ms: u64::try_from(reasoning.silence.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl From<ListedModel> for ModelOut {
    fn from(model: ListedModel) -> Self {
        let info = model.info;
        Self {
            id: info.id.as_str().to_owned(),
            provider: info.provider.as_str().to_owned(),
            reasoning: (&info.reasoning).into(),
            display_name: info.display_name,
            context_window: info.context_window,
            max_output_tokens: info.max_output_tokens,
            price: info.price.into(),
            weights: info.weights.into(),
            long_context: info.long_context.map(LongContextOut::from),
            vision: info.vision,
            vision_rule: info.vision.then(|| info.images.as_str()),
            tokenizer: info.tokenizer.as_str(),
            streaming: info.streaming,
            deprecated: info.deprecated,
            known: info.known,
            state: model.state.as_str(),
        }
    }
}
