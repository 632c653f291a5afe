//! `release bump`: a new version everywhere, in one transaction.

use super::under_way::finished_bump;
use super::{Context, Done, bump_asked};
use crate::config::file::GitSign;
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::push;
use crate::pipeline::run::progress;
use crate::plan::bump::{self, Silent, Wanted};
use crate::plan::guards::Remote;
use crate::plan::push::REMOTE;
use crate::plan::{PlanError, execute, questions};
use crate::project::Project;
use crate::python::bump::{Mode, Request};
use crate::report::{Outcome, Report};
use crate::steps::Produced;

/// Write a new version everywhere, close the changelog, commit and tag
///
/// KIND is one of major, minor, patch, alpha, beta, rc, pre, dev, post, release, epoch, auto, or a list
/// such as `minor,rc`; `auto` reads commits and changelog. The result is above the current version and above
/// every tag of its line; no flag allows a downgrade. Run again after an interruption: it finishes what was
/// begun, and does nothing twice. On a terminal without KIND it shows where the project stands, asks, and does
/// nothing before the plan was shown and taken.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The kind of bump, or the version itself
    #[arg(value_name = "KIND|VERSION")]
    pub(super) wanted: Option<String>,
    /// Release the version that is already written: a first release, or one that was never tagged
    #[arg(long)]
    pub(super) current: bool,
    /// A comment for the messages of commit and tag: one line, and more after an empty line
    #[arg(short, long, value_name = "TEXT")]
    pub(super) message: Option<String>,
    /// Whether commit and tag are signed [default: `sign` of `[tool.release.git]`, else as your git configuration says]
    #[arg(long, value_name = "WHEN")]
    sign: Option<GitSign>,
    /// Always count up, as uv does: `1.3.0rc1` minor is `1.4.0`
    #[arg(long)]
    pub(super) exact: bool,
    /// Write the files only
    #[arg(long)]
    no_commit: bool,
    /// Make no tag
    #[arg(long)]
    no_tag: bool,
    /// Also rewrite references that name another version than the current one
    #[arg(long)]
    include_stale: bool,
    /// Leave uncommitted changes out of the release instead of refusing
    #[arg(long)]
    allow_dirty: bool,
    /// Release although the changelog says nothing about it
    #[arg(long)]
    allow_empty_notes: bool,
    /// Push branch and tag to `origin`, both or none
    #[arg(long, conflicts_with_all = ["no_commit", "no_tag"])]
    push: bool,
    /// Take back the last bump of this clone that was not pushed: files, branch and tag as they were
    #[arg(long, conflicts_with_all = ["wanted", "current", "message", "sign", "no_commit", "no_tag", "push"])]
    undo: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    if args.undo {
        return super::bump_undo::run(context);
    }
    let git = Git::discover(context.inspect().dir())?;
    // Two at once: the other one is told, instead of seeing what this one has half done.
    let _lock = git.as_ref().filter(|_| !context.dry_run).map(|git| execute::lock(context.world, git)).transpose()?;
    let finished = finished_bump(context, git.as_ref(), args.wanted.as_deref().unwrap_or("--current"))?;
    let asks = finished.is_none() && bump_asked::asks(context, args);
    let (project, args) = match asks {
        true => match bump_asked::ask(context, args)? {
            Some(asked) => asked,
            None => return Ok(bump_asked::not_wanted()),
        },
        false => (bump_asked::project(context)?, args.clone()),
    };
    let report = match finished {
        Some(report) => report,
        None => bumped(context, &project, (&args, asks))?,
    };
    let said = match context.dry_run {
        _ if !args.push || report.outcome == Outcome::Failed => return Ok(report),
        true => format!("would push branch and tag to `{REMOTE}`"),
        false => push::release(context.world, &context.project_named(project.selection())?)?,
    };
    Ok(report.line(said))
}

fn bumped(context: &Context<'_>, project: &Project, (args, asks): (&Args, bool)) -> Result<Report, Failure> {
    let planned = bump::plan(context.inspect(), project, &wanted(context, args, project)?)?;
    planned.notes.iter().for_each(|note| context.inspect().note(note.clone()));
    let mut report = planned.report(project);
    if planned.plan.steps.is_empty() {
        let line = match planned.nothing {
            true => format!("nothing to release after {}", planned.from),
            false => format!("{} is released already", planned.to),
        };
        return Ok(report.line(line).output("released", "false"));
    }
    if asks && !context.dry_run && !questions::bump::apply(context.inspect(), &planned)? {
        return Ok(bump_asked::not_wanted());
    }
    progress::refuse_second(context.inspect(), &project.root, &project.tag_of(&planned.to))?;
    match context.carry_out("bump", planned.plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(produced) => {
            report = report.line(format!("{} -> {}", planned.from, planned.to));
            if let Some(Produced::Transaction(moved)) = produced.into_iter().next() {
                report.lines.extend(moved.lines());
                moved.enter(&mut report.result);
            }
            Ok(report.output("released", "true"))
        }
    }
}

fn wanted(context: &Context<'_>, args: &Args, project: &Project) -> Result<Wanted, Failure> {
    let request: Option<Request> = match (&args.wanted, args.current) {
        (Some(_), true) => return Err(PlanError::CurrentWithKind { version: project.version().to_string() }.into()),
        (None, false) => return Err(PlanError::NoKind { choices: bump::choices(context.inspect(), project) }.into()),
        (None, true) => None,
        (Some(text), false) => Some(text.parse::<Request>()?),
    };
    let remote = if args.push { push::ask_for_release(context.world, project)? } else { Remote::NotAsked };
    Ok(Wanted { request, remote, ..unasked(args) })
}

/// What the options say; the kind is not among it, nor what the remote has.
pub(super) fn unasked(args: &Args) -> Wanted {
    Wanted {
        request: None,
        typed: args.wanted.clone().unwrap_or_else(|| "--current".to_owned()),
        mode: Mode::of(args.exact),
        comment: args.message.clone(),
        sign: args.sign,
        remote: Remote::NotAsked,
        commit: !args.no_commit,
        tag: !args.no_tag && !args.no_commit,
        include_stale: args.include_stale,
        allow_dirty: args.allow_dirty,
        again: false,
        silent: if args.allow_empty_notes { Silent::Allow } else { Silent::Refuse },
        date: None,
    }
}
