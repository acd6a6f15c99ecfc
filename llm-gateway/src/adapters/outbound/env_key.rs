//! Keys from the environment, read once at start: every variable whose name ends in `_API_KEY`, so that a new
//! provider's key needs no list.

use std::collections::HashMap;

use secrecy::SecretString;

use crate::ports::{
    BoxFuture,
    outbound::{KeyError, KeyStore},
};

/// The keys that were in the environment.
pub struct EnvKeys {
    keys: HashMap<String, SecretString>,
}

impl EnvKeys {
    /// Takes the keys among these variables; blank ones count as absent.
    pub fn read(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let keys = variables
            .into_iter()
            .filter(|(name, value)| name.ends_with("_API_KEY") && !value.trim().is_empty())
            .map(|(name, value)| (name, SecretString::from(value.trim())))
            .collect();
        Self { keys }
    }
}

impl KeyStore for EnvKeys {
    fn has(&self, name: &str) -> bool {
        self.keys.contains_key(name)
    }

    fn key<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, KeyError>> {
        Box::pin(async move { Ok(self.keys.get(name).cloned()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_are_taken_and_blank_ones_are_none() {
        let variables = [("A_API_KEY", " k\n"), ("B_API_KEY", " "), ("HOME", "/")];
        let keys = EnvKeys::read(variables.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert!(keys.has("A_API_KEY") && !keys.has("B_API_KEY") && !keys.has("HOME"));
    }
}
