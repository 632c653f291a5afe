//! How a rule over a project raises a finding. Which project is judged, and what of it, is left to `plan/check.rs`.

use crate::error::Location;
use crate::report::{Finding, Severity};

use super::rules::rule;

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

/// Names for a message: the first few, and how many more there are.
pub(super) fn some<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = names.into_iter().collect();
    let listed: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", crate::archive::shown(name))).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}
