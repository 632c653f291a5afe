//! The gates of a project as one step, each with what it needs installed.

use toml_edit::{Item, Value};

use super::{Plan, PlanError};
use crate::error::Failure;
use crate::project::{Project, Pyproject};
use crate::python::requirement::Requirement;
use crate::steps::Step;
use crate::steps::run_gates::{Gate, RunGates};

/// Plans the gates; no step where there are none.
///
/// # Errors
/// A gate names a group that the project does not have.
pub fn plan(project: &Project) -> Result<Plan, Failure> {
    let mut gates = Vec::new();
    for table in &project.config.gates {
        let mut requires = match &table.group {
            Some(group) => group_of(project, group)?,
            None => Vec::new(),
        };
        if let Some(extra) = &table.extra {
            requires.extend(extra_of(project, extra)?);
        }
        if table.dependencies == Some(true) {
            let all = project.packages.iter().map(|package| package.pyproject.strings(&["project", "dependencies"]));
            requires.extend(all.flatten());
        }
        requires.retain(|requirement| !is_own(project, requirement));
        gates.push(Gate {
            run: table.run.clone(),
            timeout: table.timeout.unwrap_or(600),
            critical: table.critical.unwrap_or(true),
            env: table.env.clone().into_iter().collect(),
            requires,
        });
    }
    if gates.is_empty() {
        return Ok(Plan::default());
    }
    Ok(Plan::of(vec![Step::RunGates(RunGates { dir: project.root.clone(), gates })]))
}

/// The requirements of an extra, of all packages that have it.
fn extra_of(project: &Project, extra: &str) -> Result<Vec<String>, PlanError> {
    let path = ["project", "optional-dependencies", extra];
    let having = project.packages.iter().filter(|package| package.pyproject.get(&path).is_some());
    let found: Vec<Vec<String>> = having.map(|package| package.pyproject.strings(&path)).collect();
    if found.is_empty() {
        return Err(PlanError::NoExtra { extra: extra.to_owned() });
    }
    Ok(found.concat())
}

/// Whether a requirement is for a package of the project: it is on the path of a gate already, or meant so.
fn is_own(project: &Project, requirement: &str) -> bool {
    requirement
        .parse::<Requirement>()
        .is_ok_and(|requirement| project.packages.iter().any(|package| package.name == requirement.name))
}

/// The requirements of a dependency group of the first package that has it, or of the root of a workspace.
fn group_of(project: &Project, group: &str) -> Result<Vec<String>, PlanError> {
    let files = project.packages.iter().map(|package| &package.pyproject).chain(&project.manifest);
    let found = files.into_iter().find_map(|pyproject| expand(pyproject, group, 0));
    found.ok_or_else(|| PlanError::NoGroup { group: group.to_owned() })
}

/// The requirements of a group, includes followed (PEP 735); a circle ends at a depth that no real file has.
fn expand(pyproject: &Pyproject, group: &str, depth: usize) -> Option<Vec<String>> {
    let array = pyproject.get(&["dependency-groups", group]).and_then(Item::as_array)?;
    let mut requirements = Vec::new();
    for item in array {
        match item {
            Value::String(text) => requirements.push(text.value().clone()),
            Value::InlineTable(table) if depth < 16 => {
                let included = table.get("include-group").and_then(Value::as_str)?;
                requirements.extend(expand(pyproject, included, depth + 1)?);
            }
            _ => return None,
        }
    }
    Some(requirements)
}
