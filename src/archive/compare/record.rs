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

/// Whether two RECORDs write the rows that both have in another order, or end them otherwise.
pub(super) fn differs_in_form((a, here): (&[u8], &ByPath<'_>), (b, there): (&[u8], &ByPath<'_>)) -> bool {
    let (Some(old), Some(new)) = (listed(a, here), listed(b, there)) else { return false };
    let order = |rows: &[(Key, String, String)], others: &[(Key, String, String)]| -> Vec<Key> {
        let others: BTreeSet<&Key> = others.iter().map(|(path, ..)| path).collect();
        rows.iter().map(|(path, ..)| path).filter(|path| others.contains(path)).cloned().collect()
    };
    a.contains(&b'\r') != b.contains(&b'\r') || order(&old, &new) != order(&new, &old)
}

fn rows(bytes: &[u8], members: &ByPath<'_>) -> Option<Rows> {
    let listed = listed(bytes, members)?;
    let count = listed.len();
    let rows: Rows = listed.into_iter().map(|(path, digest, size)| (path, (digest, size))).collect();
    // A path that is listed twice means different things to different readers.
    (rows.len() == count).then_some(rows)
}

/// The rows in their order, or nothing where one of them is none.
fn listed(bytes: &[u8], members: &ByPath<'_>) -> Option<Vec<(Key, String, String)>> {
    let shared: BTreeMap<&str, &Key> = members.iter().map(|(key, member)| (member.name.as_str(), key)).collect();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let read = reader.records().map(|row| {
        let row = row.ok().filter(|row| row.len() == 3)?;
        let path = shared.get(&row[0]).map_or_else(|| Key::plain(&row[0]), |key| (*key).clone());
        Some((path, row[1].to_owned(), row[2].to_owned()))
    });
    read.collect()
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
