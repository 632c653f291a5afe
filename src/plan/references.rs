//! Storing the references that were found: rules at the end of the configuration that is there, as one journaled
//! change. Every other byte of the file stays.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::init::{appended, parsed, settings};
use super::{Plan, PlanError};
use crate::config::file::ReferenceTable;
use crate::effects::files::What;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::detect::references::{Found, LookAlike, Proposal, Spotted};
use crate::project::references::Resolved;
use crate::project::{FILE_LIMIT, Project, ProjectError};
use crate::report::{Outcome, Report, diff, text};
use crate::steps::Step;
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

/// Marks the proposals that the configuration names already, and drops what it reaches from what is left alone.
pub fn mark_configured(found: &mut Found, resolved: &[Resolved]) {
    let places = resolved.iter().flat_map(|known| &known.places);
    let places: BTreeSet<(&str, usize)> = places.map(|place| (place.file.as_str(), place.range.start)).collect();
    let rules: BTreeSet<(&str, Option<&str>)> =
        resolved.iter().map(|known| (known.rule.path.as_str(), known.rule.pattern.as_deref())).collect();
    for proposal in &mut found.proposals {
        let rule = &proposal.rule;
        let named = proposal.places.iter().all(|place| places.contains(&(place.file.as_str(), place.start)));
        proposal.configured = named || rules.contains(&(rule.path.as_str(), rule.pattern.as_deref()));
    }
    let reached = |place: &LookAlike| places.contains(&(place.file.as_str(), place.start));
    found.left.retain(|place| !reached(place));
    found.skipped.retain(|place| !reached(place));
}

/// What was found, for people and for programs.
pub fn report(project: &Project, found: &Found) -> Report {
    let mut rows: Vec<(&Spotted, &Proposal)> = Vec::new();
    for proposal in &found.proposals {
        rows.extend(proposal.places.iter().map(|place| (place, proposal)));
    }
    rows.sort_by_key(|(place, _)| (place.file.as_str(), place.start));
    let row = |(place, proposal): &(&Spotted, &Proposal)| {
        vec![
            format!("{}:{}:{}", place.file, place.line, place.column),
            if proposal.configured { "configured" } else { "proposed" }.to_owned(),
            proposal.kind.to_string(),
            proposal.rule.form.to_string(),
            format!("{:.1}", proposal.confidence),
            place.text.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    let mut report = Report::new("references").outcome(Outcome::Ok);
    report.lines.extend(text::table(&rows));
    if rows.is_empty() {
        report.lines.push("no place was found that should follow the version".to_owned());
    }
    let left: Vec<_> = found.left.iter().chain(&found.skipped).collect();
    for place in &left {
        report.lines.push(format!("left alone {}:{} `{}`: {}", place.file, place.line, place.text, place.reason));
    }
    report.result(json!({"version": project.version().to_string(), "proposals": found.proposals, "left": left}))
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
        after: Some(after.into_bytes()),
        preview: Vec::new(),
    };
    let of = (project.title(), project.version().to_string());
    let transaction = Transaction::of_files(REFERENCES, of, (top, vec![change]), "references stored");
    Ok(Storing { file, diff, plan: Plan::of(vec![Step::Transaction(Box::new(transaction))]) })
}
