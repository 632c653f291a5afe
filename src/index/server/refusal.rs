//! A refusal: what is meant, in the words of PyPI. Nothing else is said to somebody who uploads.

use crate::index::words::{Meaning, say};

/// Why an upload is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    meaning: Meaning,
    values: Vec<String>,
    /// Seconds to wait, for the headers that say so.
    pub(super) wait: Option<i64>,
}

impl Refusal {
    /// One with values for the holes of its words.
    pub(super) fn of<const N: usize>(meaning: Meaning, values: [&str; N]) -> Self {
        Refusal { meaning, values: values.map(str::to_owned).into(), wait: None }
    }

    /// The same with seconds to wait.
    pub(super) fn after(mut self, seconds: i64) -> Self {
        self.wait = Some(seconds);
        self
    }

    /// Status and text.
    pub(super) fn said(&self) -> (u16, String) {
        say(self.meaning, &self.values.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

impl From<Meaning> for Refusal {
    fn from(meaning: Meaning) -> Self {
        Refusal::of(meaning, [])
    }
}
