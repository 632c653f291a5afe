//! `release build`: sdist and wheel.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

use super::{Context, Done};
use crate::archive::Sha256;
use crate::build::isolated::{Built, Settings};
use crate::error::Failure;
use crate::plan::build::{self, Wanted};
use crate::plan::exposure;
use crate::project::Project;
use crate::report::{Outcome, Report};
use crate::steps::Produced;

/// Build sdist and wheel
///
/// The sdist is built from the project and the wheel from the sdist: natively, the same members with the same bytes as
/// the project's backend writes, where everything can be known without running code; else by the backend itself in an
/// isolated environment (PEP 517), over a copy of the project: what earlier builds left lying about gets into no archive,
/// and nothing is left in the project. In CI no backend is run where a right to publish can be read. Members are dated by `SOURCE_DATE_EPOCH`, else by the commit.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the archives go, below the project
    #[arg(long, value_name = "DIR", default_value = "dist")]
    out_dir: PathBuf,
    /// Only the sdist
    #[arg(long, conflicts_with = "wheel")]
    sdist: bool,
    /// Only the wheel
    #[arg(long)]
    wheel: bool,
    /// Which way to build
    #[arg(long, value_enum, default_value = "auto")]
    builder: Builder,
    /// Only compare native archives with those of the backend, and keep the answer in the configuration
    ///
    /// Where they are the same, `build.verified` has the digest of what decides how the project is built: later
    /// builds are native as long as that stays as it is. Else the backend itself builds.
    #[arg(long, conflicts_with_all = ["out_dir", "sdist", "wheel", "builder", "why", "clean", "from_source", "settings", "manifest"])]
    verify_native: bool,
    /// Say which way was taken, and why
    #[arg(long)]
    why: bool,
    /// Remove what earlier builds left: other archives in the folder, `build/` of setuptools, `*.egg-info`,
    /// `__pycache__`; nothing that git tracks, and nothing before the build went well
    #[arg(long)]
    clean: bool,
    /// Write release-manifest.json beside the archives: their digests, the commit, the digest of the configuration
    #[arg(long)]
    manifest: bool,
    /// Build the wheel from the project's own folder, instead of from the sdist
    #[arg(long)]
    from_source: bool,
    /// A setting for the backend; given several times for one key, its values are a list (PEP 517)
    #[arg(long = "config-setting", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    match key.is_empty() {
        true => Err("it must be KEY=VALUE".to_owned()),
        false => Ok((key.to_owned(), value.to_owned())),
    }
}

/// A way to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Builder {
    /// Natively where everything can be known, else isolated
    Auto,
    /// Natively, or not at all: it names what stands in the way
    Native,
    /// The project's own backend in an isolated environment
    Isolated,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project_of_packages()?;
    if args.verify_native {
        return verify_native(context, &project);
    }
    let packages = context.packages(&project)?;
    let out_dir = project.root.join(&args.out_dir);
    let mut settings = Settings::new();
    for (key, value) in &args.settings {
        settings.entry(key.clone()).or_default().push(value.clone());
    }
    let wanted = Wanted {
        sdist: !args.wheel,
        wheel: !args.sdist,
        out_dir: &out_dir,
        clean: args.clean,
        builder: match args.builder {
            Builder::Auto => build::Builder::Auto,
            Builder::Native => build::Builder::Native,
            Builder::Isolated => build::Builder::Isolated,
        },
        from_source: args.from_source,
        settings,
        manifest: args.manifest,
    };
    let plan = build::plan(context.inspect(), &project, &packages, wanted)?;
    exposure::refuse_in_ci(context.inspect(), &plan)?;
    let produced = match context.carry_out("build", plan)? {
        Done::Planned(report) => return Ok(*report),
        Done::Carried(produced) => produced,
    };
    let mut report = Report::new("build");
    let (mut files, mut removed) = (Vec::new(), Vec::new());
    for made in produced {
        match made {
            Produced::Archives(built) => files.extend(built),
            Produced::Removed(paths) => removed.extend(paths),
            _ => {}
        }
    }
    report.lines.extend(files.iter().flat_map(|file| file.lines(args.why)));
    report.lines.extend(removed.iter().map(|path| format!("removed {}", path.display())));
    let names: Vec<String> = files.iter().map(Built::name).collect();
    let digest = Sha256::of_files(names.iter().zip(&files).map(|(name, file)| (name.as_str(), file.sha256.clone())));
    Ok(report
        .result(json!({"files": files, "removed": removed}))
        .output("version", project.version().to_string())
        .output("tag", project.tag_of(project.version()))
        .output("is-prerelease", project.version().is_prerelease().to_string())
        .output("digest", digest.to_string()))
}

fn verify_native(context: &Context<'_>, project: &Project) -> Result<Report, Failure> {
    let plan = build::compare(context.inspect(), project)?;
    exposure::refuse_in_ci(context.inspect(), &plan)?;
    let produced = match context.carry_out("build", plan)? {
        Done::Planned(report) => return Ok(*report),
        Done::Carried(produced) => produced,
    };
    let mut report = Report::new("build");
    for made in produced {
        let Produced::Compared(compared) = made else { continue };
        report = report.findings(compared.findings()).result(compared.document());
        report.lines = compared.lines();
        if compared.same().is_none() {
            report = report.outcome(Outcome::Inconclusive);
        }
    }
    Ok(report)
}
