//! What a release of this project is, as it was resolved: its packages and their tags, its changelog, its commit.

use std::collections::BTreeMap;

use super::file::{
    ChangeTypeTable, ChangelogKind, ChangelogTable, GitHooks, GitSign, GitTable, MemberTable, Versions, WorkspaceTable,
};
use crate::python::name::normalize;

/// The packages of a workspace.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// Their folders, as written.
    pub members: Vec<String>,
    /// How they are versioned.
    pub versions: Versions,
    /// What is different for one of them, by its normalised name.
    pub packages: BTreeMap<String, MemberTable>,
}

impl Workspace {
    /// # Errors
    /// The key whose value means nothing, and what is wrong with it.
    pub(super) fn of(written: WorkspaceTable) -> Result<Self, (&'static str, &'static str)> {
        if written.members.iter().any(|member| escapes(member)) {
            return Err(("workspace.members", "must lie below the project"));
        }
        let versions = written.versions.unwrap_or_default();
        if versions == Versions::Shared && !written.packages.is_empty() {
            return Err((
                "workspace.packages",
                "is for packages with versions of their own: `versions = \"independent\"`",
            ));
        }
        for table in written.packages.values() {
            if let Some(problem) = table.tag.as_deref().and_then(tag_problem) {
                return Err(("workspace.packages.tag", problem));
            }
            if table.changelog.as_deref().is_some_and(escapes) {
                return Err(("workspace.packages.changelog", "must lie below the project"));
            }
        }
        let packages = written.packages.into_iter().map(|(name, table)| (normalize(&name), table)).collect();
        Ok(Workspace { members: written.members, versions, packages })
    }
}

/// What is wrong with the form of a tag; nothing where it is fine.
pub(super) fn tag_problem(tag: &str) -> Option<&'static str> {
    if tag.matches("{version}").count() != 1 {
        return Some("must contain `{version}` once");
    }
    let probe = tag.replace("{version}", "1.0").replace("{name}", "a");
    let refused = probe.starts_with('-') || probe.contains([' ', '~', '^', ':', '?', '*', '[', '\\']);
    (refused || probe.contains("..")).then_some("is not a name that git takes")
}

/// The changelog.
#[derive(Debug, Clone, Default)]
pub struct Changelog {
    /// Its path; nothing: look for one.
    pub path: Option<String>,
    /// Where its entries come from; nothing: what is there tells.
    pub kind: Option<ChangelogKind>,
    /// The folder of fragments; nothing: towncrier's, else the usual one.
    pub folder: Option<String>,
    /// The types of changes; empty: the usual ones.
    pub types: Vec<ChangeTypeTable>,
    /// A template of the project's own.
    pub template: Option<String>,
    /// Whether only first parents of merges are told of.
    pub first_parent: bool,
    /// The folders whose commits are told of; empty: all.
    pub paths: Vec<String>,
    /// Whether authors are named.
    pub authors: bool,
    /// Whether a final release takes over the sections of its pre-releases.
    pub merge_prereleases: bool,
}

impl Changelog {
    pub(super) fn of(written: ChangelogTable) -> Self {
        Changelog {
            path: written.path,
            kind: written.kind,
            folder: written.folder,
            types: written.types,
            template: written.template,
            first_parent: written.first_parent.unwrap_or(false),
            paths: written.paths.unwrap_or_default(),
            authors: written.authors.unwrap_or(false),
            merge_prereleases: written.merge_prereleases.unwrap_or(false),
        }
    }
}

/// How a bump commits and tags.
#[derive(Debug, Clone)]
pub struct GitSettings {
    /// The message of the commit, with its places.
    pub message: String,
    /// Whether commit and tag are signed.
    pub sign: GitSign,
    /// What becomes of the hooks that git would run.
    pub hooks: GitHooks,
}

/// The places of the message of a commit.
pub const MESSAGE_PLACES: [&str; 5] = ["name", "version", "previous", "tag", "comment"];

impl GitSettings {
    pub(super) fn of(written: GitTable, is_independent: bool) -> Result<Self, &'static str> {
        let default = if is_independent { "chore(release): {name} {version}" } else { "chore(release): {version}" };
        let message = written.message.unwrap_or_else(|| default.to_owned());
        let mut lines = message.lines();
        if lines.next().is_none_or(|subject| subject.trim().is_empty()) {
            return Err("must begin with a line of text");
        }
        if lines.next().is_some_and(|line| !line.trim().is_empty()) {
            return Err("needs an empty line after its first one");
        }
        if message.chars().any(|c| c.is_control() && c != '\n') {
            return Err("has a control character in it");
        }
        for rest in message.split('{').skip(1) {
            let place = rest.split('}').next().filter(|name| name.len() < rest.len());
            if !place.is_some_and(|name| MESSAGE_PLACES.contains(&name)) {
                return Err("takes `{name}`, `{version}`, `{previous}`, `{tag}` and `{comment}`, and no other `{`");
            }
        }
        Ok(GitSettings { message, sign: written.sign.unwrap_or_default(), hooks: written.hooks.unwrap_or_default() })
    }
}

/// Whether a path leads out of the folder it is meant for.
pub(super) fn escapes(path: &str) -> bool {
    let path = std::path::Path::new(path);
    path.components().any(|part| !matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir))
}
