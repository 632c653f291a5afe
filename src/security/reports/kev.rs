//! CISA's catalogue of known exploited vulnerabilities: CVE ids that only ever raise the urgency.

use serde_json::Value;

use super::{Reported, text};
use crate::security::advisory::is_id;

pub(super) fn read(report: &Value, reported: &mut Reported) {
    reported.by("kev", text(report, "catalogVersion"));
    let entries = reported.entries(report, "vulnerabilities");
    if entries.is_empty() {
        reported.gap("the catalogue is empty");
    }
    let ids = entries.iter().filter_map(|entry| text(entry, "cveID")).filter(|id| is_id(id));
    reported.exploited.extend(ids.map(str::to_owned));
}
