//! Unified diffs of differing texts. The archives are read once more, by the same readers, which keep these members.

use std::collections::HashSet;

use super::{Archive, Comparison, Difference, Differing, Here};
use crate::archive::{Limits, MemberKind, read};
use crate::effects::{EffectsError, Files};
use crate::report::diff::unified;

/// Larger texts are not shown line by line.
const LARGEST: u64 = 256 << 10;
/// All texts of one archive together.
const ALL: u64 = 8 << 20;
/// Lines of one diff; what follows is counted.
const LINES: usize = 200;
/// Members with a diff.
const MEMBERS: usize = 100;

/// Adds a diff to each differing text.
pub(super) fn diff(files: Files, a: &Archive, b: &Archive, found: &mut Comparison) -> Result<(), EffectsError> {
    let mut wanted = Vec::new();
    let mut all = 0;
    for (at, differing) in found.members.iter().enumerate() {
        let Some((a, b)) = differing.a.as_ref().zip(differing.b.as_ref()) else { continue };
        let size = a.size.max(b.size);
        if is_text(differing, a, b) && all + size <= ALL && wanted.len() < MEMBERS {
            all += size;
            wanted.push((at, a.name.clone(), b.name.clone()));
        }
    }
    let here = kept(files, a, wanted.iter().map(|(_, a, _)| a.clone()).collect())?;
    let there = kept(files, b, wanted.iter().map(|(_, _, b)| b.clone()).collect())?;
    for (at, a, b) in wanted {
        let differing = &mut found.members[at];
        let text = |bytes: Option<&Vec<u8>>| String::from_utf8(bytes?.clone()).ok().filter(|text| !text.contains('\0'));
        let (Some(old), Some(new)) = (text(here.get(&a)), text(there.get(&b))) else { continue };
        let mut lines = unified(&differing.path, Some(&old), &new);
        if lines.len() > LINES {
            let more = lines.len() - LINES;
            lines.truncate(LINES);
            lines.push(format!("… {more} more lines"));
        }
        differing.diff = lines;
    }
    Ok(())
}

/// Whether both are texts of a moderate size.
fn is_text(differing: &Differing, a: &Here, b: &Here) -> bool {
    differing.difference == Difference::Differs
        && a.kind == MemberKind::File
        && [a, b].iter().all(|here| !here.binary && here.size <= LARGEST)
}

fn kept(
    files: Files,
    archive: &Archive,
    paths: HashSet<String>,
) -> Result<std::collections::BTreeMap<String, Vec<u8>>, EffectsError> {
    let limits = Limits::default();
    let text = limits.text + usize::try_from(ALL).unwrap_or_default();
    let mut input = files.open(&archive.path)?;
    Ok(read::scan_keeping(&archive.name, &mut input, &Limits { text, ..limits }, &paths).kept)
}
