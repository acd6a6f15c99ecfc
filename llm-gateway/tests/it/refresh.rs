//! `scripts/refresh-models.py` over a copy of the catalogue and a list of our own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use llm_gateway::{
    adapters::outbound::catalogue::Catalogue,
    domain::{ModelInfo, ModelName, ProviderName, ReasoningMode},
    ports::outbound::ModelCatalogue as _,
};
use serde_json::{Value, json};

const FILE: &str = r#"# A remark.
provider = "openai"

[[models]]
id = "gpt-x"
name = "Our own name"
source = "https://example.com"
date = "2026-01-01"
context_window = 1000
max_output_tokens = 100
price = { input = 2.0, cached_input = 0.5, output = 8.0 }
weights = { input = 2000000, output = 8000000 }
tokenizer = "o200k"
images = { rule = "crops" }
reasoning = { mode = "always", control = "effort", silence_seconds = 60, allowance = { low = 10 } }
temperature = false
stop = false
deprecated = false

[[models]]
id = "unlisted"
name = "Unlisted"
source = "https://example.com"
date = "2026-01-01"
context_window = 10
max_output_tokens = 1
price = { input = 1.0, cached_input = 1.0, output = 1.0 }
weights = { input = 1, output = 1 }
tokenizer = "o200k"
images = { rule = "none" }
reasoning = { mode = "none" }
temperature = true
stop = true
deprecated = false
"#;

/// A folder with the script and one provider's models; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("gateway-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("scripts")).unwrap();
        fs::create_dir_all(root.join("models")).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/refresh-models.py");
        fs::copy(script, root.join("scripts/refresh-models.py")).unwrap();
        fs::write(root.join("models/openai.toml"), FILE).unwrap();
        Self(root)
    }

    fn run(&self, list: &Value, arguments: &[&str]) -> Output {
        let path = self.0.join("list.json");
        fs::write(&path, list.to_string()).unwrap();
        Command::new("python3")
            .arg(self.0.join("scripts/refresh-models.py"))
            .arg("--list")
            .arg(path)
            .args(arguments)
            .output()
            .unwrap()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.0.join("models/openai.toml")).unwrap()
    }

    /// What the gateway makes of the result.
    fn model(&self, id: &str) -> Option<ModelInfo> {
        let catalogue = Catalogue::load(Some(&self.0.join("models"))).unwrap();
        let found = catalogue.find(&ProviderName::new("openai"), &ModelName::new(id));
        found.cloned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn entry(input: f64, output: f64) -> Value {
    json!({
        "input_cost_per_token": input / 1e6,
        "output_cost_per_token": output / 1e6,
        "cache_read_input_token_cost": input / 1e7,
        "input_cost_per_token_above_1k_tokens": input / 5e5,
        "output_cost_per_token_above_1k_tokens": output / 5e5,
        "max_input_tokens": 2_000,
        "max_output_tokens": 200,
        "supports_vision": true,
    })
}

#[test]
fn prices_and_limits_are_taken_from_the_list() {
    let folder = Folder::new("refresh");
    let list = json!({ "gpt-x": entry(3.0, 12.0), "gpt-y": entry(1.0, 4.0) });
    let checked = folder.run(&list, &["--check"]);
    assert_eq!(checked.status.code(), Some(1), "--check says that it would");
    assert_eq!(folder.text(), FILE, "and changes nothing");

    let done = folder.run(&list, &[]);
    assert!(done.status.success(), "{done:?}");
    assert!(String::from_utf8_lossy(&done.stderr).contains("unlisted"));
    let model = folder.model("gpt-x").unwrap();
    assert_eq!(model.display_name, "Our own name");
    assert_eq!((model.price.input, model.price.cached_input), (3.0, 0.3));
    assert_eq!(model.weights.output, 12_000_000);
    assert_eq!(
        (model.context_window, model.max_output_tokens),
        (2_000, 200)
    );
    let long = model.long_context.unwrap();
    assert_eq!((long.above, long.price.input), (1_000, 6.0));
    assert!(!model.temperature, "what the list does not know stays");
    assert_eq!(model.reasoning.mode, ReasoningMode::Always);
    assert_eq!(folder.model("unlisted").unwrap().context_window, 10);
    let text = folder.text();
    assert!(text.starts_with("# A remark.\n"), "{text}");
    assert_eq!(
        text.matches("2026-01-01").count(),
        1,
        "the date of what changed is that of the change"
    );

    let again = folder.run(&list, &["--check"]);
    assert!(again.status.success(), "a second run finds nothing to do");
}

/// What the list cannot tell of a new model must be looked up before the gateway takes it.
#[test]
fn a_model_that_is_added_wants_looking_up() {
    let folder = Folder::new("added");
    let list = json!({ "gpt-x": entry(2.0, 8.0), "gpt-y": entry(1.0, 4.0) });
    let done = folder.run(&list, &["--add", "openai/gpt-y"]);
    assert!(done.status.success(), "{done:?}");
    assert!(folder.text().contains("name = \"GPT-Y\""));
    let refused = Catalogue::load(Some(&folder.0.join("models"))).unwrap_err();
    assert!(refused.to_string().contains("missing field"), "{refused}");
}

#[test]
fn prices_that_make_no_sense_change_nothing() {
    for (input, output) in [
        (-3.0, 12.0),
        (0.0, 12.0),
        (3.0, 3_000.0),
        (30.0, 12.0),
        (3.0, 0.5),
    ] {
        let folder = Folder::new(&format!("refused-{input}-{output}"));
        let done = folder.run(&json!({ "gpt-x": entry(input, output) }), &[]);
        assert!(!done.status.success(), "{input} {output}");
        assert_eq!(folder.text(), FILE, "{input} {output}");
    }
}
