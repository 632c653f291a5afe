//! Storing the references that were found: rules at the end of the configuration that is there, as one journaled
//! change. Every other byte of the file stays.

use std::path::Path;

use super::init::{appended, parsed, settings};
use super::{Plan, PlanError};
use crate::config::file::ReferenceTable;
use crate::effects::files::What;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::detect::references::Found;
use crate::project::references::Resolved;
use crate::project::{FILE_LIMIT, Project, ProjectError};
use crate::report::diff;
use crate::steps::Step;
use crate::steps::record::{Draft, Facts};
use crate::steps::transaction::{FileChange, REFERENCES, Transaction};

/// What would be stored.
#[derive(Debug)]
pub struct Storing {
    /// The file of the configuration.
    pub file: String,
    /// The change as a unified diff; empty where nothing changes.
    pub diff: Vec<String>,
    /// The change; no steps where everything is configured.
    pub plan: Plan,
}

/// Marks the proposals that the configuration names already.
pub fn mark_configured(found: &mut Found, resolved: &[Resolved]) {
    for proposal in &mut found.proposals {
        let rule = &proposal.rule;
        let same = |known: &Resolved| {
            known.rule.form == rule.form && known.rule.path == rule.path && known.rule.pattern == rule.pattern
        };
        let places = || resolved.iter().flat_map(|known| &known.places);
        let named = |file: &str, start: usize| places().any(|place| place.file == file && place.range.start == start);
        proposal.configured =
            resolved.iter().any(same) || proposal.places.iter().all(|place| named(&place.file, place.start));
    }
}

/// Plans to store the proposals that are not configured yet.
///
/// # Errors
/// The file has uncommitted changes and may not be edited, is a link, or would no longer be read.
pub fn plan(inspect: Inspect<'_>, project: &Project, found: &Found, allow_dirty: bool) -> Result<Storing, Failure> {
    let files = inspect.files();
    let file = project.config.file.clone().unwrap_or_else(|| "pyproject.toml".to_owned());
    let new = found.proposals.iter().filter(|proposal| !proposal.configured);
    let rules: Vec<ReferenceTable> = new.map(|proposal| proposal.rule.clone()).collect();
    if rules.is_empty() {
        return Ok(Storing { file, diff: Vec::new(), plan: Plan::default() });
    }
    let git = Git::discover(&project.root)?;
    let top = match &git {
        Some(git) => files.canonical(&git.top())?,
        None => project.root.clone(),
    };
    let full = project.root.join(&file);
    if files.what(&full) != What::File || files.canonical(&full)? != full {
        return Err(ProjectError::Link { file }.into());
    }
    let path = full.strip_prefix(&top).unwrap_or(Path::new(&file)).to_string_lossy().into_owned();
    let dirty = git.as_ref().map(Git::changed_files).transpose()?.unwrap_or_default();
    if dirty.contains(&path) && !allow_dirty {
        return Err(PlanError::Unsaved { files: vec![file] }.into());
    }
    let before = files.read_text(&full, FILE_LIMIT)?;
    let table = if file == "pyproject.toml" { "tool.release" } else { "" };
    let after = appended(&before, &settings::references_text(&rules, table));
    // What is written is what will be read.
    parsed(&file, &after)?;
    let diff = diff::unified(&path, Some(&before), &after);
    let change = FileChange {
        path,
        mode: files.mode(&full)?,
        before: before.into_bytes(),
        after: after.into_bytes(),
        preview: Vec::new(),
    };
    let transaction = Transaction {
        request: REFERENCES.to_owned(),
        version: project.version().to_string(),
        top,
        files: vec![change],
        commit: None,
        tag: None,
        take_back: None,
        branch: None,
        head: None,
        identity: None,
        draft: Draft {
            command: "references",
            project: project.title(),
            version: None,
            summary: "references stored".to_owned(),
            facts: Facts::default(),
        },
    };
    Ok(Storing { file, diff, plan: Plan::of(vec![Step::Transaction(Box::new(transaction))]) })
}
