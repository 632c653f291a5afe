//! The list of an sdist (`SOURCES.txt`), and which of its files belong to which package.

use std::collections::BTreeMap;

use super::super::super::globs::{Reading, join, matches};
use super::super::super::native::Reason;
use super::super::super::tree::normal;
use super::config::Config;
use super::options::Named;
use super::template;
use super::view::{View, converted};
use crate::python::identifier::is_identifier;

/// What is data of every package, whatever is said.
const IMPLICIT: [&str; 2] = ["*.pyi", "py.typed"];

/// The paths of an sdist as they are spelled, in their order; `old` are the lines of a list that was there before.
pub(super) fn files(config: &Config, view: &View<'_>, old: &[String]) -> Result<Vec<String>, Reason> {
    let mut found: Vec<String> = Vec::new();
    let readmes = ["README", "README.rst", "README.txt", "README.md"];
    found.extend(readmes.iter().find(|name| view.exists(name)).map(|name| (*name).to_owned()));
    for pattern in ["tests/test*.py", "test/test*.py"] {
        let tests = view.glob(pattern, Reading::FLAT)?;
        found.extend(tests.into_iter().filter(|path| view.is_file(path)));
    }
    found.extend(["setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in"].map(str::to_owned));
    found.extend(modules(config, view)?.into_iter().map(|(_, file)| file));
    for package in &config.layout.packages {
        let folder = config.layout.folder_of(package);
        for file in data_of(config, view, package, &[])? {
            found.push(join(&folder, &relative(&file, &folder)?));
        }
    }
    found.extend(config.data_files.iter().flat_map(|(_, files)| files.iter().cloned()));
    found.extend(config.scripts.iter().cloned());
    found.extend(old.iter().map(|line| converted(line.trim_end_matches('\r'))));
    found.extend(view.made.keys().cloned());
    // Lines of the template see what is there only.
    found.retain(|path| view.exists(path));
    if let Some(text) = view.tree.read_text("MANIFEST.in")? {
        template::apply(view, &text, &mut found)?;
    }
    found.extend(config.license_files.iter().cloned());
    found.extend(config.referenced.iter().cloned());
    let release = format!("{}/", config.stem());
    found.retain(|path| view.exists(path) && !is_pruned(path, &release));
    let key = |path: &String| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        (folder.to_owned(), name.to_owned())
    };
    found.sort_by_cached_key(key);
    found.dedup();
    Ok(found)
}

fn is_pruned(path: &str, release: &str) -> bool {
    const FOLDERS: [&str; 7] = ["RCS", "CVS", ".svn", ".hg", ".git", ".bzr", "_darcs"];
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    ["build/", ".tox/", ".nox/", ".venv/", release].iter().any(|prefix| path.starts_with(prefix))
        || folders.iter().any(|folder| FOLDERS.contains(folder))
}

/// The modules with where they are put, and their files.
pub(super) fn modules(config: &Config, view: &View<'_>) -> Result<Vec<(String, String)>, Reason> {
    let layout = &config.layout;
    let mut found = Vec::new();
    for module in &layout.modules {
        let (package, name) = module.rsplit_once('.').unwrap_or(("", module));
        let folder = package_folder(config, view, package)?;
        let target = package.replace('.', "/");
        let init = join(&folder, "__init__.py");
        if !package.is_empty() && view.is_file(&init) {
            found.push((join(&target, "__init__.py"), init));
        }
        let file = join(&folder, &format!("{name}.py"));
        if view.is_file(&file) {
            found.push((join(&target, &format!("{name}.py")), file));
        }
    }
    for package in &layout.packages {
        let folder = package_folder(config, view, package)?;
        for name in view.list(&folder)? {
            let file = join(&folder, &name);
            if name.ends_with(".py") && !name.starts_with('.') && normal(&file).as_deref() != Some("setup.py") {
                if !view.is_file(&file) {
                    return Err(Reason::new(format!("the file `{file}`"), "it is no file, but named as a module"));
                }
                found.push((join(&package.replace('.', "/"), &name), file));
            }
        }
    }
    Ok(found)
}

fn package_folder(config: &Config, view: &View<'_>, package: &str) -> Result<String, Reason> {
    let folder = config.layout.folder_of(package);
    match folder.is_empty() || view.is_folder(&folder) {
        true => Ok(folder),
        false => Err(Reason::new("tool.setuptools.packages", format!("`{package}` has no folder `{folder}`"))),
    }
}

/// The data of a package: what patterns name, and what is in `listed`, without what is excluded.
fn data_of(config: &Config, view: &View<'_>, package: &str, listed: &[String]) -> Result<Vec<String>, Reason> {
    let folder = config.layout.folder_of(package);
    let mut found = listed.to_vec();
    let implicit = IMPLICIT.map(str::to_owned).to_vec();
    for pattern in implicit.iter().chain(patterns(&config.package_data, package)) {
        if pattern.starts_with('/') {
            return Err(Reason::new("tool.setuptools.package-data", format!("`{pattern}` is outside of the project")));
        }
        let named = view.glob(&join(&folder, &converted(pattern)), Reading::GLOB)?;
        found.extend(named.into_iter().filter(|path| view.is_file(path)));
    }
    for pattern in patterns(&config.exclude_package_data, package) {
        let pattern = join(&folder, &converted(pattern));
        found.retain(|path| !matches(&pattern, path));
    }
    Ok(found)
}

/// The patterns for all packages, then those for one.
fn patterns<'n>(named: &'n Named, package: &'n str) -> impl Iterator<Item = &'n String> {
    let of = |wanted: &'n str| named.iter().filter(move |(name, _)| name == wanted).flat_map(|(_, list)| list);
    of("").chain(of(package).filter(move |_| !package.is_empty()))
}

/// The path of a file as seen from a folder.
fn relative(file: &str, folder: &str) -> Result<String, Reason> {
    let plain = |path: &str| {
        normal(path).ok_or_else(|| Reason::new(format!("the file `{path}`"), "it is outside of the project"))
    };
    let (file, folder) = (plain(file)?, plain(folder)?);
    let file: Vec<&str> = file.split('/').collect();
    let folder: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let shared = file.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let mut parts = vec![".."; folder.len() - shared];
    parts.extend(&file[shared..]);
    Ok(parts.join("/"))
}

/// Where files of packages are put in the wheel, each with its file and whether it is a module, which is never
/// executable; of two files for one place the first counts.
pub(super) fn installed(
    config: &Config,
    view: &View<'_>,
    listed: &[String],
) -> Result<BTreeMap<String, (String, bool)>, Reason> {
    let mut found: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let mut add = |target: &str, file: String, is_module: bool| {
        let out = || Reason::new(format!("the file `{file}`"), "it would be installed outside of all packages");
        let target = normal(target).ok_or_else(out)?;
        match found.get(&target) {
            Some((other, _)) if normal(other) != normal(&file) => {
                Err(Reason::new(format!("the file `{file}`"), format!("`{other}` is installed in the same place")))
            }
            Some(_) => Ok(()),
            None => {
                found.insert(target, (file, is_module));
                Ok(())
            }
        }
    };
    for (target, file) in modules(config, view)? {
        add(&target, file, true)?;
    }
    let mut by_folder: BTreeMap<String, &str> = BTreeMap::new();
    for package in &config.layout.packages {
        by_folder.insert(config.layout.folder_of(package), package);
    }
    let mut of_packages: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for path in listed.iter().filter(|_| config.include_package_data) {
        if let Some(package) = owner(path, &by_folder) {
            of_packages.entry(package).or_default().push(path.clone());
        }
    }
    for package in &config.layout.packages {
        let folder = config.layout.folder_of(package);
        let listed = of_packages.get(package.as_str()).map_or(&[][..], Vec::as_slice);
        for file in data_of(config, view, package, listed)? {
            let name = relative(&file, &folder)?;
            if !view.is_file(&file) {
                return Err(Reason::new(format!("the file `{file}`"), "it is data of a package, but no file"));
            }
            add(&join(&package.replace('.', "/"), &name), join(&folder, &name), false)?;
        }
    }
    Ok(found)
}

/// The package that a listed file is data of: that of the nearest folder. A module directly in it is none.
fn owner<'p>(path: &str, by_folder: &BTreeMap<String, &'p str>) -> Option<&'p str> {
    let (mut folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_module = name.strip_suffix(".py").is_some_and(is_identifier);
    let mut is_direct = true;
    while !folder.is_empty() && !by_folder.contains_key(folder) {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        is_direct = false;
    }
    by_folder.get(folder).copied().filter(|_| !(is_direct && is_module))
}
