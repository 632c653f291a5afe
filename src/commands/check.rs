//! `release check`: judges archives.

use std::path::{Path, PathBuf};

use super::{Context, Done, check_beyond, check_report, check_workflows, usage};
use crate::check::Policy;
use crate::config::Origin;
use crate::config::file::IndexProfile;
use crate::config::resolve::Setting;
use crate::effects::files::What;
use crate::error::Failure;
use crate::plan::archives;
use crate::plan::publish::in_dist;
use crate::report::{Report, codes};

/// Judge archives by the rules of indexes, specifications and attacks, or workflows
///
/// Without files: those of the current version in `dist/`, and the project; or with `--workflows` those of `.github`, `.gitea`
/// and `.forgejo`. Links are visited, and indexes asked, with `--online` only.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Wheels and sdists; with `--workflows` workflows and composite actions
    pub(super) files: Vec<PathBuf>,
    /// Judge how workflows release, instead of archives
    #[arg(long)]
    workflows: bool,
    /// Judge the project alone, and no archives
    #[arg(long, conflicts_with_all = ["files", "workflows", "preview", "against_tag"])]
    pub(super) project_only: bool,
    /// Visit the links of documents, metadata and descriptions, too, and compare requirements with the last release on the index
    #[arg(long, conflicts_with = "workflows")]
    pub(super) online: bool,
    /// The index whose rules count [default: `check.profile` of the configuration]
    #[arg(long, value_name = "INDEX")]
    profile: Option<Profile>,
    /// Only findings whose code begins so (can be repeated)
    #[arg(long, value_name = "CODE")]
    pub(super) select: Vec<String>,
    /// No findings whose code begins so (can be repeated)
    #[arg(long, value_name = "CODE")]
    pub(super) ignore: Vec<String>,
    /// Compare sdists with this tag instead of HEAD, and refuse what differs [default: the tag of the version]
    #[arg(long, value_name = "TAG", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(super) against_tag: Option<String>,
    /// Write the page that PyPI would show of the description, for a browser
    #[arg(long, value_name = "FILE", conflicts_with = "workflows")]
    preview: Option<PathBuf>,
    /// Warnings turn the verdict, too
    #[arg(long)]
    pub(super) strict: bool,
}

/// The kind of index that an archive is for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Profile {
    /// pypi.org
    Pypi,
    /// test.pypi.org
    Testpypi,
    /// The registry of Gitea or Forgejo: takes what PyPI alone refuses
    Gitea,
    /// Any other: the same
    Private,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    for code in args.select.iter().chain(&args.ignore) {
        if !codes::all().any(|known| known.code.starts_with(code.as_str())) {
            let nearest = codes::nearest(code).map_or_else(String::new, |code| format!("did you mean `{code}`? "));
            return Err(usage(
                format!("no code begins with `{code}`"),
                format!("{nearest}`release explain` lists all of them"),
            ));
        }
    }
    if args.workflows {
        return check_workflows::judge(context, args);
    }
    let inspect = context.inspect();
    if args.online && inspect.offline() {
        return Err(usage("`--online` asks the network, and `--offline` forbids it", "leave out one of them"));
    }
    let config = context.configuration()?;
    let mut settings = config.check.clone();
    if let Some(profile) = args.profile {
        settings.profile = Setting { value: profile.into(), origin: Origin::Flag };
    }
    let policy = Policy::of(&settings);
    let project = (args.files.is_empty() || args.against_tag.is_some()).then(|| context.project_of_packages());
    let project = project.transpose()?;
    let paths = match (&project, args.files.as_slice()) {
        _ if args.project_only => Vec::new(),
        (Some(project), []) => in_dist(inspect, project, &context.packages(project)?, project.version())?,
        (_, named) => named.iter().map(|path| inspect.dir().join(path)).collect(),
    };
    if let Some(path) = paths.iter().find(|path| inspect.files().what(path) == What::Folder) {
        return Err(usage(format!("`{}` is a folder", path.display()), "name the archives themselves"));
    }
    let mut judged = archives::judge(inspect, &policy, &paths)?;
    if !context.dry_run {
        archives::render(context.world, &policy, &mut judged)?;
    }
    let line = args.preview.as_ref().map(|file| preview(context, file, &judged)).transpose()?;
    let beyond = check_beyond::judge(context, args, (&config, &policy), (project.as_ref(), &judged))?;
    let mut report = check_report::of(args, &policy, judged, beyond);
    report.lines.extend(line);
    Ok(report)
}

/// Writes the page of the description, and says so.
fn preview(context: &Context<'_>, file: &Path, judged: &[archives::Judged]) -> Result<String, Failure> {
    let shown = file.display();
    let plan = archives::preview(judged, &context.inspect().dir().join(file))
        .map_err(|(one, other)| usage(format!("{one} and {other} have different descriptions"), "name one of them"))?;
    let Some(plan) = plan else { return Ok(format!("not written: {shown}, since no description renders")) };
    Ok(match context.carry_out("check", plan)? {
        Done::Planned(_) => format!("would write {shown}"),
        Done::Carried(_) => format!("wrote {shown}"),
    })
}

impl From<Profile> for IndexProfile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Pypi => IndexProfile::Pypi,
            Profile::Testpypi => IndexProfile::Testpypi,
            Profile::Gitea => IndexProfile::Gitea,
            Profile::Private => IndexProfile::Private,
        }
    }
}
