//! The metadata of the form, judged as PyPI judges them: first by the specification, then by its own rules.
//!
//! Follows packaging `metadata.py` and warehouse `forklift/metadata.py` as of 2026-08-21. PyPI judges the form and not the
//! archive; what the archive says is judged by `check/` afterwards. Of several faults it says one: of the first three fields
//! in their order, then of the others by name.

use std::collections::BTreeSet;

use super::form::Form;
use super::refusal::Refusal;
use crate::index::form::NAMES;
use crate::index::words::Meaning;
use crate::python::classifiers::{Standing, standing};
use crate::python::license::LicenseExpression;
use crate::python::metadata::pypi::{MAX_LABEL, MAX_SUMMARY, PYPI_NEWEST, address_refusal, is_url};
use crate::python::metadata::{ContentType, Field, ImportName, MetadataVersion};
use crate::python::name::ProjectName;
use crate::python::requirement::Requirement;
use crate::python::spdx;
use crate::python::specifier::SpecifierSet;
use crate::python::version::Version;

/// What everything else needs of the metadata.
pub(super) struct Judged {
    pub(super) name: ProjectName,
    pub(super) version: Version,
}

/// Faults by the name of their field in metadata, in lower case.
struct Faults<'f> {
    form: &'f Form,
    found: Vec<(String, Refusal)>,
}

/// Judges the metadata of a form.
///
/// # Errors
/// What PyPI says of the worst fault.
pub(super) fn judge(form: &Form) -> Result<Judged, Refusal> {
    let mut faults = Faults { form, found: Vec::new() };
    faults.times();
    faults.first()?;
    let version = faults.metadata_version();
    let judged = faults.subject();
    faults.ages(version);
    faults.texts();
    faults.values();
    faults.dynamic();
    faults.first()?;
    faults.rules();
    faults.requirements();
    faults.urls();
    faults.people();
    faults.first()?;
    judged.ok_or_else(|| Refusal::of(Meaning::Required, ["name"]))
}

impl Faults<'_> {
    fn add<const N: usize>(&mut self, field: Field, meaning: Meaning, values: [&str; N]) {
        self.found.push((field.name().to_ascii_lowercase(), Refusal::of(meaning, values)));
    }

    fn invalid(&mut self, field: Field, value: &str) {
        self.add(field, Meaning::Invalid, [value, &field.name().to_ascii_lowercase()]);
    }

    fn one(&self, field: Field) -> Option<String> {
        self.form.get(in_form(field)).map(str::to_owned)
    }

    fn many(&self, field: Field) -> Vec<String> {
        self.form.all(in_form(field)).map(str::to_owned).collect()
    }

    /// The fault that is told, if there is one.
    fn first(&mut self) -> Result<(), Refusal> {
        let rank = |field: &str| ["metadata-version", "name", "version"].iter().position(|first| *first == field);
        self.found.sort_by_key(|(field, _)| (rank(field).unwrap_or(usize::MAX), field.clone()));
        match self.found.drain(..).next() {
            None => Ok(()),
            Some((_, refusal)) => Err(refusal),
        }
    }

    fn times(&mut self) {
        for (field, name) in NAMES {
            if !field.is_repeated() && self.form.all(name).nth(1).is_some() {
                self.add(field, Meaning::InvalidData, [name]);
            }
        }
    }

    fn metadata_version(&mut self) -> Option<MetadataVersion> {
        let Some(text) = self.one(Field::MetadataVersion) else {
            self.add(Field::MetadataVersion, Meaning::Required, ["metadata-version"]);
            return None;
        };
        let version = MetadataVersion::parse(&text).filter(|version| *version <= PYPI_NEWEST);
        if version.is_none() {
            self.add(Field::MetadataVersion, Meaning::MetadataVersion, [&text]);
        }
        version
    }

    fn subject(&mut self) -> Option<Judged> {
        let name = match self.one(Field::Name) {
            None => {
                self.add(Field::Name, Meaning::Required, ["name"]);
                None
            }
            Some(text) => {
                let name = text.parse().ok();
                if name.is_none() {
                    self.invalid(Field::Name, &text);
                }
                name
            }
        };
        let version = match self.one(Field::Version) {
            None => {
                self.add(Field::Version, Meaning::Required, ["version"]);
                None
            }
            Some(text) => {
                let version = text.parse().ok();
                if version.is_none() {
                    self.invalid(Field::Version, &text);
                }
                version
            }
        };
        Some(Judged { name: name?, version: version? })
    }

    /// Fields that are younger than the version of the metadata.
    fn ages(&mut self, version: Option<MetadataVersion>) {
        let Some(version) = version else { return };
        for (field, name) in NAMES {
            if field.added() > version && self.form.get(name).is_some() {
                let told = field.name().to_ascii_lowercase();
                self.add(field, Meaning::TooEarly, [&told, field.added().text(), version.text()]);
            }
        }
    }

    fn texts(&mut self) {
        if self.one(Field::Summary).is_some_and(|summary| summary.contains(['\n', '\r'])) {
            self.add(Field::Summary, Meaning::SeveralLines, ["summary"]);
        }
        let Some(text) = self.one(Field::DescriptionContentType) else { return };
        let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !["text/plain", "text/x-rst", "text/markdown"].contains(&kind.as_str()) {
            const KINDS: &str = "['text/plain', 'text/x-rst', 'text/markdown']";
            self.add(Field::DescriptionContentType, Meaning::NotAmong, ["description-content-type", KINDS, &text]);
        } else if text.parse::<ContentType>().is_err() {
            self.invalid(Field::DescriptionContentType, &text);
        }
    }

    /// Values with a grammar of their own.
    fn values(&mut self) {
        if let Some(text) = self.one(Field::RequiresPython).filter(|text| text.parse::<SpecifierSet>().is_err()) {
            self.invalid(Field::RequiresPython, &text);
        }
        if let Some(text) = self.one(Field::LicenseExpression) {
            let parsed = text.parse::<LicenseExpression>();
            if parsed.is_err() || parsed.is_ok_and(|expression| spdx::canonical(&expression).is_err()) {
                self.invalid(Field::LicenseExpression, &text);
            }
            if self.one(Field::License).is_some() {
                self.add(Field::License, Meaning::TwoLicenses, []);
            }
        }
        for text in self.many(Field::RequiresDist) {
            if text.parse::<Requirement>().is_err() {
                self.invalid(Field::RequiresDist, &text);
            }
        }
        for text in self.many(Field::ProvidesExtra) {
            if text.parse::<ProjectName>().is_err() {
                self.invalid(Field::ProvidesExtra, &text);
            }
        }
        for field in [Field::ImportName, Field::ImportNamespace] {
            for text in self.many(field) {
                if text.parse::<ImportName>().is_err() {
                    self.invalid(field, &text);
                }
            }
        }
        for text in self.many(Field::LicenseFile) {
            if text.contains("..") || text.contains(['*', '\\']) || text.starts_with('/') {
                self.invalid(Field::LicenseFile, &text);
            }
        }
    }

    fn dynamic(&mut self) {
        for text in self.many(Field::Dynamic) {
            let lower = text.to_ascii_lowercase();
            if ["name", "version", "metadata-version"].contains(&lower.as_str()) {
                self.add(Field::Dynamic, Meaning::NeverDynamic, [&text]);
            } else if Field::parse(&lower).is_none() {
                self.add(Field::Dynamic, Meaning::Dynamic, [&text]);
            }
        }
    }

    /// PyPI's own rules for plain fields.
    fn rules(&mut self) {
        if let Some(version) =
            self.one(Field::Version).filter(|text| text.parse::<Version>().is_ok_and(|v| v.is_local()))
        {
            self.add(Field::Version, Meaning::LocalVersion, [&version]);
        }
        if self.one(Field::Summary).is_some_and(|summary| summary.chars().count() > MAX_SUMMARY) {
            self.add(Field::Summary, Meaning::TooLong, ["summary", &MAX_SUMMARY.to_string()]);
        }
        let classifiers: BTreeSet<String> = self.many(Field::Classifier).into_iter().collect();
        for (meaning, is_meant) in [(Meaning::Classifier, true), (Meaning::ClassifierDeprecated, false)] {
            for classifier in &classifiers {
                match standing(classifier) {
                    Standing::Unknown if is_meant => self.add(Field::Classifier, meaning, [classifier]),
                    Standing::Deprecated(_) if !is_meant => self.add(Field::Classifier, meaning, [classifier]),
                    _ => {}
                }
            }
        }
    }

    fn requirements(&mut self) {
        for field in [Field::RequiresDist, Field::ProvidesDist, Field::ObsoletesDist] {
            for text in self.many(field) {
                match text.parse::<Requirement>() {
                    Ok(requirement) if requirement.url.is_some() => {
                        self.add(field, Meaning::DirectDependency, [&requirement.to_string()]);
                    }
                    Err(error) if field != Field::RequiresDist => {
                        self.add(field, Meaning::Requirement, [&text, &error.to_string()]);
                    }
                    _ => {}
                }
            }
        }
    }

    fn urls(&mut self) {
        for field in [Field::HomePage, Field::DownloadUrl] {
            if let Some(url) = self.one(field).filter(|url| !is_url(url)) {
                self.add(field, Meaning::Url, [&url]);
            }
        }
        for entry in self.many(Field::ProjectUrl) {
            let (label, url) = entry.split_once(',').unwrap_or((&entry, ""));
            let (label, url) = (label.trim(), url.trim());
            let field = Field::ProjectUrl;
            if label.is_empty() {
                self.add(field, Meaning::UrlLabel, []);
            } else if label.chars().count() > MAX_LABEL {
                self.add(field, Meaning::UrlLabelLong, [label]);
            } else if url.is_empty() {
                self.add(field, Meaning::UrlMissing, []);
            } else if !is_url(url) {
                self.add(field, Meaning::Url, [url]);
            }
        }
    }

    fn people(&mut self) {
        for field in [Field::AuthorEmail, Field::MaintainerEmail] {
            if let Some((address, reason)) = self.one(field).and_then(|people| address_refusal(&people)) {
                self.add(field, Meaning::Address, [&address, reason]);
            }
        }
    }
}

/// The name of a field in the form.
fn in_form(field: Field) -> &'static str {
    let found = NAMES.iter().find(|(known, _)| *known == field);
    found.map(|(_, name)| *name).expect("every field of metadata has a name in the form")
}
