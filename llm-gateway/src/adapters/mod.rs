//! What connects the domain to the world.

pub mod inbound;
pub mod outbound;
