//! `release changelog`: what is told about releases. One file a subcommand.

pub mod add;
pub mod check;
pub mod render;
pub mod show;
