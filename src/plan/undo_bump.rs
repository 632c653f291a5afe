//! Taking the last bump of this clone back, as long as nobody else can have it: files, branch and tag as they were,
//! in one transaction. Nothing is guessed: what is not as the bump left it is named, and nothing is changed.

use super::guards::Remote;
use super::push::REMOTE;
use super::undo::taking_back;
use super::{Plan, PlanError};
use crate::archive::Sha256;
use crate::effects::files::What;
use crate::effects::git::Head;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::{FILE_LIMIT, Project};
use crate::report::text;
use crate::steps::record::{Draft, Facts};
use crate::steps::transaction::{FileChange, Kept, TakeBack};

/// The names that the remote is asked for: the branch and the tag of a bump.
pub fn references(kept: &Kept) -> Vec<String> {
    let branch = kept.branch.iter().map(|moved| moved.name.clone()).filter(|name| name.starts_with("refs/"));
    branch.chain(kept.tag.iter().map(|(name, _)| format!("refs/tags/{name}"))).collect()
}

/// Plans to take a bump back.
///
/// # Errors
/// The branch, the tag or a file is not as the bump left it, the remote has it, or nobody knows.
pub fn plan(
    inspect: Inspect<'_>,
    project: &Project,
    git: &Git,
    (kept, remote): (&Kept, &Remote),
) -> Result<Plan, Failure> {
    let head = git.head()?;
    let tag = standing(git, kept, &head)?;
    refuse_pushed(git, kept, remote)?;
    let top = inspect.files().canonical(&git.top())?;
    let mut edited = Vec::new();
    let mut files = Vec::new();
    for file in &kept.files {
        let path = top.join(&file.path);
        let is_there = inspect.files().what(&path) != What::Missing;
        let now = is_there.then(|| inspect.files().read(&path, FILE_LIMIT)).transpose().ok();
        let digest = |now: &Option<Vec<u8>>| now.as_deref().map(|now| Sha256::of(now).to_string());
        match now.filter(|now| digest(now) == file.after) {
            Some(now) => files.push(FileChange {
                path: file.path.clone(),
                before: now.unwrap_or_default(),
                after: file.before.clone(),
                mode: if is_there { inspect.files().mode(&path)? } else { file.mode },
                preview: Vec::new(),
            }),
            None => edited.push(file.path.clone()),
        }
    }
    if !edited.is_empty() {
        return Err(PlanError::BumpEdited { version: kept.version.clone(), files: edited }.into());
    }
    let identity = git.identity(inspect.clock().now().as_second()).ok();
    let parent = kept.branch.as_ref().map(|moved| moved.old.clone()).or_else(|| kept.head.clone());
    let identity = identity.unwrap_or_else(|| crate::steps::record::identity(git, inspect));
    let commit = kept.branch.as_ref().map(|moved| moved.new.clone());
    let back = TakeBack { commit, parent: parent.unwrap_or_default(), tag };
    let draft = Draft {
        command: "undo",
        project: project.title(),
        version: Some(kept.version.clone()),
        summary: format!("took back {}", kept.summary),
        facts: Facts::default(),
    };
    Ok(taking_back((&kept.version, kept.version.clone()), (top, files), (head, identity), back, draft))
}

/// Branch and tag are where the bump put them; the tag, if it is still there.
fn standing(git: &Git, kept: &Kept, head: &Head) -> Result<Option<String>, PlanError> {
    let moved = |what: String| PlanError::BumpMoved { version: kept.version.clone(), what };
    let now = head.commit.as_deref().unwrap_or_default();
    match &kept.branch {
        Some(branch) => {
            let on = head.branch.as_deref().unwrap_or("HEAD");
            if on != branch.name {
                let short = |name: &str| name.trim_start_matches("refs/heads/").to_owned();
                return Err(moved(format!("HEAD is on `{}`, and it was made on `{}`", short(on), short(&branch.name))));
            }
            if now != branch.new {
                return Err(moved(format!(
                    "HEAD is at {}, and its commit is {}",
                    text::commit(now),
                    text::commit(&branch.new)
                )));
            }
        }
        None if kept.head.as_deref().unwrap_or_default() != now => {
            return Err(moved(format!("HEAD is at {} now, where it made no commit", text::commit(now))));
        }
        None => {}
    }
    let Some((name, object)) = &kept.tag else { return Ok(None) };
    match git.resolve(&format!("refs/tags/{name}")) {
        Some(there) if there == *object => Ok(Some(name.clone())),
        Some(_) => Err(moved(format!("the tag `{name}` is another one now"))),
        None => Ok(None),
    }
}

/// Nobody else has it.
fn refuse_pushed(git: &Git, kept: &Kept, remote: &Remote) -> Result<(), Failure> {
    let pushed = |remote: &str, what: String| {
        PlanError::BumpPushed { version: kept.version.clone(), remote: remote.to_owned(), what }.into()
    };
    let commit = kept.branch.as_ref().map(|moved| moved.new.as_str());
    if let Some(branch) = commit.and_then(|commit| git.remote_branch_with(commit)) {
        let (remote, branch) = branch.split_once('/').unwrap_or((REMOTE, &branch));
        return Err(pushed(remote, format!("its commit on `{branch}`")));
    }
    let there = match remote {
        Remote::NotAsked => return Ok(()),
        Remote::Closed(why) => return Err(why.as_ref().clone()),
        Remote::Has(there) => there,
    };
    let at = |name: &str| there.iter().find(|(known, _)| known == name).map(|(_, id)| id.as_str());
    if let Some((tag, _)) = kept.tag.as_ref().filter(|(tag, _)| at(&format!("refs/tags/{tag}")).is_some()) {
        return Err(pushed(REMOTE, format!("the tag `{tag}`")));
    }
    let Some((branch, commit)) = kept.branch.as_ref().map(|moved| moved.name.as_str()).zip(commit) else {
        return Ok(());
    };
    let short = branch.trim_start_matches("refs/heads/").to_owned();
    match at(branch) {
        Some(id) if !git.has_commit(id) => {
            Err(PlanError::BumpUnknown { remote: REMOTE.to_owned(), branch: short }.into())
        }
        Some(id) if git.is_on_top(id, commit) => Err(pushed(REMOTE, format!("its commit on `{short}`"))),
        _ => Ok(()),
    }
}
