//! For code scanning: findings as SARIF 2.1.0 (OASIS). A member of an archive is an artifact inside of it.

use serde_json::{Value, json};

use super::{Finding, Report, Severity, codes};
use crate::error::{Failure, Location};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The document of a command that answered.
pub fn document(report: &Report) -> String {
    let mut run = Run::default();
    let results: Vec<Value> = report.findings.iter().map(|finding| run.result(finding)).collect();
    run.print(&results, &json!({"executionSuccessful": true, "exitCode": report.outcome.exit_code()}))
}

/// The document of a command that failed.
pub fn failure_document(failure: &Failure) -> String {
    let told = json!({"level": "error", "message": {"text": failure.message}, "descriptor": {"id": failure.code}});
    let invocation = json!({
        "executionSuccessful": false,
        "exitCode": failure.kind.exit_code(),
        "toolExecutionNotifications": [told],
    });
    Run::default().print(&[], &invocation)
}

/// What results refer to.
#[derive(Default)]
struct Run {
    rules: Vec<&'static str>,
    artifacts: Vec<(String, Option<usize>)>,
}

impl Run {
    fn result(&mut self, finding: &Finding) -> Value {
        let rule = self.rules.iter().position(|code| *code == finding.code).unwrap_or_else(|| {
            self.rules.push(finding.code);
            self.rules.len() - 1
        });
        let mut result = json!({
            "ruleId": finding.code,
            "ruleIndex": rule,
            "level": level(finding.severity),
            "message": {"text": finding.message},
        });
        if let Some(location) = &finding.location {
            result["locations"] = json!([self.location(location)]);
        }
        result
    }

    fn location(&mut self, location: &Location) -> Value {
        let file = self.artifact(&location.file, None);
        let (name, index) = match &location.member {
            Some(member) => (member, self.artifact(member, Some(file))),
            None => (&location.file, file),
        };
        let mut place = json!({"artifactLocation": {"uri": uri(name), "index": index}});
        if let Some(line) = location.line {
            place["region"] = json!({"startLine": line});
            if let Some(column) = location.column {
                place["region"]["startColumn"] = json!(column);
            }
        }
        json!({"physicalLocation": place})
    }

    fn artifact(&mut self, name: &str, parent: Option<usize>) -> usize {
        let same = |(known, its): &(String, Option<usize>)| known == name && *its == parent;
        self.artifacts.iter().position(same).unwrap_or_else(|| {
            self.artifacts.push((name.to_owned(), parent));
            self.artifacts.len() - 1
        })
    }

    fn print(&self, results: &[Value], invocation: &Value) -> String {
        let artifact = |(name, parent): &(String, Option<usize>)| match parent {
            Some(parent) => json!({"location": {"uri": uri(name)}, "parentIndex": parent}),
            None => json!({"location": {"uri": uri(name)}}),
        };
        let artifacts: Vec<Value> = self.artifacts.iter().map(artifact).collect();
        let rules: Vec<Value> = self.rules.iter().map(|code| rule(code)).collect();
        let driver = json!({
            "name": "pyrelease",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules,
        });
        super::json::print(&json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [invocation],
                "artifacts": artifacts,
                "results": results,
            }],
        }))
    }
}

fn rule(code: &str) -> Value {
    let mut rule = json!({"id": code});
    if let Some(known) = codes::find(code) {
        rule["shortDescription"] = json!({"text": known.title});
        rule["fullDescription"] = json!({"text": known.text});
        rule["help"] = json!({"text": format!("{}\n\nrelease explain {code}", known.text)});
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A path as a relative reference (RFC 3986): a scheme or anything else that a viewer acts on cannot arise.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'+' => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
