//! `release publish`: archives to indexes.

use std::path::{Path, PathBuf};

use super::Context;
use crate::check::Policy;
use crate::config::file::ConfigFile;
use crate::config::{Config, resolve};
use crate::error::Failure;
use crate::index::{Credential, Right, credential};
use crate::pipeline::rights;
use crate::plan::execute::{self, Advance};
use crate::plan::publish::{self, Target};
use crate::project::{Project, ProjectError};
use crate::python::version::Version;
use crate::report::Report;
use crate::steps::upload_file;

/// Upload archives to a package index
///
/// Everything is checked first, and the index is asked what it has: a file that is there with the same
/// bytes is left alone, other bytes under the same name are an error. Run again after an interruption: what
/// is there is not sent twice.
///
/// The token is read from `RELEASE_TOKEN_<INDEX>`, `RELEASE_TOKEN`, the variables of twine and uv, or `.pypirc`, else
/// asked for on the terminal; no option takes the value itself, and two places that differ are an error. A job of GitHub
/// Actions with `permissions: id-token: write`, of GitLab CI with `id_tokens`, or on Google Cloud needs none for PyPI
/// and TestPyPI: they trust it by itself (trusted publishing). A token of PyPI is narrowed to this project and ten
/// minutes before it is sent. `--dry-run` shows what is known before the first byte, and asks for no token.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The files [default: those of the current version in dist/]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The index, by its name or URL [default: `stages` of the configuration, one after the other]
    #[arg(long, value_name = "NAME|URL")]
    index: Option<String>,
    /// Refuse other archives than those whose build had this output `digest`, or wrote this manifest
    #[arg(long, value_name = "DIGEST|FILE")]
    expect: Option<String>,
    /// Publish to a later stage files that were not verified on the one before, for this reason, which the ledger keeps
    #[arg(long, value_name = "REASON", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    unverified: Option<String>,
    /// Read the token from standard input
    #[arg(long, conflicts_with = "token_file")]
    token_stdin: bool,
    /// Read the token from this file
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Ask the index first whether the token is good for this project: the form of the first file is sent with a picture
    /// in its place, which PyPI refuses last of all and keeps nothing of; for a new project it counts as an attempt
    #[arg(long)]
    probe: bool,
    /// Publish although a build backend, which is code of others, ran in this job of CI
    #[arg(long)]
    same_job: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = project(context, args)?;
    let config = match &project {
        Some(project) => project.config.clone(),
        None => resolve::resolve(None, ConfigFile::default())?,
    };
    let root = project.as_ref().map_or(inspect.dir(), |project| project.root.as_path());
    let files = match &project {
        Some(project) if args.files.is_empty() => {
            let packages = context.packages(project)?;
            publish::default_files(inspect, project, &packages)?
        }
        _ => args.files.iter().map(|file| inspect.dir().join(file)).collect(),
    };
    let targets = targets(context, args, (&config, project.as_ref().map(Project::version)))?;
    let settings = config.check.aimed_at(targets.iter().map(|target| &target.index));
    let mut plan = publish::plan(inspect, root, &files, &targets, &Policy::of(&settings))?;
    let digest = publish::digest(&plan);
    if let Some(expected) = &args.expect {
        publish::refuse_other(inspect, &digest, expected)?;
    }
    publish::refuse(inspect, &plan, project.as_ref(), args.same_job)?;
    publish::attest(inspect, project.as_ref(), &mut plan)?;
    if let Some(project) = &project {
        publish::require_verified(inspect, project, &mut plan, args.unverified.as_deref())?;
    }
    if context.dry_run {
        let probes = if args.probe { publish::probes(&plan) } else { Vec::new() };
        plan.preview.extend(probes.iter().map(|probe| format!("would {}", probe.describe())));
        return Ok(plan.report("publish"));
    }
    if !context.yes {
        rights::ask(context.world, &mut plan)?;
    }
    rights::complete(context.world, &plan)?;
    if args.probe {
        rights::probe(context.world, &plan)?;
    }
    let advice = std::mem::take(&mut plan.advice);
    let planned = upload_file::planned(&plan.steps);
    let Advance { produced, failed, failures } = execute::advance(context.world, plan);
    let uploads = upload_file::uploaded(produced);
    let workspace = project.as_ref().is_some_and(|project| project.packages.len() > 1);
    let files = upload_file::standing(planned, uploads, &failures);
    if failed.is_none() {
        advice.into_iter().for_each(|text| inspect.note(text));
    }
    upload_file::report(files, failed, workspace, digest)
}

/// The project, which files that are named can do without.
fn project(context: &Context<'_>, args: &Args) -> Result<Option<Project>, Failure> {
    let missing = Failure::from(ProjectError::NoPyproject { dir: String::new() }).code;
    match context.project_of_packages() {
        Err(failure) if failure.code == missing && !args.files.is_empty() => Ok(None),
        other => other.map(Some),
    }
}

/// The indexes with what would be sent to them; a dry run needs no token.
fn targets(
    context: &Context<'_>,
    args: &Args,
    (config, version): (&Config, Option<&Version>),
) -> Result<Vec<Target>, Failure> {
    let inspect = context.inspect();
    let names = match &args.index {
        Some(name) => std::slice::from_ref(name),
        None => version.map_or(config.stages.value.as_slice(), |version| config.stages_of(version)),
    };
    let given: Option<Credential> = match &args.token_file {
        Some(path) => Some(credential::from_file(inspect, Path::new(path))?),
        None if args.token_stdin => Some(credential::from_standard_input(inspect)?),
        None => None,
    };
    let mut targets = Vec::new();
    for name in names {
        let index = credential::pypirc::index_of(inspect, config, name)?;
        let right = Right::find(inspect, &index, given.as_ref())?;
        targets.push(Target { index, right });
    }
    Ok(targets)
}
