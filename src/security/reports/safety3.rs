//! `safety scan --output json` of safety 3: requirements as written in place of versions, and ids of its own.

use serde_json::Value;

use super::{Reported, text, texts};

pub(super) fn read(report: &Value, reported: &mut Reported) {
    let meta = report.get("meta").unwrap_or(&Value::Null);
    let telemetry = meta.get("telemetry").unwrap_or(&Value::Null);
    reported.by("safety", text(telemetry, "safety_version"));
    let scan = report.get("scan_results").unwrap_or(&Value::Null);
    for project in reported.entries(scan, "projects") {
        for file in reported.entries(project, "files") {
            let results = file.get("results").unwrap_or(&Value::Null);
            for dependency in reported.entries(results, "dependencies") {
                for specification in reported.entries(dependency, "specifications") {
                    read_specification(dependency, specification, reported);
                }
            }
        }
    }
}

fn read_specification(dependency: &Value, specification: &Value, reported: &mut Reported) {
    let flaws = specification.get("vulnerabilities").unwrap_or(&Value::Null);
    let version = text(specification, "raw").and_then(|raw| raw.split_once("==")).map(|(_, version)| version);
    let remediation = flaws.get("remediation").unwrap_or(&Value::Null);
    for flaw in reported.entries(flaws, "known_vulnerabilities") {
        let id = text(flaw, "id").map(|id| format!("PYUP-{id}"));
        let fixes = text(remediation, "recommended").into_iter().chain(texts(remediation, "other_recommended"));
        reported.flaw((text(dependency, "name"), version), id.as_deref(), None, fixes);
    }
}
