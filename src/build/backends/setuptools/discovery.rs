//! Which packages and modules there are: as listed, as searched for, or as found by setuptools itself from the layout.

use std::collections::BTreeMap;

use super::super::super::globs::{join, matches};
use super::super::super::native::Reason;
use super::view::{View, converted, too_deep};
use crate::python::identifier::is_identifier;

const DEPTH: usize = 64;
const RESERVED_PACKAGES: [&str; 34] = [
    "ci",
    "bin",
    "debian",
    "doc",
    "docs",
    "documentation",
    "manpages",
    "news",
    "newsfragments",
    "changelog",
    "test",
    "tests",
    "unit_test",
    "unit_tests",
    "example",
    "examples",
    "scripts",
    "tools",
    "util",
    "utils",
    "python",
    "build",
    "dist",
    "venv",
    "env",
    "requirements",
    "tasks",
    "fabfile",
    "site_scons",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "htmlcov",
];
const RESERVED_MODULES: [&str; 21] = [
    "setup",
    "conftest",
    "test",
    "tests",
    "example",
    "examples",
    "build",
    "toxfile",
    "noxfile",
    "pavement",
    "dodo",
    "tasks",
    "fabfile",
    "[Ss][Cc]onstruct",
    "conanfile",
    "manage",
    "benchmark",
    "benchmarks",
    "exercise",
    "exercises",
    "[._]*",
];

/// A search for packages.
#[derive(Debug, Clone)]
pub(super) struct Find {
    pub(super) places: Vec<String>,
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
    pub(super) namespaces: bool,
}

/// What says where packages are.
#[derive(Debug, Clone, Default)]
pub(super) enum Packages {
    /// Nothing does.
    #[default]
    Unsaid,
    Listed(Vec<String>),
    Find(Find),
}

/// Packages and modules with their folders.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// The folders of packages; that of the empty name is the root of all others.
    pub(super) folders: BTreeMap<String, String>,
    pub(super) packages: Vec<String>,
    pub(super) modules: Vec<String>,
}

impl Layout {
    /// Works out the layout from what is said.
    pub(super) fn of(
        view: &View<'_>,
        packages: &Packages,
        modules: Option<&[String]>,
        folders: BTreeMap<String, String>,
    ) -> Result<Layout, Reason> {
        let mut layout = Layout { folders, packages: Vec::new(), modules: modules.unwrap_or_default().to_vec() };
        match packages {
            Packages::Listed(list) => layout.packages.clone_from(list),
            Packages::Find(find) => layout.search(view, find)?,
            Packages::Unsaid if modules.is_some() => {}
            Packages::Unsaid => layout.discover(view)?,
        }
        Ok(layout)
    }

    fn search(&mut self, view: &View<'_>, find: &Find) -> Result<(), Reason> {
        let mut places: Vec<&String> = Vec::new();
        find.places.iter().for_each(|place| {
            if !places.contains(&place) {
                places.push(place);
            }
        });
        if let [place] = places[..]
            && place != "."
        {
            self.folders.entry(String::new()).or_insert_with(|| place.clone());
        }
        for place in places {
            let base = if place == "." { "" } else { place.as_str() };
            let accepts = |path: &str, _: &str| find.namespaces || view.is_file(&join(path, "__init__.py"));
            let found = walk(view, base, &find.include, &find.exclude, &accepts)?;
            if !found.is_empty() && self.folders.get("") != Some(place) && place != "." {
                for package in without_nested(&found) {
                    self.folders.insert(package.clone(), join(place, &package.replace('.', "/")));
                }
            }
            self.packages.extend(found);
        }
        Ok(())
    }

    /// What setuptools finds by itself.
    fn discover(&mut self, view: &View<'_>) -> Result<(), Reason> {
        let everything = |_: &str, _: &str| true;
        let all = ["*".to_owned()];
        let named: Vec<(String, String)> =
            self.folders.iter().filter(|(name, _)| !name.is_empty()).map(|(a, b)| (a.clone(), b.clone())).collect();
        if !named.is_empty() {
            for (package, folder) in named {
                self.packages.push(package.clone());
                let inner = walk(view, &plain(&folder), &all, &[], &everything)?;
                self.packages.extend(inner.into_iter().map(|name| format!("{package}.{name}")));
            }
            return Ok(());
        }
        let root = self.folders.get("").cloned().unwrap_or_else(|| "src".to_owned());
        if view.is_folder(&root) {
            self.packages = walk(view, &plain(&root), &all, &[], &everything)?;
            self.modules = modules_in(view, &plain(&root), &[])?;
            self.folders.insert(String::new(), root);
            return Ok(());
        }
        let mut reserved: Vec<String> = Vec::new();
        for name in RESERVED_PACKAGES.iter().chain(&["[._]*"]) {
            reserved.extend([(*name).to_owned(), format!("{name}.*")]);
        }
        let named_well = |_: &str, package: &str| {
            let mut parts = package.split('.');
            parts.next().is_some_and(|top| is_identifier(top) || top.ends_with("-stubs")) && parts.all(is_identifier)
        };
        self.packages = walk(view, "", &all, &reserved, &named_well)?;
        let is_stub = |package: &&String| package.split('.').next().unwrap_or_default().ends_with("-stubs");
        let real: Vec<String> = self.packages.iter().filter(|package| !is_stub(package)).cloned().collect();
        let tops = without_nested(&real);
        refuse_several("packages", &tops)?;
        if tops.is_empty() {
            self.modules = modules_in(view, "", &RESERVED_MODULES)?;
            refuse_several("modules", &self.modules)?;
        }
        Ok(())
    }

    /// The folder of a package, as distutils spells it.
    pub(super) fn folder_of(&self, package: &str) -> String {
        let mut rest: Vec<&str> = Vec::new();
        let mut parts: Vec<&str> = if package.is_empty() { Vec::new() } else { package.split('.').collect() };
        while !parts.is_empty() {
            if let Some(folder) = self.folders.get(&parts.join(".")) {
                rest.insert(0, folder);
                return rest.join("/");
            }
            if let Some(last) = parts.pop() {
                rest.insert(0, last);
            }
        }
        if let Some(folder) = self.folders.get("") {
            rest.insert(0, folder);
        }
        rest.join("/")
    }

    /// The folder that the metadata lies in, below the root.
    pub(super) fn base(&self) -> &str {
        self.folders.get("").map_or("", String::as_str)
    }
}

/// A folder that is given for a package.
///
/// # Errors
/// It is spelled in a way that shows in the list of files.
pub(super) fn folder(key: &str, given: &str) -> Result<String, Reason> {
    let folder = converted(given);
    if folder.starts_with('/') || folder.split('/').any(|part| part == "..") || folder.contains(['*', '?', '[']) {
        return Err(Reason::new(key, format!("`{given}` is no plain folder of the project")));
    }
    let as_written = given.trim_end_matches('/');
    if folder == "." || folder != as_written {
        return Err(Reason::new(key, format!("`{given}` is spelled in a way that only setuptools can follow"))
            .instead("a plain folder, such as `src`"));
    }
    Ok(folder)
}

fn plain(folder: &str) -> String {
    if folder == "." { String::new() } else { folder.to_owned() }
}

fn refuse_several(what: &str, found: &[String]) -> Result<(), Reason> {
    if found.len() < 2 {
        return Ok(());
    }
    let key = if what == "packages" { "tool.setuptools.packages" } else { "tool.setuptools.py-modules" };
    let names: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
    let why = format!("several top-level {what} lie beside each other: {}", names.join(", "));
    Err(Reason::new(key, why).instead(format!("the names of the {what} that are meant")))
}

/// The packages below a folder by their dotted names; `accepts` judges a folder by its path and name.
fn walk(
    view: &View<'_>,
    base: &str,
    include: &[String],
    exclude: &[String],
    accepts: &dyn Fn(&str, &str) -> bool,
) -> Result<Vec<String>, Reason> {
    let is_excluded = |name: &str| {
        name == "ez_setup" || name.ends_with("__pycache__") || exclude.iter().any(|pattern| matches(pattern, name))
    };
    let mut found = Vec::new();
    let mut open = vec![(base.to_owned(), String::new(), 0)];
    while let Some((at, prefix, depth)) = open.pop() {
        if depth > DEPTH {
            return Err(too_deep(&at));
        }
        for name in view.list(&at)? {
            let path = join(&at, &name);
            let package = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if name.contains('.') || !view.is_folder(&path) || !accepts(&path, &package) {
                continue;
            }
            if include.iter().any(|pattern| matches(pattern, &package)) && !is_excluded(&package) {
                found.push(package.clone());
            }
            let is_closed = |pattern: &String| *pattern == format!("{package}*") || *pattern == format!("{package}.*");
            if !exclude.iter().any(is_closed) {
                open.push((path, package, depth + 1));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The modules in a folder that are none of the reserved ones.
fn modules_in(view: &View<'_>, folder: &str, reserved: &[&str]) -> Result<Vec<String>, Reason> {
    let names = view.list(folder)?;
    let stems = names.iter().filter(|name| !name.starts_with('.')).filter_map(|name| name.strip_suffix(".py"));
    let is_meant = |stem: &&str| is_identifier(stem) && !reserved.iter().any(|pattern| matches(pattern, stem));
    Ok(stems.filter(is_meant).map(str::to_owned).collect())
}

fn without_nested(packages: &[String]) -> Vec<String> {
    let is_nested = |name: &&String| {
        packages.iter().any(|other| name.strip_prefix(other.as_str()).is_some_and(|r| r.starts_with('.')))
    };
    packages.iter().filter(|name| !is_nested(name)).cloned().collect()
}
