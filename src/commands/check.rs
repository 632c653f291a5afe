//! `release check`: judges archives.

use std::path::{Path, PathBuf};

use super::{Context, Done, check_report, check_workflows, usage};
use crate::check::Policy;
use crate::config::Origin;
use crate::config::file::IndexProfile;
use crate::config::resolve::Setting;
use crate::effects::files::What;
use crate::error::Failure;
use crate::plan::publish::default_files;
use crate::plan::{archives, check};
use crate::report::{Report, codes};

/// Judge archives by the rules of indexes, specifications and attacks, or workflows
///
/// Without files: those of the current version in `dist/`, and the project; or with `--workflows` those of `.github`, `.gitea`
/// and `.forgejo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Wheels and sdists; with `--workflows` workflows and composite actions
    pub(super) files: Vec<PathBuf>,
    /// Judge how workflows release, instead of archives
    #[arg(long)]
    workflows: bool,
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
    against_tag: Option<String>,
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
    let mut settings = context.check_settings()?;
    if let Some(profile) = args.profile {
        settings.profile = Setting { value: profile.into(), origin: Origin::Flag };
    }
    let policy = Policy::of(&settings);
    let paths = match args.files.as_slice() {
        [] => {
            let project = context.project_of_packages()?;
            default_files(inspect, &project, &context.packages(&project)?)?
        }
        named => named.iter().map(|path| inspect.dir().join(path)).collect(),
    };
    if let Some(path) = paths.iter().find(|path| inspect.files().what(path) == What::Folder) {
        return Err(usage(format!("`{}` is a folder", path.display()), "name the archives themselves"));
    }
    let mut judged = archives::judge(inspect, &policy, &paths)?;
    if !context.dry_run {
        archives::render(context.world, &policy, &mut judged)?;
    }
    let line = args.preview.as_ref().map(|file| preview(context, file, &judged)).transpose()?;
    let project = of_project(context, args, (&policy, &judged))?;
    let mut report = check_report::of(args, &policy, judged, project);
    report.lines.extend(line);
    Ok(report)
}

/// What is wrong with the project, where no archives are named; and how its sdists differ from what was committed.
fn of_project(
    context: &Context<'_>,
    args: &Args,
    (policy, archives): (&Policy, &[archives::Judged]),
) -> Result<Option<check::Judged>, Failure> {
    if !args.files.is_empty() && args.against_tag.is_none() {
        return Ok(None);
    }
    let project = context.project_of_packages()?;
    let own = project.tag_of(project.version());
    let against = args.against_tag.as_deref().map(|tag| if tag.is_empty() { own.as_str() } else { tag });
    let asked = check::Asked { policy, archives, against, files: args.files.is_empty() };
    let mut judged = check::project(context.inspect(), &project, &asked)?;
    if args.files.is_empty() {
        let others = check::others(context.inspect(), &project, archives)?;
        judged.unjudged.extend(others.iter().map(|name| format!("dist/{name}, which is not of this version")));
    }
    Ok(Some(judged))
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
