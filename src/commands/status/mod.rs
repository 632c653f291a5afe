//! `release status`: the security status.

pub mod build;
