//! The commands that a project's own settings call for: pytest, unittest, ruff and mypy, with the dependency
//! group or extra that brings them. A tool that no group brings is named and makes no gate: a release
//! installs nothing that the project does not ask for.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::file::GateTable;
use crate::effects::files::{Files, What};
use crate::project::{Project, Pyproject};
use crate::python::name::normalize;
use crate::python::requirement::Requirement;

/// Test files that are read to tell pytest from unittest.
const READ: usize = 200;
/// Larger ones are data.
const SIZE: u64 = 256 * 1024;

/// The gates, and what a person should know.
#[derive(Debug, Default)]
pub struct Found {
    /// The gates, in the order they should run.
    pub gates: Vec<GateTable>,
    /// Tools that are set up and cannot be run.
    pub notes: Vec<String>,
}

/// What brings a tool.
enum Bringer {
    Group(String),
    Extra(String),
}

/// Finds the gates of a project.
pub fn find(files: Files, project: &Project) -> Found {
    let mut found = Found::default();
    tests(files, project, &mut found);
    let configured = |tool: &str, own: &[&str]| {
        pyprojects(project).any(|pyproject| pyproject.get(&["tool", tool]).is_some())
            || own.iter().any(|name| files.what(&project.root.join(name)) == What::File)
    };
    for (tool, own) in [("ruff", ["ruff.toml", ".ruff.toml"]), ("mypy", ["mypy.ini", ".mypy.ini"])] {
        if !configured(tool, &own) {
            continue;
        }
        let Some(bringer) = bringer(project, tool) else {
            found.notes.push(format!(
                "{tool} is set up and in no dependency group: it is no gate until `[dependency-groups]` has it"
            ));
            continue;
        };
        let run = match tool {
            "ruff" => words(&["ruff", "check", "."]),
            _ => [words(&["python", "-m", "mypy"]), mypy_targets(files, project)].concat(),
        };
        // mypy needs what the code imports, ruff does not.
        found.gates.push(gate(project, run, Some(bringer), BTreeMap::new(), tool == "mypy"));
    }
    found.notes.extend(generated_folders(files, project));
    found
}

fn tests(files: Files, project: &Project, found: &mut Found) {
    let folders = test_folders(files, project);
    let style =
        folders.iter().map(|folder| Style::of(files, &project.root.join(folder))).fold(Style::default(), Style::or);
    let env = python_path(files, project);
    match (bringer(project, "pytest"), style) {
        (_, _) if folders.is_empty() => {}
        (Some(bringer), _) => {
            let run = [words(&["python", "-m", "pytest", "-q"]), folders].concat();
            found.gates.push(gate(project, run, Some(bringer), env, true));
        }
        (None, Style { pytest: false, unittest: true }) => {
            for folder in folders {
                let run = [words(&["python", "-m", "unittest", "discover", "-s"]), vec![folder]].concat();
                found.gates.push(gate(project, run, None, env.clone(), true));
            }
        }
        (None, _) => found.notes.push(
            "the tests need pytest, and no dependency group has it: add it to `[dependency-groups]` for a gate"
                .to_owned(),
        ),
    }
}

fn gate(
    project: &Project,
    run: Vec<String>,
    bringer: Option<Bringer>,
    env: BTreeMap<String, String>,
    imports: bool,
) -> GateTable {
    let (group, extra) = match bringer {
        Some(Bringer::Group(name)) => (Some(name), None),
        Some(Bringer::Extra(name)) => (None, Some(name)),
        None => (None, None),
    };
    let dependencies = (imports && has_dependencies(project)).then_some(true);
    GateTable { run, timeout: Some(600), critical: None, env, group, extra, dependencies }
}

/// Whether the code imports distributions of others.
fn has_dependencies(project: &Project) -> bool {
    let own = |text: &String| {
        text.parse::<Requirement>().is_ok_and(|need| project.packages.iter().any(|package| package.name == need.name))
    };
    project
        .packages
        .iter()
        .any(|package| package.pyproject.strings(&["project", "dependencies"]).iter().any(|need| !own(need)))
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn pyprojects(project: &Project) -> impl Iterator<Item = &Pyproject> {
    project.packages.iter().map(|package| &package.pyproject).chain(&project.manifest)
}

/// The first dependency group, else the first extra, that brings a tool.
fn bringer(project: &Project, tool: &str) -> Option<Bringer> {
    let brings = |pyproject: &Pyproject, path: &[&str]| {
        pyproject
            .strings(path)
            .iter()
            .any(|text| text.parse::<Requirement>().is_ok_and(|need| normalize(need.name.as_str()) == tool))
    };
    let search = |table: &[&str]| {
        pyprojects(project).find_map(|pyproject| {
            let names = pyproject.keys(table);
            names.into_iter().find(|name| brings(pyproject, &[table, &[name.as_str()]].concat()))
        })
    };
    search(&["dependency-groups"])
        .map(Bringer::Group)
        .or_else(|| search(&["project", "optional-dependencies"]).map(Bringer::Extra))
}

/// The folders of tests, below the root.
fn test_folders(files: Files, project: &Project) -> Vec<String> {
    let mut bases = vec![String::new()];
    bases.extend(project.packages.iter().map(|package| package.folder.clone()));
    let mut found: Vec<String> = Vec::new();
    for base in bases {
        for name in ["tests", "test"] {
            let path = join(&base, name);
            if files.what(&project.root.join(&path)) == What::Folder && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

fn join(base: &str, name: &str) -> String {
    match base {
        "" | "." => name.to_owned(),
        base => format!("{base}/{name}"),
    }
}

/// Where Python finds the packages without an install: the folders above them.
fn python_path(files: Files, project: &Project) -> BTreeMap<String, String> {
    let roots: Vec<String> =
        project.packages.iter().filter_map(|package| source_root(files, project, &package.folder)).collect();
    match roots.is_empty() {
        true => BTreeMap::new(),
        false => BTreeMap::from([("PYTHONPATH".to_owned(), roots.join(":"))]),
    }
}

/// `src` of a package, or its folder where that is not the root itself.
fn source_root(files: Files, project: &Project, folder: &str) -> Option<String> {
    let src = join(folder, "src");
    if files.what(&project.root.join(&src)) == What::Folder {
        return Some(src);
    }
    (!matches!(folder, "" | ".")).then(|| folder.to_owned())
}

/// What mypy looks at where its settings name nothing.
fn mypy_targets(files: Files, project: &Project) -> Vec<String> {
    let named = ["files", "packages", "modules"];
    if pyprojects(project).any(|pyproject| named.iter().any(|key| pyproject.get(&["tool", "mypy", key]).is_some())) {
        return Vec::new();
    }
    let of = |package: &crate::project::Package| {
        source_root(files, project, &package.folder).or_else(|| super::module_of(files, project, package))
    };
    let roots: Vec<String> = project.packages.iter().filter_map(of).collect();
    if roots.is_empty() { words(&["."]) } else { roots }
}

/// What the tests of a folder are written for.
#[derive(Debug, Clone, Copy, Default)]
struct Style {
    pytest: bool,
    unittest: bool,
}

impl Style {
    fn or(self, other: Style) -> Style {
        Style { pytest: self.pytest || other.pytest, unittest: self.unittest || other.unittest }
    }

    fn of(files: Files, dir: &Path) -> Style {
        let mut style = Style::default();
        let mut pending = vec![dir.to_owned()];
        let mut read = 0;
        while let Some(dir) = pending.pop() {
            for path in files.list(&dir).unwrap_or_default() {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                match files.what(&path) {
                    What::Folder if !name.starts_with('.') && pending.len() < READ => pending.push(path),
                    What::File if name.ends_with(".py") && read < READ => {
                        read += 1;
                        let text = files.read_text(&path, SIZE).unwrap_or_default();
                        let begins = |words: &str| text.lines().any(|line| line.trim_start().starts_with(words));
                        style.pytest |= name == "conftest.py"
                            || begins("import pytest")
                            || begins("from pytest")
                            || text.starts_with("def test_")
                            || text.contains("\ndef test_")
                            || text.contains(concat!("\nasync", " def test_"));
                        style.unittest |= begins("import unittest") || begins("from unittest");
                    }
                    _ => {}
                }
            }
        }
        style
    }
}

/// Folders inside a package that git ignores: something makes them, and an archive without them is wrong.
fn generated_folders(files: Files, project: &Project) -> Vec<String> {
    let text = files.read_text_if_there(&project.root.join(".gitignore"), SIZE).ok().flatten().unwrap_or_default();
    let inside = |line: &str| {
        project.packages.iter().any(|package| {
            let module = super::module_of(files, project, package).map(|module| join(&package.folder, &module));
            module.is_some_and(|module| line.trim_start_matches('/').starts_with(&format!("{module}/")))
        })
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.contains('*') && inside(line));
    lines
        .map(|line| {
            format!("git ignores `{line}`, which lies in a package: if a command makes it, add a gate that runs it")
        })
        .collect()
}
