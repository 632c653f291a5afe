//! What a repository shows of itself where nothing is configured: for `release init`. Looks only; whether it
//! is right is for a person to say, so that every guess is shown before it is written.

pub mod gates;
mod members;
mod occurrences;
pub mod references;
pub mod remote;
pub mod tags;
mod tree;

use std::path::Path;

use super::pyproject::Pyproject;
use super::{FILE_LIMIT, Package, Project, changelog};
use crate::config::file::{ForgeKind, Versions};
use crate::effects::files::{Files, What};
use crate::effects::{Git, Inspect};
use crate::error::Failure;

pub use members::Members;
pub use remote::Remote;

/// What was seen.
#[derive(Debug, Clone)]
pub struct Detected {
    /// The packages of a workspace; nothing for a single package.
    pub members: Option<Members>,
    /// Where the code is hosted.
    pub remote: Option<Remote>,
    /// Whether the remote `origin` said so, and not only a link in the metadata.
    pub from_origin: bool,
    /// What kind of forge that is, where it can be told.
    pub forge: Option<ForgeKind>,
    /// The branch that releases are made from.
    pub branch: String,
    /// The name of a tag, with `{version}`.
    pub tag: String,
    /// A changelog that is not found by its name.
    pub changelog: Option<String>,
    /// What a person should know and is not written.
    pub notes: Vec<String>,
}

/// Looks at the repository in `root`.
///
/// # Errors
/// A file or the repository cannot be read.
pub fn detect(inspect: Inspect<'_>, root: &Path) -> Result<Detected, Failure> {
    let files = inspect.files();
    let git = Git::discover(root)?;
    let manifest = files
        .read_text_if_there(&root.join("pyproject.toml"), FILE_LIMIT)?
        .map(|text| Pyproject::parse("pyproject.toml", text))
        .transpose()?;
    let mut notes = Vec::new();
    let members = members::find(files, root, manifest.as_ref())?;
    let pages = pages(files, root, manifest.as_ref(), members.as_ref().map(|members| members.folders.as_slice()))?;
    let origin = git.as_ref().and_then(|git| git.remote_url("origin"));
    let by_origin = origin.as_deref().and_then(Remote::of_remote).filter(Remote::is_plain);
    let from_origin = by_origin.is_some();
    let remote = by_origin.or_else(|| pages.iter().find_map(|page| Remote::of_page(page)));
    let folder = |name: &str| files.what(&root.join(name)) == What::Folder;
    let gitea = folder(".gitea") || folder(".forgejo");
    let forge = remote.as_ref().and_then(|remote| remote.kind(folder(".github"), gitea));
    let names: Vec<String> = match &git {
        Some(git) => git.tags()?.into_iter().map(|tag| tag.name).collect(),
        None => Vec::new(),
    };
    let apart = members.as_ref().filter(|members| members.versions == Versions::Independent);
    let style = match apart {
        Some(members) => tags::style_of_packages(&names, &members.names),
        None => tags::style(&names),
    };
    let usual = if apart.is_some() { tags::OF_PACKAGES[0] } else { "v{version}" };
    if let Some(style) = &style
        && !style.others.is_empty()
    {
        notes.push(format!("tags of another form are left alone: {}", style.others.join(", ")));
    }
    let (changelog, about) = find_changelog(files, root);
    notes.extend(about);
    Ok(Detected {
        members,
        remote,
        from_origin,
        forge,
        branch: branch(git.as_ref())?,
        tag: style.map_or_else(|| usual.to_owned(), |style| style.pattern),
        changelog,
        notes,
    })
}

/// Where the code is hosted, as the configuration or the remote says.
///
/// # Errors
/// A file or the repository cannot be read.
pub fn remote_of(inspect: Inspect<'_>, project: &Project) -> Result<Option<Remote>, Failure> {
    let seen = detect(inspect, &project.root)?.remote;
    let forge = project.config.forge.as_ref().and_then(|forge| Some((forge.url.as_ref()?, forge.repository.as_ref()?)));
    Ok(forge.and_then(|(url, slug)| Remote::of_remote(&format!("{}/{slug}", url.trim_end_matches('/')))).or(seen))
}

/// The branch that `origin` calls its own, else `main` or `master`, else the one that is checked out.
fn branch(git: Option<&Git>) -> Result<String, Failure> {
    let Some(git) = git else { return Ok("main".to_owned()) };
    if let Some(branch) = git.default_branch() {
        return Ok(branch);
    }
    let current = git.head()?.branch.map(|name| name.trim_start_matches("refs/heads/").to_owned());
    let usual = ["main", "master"].into_iter().find(|name| git.resolve(&format!("refs/heads/{name}")).is_some());
    Ok(usual.map(str::to_owned).or(current).unwrap_or_else(|| "main".to_owned()))
}

/// The links of the metadata, those that name the code first.
fn pages(
    files: Files,
    root: &Path,
    manifest: Option<&Pyproject>,
    members: Option<&[String]>,
) -> Result<Vec<String>, Failure> {
    let mut read = Vec::new();
    for member in members.unwrap_or_default() {
        let shown = format!("{member}/pyproject.toml");
        if let Some(text) = files.read_text_if_there(&root.join(&shown), FILE_LIMIT)? {
            read.push(Pyproject::parse(&shown, text)?);
        }
    }
    let mut found: Vec<(bool, String)> = Vec::new();
    for pyproject in manifest.into_iter().chain(&read) {
        for key in pyproject.keys(&["project", "urls"]) {
            let about_code = ["source", "repository", "code", "github", "gitea"]
                .iter()
                .any(|word| key.to_ascii_lowercase().contains(word));
            if let Some(url) = pyproject.string(&["project", "urls", &key]) {
                found.push((!about_code, url.to_owned()));
            }
        }
    }
    found.sort_by_key(|(other, _)| *other);
    Ok(found.into_iter().map(|(_, url)| url).collect())
}

/// A changelog under a name that is not looked for, and what to say of one that cannot be closed.
fn find_changelog(files: Files, root: &Path) -> (Option<String>, Option<String>) {
    let there = |name: &str| files.what(&root.join(name)) == What::File;
    if changelog::NAMES.iter().any(|name| there(name)) {
        return (None, None);
    }
    let other = [
        "docs/CHANGELOG.md",
        "docs/changelog.md",
        "docs/changes.md",
        "NEWS.md",
        "RELEASES.md",
        "docs/changelog.rst",
        "docs/changes.rst",
    ];
    if let Some(path) = other.iter().find(|path| there(path)) {
        return (Some((*path).to_owned()), None);
    }
    let foreign = ["CHANGELOG.txt", "CHANGES.txt", "HISTORY.txt", "NEWS.txt", "NEWS"];
    let named = foreign.iter().find(|path| there(path));
    (
        None,
        named.map(|path| {
            format!("`{path}` is kept as it is: sections are closed in Markdown and reStructuredText only")
        }),
    )
}

/// Whether the project keeps a changelog that no file of ours should stand beside.
pub fn has_foreign_changelog(files: Files, root: &Path) -> bool {
    find_changelog(files, root).1.is_some()
}

/// The folder of the module that a package is, below the package's own: `src/acme`, `acme`. Nothing where the
/// version source and the usual places do not tell.
pub fn module_of(files: Files, project: &Project, package: &Package) -> Option<String> {
    let file = package.source.place.as_ref().map_or("", |place| place.file.as_str());
    let is_python = file.ends_with(".py");
    let mut parts = file.split('/');
    let first = parts.next()?;
    match (is_python, first, parts.next(), parts.next()) {
        (true, "src", Some(module), Some(_)) => return Some(format!("src/{module}")),
        (true, module, Some(_), _) if module != "src" => return Some(module.to_owned()),
        _ => {}
    }
    let name = package.name.file_part();
    let there = |path: &String| files.what(&project.dir_of(package).join(path).join("__init__.py")) == What::File;
    [format!("src/{name}"), name].into_iter().find(there)
}
