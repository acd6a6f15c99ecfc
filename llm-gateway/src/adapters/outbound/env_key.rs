//! Keys from the environment, read once at start.

use std::collections::HashMap;

use secrecy::SecretString;

use crate::ports::{
    BoxFuture,
    outbound::{KeyError, KeyStore},
};

/// The keys that were in the environment.
pub struct EnvKeys {
    keys: HashMap<&'static str, SecretString>,
}

impl EnvKeys {
    /// Reads these variables; blank ones count as absent.
    pub fn read(names: &[&'static str], get: impl Fn(&str) -> Option<String>) -> Self {
        let keys = names
            .iter()
            .filter_map(|name| {
                let value = get(name)?.trim().to_owned();
                (!value.is_empty()).then(|| (*name, SecretString::from(value)))
            })
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
