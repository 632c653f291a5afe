//! The order of the passes, and how a rule raises a finding.

use std::collections::HashMap;

use crate::archive::{Fault, Kind, Scan};
use crate::error::Location;
use crate::report::{Finding, Severity};

use super::description::Rendered;
use super::filename::{self, FileName};
use super::rules::{Pass, rule};
use super::{contents, sdist, wheel};

/// How many findings of one code are told; a broken RECORD has one a file.
const MOST_OF_A_CODE: usize = 100;

/// What was found about an archive.
#[derive(Debug)]
pub struct Verdict {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// Whether its contents were judged, too. If not, a finding says why, and no word about them holds: an archive whose
    /// structural errors somebody ignores is not fine, it is unknown.
    pub judged: bool,
}

/// Judges an archive. Faults of its structure come first and, where one is an error, alone: two
/// readers may then see different contents, and no word about the contents would hold for both.
/// Of each code at most 100 findings are told.
pub fn judge(file_name: &str, scan: &Scan) -> Verdict {
    let mut docket = Docket::new(file_name);
    let mut broken = scan.kind == Kind::Other || !scan.complete;
    for Fault { code, message, member } in &scan.faults {
        broken |= rule(code).pass == Pass::Structure && rule(code).severity == Severity::Error;
        docket.raise(code, message.clone(), member.as_deref());
    }
    if broken {
        return Verdict { findings: docket.findings, judged: false };
    }
    let name = filename::judge(&mut docket, scan);
    contents::judge(&mut docket, scan);
    match name {
        Some(FileName::Wheel(name)) => wheel::judge(&mut docket, scan, &name),
        Some(FileName::Sdist(name)) => sdist::judge(&mut docket, scan, &name),
        None => {}
    }
    Verdict { findings: docket.findings, judged: true }
}

/// The first reason not to take this file into an index.
pub fn upload_refusal(file_name: &str, scan: &Scan) -> Option<Finding> {
    judge(file_name, scan).findings.into_iter().find(|finding| finding.severity == Severity::Error)
}

/// The findings about one file.
pub(super) struct Docket<'a> {
    file_name: &'a str,
    rendered: Option<&'a Rendered>,
    findings: Vec<Finding>,
    counts: HashMap<&'static str, usize>,
}

impl<'a> Docket<'a> {
    fn new(file_name: &'a str) -> Self {
        Docket { file_name, rendered: None, findings: Vec::new(), counts: HashMap::new() }
    }

    /// What was made of the description by somebody else.
    pub(super) fn rendered(&self) -> Option<&'a Rendered> {
        self.rendered
    }

    pub(super) fn file_name(&self) -> &'a str {
        self.file_name
    }

    /// Raises a finding about the file or one of its members.
    pub(super) fn raise(&mut self, code: &'static str, message: impl Into<String>, member: Option<&str>) {
        let mut location = Location::file(self.file_name);
        location.member = member.map(str::to_owned);
        self.place(code, message.into(), location);
    }

    /// Raises a finding about a line of a member.
    pub(super) fn raise_line(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        member: &str,
        line: Option<usize>,
    ) {
        let mut location = Location::member(self.file_name, member);
        location.line = line;
        self.place(code, message.into(), location);
    }

    fn place(&mut self, code: &'static str, message: String, location: Location) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count > MOST_OF_A_CODE {
            return;
        }
        let rule = rule(code);
        let finding = match rule.severity {
            Severity::Error => Finding::error(code, message),
            Severity::Warning => Finding::warning(code, message),
            Severity::Info => Finding::info(code, message),
        };
        self.findings.push(finding.at(location).help(rule.help));
    }
}
