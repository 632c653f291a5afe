//! `release status publish`: what was built, to where it is served.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use crate::commands::{Context, Done, usage};
use crate::effects::Git;
use crate::error::Failure;
use crate::plan::push;
use crate::plan::status::{self, Branch};
use crate::project::ProjectError;
use crate::report::{Outcome, Report, text};
use crate::status::StatusError;
use crate::steps::Produced;

/// Put the status that was built where it is served, beside everything that is there
///
/// Only files of `security-status/` are written, and nothing is deleted. An older status never replaces a
/// newer one. `pages` is `branch`, and then waits until the status is served.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to
    #[arg(long, value_enum)]
    to: Target,
    /// The folder for `dir`; the remote for the others, by name, path or URL [default: origin]
    #[arg(value_name = "DIR|REMOTE")]
    place: Option<String>,
    /// The folder that `status build` wrote to [default: `[status] out`, else public]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The branch [default: `[status] branch`, else gh-pages]
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// Where it is served, for `pages` [default: `[status] url`]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// How many seconds `pages` waits until it is served
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    wait: u64,
}

/// Where a status goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// A folder, such as that of built documentation
    Dir,
    /// A branch of a remote, in one commit on top of it
    Branch,
    /// The same, and then until it is served
    Pages,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let config = &project.config.status;
    let from = match &args.from {
        Some(from) => inspect.dir().join(from),
        None => project.root.join(&config.out),
    };
    let built = status::built(inspect, &from)?;
    let sequence = built.document.sequence;
    let plan = match (args.to, &args.place) {
        (Target::Dir, None) => {
            return Err(usage("`--to dir` needs a folder", "name it: `release status publish --to dir DIR`"));
        }
        (Target::Dir, Some(dir)) => status::to_dir(inspect, built, &inspect.dir().join(dir))?,
        (target, place) => {
            let remote = place.as_deref().unwrap_or("origin");
            if remote
                .split_once("://")
                .is_some_and(|(_, rest)| rest.split('/').next().unwrap_or_default().contains('@'))
                && !remote.starts_with("ssh://")
            {
                return Err(usage(
                    "the URL of the remote has credentials in it",
                    "leave them to git's credential helper",
                ));
            }
            let git = Git::discover(&project.root)?
                .ok_or_else(|| ProjectError::NoRepository { dir: project.root.display().to_string() })?;
            let url = git.remote_url(remote);
            let branch = Branch {
                repository: &git.top(),
                remote,
                remote_url: url.as_deref(),
                login: push::login(inspect, &project, &git, remote),
                branch: args.branch.as_deref().unwrap_or(&config.branch),
            };
            let wait = match (target, args.url.as_ref().or(config.url.as_ref())) {
                (Target::Pages, None) => return Err(StatusError::NoUrl.into()),
                (Target::Pages, Some(url)) => Some((url.as_str(), args.wait)),
                _ => None,
            };
            status::to_branch(inspect, built, &branch, wait)?
        }
    };
    match context.carry_out("status publish", plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(produced) => Ok(report(sequence, &produced)),
    }
}

fn report(sequence: u64, produced: &[Produced]) -> Report {
    let mut report = Report::new("status publish");
    let (mut changed, mut commit, mut served) = (false, None, None);
    for one in produced {
        match one {
            Produced::Written(files) => {
                changed = !files.is_empty();
                report.lines.push(match files.len() {
                    0 => format!("sequence {sequence} was there already"),
                    number => format!("sequence {sequence}: {} written", text::count(number, "file")),
                });
            }
            Produced::Published(published) => {
                changed = published.commit.is_some();
                commit.clone_from(&published.commit);
                report.lines.push(match &published.commit {
                    Some(commit) => format!("sequence {sequence} pushed as {commit}"),
                    None => format!("sequence {sequence} was there already"),
                });
            }
            Produced::Served(one) => {
                served = one.sequence;
                if !one.arrived {
                    report = report.outcome(Outcome::Partial);
                }
                report.lines.push(match (one.arrived, one.sequence) {
                    (true, Some(served)) => format!("sequence {served} is served"),
                    (_, Some(served)) => {
                        format!("sequence {served} is still served: caches lag, run the same command again later")
                    }
                    (_, None) => "no status is served yet: run the same command again later".to_owned(),
                });
            }
            _ => {}
        }
    }
    report.result(json!({"sequence": sequence, "changed": changed, "commit": commit, "served": served}))
}
