//! `release bump`: a new version everywhere, in one transaction.

use serde_json::json;

use super::under_way::finished_bump;
use super::{Context, Done};
use crate::config::file::GitSign;
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::push;
use crate::pipeline::run::progress;
use crate::plan::bump::{self, Wanted};
use crate::plan::guards::Remote;
use crate::plan::push::REMOTE;
use crate::plan::{PlanError, execute};
use crate::project::Project;
use crate::python::bump::{Mode, Request};
use crate::report::Report;
use crate::steps::Produced;

/// Write a new version everywhere, close the changelog, commit and tag
///
/// KIND is one of major, minor, patch, alpha, beta, rc, pre, dev, post, release, epoch, auto, or a list
/// such as `minor,rc`; `auto` reads commits and changelog. The result is above the current version and above
/// every tag of its line; no flag allows a downgrade. Run again after an interruption: it finishes what was
/// begun, and does nothing twice.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The kind of bump, or the version itself
    #[arg(value_name = "KIND|VERSION")]
    wanted: Option<String>,
    /// Release the version that is already written: a first release, or one that was never tagged
    #[arg(long)]
    current: bool,
    /// A comment for the messages of commit and tag: one line, and more after an empty line
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Whether commit and tag are signed [default: `sign` of `[tool.release.git]`, else as your git configuration says]
    #[arg(long, value_name = "WHEN")]
    sign: Option<GitSign>,
    /// Always count up, as uv does: `1.3.0rc1` minor is `1.4.0`
    #[arg(long)]
    exact: bool,
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
    // Two at once: the other one is told, instead of seeing what this one has half done.
    let _lock = git.as_ref().filter(|_| !context.dry_run).map(|git| execute::lock(context.world, git)).transpose()?;
    if let Some(report) = finished_bump(context, git.as_ref(), args.wanted.as_deref().unwrap_or("--current"))? {
        return Ok(report);
    }
    let project = context.project()?;
    let wanted = wanted(context, args, &project)?;
    let planned = bump::plan(context.inspect(), &project, &wanted)?;
    for note in &planned.notes {
        context.inspect().note(note.clone());
    }
    let result = json!({"from": planned.from.to_string(), "version": planned.to.to_string(), "tag": planned.tag});
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
    progress::refuse_second(context.inspect(), &project.root, &project.tag_of(&planned.to))?;
    match context.carry_out("bump", planned.plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(produced) => {
            let mut report = Report::new("bump").line(format!("{} -> {}", planned.from, planned.to));
            let mut result = result;
            if let Some(Produced::Transaction(moved)) = produced.into_iter().next() {
                report.lines.extend(moved.files.iter().map(|file| format!("  wrote {file}")));
                report.lines.extend(moved.commit.as_ref().map(|commit| format!("  committed {}", &commit[..12])));
                report.lines.extend(moved.tag.as_ref().map(|tag| format!("  tagged {tag}")));
                result["files"] = json!(moved.files);
                result["commit"] = json!(moved.commit);
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
    Ok(Wanted {
        request,
        typed: args.wanted.clone().unwrap_or_else(|| "--current".to_owned()),
        mode: if args.exact { Mode::Exact } else { Mode::Linear },
        comment: args.message.clone(),
        sign: args.sign,
        remote: if args.push { push::ask_for_release(context.world, project)? } else { Remote::NotAsked },
        commit: !args.no_commit,
        tag: !args.no_tag && !args.no_commit,
        include_stale: args.include_stale,
        allow_dirty: args.allow_dirty,
        again: false,
        date: None,
    })
}
