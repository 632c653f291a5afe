//! Members paired by path, and what is different about each pair.

use std::collections::{BTreeMap, BTreeSet};

use super::{Archive, Change, Comparison, Difference, Differing, Here, Note, Whole, headers, is_binary, record};
use crate::archive::{Kind, Member, MemberKind};

/// A path that members of two versions share: below the top folder of an sdist, below `NAME-VERSION.dist-info` or
/// `NAME-VERSION.data` of a wheel, or as it is. No two paths of one archive have the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    place: Place,
    pub(super) rest: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Plain,
    Top,
    Data,
}

impl Key {
    pub(super) fn plain(path: &str) -> Self {
        Key { place: Place::Plain, rest: path.to_owned() }
    }

    fn is_top(&self, file: &str) -> bool {
        self.place == Place::Top && self.rest == file
    }
}

/// The members of an archive, those that are directories left out.
pub(super) type ByPath<'a> = BTreeMap<Key, &'a Member>;

/// The two archives with their members.
struct Pair<'a> {
    a: &'a Archive,
    b: &'a Archive,
    here: ByPath<'a>,
    there: ByPath<'a>,
}

/// Compares all members.
pub(super) fn compare(a: &Archive, b: &Archive, found: &mut Comparison) {
    let (top_a, top_b) = (top_folder(a), top_folder(b));
    // Where only one has such a folder, paths are compared as they are.
    let tops = top_a.zip(top_b);
    let (here, there) = (
        by_path(a, tops.as_ref().map(|(top, _)| top.as_str())),
        by_path(b, tops.as_ref().map(|(_, top)| top.as_str())),
    );
    if let Some((a, b)) = tops.filter(|(a, b)| a != b) {
        found.wholes.push(Whole::TopFolder { a, b });
    }
    let pair = Pair { a, b, here, there };
    let keys: BTreeSet<&Key> = pair.here.keys().chain(pair.there.keys()).collect();
    for key in keys {
        let (one, other) = (pair.here.get(key).copied(), pair.there.get(key).copied());
        for difference in differences(one, other) {
            let changes = match difference {
                Difference::Differs => pair.changes(key, &mut found.notes),
                _ => Some(Vec::new()),
            };
            found.members.extend(changes.map(|changes| differing(difference, one, other, changes)));
        }
    }
    found.members.sort_by(|one, other| (&one.path, one.difference).cmp(&(&other.path, other.difference)));
    pair.notes(&mut found.notes);
}

/// The one top folder of an sdist; of a wheel the one that ends in `.dist-info`.
fn top_folder(archive: &Archive) -> Option<String> {
    let first = |member: &Member| member.name.split('/').next().map(str::to_owned);
    let tops: BTreeSet<String> = archive.scan.members.iter().filter_map(first).collect();
    let mut tops = tops.into_iter().filter(|top| archive.scan.kind == Kind::Sdist || top.ends_with(".dist-info"));
    tops.next().filter(|_| tops.next().is_none())
}

fn by_path<'a>(archive: &'a Archive, top: Option<&str>) -> ByPath<'a> {
    let data = top.and_then(|top| top.strip_suffix(".dist-info")).map(|stem| format!("{stem}.data"));
    let key = |name: &str| match name.split_once('/') {
        Some((first, rest)) if Some(first) == top => Key { place: Place::Top, rest: rest.to_owned() },
        Some((first, rest)) if Some(first) == data.as_deref() => Key { place: Place::Data, rest: rest.to_owned() },
        _ => Key::plain(name),
    };
    let members = archive.scan.members.iter().filter(|member| member.kind != MemberKind::Directory);
    members.map(|member| (key(&member.name), member)).collect()
}

fn differences(a: Option<&Member>, b: Option<&Member>) -> Vec<Difference> {
    let (Some(a), Some(b)) = (a, b) else {
        return vec![if a.is_some() { Difference::OnlyInA } else { Difference::OnlyInB }];
    };
    if a.kind != b.kind {
        return vec![Difference::Kind];
    }
    let mut found = Vec::new();
    if (a.sha256, a.size, &a.link) != (b.sha256, b.size, &b.link) {
        found.push(Difference::Differs);
    }
    if a.executable != b.executable {
        found.push(Difference::ExecutableBit);
    }
    found
}

fn differing(difference: Difference, a: Option<&Member>, b: Option<&Member>, changes: Vec<Change>) -> Differing {
    let path = a.or(b).map(|member| member.name.clone()).unwrap_or_default();
    Differing { path, difference, a: a.map(as_here), b: b.map(as_here), changes, diff: Vec::new() }
}

fn as_here(member: &Member) -> Here {
    Here {
        kind: member.kind,
        size: member.size,
        sha256: member.sha256,
        executable: member.executable,
        link: member.link.clone(),
        name: member.name.clone(),
        binary: is_binary(member),
    }
}

impl Pair<'_> {
    /// What is different inside a member, as far as it is known; nothing where it does not count, which is noted.
    fn changes(&self, key: &Key, notes: &mut Vec<Note>) -> Option<Vec<Change>> {
        let text = |archive: &Archive, members: &ByPath<'_>| archive.scan.kept.get(&members.get(key)?.name).cloned();
        let (Some(old), Some(new)) = (text(self.a, &self.here), text(self.b, &self.there)) else {
            return Some(Vec::new());
        };
        if key.is_top("WHEEL") && headers::differ_in_generator_only(&old, &new) {
            notes.push(Note::Generator);
            return None;
        }
        if key.is_top("RECORD") {
            let (old, new) = ((old.as_slice(), &self.here), (new.as_slice(), &self.there));
            let rows = record::differing(old, new);
            if rows.as_ref().is_some_and(Vec::is_empty) {
                notes.extend(record::differs_in_form(old, new).then_some(Note::RecordForm));
                return None;
            }
            return Some(rows.unwrap_or_default());
        }
        let is_headers = ["METADATA", "PKG-INFO", "WHEEL"].iter().any(|file| key.is_top(file));
        Some(if is_headers { headers::differing(&old, &new) } else { Vec::new() })
    }

    /// What else is different and does not count.
    fn notes(&self, notes: &mut Vec<Note>) {
        let order = |archive: &Archive, members: &ByPath<'_>, others: &ByPath<'_>| -> Vec<Key> {
            let keys: BTreeMap<&str, &Key> = members.iter().map(|(key, member)| (member.name.as_str(), key)).collect();
            let shared = archive.scan.members.iter().filter_map(|member| keys.get(member.name.as_str()).copied());
            shared.filter(|key| others.contains_key(*key)).cloned().collect()
        };
        if order(self.a, &self.here, &self.there) != order(self.b, &self.there, &self.here) {
            notes.push(Note::Order);
        }
        let directories = |archive: &Archive| {
            archive.scan.members.iter().filter(|member| member.kind == MemberKind::Directory).count()
        };
        if directories(self.a) != directories(self.b) {
            notes.push(Note::Directories);
        }
    }
}
