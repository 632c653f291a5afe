//! Requirements that nobody gets, or that lead back to the project.
//!
//! Follows "Core metadata specifications" of packaging.python.org.

use std::collections::HashSet;

use crate::archive::shown;
use crate::python::marker::{Comparison, Condition, Marker, Operand, Variable};
use crate::python::metadata::Metadata;
use crate::python::name::normalize;
use crate::python::requirement::Requirement;
use crate::python::specifier::Operator;

use super::judge::Docket;

pub(super) fn judge(docket: &mut Docket<'_>, path: &str, metadata: &Metadata) {
    let known: HashSet<&str> = metadata.provides_extra.iter().map(|extra| extra.normalized()).collect();
    let mut told = HashSet::new();
    for requirement in &metadata.requires_dist {
        for extra in extras_of(requirement) {
            let extra = normalize(extra);
            if !known.contains(extra.as_str()) && told.insert(extra.clone()) {
                let text = shown(&requirement.to_string());
                let message = format!("`{text}` belongs to the extra `{}`, which is not declared", shown(&extra));
                docket.raise("check/unknown-extra", message, Some(path));
            }
        }
        // An extra that takes in others of the same project names it, too.
        if requirement.name == metadata.name && requirement.extras.is_empty() {
            let text = shown(&requirement.to_string());
            docket.raise("check/requires-itself", format!("`{text}` is the project itself"), Some(path));
        }
    }
}

/// The extras that a requirement belongs to.
fn extras_of(requirement: &Requirement) -> Vec<&str> {
    let conditions = requirement.marker.iter().flat_map(Marker::conditions);
    let equal = conditions.filter(|condition| condition.comparison == Comparison::Operator(Operator::Equal));
    equal.filter_map(extra_of).collect()
}

fn extra_of(condition: &Condition) -> Option<&str> {
    match (&condition.left, &condition.right) {
        (Operand::Variable(Variable::Extra), Operand::Value(value))
        | (Operand::Value(value), Operand::Variable(Variable::Extra)) => Some(value),
        _ => None,
    }
}
