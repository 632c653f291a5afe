//! `safety check --output json` of safety 2: ids of its own (here `PYUP-39525`), one CVE at most, and no
//! severity in the free database. What it ignores is not ignored here: acceptances have one place.

use serde_json::Value;

use super::{Reported, text, texts};
use crate::security::severity::Level;

pub(super) fn read(report: &Value, reported: &mut Reported) {
    let meta = report.get("report_meta").unwrap_or(&Value::Null);
    reported.by("safety", text(meta, "safety_version"));
    for key in ["vulnerabilities", "ignored_vulnerabilities"] {
        for flaw in reported.entries(report, key) {
            let own = text(flaw, "vulnerability_id").map(|id| format!("PYUP-{id}"));
            let cves = text(flaw, "CVE").into_iter().flat_map(|cves| cves.split(',')).map(str::trim);
            let word = flaw.get("severity").and_then(|severity| {
                let cvss = severity.get("cvssv3").unwrap_or(&Value::Null);
                severity.as_str().or_else(|| text(cvss, "base_severity"))
            });
            let named = (text(flaw, "package_name"), text(flaw, "analyzed_version"));
            let level = word.and_then(Level::of_word);
            reported.flaw(named, own.as_deref().into_iter().chain(cves), level, texts(flaw, "fixed_versions"));
        }
    }
}
