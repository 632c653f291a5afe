//! Facts about an archive: what its readers tell, and what its members hold.

use std::io::Read;

use crate::archive::{Limits, Scan, read};

use super::description::{self, Rendered, Source};
use super::observed::{Looking, Observed};

/// Everything about an archive that rules need.
#[derive(Debug)]
pub struct Examined {
    /// Its file name.
    pub name: String,
    /// Its members, and what deviates from the format.
    pub scan: Scan,
    /// What stands in them.
    pub observed: Observed,
    /// What docutils made of the description, where somebody asked it.
    pub rendered: Option<Rendered>,
}

impl Examined {
    /// What becomes of its description, if it has one.
    pub fn description(&self) -> Option<description::Verdict> {
        let (_, source) = Source::of_archive(&self.scan)?;
        let rendered = self.rendered.as_ref().filter(|rendered| rendered.source == source);
        Some(rendered.map_or_else(|| source.verdict(), |rendered| rendered.verdict.clone()))
    }
}

/// Reads an archive once, to its end. Never fails: what is wrong is in the scan.
pub fn examine(name: &str, input: &mut dyn Read, limits: &Limits) -> Examined {
    let mut looking = Looking::default();
    let scan = read::scan_with(name, input, limits, &mut |seen| looking.see(seen));
    Examined { name: name.to_owned(), scan, observed: looking.finish(), rendered: None }
}

/// The same on two cores: one reads, the other looks at what members hold. For an archive that is examined alone; of several
/// one beside the other is faster.
pub fn examine_alone(name: &str, input: &mut dyn Read, limits: &Limits) -> Examined {
    let mut looking = Looking::default();
    let scan = read::scan_on_two_cores(name, input, limits, &mut |seen| looking.see(seen));
    Examined { name: name.to_owned(), scan, observed: looking.finish(), rendered: None }
}
