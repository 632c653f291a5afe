//! `release bump` on a terminal without a kind: what is asked there, turned into what could have been typed.

use super::Context;
use super::bump::Args;
use crate::error::Failure;
use crate::plan::guards;
use crate::plan::questions::bump::{self as questions, Answers};
use crate::project::Project;
use crate::python::bump::Mode;
use crate::report::{Outcome, Report};

/// Whether somebody is asked.
pub(super) fn asks(context: &Context<'_>, args: &Args) -> bool {
    context.inspect().terminal().asks() && !context.yes && args.wanted.is_none() && !args.current
}

/// The project that is meant; of packages with versions of their own, the one that somebody names.
pub(super) fn project(context: &Context<'_>) -> Result<Project, Failure> {
    if !context.inspect().terminal().asks() || context.yes {
        return context.project();
    }
    let mut projects = context.projects()?;
    match projects.len() {
        1 => Ok(projects.remove(0)),
        _ => context.project_named(Some(&questions::package(context.inspect(), &projects)?)),
    }
}

/// The project and the arguments as if the answers had been typed; nothing where no bump is wanted.
pub(super) fn ask(context: &Context<'_>, args: &Args) -> Result<Option<(Project, Args)>, Failure> {
    let project = project(context)?;
    guards::ready(&project, &super::bump::unasked(args))?;
    let answers = questions::ask(context.inspect(), &project, (Mode::of(args.exact), args.message.clone()))?;
    Ok(answers.map(|Answers { wanted, message }| {
        let mut args = args.clone();
        args.current = wanted == "--current";
        args.wanted = (!args.current).then_some(wanted);
        args.message = message;
        (project, args)
    }))
}

/// What is said where somebody wants no bump.
pub(super) fn not_wanted() -> Report {
    Report::new("bump").outcome(Outcome::Failed).line("nothing was changed")
}
