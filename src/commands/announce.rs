//! `release announce`: the forge's release of a version.

use std::path::PathBuf;

use super::{Context, decision_key, usage};
use crate::error::Failure;
use crate::forge::Forge;
use crate::plan::announce::{self, Wanted};
use crate::plan::{execute, publish};
use crate::project::{FILE_LIMIT, Project};
use crate::python::version::Version;
use crate::report::{Report, text};
use crate::steps::Produced;
use crate::steps::announce_release::Announced;

/// Make the release of a version on GitHub or Gitea
///
/// A draft first, then the files, whose digests are compared, then the notes; it is published last, as
/// immutable releases need it. What is there already is left alone: run it again after an interruption. The
/// tag must be on the forge, on the same commit as here.
///
/// The token is read from `RELEASE_FORGE_TOKEN`, or the variables of the forge; no option takes the value
/// itself.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version, or its tag [default: the project's]
    #[arg(value_name = "VERSION|TAG")]
    version: Option<String>,
    /// Attach this file, too, besides the archives of the version in dist/ (can be repeated)
    #[arg(long, value_name = "FILE")]
    asset: Vec<PathBuf>,
    /// The key of the decision of `release security` that asks for it
    #[arg(long, value_name = "KEY", value_parser = decision_key)]
    decision: Option<String>,
    /// Leave it a draft
    #[arg(long)]
    draft: bool,
    /// Take the notes from this file instead of the changelog
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let version = version_of(&project, args.version.as_deref())?;
    let packages: Vec<_> = project.packages.iter().collect();
    let mut files = publish::files_of_version(inspect, &project, &packages, &version)?;
    files.extend(args.asset.iter().map(|file| inspect.dir().join(file)));
    let notes = args.notes.as_ref().map(|file| inspect.files().read_text(&inspect.dir().join(file), FILE_LIMIT));
    let wanted = Wanted { version, files, notes: notes.transpose()?, draft: args.draft };
    if !context.dry_run {
        Forge::of_project(inspect, &project.config, &project.root)?.require_token()?;
    }
    let mut plan = announce::plan(inspect, &project, &wanted)?;
    if let Some((_, draft)) = &mut plan.draft {
        draft.facts.key.clone_from(&args.decision);
    }
    if context.dry_run {
        return Ok(plan.report("announce"));
    }
    let produced = execute::execute(context.world, plan)?;
    let mut report = Report::new("announce");
    for announced in produced.iter().filter_map(announced) {
        report = report.result(announced);
        report.lines = lines(announced);
    }
    Ok(report)
}

/// The version that is named, by itself or by its tag.
///
/// # Errors
/// It is neither.
pub(super) fn version_of(project: &Project, named: Option<&str>) -> Result<Version, Failure> {
    let Some(named) = named else { return Ok(project.version().clone()) };
    let (prefix, suffix) = project.config.tag.value.split_once("{version}").unwrap_or_default();
    let of_tag = named.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
    of_tag.and_then(|text| text.parse().ok()).or_else(|| named.parse().ok()).ok_or_else(|| {
        usage(
            format!("`{named}` is neither a version nor a tag"),
            format!("tags are named `{}`", project.config.tag.value),
        )
    })
}

fn announced(produced: &Produced) -> Option<&Announced> {
    match produced {
        Produced::Announced(announced) => Some(announced),
        _ => None,
    }
}

fn lines(release: &Announced) -> Vec<String> {
    let url = release.url.as_deref().unwrap_or_default();
    let mut words = vec![release.state.word()];
    words.extend(release.draft.then_some("draft"));
    words.extend(release.prerelease.then_some("pre-release"));
    words.extend((release.immutable == Some(true)).then_some("immutable"));
    let mut lines = vec![format!("{}  {}  {url}", release.tag, words.join(", "))];
    lines.extend(
        release.assets.iter().map(|file| format!("  {}  {}  {}", file.state, file.name, text::size(file.size))),
    );
    lines
}
