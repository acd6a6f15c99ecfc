//! What the tests share.

pub mod gateway;
pub mod provider;
pub mod upstream;
