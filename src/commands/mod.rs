//! One file a subcommand: its arguments (the doc comments are the help) and `run`, which loads, plans or
//! judges, and returns a report. Nothing here prints.

pub mod abandon;
pub mod announce;
pub mod apply;
pub mod approve;
pub mod audit;
pub mod build;
pub mod bump;
pub mod check;
pub mod completions;
pub mod doctor;
pub mod explain;
pub mod history;
pub mod index;
pub mod init;
pub mod man;
pub mod notes;
pub mod plan;
pub mod publish;
pub mod references;
pub mod rehearse;
pub mod resume;
pub mod run;
pub mod schema;
pub mod security;
pub mod show;
pub mod stand;
pub mod status;
pub mod undo;
pub mod verify;
pub mod version;
pub mod watch;

mod bump_undo;
mod under_way;

use std::path::PathBuf;

use crate::effects::{Inspect, World};
use crate::error::{Failure, Kind};
use crate::plan::{Plan, execute};
use crate::project::{Package, Project, ProjectError, load};
use crate::report::Report;
use crate::steps::Produced;

/// What a command is handed.
pub struct Context<'w> {
    /// The doors outside.
    pub world: &'w World,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--yes`.
    pub yes: bool,
}

impl<'w> Context<'w> {
    /// The doors that only look.
    pub fn inspect(&self) -> Inspect<'w> {
        self.world.inspect()
    }

    /// The project of the folder that the command works in.
    ///
    /// # Errors
    /// There is none, or something about it must be put right.
    pub fn project(&self) -> Result<Project, Failure> {
        let inspect = self.inspect();
        let config = self.config_file();
        let project = load::load(inspect, inspect.dir(), config.as_deref())?;
        inspect.allow_plain_http(&project.config.plain_http.value);
        Ok(project)
    }

    /// The file that `--config` names, as an absolute path.
    pub fn config_file(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|path| self.inspect().dir().join(path))
    }

    /// Carries a plan out, or only shows it under `--dry-run`.
    ///
    /// # Errors
    /// A step failed.
    pub fn carry_out(&self, command: &'static str, plan: Plan) -> Result<Done, Failure> {
        if self.dry_run {
            return Ok(Done::Planned(Box::new(plan.report(command))));
        }
        Ok(Done::Carried(execute::execute(self.world, plan)?))
    }
}

/// What became of a plan.
pub enum Done {
    /// It was only shown.
    Planned(Box<Report>),
    /// It was carried out; what each step produced, in order.
    Carried(Vec<Produced>),
}

/// The packages of a project that `--package` selects; all without it.
///
/// # Errors
/// There is no such package.
pub fn select<'p>(project: &'p Project, name: Option<&str>) -> Result<Vec<&'p Package>, Failure> {
    let Some(name) = name else {
        return Ok(project.packages.iter().collect());
    };
    let wanted = crate::python::name::normalize(name);
    let found: Vec<&Package> = project.packages.iter().filter(|package| package.name.normalized() == wanted).collect();
    if found.is_empty() {
        let known: Vec<String> = project.packages.iter().map(|package| format!("`{}`", package.name)).collect();
        return Err(ProjectError::UnknownPackage { name: name.to_owned(), known: known.join(", ") }.into());
    }
    Ok(found)
}

/// The key of a decision, as typed.
///
/// # Errors
/// It is none.
pub fn decision_key(text: &str) -> Result<String, String> {
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    match text.len() == 16 && text.chars().all(is_hex) {
        true => Ok(text.to_owned()),
        false => {
            Err("the key of a decision is 16 hexadecimal digits, as `release security decide` shows it".to_owned())
        }
    }
}

/// A failure of what was typed, found after the grammar was satisfied.
pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure {
        kind: Kind::Usage,
        code: "cli/usage",
        message: message.into(),
        causes: Vec::new(),
        hints: vec![hint.into()],
        location: None,
        progress: None,
    }
}
