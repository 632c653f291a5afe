//! `release check`: judges archives.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Context, usage};
use crate::archive::{Limits, Scan, read};
use crate::check;
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::plan::publish::default_files;
use crate::report::{Finding, Outcome, Report, Severity, text};

/// Judge archives by the rules of indexes, specifications and attacks
///
/// Without files: those of the current version in `dist/`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Wheels and sdists
    files: Vec<PathBuf>,
    /// Only findings whose code begins so (can be repeated)
    #[arg(long, value_name = "CODE")]
    select: Vec<String>,
    /// No findings whose code begins so (can be repeated)
    #[arg(long, value_name = "CODE")]
    ignore: Vec<String>,
    /// Warnings turn the verdict, too
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let files = context.inspect().files();
    let paths = match args.files.as_slice() {
        [] => {
            let project = context.project()?;
            default_files(context.inspect(), &project, &project.packages.iter().collect::<Vec<_>>())?
        }
        named => named.iter().map(|path| context.inspect().dir().join(path)).collect(),
    };
    if let Some(path) = paths.iter().find(|path| files.what(path) == What::Folder) {
        return Err(usage(format!("`{}` is a folder", path.display()), "name the archives themselves"));
    }
    let mut findings = Vec::new();
    let mut judged = Vec::new();
    let mut lines = Vec::new();
    for path in &paths {
        let (name, scan) = scan(files, path)?;
        let found: Vec<Finding> = check::judge(&name, &scan).into_iter().filter(|found| wanted(args, found)).collect();
        let count = |severity| found.iter().filter(|found| found.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let sha256 = scan.digests.sha256.to_string();
        lines.push(format!(
            "{name}  {}, {}  {}  sha256 {sha256}",
            text::count(errors, "error"),
            text::count(warnings, "warning"),
            text::size(scan.size)
        ));
        judged.push(json!({"path": path, "sha256": sha256, "size": scan.size, "errors": errors, "warnings": warnings}));
        findings.extend(found);
    }
    let strict = args.strict && findings.iter().any(|found| found.severity == Severity::Warning);
    let mut report = Report::new("check").findings(findings).result(json!({"files": judged}));
    if strict {
        report = report.outcome(Outcome::Findings);
    }
    report.lines = lines;
    Ok(report)
}

fn scan(files: Files, path: &Path) -> Result<(String, Scan), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut file = files.open(path)?;
    let scan = read::scan(&name, &mut file, &Limits::default());
    Ok((name, scan))
}

fn wanted(args: &Args, found: &Finding) -> bool {
    let begins = |codes: &[String]| codes.iter().any(|code| found.code.starts_with(code.as_str()));
    (args.select.is_empty() || begins(&args.select)) && !begins(&args.ignore)
}
