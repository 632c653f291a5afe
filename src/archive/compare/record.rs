//! RECORD row by row: a row that says what is true of its own archive follows from the members.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use super::members::{ByPath, Key};
use crate::archive::Member;

/// Digest and size of each row, by the shared path.
type Rows = BTreeMap<Key, (String, String)>;

/// The rows that are different and do not follow from the members, or nothing where one of the two is no RECORD.
pub(super) fn differing((a, here): (&[u8], &ByPath<'_>), (b, there): (&[u8], &ByPath<'_>)) -> Option<Vec<Change>> {
    let (old, new) = (rows(a, here)?, rows(b, there)?);
    let paths: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for path in paths {
        let (one, other) = (old.get(path), new.get(path));
        if one == other || (follows(one, here.get(path)) && follows(other, there.get(path))) {
            continue;
        }
        let told = |row: Option<&(String, String)>| row.map(|(digest, size)| format!("{digest},{size}"));
        let field = here.get(path).or(there.get(path)).map_or_else(|| path.rest.clone(), |member| member.name.clone());
        found.push(Change { field, a: told(one), b: told(other) });
    }
    Some(found)
}

/// Whether two RECORDs of the same rows write them in another order or with other line ends.
pub(super) fn differs_in_form(a: &[u8], b: &[u8]) -> bool {
    let carriage = |bytes: &[u8]| bytes.contains(&b'\r');
    let paths = |bytes: &[u8]| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let read = reader.records().map_while(Result::ok).map(|row| row.get(0).unwrap_or_default().to_owned());
        read.collect::<Vec<_>>()
    };
    carriage(a) != carriage(b) || paths(a) != paths(b)
}

fn rows(bytes: &[u8], members: &ByPath<'_>) -> Option<Rows> {
    let shared: BTreeMap<&str, &Key> = members.iter().map(|(key, member)| (member.name.as_str(), key)).collect();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut found = Rows::new();
    for row in reader.records() {
        let row = row.ok().filter(|row| row.len() == 3)?;
        let path = shared.get(&row[0]).map_or_else(|| Key::plain(&row[0]), |key| (*key).clone());
        if found.insert(path, (row[1].to_owned(), row[2].to_owned())).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Whether a row says what is true of its member, and is there only where the member is.
fn follows(row: Option<&(String, String)>, member: Option<&&Member>) -> bool {
    match (row, member) {
        (None, None) => true,
        (Some((digest, size)), Some(member)) => {
            let truth = member.sha256.map(|sha256| format!("sha256={}", sha256.to_record()));
            truth.as_ref() == Some(digest) && *size == member.size.to_string()
        }
        _ => false,
    }
}
