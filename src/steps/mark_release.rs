//! Says at the top of a release on the forge that it was yanked, and why. What says so already is left alone.

use serde::Serialize;

use crate::effects::Effects;
use crate::error::Failure;
use crate::forge::{Forge, Place};

/// A release to be marked.
#[derive(Debug, Serialize)]
pub struct MarkRelease {
    /// Where.
    pub place: Place,
    /// The tag.
    pub tag: String,
    /// What stands at the top of its notes from then on, in Markdown.
    pub note: String,
    /// The forge.
    #[serde(skip)]
    pub forge: Forge,
}

/// What became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Marked {
    /// Its page; nothing where the forge has no release of the tag.
    pub url: Option<String>,
    /// Whether this run marked it.
    pub changed: bool,
}

impl MarkRelease {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("mark the release of `{}` on `{}` as yanked", self.tag, self.place)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Marked, Failure> {
        let marked = self.forge.mark(effects, &self.tag, &self.note)?;
        Ok(Marked { changed: marked.as_ref().is_some_and(|(_, changed)| *changed), url: marked.map(|(url, _)| url) })
    }
}
