//! Where the providers' keys come from.

use secrecy::SecretString;

use crate::ports::BoxFuture;

/// Why a key could not be read. Never holds any part of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The store could not be reached, or refused.
    #[error("the key store did not answer: {0}")]
    Store(String),
    /// What is stored is not a key.
    #[error("the secret is not usable: {0}")]
    Malformed(String),
}

/// A store of provider keys. A key is asked for at each call, so that a rotated one is used without a
/// restart; implementations cache.
pub trait KeyStore: Send + Sync + 'static {
    /// Whether there is a key of that name, as far as is known without asking the store.
    fn has(&self, name: &str) -> bool;

    /// The key of that name, or none if there is none.
    fn key<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, KeyError>>;
}
