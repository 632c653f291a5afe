//! METADATA, PKG-INFO and WHEEL field by field.

use std::collections::BTreeMap;

use super::Change;
use crate::python::metadata::RawMetadata;

/// Whether two WHEEL files are the same but for the line that names what made them.
pub(super) fn differ_in_generator_only(a: &[u8], b: &[u8]) -> bool {
    let rest = |bytes: &[u8]| -> Vec<u8> {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        lines.filter(|line| !line.starts_with(b"Generator:")).flatten().copied().collect()
    };
    rest(a) == rest(b)
}

/// The fields that are different, in the order of their names, and the description last.
pub(super) fn differing(a: &[u8], b: &[u8]) -> Vec<Change> {
    let (a, b) = (RawMetadata::parse(a), RawMetadata::parse(b));
    let (old, new) = (by_name(&a), by_name(&b));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let nothing = Vec::new();
    let mut found = Vec::new();
    for name in names {
        let (gone, come) = without_shared(old.get(name).unwrap_or(&nothing), new.get(name).unwrap_or(&nothing));
        // One value for another is a change; of several it is not known which became which.
        if let ([a], [b]) = (gone.as_slice(), come.as_slice()) {
            found.push(Change { field: name.clone(), a: Some(a.clone()), b: Some(b.clone()) });
            continue;
        }
        found.extend(gone.into_iter().map(|value| Change { field: name.clone(), a: Some(value), b: None }));
        found.extend(come.into_iter().map(|value| Change { field: name.clone(), a: None, b: Some(value) }));
    }
    if a.body() != b.body() {
        let lines = |body: &str| Some(crate::report::text::count(body.lines().count(), "line"));
        found.push(Change { field: "(description)".to_owned(), a: lines(a.body()), b: lines(b.body()) });
    }
    found
}

fn by_name(metadata: &RawMetadata) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for header in metadata.headers() {
        found.entry(header.name.clone()).or_default().push(header.value.clone());
    }
    found
}

/// What only one of two lists has, each value as often as it has it more.
fn without_shared(a: &[String], b: &[String]) -> (Vec<String>, Vec<String>) {
    let mut balance: BTreeMap<&String, i64> = BTreeMap::new();
    a.iter().for_each(|value| *balance.entry(value).or_default() += 1);
    b.iter().for_each(|value| *balance.entry(value).or_default() -= 1);
    let more = |list: &[String], sign: i64| {
        let mut left = balance.clone();
        let kept = list.iter().filter(|value| {
            let count = left.entry(value).or_default();
            let more = *count * sign > 0;
            *count -= if more { sign } else { 0 };
            more
        });
        kept.cloned().collect()
    };
    (more(a, 1), more(b, -1))
}
