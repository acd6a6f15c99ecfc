//! What is known of models beforehand.

use crate::domain::{ModelInfo, ModelName, ProviderName};

/// The catalogue of known models.
pub trait ModelCatalogue: Send + Sync + 'static {
    /// What is known of that model.
    fn find(&self, provider: &ProviderName, model: &ModelName) -> Option<&ModelInfo>;
    /// All that is known of a provider's models, in the catalogue's order.
    fn of_provider(&self, provider: &ProviderName) -> Vec<&ModelInfo>;
}
