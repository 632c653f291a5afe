//! The order of the passes, and how a rule raises a finding.

use std::collections::HashMap;

use crate::archive::{Fault, Kind, Scan};
use crate::error::Location;
use crate::report::{Finding, Severity};

use super::description::Rendered;
use super::examine::Examined;
use super::filename::{self, FileName};
use super::policy::Policy;
use super::rules::{Pass, raise, rule};
use super::{contents, inside, machine, paths, sdist, sizes, wheel};

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
    /// How many findings the configuration accepts; they are not among the others.
    pub accepted: usize,
}

/// Judges an archive. Faults of its structure come first and, where one is an error, alone: two
/// readers may then see different contents, and no word about the contents would hold for both.
/// Of each code 100 findings are told, and how many there are beyond them.
pub fn judge(examined: &Examined, policy: &Policy) -> Verdict {
    let Examined { name, scan, observed, rendered } = examined;
    let mut docket = Docket::new(name, policy);
    docket.rendered = rendered.as_ref();
    for Fault { code, message, member } in &scan.faults {
        docket.raise(code, message.clone(), member.as_deref());
    }
    if !is_sound(scan) {
        return docket.verdict(false);
    }
    let name = filename::judge(&mut docket, scan);
    contents::judge(&mut docket, scan);
    inside::judge(&mut docket, scan.kind, observed);
    if let Some(FileName::Wheel(name)) = &name {
        machine::judge(&mut docket, scan, observed, name);
    }
    paths::judge(&mut docket, scan);
    sizes::judge(&mut docket, scan);
    match name {
        Some(FileName::Wheel(name)) => wheel::judge(&mut docket, scan, &name),
        Some(FileName::Sdist(name)) => sdist::judge(&mut docket, scan, &name),
        None => {}
    }
    docket.verdict(true)
}

/// Whether all readers see the same contents.
pub(super) fn is_sound(scan: &Scan) -> bool {
    let breaks = |fault: &Fault| {
        let rule = rule(fault.code);
        rule.pass == Pass::Structure && rule.severity == Severity::Error
    };
    scan.kind != Kind::Other && scan.complete && !scan.faults.iter().any(breaks)
}

/// The first reason not to take this file into an index.
pub fn upload_refusal(examined: &Examined, policy: &Policy) -> Option<Finding> {
    judge(examined, policy).findings.into_iter().find(|finding| finding.severity == Severity::Error)
}

/// The findings about one file.
pub(super) struct Docket<'a> {
    file_name: &'a str,
    policy: &'a Policy,
    rendered: Option<&'a Rendered>,
    findings: Vec<Finding>,
    counts: HashMap<&'static str, usize>,
    accepted: usize,
}

impl<'a> Docket<'a> {
    pub(super) fn new(file_name: &'a str, policy: &'a Policy) -> Self {
        Docket { file_name, policy, rendered: None, findings: Vec::new(), counts: HashMap::new(), accepted: 0 }
    }

    /// Everything that was raised. Of what is cut off, the number is told.
    pub(super) fn verdict(mut self, judged: bool) -> Verdict {
        let cut = |(code, count): (&'static str, usize)| Some((code, count.checked_sub(MOST_OF_A_CODE)?));
        let mut more: Vec<_> = self.counts.drain().filter_map(cut).filter(|(_, more)| *more > 0).collect();
        more.sort_unstable();
        for (code, more) in more {
            self.findings.push(raise(code, format!("and {more} more of this kind"), Location::file(self.file_name)));
        }
        Verdict { findings: self.findings, judged, accepted: self.accepted }
    }

    /// Counts a finding that the configuration accepts.
    pub(super) fn accept(&mut self) {
        self.accepted += 1;
    }

    /// What the project decided.
    pub(super) fn policy(&self) -> &'a Policy {
        self.policy
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
        let rule = rule(code);
        if !self.policy.has(rule) {
            return;
        }
        if self.policy.accepts(code, Some(&location)) {
            self.accepted += 1;
            return;
        }
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= MOST_OF_A_CODE {
            self.findings.push(raise(code, message, location));
        }
    }
}
