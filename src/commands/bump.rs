//! `release bump`: a new version everywhere, in one transaction.

use serde_json::json;

use super::under_way::finished_bump;
use super::{Context, Done, bump_asked, usage};
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::push;
use crate::pipeline::run::progress;
use crate::plan::bump::{self, Silent, Wanted};
use crate::plan::push::REMOTE;
use crate::plan::{PlanError, questions};
use crate::project::Project;
use crate::python::bump::{Mode, Request};
use crate::report::Report;
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
    /// The message of commit and tag [default: `Release VERSION`]
    #[arg(short, long, value_name = "TEXT")]
    pub(super) message: Option<String>,
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
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let report = bumped(context, args)?;
    if !args.push {
        return Ok(report);
    }
    let said = match context.dry_run {
        true => format!("would push branch and tag to `{REMOTE}`"),
        false => push::release(context.world, &context.project()?)?,
    };
    Ok(report.line(said))
}

fn bumped(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let git = Git::discover(context.inspect().dir())?;
    if let Some(report) = finished_bump(context, git.as_ref(), args.wanted.as_deref().unwrap_or("--current"))? {
        return Ok(report);
    }
    let asks = bump_asked::asks(context, args);
    let (project, args) = match asks {
        true => match bump_asked::ask(context, args)? {
            Some(asked) => asked,
            None => return Ok(bump_asked::not_wanted()),
        },
        false => (context.project()?, args.clone()),
    };
    let wanted = wanted(context, &args, &project)?;
    let planned = bump::plan(context.inspect(), &project, &wanted)?;
    for note in &planned.notes {
        context.inspect().note(note.clone());
    }
    let mut result = json!({"from": planned.from.to_string(), "version": planned.to.to_string(), "tag": planned.tag});
    let outputs = |report: Report, tag: Option<String>, released: bool| {
        report
            .output("version", planned.to.to_string())
            .output("previous-version", planned.from.to_string())
            .output("tag", tag.unwrap_or_default())
            .output("is-prerelease", planned.to.is_prerelease().to_string())
            .output("released", released.to_string())
    };
    if planned.plan.steps.is_empty() {
        let line = match planned.nothing {
            true => format!("nothing to release after {}", planned.from),
            false => format!("{} is released already", planned.to),
        };
        let tag = (!planned.nothing).then(|| project.tag_of(&planned.to));
        return Ok(outputs(Report::new("bump").line(line).result(result), tag, false));
    }
    if asks && !context.dry_run && !questions::bump::apply(context.inspect(), &planned)? {
        return Ok(bump_asked::not_wanted());
    }
    progress::refuse_second(context.inspect(), &project.root, &project.tag_of(&planned.to))?;
    match context.carry_out("bump", planned.plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(produced) => {
            let mut report = Report::new("bump").line(format!("{} -> {}", planned.from, planned.to));
            if let Some(Produced::Transaction(moved)) = produced.into_iter().next() {
                report.lines.extend(moved.lines());
                moved.enter(&mut result);
            }
            Ok(outputs(report.result(result), planned.tag.clone(), true))
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
    if args.message.as_deref().is_some_and(|message| message.trim().is_empty()) {
        return Err(usage("the message is empty", "leave `-m` out for the default"));
    }
    Ok(Wanted {
        request,
        typed: args.wanted.clone().unwrap_or_else(|| "--current".to_owned()),
        mode: Mode::of(args.exact),
        message: args.message.clone(),
        commit: !args.no_commit,
        tag: !args.no_tag && !args.no_commit,
        include_stale: args.include_stale,
        allow_dirty: args.allow_dirty,
        again: false,
        silent: if args.allow_empty_notes { Silent::Allow } else { Silent::Refuse },
        date: None,
    })
}
