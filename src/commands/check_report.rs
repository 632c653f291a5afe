//! What `release check` tells: findings below their archive, errors first, then what was judged and what was not.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::check::Args;
use super::check_beyond::Beyond;
use crate::check::description::UNVERIFIED;
use crate::check::source::reached::counted as counted_addresses;
use crate::check::{self, Examined, Policy};
use crate::plan::archives::{self, Judged};
use crate::plan::check::Judged as OfProject;
use crate::plan::online::Online;
use crate::report::{Finding, Outcome, Report, Severity, text};

pub(super) fn of(args: &Args, policy: &Policy, judged: Vec<Judged>, beyond: Beyond) -> Report {
    let (mut findings, mut files, mut groups, mut unjudged) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut accepted: usize = judged.iter().map(|judged| judged.verdict.accepted).sum();
    // Who names a wheel does not ask for its sdist.
    let is_asked = |found: &Finding| wanted(args, found) && (args.files.is_empty() || found.code != "check/no-sdist");
    let together = archives::together(policy, &judged);
    accepted += together.accepted;
    let together: Vec<Finding> = together.findings.into_iter().filter(is_asked).collect();
    for Judged { path, examined: Examined { name, scan, .. }, verdict } in judged {
        let mut found: Vec<Finding> = verdict.findings.into_iter().filter(|found| wanted(args, found)).collect();
        found.sort_by_key(|found| Reverse(found.severity));
        let (errors, warnings, said) = counted(&found);
        let sha256 = scan.sha256.to_string();
        groups.push((format!("{name}  {said}  {}  sha256 {sha256}", text::size(scan.size)), found.len()));
        files.push(json!({"path": path, "sha256": sha256, "size": scan.size, "errors": errors, "warnings": warnings, "contents_judged": verdict.judged}));
        findings.extend(found);
        unjudged.extend((!verdict.judged).then_some(name));
    }
    if !together.is_empty() {
        groups.push((format!("the archives together  {}", counted(&together).2), together.len()));
        findings.extend(together);
    }
    let (mut of_project, mut of_online, mut left, mut is_unclear) = (Value::Null, Value::Null, Vec::new(), false);
    let mut take = |title: &str, judged: OfProject| {
        let mut found: Vec<Finding> = judged.findings.into_iter().filter(|found| wanted(args, found)).collect();
        found.sort_by_key(|found| Reverse(found.severity));
        let (errors, warnings, said) = counted(&found);
        groups.push((format!("{title}  {said}"), found.len()));
        findings.extend(found);
        accepted += judged.accepted;
        left.extend(judged.unjudged.iter().cloned());
        json!({"errors": errors, "warnings": warnings, "not_judged": judged.unjudged})
    };
    if let Some(project) = beyond.project {
        is_unclear = project.inconclusive;
        of_project = take("the project", project);
    }
    if let Some(Online { judged, visited }) = beyond.online {
        // Servers of others are away now and then: that alone stops nobody who did not ask for it.
        is_unclear |= judged.inconclusive && args.strict;
        of_online = take(&format!("online: {} visited", counted_addresses(visited)), judged);
        of_online["visited"] = visited.into();
    }
    let is_refused = findings.iter().any(|found| turns(args, found));
    let unknown = findings.iter().any(|found| found.code == UNVERIFIED);
    let profile = policy.settings.profile.value;
    let result = json!({"files": files, "project": of_project, "online": of_online, "profile": profile, "rules": check::rules().count(), "accepted": accepted, "data": check::data()});
    let mut report = verdict_of(args, findings).result(result);
    if (is_unclear || !unjudged.is_empty()) && !is_refused {
        report = report.outcome(Outcome::Inconclusive);
    }
    if unknown && !is_refused && !args.strict {
        report = report.outcome(Outcome::Inconclusive);
    }
    report.lines.push(format!("judged by the rules for {}: {}", profile.word(), data()));
    if accepted > 0 {
        report.lines.push(format!("accepted by the configuration: {}", text::count(accepted, "finding")));
    }
    if !args.select.is_empty() || !args.ignore.is_empty() {
        report.lines.push("not shown: findings that `--select` and `--ignore` leave out".to_owned());
    }
    for name in unjudged {
        report.lines.push(format!("not judged: the contents of {name}, since readers may see different ones"));
    }
    report.lines.extend(left.into_iter().map(|what| format!("not judged: {what}")));
    report.groups = groups;
    report
}

/// The data that the rules stand on, each with its day.
fn data() -> String {
    check::data().iter().map(|(name, day)| format!("{name} {day}")).collect::<Vec<_>>().join(", ")
}

/// Errors, warnings, and both in words.
pub(super) fn counted(found: &[Finding]) -> (usize, usize, String) {
    let count = |severity| found.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    (errors, warnings, format!("{}, {}", text::count(errors, "error"), text::count(warnings, "warning")))
}

pub(super) fn verdict_of(args: &Args, findings: Vec<Finding>) -> Report {
    let strict = args.strict && findings.iter().any(|found| turns(args, found));
    let report = Report::new("check").findings(findings);
    if strict { report.outcome(Outcome::Findings) } else { report }
}

/// Whether a finding turns the verdict.
fn turns(args: &Args, found: &Finding) -> bool {
    found.severity == Severity::Error || (args.strict && found.severity == Severity::Warning)
}

pub(super) fn wanted(args: &Args, found: &Finding) -> bool {
    let begins = |codes: &[String]| codes.iter().any(|code| found.code.starts_with(code.as_str()));
    (args.select.is_empty() || begins(&args.select)) && !begins(&args.ignore)
}
