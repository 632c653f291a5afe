//! For programs: exactly one document on standard output, on failure too (DESIGN §3).

use serde_json::{Value, json};

use super::{Outcome, Report};
use crate::error::Failure;

/// The document of a command that answered.
pub fn document(report: &Report) -> String {
    print(&json!({
        "schema": 1,
        "command": report.command,
        "outcome": report.outcome,
        "findings": report.findings,
        "result": report.result,
        "failure": null,
    }))
}

/// The document of a command that failed.
pub fn failure_document(command: &str, failure: &Failure) -> String {
    let outcome = if failure.kind == crate::error::Kind::Partial { Outcome::Partial } else { Outcome::Failed };
    print(&json!({
        "schema": 1,
        "command": command,
        "outcome": outcome,
        "findings": [],
        "result": failure.progress.as_deref().cloned().unwrap_or_else(|| json!({})),
        "failure": failure_value(failure),
    }))
}

/// A failure as the `failure` key holds it.
pub fn failure_value(failure: &Failure) -> Value {
    json!({
        "code": failure.code,
        "kind": failure.kind.word(),
        "message": failure.message,
        "causes": failure.causes,
        "hints": failure.hints,
        "location": failure.location,
    })
}

/// Pretty JSON in ASCII where it matters: a runner finds `##[` anywhere in a line, and terminals obey
/// what JSON leaves unescaped, so both are written as escapes that mean the same.
pub fn print(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("a Value is always JSON");
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{7f}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.replace("##[", "#\\u0023[") + "\n"
}
