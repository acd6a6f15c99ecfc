//! What the domain needs of the world.

mod clock;
mod model_catalogue;
mod observer;
mod provider;
mod tokeniser;

mod key_store;

pub use clock::Clock;
pub use key_store::{KeyError, KeyStore};
pub use model_catalogue::ModelCatalogue;
pub use observer::{CallObserver, CallRecord};
pub use provider::{LLMProvider, ProviderAnswer, ProviderCall, ProviderEvent, ProviderStream};
pub use tokeniser::Tokeniser;
