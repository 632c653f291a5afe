//! What a version of the project asks for and carries, read from the working tree, from the commit of a tag,
//! or from an archive. Looks only; exposures are judged in `security/exposure.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use crate::archive::{Kind, Limits, Scan, read};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::pipeline::audit::LOCK_FILES;
use crate::project::dependencies::graph::Graph;
use crate::project::dependencies::{Dependencies, Dependency, Occurrence, Source, requirements, uv_lock};
use crate::project::{FILE_LIMIT, Project, Pyproject};
use crate::python::filename::{SdistName, WheelName};
use crate::python::metadata::raw::RawMetadata;
use crate::python::name::normalize;
use crate::python::requirement::Requirement;
use crate::python::specifier::Operator;
use crate::security::exposure::Surface;

/// How deep included requirements of a commit are followed.
const INCLUDES: usize = 100;

/// A version of the project.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// What it asks for and carries.
    pub(super) surface: Surface,
    /// What is locked for it, pinned by it or carried in it.
    pub(super) dependencies: Dependencies,
    /// Why it is not the whole truth.
    pub(super) gaps: Vec<String>,
    /// The files that it was read from.
    pub(super) files: Vec<String>,
    /// The version, where an archive says it.
    pub(super) version: Option<String>,
}

/// What the working tree would release.
pub(super) fn of_tree(inspect: Inspect<'_>, project: &Project, locked: &Dependencies) -> Result<Read, Failure> {
    let mut read = Read::default();
    for package in &project.packages {
        read.requirements(&package.pyproject);
    }
    let lock = inspect.files().read_text_if_there(&project.root.join("uv.lock"), FILE_LIMIT)?;
    read.surface.graph = lock.as_deref().and_then(Graph::of_uv_lock);
    read.surface.ships_lock = project.config.security.ships_lock;
    read.dependencies = locked.clone();
    Ok(read)
}

/// What was released with the commit of a tag.
pub(super) fn of_commit(git: &Git, project: &Project, commit: &str) -> Read {
    let mut read = Read::default();
    let top = git.top();
    let prefix = project.root.strip_prefix(&top).unwrap_or(Path::new("")).to_path_buf();
    let text = |path: &Path| {
        let name = prefix.join(path).display().to_string();
        git.file_of_commit(commit, &name).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    };
    for package in &project.packages {
        let path = Path::new(&package.folder).join("pyproject.toml");
        let shown = path.display().to_string();
        match text(&path).map(|text| Pyproject::parse(&shown, text)) {
            Some(Ok(pyproject)) => {
                read.requirements(&pyproject);
                read.files.push(format!("`{shown}`"));
            }
            _ => read.gaps.push(format!("`{shown}` of the last release cannot be read")),
        }
    }
    let configured = project.config.audit.files.clone();
    let mut pending: Vec<String> = configured.unwrap_or_else(|| LOCK_FILES.map(str::to_owned).to_vec());
    let mut seen = BTreeSet::new();
    let mut parts = Vec::new();
    while let Some(name) = pending.pop() {
        if !seen.insert(name.clone()) || seen.len() > INCLUDES {
            continue;
        }
        let Some(text) = text(Path::new(&name)) else { continue };
        let parsed = match name.ends_with(".lock") {
            true => uv_lock::parse(&name, &text),
            false => requirements::parse(&name, &text),
        };
        let Ok(part) = parsed else {
            read.gaps.push(format!("`{name}` of the last release cannot be read"));
            continue;
        };
        if name == "uv.lock" {
            read.surface.graph = Graph::of_uv_lock(&text);
        }
        let folder = Path::new(&name).parent().unwrap_or(Path::new("")).to_path_buf();
        pending.extend(part.includes.iter().filter_map(|include| below(&folder.join(&include.path))));
        read.files.push(format!("`{name}`"));
        parts.push(Dependencies { includes: Vec::new(), ..part });
    }
    read.dependencies = Dependencies::join(parts);
    read.surface.ships_lock = project.config.security.ships_lock;
    read
}

/// A path without `..`, or nothing where it leads out.
fn below(path: &Path) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// Takes what an archive says in place of what was read elsewhere: its requirements are those that users get.
pub(super) fn of_archive(inspect: Inspect<'_>, path: &Path, other: Read) -> Result<Read, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut file = inspect.files().open(path)?;
    let scan = read::scan(&name, &mut file, &Limits::default());
    let shown = format!("`{}` (sha256 {})", name, &scan.sha256.to_string()[..12]);
    let mut read = Read { files: vec![shown.clone()], ..other };
    if !scan.complete {
        read.gaps.push(format!("{shown} is no archive that can be read wholly"));
    }
    let kept = if scan.kind == Kind::Wheel { "METADATA" } else { "PKG-INFO" };
    let metadata = scan.kept.iter().find(|(path, _)| path.split_once('/').is_some_and(|(_, file)| file == kept));
    let Some((_, metadata)) = metadata else {
        read.gaps.push(format!("{shown} has no `{kept}`"));
        return Ok(read);
    };
    let metadata = RawMetadata::parse(metadata);
    read.surface.runtime.clear();
    read.gaps.retain(|gap| !gap.ends_with(DYNAMIC));
    for text in metadata.all("Requires-Dist") {
        read.requirement(text, |surface| &mut surface.runtime);
    }
    // What an archive pins is what its users get, whatever was locked beside it.
    let pins = read.pins();
    read.dependencies.packages.retain(|package| !pins.contains_key(&package.name));
    read.version = match scan.kind {
        Kind::Wheel => name.parse::<WheelName>().ok().map(|name| name.version().to_string()),
        _ => name.parse::<SdistName>().ok().map(|name| name.version().to_string()),
    };
    for (package, version) in bundled(&scan) {
        if let Some(version) = version {
            read.dependencies.packages.push(dependency(&package, &version, &name));
        }
        read.surface.bundled.insert(package);
    }
    Ok(read)
}

/// How the gap ends that an archive closes.
const DYNAMIC: &str = "are written by its build backend: name a built archive with `--candidate`";

impl Read {
    /// Takes what a `pyproject.toml` asks for.
    fn requirements(&mut self, pyproject: &Pyproject) {
        let dynamic = pyproject.strings(&["project", "dynamic"]);
        let is_poetry = pyproject.get(&["tool", "poetry", "dependencies"]).is_some();
        let is_static = pyproject.get(&["project", "dependencies"]).is_some();
        if dynamic.iter().any(|key| key.ends_with("dependencies")) || (is_poetry && !is_static) {
            self.gaps.push(format!("the requirements in `{}` {DYNAMIC}", pyproject.file));
        }
        for text in pyproject.strings(&["project", "dependencies"]) {
            self.requirement(&text, |surface| &mut surface.runtime);
        }
        for extra in pyproject.keys(&["project", "optional-dependencies"]) {
            for text in pyproject.strings(&["project", "optional-dependencies", &extra]) {
                self.requirement(&text, |surface| &mut surface.runtime);
            }
        }
        for text in pyproject.build_requires() {
            self.requirement(&text, |surface| &mut surface.build);
        }
        for group in pyproject.keys(&["dependency-groups"]) {
            for text in pyproject.strings(&["dependency-groups", &group]) {
                self.requirement(&text, |surface| &mut surface.groups);
            }
        }
    }

    fn requirement(&mut self, text: &str, list: impl Fn(&mut Surface) -> &mut Vec<Requirement>) {
        match text.parse::<Requirement>() {
            Ok(requirement) => list(&mut self.surface).push(requirement),
            Err(_) => self.gaps.push("a requirement of the project cannot be read".to_owned()),
        }
    }

    /// The versions that the requirements pin, by package.
    fn pins(&self) -> BTreeMap<String, String> {
        let exact = |requirement: &Requirement| {
            let exact = requirement.specifier.specifiers().iter().find(|specifier| {
                matches!(specifier.operator(), Operator::Equal | Operator::Arbitrary) && !specifier.is_wildcard()
            });
            Some((requirement.name.normalized().to_owned(), exact?.version_text().to_owned()))
        };
        self.surface.runtime.iter().filter_map(exact).collect()
    }

    /// Adds what the requirements pin and no lock names.
    pub(super) fn pin(&mut self, file: &str) {
        let mut pins = self.pins();
        pins.retain(|name, _| !self.dependencies.packages.iter().any(|package| package.name == *name));
        let pins: Vec<Dependency> = pins.iter().map(|(name, version)| dependency(name, version, file)).collect();
        let includes = std::mem::take(&mut self.dependencies.includes);
        let own = std::mem::take(&mut self.dependencies);
        self.dependencies = Dependencies::join([own, Dependencies { packages: pins, ..Dependencies::default() }]);
        self.dependencies.includes = includes;
    }

    /// The versions of each package.
    pub(super) fn locked(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut locked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in &self.dependencies.packages {
            locked.entry(package.name.clone()).or_default().insert(package.version.clone());
        }
        locked
    }
}

fn dependency(name: &str, version: &str, file: &str) -> Dependency {
    Dependency {
        name: name.to_owned(),
        version: version.to_owned(),
        source: Source::Registry,
        occurrences: vec![Occurrence { file: file.to_owned(), line: 1, marker: None }],
    }
}

/// Packages of others below a `_vendor` folder, with their versions where a `.dist-info` tells. What lies in
/// `*.libs` is no package of PyPI.
fn bundled(scan: &Scan) -> BTreeMap<String, Option<String>> {
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for member in &scan.members {
        let mut parts = member.name.split('/').skip_while(|part| *part != "_vendor").skip(1);
        let Some(name) = parts.next() else { continue };
        match name.strip_suffix(".dist-info").and_then(|name| name.split_once('-')) {
            Some((name, version)) => drop(found.insert(normalize(name), Some(version.to_owned()))),
            None => {
                let name = normalize(name.trim_end_matches(".py"));
                if !["", "-init-", "vendor.txt"].contains(&name.as_str()) {
                    found.entry(name).or_default();
                }
            }
        }
    }
    found
}
