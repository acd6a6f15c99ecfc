//! The model catalogue, from TOML files: data, not code.
//!
//! The files are part of the binary; a directory can take their place. A file that makes no sense (a
//! negative price, a window of nothing, a weight that would make tokens free) stops the start: a wrong price
//! found at night costs more than a refused deployment.

use std::{collections::HashMap, fs, path::Path};

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::{
    domain::{ModelInfo, ModelName, Price, ProviderName, Weights, estimate::TokenFamily},
    ports::outbound::ModelCatalogue,
};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models");

/// No model costs more than this per million tokens, in dollars.
const MAX_PRICE: f64 = 2_000.0;
const MAX_TOKENS: u64 = 100_000_000;
const MAX_WEIGHT: u64 = 10_000_000_000;

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
    source: String,
    date: String,
    #[serde(default)]
    models: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // Independent facts, as the file states them.
struct Entry {
    id: String,
    name: String,
    context_window: u64,
    max_output_tokens: u64,
    price: EntryPrice,
    weights: EntryWeights,
    #[serde(default)]
    vision: bool,
    #[serde(default = "yes")]
    streaming: bool,
    #[serde(default = "yes")]
    temperature: bool,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryPrice {
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

const fn yes() -> bool {
    true
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
        if !file.source.starts_with("https://") || !is_date(&file.date) {
            return Err(shape(
                "source must be an https URL and date a YYYY-MM-DD".into(),
            ));
        }
        let provider = ProviderName::new(&file.provider);
        let known = self.models.entry(provider.clone()).or_default();
        for entry in file.models {
            let absurd = |what| CatalogueError::Absurd {
                file: name.to_owned(),
                model: entry.id.clone(),
                what,
            };
            check(&entry).map_err(absurd)?;
            if known.iter().any(|model| model.id.as_str() == entry.id) {
                return Err(absurd("is listed twice"));
            }
            known.push(entry.into_info(provider.clone()));
        }
        Ok(())
    }
}

impl Entry {
    fn into_info(self, provider: ProviderName) -> ModelInfo {
        let family = family(&provider, &self.id);
        ModelInfo {
            known: true,
            id: ModelName::new(self.id.clone()),
            display_name: self.name,
            context_window: self.context_window,
            max_output_tokens: self.max_output_tokens,
            price: Price {
                input: self.price.input,
                cached_input: self.price.cached_input,
                output: self.price.output,
            },
            weights: Weights {
                input: self.weights.input,
                output: self.weights.output,
            },
            vision: self.vision,
            streaming: self.streaming,
            deprecated: self.deprecated,
            temperature: self.temperature,
            ..ModelInfo::unknown(provider, ModelName::new(self.id), family)
        }
    }
}

/// How a provider's models count.
fn family(provider: &ProviderName, id: &str) -> TokenFamily {
    match provider.as_str() {
        "openai" => TokenFamily::OpenAi,
        "anthropic" if id.contains("4-5") || id.contains("4-6") => TokenFamily::Claude,
        "anthropic" => TokenFamily::Claude47,
        "gemini" => TokenFamily::Gemini,
        "scripted" => TokenFamily::Words,
        _ => TokenFamily::Open,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        })
}

fn check(entry: &Entry) -> Result<(), &'static str> {
    let price = &entry.price;
    let prices = [price.input, price.cached_input, price.output];
    if prices
        .iter()
        .any(|p| !p.is_finite() || *p < 0.0 || *p > MAX_PRICE)
    {
        return Err("a price must lie between 0 and 2000 dollars per million tokens");
    }
    if price.cached_input > price.input {
        return Err("cached input must not cost more than input");
    }
    if prices.iter().any(|p| *p > 0.0) && (price.input == 0.0 || price.output == 0.0) {
        return Err("only a model that is wholly free has a price of 0");
    }
    if entry.id.is_empty() || entry.name.is_empty() {
        return Err("id and name must not be empty");
    }
    if entry.context_window == 0 || entry.context_window > MAX_TOKENS {
        return Err("the context window is absent or absurd");
    }
    if entry.max_output_tokens == 0 || entry.max_output_tokens > entry.context_window {
        return Err("max_output_tokens must lie between 1 and the context window");
    }
    let weights = [entry.weights.input, entry.weights.output];
    if weights.iter().any(|w| *w == 0 || *w > MAX_WEIGHT) {
        return Err("a weight must lie between 1 and 10000000000");
    }
    Ok(())
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

    fn file(change: (&str, &str)) -> String {
        let good = r#"
            provider = "p"
            source = "https://example.com/prices"
            date = "2026-01-31"
            [[models]]
            id = "m"
            name = "M"
            context_window = 1000
            max_output_tokens = 100
            price = { input = 2.0, cached_input = 0.5, output = 8.0 }
            weights = { input = 1000000, output = 4000000 }
        "#;
        assert!(good.contains(change.0), "{}", change.0);
        good.replace(change.0, change.1)
    }

    fn load(change: (&str, &str)) -> Result<Catalogue, CatalogueError> {
        let mut catalogue = Catalogue::default();
        catalogue.add("p.toml", &file(change)).map(|()| catalogue)
    }

    #[test]
    fn a_sound_file_is_taken() {
        let catalogue = load(("", "")).unwrap();
        let found = catalogue
            .find(&ProviderName::new("p"), &ModelName::new("m"))
            .unwrap();
        assert_eq!(
            (
                found.context_window,
                found.price.output,
                found.weights.output
            ),
            (1_000, 8.0, 4_000_000)
        );
        assert!(found.streaming && found.temperature && !found.vision && !found.deprecated);
        assert!(
            catalogue
                .find(&ProviderName::new("p"), &ModelName::new("x"))
                .is_none()
        );
        assert!(catalogue.of_provider(&ProviderName::new("q")).is_empty());
    }

    #[test]
    fn absurd_facts_are_refused() {
        for change in [
            ("input = 2.0", "input = -2.0"),
            ("input = 2.0", "input = 2000.5"),
            ("input = 2.0", "input = nan"),
            ("input = 2.0, ", ""),
            ("input = 2.0", "input = 0.0"),
            ("cached_input = 0.5", "cached_input = 3.0"),
            ("output = 8.0", "output = inf"),
            ("output = 8.0", "output = 0.0"),
            (
                "price = { input = 2.0, cached_input = 0.5, output = 8.0 }",
                "",
            ),
            ("context_window = 1000", ""),
            ("context_window = 1000", "context_window = 0"),
            ("context_window = 1000", "context_window = 10"),
            ("context_window = 1000", "context_window = -5"),
            ("max_output_tokens = 100", "max_output_tokens = 0"),
            ("weights = { input = 1000000", "weights = { input = 0"),
            ("weights = { input = 1000000", "weights = { input = 0.5"),
            ("id = \"m\"", "id = \"\""),
            ("id = \"m\"", "id = \"m\"\nprise = 1"),
            ("https://", "http://"),
            ("2026-01-31", "yesterday"),
        ] {
            assert!(load(change).is_err(), "{change:?}");
        }
        let mut twice = load(("", "")).unwrap();
        assert!(twice.add("again.toml", &file(("", ""))).is_err());
        assert!(twice.add("README.md", "not toml").is_ok());
    }

    #[test]
    fn what_is_built_in_is_sound() {
        let catalogue = Catalogue::load(None).unwrap();
        for provider in ["openai", "anthropic", "gemini", "scripted"] {
            assert!(
                !catalogue
                    .of_provider(&ProviderName::new(provider))
                    .is_empty(),
                "{provider}"
            );
        }
    }
}
