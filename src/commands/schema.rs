//! `release schema NAME`: JSON Schemas of what is read and written.

use clap::ValueEnum;
use serde_json::Value;

use super::Context;
use crate::config::file::ConfigFile;
use crate::error::Failure;
use crate::report::{Report, json};

/// Print a JSON Schema
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which one
    #[arg(value_enum)]
    name: Name,
}

/// A schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Name {
    /// The configuration
    Config,
    /// `security-status/index.json`
    Status,
}

pub(crate) fn run(_context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let schema: Value = match args.name {
        Name::Config => schemars::schema_for!(ConfigFile).to_value(),
        Name::Status => crate::status::document::schema(),
    };
    Ok(Report::new("schema").line(json::print(&schema).trim_end()).result(schema))
}
