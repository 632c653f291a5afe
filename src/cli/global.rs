//! The options of every command. A flag wins over its variable, a variable over the configuration.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::variables;
use crate::effects::terminal::{ColourChoice, Display, Format};
use crate::effects::{Settled, Variables};
use crate::error::{Failure, Kind};
use crate::report::human::Verbosity;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Work in this folder instead of the current one
    #[arg(short = 'C', long = "project", value_name = "DIR", global = true)]
    pub project: Option<PathBuf>,
    /// Read the configuration from this file alone
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Only this package of a workspace
    #[arg(long, value_name = "NAME", global = true)]
    pub package: Option<String>,
    /// How results are written [default: github inside Actions, else human]
    #[arg(long, value_enum, value_name = "FORMAT", global = true)]
    pub format: Option<FormatArg>,
    /// When to use colour [default: auto]
    #[arg(long, value_enum, value_name = "WHEN", global = true)]
    pub color: Option<ColorArg>,
    /// Say only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say every step, and what programs write (can be repeated)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Show what would be done, and do nothing
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,
    /// Use no network beyond this machine
    #[arg(long, global = true)]
    pub offline: bool,
    /// Never ask
    #[arg(short, long, global = true)]
    pub yes: bool,
}

/// How results are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FormatArg {
    /// For people
    Human,
    /// For programs: exactly one document on standard output
    Json,
    /// For GitHub and Gitea Actions: annotations and a step summary
    Github,
    /// For code scanning: the findings of `check` and `audit` as SARIF 2.1.0
    Sarif,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ColorArg {
    /// On terminals, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Global {
    /// The folder to work in.
    pub fn folder(&self, variables: &Variables) -> Option<PathBuf> {
        self.project.clone().or_else(|| variables.get(variables::PROJECT.name).map(PathBuf::from))
    }

    /// The file named as configuration.
    pub fn configuration(&self, variables: &Variables) -> Option<PathBuf> {
        self.config.clone().or_else(|| variables.get(variables::CONFIG.name).map(PathBuf::from))
    }

    /// The package of a workspace that is meant.
    pub fn package(&self, variables: &Variables) -> Option<String> {
        let named = variables.get(variables::PACKAGE.name).filter(|name| !name.is_empty());
        self.package.clone().or_else(|| named.map(str::to_owned))
    }

    /// What flags and variables decide about the world.
    ///
    /// # Errors
    /// A variable has a value that means nothing.
    pub fn settle(&self, variables: &Variables) -> Result<Settled, Failure> {
        let now = variables.get(variables::NOW.name).map(|text| {
            text.parse::<jiff::Timestamp>()
                .map_err(|_| bad_variable(variables::NOW.name, text, "a time such as 2026-11-21T12:00:00Z"))
        });
        Ok(Settled {
            dir: self.folder(variables),
            now: now.transpose()?,
            offline: self.offline
                || variables.get(variables::OFFLINE.name).is_some_and(|value| value != "0" && value != "false"),
            display: self.display(variables)?,
        })
    }

    /// How things are shown.
    ///
    /// # Errors
    /// A variable has a value that means nothing.
    pub fn display(&self, variables: &Variables) -> Result<Display, Failure> {
        let format = match self.format {
            Some(format) => Some(format),
            None => parse_variable(variables, variables::FORMAT.name)?,
        };
        let color = match self.color {
            Some(color) => Some(color),
            None => parse_variable(variables, variables::COLOR.name)?,
        };
        let in_actions = variables.get(variables::GITHUB_ACTIONS.name) == Some("true");
        Ok(Display {
            format: match format {
                Some(FormatArg::Human) => Format::Human,
                Some(FormatArg::Json) => Format::Json,
                Some(FormatArg::Github) => Format::Github,
                Some(FormatArg::Sarif) => Format::Sarif,
                None if in_actions => Format::Github,
                None => Format::Human,
            },
            colour: match color {
                Some(ColorArg::Always) => ColourChoice::Always,
                Some(ColorArg::Never) => ColourChoice::Never,
                Some(ColorArg::Auto) | None => ColourChoice::Auto,
            },
            verbosity: match (self.quiet, self.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, 0) => Verbosity::Normal,
                (false, _) => Verbosity::Verbose,
            },
        })
    }
}

/// The tag that started the workflow that this runs in.
pub fn tag(variables: &Variables) -> Option<String> {
    let is_tag = variables.get(variables::GITHUB_REF_TYPE.name) == Some("tag");
    variables.get(variables::GITHUB_REF_NAME.name).filter(|_| is_tag).map(str::to_owned)
}

fn parse_variable<T: ValueEnum>(variables: &Variables, name: &'static str) -> Result<Option<T>, Failure> {
    let Some(text) = variables.get(name) else {
        return Ok(None);
    };
    let known: Vec<String> =
        T::value_variants().iter().filter_map(|value| Some(value.to_possible_value()?.get_name().to_owned())).collect();
    T::from_str(text, true).map(Some).map_err(|_| bad_variable(name, text, &format!("one of {}", known.join(", "))))
}

fn bad_variable(name: &str, text: &str, expected: &str) -> Failure {
    Failure {
        kind: Kind::Usage,
        code: "cli/variable",
        message: format!("`{name}={text}` is not {expected}"),
        causes: Vec::new(),
        hints: vec![format!("correct or unset `{name}`")],
        location: None,
        progress: None,
    }
}
