//! `release index`: the embedded package index.

pub mod serve;
pub mod token;
pub mod yank;
