//! What the phases of a rehearsal and of a run do alike; what becomes of it is theirs.

use std::path::{Path, PathBuf};

use super::verification::{self, Request, Verdict};
use crate::build::isolated::Built;
use crate::check::Policy;
use crate::effects::World;
use crate::error::Failure;
use crate::plan::verify::Known;
use crate::plan::{archives, build, execute, exposure, gates as plan};
use crate::project::{Package, Project};
use crate::report::{Finding, Severity, text};
use crate::steps::Produced;
use crate::steps::verify_install::Verified;

/// Runs the gates; what came out, one line.
///
/// # Errors
/// One that is critical failed.
pub fn gates(world: &World, project: &Project) -> Result<String, Failure> {
    let mut passed = 0;
    for produced in execute::execute(world, plan::plan(project)?)? {
        if let Produced::Gates(results) = produced {
            passed += results.iter().filter(|gate| gate.passed).count();
        }
    }
    Ok(match project.config.gates.len() {
        0 => "none configured".to_owned(),
        all => format!("{passed} of {} passed", text::count(all, "gate")),
    })
}

/// What a bump did, one line.
pub fn bumped((from, to): (&str, &str), files: usize, tag: &str) -> String {
    let what = if from == to { format!("{to} as written") } else { format!("{from} -> {to}") };
    let committed = match files {
        0 => String::new(),
        files => format!(", {} written, committed", text::count(files, "file")),
    };
    format!("{what}{committed}, tagged {tag}")
}

/// Builds sdist and wheel of every package into a folder. A finding where the code of others that runs for it could read
/// the rights to publish which this very process has.
///
/// # Errors
/// A backend failed.
pub fn build(
    world: &World,
    project: &Project,
    out_dir: &Path,
    clean: bool,
) -> Result<(Vec<Built>, Option<Finding>), Failure> {
    let wanted = build::Wanted {
        sdist: true,
        wheel: true,
        out_dir,
        clean,
        builder: build::Builder::Auto,
        from_source: false,
        settings: build::Settings::new(),
        manifest: false,
    };
    let packages: Vec<&Package> = project.packages.iter().collect();
    let plan = build::plan(world.inspect(), project, &packages, wanted)?;
    let finding = exposure::of(world.inspect(), &plan).and_then(|exposure| exposure.finding_in_ci(world.inspect()));
    let archives = execute::execute(world, plan)?.into_iter().filter_map(|made| match made {
        Produced::Archives(files) => Some(files),
        _ => None,
    });
    Ok((archives.flatten().collect(), finding))
}

/// Judges archives by every rule; what is only worth knowing is left out.
///
/// # Errors
/// One cannot be opened.
pub fn check(world: &World, policy: &Policy, built: &[Built]) -> Result<Vec<Finding>, Failure> {
    let paths: Vec<PathBuf> = built.iter().map(|built| built.path.clone()).collect();
    let mut judged = archives::judge(world.inspect(), policy, &paths)?;
    archives::render(world, policy, &mut judged)?;
    let together = archives::together(policy, &judged).findings;
    let findings = judged.into_iter().flat_map(|judged| judged.verdict.findings).chain(together);
    // Advice is for `release check`: a release has other news.
    Ok(findings.filter(|finding| finding.severity > Severity::Info).collect())
}

/// Waits until an index shows what was built of a package, then installs and tries it.
///
/// # Errors
/// The index cannot be asked, or an environment not be made.
pub fn verify(world: &World, request: &Request<'_>, package: &Package, built: &[Built]) -> Result<Verdict, Failure> {
    let mine = built.iter().filter(|built| built.package == package.name.as_str());
    let known: Vec<Known> = mine
        .map(|built| Known {
            name: built.name(),
            sha256: built.sha256.clone(),
            path: Some(built.path.clone()),
            attested: false,
        })
        .collect();
    let plan = verification::await_plan(world.inspect(), request, package, &known)?;
    let shown = execute::execute(world, plan)?;
    verification::install(world, request, package, (&known, shown))
}

/// What was installed and tried, one line.
pub fn installed(verified: &[Verified]) -> String {
    let checks: usize = verified.iter().map(|one| one.checked.len()).sum();
    format!(
        "{} installed in clean environments, {}",
        text::count(verified.len(), "archive"),
        text::count(checks, "check")
    )
}
