//! The gates of a project as one step, each with what it needs installed.

use toml_edit::{Item, Value};

use super::{Plan, PlanError};
use crate::error::Failure;
use crate::project::{Project, Pyproject};
use crate::steps::Step;
use crate::steps::run_gates::{Gate, RunGates};

/// Plans the gates; no step where there are none.
///
/// # Errors
/// A gate names a group that the project does not have.
pub fn plan(project: &Project) -> Result<Plan, Failure> {
    let mut gates = Vec::new();
    for table in &project.config.gates {
        let requires = match &table.group {
            Some(group) => group_of(project, group)?,
            None => Vec::new(),
        };
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

/// The requirements of a dependency group of the first package that has it.
fn group_of(project: &Project, group: &str) -> Result<Vec<String>, PlanError> {
    let found = project.packages.iter().find_map(|package| expand(&package.pyproject, group, 0));
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
