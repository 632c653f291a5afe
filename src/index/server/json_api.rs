//! The JSON API of PyPI: a project or one of its releases as one document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Shown;
use super::form::Form;
use super::settings::Settings;
use super::simple::yanked;
use super::store::{Store, Stored};
use crate::archive::Kind;
use crate::index::form::NAMES;
use crate::python::filename::WheelName;
use crate::python::metadata::{Field, RawMetadata};
use crate::python::version::Version;

/// The document of a release; of the newest, and with all others, where none is named. Nothing where there
/// is no such release.
pub(super) fn document(files: &[Shown<'_>], version: Option<&Version>, base: &str) -> Option<Value> {
    let mut releases: BTreeMap<Version, Vec<&Shown<'_>>> = BTreeMap::new();
    for shown in files {
        releases.entry(shown.file.parsed_version()?).or_default().push(shown);
    }
    let chosen = match version {
        Some(version) => releases.get_key_value(version)?,
        None => {
            let finals = releases.iter().rev();
            finals
                .clone()
                .find(|(version, files)| !version.is_prerelease() && files.iter().any(|file| file.yanked.is_none()))
                .or_else(|| releases.iter().next_back())?
        }
    };
    let urls = |files: &[&Shown<'_>]| Value::Array(files.iter().map(|file| url(file, base)).collect());
    // The first file of a release decides what is told of it.
    let first = chosen.1.iter().min_by_key(|shown| shown.file.serial)?;
    let mut document = json!({
        "info": info(first, base),
        "last_serial": files.iter().map(|shown| shown.file.serial).max(),
        "urls": urls(chosen.1),
        "vulnerabilities": [],
    });
    if version.is_none() {
        let all: Map<String, Value> =
            releases.iter().map(|(version, files)| (version.to_string(), urls(files))).collect();
        document["releases"] = Value::Object(all);
    }
    Some(document)
}

/// Who may change a project.
pub(super) fn ownership(project: &str, store: &Store, settings: &Settings) -> Value {
    let set = settings.projects.get(project);
    let mut owners: Vec<&str> = set.into_iter().flat_map(|set| set.owners.iter().map(String::as_str)).collect();
    owners.extend(store.made(project).map(|made| made.owner.as_str()));
    let files = store.files_of(project);
    owners.extend(files.iter().min_by_key(|file| file.serial).and_then(|file| file.uploader.as_deref()));
    owners.sort_unstable();
    owners.dedup();
    let roles: Vec<Value> = owners.iter().map(|user| json!({"role": "Owner", "user": user})).collect();
    let organization = set.and_then(|set| set.organization.as_ref()).map(|organization| organization.name.as_str());
    json!({"roles": roles, "organization": organization})
}

/// What the form of an upload says of its release, in the form of metadata.
pub(super) fn of_form(form: &Form) -> Value {
    let fields = NAMES.iter().filter_map(|(field, name)| {
        let values: Vec<&str> = match field {
            Field::Description => form.raw(name).into_iter().collect(),
            _ => form.all(name).collect(),
        };
        (!values.is_empty()).then(|| (field.name().to_owned(), json!(values)))
    });
    Value::Object(fields.collect())
}

fn info(shown: &Shown<'_>, base: &str) -> Value {
    let file = shown.file;
    let raw = RawMetadata::parse(file.metadata.as_bytes());
    let said = |field: Field| file.info.as_ref().map(|info| info[field.name()].as_array());
    let many = |field: Field| match said(field) {
        Some(values) => values.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>(),
        None => raw.all(field.name()).filter(|value| !value.is_empty()).collect(),
    };
    let one = |field: Field| many(field).first().copied();
    let or_null = |values: Vec<&str>| {
        if values.is_empty() { Value::Null } else { json!(values) }
    };
    let body = Some(raw.body()).filter(|_| file.info.is_none());
    let description = one(Field::Description).or(body).unwrap_or_default();
    let project_urls: Map<String, Value> = many(Field::ProjectUrl)
        .into_iter()
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
        "yanked": shown.yanked.is_some(),
        "yanked_reason": shown.yanked.filter(|reason| !reason.is_empty()),
    })
}

fn url(shown: &Shown<'_>, base: &str) -> Value {
    let file: &Stored = shown.file;
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
        "yanked": yanked(shown) != json!(false),
        "yanked_reason": shown.yanked.filter(|reason| !reason.is_empty()),
    })
}
