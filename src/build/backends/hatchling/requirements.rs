//! Requirements as hatchling writes them: normalised, sorted, with single quotes; extras that name the project itself
//! are written out.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::declared::Declared;
use super::super::super::native::Reason;
use super::settings::Hatch;
use crate::python::marker::{Condition, Operand, Variable};
use crate::python::name::{ProjectName, normalize};
use crate::python::requirement::Requirement;
use crate::python::specifier::SpecifierSet;

const DIRECT: &str = "tool.hatch.metadata.allow-direct-references";

/// `dependencies` and `optional-dependencies`, each sorted and without doubles.
pub(super) struct Requirements {
    pub(super) always: BTreeSet<String>,
    pub(super) extras: BTreeMap<String, BTreeSet<String>>,
}

impl Requirements {
    pub(super) fn read(hatch: &Hatch<'_>, declared: &Declared) -> Result<Requirements, Reason> {
        let is_direct_allowed = hatch.flag(&["metadata", "allow-direct-references"])?;
        let own = normalize(&declared.name);
        let mut always = BTreeSet::new();
        for text in declared.dependencies.iter().flatten() {
            let (_, printed) = read(text, "project.dependencies", is_direct_allowed)?;
            always.insert(printed);
        }
        let key = "project.optional-dependencies";
        let mut extras: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (extra, list) in &declared.optional_dependencies {
            let name: ProjectName =
                extra.parse().map_err(|_| Reason::new(key, format!("`{extra}` is no name of an extra")))?;
            let mut entries = BTreeSet::new();
            let mut others = BTreeSet::new();
            for text in list {
                let (requirement, printed) = read(text, &format!("{key}.{extra}"), is_direct_allowed)?;
                if requirement.name.normalized() == own {
                    others.extend(requirement.extras.iter().map(|extra| extra.normalized().to_owned()));
                } else {
                    entries.insert(printed);
                }
            }
            if extras.insert(name.normalized().to_owned(), entries).is_some() {
                return Err(Reason::new(key, format!("`{extra}` is in it twice when normalised")));
            }
            named.insert(name.normalized().to_owned(), others);
        }
        let mut whole = BTreeMap::new();
        for extra in extras.keys() {
            let mut resolver = Resolver { extras: &extras, named: &named, above: Vec::new() };
            whole.insert(extra.clone(), resolver.all(extra)?);
        }
        Ok(Requirements { always, extras: whole })
    }
}

/// Follows the extras that extras name.
struct Resolver<'a> {
    extras: &'a BTreeMap<String, BTreeSet<String>>,
    named: &'a BTreeMap<String, BTreeSet<String>>,
    above: Vec<String>,
}

impl Resolver<'_> {
    fn all(&mut self, first: &str) -> Result<BTreeSet<String>, Reason> {
        let mut found = BTreeSet::new();
        let mut done = BTreeSet::new();
        self.step(first, &mut done, &mut found)?;
        Ok(found)
    }

    fn step(&mut self, extra: &str, done: &mut BTreeSet<String>, found: &mut BTreeSet<String>) -> Result<(), Reason> {
        let refuse = |why: String| Err(Reason::new("project.optional-dependencies", why));
        if self.above.iter().any(|above| above == extra) {
            return refuse(format!("`{extra}` names itself in a circle"));
        }
        let Some(entries) = self.extras.get(extra) else {
            return refuse(format!("there is no `{extra}`, which one of its extras names"));
        };
        if !done.insert(extra.to_owned()) {
            return Ok(());
        }
        if self.above.len() > 64 {
            return refuse("its extras name each other too deeply".to_owned());
        }
        found.extend(entries.iter().cloned());
        self.above.push(extra.to_owned());
        for next in self.named.get(extra).into_iter().flatten() {
            self.step(next, done, found)?;
        }
        self.above.pop();
        Ok(())
    }
}

/// A requirement with its text as it is written.
fn read(text: &str, key: &str, is_direct_allowed: bool) -> Result<(Requirement, String), Reason> {
    if text.contains(['{', '}']) {
        let why = format!("`{text}` has fields that depend on the machine");
        return Err(Reason::new(key, why).instead("a requirement without braces"));
    }
    let mut requirement: Requirement =
        text.parse().map_err(|_| Reason::new(key, format!("`{text}` is no requirement")))?;
    if requirement.url.is_some() && !is_direct_allowed {
        return Err(Reason::new(DIRECT, format!("`{text}` names an address")).instead("`true`"));
    }
    let odd = |why: &str| Reason::new(key, format!("`{text}` {why}"));
    if text.contains('\\') || requirement.url.as_deref().is_some_and(|url| url.contains(['"', '\'', ' '])) {
        return Err(odd("has quotes that may be read in another way"));
    }
    let lower = requirement.specifier.to_string().to_lowercase();
    requirement.specifier = lower.parse::<SpecifierSet>().map_err(|_| odd("has no versions"))?;
    let is_for_locks = |condition: &&Condition| {
        [&condition.left, &condition.right]
            .into_iter()
            .any(|side| matches!(side, Operand::Variable(Variable::Extras | Variable::DependencyGroups)))
    };
    if let Some(marker) = &requirement.marker
        && marker.conditions().iter().any(is_for_locks)
    {
        return Err(odd("has a marker of lock files"));
    }
    let extras: BTreeSet<&str> = requirement.extras.iter().map(ProjectName::normalized).collect();
    let parse = |name: &str| name.parse::<ProjectName>().map_err(|_| odd("has an odd name"));
    let extras = extras.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let name = parse(requirement.name.normalized())?;
    let printed = Requirement { name, extras, ..requirement.clone() }.to_string().replace('"', "'");
    Ok((requirement, printed))
}

/// A requirement as it stands for an extra.
pub(super) fn in_extra(requirement: &str, extra: &str) -> String {
    match requirement.split_once(';') {
        Some((head, marker)) => format!("{head}; ({}) and extra == '{extra}'", marker.trim()),
        None if requirement.contains("@ ") => format!("{requirement} ; extra == '{extra}'"),
        None => format!("{requirement}; extra == '{extra}'"),
    }
}
