//! What must hold before a bump: everything that does not is reported at once, each with its fix. Looks only.
//!
//! The network is asked for a push alone, and before: what a remote has comes in as [`Remote`]. Without one, the last
//! fetch tells whether the branch is behind.

use std::collections::BTreeSet;
use std::path::Path;

use super::bump::Wanted;
use super::{PlanError, error, next};
use crate::config::file::{ChangelogKind, GitHooks, GitSign};
use crate::effects::git::{Head, Identity};
use crate::effects::git_program::RemoteReference;
use crate::effects::signing::{Signer, Signing};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::plan::push::REMOTE;
use crate::project::changelog::{Changelog, fragments};
use crate::project::history::Released;
use crate::project::{Project, ProjectError};
use crate::python::version::Version;
use crate::report::Event;
use crate::steps::StepError;
use crate::steps::transaction::Hooks;

/// What is known of the remote.
#[derive(Debug, Clone, Default)]
pub enum Remote {
    /// Nothing is pushed, so it was not asked.
    #[default]
    NotAsked,
    /// It cannot be pushed to, or asked: why.
    Closed(Box<Failure>),
    /// What it has of what was asked for.
    Has(Vec<RemoteReference>),
}

/// What was found out while guarding.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Who commits; nothing where nothing is committed or tagged.
    pub(super) identity: Option<Identity>,
    /// What is signed.
    pub(super) signing: Signing,
    /// The user's git hooks that run.
    pub(super) hooks: Hooks,
    /// What the reader should know.
    pub(super) notes: Vec<String>,
}

/// Everything that must hold.
///
/// # Errors
/// Something does not; all of it in one failure.
pub(super) fn check(
    inspect: Inspect<'_>,
    git: Option<&Git>,
    project: &Project,
    wanted: &Wanted,
    (to, releases): (&Version, &[Released]),
) -> Result<Held, Failure> {
    let writes = wanted.commit || wanted.tag;
    let Some(git) = git else {
        if writes {
            return Err(ProjectError::NoRepository { dir: project.root.display().to_string() }.into());
        }
        return Ok(Held::default());
    };
    let head = git.head()?;
    let mut broken: Vec<Failure> = Vec::new();
    broken.extend(place(git, project, wanted, &head)?.into_iter().map(Failure::from));
    if wanted.tag {
        let name = project.tag_of(to);
        match git.tags()?.into_iter().find(|tag| tag.name == name) {
            Some(taken) => broken.push(PlanError::TagTaken { tag: name, commit: taken.commit }.into()),
            None => broken.extend(next::check(to, releases).err().map(Failure::from)),
        }
    }
    broken.extend(remote(inspect, git, (wanted, &project.tag_of(to)), &head));
    if wanted.commit && head.commit.is_some() {
        broken.extend(fragments(inspect, git, (project, wanted))?);
    }
    let mut held = Held::default();
    if writes {
        match git.identity(inspect.clock().now().as_second()) {
            Ok(identity) => held.identity = Some(identity),
            Err(error) => broken.push(error.into()),
        }
        match signing(inspect, git, project, wanted, held.identity.as_ref()) {
            Ok(signing) => held.signing = signing,
            Err(failure) => broken.push(failure),
        }
        match hooks(inspect, git, project, wanted) {
            Ok((hooks, note)) => {
                held.hooks = hooks;
                held.notes.extend(note);
            }
            Err(error) => broken.push(error.into()),
        }
        held.notes.extend(not_followed(git, &held.signing));
    }
    error::all(broken)?;
    Ok(held)
}

/// Whether the repository stands as a bump needs it; before anybody is asked anything.
///
/// # Errors
/// It does not; all of it in one failure.
pub fn ready(project: &Project, wanted: &Wanted) -> Result<(), Failure> {
    let Some(git) = Git::discover(&project.root)? else { return Ok(()) };
    let broken = place(&git, project, wanted, &git.head()?)?;
    error::all(broken.into_iter().map(Failure::from).collect())
}

/// Where the repository stands.
fn place(git: &Git, project: &Project, wanted: &Wanted, head: &Head) -> Result<Vec<PlanError>, Failure> {
    let writes = wanted.commit || wanted.tag;
    let mut broken = Vec::new();
    if head.commit.is_none() && writes {
        broken.push(PlanError::NoCommit);
    }
    if let Some(what) = git.in_progress() {
        broken.push(PlanError::InProgress { what });
    }
    if git.is_shallow() && writes {
        broken.push(PlanError::Shallow);
    }
    let allowed = &project.config.branches.value;
    match &head.branch {
        None if wanted.commit => broken.push(PlanError::Detached),
        Some(branch) => {
            let short = branch.trim_start_matches("refs/heads/");
            let matches = |pattern: &String| pattern == short || fast_glob::glob_match(pattern, short);
            if !allowed.is_empty() && !allowed.iter().any(matches) {
                broken.push(PlanError::WrongBranch { branch: short.to_owned(), allowed: allowed.clone() });
            }
            if let Some((upstream, commits)) = git.behind(branch).filter(|_| wanted.commit) {
                broken.push(PlanError::Behind { branch: short.to_owned(), upstream, commits });
            }
        }
        None => {}
    }
    if !wanted.allow_dirty && head.commit.is_some() {
        let files = git.changed_files()?;
        if !files.is_empty() {
            broken.push(PlanError::DirtyTree { files });
        }
    }
    Ok(broken)
}

/// Fragments that git does not have as they are: the commit of the release could not remove them.
fn fragments(inspect: Inspect<'_>, git: &Git, (project, wanted): (&Project, &Wanted)) -> Result<Vec<Failure>, Failure> {
    let changelog = Changelog::of(inspect.files(), project)?;
    if changelog.kind != ChangelogKind::Fragments {
        return Ok(Vec::new());
    }
    let folder = fragments::read(inspect.files(), &project.root, &changelog)?;
    let found = folder.fragments;
    // What is no fragment at all is refused where the section is made.
    if found.is_empty() || !folder.malformed.is_empty() {
        return Ok(Vec::new());
    }
    let top = inspect.files().canonical(&git.top())?;
    let root = project.root.strip_prefix(&top).unwrap_or(Path::new(""));
    let known: BTreeSet<String> = git.files_at_head("")?.into_iter().map(|file| file.path).collect();
    // Otherwise they are refused already.
    let changed = if wanted.allow_dirty { git.changed_files()? } else { Vec::new() };
    let paths = found.iter().map(|fragment| root.join(&fragment.file).to_string_lossy().into_owned());
    let unsaved = paths.filter(|path| !known.contains(path) || changed.contains(path));
    Ok(unsaved.map(|file| StepError::Uncommitted { file }.into()).collect())
}

/// What would make the push fail.
fn remote(inspect: Inspect<'_>, git: &Git, (wanted, tag): (&Wanted, &str), head: &Head) -> Vec<Failure> {
    let there = match &wanted.remote {
        Remote::NotAsked if git.remote_url(REMOTE).is_some() => {
            let text = format!("`{REMOTE}` was not asked, since nothing is pushed: the last fetch tells what it has");
            inspect.tell(&Event::Detail { text });
            return Vec::new();
        }
        Remote::NotAsked => return Vec::new(),
        Remote::Closed(why) => return vec![why.as_ref().clone()],
        Remote::Has(there) => there,
    };
    let at = |name: &str| there.iter().find(|(known, _)| known == name).map(|(_, id)| id.as_str());
    let mut broken = Vec::new();
    if at(&format!("refs/tags/{tag}")).is_some() {
        broken.push(PlanError::RemoteTag { remote: REMOTE.to_owned(), tag: tag.to_owned() }.into());
    }
    let behind_already = head.branch.as_ref().is_some_and(|branch| git.behind(branch).is_some());
    if let Some(branch) = &head.branch
        && !behind_already
        && at(branch).is_some_and(|id| !git.has_in_history(id))
    {
        let branch = branch.trim_start_matches("refs/heads/").to_owned();
        broken.push(PlanError::RemoteAhead { remote: REMOTE.to_owned(), branch }.into());
    }
    broken
}

/// What is signed, and whether it can be: the key signs something that nobody keeps.
fn signing(
    inspect: Inspect<'_>,
    git: &Git,
    project: &Project,
    wanted: &Wanted,
    identity: Option<&Identity>,
) -> Result<Signing, Failure> {
    let (commit, tag) = match wanted.sign.unwrap_or(project.config.git.sign) {
        GitSign::Never => (false, false),
        GitSign::Always => (true, true),
        GitSign::Auto => (git.own_switch("commit.gpgSign"), git.own_switch("tag.gpgSign")),
    };
    let (commit, tag) = (commit && wanted.commit, tag && wanted.tag);
    // Without a name the key cannot be chosen, and that is reported already.
    let Some(identity) = identity.filter(|_| commit || tag) else { return Ok(Signing::default()) };
    let signer = Signer::of(inspect, git, identity)?;
    signer.try_out(inspect)?;
    Ok(Signing { commit: commit.then(|| signer.clone()), tag: tag.then_some(signer) })
}

/// What of the repository's own configuration asks for signatures and is not followed.
fn not_followed(git: &Git, signing: &Signing) -> Option<String> {
    let keys = [("commit.gpgSign", signing.commit.is_some()), ("tag.gpgSign", signing.tag.is_some())];
    let asked = |key: &str| {
        git.repository_setting(key).is_some_and(|value| !matches!(value.as_str(), "false" | "no" | "off" | "0" | ""))
    };
    let key = keys.iter().find(|(key, signs)| !signs && asked(key)).map(|(key, _)| *key)?;
    Some(format!(
        "`{key}` of this repository's configuration is not followed, only yours is: `git config --global {key} true`, or `--sign always`"
    ))
}

/// The hooks that run, and what is to be said of those that do not.
fn hooks(
    inspect: Inspect<'_>,
    git: &Git,
    project: &Project,
    wanted: &Wanted,
) -> Result<(Hooks, Option<String>), PlanError> {
    let pushes = !matches!(wanted.remote, Remote::NotAsked);
    let mut found = git.hooks(inspect, pushes);
    if !wanted.commit {
        found.names.retain(|name| matches!(name.as_str(), "reference-transaction" | "pre-push"));
    }
    if found.names.is_empty() {
        return Ok((Hooks::default(), None));
    }
    let named: Vec<String> = found.names.iter().map(|name| format!("`{name}`")).collect();
    match (project.config.git.hooks, found.named_by_repository) {
        (GitHooks::Skip, _) => {
            let (hooks, are) = if named.len() == 1 { ("hook", "is") } else { ("hooks", "are") };
            let note = format!(
                "the git {hooks} {} {are} not run: `hooks` of `[tool.release.git]` says what becomes of them (`run`, `refuse`, `skip`)",
                named.join(", ")
            );
            Ok((Hooks::default(), Some(note)))
        }
        (GitHooks::Refuse, _) => Err(PlanError::HooksRefused { hooks: found.names }),
        (GitHooks::Run, Some(path)) => Err(PlanError::HooksElsewhere { path }),
        (GitHooks::Run, None) => Ok((Hooks { dir: found.dir, names: found.names }, None)),
    }
}
