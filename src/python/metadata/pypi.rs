//! What PyPI refuses in metadata beyond the specification.
//!
//! Follows warehouse (`forklift/metadata.py`) as of [`PYPI_METADATA_AS_OF`]. Left out: classifiers,
//! whose list is data of its own, rendering of the description, and what depends on the project's
//! state on the index.

use super::field::{Field, MetadataVersion};
use super::{Metadata, MetadataFault};
use crate::python::address;
use crate::python::error::shown;
use crate::python::spdx;

/// The day of PyPI's code that is followed.
pub const PYPI_METADATA_AS_OF: &str = "2026-08-21";
/// The newest version of the format that PyPI takes.
pub const PYPI_NEWEST: MetadataVersion = MetadataVersion::V2_5;
/// How many characters a summary may have.
pub const MAX_SUMMARY: usize = 512;
/// How many characters the label of a project URL may have.
pub const MAX_LABEL: usize = 32;

impl Metadata {
    /// Everything that PyPI refuses in metadata that follows the specification.
    pub fn pypi_faults(&self) -> Vec<MetadataFault> {
        let mut faults = Vec::new();
        if self.metadata_version > PYPI_NEWEST {
            faults.push(fault(
                Field::MetadataVersion,
                format!("is {}, and PyPI takes up to {PYPI_NEWEST}", self.metadata_version),
            ));
        }
        if self.version.is_local() {
            faults.push(fault(Field::Version, format!("`{}` has a local label", self.version)));
        }
        let length = self.summary.as_deref().map_or(0, |text| text.chars().count());
        if length > MAX_SUMMARY {
            faults.push(fault(Field::Summary, format!("has {length} characters, more than {MAX_SUMMARY}")));
        }
        let private = |classifier: &&String| classifier.starts_with("Private ::");
        faults.extend(self.classifiers.iter().filter(private).map(|classifier| {
            fault(Field::Classifier, format!("has `{}`, which keeps the project off PyPI", shown(classifier)))
        }));
        if let Some(Err(id)) = self.license_expression.as_ref().map(spdx::canonical) {
            let message = format!("has `{}`, which is not on SPDX's list", shown(&id));
            faults.push(fault(Field::LicenseExpression, message));
        }
        self.requirement_faults(&mut faults);
        self.url_faults(&mut faults);
        for (field, people) in
            [(Field::AuthorEmail, &self.author_email), (Field::MaintainerEmail, &self.maintainer_email)]
        {
            let refused = filled(people).and_then(address_refusal);
            faults.extend(
                refused
                    .map(|(address, reason)| fault(field, format!("has the address `{}`: {reason}", shown(&address)))),
            );
        }
        faults
    }

    fn requirement_faults(&self, faults: &mut Vec<MetadataFault>) {
        for (field, requirements) in [
            (Field::RequiresDist, &self.requires_dist),
            (Field::ProvidesDist, &self.provides_dist),
            (Field::ObsoletesDist, &self.obsoletes_dist),
        ] {
            for requirement in requirements.iter().filter(|requirement| requirement.url.is_some()) {
                let requirement = shown(&requirement.to_string());
                faults.push(fault(field, format!("has `{requirement}` with a URL")));
            }
        }
    }

    fn url_faults(&self, faults: &mut Vec<MetadataFault>) {
        for (field, url) in [(Field::HomePage, &self.home_page), (Field::DownloadUrl, &self.download_url)] {
            let reason = filled(url).and_then(url_fault);
            faults.extend(reason.map(|reason| fault(field, reason)));
        }
        for entry in &self.project_urls {
            let (label, length) = (shown(&entry.label), entry.label.chars().count());
            if length == 0 || length > MAX_LABEL {
                faults.push(fault(
                    Field::ProjectUrl,
                    format!("has the label `{label}`, which must have 1 to {MAX_LABEL} characters"),
                ));
            }
            if entry.url.is_empty() {
                faults.push(fault(Field::ProjectUrl, format!("`{label}` has no URL")));
            } else if let Some(reason) = url_fault(&entry.url) {
                faults.push(fault(Field::ProjectUrl, format!("`{label}` {reason}")));
            }
        }
    }
}

fn fault(field: Field, message: String) -> MetadataFault {
    MetadataFault { field: field.name().to_owned(), line: None, message: format!("`{field}` {message}") }
}

/// Empty fields count as missing, and so does what old setuptools wrote for them.
fn filled(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty() && value.trim() != "UNKNOWN")
}

fn url_fault(url: &str) -> Option<String> {
    let scheme = |scheme: &str| {
        let start = url.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
    };
    let Some(rest) = scheme("https://").or_else(|| scheme("http://")) else {
        return Some(format!("has `{}`, which must begin with `https://` or `http://`", shown(url)));
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = match host.rsplit_once(':') {
        Some((_, port)) if !port.contains(']') => port,
        _ => "",
    };
    if path.contains(['[', ']']) {
        return Some(format!("has `{}`, where `[` and `]` must be escaped", shown(url)));
    }
    if !port.is_empty() && port.parse::<u16>().is_err() {
        return Some(format!("has `{}`, where `{}` is no port", shown(url), shown(port)));
    }
    None
}

/// Ends of domains that are nobody's.
const SPECIAL_DOMAINS: [&str; 6] = ["local", "localhost", "test", "invalid", "onion", "arpa"];

/// Whether PyPI takes a text for the URL of a project.
pub fn is_url(url: &str) -> bool {
    url_fault(url).is_none()
}

/// The address of a person that PyPI refuses, and why. It looks at a single address only: lists are not checked by PyPI
/// either.
pub fn address_refusal(value: &str) -> Option<(String, &'static str)> {
    let address = address::only(value)?;
    let reason = address_fault(&address)?;
    Some((address, reason))
}

fn address_fault(address: &str) -> Option<&'static str> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Some("it has no `@`");
    };
    let plain = |c: char| c.is_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    if !local.split('.').all(|part| !part.is_empty() && part.chars().all(plain)) {
        return Some("what stands before `@` is no mailbox");
    }
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c == '-' || c.is_alphanumeric())
    };
    if !domain.contains('.') || !domain.split('.').all(label) {
        return Some("what follows `@` is no domain");
    }
    let last = domain.rsplit('.').next().unwrap_or_default();
    if SPECIAL_DOMAINS.iter().any(|special| special.eq_ignore_ascii_case(last)) {
        return Some("its domain is set aside for special use");
    }
    None
}
