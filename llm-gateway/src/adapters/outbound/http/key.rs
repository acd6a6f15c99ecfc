//! A provider's key at the moment of a call.

use secrecy::SecretString;

use crate::{
    domain::{Error, ErrorCode},
    ports::outbound::KeyStore,
};

/// The key of that name.
///
/// # Errors
/// `authentication` if there is none, `unavailable` if the store does not answer.
pub async fn require_key(keys: &dyn KeyStore, name: &str) -> Result<SecretString, Error> {
    match keys.key(name).await {
        Ok(Some(key)) => Ok(key),
        Ok(None) => Err(Error::new(
            ErrorCode::Authentication,
            "no key is configured for this provider",
        )),
        Err(_) => Err(Error::new(
            ErrorCode::Unavailable,
            "the provider's key cannot be read now",
        )),
    }
}
