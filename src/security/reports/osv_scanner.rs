//! `osv-scanner --format json`: whole OSV records. Its groups are not transitive, so ours are made of the
//! records.

use serde_json::Value;

use super::{Reported, text};
use crate::python::name::normalize;
use crate::security::advisory::{Advisory, Event};
use crate::security::severity::rate;

pub(super) fn read(report: &Value, reported: &mut Reported) {
    reported.by("osv-scanner", None);
    for result in reported.entries(report, "results") {
        for entry in reported.entries(result, "packages") {
            let package = entry.get("package").unwrap_or(&Value::Null);
            if text(package, "ecosystem").is_some_and(|ecosystem| ecosystem != "PyPI") {
                continue;
            }
            let named = (text(package, "name"), text(package, "version"));
            for record in reported.entries(entry, "vulnerabilities") {
                match Advisory::parse(record.to_string().as_bytes()) {
                    Ok(advisory) if advisory.withdrawn => {}
                    Ok(advisory) => {
                        let name = normalize(named.0.unwrap_or_default());
                        let level = rate(&name, &[&advisory], &[]).level;
                        let events = advisory.affecting(&name).flat_map(|affected| affected.ranges.iter().flatten());
                        let fixes = events.filter_map(|event| match event {
                            Event::Fixed(version) => Some(version.as_str()),
                            _ => None,
                        });
                        reported.flaw(named, advisory.ids(), Some(level), fixes);
                    }
                    Err(_) => reported.gap("has a record that cannot be read"),
                }
            }
        }
    }
}
