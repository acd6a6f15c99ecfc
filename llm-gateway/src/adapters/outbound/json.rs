//! Reads what providers call JSON: strictly first, and once more, put right, where that fails.
//!
//! Servers get the same few things wrong, anywhere: `null` for what is absent, `3.0` for a count, bytes that are
//! no UTF-8, and half of an emoji (a lone surrogate, where a piece of text was cut by UTF-16 units). The answer
//! around them is sound, so the second reading drops every null, takes whole numbers for what they are, and
//! keeps each half as a mark in the text, for [`super::halves`] to join with the other one.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use super::{halves, http::nonsense};
use crate::domain::Error;

/// Reads a document.
///
/// # Errors
/// `internal` if it cannot be read as that even when put right.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(json).or_else(|_| {
        let text = halves::mark(&String::from_utf8_lossy(json));
        let mut value: Value = serde_json::from_str(&text).map_err(|_| nonsense())?;
        put_right(&mut value);
        serde_json::from_value(value).map_err(|_| nonsense())
    })
}

fn put_right(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(put_right);
        }
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(put_right);
        }
        Value::Number(_) => {
            if let Some(whole) = whole(value) {
                *value = whole.into();
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Within what a double holds exactly.
fn whole(value: &Value) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        ((0.0..=EXACT).contains(&number) && number.fract() == 0.0).then_some(number as u64)
    })
}

/// A count, or nothing where what stands there is none.
pub fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(whole(&value).or_else(|| value.as_str()?.trim().parse().ok()))
}

/// A part that the answer can do without: absent where it makes no sense.
pub fn or_absent<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    let mut value = Value::deserialize(from)?;
    put_right(&mut value);
    Ok(serde_json::from_value(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Odd {
        #[serde(default)]
        index: u32,
        #[serde(default)]
        parts: Vec<String>,
        #[serde(default, deserialize_with = "count")]
        tokens: Option<u64>,
        #[serde(default, deserialize_with = "or_absent")]
        inner: Option<Box<Odd>>,
    }

    #[test]
    fn what_servers_get_wrong_is_put_right() {
        for (json, index, parts, tokens) in [
            (
                r#"{"index":null,"parts":null,"tokens":null}"#,
                0,
                vec![],
                None,
            ),
            (
                r#"{"index":3.0,"parts":["a",null],"tokens":3.0}"#,
                3,
                vec!["a"],
                Some(3),
            ),
            (r#"{"tokens":-1}"#, 0, vec![], None),
            (r#"{"tokens":"12"}"#, 0, vec![], Some(12)),
            (r#"{"tokens":{"a":1},"inner":"no"}"#, 0, vec![], None),
            (r#"{"inner":{"index":"x"}}"#, 0, vec![], None),
        ] {
            let odd: Odd = read(json.as_bytes()).unwrap();
            assert_eq!(
                (odd.index, odd.tokens, odd.inner),
                (index, tokens, None),
                "{json}"
            );
            assert_eq!(odd.parts, parts, "{json}");
        }
        let inner: Odd = read(br#"{"inner":{"index":2.0,"tokens":null}}"#).unwrap();
        assert_eq!(inner.inner.unwrap().index, 2);
    }

    #[test]
    fn nonsense_stays_nonsense() {
        for json in [
            "",
            "{",
            "[]x",
            "<html>",
            r#"{"index":"x"}"#,
            r#"{"index":-1}"#,
        ] {
            assert!(read::<Odd>(json.as_bytes()).is_err(), "{json}");
        }
    }
}
