//! How a Claude model is told whether and how hard to think.
//!
//! Newer models take an effort by name and decide for themselves; older ones take a budget of tokens. Newer ones
//! return their thoughts empty unless a summary is asked for.

use serde::Serialize;

use crate::{
    domain::{Effort, ReasoningMode, reasoning::ReasoningControl},
    ports::outbound::ProviderCall,
};

/// The API takes no budget below this.
const LEAST_BUDGET: u32 = 1_024;

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Thinking<'a> {
    Adaptive {
        #[serde(rename = "type")]
        kind: &'static str,
        display: &'static str,
    },
    Budget {
        #[serde(rename = "type")]
        kind: &'static str,
        budget_tokens: u32,
    },
    Off {
        #[serde(rename = "type")]
        kind: &'a str,
    },
}

#[derive(Serialize)]
pub(super) struct OutputConfig {
    effort: &'static str,
}

/// What is said of thinking to a model that may make `max_tokens` in all.
pub(super) fn thinking(
    call: &ProviderCall,
    max_tokens: u32,
) -> (Option<Thinking<'_>>, Option<OutputConfig>) {
    let (reasoning, effort) = (&call.model.reasoning, call.request.effort);
    if !reasoning.thinks(effort) {
        let off = reasoning.off.as_deref().unwrap_or("disabled");
        // A model that does not think takes no word about it.
        let told = effort == Some(Effort::None) && reasoning.mode == ReasoningMode::Optional;
        return (told.then_some(Thinking::Off { kind: off }), None);
    }
    match reasoning.control {
        ReasoningControl::Effort => (
            Some(Thinking::Adaptive {
                kind: "adaptive",
                display: "summarized",
            }),
            effort.map(|effort| OutputConfig {
                effort: effort.as_str(),
            }),
        ),
        ReasoningControl::Budget => {
            // The answer's words are not for thinking, except where they alone would fill the model's limit.
            let words = call.request.max_output_tokens.unwrap_or(max_tokens);
            let most = max_tokens - words.min(max_tokens / 2);
            let budget_tokens = call.reasoning_allowance().min(most);
            let enough = budget_tokens >= LEAST_BUDGET;
            let budget = Thinking::Budget {
                kind: "enabled",
                budget_tokens,
            };
            (enough.then_some(budget), None)
        }
    }
}
