//! Taking a bump back that nobody has seen yet: files, branch and tag as they were, in one transaction.

use std::path::{Path, PathBuf};

use super::release::Document;
use super::{Plan, PlanError};
use crate::effects::files::What;
use crate::effects::git::{Head, Identity};
use crate::effects::signing::Signing;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::{FILE_LIMIT, Project};
use crate::steps::Step;
use crate::steps::record::{Draft, Facts};
use crate::steps::transaction::{FileChange, Hooks, TAKE_BACK, TakeBack, Transaction};

/// Plans to take back the bump of a release; no step where it was not made yet.
///
/// # Errors
/// HEAD is not at the release, or a file changed since.
pub fn plan(inspect: Inspect<'_>, project: &Project, git: &Git, document: &Document) -> Result<Plan, Failure> {
    let reference = format!("refs/tags/{}", document.tag);
    let Some(tag) = git.tags()?.into_iter().find(|tag| tag.name == document.tag).filter(|_| document.makes_tag) else {
        return Ok(Plan::default());
    };
    let head = git.head()?;
    let now = head.commit.clone().unwrap_or_default();
    if now != tag.commit {
        let short = |commit: &str| commit.get(..12).unwrap_or(commit).to_owned();
        return Err(PlanError::HeadMoved {
            head: short(&now),
            tag: document.tag.clone(),
            expected: short(&tag.commit),
        }
        .into());
    }
    document.require_commit(git)?;
    let top = inspect.files().canonical(&git.top())?;
    let committed = tag.commit != document.base.commit;
    let mut files = Vec::new();
    for edit in document.edits.iter().filter(|_| committed) {
        files.push(file(inspect, git, &top, (&edit.path, &document.base.commit))?);
    }
    let identity = git.identity(inspect.clock().now().as_second())?;
    let back = TakeBack {
        commit: committed.then(|| tag.commit.clone()),
        parent: document.base.commit.clone(),
        tag: git.resolve(&reference).is_some().then(|| document.tag.clone()),
    };
    let draft = Draft {
        command: "undo",
        project: project.title(),
        version: Some(document.to.clone()),
        summary: format!("{} -> {}", document.to, document.from),
        facts: Facts { plan: Some(document.token()), ..Facts::default() },
    };
    Ok(taking_back((&document.to, document.from.clone()), (top, files), (head, identity), back, draft))
}

/// The transaction that takes a released version back: what is left afterwards, the files as they were, and where
/// branch and tag go.
pub(super) fn taking_back(
    (released, left): (&str, String),
    (top, files): (PathBuf, Vec<FileChange>),
    (head, identity): (Head, Identity),
    back: TakeBack,
    draft: Draft,
) -> Plan {
    let transaction = Transaction {
        request: format!("{TAKE_BACK}{released}"),
        version: left,
        top,
        files,
        commit: None,
        tag: None,
        take_back: Some(back),
        branch: head.branch,
        head: head.commit,
        identity: Some(identity),
        signing: Signing::default(),
        hooks: Hooks::default(),
        draft,
    };
    Plan::of(vec![Step::Transaction(Box::new(transaction))])
}

/// A file as it was before; what the bump made is removed, what it removed is there again.
fn file(inspect: Inspect<'_>, git: &Git, top: &Path, (path, parent): (&str, &str)) -> Result<FileChange, Failure> {
    let at = top.join(path);
    let is_there = inspect.files().what(&at) != What::Missing;
    let was_there = git.has_file(parent, path)?;
    Ok(FileChange {
        path: path.to_owned(),
        before: if is_there { inspect.files().read(&at, FILE_LIMIT)? } else { Vec::new() },
        after: was_there.then(|| git.file_of_commit(parent, path)).transpose()?,
        mode: if is_there { inspect.files().mode(&at)? } else { 0o644 },
        preview: Vec::new(),
    })
}
