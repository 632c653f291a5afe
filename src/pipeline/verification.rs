//! Verifying a release on an index: what is known of its files, waiting for them, installing each.

use crate::config::targets::Index;
use crate::effects::{Inspect, World};
use crate::error::{Failure, Location};
use crate::index::Listing;
use crate::plan::verify::{self, Known, Target};
use crate::plan::{Plan, PlanError, execute, publish};
use crate::project::{Package, Project};
use crate::python::filename::{SdistName, WheelName};
use crate::python::version::Version;
use crate::report::Finding;
use crate::steps::await_files::AwaitFiles;
use crate::steps::verify_install::Verified;
use crate::steps::{Produced, Step};

/// What is verified where.
pub struct Request<'a> {
    /// The project.
    pub project: &'a Project,
    /// The version.
    pub version: &'a Version,
    /// The index.
    pub index: &'a Index,
    /// The simple API that dependencies come from; nothing: the index itself.
    pub dependencies: Option<&'a str>,
    /// Whether an extra whose requirement that index does not have is no fault.
    pub lenient: bool,
    /// How many seconds to wait for the files.
    pub wait: u64,
}

/// What came out for one package.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What was tried and measured.
    pub verified: Vec<Verified>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The files that are not visible.
    pub missing: Vec<String>,
}

/// The archives of this version in `dist/` with their sha256; none where the version is another one or
/// nothing was built here.
///
/// # Errors
/// An archive cannot be read.
pub fn known_files(
    inspect: Inspect<'_>,
    project: &Project,
    package: &Package,
    version: &Version,
) -> Result<Vec<Known>, Failure> {
    if package.version != *version {
        return Ok(Vec::new());
    }
    let Ok(paths) = publish::default_files(inspect, project, &[package]) else {
        return Ok(Vec::new());
    };
    let mut known = Vec::new();
    for path in paths {
        let bytes = inspect.files().read(&path, u64::MAX - 1)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        known.push((name, crate::archive::Sha256::of(&bytes).to_string()));
    }
    Ok(known)
}

/// Plans the wait for the files of a package: those that are known, else whatever the index has of the version.
///
/// # Errors
/// The index does not answer, or has nothing of this version and nothing is known of it.
pub fn await_plan(
    inspect: Inspect<'_>,
    request: &Request<'_>,
    package: &Package,
    known: &[Known],
) -> Result<Plan, Failure> {
    let files = if known.is_empty() {
        let listing = Listing::of(inspect.http(), request.index, &package.name)?;
        let of_version = |name: &str| {
            let wheel = name.parse::<WheelName>().ok().is_some_and(|parsed| *parsed.version() == *request.version);
            wheel || name.parse::<SdistName>().ok().is_some_and(|parsed| *parsed.version() == *request.version)
        };
        let found: Vec<String> =
            listing.files.iter().map(|file| file.name.clone()).filter(|name| of_version(name)).collect();
        if found.is_empty() {
            return Err(PlanError::NotOnIndex {
                package: package.name.as_str().to_owned(),
                version: request.version.to_string(),
                index: request.index.name.clone(),
            }
            .into());
        }
        found
    } else {
        known.iter().map(|(name, _)| name.clone()).collect()
    };
    Ok(Plan::of(vec![Step::AwaitFiles(AwaitFiles {
        index: request.index.clone(),
        package: package.name.clone(),
        files,
        seconds: request.wait,
    })]))
}

/// Installs what is visible and tries it.
///
/// # Errors
/// An environment cannot be made, or a file cannot be fetched.
pub fn install(
    world: &World,
    request: &Request<'_>,
    package: &Package,
    (known, shown): (&[Known], Vec<Produced>),
) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::default();
    let mut visible = Vec::new();
    for produced in shown {
        if let Produced::Shown(shown) = produced {
            visible.extend(shown.files);
            verdict.missing.extend(shown.missing);
        }
    }
    for name in &verdict.missing {
        let message = format!("`{name}` is not visible on `{}` after {} s", request.index.name, request.wait);
        let help = "indexes lag: run the same command again later";
        verdict.findings.push(Finding::warning("verify/not-visible", message).at(Location::file(name)).help(help));
    }
    let target = Target { index: request.index, dependencies: request.dependencies, lenient: request.lenient };
    let plan = verify::plan(request.project, (package, request.version), &target, &visible, known);
    for produced in execute::execute(world, plan)? {
        if let Produced::Verified(verified) = produced {
            verdict.findings.extend(verified.findings.iter().cloned());
            verdict.verified.push(*verified);
        }
    }
    Ok(verdict)
}
