//! `pip-audit --format json`: no severity, no time, no version of the tool; aliases in any order, and the same
//! flaw twice where two databases have it. `skip_reason` is a package that was not judged.

use serde_json::Value;

use super::{Reported, text, texts};

pub(super) fn read(report: &Value, reported: &mut Reported) {
    reported.by("pip-audit", None);
    for dependency in reported.entries(report, "dependencies") {
        if dependency.get("skip_reason").is_some() {
            reported.gap("pip-audit skipped a package");
            continue;
        }
        let named = (text(dependency, "name"), text(dependency, "version"));
        for flaw in reported.entries(dependency, "vulns") {
            let ids = text(flaw, "id").into_iter().chain(texts(flaw, "aliases"));
            reported.flaw(named, ids, None, texts(flaw, "fix_versions"));
        }
    }
}
