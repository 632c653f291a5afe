//! `release man`: the manual page.

use serde_json::json;

use super::{Context, usage};
use crate::error::Failure;
use crate::report::Report;

/// Print the manual page, or that of a subcommand
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The subcommand, in several words where it is nested
    subcommand: Vec<String>,
}

pub(crate) fn run(_context: &Context<'_>, args: &Args, command: &clap::Command) -> Result<Report, Failure> {
    let mut selected = command;
    for word in &args.subcommand {
        let unknown =
            || usage(format!("there is no subcommand `{}`", args.subcommand.join(" ")), "`release --help` lists them");
        selected = selected.find_subcommand(word).ok_or_else(unknown)?;
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(selected.clone()).render(&mut page);
    rendered.expect("a vector takes everything");
    let page = String::from_utf8_lossy(&page).into_owned();
    Ok(Report::new("man").line(page.trim_end()).result(json!({"page": page})))
}
