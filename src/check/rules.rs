//! The table of all rules over archives.

use crate::report::Severity;

use super::rules_of_archives::ARCHIVES;
use super::rules_of_contents::CONTENTS;

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

/// All rules, those of archives first, each part sorted by code.
pub const RULES: &[Rule] = &all();

const fn all() -> [Rule; ARCHIVES.len() + CONTENTS.len()] {
    let mut all = [ARCHIVES[0]; ARCHIVES.len() + CONTENTS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < ARCHIVES.len() { ARCHIVES[at] } else { CONTENTS[at - ARCHIVES.len()] };
        at += 1;
    }
    all
}

/// The rule with this code.
pub(super) fn rule(code: &str) -> &'static Rule {
    RULES
        .iter()
        .find(|rule| rule.code == code)
        .expect("every code that is raised is in the table; the corpus of tests raises each")
}
