//! Requirements as uv writes them. Its markers are rebuilt from a decision diagram; here only those are written whose
//! text is known without one: comparisons that all must hold, each of another variable.

use super::super::super::native::Reason;
use crate::python::marker::{Comparison, Condition, Operand, Variable};
use crate::python::name::normalize;
use crate::python::requirement::Requirement;
use crate::python::specifier::{Operator, SpecifierSet};
use crate::python::version::Version;

/// A requirement, of an extra where it is one's.
///
/// # Errors
/// It is none, or only uv knows how it writes it.
pub(super) fn written(text: &str, extra: Option<&str>) -> Result<String, Reason> {
    let key = match extra {
        Some(extra) => format!("project.optional-dependencies.{extra}"),
        None => "project.dependencies".to_owned(),
    };
    let refuse = |why: &str| Reason::new(key.clone(), format!("`{text}` {why}"));
    let requirement: Requirement = text.parse().map_err(|_| refuse("is no requirement"))?;
    let mut line = requirement.name.normalized().to_owned();
    let extras = extras(text);
    if !extras.is_empty() {
        line.push_str(&format!("[{}]", extras.join(",")));
    }
    match &requirement.url {
        Some(url) => line.push_str(&format!(" @ {url}")),
        None => line.push_str(&clauses(range_of(text), &key)?.join(",")),
    }
    let mut terms: Vec<(usize, String)> = Vec::new();
    if let Some(marker) = &requirement.marker {
        let shown = marker.to_string();
        let quoteless: String = shown.split('"').step_by(2).collect();
        if quoteless.contains(" or ") || quoteless.contains('(') || quoteless.contains('\'') {
            return Err(refuse("has a marker that only uv knows how to write"));
        }
        for condition in marker.conditions() {
            terms.push(term(condition).ok_or_else(|| refuse("has a marker that only uv knows how to write"))?);
        }
    }
    terms.sort();
    // The system is known by three names, which uv weighs against each other.
    let systems = terms.iter().filter(|(rank, _)| matches!(rank, 2 | 6)).count();
    if terms.windows(2).any(|pair| pair[0].0 == pair[1].0) || systems > 1 {
        return Err(refuse("has a marker that only uv knows how to write"));
    }
    let mut all: Vec<String> = terms.into_iter().map(|(_, text)| text).collect();
    all.extend(extra.map(|extra| format!("extra == '{extra}'")));
    if !all.is_empty() {
        line.push_str(&format!(" ; {}", all.join(" and ")));
    }
    Ok(line)
}

/// The extras in the order in which they are written.
fn extras(text: &str) -> Vec<String> {
    let head = text.split(['@', ';']).next().unwrap_or(text);
    let inside = head.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
    inside.split(',').map(str::trim).filter(|extra| !extra.is_empty()).map(normalize).collect()
}

/// The part of a requirement that says which versions.
fn range_of(text: &str) -> &str {
    let head = text.split(';').next().unwrap_or(text);
    let behind = head.split_once(']').map_or(head, |(_, rest)| rest);
    let at = behind.find(['<', '>', '=', '!', '~', '(']).unwrap_or(behind.len());
    behind[at..].trim().trim_start_matches('(').trim_end_matches(')')
}

/// The clauses of a range, normalised and sorted by their versions.
///
/// # Errors
/// One of them is none, or only uv knows how it writes it.
pub(super) fn clauses(range: &str, key: &str) -> Result<Vec<String>, Reason> {
    let mut found: Vec<(Version, String)> = Vec::new();
    for clause in range.split(',').map(str::trim).filter(|clause| !clause.is_empty()) {
        let refuse = || Reason::new(key, format!("only uv knows how it writes `{clause}`"));
        let set: SpecifierSet = clause.parse().map_err(|_| refuse())?;
        let [specifier] = set.specifiers() else { return Err(refuse()) };
        let version = specifier.version().filter(|_| specifier.operator() != Operator::Arbitrary).ok_or_else(refuse)?;
        let star = if specifier.is_wildcard() { ".*" } else { "" };
        found.push((version.clone(), format!("{}{version}{star}", specifier.operator().text())));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found.into_iter().map(|(_, text)| text).collect())
}

/// A comparison as uv writes it, with its place among the others; nothing for what it would change.
fn term(condition: &Condition) -> Option<(usize, String)> {
    let Condition { left: Operand::Variable(variable), comparison, right: Operand::Value(value) } = condition else {
        return None;
    };
    let operator = match comparison {
        Comparison::Operator(operator) => *operator,
        Comparison::In | Comparison::NotIn => return None,
    };
    if value.contains(['\'', '"', '\\']) {
        return None;
    }
    let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    let plain = |rank: usize, name: &str| is_equality.then(|| (rank, format!("{name} {} '{value}'", operator.text())));
    match variable {
        Variable::PythonVersion => python_version(operator, value).map(|text| (0, text)),
        Variable::ImplementationName => plain(1, "implementation_name"),
        Variable::OsName => plain(2, "os_name"),
        Variable::PlatformMachine => plain(3, "platform_machine"),
        Variable::PlatformPythonImplementation => plain(4, "platform_python_implementation"),
        Variable::PlatformSystem if operator == Operator::Equal => {
            let platform = match value.as_str() {
                "Windows" => "win32",
                "Linux" => "linux",
                "Darwin" => "darwin",
                _ => return None,
            };
            Some((6, format!("sys_platform == '{platform}'")))
        }
        Variable::SysPlatform => plain(6, "sys_platform"),
        _ => None,
    }
}

/// `python_version`, which uv writes as `python_full_version`.
fn python_version(operator: Operator, value: &str) -> Option<String> {
    let (major, minor) = value.split_once('.')?;
    let (major, minor): (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
    let (sign, version) = match operator {
        Operator::GreaterEqual => (">=", format!("{major}.{minor}")),
        Operator::Less => ("<", format!("{major}.{minor}")),
        Operator::Greater => (">=", format!("{major}.{}", minor + 1)),
        Operator::LessEqual => ("<", format!("{major}.{}", minor + 1)),
        Operator::Equal => ("==", format!("{major}.{minor}.*")),
        Operator::NotEqual => ("!=", format!("{major}.{minor}.*")),
        _ => return None,
    };
    // `3.0` loses its end, and with a star it does not.
    let version = if version.ends_with(".0") { version.trim_end_matches(".0").to_owned() } else { version };
    Some(format!("python_full_version {sign} '{version}'"))
}
