//! The model catalogue, from TOML files: data, not code.
//!
//! The files are part of the binary; a directory can take their place. A file that makes no sense (a
//! negative price, a window of nothing, a weight that would make tokens free) stops the start: a wrong price
//! found at night costs more than a refused deployment.

mod entry;

use std::{collections::HashMap, fs, path::Path};

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use self::entry::Entry;
use crate::{
    domain::{ModelInfo, ModelName, ProviderName},
    ports::outbound::ModelCatalogue,
};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models");

/// Why a catalogue is refused.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(String, std::io::Error),
    /// A file is not TOML of the expected shape.
    #[error("{0}: {1}")]
    Shape(String, String),
    /// A model's facts make no sense.
    #[error("{file}: model {model}: {what}")]
    Absurd {
        /// The file.
        file: String,
        /// The model.
        model: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: String,
    #[serde(default)]
    models: Vec<Entry>,
}

/// The catalogue in memory.
#[derive(Debug, Default)]
pub struct Catalogue {
    models: HashMap<ProviderName, Vec<ModelInfo>>,
}

impl Catalogue {
    /// The files of that directory, or those built in.
    ///
    /// # Errors
    /// If a file cannot be read or makes no sense.
    pub fn load(directory: Option<&Path>) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        match directory {
            None => {
                for file in BUILT_IN.files() {
                    let name = file.path().display().to_string();
                    catalogue.add(&name, file.contents_utf8().unwrap_or_default())?;
                }
            }
            Some(directory) => {
                let failed = |error| CatalogueError::Read(directory.display().to_string(), error);
                for entry in fs::read_dir(directory).map_err(failed)? {
                    let path = entry.map_err(failed)?.path();
                    let name = path.display().to_string();
                    let text = fs::read_to_string(&path)
                        .map_err(|error| CatalogueError::Read(name.clone(), error))?;
                    catalogue.add(&name, &text)?;
                }
            }
        }
        Ok(catalogue)
    }

    /// Adds one file; names without `.toml` are passed over.
    ///
    /// # Errors
    /// If it makes no sense.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), CatalogueError> {
        if Path::new(name).extension().is_none_or(|e| e != "toml") {
            return Ok(());
        }
        let shape = |what: String| CatalogueError::Shape(name.to_owned(), what);
        let file: File = toml::from_str(text).map_err(|error| shape(error.to_string()))?;
        let provider = ProviderName::new(&file.provider);
        let known = self.models.entry(provider.clone()).or_default();
        for entry in file.models {
            let absurd = |what| CatalogueError::Absurd {
                file: name.to_owned(),
                model: entry.id.clone(),
                what,
            };
            let family = entry.check().map_err(absurd)?;
            if known.iter().any(|model| model.id.as_str() == entry.id) {
                return Err(absurd("is listed twice"));
            }
            known.push(entry.into_info(provider.clone(), family));
        }
        Ok(())
    }
}

impl ModelCatalogue for Catalogue {
    fn find(&self, provider: &ProviderName, model: &ModelName) -> Option<&ModelInfo> {
        self.models
            .get(provider)?
            .iter()
            .find(|info| info.id == *model)
    }

    fn of_provider(&self, provider: &ProviderName) -> Vec<&ModelInfo> {
        self.models.get(provider).into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Effort, ReasoningMode};

    const GOOD: &str = r#"
        provider = "p"
        [[models]]
        id = "m"
        name = "M"
        source = "https://example.com/prices"
        date = "2026-01-31"
        context_window = 1000
        max_output_tokens = 100
        price = { input = 2.0, cached_input = 0.5, output = 8.0 }
        long_context = { above = 500, input = 4.0, cached_input = 1.0, output = 12.0 }
        weights = { input = 1000000, output = 4000000 }
        tokenizer = "o200k"
        images = { rule = "patches", side = 32, long_side = 0, most = 0, thousandths = 1200 }
        reasoning = { mode = "optional", control = "effort", default = "low", silence_seconds = 9, allowance = { low = 50, high = 90 } }
        temperature = true
        stop = false
        deprecated = false
    "#;

    fn load(change: (&str, &str)) -> Result<Catalogue, CatalogueError> {
        assert!(GOOD.contains(change.0), "{}", change.0);
        let mut catalogue = Catalogue::default();
        let text = GOOD.replace(change.0, change.1);
        catalogue.add("p.toml", &text).map(|()| catalogue)
    }

    #[test]
    fn a_sound_file_is_taken() {
        let catalogue = load(("", "")).unwrap();
        let find = |model: &str| catalogue.find(&ProviderName::new("p"), &ModelName::new(model));
        let found = find("m").unwrap();
        assert_eq!(
            (
                found.context_window,
                found.price.output,
                found.weights.output
            ),
            (1_000, 8.0, 4_000_000)
        );
        assert!(found.known && found.streaming && found.temperature && found.vision);
        assert!(!found.stop && !found.deprecated);
        let long = found.long_context.unwrap();
        assert_eq!((long.above, long.price.cached_input), (500, 1.0));
        assert_eq!(
            (long.weights.input, long.weights.output),
            (2_000_000, 6_000_000),
            "they grow as the price does"
        );
        assert_eq!(found.images.of_size(320, 32), 12);
        assert_eq!(found.reasoning.mode, ReasoningMode::Optional);
        assert_eq!(found.reasoning.allowance(None), 50);
        assert!(!found.reasoning.takes(Effort::Medium));
        assert_eq!(found.reasoning.silence.as_secs(), 9);
        assert!(find("x").is_none());
        assert!(catalogue.of_provider(&ProviderName::new("q")).is_empty());
    }

    /// What is not stated is not guessed.
    #[test]
    fn an_entry_that_lacks_a_fact_is_refused() {
        let facts = GOOD.lines().skip(3).map(str::trim);
        let facts: Vec<&str> = facts.filter(|line| line.contains(" = ")).collect();
        assert_eq!(facts.len(), 15, "{facts:?}");
        for fact in facts {
            let without = load((fact, ""));
            let may_lack = fact.starts_with("long_context");
            assert_eq!(without.is_ok(), may_lack, "{fact}");
        }
    }

    #[test]
    fn absurd_facts_are_refused() {
        for change in [
            ("price = { input = 2.0", "price = { input = -2.0"),
            ("price = { input = 2.0", "price = { input = 2000.5"),
            ("price = { input = 2.0", "price = { input = nan"),
            ("price = { input = 2.0, ", "price = { "),
            ("price = { input = 2.0", "price = { input = 0.0"),
            ("cached_input = 0.5", "cached_input = 3.0"),
            ("output = 8.0", "output = inf"),
            ("output = 8.0", "output = 0.0"),
            ("context_window = 1000", "context_window = 0"),
            ("context_window = 1000", "context_window = 10"),
            ("context_window = 1000", "context_window = -5"),
            ("max_output_tokens = 100", "max_output_tokens = 0"),
            ("weights = { input = 1000000", "weights = { input = 0"),
            ("weights = { input = 1000000", "weights = { input = 0.5"),
            ("above = 500", "above = 1000"),
            ("input = 4.0", "input = 1.0"),
            ("output = 12.0", "output = 7.0"),
            ("tokenizer = \"o200k\"", "tokenizer = \"abacus\""),
            ("rule = \"patches\"", "rule = \"guess\""),
            ("side = 32", "side = 0"),
            ("mode = \"optional\"", "mode = \"sometimes\""),
            ("control = \"effort\"", "control = \"will\""),
            ("default = \"low\"", "default = \"medium\""),
            ("default = \"low\"", "default = \"extreme\""),
            ("silence_seconds = 9", "silence_seconds = 0"),
            ("low = 50", "low = 0"),
            ("high = 90", "high = 101"),
            ("{ low = 50, high = 90 }", "{ }"),
            ("id = \"m\"", "id = \"\""),
            ("id = \"m\"", "id = \"m\"\nprise = 1"),
            ("https://", "http://"),
            ("2026-01-31", "yesterday"),
        ] {
            assert!(load(change).is_err(), "{change:?}");
        }
        let mut twice = load(("", "")).unwrap();
        assert!(twice.add("again.toml", GOOD).is_err());
        assert!(twice.add("README.md", "not toml").is_ok());
    }

    #[test]
    fn what_is_built_in_is_sound() {
        let catalogue = Catalogue::load(None).unwrap();
        for provider in ["openai", "anthropic", "gemini", "scripted"] {
            let models = catalogue.of_provider(&ProviderName::new(provider));
            assert!(!models.is_empty(), "{provider}");
            // The first is what a new room begins with.
            assert!(!models[0].deprecated, "{provider}");
        }
    }
}
