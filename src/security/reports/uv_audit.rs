//! `uv audit --output-format json`, schema `preview`: no severity.

use serde_json::Value;

use super::{Reported, text, texts};

pub(super) fn read(report: &Value, reported: &mut Reported) {
    reported.by("uv", None);
    for flaw in reported.entries(report, "vulnerabilities") {
        let dependency = flaw.get("dependency").unwrap_or(&Value::Null);
        let named = (text(dependency, "name"), text(dependency, "version"));
        let ids = text(flaw, "id").into_iter().chain(text(flaw, "display_id")).chain(texts(flaw, "aliases"));
        reported.flaw(named, ids, None, texts(flaw, "fix_versions"));
    }
}
