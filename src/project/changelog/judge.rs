//! What is wrong with a changelog: sections twice, out of order, with days that are none, links that lead elsewhere,
//! versions without a section. Pure; the command adds what git and the folder of fragments tell.

use std::collections::BTreeSet;

use super::Markup;
use super::document::{Document, Section};
use super::outline;
use super::title::Link;
use crate::error::Location;
use crate::project::history::Released;
use crate::python::version::Version;
use crate::report::Finding;

/// A changelog to be judged.
pub struct Subject<'a> {
    /// It.
    pub document: &'a Document<'a>,
    /// Its file, below the project.
    pub file: &'a str,
    /// The releases that git knows, lowest version first.
    pub releases: &'a [Released],
    /// The name of the tag of a version, with `{version}`.
    pub tag: &'a str,
}

/// Every finding, in the order of the file.
pub fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = subject.twice();
    findings.extend(subject.order());
    findings.extend(subject.dates());
    findings.extend(subject.links());
    findings.extend(subject.missing());
    findings.sort_by_key(|finding| finding.location.as_ref().and_then(|location| location.line));
    findings
}

impl Subject<'_> {
    fn at(&self, section: &Section) -> Location {
        Location::line(self.file, self.document.line(section))
    }

    fn twice(&self) -> Vec<Finding> {
        let mut seen: BTreeSet<&Version> = BTreeSet::new();
        let mut open = false;
        let mut findings = Vec::new();
        for section in &self.document.sections {
            let again = match (&section.title.version, section.title.unreleased) {
                (_, true) => std::mem::replace(&mut open, true),
                (Some(version), false) => !seen.insert(version),
                (None, false) => false,
            };
            if again {
                let finding =
                    Finding::error("changelog/duplicate", format!("`{}` has two sections", section.title.written));
                findings.push(finding.at(self.at(section)).help("make one section of the two"));
            }
        }
        findings
    }

    /// Newest first: by version, or by day where a maintenance release came later.
    fn order(&self) -> Vec<Finding> {
        let all = &self.document.sections;
        let released: Vec<&Section> = all.iter().filter(|section| !section.title.unreleased).collect();
        let mut findings = Vec::new();
        for pair in released.windows(2) {
            let (Some(upper), Some(lower)) = (&pair[0].title.version, &pair[1].title.version) else { continue };
            let later = match (&pair[0].title.date, &pair[1].title.date) {
                (Some(one), Some(other)) => one > other,
                _ => false,
            };
            if upper < lower && !later {
                let message = format!("{upper} stands above {lower}, which is newer");
                findings.push(
                    Finding::error("changelog/order", message)
                        .at(self.at(pair[0]))
                        .help("put the newest release first"),
                );
            }
        }
        let first = all.iter().position(|section| section.title.unreleased);
        if let Some(late) = first.filter(|at| *at > 0) {
            let finding = Finding::error("changelog/order", "`Unreleased` stands below a release");
            findings.push(finding.at(self.at(&all[late])).help("put it above the newest release"));
        }
        findings
    }

    fn dates(&self) -> Vec<Finding> {
        let is_day = |text: &str| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
        let wrong = self.document.sections.iter().filter_map(|section| {
            let date = section.title.date.as_deref().filter(|date| !is_day(date))?;
            let finding = Finding::error("changelog/date", format!("`{date}` is no day"));
            Some(finding.at(self.at(section)).help("write the day of the release as `2026-11-21`"))
        });
        wrong.collect()
    }

    fn links(&self) -> Vec<Finding> {
        let document = self.document;
        let definitions = document.definitions();
        let labels: BTreeSet<String> = definitions.iter().map(|(label, ..)| label.to_ascii_lowercase()).collect();
        let mut findings = Vec::new();
        // Brackets without any definition are only a manner of writing.
        for section in document.sections.iter().filter(|_| !definitions.is_empty()) {
            if section.title.link == Link::Reference && !labels.contains(&section.title.written.to_ascii_lowercase()) {
                let message =
                    format!("`{}` is written as a link, and nothing says where it leads", section.title.written);
                let line = match document.markup {
                    Markup::Markdown => format!("[{}]: https://…", section.title.written),
                    Markup::Restructured => format!(".. _{}: https://…", section.title.written),
                };
                findings.push(
                    Finding::warning("changelog/link", message)
                        .at(self.at(section))
                        .help(format!("add the line `{line}`")),
                );
            }
        }
        let newest = document.sections.iter().find(|section| !section.title.unreleased);
        let newest = newest.and_then(|section| section.title.version.as_ref());
        for (label, url, range) in &definitions {
            let Some((from, to)) = super::document::compared(url) else { continue };
            let place = Location::line(self.file, document.line_at(range.start));
            let wrong = match label.parse::<Version>() {
                _ if label.eq_ignore_ascii_case("unreleased") => newest
                    .filter(|newest| self.version_of(from).is_some_and(|from| from != **newest))
                    .map(|newest| format!("`{label}` compares from `{from}`, and the newest release is {newest}")),
                Ok(version) => self
                    .version_of(to)
                    .filter(|to| *to != version)
                    .map(|_| format!("`{label}` compares up to `{to}`, another version")),
                Err(_) => None,
            };
            findings.extend(wrong.map(|message| {
                Finding::error("changelog/link", message).at(place).help("correct the address of the link")
            }));
        }
        findings
    }

    fn version_of(&self, tag: &str) -> Option<Version> {
        let (prefix, suffix) = self.tag.split_once("{version}")?;
        tag.strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok()
    }

    /// Final releases that are younger than the oldest section and have none themselves.
    fn missing(&self) -> Vec<Finding> {
        let told: BTreeSet<&Version> =
            self.document.sections.iter().filter_map(|section| section.title.version.as_ref()).collect();
        let oldest = told.first().copied();
        let expected = self.releases.iter().filter(|release| {
            !release.version.is_prerelease()
                && oldest.is_some_and(|oldest| release.version > *oldest)
                && !told.contains(&release.version)
        });
        let found = expected.map(|release| {
            let message = format!("`{}` is tagged, and has no section", release.tag);
            Finding::error("changelog/no-section", message)
                .at(Location::file(self.file))
                .help("say what changed in that release; `git log` shows it")
        });
        found.collect()
    }
}

/// The lines that tell of something in what is not released yet.
pub fn told(text: &str, markup: Markup) -> Vec<String> {
    let document = Document::read(text, markup);
    let Some(section) = document.section(None) else { return Vec::new() };
    let lines = text[section.body.clone()].lines().map(str::trim);
    let is_said = |line: &&str| {
        !line.is_empty()
            && !line.starts_with('#')
            && outline::definition(line, markup).is_none()
            && line.chars().any(char::is_alphanumeric)
    };
    lines.filter(is_said).map(str::to_owned).collect()
}
