//! Advisories as OSV records, read leniently: what is not understood never loses the record.
//!
//! Follows the OSV schema 1.7.5; only `id` is needed. Of `affected` only PyPI is kept, and of its
//! ranges only `ECOSYSTEM`. The prose of a record is not kept: it is somebody else's text, and ids
//! lead to it. What versions mean is left to [`super::matching`], scores to [`super::severity`].

use jiff::Timestamp;
use serde_json::Value;

use crate::python::name::normalize;

/// The longest id that is taken for one.
const ID_CHARACTERS: usize = 128;

/// A vulnerability record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// The id, such as `PYSEC-2021-66`.
    pub id: String,
    /// Other ids of the same flaw.
    pub aliases: Vec<String>,
    /// When the record was last changed.
    pub modified: Option<Timestamp>,
    /// Whether its publisher took it back.
    pub withdrawn: bool,
    /// The severities of the whole record.
    pub severities: Vec<SeverityEntry>,
    /// The publisher's word for the severity (`database_specific.severity`), lower case.
    pub severity_word: Option<String>,
    /// What it affects on PyPI.
    pub affected: Vec<Affected>,
}

/// A severity as published: which system, and its vector or word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityEntry {
    /// `CVSS_V2`, `CVSS_V3`, `CVSS_V4`, `Ubuntu` or what comes later.
    pub system: String,
    /// The vector, or the word.
    pub score: String,
}

/// One package that is affected, and in which versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Affected {
    /// The normalised name (PEP 503).
    pub package: String,
    /// Versions that are affected one by one.
    pub versions: Vec<String>,
    /// The events of each `ECOSYSTEM` range, in the order of the file.
    pub ranges: Vec<Vec<Event>>,
    /// The severities for this package alone.
    pub severities: Vec<SeverityEntry>,
}

/// Where a range begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Affected from here on; `0` is before every version.
    Introduced(String),
    /// No longer affected from here on.
    Fixed(String),
    /// The last version that is affected.
    LastAffected(String),
    /// Nothing from here on is spoken of.
    Limit(String),
    /// Something that is not understood, so the range cannot be decided.
    Unknown,
}

impl Advisory {
    /// Reads one record.
    ///
    /// # Errors
    /// Why the bytes are no record: no JSON object, no usable id, or `affected` is no list of objects.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let record: Value = serde_json::from_slice(bytes).map_err(|_| "it is not JSON")?;
        let id = record.get("id").and_then(Value::as_str).unwrap_or("");
        if !is_id(id) {
            return Err("it has no usable `id`");
        }
        let affected = match record.get("affected") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(entries)) => read_affected(entries)?,
            Some(_) => return Err("its `affected` is no list"),
        };
        Ok(Advisory {
            id: id.to_owned(),
            aliases: texts(&record, "aliases").filter(|alias| is_id(alias)).map(str::to_owned).collect(),
            modified: time(&record, "modified"),
            withdrawn: time(&record, "withdrawn").is_some(),
            severities: read_severities(&record),
            severity_word: record
                .get("database_specific")
                .and_then(|specific| specific.get("severity"))
                .and_then(Value::as_str)
                .map(str::to_lowercase),
            affected,
        })
    }

    /// The id and the aliases.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// Whether the package itself is an attack.
    pub fn is_malicious(&self) -> bool {
        self.id.starts_with("MAL-")
    }

    /// The entries for one package, by its normalised name.
    pub fn affecting(&self, package: &str) -> impl Iterator<Item = &Affected> {
        self.affected.iter().filter(move |affected| affected.package == package)
    }
}

/// Whether a text can be the id of an advisory. Ids become part of links and pages, so everything
/// but letters, digits, `-`, `_`, `.` and `:` is refused.
pub fn is_id(text: &str) -> bool {
    text.len() <= ID_CHARACTERS
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

fn read_affected(entries: &[Value]) -> Result<Vec<Affected>, &'static str> {
    let mut affected = Vec::new();
    for entry in entries {
        let package = entry.get("package").ok_or("an `affected` names no package")?;
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        let name = text("name").ok_or("an `affected` names no package")?;
        let ecosystem = text("ecosystem").ok_or("an `affected` names no ecosystem")?;
        if ecosystem.split(':').next() != Some("PyPI") {
            continue;
        }
        let mut read =
            Affected { package: normalize(name.trim()), severities: read_severities(entry), ..Affected::default() };
        match entry.get("versions") {
            None | Some(Value::Null) => {}
            Some(Value::Array(versions)) if versions.iter().all(Value::is_string) => {
                read.versions = versions.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            Some(_) => read.ranges.push(vec![Event::Unknown]),
        }
        match entry.get("ranges") {
            None | Some(Value::Null) => {}
            Some(Value::Array(ranges)) => read.ranges.extend(ranges.iter().filter_map(read_range)),
            Some(_) => read.ranges.push(vec![Event::Unknown]),
        }
        affected.push(read);
    }
    Ok(affected)
}

/// The events of a range, or nothing where it speaks about something other than PyPI's versions.
fn read_range(range: &Value) -> Option<Vec<Event>> {
    match range.get("type").and_then(Value::as_str) {
        Some("ECOSYSTEM") => {}
        Some(_) => return None,
        None => return Some(vec![Event::Unknown]),
    }
    let Some(events) = range.get("events").and_then(Value::as_array) else {
        return Some(vec![Event::Unknown]);
    };
    Some(events.iter().map(read_event).collect())
}

fn read_event(event: &Value) -> Event {
    let kinds = ["introduced", "fixed", "last_affected", "limit"];
    let mut known = kinds.into_iter().filter_map(|kind| event.get(kind).map(|bound| (kind, bound)));
    let (Some((kind, Value::String(bound))), None) = (known.next(), known.next()) else {
        return Event::Unknown;
    };
    let bound = bound.trim().to_owned();
    match kind {
        "introduced" => Event::Introduced(bound),
        "fixed" => Event::Fixed(bound),
        "last_affected" => Event::LastAffected(bound),
        _ => Event::Limit(bound),
    }
}

fn read_severities(holder: &Value) -> Vec<SeverityEntry> {
    let entries = holder.get("severity").and_then(Value::as_array);
    let entries = entries.into_iter().flatten();
    entries
        .filter_map(|entry| {
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            Some(SeverityEntry { system: text("type")?.to_owned(), score: text("score")?.to_owned() })
        })
        .collect()
}

fn texts<'a>(holder: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    let list = holder.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

fn time(holder: &Value, key: &str) -> Option<Timestamp> {
    holder.get(key)?.as_str()?.parse().ok()
}
