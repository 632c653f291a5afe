//! What a project's page, an installer or a reader of metadata would miss although nothing refuses it.
//!
//! Follows `twine check` and the questions of pyroma.

use crate::archive::shown;
use crate::python::metadata::{Metadata, RawMetadata};
use crate::python::specifier::SpecifierSet;
use crate::python::version::Version;

use super::judge::Docket;

const SHORT_SUMMARY: usize = 10;
const SHORT_DESCRIPTION: usize = 100;

pub(super) fn judge(docket: &mut Docket<'_>, path: &str, raw: &RawMetadata, metadata: &Metadata) {
    texts(docket, path, metadata);
    let classifier = |start: &str| metadata.classifiers.iter().any(|text| text.starts_with(start));
    let mut missing = |code, is_there: bool, message: &str| {
        if !is_there {
            docket.raise(code, message, Some(path));
        }
    };
    let filled = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let licensed = metadata.license_expression.is_some()
        || filled(&metadata.license)
        || !metadata.license_files.is_empty()
        || classifier("License ::");
    missing("check/no-license", licensed, "neither an expression, nor a file, nor a classifier names a licence");
    let people = [&metadata.author, &metadata.author_email, &metadata.maintainer, &metadata.maintainer_email];
    missing("check/no-author", people.into_iter().any(filled), "neither an author nor a maintainer is named");
    let linked = filled(&metadata.home_page) || !metadata.project_urls.is_empty();
    missing("check/no-url", linked, "there is neither `Project-URL` nor `Home-page`");
    missing("check/no-keywords", !metadata.keywords.is_empty(), "there is no `Keywords`");
    let pythons = metadata.requires_python.is_some();
    missing("check/no-requires-python", pythons, "installers will offer it to every Python");
    if metadata.classifiers.is_empty() {
        return missing("check/no-classifiers", false, "there is no `Classifier`");
    }
    let status = classifier("Development Status ::");
    missing("check/no-status-classifier", status, "there is no `Development Status :: …`");
    let versions = raw.entries("Classifier").filter_map(|header| Some((header, versions(&header.value)?)));
    let versions: Vec<_> = versions.collect();
    missing("check/python-classifiers", !versions.is_empty(), "there is no `Programming Language :: Python :: 3.x`");
    for (header, versions) in versions {
        let leaves_out = |set: &SpecifierSet| !versions.iter().any(|version| set.contains(version));
        if metadata.requires_python.as_ref().is_some_and(leaves_out) {
            let message = format!("`{}` stands beside `Requires-Python: {}`", shown(&header.value), python(metadata));
            docket.raise_line("check/excluded-python", message, path, Some(header.line));
        }
    }
}

fn texts(docket: &mut Docket<'_>, path: &str, metadata: &Metadata) {
    let summary = metadata.summary.as_deref().map_or(0, |text| text.trim().chars().count());
    if summary <= SHORT_SUMMARY {
        let message = match summary {
            0 => "there is no summary".to_owned(),
            _ => format!("the summary has {summary} characters"),
        };
        docket.raise("check/thin-summary", message, Some(path));
    }
    let description = metadata.description.as_deref().map_or("", str::trim);
    // Counting further than the limit tells nothing more.
    let length = description.chars().take(SHORT_DESCRIPTION).count();
    if (1..SHORT_DESCRIPTION).contains(&length) {
        docket.raise("check/thin-description", format!("the description has {length} characters"), Some(path));
    }
}

/// The first and the last patch of the Python that a classifier names: `>=3.9.2` is for 3.9, and so is `<=3.9`.
fn versions(classifier: &str) -> Option<[Version; 2]> {
    let version = classifier.strip_prefix("Programming Language :: Python :: ")?;
    let (major, minor) = version.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let patch = |patch: &str| format!("{version}.{patch}").parse().ok();
    if !digits(major) || !digits(minor) {
        return None;
    }
    Some([patch("0")?, patch("99")?])
}

fn python(metadata: &Metadata) -> String {
    shown(&metadata.requires_python.as_ref().map(ToString::to_string).unwrap_or_default())
}
