//! Where the links of a tar lead. Follows PEP 721 (the `data` filter): never out of the tree.

use std::collections::HashSet;

use super::scan::{Fault, Findings, Member, MemberKind, shown};

/// Judges every link: outside is an error, inside is a warning, since not every installer makes it.
pub(super) fn judge(findings: &mut Findings<'_>) {
    let linked = |member: &&Member| member.link.is_some();
    if findings.members.iter().find(linked).is_none() {
        return;
    }
    let members = std::mem::take(&mut findings.members);
    let files: HashSet<&str> =
        members.iter().filter(|member| member.kind == MemberKind::File).map(|member| member.name.as_str()).collect();
    for member in members.iter().filter(linked) {
        let target = member.link.as_deref().unwrap_or_default();
        let inside = match member.kind {
            MemberKind::Hardlink => files.contains(target),
            _ => stays_inside(&member.name, target),
        };
        let (code, how) = match inside {
            true => ("archive/link-inside", "is a link to"),
            false => ("archive/link", "is a link that does not stay among the members, to"),
        };
        let text = format!("`{}` {how} `{}`", shown(&member.name), shown(target));
        findings.fault(Fault::new(code, text).of(&member.name));
    }
    findings.members = members;
}

/// Whether a symbolic link, followed from its own directory, stays below the top directory. A `..`
/// after a name is refused, since it leads elsewhere where that name is itself a link.
fn stays_inside(name: &str, target: &str) -> bool {
    if target.is_empty() || target.starts_with('/') || target.contains(['\\', ':', '\0']) {
        return false;
    }
    // Steps that may be taken upwards: the directories of the member below the top one.
    let mut depth = name.split('/').count().saturating_sub(2);
    let mut descending = false;
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if descending || depth == 0 => return false,
            ".." => depth -= 1,
            _ => descending = true,
        }
    }
    true
}
