//! `release rehearse`: the whole release in a throw-away repository.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Context, usage};
use crate::effects::files::What;
use crate::error::Failure;
use crate::pipeline::rehearsal::{PHASES, Rehearsal, Wanted};
use crate::project::load;
use crate::python::bump::Request;
use crate::report::{Outcome, Report};

/// Rehearse the whole release; nothing leaves this machine
///
/// Gates, bump, build, check, upload to the embedded index, a real install of wheel and sdist, and the
/// security status, in a throw-away copy of what is committed. The project is only read. Only what build
/// backends, gates and type checks need is fetched from outside, once; `--offline` works from then on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the project [default: the current one]
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// What to release [default: auto, or the version as written where nothing was released yet]
    #[arg(value_name = "KIND|VERSION")]
    kind: Option<String>,
    /// Keep archives, status and log here [default: a folder of the run in the user's cache]
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Leave uncommitted changes out instead of refusing
    #[arg(long)]
    allow_dirty: bool,
    /// Put the archives of this folder on the embedded index first, for dependencies and extras
    #[arg(long, value_name = "DIR")]
    with: Option<PathBuf>,
    /// A folder or zip of OSV records for the security status
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let (path, kind) = positions(context, args)?;
    let dir = path.map_or_else(|| inspect.dir().to_owned(), |path| inspect.dir().join(path));
    let config = context.config.as_ref().map(|path| inspect.dir().join(path));
    let project = load::load(inspect, &dir, context.which(config.as_deref(), context.package.as_deref()))?;
    inspect.allow_plain_http(&project.config.plain_http.value);
    if let Some(kind) = &kind {
        kind.parse::<Request>()?;
    }
    if context.dry_run {
        let mut report = Report::new("rehearse").outcome(Outcome::Planned).result(json!({"phases": PHASES}));
        report.lines.push(format!("would rehearse {} {}: {}", project.title(), project.version(), PHASES.join(", ")));
        return Ok(report);
    }
    let wanted = Wanted {
        kind,
        keep: args.keep.clone(),
        config,
        allow_dirty: args.allow_dirty,
        with: args.with.clone(),
        database: args.db.clone(),
    };
    Rehearsal::run(context.world, project, wanted)
}

/// A lone argument that is no folder is a kind: `release rehearse minor`.
fn positions(context: &Context<'_>, args: &Args) -> Result<(Option<PathBuf>, Option<String>), Failure> {
    let is_folder = |path: &str| context.inspect().files().what(&context.inspect().dir().join(path)) == What::Folder;
    match (&args.path, &args.kind) {
        (Some(lone), None) if !is_folder(lone) && lone.parse::<Request>().is_ok() => Ok((None, Some(lone.clone()))),
        (Some(path), _) if !is_folder(path) => Err(usage(
            format!("`{path}` is neither a folder nor a kind of bump"),
            "name the folder of the project first, then the kind",
        )),
        (path, kind) => Ok((path.as_deref().map(|path| Path::new(path).to_owned()), kind.clone())),
    }
}
