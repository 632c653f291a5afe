//! Lines: which released versions a new one must be above.
//!
//! A project may maintain 1.4 while 2.1 is out, so a new version need not be above everything. It must be
//! above all that the same users follow: the line of a version is every release that shares the numbers before
//! its last one that is not zero. So 1.4.4 is of the line 1.4, 1.5.0 of the line 1, and 2.0.0 of the line of
//! all; a post-release is of the line of its own release. A pre-release of other numbers is a line of its own:
//! 1.6.0a1 on the main branch does not keep 1.5.0 from being finished. Nothing is above a higher epoch.

use super::super::version::Version;

/// The highest taken version that a new one is not above, though it is of its line.
pub fn in_the_way<'v>(version: &Version, taken: impl IntoIterator<Item = &'v Version>) -> Option<&'v Version> {
    taken.into_iter().filter(|taken| *taken >= version && is_of_line(version, taken)).max()
}

/// The name of the line of a version: `1.4`, or nothing where it is that of all versions.
pub fn name(version: &Version) -> String {
    let numbers: Vec<String> = shared(version).iter().map(u64::to_string).collect();
    numbers.join(".")
}

/// The numbers that all releases of the line share.
fn shared(version: &Version) -> &[u64] {
    let numbers = version.trimmed();
    if version.post().is_some() { numbers } else { &numbers[..numbers.len().saturating_sub(1)] }
}

fn is_of_line(version: &Version, taken: &Version) -> bool {
    if taken.epoch() != version.epoch() {
        return taken.epoch() > version.epoch();
    }
    let same_release = taken.trimmed() == version.trimmed();
    if version.post().is_some() {
        return same_release;
    }
    let shared = shared(version);
    let number = |at: usize| taken.release().get(at).copied().unwrap_or(0);
    let shares = shared.iter().enumerate().all(|(at, wanted)| number(at) == *wanted);
    same_release || (shares && !taken.is_prerelease())
}
