//! Which files of the project go into which archive.

use std::collections::{BTreeMap, HashSet};

use super::config::{Config, Part};
use crate::build::globs::{self, Reading, join};
use crate::build::native::{Reason, Source};
use crate::build::tree::{Resolved, Tree};
use crate::effects::Git;
use crate::effects::files::What;

/// The archive that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Sdist,
    Wheel,
}

impl Part {
    fn is_for(&self, format: Format) -> bool {
        match format {
            Format::Sdist => self.in_sdist,
            Format::Wheel => self.in_wheel,
        }
    }
}

/// The paths that a pattern of `pathlib` names.
pub(super) fn glob(tree: &Tree, base: &str, pattern: &str, key: &str) -> Result<Vec<String>, Reason> {
    let refuse = |why: &str| Err(Reason::new(key, format!("`{pattern}` {why}")));
    let is_some = pattern.split('/').any(|part| !part.is_empty() && part != ".");
    if pattern.starts_with('/') || !is_some || pattern.split('/').any(|part| part == "..") {
        return refuse("does not lie in the project");
    }
    if pattern.split('/').any(|part| part.contains("**") && part != "**") {
        return refuse("is read differently by different Pythons");
    }
    let found = globs::expand(tree, base, pattern, Reading::PATHLIB)?;
    if pattern.ends_with('/') && found.iter().any(|path| !tree.is_folder(path)) {
        return refuse("is read differently by different Pythons");
    }
    Ok(found)
}

/// A part with what it names.
struct Named<'a> {
    part: &'a Part,
    is_package: bool,
    elements: Vec<String>,
    /// Whether all below a folder is among the elements.
    is_whole: bool,
}

/// The files, links followed, with their path in the archive.
pub(super) fn find(source: &Source<'_>, config: &Config, format: Format) -> Result<BTreeMap<String, String>, Reason> {
    let tree = source.tree;
    let discovered;
    let mut packages: Vec<&Part> = config.packages.iter().filter(|part| part.is_for(format)).collect();
    if packages.is_empty() {
        discovered = discover(tree, config)?;
        packages.push(&discovered);
    }
    let mut named = Vec::new();
    for part in packages {
        named.push(package(tree, part)?);
    }
    for part in config.include.iter().filter(|part| part.is_for(format)) {
        let elements = glob(tree, "", &part.pattern, "tool.poetry.include")?;
        named.push(Named { part, is_package: false, elements, is_whole: false });
    }
    let excluded = Excluded::of(tree, config, &named)?;
    let mut found = BTreeMap::new();
    for Named { part, is_package, elements, is_whole } in &named {
        let mut add = |real: String| -> Result<(), Reason> {
            let to = match format {
                Format::Sdist => real.clone(),
                Format::Wheel => in_wheel(part, &real)?,
            };
            found.entry(real).or_insert(to);
            Ok(())
        };
        for element in elements {
            if is_cache(element) {
                continue;
            }
            if !tree.is_folder(element) {
                let real = real(tree, element)?;
                if !*is_package || !excluded.has(tree, &real)? {
                    add(real)?;
                }
                continue;
            }
            if *is_whole && tree.what(element) == What::Folder {
                continue;
            }
            for path in below(tree, element)? {
                if tree.is_folder(&path) {
                    continue;
                }
                let real = real(tree, &path)?;
                if !excluded.has(tree, &real)? {
                    add(real)?;
                }
            }
        }
    }
    Ok(found)
}

fn in_wheel(part: &Part, real: &str) -> Result<String, Reason> {
    let rest = match part.from.as_deref().filter(|from| !from.is_empty()) {
        Some(from) => real
            .strip_prefix(from)
            .and_then(|rest| rest.strip_prefix('/'))
            .ok_or_else(|| Reason::new(format!("the link to `{real}`"), format!("it leads out of `{from}`")))?,
        None => real,
    };
    Ok(join(part.to.as_deref().unwrap_or_default(), rest))
}

/// The file itself, where links lead to it.
fn real(tree: &Tree, path: &str) -> Result<String, Reason> {
    match tree.resolve(path) {
        Resolved::File(path) => Ok(path),
        Resolved::Outside => Err(Reason::new(format!("the link `{path}`"), "it may lead out of the project")),
        _ => Err(Reason::new(format!("the link `{path}`"), "it leads to no file")),
    }
}

fn is_cache(path: &str) -> bool {
    path.split('/').any(|part| part == "__pycache__")
}

/// Everything below a folder, links to folders not followed.
fn below(tree: &Tree, folder: &str) -> Result<Vec<String>, Reason> {
    globs::expand(tree, folder, "**/*", Reading::PATHLIB)
}

/// The module that the name of the project names.
fn discover(tree: &Tree, config: &Config) -> Result<Part, Reason> {
    let name = config.module_name();
    for from in ["", "src"] {
        let folder = join(from, &name);
        let file = format!("{folder}.py");
        let pattern = match (tree.is_folder(&folder), tree.is_file(&file)) {
            (true, true) => {
                return Err(Reason::new("tool.poetry.packages", format!("both `{folder}` and `{file}` are there")));
            }
            (true, false) => name.clone(),
            (false, true) => format!("{name}.py"),
            (false, false) => continue,
        };
        let from = Some(from.to_owned()).filter(|from| !from.is_empty());
        return Ok(Part { pattern, from, to: None, in_sdist: true, in_wheel: true });
    }
    Err(Reason::new("tool.poetry.packages", format!("there is neither a folder `{name}` nor a file `{name}.py`")))
}

/// What an entry of `packages` names, and whether poetry takes it for a package.
fn package<'a>(tree: &Tree, part: &'a Part) -> Result<Named<'a>, Reason> {
    const KEY: &str = "tool.poetry.packages";
    let base = part.from.as_deref().unwrap_or_default();
    if !base.is_empty() && tree.resolve(base) != Resolved::Folder(base.to_owned()) {
        return Err(Reason::new(KEY, format!("`{base}` is no folder, or a link to one")));
    }
    if part.pattern.trim_end_matches('/').ends_with("**") {
        return Err(Reason::new(KEY, format!("`{}` is read differently by different Pythons", part.pattern)));
    }
    let mut elements = glob(tree, base, &part.pattern, KEY)?;
    let (name, is_whole) = match &elements[..] {
        [] => return Err(Reason::new(KEY, format!("`{}` names nothing", join(base, &part.pattern)))),
        [one] if !tree.is_folder(one) => {
            return Ok(Named { part, is_package: true, elements, is_whole: false });
        }
        [one] => (last(one).to_owned(), true),
        [first, ..] => {
            // Sorted by components, as paths are in Python.
            let first = elements.iter().min_by_key(|path| path.split('/').collect::<Vec<_>>()).unwrap_or(first);
            let parent = first.rsplit_once('/').map(|(parent, _)| last(parent));
            let parent = parent.map(str::to_owned);
            match parent {
                Some(parent) => (parent, false),
                // The folder of the project itself, whose name may be anything.
                None => (String::new(), false),
            }
        }
    };
    if is_whole {
        elements = below(tree, &elements[0])?;
    }
    let is_stub = |path: &String| !tree.is_file(path) || path.ends_with(".pyi") || last(path) == "py.typed";
    let is_module = |path: &String| suffix(path) == ".py";
    let is_stubs = name.ends_with("-stubs") && elements.iter().all(is_stub);
    if !is_stubs && !elements.iter().any(is_module) {
        return Err(Reason::new(KEY, format!("`{}` is no package: it has no module", join(base, &part.pattern))));
    }
    Ok(Named { part, is_package: true, elements, is_whole })
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The suffix as `pathlib` has it, with its dot; none for `.name` and `name.`.
pub(super) fn suffix(path: &str) -> &str {
    let name = last(path);
    match name.rfind('.') {
        Some(at) if at > 0 && at + 1 < name.len() => &name[at..],
        _ => "",
    }
}

/// What stays out.
struct Excluded {
    named: HashSet<String>,
    included: HashSet<String>,
    git: Option<Ignored>,
}

/// What git would list as ignored.
struct Ignored {
    git: Git,
    root: std::path::PathBuf,
    tracked: HashSet<String>,
    quotes_other_letters: bool,
}

impl Excluded {
    fn of(tree: &Tree, config: &Config, named: &[Named<'_>]) -> Result<Excluded, Reason> {
        let mut excluded = HashSet::new();
        for pattern in &config.exclude {
            for path in glob(tree, "", pattern, "tool.poetry.exclude")? {
                add_files(tree, path, &mut excluded)?;
            }
        }
        let mut included = HashSet::new();
        for path in named.iter().filter(|named| !named.is_package).flat_map(|named| &named.elements) {
            add_files(tree, path.clone(), &mut included)?;
        }
        Ok(Excluded { named: excluded, included, git: Ignored::of(tree)? })
    }

    /// Whether a file stays out, by itself or by a folder that it lies in.
    fn has(&self, tree: &Tree, path: &str) -> Result<bool, Reason> {
        if is_cache(path) || suffix(path) == ".pyc" {
            return Ok(true);
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let is_named = |path: &str| self.named.contains(path) && !self.included.contains(path);
        if ends.map(|end| &path[..end]).any(is_named) {
            return Ok(true);
        }
        match &self.git {
            Some(ignored) if !self.included.contains(path) => ignored.has(tree, path),
            _ => Ok(false),
        }
    }
}

/// A file, or the files below a folder.
fn add_files(tree: &Tree, path: String, found: &mut HashSet<String>) -> Result<(), Reason> {
    if !tree.is_folder(&path) {
        found.insert(path);
        return Ok(());
    }
    found.extend(below(tree, &path)?.into_iter().filter(|path| tree.is_file(path)));
    Ok(())
}

impl Ignored {
    /// Nothing outside of a repository, and in a folder that is ignored itself.
    fn of(tree: &Tree) -> Result<Option<Ignored>, Reason> {
        let Some(root) = tree.folder() else { return Ok(None) };
        let unreadable = |error: crate::effects::EffectsError| Reason::new("the repository", error.to_string());
        let Some(git) = Git::discover(root).map_err(unreadable)? else { return Ok(None) };
        let tracked: HashSet<String> = git.tracked_below(root).map_err(unreadable)?.into_iter().collect();
        let is_top = git.top().components().eq(root.components());
        if !is_top && tracked.is_empty() && git.is_ignored(root) {
            return Ok(None);
        }
        let quotes = git.setting("core.quotepath").unwrap_or_default();
        let quotes_other_letters = !matches!(quotes.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0");
        Ok(Some(Ignored { git, root: root.to_owned(), tracked, quotes_other_letters }))
    }

    /// Whether git lists a file as ignored, in a spelling that poetry understands.
    fn has(&self, tree: &Tree, path: &str) -> Result<bool, Reason> {
        let is_quoted = |c: char| c.is_ascii_control() || c == '"' || c == '\\' || !c.is_ascii();
        let is_plain = |c: char| !is_quoted(c) || (!c.is_ascii() && !self.quotes_other_letters);
        if self.tracked.contains(path) || !path.chars().all(is_plain) || !self.git.is_ignored(&self.root.join(path)) {
            return Ok(false);
        }
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        if let Some(folder) = folders.find(|folder| tree.what(&join(folder, ".git")) != What::Missing) {
            return Err(Reason::new(format!("the folder `{folder}`"), "it is a repository of its own"));
        }
        if path.trim() != path {
            return Err(Reason::new(format!("the file `{path}`"), "its name begins or ends with a blank"));
        }
        Ok(true)
    }
}
