//! Reports of other scanners, known by what is in them and read into one shape: one file a format.
//!
//! A report is somebody else's text. Names, versions, ids and rules go on only where they are what they say
//! they are, and prose and code never do: bandit quotes the password that it found. What a reader has to leave
//! out, and what a report says of its own failures, is a gap, and a record with gaps is inconclusive. The exit
//! code of the scanner is no data: most of them end with 1 for findings, failures and their own crashes alike.

mod bandit;
mod kev;
mod osv_scanner;
mod pip_audit;
mod safety2;
mod safety3;
mod sarif;
mod uv_audit;

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::advisory::is_id;
use super::severity::Level;
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// The largest report, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// The most entries of one report that are read; more are a gap.
const MAX_ENTRIES: usize = 100_000;

/// The most characters of a path.
const PATH_CHARACTERS: usize = 1_024;

/// Which scanner's report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `pip-audit --format json`
    PipAudit,
    /// `uv audit --output-format json`
    UvAudit,
    /// `bandit --format json`
    Bandit,
    /// `safety check --output json` of safety 2
    Safety2,
    /// `safety scan --output json` of safety 3
    Safety3,
    /// `osv-scanner --format json`
    OsvScanner,
    /// SARIF 2.1.0 of any tool
    Sarif,
    /// CISA's catalogue of known exploited vulnerabilities
    Kev,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// Which format it is in.
    pub format: Format,
    /// The scanner.
    pub tool: String,
    /// Its version, where the report says.
    pub version: Option<String>,
    /// Flaws of packages.
    pub flaws: Vec<Flaw>,
    /// Findings in code.
    pub code: Vec<CodeFlaw>,
    /// Ids of flaws that are known to be exploited.
    pub exploited: BTreeSet<String>,
    /// Why it is not the whole truth, each in our own words.
    pub gaps: BTreeSet<String>,
}

/// A flaw of a package, as a report tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Flaw {
    /// The normalised name.
    pub package: String,
    /// The version that has it.
    pub version: Option<String>,
    /// Every id that is given for it.
    pub ids: BTreeSet<String>,
    /// How bad it is, where the report says.
    pub level: Option<Level>,
    /// The versions that are named as fixes.
    pub fixes: Vec<String>,
}

/// A finding in code. What the line says is not kept, only a hash of its shape.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeFlaw {
    /// The scanner, lower case.
    pub tool: String,
    /// Its rule.
    pub rule: String,
    /// The file below the project, with `/`.
    pub path: String,
    /// The hash of the flagged lines, see [`line_hash`]; empty where the report does not quote them.
    pub line_hash: String,
    /// The line, counted from 1; 0 where none is given.
    pub line: u64,
    /// How bad it is.
    pub level: Level,
    /// How sure the scanner is: `low`, `medium` or `high`.
    pub confidence: Option<&'static str>,
    /// The CWE number.
    pub cwe: Option<u32>,
}

/// Reads a report of any format.
///
/// # Errors
/// Why it is none, in our own words.
pub fn read(bytes: &[u8]) -> Result<Reported, &'static str> {
    let report: Value = serde_json::from_slice(bytes).map_err(|_| "it is not JSON, or breaks off")?;
    let format = detect(&report).ok_or("it is in none of the known formats")?;
    let mut reported = Reported {
        format,
        tool: String::new(),
        version: None,
        flaws: Vec::new(),
        code: Vec::new(),
        exploited: BTreeSet::new(),
        gaps: BTreeSet::new(),
    };
    match format {
        Format::PipAudit => pip_audit::read(&report, &mut reported),
        Format::UvAudit => uv_audit::read(&report, &mut reported),
        Format::Bandit => bandit::read(&report, &mut reported),
        Format::Safety2 => safety2::read(&report, &mut reported),
        Format::Safety3 => safety3::read(&report, &mut reported),
        Format::OsvScanner => osv_scanner::read(&report, &mut reported),
        Format::Sarif => sarif::read(&report, &mut reported),
        Format::Kev => kev::read(&report, &mut reported),
    }
    if reported.flaws.len() + reported.code.len() >= MAX_ENTRIES {
        reported.gap("has more entries than are read");
    }
    Ok(reported)
}

/// The format by what is at the top of the document.
fn detect(report: &Value) -> Option<Format> {
    let has = |key: &str| report.get(key).is_some();
    let meta = |outer: &str, inner: &str| report.get(outer).is_some_and(|meta| meta.get(inner).is_some());
    Some(match () {
        () if text(report, "version") == Some("2.1.0") && has("runs") => Format::Sarif,
        () if has("dependencies") && has("fixes") => Format::PipAudit,
        () if meta("schema", "version") && has("vulnerabilities") => Format::UvAudit,
        () if has("catalogVersion") && has("vulnerabilities") => Format::Kev,
        () if has("results") && has("metrics") => Format::Bandit,
        () if meta("report_meta", "json_version") => Format::Safety2,
        () if meta("meta", "schema_version") && has("scan_results") => Format::Safety3,
        () if list(report, "results").is_some_and(|results| results.iter().all(|r| r.get("source").is_some())) => {
            Format::OsvScanner
        }
        () => return None,
    })
}

impl Reported {
    /// Notes why the report is not the whole truth: our own words only.
    fn gap(&mut self, why: impl Into<String>) {
        self.gaps.insert(why.into());
    }

    /// The scanner and its version.
    fn by(&mut self, tool: &str, version: Option<&str>) {
        self.tool = plain(tool).unwrap_or_else(|| "unnamed".to_owned()).to_lowercase();
        self.version = version.and_then(plain);
    }

    /// The entries of a list; what is no list is a gap.
    fn entries<'v>(&mut self, holder: &'v Value, key: &str) -> &'v [Value] {
        match holder.get(key) {
            Some(Value::Array(entries)) => &entries[..entries.len().min(MAX_ENTRIES)],
            Some(Value::Null) | None => &[],
            Some(_) => {
                self.gap(format!("`{key}` is no list"));
                &[]
            }
        }
    }

    /// Adds a flaw, or a gap where it does not name a package and an id.
    fn flaw<'v>(
        &mut self,
        (package, version): (Option<&str>, Option<&str>),
        ids: impl IntoIterator<Item = &'v str>,
        level: Option<Level>,
        fixes: impl IntoIterator<Item = &'v str>,
    ) {
        let Some(package) = package.and_then(|name| name.trim().parse::<ProjectName>().ok()) else {
            self.gap("names a package whose name cannot be one");
            return;
        };
        let ids: BTreeSet<String> = ids.into_iter().filter(|id| is_id(id)).map(str::to_owned).collect();
        if ids.is_empty() {
            self.gap(format!("has a flaw of `{}` without an id", package.normalized()));
            return;
        }
        if self.flaws.len() < MAX_ENTRIES {
            self.flaws.push(Flaw {
                package: package.normalized().to_owned(),
                version: version.and_then(plain),
                ids,
                level,
                fixes: fixes.into_iter().filter_map(version_text).collect(),
            });
        }
    }

    /// Adds a finding in code, or a gap where its rule or its place cannot be kept.
    fn code(&mut self, rule: Option<&str>, path: Option<&str>, flaw: CodeFlaw) {
        let rule = rule.filter(|rule| is_id(&rule.replace(['/', '@'], ".")));
        let path = path.map(|path| path.replace('\\', "/"));
        let path = path.filter(|path| !path.is_empty() && path.chars().count() <= PATH_CHARACTERS);
        let (Some(rule), Some(path)) = (rule, path) else {
            self.gap("has a finding without a usable rule or path");
            return;
        };
        if self.code.len() < MAX_ENTRIES {
            let path = path.trim_start_matches("./").to_owned();
            self.code.push(CodeFlaw { tool: self.tool.clone(), rule: rule.to_owned(), path, ..flaw });
        }
    }
}

impl CodeFlaw {
    /// A finding that is not placed yet.
    fn rated(level: Level) -> Self {
        CodeFlaw {
            tool: String::new(),
            rule: String::new(),
            path: String::new(),
            line_hash: String::new(),
            line: 0,
            level,
            confidence: None,
            cwe: None,
        }
    }
}

/// The hash of a flagged line: without white space, numbers and what stands in quotes. So a line that is
/// indented or moved keeps it, and it says nothing about a password that stands there.
pub fn line_hash(line: &str) -> String {
    let mut shape = String::new();
    let mut quote = None;
    for character in line.chars().take(10_000) {
        match (quote, character) {
            (None, '"' | '\'') => {
                quote = Some(character);
                shape.push('"');
            }
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, c) if c.is_whitespace() || c.is_numeric() => {}
            (None, c) => shape.push(c),
        }
    }
    if shape.is_empty() { String::new() } else { short_hash(&format!("line/1|{shape}")) }
}

/// The first 12 hexadecimal digits of the sha256 of a text.
pub(super) fn short_hash(text: &str) -> String {
    Sha256::digest(text).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn text<'v>(holder: &'v Value, key: &str) -> Option<&'v str> {
    holder.get(key).and_then(Value::as_str)
}

fn list<'v>(holder: &'v Value, key: &str) -> Option<&'v Vec<Value>> {
    holder.get(key).and_then(Value::as_array)
}

fn texts<'v>(holder: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    list(holder, key).into_iter().flatten().filter_map(Value::as_str)
}

/// A short text that holds nothing but what versions and names of tools consist of.
fn plain(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '!' | ' ');
    let text = text.trim();
    (!text.is_empty() && text.len() <= 100 && text.chars().all(plain)).then(|| text.to_owned())
}

/// A version as it is written, where it is one.
fn version_text(text: &str) -> Option<String> {
    text.trim().parse::<Version>().ok().map(|version| version.to_string())
}

/// `low`, `medium` or `high`.
fn confidence(word: Option<&str>) -> Option<&'static str> {
    ["low", "medium", "high"].into_iter().find(|known| word.is_some_and(|word| word.eq_ignore_ascii_case(known)))
}
