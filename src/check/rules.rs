//! The tables of all rules over archives.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::error::Location;
use crate::report::{Finding, Severity};

use super::description;
use super::rules_of_archives::ARCHIVES;
use super::rules_of_contents::CONTENTS;
use super::{inside, machine, rules_of_metadata, rules_of_paths, rules_of_sdists, rules_of_wheels};

/// When a rule runs, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// The bytes of the archive. An error here stops the passes of contents.
    Structure,
    /// Names, kinds and modes of members.
    Names,
    /// What the members say, against each other and the specifications.
    Contents,
    /// What PyPI refuses beyond them.
    Index,
    /// What is wrong with the project that archives are built from.
    Project,
}

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The code of its findings.
    pub code: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// When it runs.
    pub pass: Pass,
    /// One line: what is wrong where it raises a finding.
    pub summary: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// Who else refuses or reports this, and under which name.
    pub peers: &'static [&'static str],
    /// The specification, empty where there is none.
    pub follows: &'static str,
}

/// The tables of the families, those of archives first. A family keeps its rules in its own file.
const TABLES: &[&[Rule]] = &[
    ARCHIVES,
    CONTENTS,
    description::RULES,
    inside::RULES,
    machine::RULES,
    rules_of_metadata::RULES,
    rules_of_paths::RULES,
    rules_of_sdists::RULES,
    rules_of_wheels::RULES,
    super::pyproject::RULES,
    super::source::RULES,
];

/// All rules, family by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().copied().flatten()
}

/// The rule with this code.
pub(super) fn rule(code: &str) -> &'static Rule {
    static BY_CODE: LazyLock<HashMap<&str, &Rule>> = LazyLock::new(|| rules().map(|rule| (rule.code, rule)).collect());
    BY_CODE.get(code).expect("every code that is raised is in a table; the corpus of tests raises each")
}

/// A finding of a rule at a place.
pub(super) fn raise(code: &'static str, message: impl Into<String>, location: Location) -> Finding {
    let rule = rule(code);
    let finding = match rule.severity {
        Severity::Error => Finding::error(code, message),
        Severity::Warning => Finding::warning(code, message),
        Severity::Info => Finding::info(code, message),
    };
    finding.at(location).help(rule.help)
}
