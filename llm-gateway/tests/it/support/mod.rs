//! What the tests share.

pub mod gateway;
pub mod provider;
pub mod upstream;

/// A catalogue's file with one model: its price, and how it counts pictures, are as said.
pub fn one_model(provider: &str, id: &str, price: &str, images: &str) -> String {
    format!(
        r#"
        provider = "{provider}"
        [[models]]
        id = "{id}"
        name = "One"
        source = "https://example.com"
        date = "2026-01-01"
        context_window = 1000
        max_output_tokens = 100
        price = {price}
        weights = {{ input = 1, output = 1 }}
        tokenizer = "o200k"
        images = {images}
        reasoning = {{ mode = "none" }}
        temperature = true
        stop = true
        deprecated = false
        "#
    )
}
