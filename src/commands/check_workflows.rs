//! `release check --workflows`: judges how workflows release.

use std::path::PathBuf;

use serde_json::json;

use super::Context;
use super::check::Args;
use super::check_report::{counted, verdict_of, wanted};
use crate::effects::Git;
use crate::effects::files::What;
use crate::error::Failure;
use crate::report::{Finding, Report};
use crate::workflows::{self, WorkflowsError};

/// The workflows that are named, else those of the repository.
pub(super) fn judge(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
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
    let (mut findings, mut judged, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for path in &paths {
        let shown = path.strip_prefix(&top).unwrap_or(path).display().to_string();
        let content = files.read_text(path, workflows::yaml::SIZE_LIMIT)?;
        let found: Vec<Finding> =
            workflows::judge(&shown, &content).into_iter().filter(|found| wanted(args, found)).collect();
        let (errors, warnings, said) = counted(&found);
        groups.push((format!("{shown}  {said}"), found.len()));
        judged.push(json!({"path": shown, "errors": errors, "warnings": warnings}));
        findings.extend(found);
    }
    let mut report = verdict_of(args, findings).result(json!({"workflows": judged}));
    report.groups = groups;
    Ok(report)
}
