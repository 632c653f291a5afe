//! Why something is not even planned.

use crate::error::{Explain, Failure, Kind};

/// A guard that does not hold.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Tracked files differ from HEAD.
    #[error("the working tree has uncommitted changes: {}", list(files))]
    DirtyTree {
        /// The files.
        files: Vec<String>,
    },
    /// HEAD is on a branch that releases are not made from.
    #[error("HEAD is on `{branch}`, releases are made from {}", list(allowed))]
    WrongBranch {
        /// The branch.
        branch: String,
        /// Those that are allowed.
        allowed: Vec<String>,
    },
    /// HEAD is on no branch.
    #[error("HEAD is detached")]
    Detached,
    /// There is no commit yet.
    #[error("there is no commit yet")]
    NoCommit,
    /// A merge or the like is not concluded.
    #[error("git is in the middle of a {what}")]
    InProgress {
        /// What it is.
        what: &'static str,
    },
    /// The tag exists.
    #[error("the tag `{tag}` exists already, on commit {commit}")]
    TagTaken {
        /// The tag.
        tag: String,
        /// Its commit.
        commit: String,
    },
    /// A higher version has been released on this line.
    #[error("version {version} is not above {highest}, which is tagged")]
    BelowTag {
        /// What would be released.
        version: String,
        /// The highest tagged version.
        highest: String,
    },
    /// Nothing was asked for.
    #[error("no kind and no version given")]
    NoKind {
        /// What each kind would give.
        choices: Vec<String>,
    },
    /// A version and `--current`.
    #[error("`--current` releases the version that is written, {version}; a kind beside it has no meaning")]
    CurrentWithKind {
        /// The version.
        version: String,
    },
    /// The archives to work on are not there.
    #[error("there is no archive of version {version} in `{dir}`")]
    NoArchives {
        /// The version.
        version: String,
        /// The folder.
        dir: String,
    },
    /// An index has nothing of a version.
    #[error("`{index}` has no file of {package} {version}")]
    NotOnIndex {
        /// The distribution.
        package: String,
        /// The version.
        version: String,
        /// The index.
        index: String,
    },
    /// No index was named.
    #[error("no index named")]
    NoIndex,
    /// No credentials for an index.
    #[error("no token for `{index}`")]
    NoToken {
        /// The index.
        index: String,
        /// The variable to set.
        variable: String,
    },
    /// The check found errors in what would be published.
    #[error("the check found {findings} error{} in what would be published", if *findings == 1 { "" } else { "s" })]
    CheckFailed {
        /// How many.
        findings: usize,
    },
    /// The archives are not those of the build that `--expect` names.
    #[error("these are not the archives that were built: their digest is {found}, not {expected}")]
    OtherArchives {
        /// What the build had.
        expected: String,
        /// What these have.
        found: String,
    },
    /// Publishing under a clock that was given.
    #[error("`RELEASE_NOW` is set, and `{index}` is not on this machine")]
    GivenClock {
        /// The index.
        index: String,
    },
    /// A gate names an extra that the project does not have.
    #[error("`[project.optional-dependencies]` has no `{extra}`")]
    NoExtra {
        /// The extra.
        extra: String,
    },
    /// Files that would be edited have changes that are not committed.
    #[error("uncommitted changes in files that would be edited: {}", list(files))]
    Unsaved {
        /// The files.
        files: Vec<String>,
    },
    /// Nobody is there to say yes.
    #[error("nothing was written: there is no terminal to ask on")]
    Unconfirmed,
    /// Standard input ended where an answer was wanted.
    #[error("nothing was written: standard input ended before `{question}` was answered")]
    NoAnswer {
        /// The question.
        question: String,
    },
    /// An option and the configuration say different things.
    #[error("`{option}` differs from `{key}` of the configuration")]
    Configured {
        /// The option.
        option: &'static str,
        /// The key.
        key: &'static str,
        /// The file of the configuration.
        file: String,
    },
    /// A gate names a group that the project does not have.
    #[error("`[dependency-groups]` has no `{group}`")]
    NoGroup {
        /// The group.
        group: String,
    },
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

impl Explain for PlanError {
    fn code(&self) -> &'static str {
        match self {
            PlanError::DirtyTree { .. } => "plan/dirty-tree",
            PlanError::WrongBranch { .. } => "plan/wrong-branch",
            PlanError::Detached => "plan/detached-head",
            PlanError::NoCommit => "plan/no-commit",
            PlanError::InProgress { .. } => "plan/in-progress",
            PlanError::TagTaken { .. } => "plan/tag-taken",
            PlanError::BelowTag { .. } => "plan/below-tag",
            PlanError::NoKind { .. } => "plan/no-kind",
            PlanError::CurrentWithKind { .. } => "plan/current-with-kind",
            PlanError::NoArchives { .. } => "plan/no-archives",
            PlanError::NotOnIndex { .. } => "plan/not-on-index",
            PlanError::NoIndex => "plan/no-index",
            PlanError::NoToken { .. } => "plan/no-token",
            PlanError::CheckFailed { .. } => "publish/check-failed",
            PlanError::OtherArchives { .. } => "publish/other-archives",
            PlanError::GivenClock { .. } => "plan/given-clock",
            PlanError::NoExtra { .. } => "plan/no-extra",
            PlanError::Unsaved { .. } => "plan/unsaved",
            PlanError::Unconfirmed => "plan/unconfirmed",
            PlanError::NoAnswer { .. } => "plan/no-answer",
            PlanError::Configured { .. } => "plan/configured",
            PlanError::NoGroup { .. } => "plan/no-group",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            PlanError::NoKind { .. }
            | PlanError::CurrentWithKind { .. }
            | PlanError::NoIndex
            | PlanError::Configured { .. } => Kind::Usage,
            PlanError::NoGroup { .. } | PlanError::NoExtra { .. } | PlanError::NoToken { .. } => Kind::Setup,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            PlanError::DirtyTree { .. } => {
                "commit or stash them, or pass `--allow-dirty` to leave them out of the release".to_owned()
            }
            PlanError::WrongBranch { allowed, .. } => format!(
                "run `git switch {}`, or add the branch to `branches` of the configuration",
                allowed.first().map_or("main", String::as_str)
            ),
            PlanError::Detached => "run `git switch BRANCH`".to_owned(),
            PlanError::InProgress { what } => format!("conclude it, or run `git {what} --abort`"),
            PlanError::NoCommit => "run `git commit` first".to_owned(),
            PlanError::TagTaken { tag, .. } => format!(
                "choose a higher version; if `{tag}` was a mistake and nothing was published, run `git tag -d {tag}`"
            ),
            PlanError::BelowTag { highest, .. } => format!("choose a version above {highest}"),
            PlanError::NoKind { choices } => return choices.clone(),
            PlanError::CurrentWithKind { .. } => "leave one of the two out".to_owned(),
            PlanError::NoArchives { .. } => "run `release build`, or name the files".to_owned(),
            PlanError::NotOnIndex { .. } => "run `release publish` first, or name another version or index".to_owned(),
            PlanError::NoIndex => "name one with `--index NAME`, or set `stages` in the configuration".to_owned(),
            PlanError::NoToken { variable, .. } => {
                format!("set `{variable}`, or use `--token-stdin` or `--token-file FILE`")
            }
            PlanError::CheckFailed { .. } => {
                "put them right and build again; `release explain CODE` says more about each".to_owned()
            }
            PlanError::OtherArchives { .. } => {
                "find out what changed them between build and upload; `--expect` is the output `digest` of `release build`"
                    .to_owned()
            }
            PlanError::GivenClock { .. } => "unset `RELEASE_NOW`".to_owned(),
            PlanError::NoExtra { .. } => "correct `extra` of the gate, or add the extra".to_owned(),
            PlanError::Unsaved { .. } => {
                "commit or stash them, or pass `--allow-dirty` to edit the files as they are".to_owned()
            }
            PlanError::Unconfirmed => "look at the diff, then run the same command with `--yes`".to_owned(),
            PlanError::NoAnswer { .. } => "answer it, or take every default with `--yes`".to_owned(),
            PlanError::Configured { option, key, file } => {
                format!("edit `{key}` in `{file}`, or leave `{option}` out")
            }
            PlanError::NoGroup { .. } => "correct `group` of the gate, or add the group (PEP 735)".to_owned(),
        };
        vec![hint]
    }
}

/// One failure of all guards that do not hold: each is reported at once.
pub(super) fn all(mut broken: Vec<PlanError>) -> Result<(), Failure> {
    if broken.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::from(broken.remove(0));
    for next in broken {
        let next = Failure::from(next);
        failure.causes.push(format!("and {}", next.message));
        failure.hints.extend(next.hints);
    }
    Err(failure)
}
