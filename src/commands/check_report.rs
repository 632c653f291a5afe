//! What `release check` tells: findings below their archive, errors first, then what was judged and what was not.

use std::cmp::Reverse;

use serde_json::json;

use super::check::Args;
use crate::check::description::UNVERIFIED;
use crate::check::{self, Examined, Policy};
use crate::plan;
use crate::plan::archives::{self, Judged};
use crate::report::{Finding, Outcome, Report, Severity, text};

pub(super) fn of(args: &Args, policy: &Policy, judged: Vec<Judged>, project: Option<plan::check::Judged>) -> Report {
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
    let (mut of_project, mut left, mut is_unclear) = (serde_json::Value::Null, Vec::new(), false);
    if let Some(project) = project {
        let mut found: Vec<Finding> = project.findings.into_iter().filter(|found| wanted(args, found)).collect();
        found.sort_by_key(|found| Reverse(found.severity));
        let (errors, warnings, said) = counted(&found);
        groups.push((format!("the project  {said}"), found.len()));
        of_project = json!({"errors": errors, "warnings": warnings, "not_judged": project.unjudged});
        findings.extend(found);
        accepted += project.accepted;
        left = project.unjudged;
        is_unclear = project.inconclusive;
    }
    let is_refused = findings.iter().any(|found| found.severity == Severity::Error);
    let unknown = findings.iter().any(|found| found.code == UNVERIFIED);
    let profile = policy.settings.profile.value;
    let result = json!({"files": files, "project": of_project, "profile": profile, "rules": check::rules().count(), "accepted": accepted, "data": check::data()});
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
    let strict = args.strict && findings.iter().any(|found| found.severity == Severity::Warning);
    let report = Report::new("check").findings(findings);
    if strict { report.outcome(Outcome::Findings) } else { report }
}

pub(super) fn wanted(args: &Args, found: &Finding) -> bool {
    let begins = |codes: &[String]| codes.iter().any(|code| found.code.starts_with(code.as_str()));
    (args.select.is_empty() || begins(&args.select)) && !begins(&args.ignore)
}
