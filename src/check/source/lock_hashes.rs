//! What `poetry.lock` and `pdm.lock` keep of the `pyproject.toml` that they were made of: one hash over its requirements, as
//! JSON with sorted keys. Whether it is still the same is all that they tell.
//!
//! Follows poetry 2.5 (`packages/locker.py`) and pdm 2.12 to 2.29 (`project/project_file.py`), which changed what they hash.

use serde_json::{Map, Value, json};

use super::super::pyproject::node::{Node, Shape};
use crate::archive::Sha256;
use crate::python::name::normalize;
use crate::python::version::Version;

/// Whether a `poetry.lock` is of this `pyproject.toml`; nothing where it does not tell. `text` is the whole lock.
pub(super) fn poetry(text: &str, lock: &Node<'_>, pyproject: &Node<'_>) -> Option<bool> {
    let kept = lock.get("metadata")?.get("content-hash")?.text()?;
    // Before 2.3, groups of dependencies were not among what is hashed; who wrote the lock stands in its first line.
    let writer = text.lines().next().and_then(|line| line.split_once("Poetry ")).map(|(_, rest)| rest);
    let writer = writer.and_then(|rest| rest.split_whitespace().next()?.parse::<Version>().ok());
    let without_groups = writer.is_some_and(|writer| "2.3.0".parse().is_ok_and(|changed: Version| writer < changed));
    let mut hashes = vec![hash(&of_poetry(pyproject, true)?)];
    if without_groups {
        hashes.push(hash(&of_poetry(pyproject, false)?));
    }
    Some(hashes.iter().any(|hash| hash == kept))
}

/// The same of a `pdm.lock`; nothing for a workspace, where the hash is one of all members.
pub(super) fn pdm(lock: &Node<'_>, pyproject: &Node<'_>) -> Option<bool> {
    let kept = lock.get("metadata")?.get("content_hash")?.text()?.strip_prefix("sha256:")?;
    let settings = pyproject.get("tool").and_then(|tool| tool.get("pdm"));
    let setting = |key: &str| settings.and_then(|settings| settings.get(key));
    // Without `[project]`, pdm translates what other tools wrote.
    let project = pyproject.get("project")?;
    if setting("workspace").is_some() {
        return None;
    }
    let or = |node: Option<&Node<'_>>, otherwise: Value| node.map_or(Some(otherwise), value);
    let resolution = or(setting("resolution"), json!({}))?;
    let overrides = resolution.get("overrides").cloned().unwrap_or_else(|| json!({}));
    let own_groups = or(setting("dev-dependencies"), json!({}))?;
    let of = |groups: &Value, last: (&str, &Value)| {
        let mut hashed = json!({
            "sources": or(setting("source"), json!([]))?,
            "dependencies": or(project.get("dependencies"), json!([]))?,
            "dev-dependencies": groups,
            "optional-dependencies": or(project.get("optional-dependencies"), json!({}))?,
            "requires-python": or(project.get("requires-python"), json!(""))?,
        });
        hashed[last.0] = last.1.clone();
        Some(hash(&hashed))
    };
    let all_groups = groups(pyproject.get("dependency-groups"), &own_groups)?;
    let hashes = [
        of(&all_groups, ("resolution", &resolution))?,
        of(&own_groups, ("resolution", &resolution))?,
        of(&own_groups, ("overrides", &overrides))?,
    ];
    Some(hashes.iter().any(|hash| hash == kept))
}

/// The groups of dependencies with pdm's own behind them, by their normalized names.
fn groups(standard: Option<&Node<'_>>, own: &Value) -> Option<Value> {
    let mut groups = Map::new();
    let standard = standard.map_or(Some(json!({})), value)?;
    for (name, group) in standard.as_object()? {
        // pdm stops at two of one name.
        if groups.insert(normalize(name), group.clone()).is_some() {
            return None;
        }
    }
    for (name, group) in own.as_object()? {
        let all = groups.entry(normalize(name)).or_insert_with(|| json!([]));
        all.as_array_mut()?.extend(group.as_array()?.iter().cloned());
    }
    Some(Value::Object(groups))
}

fn of_poetry(pyproject: &Node<'_>, with_groups: bool) -> Option<Value> {
    const OF_POETRY: [&str; 5] = ["dependencies", "source", "extras", "dev-dependencies", "group"];
    let table = |keys: &[&str]| keys.iter().try_fold(pyproject, |node, key| node.get(key));
    let mut project = Map::new();
    for key in ["requires-python", "dependencies", "optional-dependencies"] {
        if let Some(node) = table(&["project", key]) {
            project.insert(key.to_owned(), value(node)?);
        }
    }
    let groups = table(&["dependency-groups"]).filter(|_| with_groups).map_or(Some(json!({})), value)?;
    let has_groups = groups.as_object().is_some_and(|groups| !groups.is_empty());
    let mut own = Map::new();
    for key in OF_POETRY {
        match table(&["tool", "poetry", key]) {
            Some(node) => {
                own.insert(key.to_owned(), value(node)?);
            }
            // Where nothing else says what is required, what is missing is hashed, too.
            None if key != "group" && project.is_empty() && !has_groups => {
                own.insert(key.to_owned(), Value::Null);
            }
            None => {}
        }
    }
    if project.is_empty() && !has_groups {
        return Some(Value::Object(own));
    }
    let mut all = json!({"tool": {"poetry": own}});
    if !project.is_empty() {
        all["project"] = Value::Object(project);
    }
    if has_groups {
        all["dependency-groups"] = groups;
    }
    Some(all)
}

/// A value as JSON has it; nothing for a date and for a number that Python may write otherwise.
fn value(node: &Node<'_>) -> Option<Value> {
    Some(match &node.shape {
        Shape::Text(text) => json!(text),
        Shape::Flag(flag) => json!(flag),
        Shape::Other(text) => json!(text.parse::<i64>().ok()?),
        Shape::List(nodes) => Value::Array(nodes.iter().map(value).collect::<Option<_>>()?),
        Shape::Table(entries) => {
            let entries = entries.iter().map(|entry| Some((entry.key.to_owned(), value(&entry.node)?)));
            Value::Object(entries.collect::<Option<_>>()?)
        }
    })
}

fn hash(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    Sha256::of(text.as_bytes()).to_string()
}

/// As Python's `json.dumps(…, sort_keys=True)` writes it.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                quote(key, text);
                text.push_str(": ");
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write(value, text);
            }
            text.push(']');
        }
        Value::String(string) => quote(string, text),
        other => text.push_str(&other.to_string()),
    }
}

fn quote(string: &str, text: &mut String) {
    text.push('"');
    for unit in string.encode_utf16() {
        match u8::try_from(unit).ok().filter(u8::is_ascii) {
            Some(b'"') => text.push_str("\\\""),
            Some(b'\\') => text.push_str("\\\\"),
            Some(b'\n') => text.push_str("\\n"),
            Some(b'\r') => text.push_str("\\r"),
            Some(b'\t') => text.push_str("\\t"),
            Some(0x08) => text.push_str("\\b"),
            Some(0x0c) => text.push_str("\\f"),
            Some(byte) if byte >= b' ' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
    }
    text.push('"');
}
