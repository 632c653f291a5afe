//! `.release/security.toml`: findings that the maintainers accept, each with a reason and until a day.
//!
//! An entry holds through the whole UTC day named by `until`. Expired entries and entries that match
//! nothing are reported, so the list cannot rot. Who may accept what is left to code review.

use jiff::civil::Date;
use toml_edit::{Document, Item, TableLike, Value};

use super::error::SecurityError;
use crate::project::dependencies::Lines;
use crate::python::name::normalize;

const KEYS: &[&str] = &["id", "package", "reason", "by", "until"];
const TOP_KEYS: &[&str] = &["accepted"];

/// A finding that the maintainers accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Any id of the flaw.
    pub id: String,
    /// The normalised name of the package.
    pub package: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it.
    pub by: String,
    /// The last day (UTC) on which it holds.
    pub until: Date,
    /// The line of the entry, counted from 1.
    pub line: usize,
}

impl Acceptance {
    /// Whether it no longer holds on a day (UTC).
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.until
    }

    /// Whether it speaks about a flaw of a package.
    pub fn covers(&self, package: &str, ids: &[String]) -> bool {
        self.package == package && ids.contains(&self.id)
    }
}

/// Every acceptance of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acceptances {
    /// The file, as findings name it.
    pub file: String,
    /// The entries, in the order of the file.
    pub entries: Vec<Acceptance>,
}

impl Acceptances {
    /// Reads the text of `.release/security.toml`. `file` is the name that findings carry.
    ///
    /// # Errors
    /// No TOML, an unknown key, a missing key, or a value of the wrong kind, each with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, SecurityError> {
        let reader = Reader { file, lines: Lines::of(text) };
        let document = Document::parse(text).map_err(|error| SecurityError::AcceptanceSyntax {
            file: file.to_owned(),
            line: reader.line(error.span()),
            reason: error.message().to_owned(),
        })?;
        reader.refuse_unknown(document.as_table(), TOP_KEYS)?;
        let mut entries = Vec::new();
        if let Some(accepted) = document.get("accepted") {
            let tables = accepted
                .as_array_of_tables()
                .ok_or_else(|| reader.wrong("accepted", reader.line(accepted.span()), "written as `[[accepted]]`"))?;
            for table in tables {
                entries.push(reader.entry(table)?);
            }
        }
        Ok(Acceptances { file: file.to_owned(), entries })
    }
}

struct Reader<'a> {
    file: &'a str,
    lines: Lines,
}

impl Reader<'_> {
    fn line(&self, span: Option<std::ops::Range<usize>>) -> usize {
        self.lines.at(span.map_or(0, |span| span.start))
    }

    fn entry(&self, table: &toml_edit::Table) -> Result<Acceptance, SecurityError> {
        self.refuse_unknown(table, KEYS)?;
        let line = self.line(table.span());
        let date = self.value(table, "until")?;
        let until = date.as_datetime().filter(|time| time.time.is_none());
        let until = until.and_then(|time| time.date).and_then(|date| {
            let (year, month, day) = (date.year, date.month, date.day);
            Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
        });
        Ok(Acceptance {
            id: self.text(table, "id")?.to_owned(),
            package: normalize(self.text(table, "package")?),
            reason: self.text(table, "reason")?.to_owned(),
            by: self.text(table, "by")?.to_owned(),
            until: until.ok_or_else(|| self.wrong("until", self.line(date.span()), "a date without a time"))?,
            line,
        })
    }

    fn value<'t>(&self, table: &'t toml_edit::Table, key: &'static str) -> Result<&'t Value, SecurityError> {
        let item = table.get(key).ok_or_else(|| SecurityError::AcceptanceMissingKey {
            file: self.file.to_owned(),
            line: self.line(table.span()),
            key,
        })?;
        item.as_value().ok_or_else(|| self.wrong(key, self.line(item.span()), "a single value"))
    }

    fn text<'t>(&self, table: &'t toml_edit::Table, key: &'static str) -> Result<&'t str, SecurityError> {
        let value = self.value(table, key)?;
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
        text.ok_or_else(|| self.wrong(key, self.line(value.span()), "text that is not empty"))
    }

    fn wrong(&self, key: &'static str, line: usize, expected: &'static str) -> SecurityError {
        SecurityError::AcceptanceValue { file: self.file.to_owned(), line, key, expected }
    }

    fn refuse_unknown(&self, table: &dyn TableLike, known: &'static [&'static str]) -> Result<(), SecurityError> {
        let Some((key, item)) = table.iter().find(|(key, _)| !known.contains(key)) else {
            return Ok(());
        };
        let span = table.key(key).and_then(|key| key.span()).or_else(|| Item::span(item));
        Err(SecurityError::AcceptanceUnknownKey {
            file: self.file.to_owned(),
            line: self.line(span),
            key: key.to_owned(),
            known,
        })
    }
}
