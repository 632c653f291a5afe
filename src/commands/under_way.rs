//! What `run`, `apply`, `resume`, `undo` and `abandon` begin with: the repository to themselves, a killed bump
//! finished, and the release that was begun last.

use std::fs::File;

use super::Context;
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::run::progress::{self, Progress};
use crate::pipeline::run::repository;
use crate::plan::{PlanError, execute};
use crate::project::Project;
use crate::report::Report;
use crate::steps::transaction::{self, Moved, Pending};

/// The project, and the release that was begun last.
pub(super) struct UnderWay {
    pub(super) project: Project,
    pub(super) git: Git,
    /// Ended or not; nothing where none was begun.
    pub(super) last: Option<Progress>,
    /// Keeps other releases out for as long as it lives.
    _lock: Option<File>,
}

impl UnderWay {
    /// Looks only under `--dry-run`.
    pub(super) fn open(context: &Context<'_>) -> Result<Self, Failure> {
        let git = repository(&context.project()?)?;
        let lock = if context.dry_run { None } else { Some(execute::lock(context.world, &git)?) };
        recover(context, &git)?;
        // The project is read anew: a bump may just have been finished.
        let project = context.project()?;
        Ok(UnderWay { project, last: progress::last(&git)?, git, _lock: lock })
    }

    /// The release that has not ended.
    pub(super) fn unfinished(&self) -> Option<&Progress> {
        self.last.as_ref().filter(|progress| !progress.ended)
    }
}

/// Asks before something that cannot be taken back; `--yes` is the answer where nobody can be asked.
pub(super) fn confirmed(context: &Context<'_>, lines: &[String]) -> Result<(), Failure> {
    if context.yes {
        return Ok(());
    }
    let terminal = context.inspect().terminal();
    if terminal.asks() {
        for line in lines {
            context.inspect().note(line.clone());
        }
        if terminal.ask("release? [y/N]")?.is_some_and(|answer| matches!(answer.as_str(), "y" | "Y" | "yes")) {
            return Ok(());
        }
    }
    Err(PlanError::NotConfirmed.into())
}

/// Finishes a change that was killed, and says what it was; under `--dry-run` it is only told.
pub(super) fn recover(context: &Context<'_>, git: &Git) -> Result<Option<(Pending, Moved)>, Failure> {
    let inspect = context.inspect();
    let top = inspect.files().canonical(&git.top())?;
    let Some(pending) = transaction::pending(inspect.files(), &top)? else {
        return Ok(None);
    };
    if context.dry_run {
        inspect
            .warn(format!("the {} was interrupted: run the command without `--dry-run` to finish it", pending.what()));
        return Ok(None);
    }
    let moved = execute::recover(context.world, &top)?;
    if moved.is_some() {
        inspect.note(format!("finished the interrupted {}", pending.what()));
    }
    Ok(moved.map(|moved| (pending, moved)))
}

/// Finishes an interrupted bump; the report, if that is what was `typed` now, too.
pub(super) fn finished_bump(context: &Context<'_>, git: Option<&Git>, typed: &str) -> Result<Option<Report>, Failure> {
    let Some(git) = git else { return Ok(None) };
    let Some((pending, moved)) = recover(context, git)? else { return Ok(None) };
    if typed != pending.request {
        return Ok(None);
    }
    let report = Report::new("bump")
        .line(format!("finished the bump to {}", moved.version))
        .output("version", moved.version.clone())
        .output("tag", moved.tag.clone().unwrap_or_default())
        .output("released", "true");
    Ok(Some(report.result(&moved)))
}
