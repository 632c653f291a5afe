//! For GitHub and Gitea Actions: what people read, and beside it annotations, a step summary and outputs
//! in the runner's own formats, with everything from outside encoded for them.

use super::human;
use super::text::{block, inline};
use super::{Finding, Report, Severity};
use crate::error::{Failure, Location};

/// The value of an annotation after the last `::`, as the runner decodes it.
pub fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of an annotation, as the runner decodes it.
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn annotation(level: &str, location: Option<&Location>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some(location) = location {
        properties.push(format!("file={}", property(&inline(&location.file))));
        if let Some(line) = location.line {
            properties.push(format!("line={line}"));
        }
    }
    properties.push(format!("title={}", property(title)));
    format!("::{level} {}::{}\n", properties.join(","), data(&block(message)))
}

/// The annotation of a finding.
pub fn finding(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let message = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    };
    annotation(level, finding.location.as_ref(), finding.code, &message)
}

/// The annotation of a failure.
pub fn failure(failure: &Failure) -> String {
    let mut message = failure.message.clone();
    for hint in &failure.hints {
        message.push_str(&format!("\nhint: {hint}"));
    }
    annotation("error", failure.location.as_ref(), failure.code, &message)
}

/// The lines for standard error: an annotation for each finding.
pub fn annotations(report: &Report) -> String {
    report.findings.iter().map(finding).collect()
}

/// The step summary, in Markdown: the verdict, and the same lines that people read, as literal text.
pub fn summary(report: &Report) -> String {
    let outcome = serde_json::to_value(report.outcome).expect("an outcome is a word");
    let body = human::report(report, human::Colour::Off);
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    // A fence longer than any run of backticks inside cannot be closed from within.
    let fence = "`".repeat(longest.max(2) + 1);
    format!("### release {}: {}\n\n{fence}text\n{body}{fence}\n", report.command, outcome.as_str().unwrap_or_default())
}

/// The outputs for `$GITHUB_OUTPUT`, each ended by a delimiter that nobody can know beforehand. Nothing where
/// a value contains it all the same.
pub fn outputs(report: &Report, nonce: &str) -> Option<String> {
    let delimiter = format!("release_{nonce}");
    let mut text = String::new();
    for (name, value) in &report.outputs {
        if value.contains(&delimiter) {
            return None;
        }
        text.push_str(&format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"));
    }
    Some(text)
}
