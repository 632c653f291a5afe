//! The JSON API of PyPI: a project or one of its releases as one document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::simple::yanked;
use super::store::Stored;
use crate::archive::Kind;
use crate::python::filename::WheelName;
use crate::python::metadata::{Field, RawMetadata};
use crate::python::version::Version;

/// The document of a release; of the newest, and with all others, where none is named. Nothing where there
/// is no such release.
pub(super) fn document(files: &[&Stored], version: Option<&Version>, base: &str) -> Option<Value> {
    let mut releases: BTreeMap<Version, Vec<&Stored>> = BTreeMap::new();
    for file in files {
        releases.entry(file.parsed_version()?).or_default().push(file);
    }
    let shown = match version {
        Some(version) => releases.get_key_value(version)?,
        None => {
            let finals = releases.iter().rev();
            finals
                .clone()
                .find(|(version, files)| !version.is_prerelease() && files.iter().any(|file| file.yanked.is_none()))
                .or_else(|| releases.iter().next_back())?
        }
    };
    let urls = |files: &[&Stored]| Value::Array(files.iter().map(|file| url(file, base)).collect());
    let mut document = json!({
        "info": info(shown.1.first()?, base),
        "last_serial": files.len(),
        "urls": urls(shown.1),
        "vulnerabilities": [],
    });
    if version.is_none() {
        let all: Map<String, Value> =
            releases.iter().map(|(version, files)| (version.to_string(), urls(files))).collect();
        document["releases"] = Value::Object(all);
    }
    Some(document)
}

fn info(file: &Stored, base: &str) -> Value {
    let raw = RawMetadata::parse(file.metadata.as_bytes());
    let one = |field: Field| raw.first(field.name()).filter(|value| !value.is_empty());
    let many = |field: Field| raw.all(field.name()).collect::<Vec<_>>();
    let or_null = |values: Vec<&str>| {
        if values.is_empty() { Value::Null } else { json!(values) }
    };
    let description = one(Field::Description).unwrap_or_else(|| raw.body());
    let project_urls: Map<String, Value> = raw
        .all(Field::ProjectUrl.name())
        .filter_map(|entry| entry.split_once(','))
        .map(|(label, url)| (label.trim().to_owned(), json!(url.trim())))
        .collect();
    json!({
        "author": one(Field::Author),
        "author_email": one(Field::AuthorEmail),
        "classifiers": many(Field::Classifier),
        "description": description,
        "description_content_type": one(Field::DescriptionContentType),
        "download_url": one(Field::DownloadUrl),
        "dynamic": or_null(many(Field::Dynamic)),
        "home_page": one(Field::HomePage),
        "keywords": one(Field::Keywords),
        "license": one(Field::License),
        "license_expression": one(Field::LicenseExpression),
        "license_files": or_null(many(Field::LicenseFile)),
        "maintainer": one(Field::Maintainer),
        "maintainer_email": one(Field::MaintainerEmail),
        "name": file.name.as_str(),
        "package_url": format!("{base}/pypi/{}/json", file.name.normalized()),
        "project_urls": if project_urls.is_empty() { Value::Null } else { Value::Object(project_urls) },
        "provides_extra": or_null(many(Field::ProvidesExtra)),
        "requires_dist": or_null(many(Field::RequiresDist)),
        "requires_python": file.requires_python,
        "summary": one(Field::Summary),
        "version": file.version,
        "yanked": file.yanked.is_some(),
        "yanked_reason": file.yanked.as_deref().filter(|reason| !reason.is_empty()),
    })
}

fn url(file: &Stored, base: &str) -> Value {
    let (kind, python) = match file.kind() {
        Kind::Wheel => {
            let tags = file.file.parse::<WheelName>().map(|name| name.tags().pythons().join("."));
            ("bdist_wheel", tags.unwrap_or_default())
        }
        _ => ("sdist", "source".to_owned()),
    };
    json!({
        "digests": {"blake2b_256": file.blake2b_256, "sha256": file.sha256},
        "filename": file.file,
        "packagetype": kind,
        "python_version": python,
        "requires_python": file.requires_python,
        "size": file.size,
        "upload_time_iso_8601": file.uploaded,
        "url": format!("{base}/files/{}/{}", file.name.normalized(), file.file),
        "yanked": yanked(file) != json!(false),
        "yanked_reason": file.yanked.as_deref().filter(|reason| !reason.is_empty()),
    })
}
