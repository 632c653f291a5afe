//! `release completions SHELL`: the completion script of a shell.

use clap_complete::Shell;
use serde_json::json;

use super::Context;
use crate::error::Failure;
use crate::report::Report;

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(_context: &Context<'_>, args: &Args, mut command: clap::Command) -> Result<Report, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "release", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Report::new("completions")
        .line(script.trim_end())
        .result(json!({"shell": args.shell.to_string(), "script": script})))
}
