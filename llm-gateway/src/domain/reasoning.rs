//! Models that think before they speak.
//!
//! Every provider counts thinking against the same cap as the answer, and none says beforehand how much it will
//! be. So a call's cap is the words that people shall see plus an allowance for the thinking, which depends on
//! the effort asked for; the catalogue knows both.

use std::time::Duration;

/// How hard a model shall think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Not at all.
    None,
    /// A little.
    Low,
    /// Somewhat.
    Medium,
    /// Much.
    High,
}

impl Effort {
    /// All efforts, from the least to the most.
    pub const ALL: [Self; 4] = [Self::None, Self::Low, Self::Medium, Self::High];

    /// The effort as it is written in JSON, and by the providers that take it by name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Whether a model thinks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReasoningMode {
    /// It does not.
    #[default]
    None,
    /// It can be told not to.
    Optional,
    /// It always does.
    Always,
}

impl ReasoningMode {
    /// The mode as it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Optional => "optional",
            Self::Always => "always",
        }
    }
}

/// In which words a provider is told how hard a model shall think.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReasoningControl {
    /// The effort's name.
    #[default]
    Effort,
    /// A number of tokens.
    Budget,
}

/// How a model thinks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasoning {
    /// Whether it does.
    pub mode: ReasoningMode,
    /// How it is told.
    pub control: ReasoningControl,
    /// The provider's word for not thinking, where it differs from model to model.
    pub off: Option<String>,
    /// What it does if nobody says.
    pub default: Option<Effort>,
    /// The efforts it takes, each with the tokens that it may need.
    pub allowance: Vec<(Effort, u32)>,
    /// How long it may be silent meanwhile; zero means no longer than any other.
    pub silence: Duration,
}

impl Reasoning {
    /// Whether it takes that effort.
    #[must_use]
    pub fn takes(&self, effort: Effort) -> bool {
        match (effort, self.mode) {
            (Effort::None, mode) => mode != ReasoningMode::Always,
            (_, ReasoningMode::None) => false,
            _ => self.allowance.iter().any(|(known, _)| *known == effort),
        }
    }

    /// The efforts it takes.
    #[must_use]
    pub fn efforts(&self) -> Vec<Effort> {
        let takes = |effort: &Effort| self.mode != ReasoningMode::None && self.takes(*effort);
        Effort::ALL.into_iter().filter(takes).collect()
    }

    /// Whether it thinks at that effort, or by default.
    #[must_use]
    pub fn thinks(&self, effort: Option<Effort>) -> bool {
        match self.mode {
            ReasoningMode::None => false,
            ReasoningMode::Always => true,
            ReasoningMode::Optional => effort.or(self.default).is_some_and(|e| e != Effort::None),
        }
    }

    /// The tokens it may think at that effort, or by default.
    #[must_use]
    pub fn allowance(&self, effort: Option<Effort>) -> u32 {
        if !self.thinks(effort) {
            return 0;
        }
        let effort = effort.or(self.default);
        let known = self
            .allowance
            .iter()
            .find(|(known, _)| Some(*known) == effort);
        // An always-thinking model that names no default is taken at its dearest.
        let known = known.or_else(|| self.allowance.iter().max_by_key(|(_, tokens)| *tokens));
        known.map_or(0, |(_, tokens)| *tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasoning(mode: ReasoningMode, default: Option<Effort>) -> Reasoning {
        Reasoning {
            mode,
            default,
            allowance: vec![(Effort::Low, 1_000), (Effort::High, 9_000)],
            ..Reasoning::default()
        }
    }

    #[test]
    fn what_each_mode_takes() {
        let none = Reasoning::default();
        assert!(none.takes(Effort::None) && !none.takes(Effort::Low));
        assert!(none.efforts().is_empty());
        let optional = reasoning(ReasoningMode::Optional, None);
        assert_eq!(
            optional.efforts(),
            [Effort::None, Effort::Low, Effort::High]
        );
        let always = reasoning(ReasoningMode::Always, None);
        assert_eq!(always.efforts(), [Effort::Low, Effort::High]);
    }

    #[test]
    fn the_allowance_is_that_of_the_effort_or_of_the_default() {
        let optional = reasoning(ReasoningMode::Optional, Some(Effort::Low));
        assert_eq!(optional.allowance(None), 1_000);
        assert_eq!(optional.allowance(Some(Effort::High)), 9_000);
        assert_eq!(optional.allowance(Some(Effort::None)), 0);
        assert_eq!(reasoning(ReasoningMode::Optional, None).allowance(None), 0);
        assert_eq!(
            reasoning(ReasoningMode::Always, None).allowance(None),
            9_000
        );
    }
}
