//! `.release/security.toml`: findings that the maintainers accept, each with a reason and until a day.
//!
//! An entry holds through the whole UTC day named by `until`, as long as nothing that it names has changed:
//! the versions, the highest severity, that there is no fix. Expired entries and entries that match nothing
//! are reported, so the list cannot rot. Who may accept what is left to code review. The words of `status` and
//! `justification` are those of OpenVEX 0.2 and CycloneDX.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use toml_edit::{Document, Item, TableLike, Value};

use super::error::SecurityError;
use super::severity::Level;
use crate::project::dependencies::Lines;
use crate::python::name::normalize;
use crate::python::specifier::SpecifierSet;

const KEYS: &[&str] = &[
    "id",
    "package",
    "reason",
    "by",
    "until",
    "created",
    "status",
    "justification",
    "versions",
    "max_severity",
    "until_fixed",
    "owner",
    "approved_by",
    "issue",
];
const REQUIRED: [&str; 5] = ["id", "package", "reason", "by", "until"];
const TOP_KEYS: &[&str] = &["accepted"];

/// How many days ahead an entry is warned about.
const WARNING_DAYS: i32 = 14;

/// What the maintainers say about a flaw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// They live with it for now.
    #[default]
    Accepted,
    /// It does not concern the project; needs a justification.
    NotAffected,
    /// The advisory is wrong about the package.
    FalsePositive,
    /// Something else keeps it from being used.
    Mitigated,
    /// They are looking into it.
    InTriage,
    /// They know of it and will leave it.
    WillNotFix,
}

impl Status {
    const ALL: [(&'static str, Status); 6] = [
        ("accepted", Status::Accepted),
        ("not_affected", Status::NotAffected),
        ("false_positive", Status::FalsePositive),
        ("mitigated", Status::Mitigated),
        ("in_triage", Status::InTriage),
        ("will_not_fix", Status::WillNotFix),
    ];

    /// The word of the file.
    pub fn word(self) -> &'static str {
        Status::ALL.iter().find(|(_, status)| *status == self).map_or("accepted", |(word, _)| *word)
    }
}

/// Why a project is not affected, in the words of OpenVEX.
const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

/// A flaw, as far as an acceptance asks about it.
#[derive(Debug, Clone, Copy)]
pub struct Flaw<'a> {
    /// The normalised name of the package.
    pub package: &'a str,
    /// Every id.
    pub ids: &'a [String],
    /// The versions that have it.
    pub versions: &'a [String],
    /// How bad it is.
    pub level: Level,
    /// Whether there is a fix.
    pub has_fix: bool,
    /// Whether the package is an attack.
    pub malicious: bool,
}

/// What an acceptance says about a flaw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is about something else.
    Other,
    /// It is about this flaw and holds.
    Holds,
    /// It is about this flaw and does not hold any more; why, as the end of a sentence.
    Ended(String),
}

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
    /// The day it was written, which limits how long it can hold.
    pub created: Option<Date>,
    /// What the maintainers say about it.
    pub status: Status,
    /// Why the project is not affected.
    pub justification: Option<String>,
    /// The versions of the package that it is about; none: all.
    pub versions: Option<SpecifierSet>,
    /// It ends when the flaw is rated worse.
    pub max_severity: Option<Level>,
    /// It ends when there is a fix.
    pub until_fixed: bool,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Who agreed.
    pub approved_by: Option<String>,
    /// Where it is discussed.
    pub issue: Option<String>,
    /// The line of the entry, counted from 1.
    pub line: usize,
}

impl Acceptance {
    /// Whether it no longer holds on a day (UTC).
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.until
    }

    /// What it says about a flaw on a day (UTC).
    pub fn answer(&self, flaw: &Flaw<'_>, today: Date) -> Answer {
        if !self.covers(flaw.package, flaw.ids) {
            return Answer::Other;
        }
        let ended = |why: String| Answer::Ended(why);
        let outside = |version: &String| {
            let set = self.versions.as_ref();
            set.is_some_and(|set| version.parse().map_or(true, |version| !set.contains(&version)))
        };
        if flaw.malicious && self.status != Status::FalsePositive {
            return ended("does not hold for a package that is an attack".to_owned());
        }
        if flaw.versions.iter().any(outside) {
            return ended("is not about the locked version".to_owned());
        }
        if let Some(ceiling) = self.max_severity.filter(|ceiling| flaw.level > *ceiling) {
            return ended(format!("holds up to {}, and the flaw is rated {}", ceiling.word(), flaw.level.word()));
        }
        if self.until_fixed && flaw.has_fix {
            return ended("holds until there is a fix, and there is one".to_owned());
        }
        match self.end(flaw.level) {
            end if today > end => ended(format!("ended after {end}")),
            _ => Answer::Holds,
        }
    }

    /// The last day for a flaw of this level: `until`, and with `created` not longer than is allowed.
    pub fn end(&self, level: Level) -> Date {
        let longest = self.created.and_then(|created| created.checked_add(longest(level)).ok());
        longest.map_or(self.until, |longest| longest.min(self.until))
    }

    /// What is to be said about its end on a day, while it still holds.
    pub fn warning(&self, level: Level, today: Date) -> Option<(&'static str, String)> {
        let end = self.end(level);
        let after = |span: Span| today.checked_add(span).is_ok_and(|day| end > day);
        if self.created.is_none() && after(longest(level)) {
            let days = longest(level).get_days();
            return Some((
                "security/acceptance-too-long",
                format!("holds until {end}, more than {days} days from now"),
            ));
        }
        (!after(WARNING_DAYS.days()))
            .then(|| ("security/acceptance-ends-soon", format!("ends after {end}, in less than two weeks")))
    }

    /// Whether it speaks about a flaw of a package.
    pub fn covers(&self, package: &str, ids: &[String]) -> bool {
        self.package == package && ids.contains(&self.id)
    }
}

/// How long an acceptance may hold.
fn longest(level: Level) -> Span {
    if level >= Level::High { 90.days() } else { 365.days() }
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
        if let Some(key) = REQUIRED.into_iter().find(|key| !table.contains_key(key)) {
            return Err(self.missing(table, key));
        }
        let status = match self.optional(table, "status")? {
            Some(word) => Status::ALL.iter().find(|(known, _)| *known == word).map(|(_, status)| *status),
            None => Some(Status::default()),
        };
        let status = status.ok_or_else(|| {
            let words = "one of `accepted`, `not_affected`, `false_positive`, `mitigated`, `in_triage`, `will_not_fix`";
            self.wrong("status", self.line_of(table, "status"), words)
        })?;
        let justification = self.optional(table, "justification")?;
        let is_known = |label: &&str| JUSTIFICATIONS.contains(label);
        if justification.is_none() && status == Status::NotAffected {
            return Err(self.missing(table, "justification"));
        }
        if justification.is_some_and(|label| !is_known(&label)) {
            return Err(self.wrong("justification", self.line_of(table, "justification"), "a label of OpenVEX"));
        }
        let issue = self.optional(table, "issue")?;
        if issue.is_some_and(|url| !url.starts_with("https://") || url.contains(char::is_whitespace)) {
            return Err(self.wrong("issue", self.line_of(table, "issue"), "a URL that begins with `https://`"));
        }
        Ok(Acceptance {
            id: self.text(table, "id")?.to_owned(),
            package: normalize(self.text(table, "package")?),
            reason: self.text(table, "reason")?.to_owned(),
            by: self.text(table, "by")?.to_owned(),
            until: self.date(table, "until")?,
            created: table.contains_key("created").then(|| self.date(table, "created")).transpose()?,
            status,
            justification: justification.map(str::to_owned),
            versions: self
                .parsed(table, "versions", "versions of PEP 440, such as `<=1.11.0`", |text| text.parse().ok())?,
            max_severity: self.parsed(
                table,
                "max_severity",
                "one of `low`, `medium`, `high`, `critical`",
                Level::of_word,
            )?,
            until_fixed: match table.get("until_fixed") {
                Some(item) => item
                    .as_bool()
                    .ok_or_else(|| self.wrong("until_fixed", self.line(item.span()), "`true` or `false`"))?,
                None => false,
            },
            owner: self.optional(table, "owner")?.map(str::to_owned),
            approved_by: self.optional(table, "approved_by")?.map(str::to_owned),
            issue: issue.map(str::to_owned),
            line,
        })
    }

    fn optional<'t>(&self, table: &'t toml_edit::Table, key: &'static str) -> Result<Option<&'t str>, SecurityError> {
        table.contains_key(key).then(|| self.text(table, key)).transpose()
    }

    fn parsed<T>(
        &self,
        table: &toml_edit::Table,
        key: &'static str,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, SecurityError> {
        let text = self.optional(table, key)?;
        let wrong = || self.wrong(key, self.line_of(table, key), expected);
        text.map(|text| parse(text).ok_or_else(wrong)).transpose()
    }

    fn date(&self, table: &toml_edit::Table, key: &'static str) -> Result<Date, SecurityError> {
        let written = self.value(table, key)?;
        let date = written.as_datetime().filter(|time| time.time.is_none()).and_then(|time| time.date);
        let date = date.and_then(|date| {
            let (year, month, day) = (date.year, date.month, date.day);
            Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
        });
        date.ok_or_else(|| self.wrong(key, self.line(written.span()), "a date without a time"))
    }

    fn line_of(&self, table: &toml_edit::Table, key: &str) -> usize {
        self.line(table.get(key).and_then(Item::span))
    }

    fn missing(&self, table: &toml_edit::Table, key: &'static str) -> SecurityError {
        SecurityError::AcceptanceMissingKey { file: self.file.to_owned(), line: self.line(table.span()), key }
    }

    fn value<'t>(&self, table: &'t toml_edit::Table, key: &'static str) -> Result<&'t Value, SecurityError> {
        let item = table.get(key).ok_or_else(|| self.missing(table, key))?;
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
