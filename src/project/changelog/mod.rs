//! What is told about releases: a file in the form of Keep a Changelog, fragments that become its next section, or
//! sections made from commits; in Markdown or reStructuredText.
//!
//! Here is how it is read and which edits change it. Which releases and commits there are is told by
//! [`super::history`]; [`crate::plan::changelog`] makes a part of a bump of it.

pub mod against;
pub mod convert;
mod document;
mod error;
pub mod fragments;
pub mod generated;
mod inline;
pub mod judge;
mod outline;
mod render;
mod title;

use std::path::Path;

pub use document::{Closing, Document, Group, Section, merged};
pub use error::ChangelogError;
pub use inline::harmless;
pub use outline::Markup;
pub use render::{Entries, Entry, render};
pub use title::Title;

use super::impact::{self, Evidence, Impact};
use super::{FILE_LIMIT, Project, Pyproject};
use crate::config::file::{ChangeLevel, ChangeTypeTable, ChangelogKind};
use crate::effects::EffectsError;
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::project::ProjectError;
use crate::python::version::Version;

/// Names that a changelog is looked for under.
pub const NAMES: [&str; 8] = [
    "CHANGELOG.md",
    "CHANGES.md",
    "HISTORY.md",
    "Changelog.md",
    "CHANGELOG.rst",
    "CHANGES.rst",
    "HISTORY.rst",
    "NEWS.rst",
];

/// The types of fragments where nobody names others: name, heading, what each calls for. Those of towncrier are
/// read, too.
const FRAGMENTS: [(&str, &str, Impact); 11] = [
    ("added", "Added", Impact::Feature),
    ("feature", "Added", Impact::Feature),
    ("changed", "Changed", Impact::Feature),
    ("deprecated", "Deprecated", Impact::Feature),
    ("removed", "Removed", Impact::Breaking),
    ("removal", "Removed", Impact::Breaking),
    ("fixed", "Fixed", Impact::Fix),
    ("bugfix", "Fixed", Impact::Fix),
    ("security", "Security", Impact::Fix),
    ("doc", "Documentation", Impact::Nothing),
    ("misc", "Other", Impact::Nothing),
];

/// The types of towncrier where its table names none.
const TOWNCRIER: [(&str, &str, Impact); 5] = [
    ("feature", "Features", Impact::Feature),
    ("bugfix", "Bugfixes", Impact::Fix),
    ("doc", "Improved Documentation", Impact::Nothing),
    ("removal", "Deprecations and Removals", Impact::Breaking),
    ("misc", "Misc", Impact::Nothing),
];

/// The types of commits that are told of where nobody names others.
const COMMITS: [(&str, &str, Impact); 9] = [
    ("feat", "Added", Impact::Feature),
    ("feature", "Added", Impact::Feature),
    ("perf", "Changed", Impact::Fix),
    ("deprecate", "Deprecated", Impact::Feature),
    ("remove", "Removed", Impact::Breaking),
    ("fix", "Fixed", Impact::Fix),
    ("revert", "Fixed", Impact::Fix),
    ("security", "Security", Impact::Fix),
    ("deps", "Changed", Impact::Fix),
];

/// A type of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeType {
    /// Its name: in the name of a fragment, or as the type of a commit.
    pub name: String,
    /// The heading that it stands below.
    pub heading: String,
    /// What it calls for.
    pub impact: Impact,
}

/// How a project keeps its changelog.
#[derive(Debug, Clone)]
pub struct Changelog {
    /// Where entries come from.
    pub kind: ChangelogKind,
    /// The file, below the root, where there is one.
    pub path: Option<String>,
    /// How it is written.
    pub markup: Markup,
    /// The folder of fragments, below the root.
    pub folder: String,
    /// The types of changes, in the order of their headings.
    pub types: Vec<ChangeType>,
    /// The project's own template: its file and text.
    pub template: Option<(String, String)>,
    /// What `[tool.towncrier]` says besides.
    pub towncrier: Manner,
    /// Whether only first parents of merges are followed.
    pub first_parent: bool,
    /// The folders whose commits are told of; empty: all.
    pub paths: Vec<String>,
    /// Whether commits name their authors.
    pub authors: bool,
    /// Whether a final release takes over what its pre-releases said.
    pub merges_prereleases: bool,
}

/// What `[tool.towncrier]` says of fragments and of headings.
#[derive(Debug, Clone, Default)]
pub struct Manner {
    /// Names of files in the folder that are no fragments, in lower case; `*` stands for anything.
    pub ignored: Vec<String>,
    /// How the heading of a release is written, with `{name}`, `{version}` and `{project_date}` in it.
    pub title: Option<String>,
    /// What stands for `{name}`.
    pub name: Option<String>,
    /// A template of its own, which is not rendered here.
    pub template: Option<String>,
}

impl Manner {
    fn read(manifest: &Pyproject) -> Manner {
        let value = |key: &str| manifest.string(&["tool", "towncrier", key]).filter(|text| !text.is_empty());
        let template = value("template").filter(|name| !name.starts_with("towncrier:")).map(str::to_owned);
        let own = template.as_ref().map(|path| path.rsplit('/').next().unwrap_or(path).to_owned());
        let ignored = manifest.strings(&["tool", "towncrier", "ignore"]).into_iter().chain(own);
        Manner {
            ignored: ignored.map(|name| name.to_lowercase()).collect(),
            title: value("title_format").map(str::to_owned),
            name: value("name").map(str::to_owned),
            template,
        }
    }

    /// Whether a file in the folder is no fragment.
    fn ignores(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.ignored.iter().any(|pattern| *pattern == name || fast_glob::glob_match(pattern, &name))
    }

    /// The heading of a release of a project.
    pub fn title_of(&self, project: &Project, (version, date): (&Version, &str)) -> Option<String> {
        let name = self.name.clone().unwrap_or_else(|| project.title());
        let format = self.title.as_ref()?;
        // In one pass: a name may have braces.
        let mut title = String::new();
        let mut rest = format.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            title.push_str(before);
            let (place, behind) = after.split_once('}').unwrap_or((after, ""));
            match place {
                "name" => title.push_str(&name),
                "version" => title.push_str(&version.to_string()),
                "project_date" => title.push_str(date),
                _ => title.push_str(&format!("{{{place}}}")),
            }
            rest = behind;
        }
        Some(title + rest)
    }
}

fn types_of(table: &[(&str, &str, Impact)]) -> Vec<ChangeType> {
    let own = |(name, heading, impact): &(&str, &str, Impact)| ChangeType {
        name: (*name).to_owned(),
        heading: (*heading).to_owned(),
        impact: *impact,
    };
    table.iter().map(own).collect()
}

impl Changelog {
    /// How a project keeps it: by its configuration, that of towncrier, or what is there.
    ///
    /// # Errors
    /// A file that is named cannot be read.
    pub fn of(files: Files, project: &Project) -> Result<Changelog, Failure> {
        let config = &project.config.changelog;
        let towncrier = Towncrier::of(files, project)?;
        let folder = config.folder.clone().or_else(|| towncrier.as_ref().map(|found| found.folder.clone()));
        let mut folder = folder.unwrap_or_else(|| "changes".to_owned()).trim_end_matches('/').to_owned();
        // A package with a version of its own has fragments of its own.
        if project.neighbours.is_some() && !project.packages[0].folder.is_empty() {
            folder = format!("{}/{folder}", project.packages[0].folder);
        }
        let is_folder = files.what(&project.root.join(&folder)) == What::Folder;
        // A package of that name is no folder of fragments.
        let is_package = files.what(&project.root.join(&folder).join("__init__.py")) != What::Missing;
        let detected = match is_folder && !is_package || towncrier.is_some() {
            true => ChangelogKind::Fragments,
            false => ChangelogKind::KeepAChangelog,
        };
        let kind = config.kind.unwrap_or(detected);
        let named = towncrier.as_ref().and_then(|found| found.file.clone());
        let named = named.filter(|file| config.path.is_none() && files.what(&project.root.join(file)) == What::File);
        let path = named.or_else(|| project.changelog.clone());
        let manner = towncrier.as_ref().map(|found| found.manner.clone()).unwrap_or_default();
        let own: Vec<ChangeType> = config.types.iter().map(ChangeType::of).collect();
        let types = match (own.is_empty(), kind, towncrier) {
            (false, ..) => own,
            (true, ChangelogKind::Generated, _) => types_of(&COMMITS),
            (true, _, Some(towncrier)) => towncrier.types,
            (true, ..) => types_of(&FRAGMENTS),
        };
        let template = match &config.template {
            Some(file) => {
                let path = project.root.join(file);
                // A link would bring a file of the machine into what is published.
                if files.what(&path) != What::File || files.canonical(&path)? != path {
                    return Err(ProjectError::Link { file: file.clone() }.into());
                }
                Some((file.clone(), files.read_text(&path, FILE_LIMIT)?))
            }
            None => None,
        };
        Ok(Changelog {
            kind,
            markup: path.as_deref().map_or(Markup::Markdown, Markup::of),
            path,
            folder,
            types,
            template,
            towncrier: if kind == ChangelogKind::Fragments { manner } else { Manner::default() },
            first_parent: config.first_parent,
            paths: config.paths.clone(),
            authors: config.authors,
            merges_prereleases: config.merge_prereleases,
        })
    }

    /// The type of a name, or of a heading where nobody knows the name.
    pub fn change_type(&self, typed: &str) -> Option<&ChangeType> {
        let by_name = self.types.iter().find(|known| known.name.eq_ignore_ascii_case(typed));
        by_name.or_else(|| self.types.iter().find(|known| known.heading.eq_ignore_ascii_case(typed)))
    }

    /// The text of the file; nothing where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn text(&self, files: Files, project: &Project) -> Result<Option<String>, EffectsError> {
        let Some(path) = &self.path else { return Ok(None) };
        files.read_text(&project.root.join(path), FILE_LIMIT).map(Some)
    }
}

impl ChangeType {
    fn of(table: &ChangeTypeTable) -> ChangeType {
        let known = FRAGMENTS.iter().chain(&COMMITS).find(|(name, ..)| *name == table.name);
        let impact = match table.level {
            Some(ChangeLevel::Major) => Impact::Breaking,
            Some(ChangeLevel::Minor) => Impact::Feature,
            Some(ChangeLevel::Patch) => Impact::Fix,
            Some(ChangeLevel::None) => Impact::Nothing,
            None => known.map_or(Impact::Fix, |(.., impact)| *impact),
        };
        let heading = table.heading.clone().or_else(|| known.map(|(_, heading, _)| (*heading).to_owned()));
        ChangeType { name: table.name.clone(), heading: heading.unwrap_or_else(|| capitalised(&table.name)), impact }
    }
}

fn capitalised(name: &str) -> String {
    let mut rest = name.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// What `[tool.towncrier]` says as plain data.
struct Towncrier {
    folder: String,
    file: Option<String>,
    types: Vec<ChangeType>,
    manner: Manner,
}

impl Towncrier {
    /// The table of `towncrier.toml` or `pyproject.toml`, the first before the second, as towncrier looks for it.
    fn of(files: Files, project: &Project) -> Result<Option<Towncrier>, Failure> {
        if let Some(text) = files.read_text_if_there(&project.root.join("towncrier.toml"), FILE_LIMIT)? {
            return Ok(Towncrier::read(&Pyproject::parse("towncrier.toml", text)?));
        }
        let own = project.packages.iter().find(|package| package.folder.is_empty() || package.folder == ".");
        let root = project.manifest.as_ref().or(own.map(|package| &package.pyproject));
        Ok(root.and_then(Towncrier::read))
    }

    fn read(manifest: &Pyproject) -> Option<Towncrier> {
        const TABLE: [&str; 2] = ["tool", "towncrier"];
        manifest.get(&TABLE)?;
        let value = |key: &str| manifest.string(&[TABLE[0], TABLE[1], key]).map(str::to_owned);
        let folder = value("directory").or_else(|| {
            let package = value("package").filter(|package| !package.is_empty())?;
            let dir = value("package_dir").filter(|dir| dir != ".").map_or_else(String::new, |dir| format!("{dir}/"));
            Some(format!("{dir}{}/newsfragments", package.replace('.', "/")))
        });
        // Paths are below the project, or this is no plain data.
        let folder = folder.unwrap_or_else(|| "newsfragments".to_owned());
        let folder = folder.trim_start_matches("./").to_owned();
        let is_below = |path: &str| !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        if !is_below(&folder) {
            return None;
        }
        let file = Some(value("filename").unwrap_or_else(|| "NEWS.rst".to_owned())).filter(|file| is_below(file));
        let types = towncrier_types(manifest);
        let types = if types.is_empty() { types_of(&TOWNCRIER) } else { types };
        Some(Towncrier { folder, file, types, manner: Manner::read(manifest) })
    }
}

/// `[[tool.towncrier.type]]` with `directory` and `name`, or `[tool.towncrier.fragment.NAME]` with `name`.
fn towncrier_types(manifest: &Pyproject) -> Vec<ChangeType> {
    let known = |name: &str| {
        let found = TOWNCRIER.iter().chain(&FRAGMENTS).find(|(own, ..)| *own == name);
        found.map_or(Impact::Fix, |(.., impact)| *impact)
    };
    let typed = |name: &str, heading: Option<&str>| ChangeType {
        name: name.to_owned(),
        heading: heading.map_or_else(|| capitalised(name), str::to_owned),
        impact: known(name),
    };
    let tables = manifest.get(&["tool", "towncrier", "type"]).and_then(toml_edit::Item::as_array_of_tables);
    let mut found: Vec<ChangeType> = tables
        .into_iter()
        .flatten()
        .filter_map(|table| {
            let heading = table.get("name").and_then(toml_edit::Item::as_str);
            let name = table.get("directory").and_then(toml_edit::Item::as_str).map(str::to_owned);
            let name = name.or_else(|| heading.map(str::to_lowercase))?;
            Some(typed(&name, heading))
        })
        .collect();
    for name in manifest.keys(&["tool", "towncrier", "fragment"]) {
        let heading = manifest.string(&["tool", "towncrier", "fragment", &name, "name"]);
        found.push(typed(&name.to_lowercase(), heading));
    }
    found
}

/// What waits to be released, as the changelog tells of it.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// How many entries and fragments there are.
    pub entries: usize,
    /// How many of them are fragments.
    pub fragments: usize,
    /// What they call for; nothing where there are none.
    pub evidence: Option<Evidence>,
}

/// What stands under `Unreleased`, or in fragments; nothing for commits, which speak for themselves.
///
/// # Errors
/// The changelog or the folder cannot be read.
pub fn waiting(files: Files, project: &Project) -> Result<Waiting, Failure> {
    let changelog = Changelog::of(files, project)?;
    let mut found = Waiting::default();
    if changelog.kind == ChangelogKind::None {
        return Ok(found);
    }
    if let Some(text) = changelog.text(files, project)? {
        let document = Document::read(&text, changelog.markup);
        if let Some(open) = document.section(None).filter(|section| !document.is_empty(section)) {
            found = Waiting {
                entries: document.entries(open),
                evidence: impact::of_changelog(&document.groups(open)),
                ..Waiting::default()
            };
        }
    }
    if changelog.kind == ChangelogKind::Fragments {
        let fragments = fragments::read(files, &project.root, &changelog)?.fragments;
        let kind = |name: &str| changelog.types.iter().find(|known| known.name == name).map(|known| known.impact);
        let types: Vec<(&str, Impact)> = fragments
            .iter()
            .map(|fragment| (fragment.kind.as_str(), kind(&fragment.kind).unwrap_or(Impact::Fix)))
            .collect();
        found.entries += types.len();
        found.fragments = types.len();
        found.evidence = match impact::of_fragments(&types) {
            Some(evidence) => Some(impact::stronger(evidence, found.evidence)),
            None => found.evidence,
        };
    }
    Ok(found)
}

/// What a text in this markup has under a version, or under `Unreleased` where none is given.
pub fn notes(text: &str, markup: Markup, version: Option<&Version>) -> Option<String> {
    Document::read(text, markup).notes(version)
}

/// The edits that close `Unreleased` under a version, as [`Document::close`] has them.
pub fn close(text: &str, markup: Markup, closing: &Closing<'_>) -> Vec<super::edit::TextEdit> {
    Document::read(text, markup).close(closing)
}

/// The edits that mark a version as withdrawn (`[YANKED]`), as [`Document::yanked`] has them.
pub fn yanked(text: &str, markup: Markup, version: &Version) -> Vec<super::edit::TextEdit> {
    Document::read(text, markup).yanked(version)
}

/// A new file of fragments for an entry: a name that is free in the folder, and the text.
pub fn fragment_file(root: &Path, changelog: &Changelog, (kind, issue): (&str, Option<&str>), text: &str) -> String {
    let ending = if changelog.markup == Markup::Restructured { "rst" } else { "md" };
    let slug = || {
        let words: String =
            text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).take(5).collect();
        let slug = words.join("-");
        let short: String = slug.chars().take(40).collect();
        format!("+{}", if short.is_empty() { "change" } else { short.trim_end_matches('-') })
    };
    let stem = issue.map_or_else(slug, str::to_owned);
    let name = |counter: u32| match counter {
        0 => format!("{}/{stem}.{kind}.{ending}", changelog.folder),
        counter => format!("{}/{stem}.{kind}.{counter}.{ending}", changelog.folder),
    };
    let same =
        |file: &String| Files.read_text(&root.join(file), FILE_LIMIT).is_ok_and(|there| there.trim() == text.trim());
    let free = |file: &String| Files.what(&root.join(file)) == What::Missing || same(file);
    (0..).map(name).find(free).expect("there is always a number that is not taken")
}
