//! What can go wrong while a change is carried out.

use super::push_answer::Answer;
use crate::build::error::Output;
use crate::effects::error::Said;
use crate::error::{Explain, Kind, Location};

/// A step that did not work.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// Somebody else is changing this repository.
    #[error("another `release` is changing this repository")]
    Locked {
        /// The lock file.
        lock: String,
    },
    /// git has a lock of its own.
    #[error("`{lock}` is held by another git process")]
    GitLocked {
        /// The lock file.
        lock: String,
    },
    /// A file is neither as it was nor as it should be.
    #[error("`{file}` has changed since this was planned")]
    Stale {
        /// The file.
        file: String,
        /// The journal of the interrupted change that it is about; empty before anything was begun.
        journal: String,
    },
    /// A file has changes that are not committed.
    #[error("`{file}` differs from what is committed")]
    Uncommitted {
        /// The file.
        file: String,
    },
    /// A change was interrupted while this one waited.
    #[error("an interrupted change has to be finished first")]
    Pending,
    /// A name that git cannot keep beside another one.
    #[error("`{reference}` cannot exist beside `{other}`")]
    ReferenceConflict {
        /// The reference to be made.
        reference: String,
        /// The one that is there.
        other: String,
    },
    /// A reference is neither where it was nor where it should be.
    #[error("`{reference}` has moved since this was planned")]
    ReferenceMoved {
        /// The reference.
        reference: String,
        /// The journal of the change.
        journal: String,
    },
    /// The journal of an interrupted change cannot be read.
    #[error("the journal of an interrupted change is unreadable: {problem}")]
    Journal {
        /// The journal.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A file could not be fetched from an index.
    #[error("`{url}` answers {status}")]
    Fetch {
        /// The URL.
        url: String,
        /// The status code.
        status: u16,
    },
    /// A gate did not pass.
    #[error("the gate `{gate}` failed: {ending}")]
    Gate {
        /// The command.
        gate: String,
        /// How it ended.
        ending: String,
        /// What it wrote.
        #[source]
        output: Output,
    },
    /// An entry of the ledger that would be lost.
    #[error("the ledger here has an entry that cannot be read")]
    UnreadableEntry,
    /// A hook did not work.
    #[error("the hook `{hook}` ({at}) stopped the release: {ending}")]
    Hook {
        /// The command.
        hook: String,
        /// When it ran.
        at: String,
        /// How it ended.
        ending: String,
        /// What it wrote.
        #[source]
        output: Output,
    },
    /// A hook changed what is released.
    #[error("the hook `{hook}` changed {}", files.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", "))]
    HookChanged {
        /// The command.
        hook: String,
        /// The tracked files.
        files: Vec<String>,
    },
    /// A hook of git did not work.
    #[error("the git hook `{hook}` stopped the bump: {ending}")]
    GitHook {
        /// Its name.
        hook: String,
        /// How it ended.
        ending: String,
        /// What it wrote.
        #[source]
        output: Output,
    },
    /// A hook of git changed what is committed.
    #[error("the git hook `{hook}` changed {}", files.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", "))]
    GitHookChanged {
        /// Its name.
        hook: String,
        /// The files.
        files: Vec<String>,
    },
    /// A remote did not take what was pushed.
    #[error("{}", refused(remote, branch.as_deref(), *answer))]
    Push {
        /// The remote.
        remote: String,
        /// The branch.
        branch: Option<String>,
        /// Why.
        answer: Answer,
        /// Whether it is there all the same; nothing where the remote could not be asked.
        landed: Option<bool>,
        /// What git said.
        #[source]
        said: Said,
    },
    /// A file of the tag is encrypted in git.
    #[error("`{file}` is encrypted in git by the filter `{filter}`")]
    Encrypted {
        /// The file.
        file: String,
        /// The filter.
        filter: String,
    },
    /// A file that `git lfs` keeps is not here as it was tagged.
    #[error("`{file}` is not here as it was tagged: git has only a pointer to it")]
    NotFetched {
        /// The file.
        file: String,
    },
    /// The journal belongs to another working tree.
    #[error("an interrupted change of the working tree `{top}` is in the way")]
    OtherTree {
        /// That working tree.
        top: String,
    },
}

impl Explain for StepError {
    fn code(&self) -> &'static str {
        match self {
            StepError::Locked { .. } => "step/locked",
            StepError::GitLocked { .. } => "step/git-locked",
            StepError::Stale { .. } => "step/stale",
            StepError::Uncommitted { .. } => "step/uncommitted",
            StepError::Pending => "step/pending",
            StepError::ReferenceConflict { .. } => "step/reference-conflict",
            StepError::ReferenceMoved { .. } => "step/reference-moved",
            StepError::Journal { .. } => "step/journal",
            StepError::Gate { .. } => "step/gate",
            StepError::UnreadableEntry => "step/unreadable-entry",
            StepError::Hook { .. } => "step/hook",
            StepError::HookChanged { .. } => "step/hook-changed",
            StepError::GitHook { .. } => "step/git-hook",
            StepError::GitHookChanged { .. } => "step/git-hook-changed",
            StepError::Push { answer, .. } => match answer {
                Answer::Behind => "step/push-behind",
                Answer::TagTaken => "step/push-tag-taken",
                Answer::Protected => "step/push-protected",
                Answer::Declined => "step/push-declined",
                Answer::HookHere => "step/push-hook",
                Answer::Denied => "step/push-denied",
                Answer::NotAtomic => "step/push-not-atomic",
                Answer::Passing => "step/push-unreachable",
                Answer::Other => "step/push",
            },
            StepError::Fetch { .. } => "step/fetch",
            StepError::Encrypted { .. } => "step/encrypted",
            StepError::NotFetched { .. } => "step/not-fetched",
            StepError::OtherTree { .. } => "step/other-tree",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Failed
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            StepError::Locked { .. } => "wait for it, then run the same command again".to_owned(),
            StepError::GitLocked { lock } => {
                format!("wait for it; if no git process is running, remove `{lock}`, then run the same command again")
            }
            StepError::Stale { journal, .. } if journal.is_empty() => {
                "look at it, then run the same command again".to_owned()
            }
            StepError::Stale { file, journal } => format!(
                "put your change of `{file}` aside with `git stash` and run the same command again, or give the interrupted change up: remove `{journal}`"
            ),
            StepError::Uncommitted { file } => {
                format!(
                    "commit `{file}` first: its other changes would be swept into the release, or lost from the index"
                )
            }
            StepError::Pending => "run the same command again: it finishes the interrupted change first".to_owned(),
            StepError::ReferenceConflict { other, .. } => {
                format!("remove or rename `{other}`, or choose another `tag` in the configuration")
            }
            StepError::ReferenceMoved { reference, journal } => format!(
                "look at `git log {reference}`; move it back to continue, or give an interrupted change up: remove `{journal}`"
            ),
            StepError::Journal { path, .. } => {
                format!("look at `git status`; when the tree is as you want it, remove `{path}`")
            }
            StepError::Fetch { .. } => "indexes lag: run the same command again later".to_owned(),
            StepError::Encrypted { .. } => {
                "a release is built from what is tagged: keep secrets out of packages, or leave the file out of the repository".to_owned()
            }
            StepError::NotFetched { .. } => "run `git lfs pull`, then the same command again".to_owned(),
            StepError::Gate { gate, .. } => format!("run `{gate}` in the project and put right what it says"),
            StepError::UnreadableEntry => {
                "`release history verify` names it; a newer version of `release` may have written it".to_owned()
            }
            StepError::Hook { hook, .. } => format!("run `{hook}` in the project and put right what it says"),
            StepError::HookChanged { .. } => {
                "a hook must leave tracked files alone: look at `git diff`, and undo it with `git restore`".to_owned()
            }
            StepError::GitHook { hook, .. } => {
                format!("run `git hook run {hook}` and put right what it says; nothing was changed")
            }
            StepError::GitHookChanged { hook, .. } => format!(
                "what is committed is what was planned: let `{hook}` leave these files alone, or set `hooks = \"skip\"` in `[tool.release.git]`; nothing was changed"
            ),
            StepError::Push { remote, branch, answer, landed, .. } => {
                return push_hints(remote, branch.as_deref().unwrap_or("BRANCH"), *answer, *landed);
            }
            StepError::OtherTree { top } => {
                format!("run `release bump` there first: `release -C {top} bump --current`")
            }
        };
        vec![hint]
    }

    fn location(&self) -> Option<Location> {
        match self {
            StepError::Stale { file, .. }
            | StepError::Uncommitted { file }
            | StepError::Encrypted { file, .. }
            | StepError::NotFetched { file } => Some(Location::file(file)),
            StepError::Journal { path, .. } => Some(Location::file(path)),
            _ => None,
        }
    }
}

/// What happened to a push, as a message.
fn refused(remote: &str, branch: Option<&str>, answer: Answer) -> String {
    let branch = branch.unwrap_or("the branch");
    match answer {
        Answer::Behind => format!("`{branch}` of `{remote}` has commits that are not here"),
        Answer::TagTaken => format!("`{remote}` has the tag already, for something else"),
        Answer::Protected => format!("`{remote}` protects `{branch}`, or the tag, from this push"),
        Answer::Declined => format!("a hook of `{remote}` refused the push"),
        Answer::HookHere => "the git hook `pre-push` refused the push".to_owned(),
        Answer::Denied => format!("`{remote}` does not let you push"),
        Answer::NotAtomic => format!("`{remote}` cannot take branch and tag together"),
        Answer::Passing => format!("`{remote}` did not answer as it should, several times"),
        Answer::Other => format!("`{remote}` did not take the push"),
    }
}

/// Whether anything landed, and what to do.
fn push_hints(remote: &str, branch: &str, answer: Answer, landed: Option<bool>) -> Vec<String> {
    const BACK: &str = "`release bump --undo` takes the bump back (a run: `release undo`)";
    let state = match landed {
        Some(true) => format!("`{remote}` has all of it all the same: nothing is left to do"),
        Some(false) => format!("nothing of it is on `{remote}`; commit and tag are here"),
        None => format!("what `{remote}` has is not known: `git ls-remote {remote}` tells; commit and tag are here"),
    };
    let next = match answer {
        Answer::Behind => {
            format!(
                "run `git fetch {remote}`, take the bump back with `release bump --undo` (a run: `release undo`), then `git pull --rebase {remote} {branch}`, and release again"
            )
        }
        Answer::TagTaken => format!("{BACK}; then `git fetch --tags {remote}`, and release a higher version"),
        Answer::Protected => {
            format!("let whoever releases push there, in the settings of the forge; {BACK}")
        }
        Answer::Declined => format!("do what the hook says above; {BACK}"),
        Answer::HookHere => format!("do what the hook says, and push again with the same command; {BACK}"),
        Answer::Denied => {
            format!(
                "try `git push --dry-run {remote}`; a forge takes `RELEASE_FORGE_TOKEN`; then run the same command again"
            )
        }
        Answer::NotAtomic => format!("push yourself, the branch first: `git push {remote} {branch}`, then the tag"),
        Answer::Passing | Answer::Other => "run the same command again: it pushes what is here".to_owned(),
    };
    vec![state, next]
}
