//! The hexagon's rule, enforced: domain and ports know no adapter and next to no crate.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What domain and ports may use beside the standard library and each other.
const ALLOWED: [&str; 6] = [
    "bytes",
    "futures_core",
    "futures_util",
    "secrecy",
    "serde",
    "thiserror",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            all.push((path, text));
        }
    }
    all
}

/// Whether the code (not its comments) has a path that begins with that name.
fn uses(text: &str, name: &str) -> bool {
    let path = format!("{name}::");
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| {
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
                || line[..at].ends_with("crate::") && name == "adapters"
        })
    })
}

fn dependencies() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let names = manifest["dependencies"].as_table().unwrap().keys();
    names.map(|name| name.replace('-', "_")).collect()
}

#[test]
fn domain_and_ports_know_no_adapter_and_no_crate_of_the_world() {
    let dependencies = dependencies();
    assert!(
        dependencies.iter().any(|d| d == "tokio"),
        "the list of dependencies is not read"
    );
    let mut files = 0;
    for folder in ["src/domain", "src/ports"] {
        for (path, text) in sources(&root().join(folder)) {
            files += 1;
            for name in ["adapters", "config"] {
                assert!(!uses(&text, name), "{} uses {name}", path.display());
            }
            for name in dependencies
                .iter()
                .filter(|d| !ALLOWED.contains(&d.as_str()))
            {
                assert!(!uses(&text, name), "{} uses {name}", path.display());
            }
        }
    }
    assert!(files > 20, "the sources were not found");
    assert!(uses("use tokio::time;", "tokio") && uses("use crate::adapters::x;", "adapters"));
    assert!(!uses("// tokio::time", "tokio") && !uses("my_tokio::x", "tokio"));
}

#[test]
fn inbound_adapters_know_no_outbound_ones() {
    for (path, text) in sources(&root().join("src/adapters/inbound")) {
        assert!(
            !text.contains("outbound"),
            "{} names an outbound adapter or port",
            path.display()
        );
    }
}

#[test]
fn files_are_short() {
    for folder in ["src", "tests"] {
        for (path, text) in sources(&root().join(folder)) {
            if path.parent().unwrap().ends_with("generated") {
                continue;
            }
            assert!(
                text.lines().count() <= 400,
                "{} is too long",
                path.display()
            );
        }
    }
}
