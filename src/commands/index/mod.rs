//! `release index`: the embedded package index.

pub mod serve;
