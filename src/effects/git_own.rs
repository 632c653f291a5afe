//! Whose configuration says what: the user's own (`~/.gitconfig`, the machine's) may name programs, that of the
//! repository may not. A repository that came as an archive brings its `.git/config` along.

use std::path::{Path, PathBuf};

use git2::ConfigLevel;

use super::Inspect;
use super::files::{Files, What};
use super::git::Git;

/// The user's own configuration, what counts most first.
const OWN: [ConfigLevel; 4] = [ConfigLevel::Global, ConfigLevel::XDG, ConfigLevel::System, ConfigLevel::ProgramData];

/// The repository's configuration.
const REPOSITORY: [ConfigLevel; 2] = [ConfigLevel::Worktree, ConfigLevel::Local];

/// The hooks that a commit, a tag and a push run.
const HOOKS: [&str; 6] =
    ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction", "pre-push"];

/// Hooks that are there and would run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitHooks {
    /// Their folder.
    pub dir: PathBuf,
    /// Their names.
    pub names: Vec<String>,
    /// `core.hooksPath`, where the repository's own configuration says it.
    pub named_by_repository: Option<String>,
}

impl Git {
    fn at_levels(&self, levels: &[ConfigLevel], key: &str) -> Option<String> {
        let config = self.repository().config().ok()?;
        levels
            .iter()
            .find_map(|level| config.open_level(*level).ok()?.snapshot().ok()?.get_str(key).ok().map(str::to_owned))
    }

    /// A value of the user's and the machine's configuration; the repository's does not count.
    pub fn own_setting(&self, key: &str) -> Option<String> {
        self.at_levels(&OWN, key)
    }

    /// A switch of the user's and the machine's configuration; off where it is missing.
    pub fn own_switch(&self, key: &str) -> bool {
        let Ok(config) = self.repository().config() else { return false };
        OWN.iter().find_map(|level| config.open_level(*level).ok()?.get_bool(key).ok()).unwrap_or(false)
    }

    /// A value of the repository's own configuration.
    pub fn repository_setting(&self, key: &str) -> Option<String> {
        self.at_levels(&REPOSITORY, key)
    }

    /// The first key of the repository's own configuration that names a program which git would start to reach a
    /// remote; helpers for logins only count `with_helpers`.
    pub fn program_of_repository(&self, with_helpers: bool) -> Option<String> {
        let config = self.repository().config().ok()?;
        let mut found = None;
        for level in REPOSITORY {
            let Ok(entries) = config.open_level(level).and_then(|mut config| config.snapshot()) else { continue };
            let Ok(mut entries) = entries.entries(None) else { continue };
            while let Some(Ok(entry)) = entries.next() {
                let (Ok(name), Ok(Some(value))) = (entry.name(), entry_value(entry)) else { continue };
                let name = name.to_ascii_lowercase();
                let is_helper = name.starts_with("credential.") && name.ends_with(".helper");
                // The last is a condition that libgit2 does not follow, and git does: what it brings is unknown.
                let names_program = matches!(name.as_str(), "core.sshcommand" | "core.gitproxy")
                    || (name.starts_with("remote.") && name.ends_with(".vcs"))
                    || name.starts_with("includeif.hasconfig");
                // An empty value takes programs away.
                if (names_program || (with_helpers && is_helper)) && !value.trim().is_empty() {
                    found.get_or_insert(name);
                }
            }
        }
        found
    }

    /// The hooks that git would run for a commit and a tag, and for a push where there is one.
    pub fn hooks(&self, inspect: Inspect<'_>, pushes: bool) -> GitHooks {
        const KEY: &str = "core.hooksPath";
        let named_by_repository = self.repository_setting(KEY);
        let dir = match named_by_repository.clone().or_else(|| self.own_setting(KEY)) {
            Some(path) => self.top().join(expand(inspect, &path)),
            None => self.common_dir().join("hooks"),
        };
        let is_there = |name: &&&str| {
            let path = dir.join(**name);
            let what = Files.what(&path);
            // A link is followed, as git does.
            matches!(what, What::File | What::Other) && Files.mode(&path).is_ok_and(|mode| mode & 0o111 != 0)
        };
        let names = HOOKS.iter().filter(|name| pushes || **name != "pre-push").filter(is_there);
        let names = names.map(|name| (*name).to_owned()).collect();
        GitHooks { dir, names, named_by_repository }
    }

    /// What the branch is compared with, as of the last fetch, and how many commits of that are not here; nothing
    /// where the branch has all of them, or was never on a remote.
    pub fn behind(&self, branch: &str) -> Option<(String, usize)> {
        let repository = self.repository();
        let short = branch.trim_start_matches("refs/heads/");
        let upstream = match repository.branch_upstream_name(branch) {
            Ok(name) => name.as_str().ok()?.to_owned(),
            Err(_) => format!("refs/remotes/origin/{short}"),
        };
        let there = repository.find_reference(&upstream).ok()?.target()?;
        let here = repository.find_reference(branch).ok()?.target()?;
        let (_, behind) = repository.graph_ahead_behind(here, there).ok()?;
        (behind > 0).then(|| (upstream.trim_start_matches("refs/remotes/").to_owned(), behind))
    }

    /// The branch of a remote that has a commit, as of the last fetch or push; nothing where none has it.
    pub fn remote_branch_with(&self, commit: &str) -> Option<String> {
        let id = git2::Oid::from_str(commit).ok()?;
        let references = self.repository().references_glob("refs/remotes/*").ok()?;
        for reference in references.flatten() {
            let Some(there) = reference.target() else { continue };
            if there == id || self.repository().graph_descendant_of(there, id).unwrap_or(false) {
                return reference.name().ok().map(|name| name.trim_start_matches("refs/remotes/").to_owned());
            }
        }
        None
    }

    /// Whether a commit is here.
    pub fn has_commit(&self, commit: &str) -> bool {
        git2::Oid::from_str(commit).is_ok_and(|id| self.repository().find_commit(id).is_ok())
    }

    /// Whether `commit` is `other`, or was made on top of it.
    pub fn is_on_top(&self, commit: &str, other: &str) -> bool {
        let (Ok(commit), Ok(other)) = (git2::Oid::from_str(commit), git2::Oid::from_str(other)) else { return false };
        commit == other || self.repository().graph_descendant_of(commit, other).unwrap_or(false)
    }
}

fn entry_value<'e>(entry: &'e git2::ConfigEntry<'_>) -> Result<Option<&'e str>, git2::Error> {
    // A key without `=` has no value.
    if entry.has_value() { entry.value().map(Some) } else { Ok(None) }
}

/// A path of git's configuration: `~/` is the user's home.
pub(super) fn expand(inspect: Inspect<'_>, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), inspect.variables().get("HOME")) {
        (Some(below), Some(home)) => Path::new(home).join(below),
        _ => PathBuf::from(path),
    }
}
