//! The description of a project as PyPI shows it: whether it renders, and what of it breaks on the page.
//!
//! PyPI renders an upload's description before it takes the file, and refuses what does not render
//! (warehouse, `forklift/legacy.py` and `utils/readme.py`; readme_renderer 46). [`verdict`] renders Markdown
//! and plain text as it does; reStructuredText needs docutils, which is a Python program: [`rst`] says how it
//! is asked, and a step asks. PyPI never looks at the variant of Markdown: all of it is GitHub's.

mod bounds;
mod markdown;
mod page;
mod plain;
pub mod preview;
pub mod rst;
mod rules;

use crate::archive::{Scan, shown};
use crate::python::metadata::RawMetadata;
use crate::report::text;

use super::judge::Docket;

pub use page::{Link, Page};
pub(super) use rules::RULES;

/// The code of a description that nobody rendered: not known to be good.
pub const UNVERIFIED: &str = "check/description-unverified";

/// The longest description that is rendered here, in bytes. Real ones stay below a third of it.
pub const LONGEST: usize = 1024 * 1024;

/// What became of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// PyPI shows this page.
    Renders(Page),
    /// PyPI refuses the upload: why, and the line of the description where that is known.
    Refused {
        /// A lowercase fragment.
        why: String,
        /// Counted from 1.
        line: Option<usize>,
    },
    /// Nobody looked: why.
    Unverified(String),
}

/// The kinds that PyPI tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// `text/markdown`
    Markdown,
    /// `text/x-rst`, and what names no type
    ReStructuredText,
    /// `text/plain`, and what PyPI does not know
    Plain,
}

impl Markup {
    /// The kind that a `Description-Content-Type` names.
    pub fn of(content_type: Option<&str>) -> Self {
        let Some(written) = content_type.filter(|text| !text.trim().is_empty()) else {
            return Markup::ReStructuredText;
        };
        match written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "text/markdown" => Markup::Markdown,
            "text/x-rst" => Markup::ReStructuredText,
            _ => Markup::Plain,
        }
    }
}

/// A description as it stands in metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The text.
    pub text: String,
    /// How it is marked up.
    pub markup: Markup,
    /// The line of the metadata on which it begins, counted from 1.
    pub line: usize,
}

impl Source {
    /// The description of metadata, if there is one: `UNKNOWN` and nothing are none.
    pub fn of(bytes: &[u8]) -> Option<Source> {
        Source::read(bytes, &RawMetadata::parse(bytes))
    }

    fn read(bytes: &[u8], raw: &RawMetadata) -> Option<Source> {
        let (text, line) = match raw.body() {
            "" => raw.entries("Description").next().map(|header| (header.value.as_str(), header.line))?,
            body => (body, 1 + lines(bytes).saturating_sub(lines(body.as_bytes()))),
        };
        let markup = Markup::of(raw.first("Description-Content-Type"));
        let is_none = text.is_empty() || text.trim_end() == "UNKNOWN";
        (!is_none).then(|| Source { text: text.to_owned(), markup, line })
    }

    /// The description of an archive, with the member that holds it.
    pub fn of_archive(scan: &Scan) -> Option<(&str, Source)> {
        let (name, bytes) = Source::member(scan)?;
        Some((name, Source::of(bytes)?))
    }

    /// The member of an archive that holds its metadata.
    pub fn member(scan: &Scan) -> Option<(&str, &[u8])> {
        let holds = |name: &str| {
            let file = name.split_once('/').filter(|(_, file)| !file.contains('/'));
            file.is_some_and(|(top, file)| match file {
                "METADATA" => top.ends_with(".dist-info"),
                file => file == "PKG-INFO" && !top.ends_with(".egg-info"),
            })
        };
        scan.kept.iter().find(|(name, _)| holds(name)).map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// Whether PyPI would show it, as far as this program knows by itself.
    pub fn verdict(&self) -> Verdict {
        render(&self.text, self.markup)
    }
}

/// What somebody made of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The description.
    pub source: Source,
    /// What became of it.
    pub verdict: Verdict,
}

fn lines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// Whether PyPI would show this text, as far as this program knows by itself.
pub fn verdict(body: &str, content_type: Option<&str>) -> Verdict {
    render(body, Markup::of(content_type))
}

fn render(body: &str, markup: Markup) -> Verdict {
    if body.len() > LONGEST {
        let size = text::size(body.len() as u64);
        return Verdict::Unverified(format!(
            "it has {size}, and more than {} are not rendered",
            text::size(LONGEST as u64)
        ));
    }
    match markup {
        Markup::Markdown => markdown::render(body),
        Markup::Plain => plain::render(body),
        Markup::ReStructuredText => Verdict::Unverified("reStructuredText needs Python with docutils".to_owned()),
    }
}

/// Judges the description in metadata. What somebody rendered before counts; nothing else is rendered twice.
pub(super) fn judge(docket: &mut Docket<'_>, path: &str, bytes: &[u8], raw: &RawMetadata) {
    let Some(source) = Source::read(bytes, raw) else {
        return docket.raise("check/no-description", "the project has no description", Some(path));
    };
    let blank = source.text.trim().is_empty();
    if blank && source.markup == Markup::Plain {
        return docket.raise("check/no-description", "the description is blank", Some(path));
    }
    if raw.first("Description-Content-Type").is_none_or(|text| text.trim().is_empty()) {
        let message = "Description-Content-Type is missing, so PyPI takes the description for reStructuredText";
        docket.raise("check/no-content-type", message, Some(path));
    }
    let own;
    let verdict = match docket.rendered().filter(|rendered| rendered.source == source) {
        Some(rendered) => &rendered.verdict,
        None => {
            own = source.verdict();
            &own
        }
    };
    match verdict {
        Verdict::Refused { why, line } => {
            let line = line.map(|line| source.line + line - 1).or(Some(source.line));
            docket.raise_line(
                "check/description",
                format!("PyPI cannot render the description: {}", shown(why)),
                path,
                line,
            );
        }
        Verdict::Unverified(why) => {
            let message = format!("nobody knows whether PyPI renders the description: {}", shown(why));
            docket.raise(UNVERIFIED, message, Some(path));
        }
        Verdict::Renders(page) => of_page(docket, path, &source, page),
    }
}

/// What a page that PyPI shows gets wrong all the same.
fn of_page(docket: &mut Docket<'_>, path: &str, source: &Source, page: &Page) {
    let links = page.links();
    let lost = links.iter().filter(|link| link.is_image && link.target.is_empty()).count();
    if !page.is_visible() {
        docket.raise("check/description-lost", "nothing of the description is visible on PyPI", Some(path));
    } else if lost > 0 {
        let message = format!(
            "{} no address that PyPI keeps",
            match lost {
                1 => "an image has".to_owned(),
                many => format!("{many} images have"),
            }
        );
        docket.raise("check/description-lost", message, Some(path));
    }
    let mut relative: Vec<&str> = Vec::new();
    for link in links.iter().filter(|link| link.is_relative()) {
        if !relative.contains(&link.target.as_str()) {
            relative.push(&link.target);
        }
    }
    let Some(first) = relative.first() else { return };
    let at = source.text.find(first).map(|at| source.line + lines(&source.text.as_bytes()[..at]));
    let named: Vec<String> = relative.iter().take(3).map(|target| format!("`{}`", shown(target))).collect();
    let more = relative.len().saturating_sub(named.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let verb = if relative.len() == 1 { "leads" } else { "lead" };
    let message = format!("{}{more} {verb} nowhere on PyPI", named.join(", "));
    docket.raise_line("check/relative-link", message, path, at);
}
