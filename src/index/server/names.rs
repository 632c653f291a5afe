//! Which names a new project may have, and how many somebody may make. Follows warehouse `packaging/services.py`.

use std::collections::{BTreeMap, VecDeque};

use super::refusal::Refusal;
use super::settings::Settings;
use crate::index::words::Meaning;
use crate::python::name::{ProjectName, normalize};
use crate::python::stdlib;

/// How many new projects a user may make in [`WINDOW`] seconds.
pub(super) const MOST: usize = 20;
/// An hour.
pub(super) const WINDOW: i64 = 3600;

/// When users made projects.
#[derive(Debug, Default)]
pub(super) struct Rate(BTreeMap<String, VecDeque<i64>>);

impl Rate {
    /// Whether a user may make another project now.
    ///
    /// # Errors
    /// There were too many; how long to wait is in the refusal.
    pub(super) fn test(&mut self, user: &str, now: i64) -> Result<(), Refusal> {
        let times = self.0.entry(user.to_owned()).or_default();
        while times.front().is_some_and(|first| now - first >= WINDOW) {
            times.pop_front();
        }
        if times.len() >= MOST {
            let wait = times.front().map_or(WINDOW, |first| first + WINDOW - now);
            return Err(Refusal::from(Meaning::TooManyProjects).after(wait));
        }
        Ok(())
    }

    /// Counts a new project.
    pub(super) fn hit(&mut self, user: &str, now: i64) {
        self.0.entry(user.to_owned()).or_default().push_back(now);
    }
}

/// Whether a name is given out.
///
/// # Errors
/// What PyPI says instead.
pub(super) fn is_given_out<'n>(
    name: &ProjectName,
    settings: &Settings,
    mut taken: impl Iterator<Item = &'n str>,
) -> Result<(), Refusal> {
    let refused = |meaning| Err(Refusal::of(meaning, [name.as_str()]));
    if stdlib::is_module_of_any(name) {
        return refused(Meaning::NameStandard);
    }
    if settings.prohibited.iter().any(|prohibited| normalize(prohibited) == name.normalized()) {
        return refused(Meaning::NameProhibited);
    }
    let looks = looks_like(name.normalized());
    if taken.any(|taken| looks_like(taken) == looks) {
        return refused(Meaning::NameSimilar);
    }
    Ok(())
}

/// A name as a hasty reader sees it.
fn looks_like(name: &str) -> String {
    let plain = name.chars().filter(|c| !matches!(c, '.' | '_' | '-'));
    let same = plain.map(|c| match c.to_ascii_lowercase() {
        'l' | 'i' => '1',
        'o' => '0',
        other => other,
    });
    same.collect()
}
