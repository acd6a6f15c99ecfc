//! As much of AWS as it takes to read one secret: credentials, a signature, one call.
//!
//! By hand rather than with the SDK, whose crates would more than double what is compiled and linked here
//! for a single request every few minutes.

pub mod credentials;
pub mod sigv4;
