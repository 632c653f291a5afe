//! `release check`: judges archives.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Context, usage};
use crate::archive::{Limits, Scan, read};
use crate::check;
use crate::effects::Git;
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::plan::publish::default_files;
use crate::report::{Finding, Outcome, Report, Severity, text};
use crate::workflows::{self, WorkflowsError};

/// Judge archives by the rules of indexes, specifications and attacks, or workflows
///
/// Without files: those of the current version in `dist/`, or with `--workflows` those of `.github`, `.gitea`
/// and `.forgejo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Wheels and sdists; with `--workflows` workflows and composite actions
    files: Vec<PathBuf>,
    /// Judge how workflows release, instead of archives
    #[arg(long)]
    workflows: bool,
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
    if args.workflows {
        return workflows(context, args);
    }
    let files = context.inspect().files();
    let paths = match args.files.as_slice() {
        [] => {
            let project = context.project_of_packages()?;
            default_files(context.inspect(), &project, &context.packages(&project)?)?
        }
        named => named.iter().map(|path| context.inspect().dir().join(path)).collect(),
    };
    if let Some(path) = paths.iter().find(|path| files.what(path) == What::Folder) {
        return Err(usage(format!("`{}` is a folder", path.display()), "name the archives themselves"));
    }
    let mut findings = Vec::new();
    let mut judged = Vec::new();
    let mut lines = Vec::new();
    let mut unjudged = false;
    for path in &paths {
        let (name, scan) = scan(files, path)?;
        let verdict = check::judge(&name, &scan);
        let found: Vec<Finding> = verdict.findings.into_iter().filter(|found| wanted(args, found)).collect();
        let count = |severity| found.iter().filter(|found| found.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let sha256 = scan.digests.sha256.to_string();
        lines.push(format!(
            "{name}  {}, {}{}  {}  sha256 {sha256}",
            text::count(errors, "error"),
            text::count(warnings, "warning"),
            if verdict.judged { "" } else { "; its contents were not judged" },
            text::size(scan.size)
        ));
        judged.push(json!({"path": path, "sha256": sha256, "size": scan.size, "errors": errors, "warnings": warnings, "contents_judged": verdict.judged}));
        unjudged |= !verdict.judged;
        findings.extend(found);
    }
    let is_refused = findings.iter().any(|found| found.severity == Severity::Error);
    let mut report = verdict_of(args, findings).result(json!({"files": judged}));
    if unjudged && !is_refused {
        report = report.outcome(Outcome::Inconclusive);
    }
    report.lines = lines;
    Ok(report)
}

fn verdict_of(args: &Args, findings: Vec<Finding>) -> Report {
    let strict = args.strict && findings.iter().any(|found| found.severity == Severity::Warning);
    let report = Report::new("check").findings(findings);
    if strict { report.outcome(Outcome::Findings) } else { report }
}

/// The workflows that are named, else those of the repository.
fn workflows(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let files = inspect.files();
    let top = Git::discover(inspect.dir())?.map_or_else(|| inspect.dir().to_owned(), |git| git.top());
    let mut paths: Vec<PathBuf> = args.files.iter().map(|path| inspect.dir().join(path)).collect();
    if paths.is_empty() {
        for folder in workflows::FOLDERS.map(|folder| top.join(folder)) {
            if files.what(&folder) == What::Folder {
                let listed = files.list(&folder)?;
                paths.extend(
                    listed.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "yml" || ext == "yaml")),
                );
            }
        }
    }
    if paths.is_empty() {
        return Err(WorkflowsError::None { folders: workflows::FOLDERS.join("`, `") }.into());
    }
    let (mut findings, mut judged, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for path in &paths {
        let shown = path.strip_prefix(&top).unwrap_or(path).display().to_string();
        let content = files.read_text(path, workflows::yaml::SIZE_LIMIT)?;
        let found = workflows::judge(&shown, &content).into_iter().filter(|found| wanted(args, found));
        let found: Vec<Finding> = found.collect();
        let count = |severity| found.iter().filter(|found| found.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        lines.push(format!("{shown}  {}, {}", text::count(errors, "error"), text::count(warnings, "warning")));
        judged.push(json!({"path": shown, "errors": errors, "warnings": warnings}));
        findings.extend(found);
    }
    let mut report = verdict_of(args, findings).result(json!({"workflows": judged}));
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
