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
    /// Nobody can tell whether this command was run before.
    #[error("{version} is released as `{tag}`, nothing was committed since, and what it was made from is not known")]
    MadeFromUnknown {
        /// The version of now.
        version: String,
        /// Its tag.
        tag: String,
        /// The version that the request leads to from it.
        next: String,
    },
    /// History is cut off.
    #[error("the clone is shallow: its history and tags are cut off")]
    Shallow,
    /// The branch lacks commits of what it follows.
    #[error("`{branch}` is {commits} commit{} behind `{upstream}`", if *commits == 1 { "" } else { "s" })]
    Behind {
        /// The branch.
        branch: String,
        /// What it follows, as of the last fetch.
        upstream: String,
        /// How many.
        commits: usize,
    },
    /// Git hooks are there, and the configuration says that they stop a bump.
    #[error("git would run hooks that a bump does not run: {}", list(hooks))]
    HooksRefused {
        /// Their names.
        hooks: Vec<String>,
    },
    /// The repository's own configuration says where its hooks are.
    #[error("`core.hooksPath` of this repository's own configuration names `{path}`, and hooks from there are not run")]
    HooksElsewhere {
        /// The folder.
        path: String,
    },
    /// A comment that cannot stand in a message.
    #[error("the text of `-m` is refused: {problem}")]
    Comment {
        /// What is wrong.
        problem: &'static str,
    },
    /// The template is the comment, and there is none.
    #[error("the message of the commit would be empty")]
    NoComment,
    /// A message with a secret in it.
    #[error("{place} holds {kind}")]
    SecretInMessage {
        /// Which message.
        place: &'static str,
        /// What kind of secret.
        kind: &'static str,
    },
    /// There is no bump to take back.
    #[error("there is no bump of this clone to take back")]
    NoBump,
    /// The branch or the tag is not where the bump put it.
    #[error("the bump to {version} cannot be taken back: {what}")]
    BumpMoved {
        /// Its version.
        version: String,
        /// What is different.
        what: String,
    },
    /// Files are not as the bump left them.
    #[error("the bump to {version} cannot be taken back: {} changed since", list(files))]
    BumpEdited {
        /// Its version.
        version: String,
        /// The files.
        files: Vec<String>,
    },
    /// The bump that would be taken back is of another package.
    #[error("the last bump of this clone, to {version}, is of another package")]
    BumpOfAnother {
        /// The version that it made.
        version: String,
    },
    /// The remote has it.
    #[error("the bump to {version} cannot be taken back: `{remote}` has {what}")]
    BumpPushed {
        /// Its version.
        version: String,
        /// The remote.
        remote: String,
        /// The branch or the tag.
        what: String,
    },
    /// The remote has commits that are not here, so nothing can be said of them.
    #[error("whether `{branch}` of `{remote}` has the bump is not known: it has commits that are not here")]
    BumpUnknown {
        /// The remote.
        remote: String,
        /// The branch.
        branch: String,
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
    /// The changes call for no release.
    #[error("there is nothing to release after {version}: {reason}")]
    NothingToRelease {
        /// The current version.
        version: String,
        /// What the changes are.
        reason: String,
    },
    /// Nothing was asked for.
    #[error("no kind and no version given")]
    NoKind {
        /// What each kind would give.
        choices: Vec<String>,
    },
    /// The tags are the version, and there is none.
    #[error("the version of this project is its git tag, and there is none yet")]
    NoFirstTag,
    /// References name another version.
    #[error("{} not name {version}: they are out of date", if places.len() == 1 { "1 place does".to_owned() } else { format!("{} places do", places.len()) })]
    Stale {
        /// The version of the project.
        version: String,
        /// Where, and what stands there.
        places: Vec<String>,
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
    /// The tag to compare with is not there.
    #[error("there is no tag `{tag}`")]
    NoSuchTag {
        /// The tag.
        tag: String,
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
        /// What else to do, where the runner is known.
        advice: Option<&'static str>,
        /// Variables that hold credentials, and that are not read for it.
        unread: Vec<String>,
    },
    /// Code of others ran where the right to publish is.
    #[error("a build backend ran in this job, and could have left something that reads the right to publish")]
    SameJob,
    /// A file is of another project than the one that a token is got for.
    #[error("`{file}` is of the project `{found}`, and this is {}", expected.join(", "))]
    OtherProject {
        /// The file.
        file: String,
        /// The project that its metadata name.
        found: String,
        /// The projects of the configuration.
        expected: Vec<String>,
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
    /// What `--expect` names is neither a digest nor a manifest.
    #[error("`{path}` is no manifest of a build: {problem}")]
    NoManifest {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// Publishing under a clock that was given.
    #[error("`RELEASE_NOW` is set, and `{index}` is not on this machine")]
    GivenClock {
        /// The index.
        index: String,
    },
    /// A file that is no plan of a release.
    #[error("this is not a plan of a release: {problem}")]
    NotAPlan {
        /// What is wrong.
        problem: String,
    },
    /// A plan whose time is over.
    #[error("the plan was good until {on}")]
    Expired {
        /// The last day.
        on: String,
    },
    /// What a plan relies on is not so any more.
    #[error("the world has moved since this was planned")]
    Moved {
        /// What differs.
        facts: Vec<String>,
    },
    /// The configuration is not what a release was begun with.
    #[error("the configuration has changed since the release of {version} was begun")]
    Drifted {
        /// The version.
        version: String,
        /// What differs.
        facts: Vec<String>,
    },
    /// The token that was typed is not that of the plan.
    #[error("the token of this plan is `{token}`")]
    OtherToken {
        /// The plan's own.
        token: String,
    },
    /// Nobody said yes.
    #[error("nothing was done: the release was not confirmed")]
    NotConfirmed,
    /// A release that was begun stands in the way.
    #[error("the release of {version} was begun and has not ended")]
    Unfinished {
        /// Its version.
        version: String,
    },
    /// No run can be taken back or given up.
    #[error("no release is under way")]
    NoRun,
    /// Something left the machine, so it cannot be taken back.
    #[error("{version} cannot be taken back: `{phase}` was begun")]
    Left {
        /// The version.
        version: String,
        /// The first phase that left the machine.
        phase: String,
    },
    /// A release that another clone began, or whose tag is gone.
    #[error("the release of {version} is not in this repository: {why}")]
    Elsewhere {
        /// The version.
        version: String,
        /// Its tag.
        tag: String,
        /// What is missing here.
        why: String,
        /// Whether there is a tag of that name here, of another commit.
        in_the_way: bool,
    },
    /// HEAD is not where the release is.
    #[error("HEAD is not at the release: it is {head}, and `{tag}` is {expected}")]
    HeadMoved {
        /// Where HEAD is.
        head: String,
        /// The tag.
        tag: String,
        /// Where the tag is.
        expected: String,
    },
    /// Archives that were sent already cannot be built again as they were.
    #[error("`{file}` is not the file that was built for this release")]
    OtherArchive {
        /// Its name.
        file: String,
    },
    /// The policy asks for more approvals.
    #[error("the plan has {have} of {need} approvals")]
    NotApproved {
        /// How many count.
        have: usize,
        /// How many it takes.
        need: u32,
        /// The token of the plan.
        token: String,
    },
    /// A stage that was not verified.
    #[error("`{stage}` gets nothing before the same files were verified on `{before}`")]
    NotVerified {
        /// The stage.
        stage: String,
        /// The one before.
        before: String,
    },
    /// Files of this version are on an index that this release has sent nothing to.
    #[error("`{index}` has files of {version} already")]
    VersionTaken {
        /// The index.
        index: String,
        /// The version.
        version: String,
    },
    /// The remote has this tag already.
    #[error("`{remote}` has the tag `{tag}` already, for another commit")]
    RemoteTag {
        /// The remote.
        remote: String,
        /// The tag.
        tag: String,
    },
    /// The branch of the remote has commits that are not here.
    #[error("`{branch}` of `{remote}` has commits that are not here")]
    RemoteAhead {
        /// The remote.
        remote: String,
        /// The branch.
        branch: String,
    },
    /// An index does not show what was sent to it yet.
    #[error("`{file}` is not visible on `{index}` after {seconds} s")]
    NotVisible {
        /// The file.
        file: String,
        /// The index.
        index: String,
        /// How long was waited.
        seconds: u64,
    },
    /// A remote that the repository does not have.
    #[error("there is no remote `{remote}`")]
    NoRemote {
        /// Its name.
        remote: String,
    },
    /// A tag that does not name what was planned.
    #[error("`{tag}` is not the commit that was planned")]
    OtherCommit {
        /// The tag.
        tag: String,
    },
    /// A remote whose pushes go elsewhere than it says.
    #[error("pushes to `{remote}` go elsewhere than its URL says")]
    PushesElsewhere {
        /// The remote.
        remote: String,
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
            PlanError::Shallow => "plan/shallow",
            PlanError::MadeFromUnknown { .. } => "plan/made-from-unknown",
            PlanError::Behind { .. } => "plan/behind",
            PlanError::HooksRefused { .. } => "plan/hooks-refused",
            PlanError::HooksElsewhere { .. } => "plan/hooks-elsewhere",
            PlanError::Comment { .. } => "plan/comment",
            PlanError::NoComment => "plan/no-comment",
            PlanError::SecretInMessage { .. } => "plan/secret-in-message",
            PlanError::NoBump => "plan/no-bump",
            PlanError::BumpMoved { .. } => "plan/bump-moved",
            PlanError::BumpEdited { .. } => "plan/bump-edited",
            PlanError::BumpOfAnother { .. } => "plan/bump-of-another",
            PlanError::BumpPushed { .. } => "plan/bump-pushed",
            PlanError::BumpUnknown { .. } => "plan/bump-unknown",
            PlanError::Detached => "plan/detached-head",
            PlanError::NoCommit => "plan/no-commit",
            PlanError::InProgress { .. } => "plan/in-progress",
            PlanError::TagTaken { .. } => "plan/tag-taken",
            PlanError::BelowTag { .. } => "plan/below-tag",
            PlanError::NothingToRelease { .. } => "plan/nothing-to-release",
            PlanError::NoKind { .. } => "plan/no-kind",
            PlanError::NoFirstTag => "plan/no-first-tag",
            PlanError::Stale { .. } => "plan/stale-reference",
            PlanError::CurrentWithKind { .. } => "plan/current-with-kind",
            PlanError::NoArchives { .. } => "plan/no-archives",
            PlanError::NoSuchTag { .. } => "plan/no-such-tag",
            PlanError::NotOnIndex { .. } => "plan/not-on-index",
            PlanError::NoIndex => "plan/no-index",
            PlanError::NoToken { .. } => "plan/no-token",
            PlanError::SameJob => "publish/same-job",
            PlanError::OtherProject { .. } => "publish/other-project",
            PlanError::CheckFailed { .. } => "publish/check-failed",
            PlanError::OtherArchives { .. } => "publish/other-archives",
            PlanError::NoManifest { .. } => "publish/no-manifest",
            PlanError::GivenClock { .. } => "plan/given-clock",
            PlanError::NotAPlan { .. } => "plan/not-a-plan",
            PlanError::Expired { .. } => "plan/expired",
            PlanError::Moved { .. } => "plan/moved",
            PlanError::Drifted { .. } => "plan/drifted",
            PlanError::OtherToken { .. } => "plan/other-token",
            PlanError::NotConfirmed => "plan/not-confirmed",
            PlanError::Unfinished { .. } => "plan/unfinished",
            PlanError::NoRun => "plan/no-run",
            PlanError::Left { .. } => "plan/left-the-machine",
            PlanError::Elsewhere { .. } => "plan/elsewhere",
            PlanError::HeadMoved { .. } => "plan/head-moved",
            PlanError::OtherArchive { .. } => "plan/other-archive",
            PlanError::NotApproved { .. } => "plan/not-approved",
            PlanError::NotVerified { .. } => "plan/not-verified",
            PlanError::VersionTaken { .. } => "plan/version-taken",
            PlanError::RemoteTag { .. } => "plan/remote-tag",
            PlanError::RemoteAhead { .. } => "plan/remote-ahead",
            PlanError::NotVisible { .. } => "plan/not-visible",
            PlanError::NoRemote { .. } => "plan/no-remote",
            PlanError::OtherCommit { .. } => "plan/other-commit",
            PlanError::PushesElsewhere { .. } => "plan/pushes-elsewhere",
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
            | PlanError::Comment { .. }
            | PlanError::NoComment
            | PlanError::CurrentWithKind { .. }
            | PlanError::NoIndex
            | PlanError::Configured { .. } => Kind::Usage,
            PlanError::NoGroup { .. }
            | PlanError::NoExtra { .. }
            | PlanError::NoRemote { .. }
            | PlanError::NoToken { .. }
            | PlanError::NotAPlan { .. } => Kind::Setup,
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
            PlanError::BelowTag { highest, .. } => {
                format!("choose a version above {highest}; `release version --suggest` lists those that are free")
            }
            PlanError::NothingToRelease { .. } => "name a kind, such as `patch`, to release anyway".to_owned(),
            PlanError::NoKind { choices } => return choices.clone(),
            PlanError::Stale { places, .. } => {
                let mut hints = places.clone();
                hints.push(
                    "look at them: `release bump --include-stale` rewrites them, too; narrow `match` where one is meant to stay"
                        .to_owned(),
                );
                return hints;
            }
            PlanError::MadeFromUnknown { next, .. } => format!(
                "for another release of the same commit name the version: `release bump {next}`; if this command made it already, there is nothing to do"
            ),
            PlanError::NoFirstTag => format!("name the first version: `release bump {}`", super::bump::FIRST),
            PlanError::CurrentWithKind { .. } => "leave one of the two out".to_owned(),
            PlanError::NoArchives { .. } => "run `release build`, or name the files".to_owned(),
            PlanError::NoSuchTag { .. } => "name one that is there: `git tag --list` shows them".to_owned(),
            PlanError::NotOnIndex { .. } => "run `release publish` first, or name another version or index".to_owned(),
            PlanError::NoIndex => "name one with `--index NAME`, or set `stages` in the configuration".to_owned(),
            PlanError::NoToken { index, variable, advice, unread } => {
                let other = |name: &String| {
                    format!("`{name}` is set and not read for `{index}`: if it is meant, give its value as `{variable}`")
                };
                let own =
                    format!("set `{variable}`; `release publish` also takes `--token-stdin` and `--token-file FILE`");
                let advice = advice.iter().map(|advice| (*advice).to_owned());
                return unread.iter().map(other).chain(advice).chain([own]).collect();
            }
            PlanError::SameJob => "publish in a job of its own that fetches the archives, as the workflows of `release init` do; `--same-job` publishes nevertheless".to_owned(),
            PlanError::OtherProject { .. } => {
                "correct `name` in `[project]` and build again: the index would make an empty project of the wrong name"
                    .to_owned()
            }
            PlanError::CheckFailed { .. } => {
                "put them right and build again; `release explain CODE` says more about each".to_owned()
            }
            PlanError::OtherArchives { .. } => {
                "find out what changed them between build and upload; `--expect` is the output `digest` of `release build`"
                    .to_owned()
            }
            PlanError::NoManifest { .. } => {
                "`--expect` takes the output `digest` of `release build`, or the file of `release build --manifest`"
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
            other => return git_hints(other).unwrap_or_else(|| run_hints(other)),
        };
        vec![hint]
    }
}

/// What to do next about where git stands.
fn git_hints(error: &PlanError) -> Option<Vec<String>> {
    let hint = match error {
        PlanError::Shallow => {
            "run `git fetch --unshallow --tags`; in a workflow, `fetch-depth: 0` of the checkout step".to_owned()
        }
        PlanError::Behind { .. } => "run `git pull --rebase`, then the same command again".to_owned(),
        PlanError::HooksRefused { .. } => {
            "set `hooks` of `[tool.release.git]` to `run`, or to `skip`".to_owned()
        }
        PlanError::HooksElsewhere { path } => {
            return Some(vec![
                "a repository that comes as an archive brings its `.git/config` along: where hooks are is for your own configuration to say".to_owned(),
                format!("run `git config --local --unset core.hooksPath` and put `{path}` into `git config --global core.hooksPath`, or set `hooks = \"skip\"` in `[tool.release.git]`"),
            ]);
        }
        PlanError::Comment { .. } => {
            "`-m` takes one line, such as `-m \"The one with the parser\"`, and more of it after an empty line".to_owned()
        }
        PlanError::NoComment => {
            "`message` of `[tool.release.git]` is only the comment: pass `-m TEXT`, or name `{version}` there".to_owned()
        }
        PlanError::SecretInMessage { .. } => {
            "take it out, and revoke it if it was real: what is committed stays readable".to_owned()
        }
        PlanError::NoBump => {
            "only the last bump is kept, in the clone that made it, until it is taken back; `release history` shows what was done".to_owned()
        }
        PlanError::BumpMoved { .. } => {
            "what came after it is not taken back: look at `git log`, and undo that first".to_owned()
        }
        PlanError::BumpEdited { .. } => {
            "put them back as the bump left them, with `git restore` or by hand, then run the same command again".to_owned()
        }
        PlanError::BumpOfAnother { .. } => {
            "at the top of the workspace and without `--package` the last one is taken back, whatever it is of".to_owned()
        }
        PlanError::BumpPushed { .. } => {
            "what others may have is not taken back: release a higher version".to_owned()
        }
        PlanError::BumpUnknown { remote, .. } => {
            format!("run `git fetch {remote}`, then the same command again")
        }
        _ => return None,
    };
    Some(vec![hint])
}

/// What to do next about errors of plans and runs of whole releases.
fn run_hints(error: &PlanError) -> Vec<String> {
    let hint = match error {
        PlanError::NotAPlan { .. } => "write one with `release plan --out FILE`".to_owned(),
        PlanError::Expired { .. } => "plan again with `release plan --out FILE`".to_owned(),
        PlanError::Moved { facts } => {
            let mut hints = facts.clone();
            hints.push("plan again with `release plan --out FILE`, and have that approved".to_owned());
            return hints;
        }
        PlanError::Drifted { facts, .. } => {
            let mut hints = facts.clone();
            hints.push("put it back, and run `release resume`".to_owned());
            hints.push(
                "hooks that cannot work: `release resume --new-hooks`, where nobody had to approve the plan; all else: `release abandon`"
                    .to_owned(),
            );
            return hints;
        }
        PlanError::OtherToken { .. } => "look at the plan again, and pass its own token".to_owned(),
        PlanError::NotConfirmed => "look at `release run --dry-run`, then pass `--yes`".to_owned(),
        PlanError::Unfinished { .. } => {
            "`release resume` continues it, `release undo` takes it back, `release abandon` gives it up".to_owned()
        }
        PlanError::NoRun => "`release history` shows what was done".to_owned(),
        PlanError::Left { .. } => {
            "`release resume` continues it; `release abandon` gives it up and says what stays out there".to_owned()
        }
        PlanError::Elsewhere { tag, in_the_way, .. } => {
            let first = if *in_the_way { format!("`git tag -d {tag}`, ") } else { String::new() };
            return vec![
                "run the same command in the repository where the release was begun".to_owned(),
                format!(
                    "to continue it here, {first}fetch `{tag}` from there and `git switch --detach {tag}`, then `release resume`"
                ),
                "`release abandon` gives it up for every clone, and takes nothing back".to_owned(),
            ];
        }
        PlanError::HeadMoved { tag, .. } => format!(
            "what came after it is not taken back: `git log {tag}..` lists it; move the branch back to `{tag}` and run the same command again, or `release abandon`"
        ),
        PlanError::OtherArchive { .. } => {
            "put the file that was built back into `dist/`; `release history --format json` has its sha256".to_owned()
        }
        PlanError::NotApproved { token, .. } => {
            format!(
                "somebody else runs `release approve {token}`; then `release resume` (between machines `release history sync` carries it)"
            )
        }
        PlanError::OtherCommit { tag } => format!(
            "somebody moved it, or committed more into it: look at `git show {tag}`, move it back, or `release abandon`"
        ),
        PlanError::PushesElsewhere { remote } => {
            format!(
                "remove `remote.{remote}.pushurl`, or `url.….pushInsteadOf`, from git's configuration (`git config --show-origin --get-regexp push`): where a release goes is what the plan shows"
            )
        }
        PlanError::NotVisible { .. } => "indexes lag: run `release resume` later".to_owned(),
        PlanError::NotVerified { before, .. } => {
            format!(
                "run `release verify --index {before}`, in a run `release resume`; `--unverified REASON` publishes all the same and keeps the reason"
            )
        }
        PlanError::VersionTaken { .. } => {
            "choose a higher version: an index never takes another file under the same name".to_owned()
        }
        PlanError::RemoteTag { remote, .. } => format!("run `git fetch --tags {remote}`, and choose a higher version"),
        PlanError::NoRemote { .. } => "`git remote -v` lists them; name one with `--remote NAME`".to_owned(),
        PlanError::RemoteAhead { remote, branch } => {
            format!(
                "run `release undo` if the bump was made, `git pull --rebase {remote} {branch}`, then release again"
            )
        }
        _ => return Vec::new(),
    };
    vec![hint]
}

/// One failure of all guards that do not hold: each is reported at once.
pub fn all<E: Into<Failure>>(broken: Vec<E>) -> Result<(), Failure> {
    let mut broken = broken.into_iter().map(Into::into);
    let Some(mut failure): Option<Failure> = broken.next() else {
        return Ok(());
    };
    for next in broken {
        failure.causes.push(format!("and {}", next.message));
        failure.hints.extend(next.hints);
    }
    Err(failure)
}
