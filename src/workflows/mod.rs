//! Workflows of forges: those that `release init` writes, and what is wrong with those that are there.
//!
//! The texts lie in `workflows/` at the top of the repository, complete but for a few `<placeholders>`. What
//! they must hold, and what `release check --workflows` looks for, is the same list (`rules/`).

pub mod error;
pub mod model;
pub mod rules;
pub mod shell;
pub mod yaml;

use std::path::Path;

pub use error::WorkflowsError;
pub use rules::judge;

use crate::config::file::ForgeKind;
use crate::python::name::ProjectName;

/// What a project puts into its workflows.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    /// The distribution.
    pub package: &'a ProjectName,
    /// The Python that builds and tests (`3.13`).
    pub python: &'a str,
    /// The branch that releases are made from.
    pub branch: &'a str,
    /// The filters of release tags, from [`tag_filter`].
    pub tags: &'a [String],
    /// Whether the repository has several packages with versions of their own: a release by hand names one.
    pub several: bool,
    /// The branch that the status is published on.
    pub status_branch: &'a str,
    /// Our action; nothing where it is not known, which the check then points at.
    pub action: Option<Action<'a>>,
}

/// A release of our action.
#[derive(Debug, Clone, Copy)]
pub struct Action<'a> {
    /// The commit, 40 hex digits.
    pub commit: &'a str,
    /// The tag that stands on it.
    pub version: &'a str,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its path below the top of the repository.
    pub path: &'static str,
    /// Its text.
    pub text: String,
}

/// What stands for the commit of our action where it is not known.
pub const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

const GITHUB: [(&str, &str); 2] = [
    (".github/workflows/release.yml", include_str!("../../workflows/github/release.yml")),
    (".github/workflows/security.yml", include_str!("../../workflows/github/security.yml")),
];
const GITEA: [(&str, &str); 2] = [
    (".gitea/workflows/release.yml", include_str!("../../workflows/gitea/release.yml")),
    (".gitea/workflows/security.yml", include_str!("../../workflows/gitea/security.yml")),
];

/// The folders of a repository that runners read.
pub const FOLDERS: [&str; 3] = [".github/workflows", ".gitea/workflows", ".forgejo/workflows"];

/// The workflows of a project on a forge.
///
/// # Errors
/// A value would be something else inside YAML.
pub fn render(forge: ForgeKind, values: &Values<'_>) -> Result<Vec<Rendered>, WorkflowsError> {
    let action = values.action.unwrap_or(Action { commit: NO_COMMIT, version: "v0.0.0" });
    let filled = [
        ("package", values.package.as_str()),
        ("python", values.python),
        ("branch", values.branch),
        ("status-branch", values.status_branch),
        ("action-commit", action.commit),
        ("action-version", action.version),
    ];
    let tags = values.tags.iter().map(|filter| ("tags", filter.as_str()));
    for (name, value) in filled.into_iter().chain(tags) {
        // Nothing that could leave its place in YAML, in an expression or in a comment.
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+/*[]!".contains(c);
        if value.is_empty() || value.starts_with('-') || !value.chars().all(plain) {
            return Err(WorkflowsError::Value { name, value: value.to_owned() });
        }
    }
    let files = match forge {
        ForgeKind::Github => GITHUB,
        ForgeKind::Gitea => GITEA,
    };
    // One filter a line; in prose one after the other.
    let filters: String = values.tags.iter().map(|filter| format!("      - \"{filter}\"\n")).collect();
    let fill = |text: &str| {
        let text = text.replace("      - \"<tags>\"\n", &filters).replace("<tags>", &values.tags.join("`, `"));
        let text = if values.several { for_several(&text) } else { text };
        filled.iter().fold(text, |text, (name, value)| text.replace(&format!("<{name}>"), value))
    };
    Ok(files.iter().map(|(path, text)| Rendered { path, text: fill(text) }).collect())
}

/// A workflow that a person starts asks for the package; a tag names its own.
fn for_several(text: &str) -> String {
    const INPUTS: &str = "  workflow_dispatch:\n    inputs:\n";
    const INPUT: &str = "      package:\n        description: On a branch, the package of the workspace. On a tag, nothing.\n        required: false\n        type: string\n";
    const PERMISSIONS: &str = "permissions: {}\n";
    const VARIABLE: &str = "\nenv:\n  RELEASE_PACKAGE: ${{ inputs.package }}\n";
    if !text.contains(INPUTS) {
        return text.to_owned();
    }
    text.replacen(INPUTS, &format!("{INPUTS}{INPUT}"), 1).replacen(PERMISSIONS, &format!("{PERMISSIONS}{VARIABLE}"), 1)
}

/// The filter for tags of versions with this many numbers, from the template of tags (`v{version}`). Runners
/// match the whole name; what follows the numbers (`rc1`, `.post1`) passes, and the program decides by
/// PEP 440 what it is.
pub fn tag_filter(template: &str, numbers: usize) -> String {
    let (prefix, suffix) = template.split_once("{version}").unwrap_or(("v", ""));
    let release = vec!["[0-9]+"; numbers.max(1)].join(".");
    format!("{prefix}{release}*{suffix}")
}

/// The forge whose runner reads a file, by its path.
pub fn forge_of(path: &Path) -> ForgeKind {
    let gitea = path.components().any(|part| [".gitea", ".forgejo"].iter().any(|name| part.as_os_str() == *name));
    if gitea { ForgeKind::Gitea } else { ForgeKind::Github }
}
