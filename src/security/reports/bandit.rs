//! `bandit --format json`. `issue_text` and `code` may quote a secret: of `code` a hash goes on, of
//! `issue_text` nothing. `errors` are files that were not judged.

use serde_json::Value;

use super::{CodeFlaw, Reported, confidence, line_hash, text};
use crate::security::severity::Level;

pub(super) fn read(report: &Value, reported: &mut Reported) {
    reported.by("bandit", None);
    if !reported.entries(report, "errors").is_empty() {
        reported.gap("bandit could not read a file");
    }
    for result in reported.entries(report, "results") {
        let level = text(result, "issue_severity").and_then(Level::of_word).unwrap_or(Level::Unknown);
        let line = result.get("line_number").and_then(Value::as_u64).unwrap_or(0);
        let cwe = result.get("issue_cwe").and_then(|cwe| cwe.get("id")).and_then(Value::as_u64);
        let flaw = CodeFlaw {
            line,
            line_hash: line_hash(&flagged(result, line)),
            confidence: confidence(text(result, "issue_confidence")),
            cwe: cwe.and_then(|cwe| u32::try_from(cwe).ok()),
            ..CodeFlaw::rated(level)
        };
        reported.code(text(result, "test_id"), text(result, "filename"), flaw);
    }
}

/// The flagged lines of `code`, whose every line begins with its number.
fn flagged(result: &Value, line: u64) -> String {
    let range = result.get("line_range").and_then(Value::as_array);
    let lines: Vec<u64> = range.into_iter().flatten().filter_map(Value::as_u64).chain([line]).collect();
    let code = text(result, "code").unwrap_or_default();
    let numbered = code.lines().filter_map(|line| {
        let (number, rest) = line.trim_start().split_once(' ')?;
        Some((number.parse::<u64>().ok()?, rest))
    });
    let flagged: Vec<&str> = numbered.filter(|(number, _)| lines.contains(number)).map(|(_, rest)| rest).collect();
    flagged.join("\n")
}
