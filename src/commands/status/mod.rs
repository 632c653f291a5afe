//! `release status`: the security status.

pub mod build;
pub mod check;
pub mod probe;
pub mod publish;
