//! SARIF 2.1.0. Results about packages are taken where the tool names the package (uv does); all others are
//! findings in code. Severity comes from the tool's own keys, then `security-severity`, then the level.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{CodeFlaw, Reported, confidence, line_hash, text, texts};
use crate::security::severity::Level;

/// Prefixes of ids of advisories: a result with such a rule is about a package.
const ADVISORIES: [&str; 6] = ["CVE-", "GHSA-", "PYSEC-", "MAL-", "OSV-", "PSF-"];

pub(super) fn read(report: &Value, reported: &mut Reported) {
    reported.by("sarif", None);
    let runs = reported.entries(report, "runs");
    if runs.is_empty() {
        reported.gap("holds no run");
    }
    for run in runs {
        let driver = run.get("tool").and_then(|tool| tool.get("driver")).unwrap_or(&Value::Null);
        reported.by(text(driver, "name").unwrap_or_default(), text(driver, "version"));
        let failed = |invocation: &Value| invocation.get("executionSuccessful") == Some(&Value::Bool(false));
        if reported.entries(run, "invocations").iter().any(failed) {
            reported.gap("the scanner says that it failed");
        }
        let rules: HashMap<&str, &Value> =
            reported.entries(driver, "rules").iter().filter_map(|rule| Some((text(rule, "id")?, rule))).collect();
        for result in reported.entries(run, "results") {
            read_result(result, &rules, reported);
        }
    }
}

fn read_result(result: &Value, rules: &HashMap<&str, &Value>, reported: &mut Reported) {
    let is_other = text(result, "kind").is_some_and(|kind| kind != "fail");
    let is_gone = text(result, "baselineState") == Some("absent");
    let suppressed = |one: &Value| matches!(text(one, "status"), None | Some("accepted"));
    if is_other || is_gone || reported.entries(result, "suppressions").iter().any(suppressed) {
        return;
    }
    let properties = result.get("properties").unwrap_or(&Value::Null);
    let rule = text(result, "ruleId").or_else(|| text(result.get("rule")?, "id"));
    if let Some(package) = text(properties, "uv/package") {
        let ids = [rule, text(properties, "uv/id"), text(properties, "uv/displayId")];
        let ids = ids.into_iter().flatten().chain(texts(properties, "uv/aliases"));
        let named = (Some(package), text(properties, "uv/version"));
        return reported.flaw(named, ids, None, texts(properties, "uv/fixVersions"));
    }
    if rule.is_some_and(|rule| ADVISORIES.iter().any(|prefix| rule.starts_with(prefix))) {
        return reported.gap("names advisories without their packages: give the scanner's own JSON instead");
    }
    let place = reported.entries(result, "locations").first().and_then(|place| place.get("physicalLocation"));
    let place = place.unwrap_or(&Value::Null);
    let region = place.get("region").unwrap_or(&Value::Null);
    let snippet = region.get("snippet").and_then(|snippet| text(snippet, "text")).unwrap_or_default();
    let described = rule.and_then(|rule| rules.get(rule)).and_then(|rule| rule.get("properties"));
    let described = described.unwrap_or(&Value::Null);
    let sure = text(properties, "issue_confidence").or_else(|| text(properties, "zizmor/confidence"));
    let flaw = CodeFlaw {
        line: region.get("startLine").and_then(Value::as_u64).unwrap_or(0),
        line_hash: line_hash(snippet),
        confidence: confidence(sure),
        cwe: texts(described, "tags").find_map(|tag| tag.rsplit_once("cwe-")?.1.parse().ok()),
        ..CodeFlaw::rated(level(result, properties, described))
    };
    let uri = place.get("artifactLocation").and_then(|artifact| text(artifact, "uri"));
    let path = uri.map(|uri| percent_decode_str(uri.trim_start_matches("file://")).decode_utf8_lossy().into_owned());
    reported.code(rule, path.as_deref(), flaw);
}

fn level(result: &Value, properties: &Value, described: &Value) -> Level {
    let own = text(properties, "issue_severity").or_else(|| text(properties, "zizmor/severity"));
    let score = [properties, described].into_iter().find_map(|holder| {
        let score = holder.get("security-severity")?;
        score.as_f64().or_else(|| score.as_str()?.trim().parse().ok())
    });
    let by_level = match text(result, "level") {
        Some("error") => Level::High,
        Some("note") => Level::Low,
        Some("none") => Level::None,
        // SARIF's default where nothing is said.
        _ => Level::Medium,
    };
    let score = score.filter(|score: &f64| score.is_finite());
    own.and_then(Level::of_word).or_else(|| score.map(Level::of_score)).unwrap_or(by_level)
}
