//! Reading the fields of metadata one by one while collecting what is wrong with them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use super::MetadataFault;
use super::field::{Field, MetadataVersion};
use super::raw::{Header, RawMetadata};
use super::value::{ImportName, ProjectUrl, has_line_break, license_file_fault};
use crate::python::error::shown;

pub(super) struct Reader<'a> {
    raw: &'a RawMetadata,
    pub(super) faults: Vec<MetadataFault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(raw: &'a RawMetadata) -> Self {
        Reader { raw, faults: raw.faults().to_vec() }
    }

    pub(super) fn fault(&mut self, field: Field, header: Option<&Header>, message: impl Display) {
        self.faults.push(MetadataFault {
            field: field.name().to_owned(),
            line: header.map(|header| header.line),
            message: format!("`{field}` {message}"),
        });
    }

    fn one(&self, field: Field) -> Option<&'a Header> {
        self.raw.entries(field.name()).next()
    }

    pub(super) fn text(&self, field: Field) -> Option<String> {
        self.one(field).map(|header| header.value.clone())
    }

    pub(super) fn texts(&self, field: Field) -> Vec<String> {
        self.raw.all(field.name()).map(str::to_owned).collect()
    }

    pub(super) fn metadata_version(&mut self) -> Option<MetadataVersion> {
        let Some(header) = self.one(Field::MetadataVersion) else {
            self.fault(Field::MetadataVersion, None, "is missing");
            return None;
        };
        let version = MetadataVersion::parse(&header.value);
        if version.is_none() {
            let message = format!("is `{}`, which is no version of the format", shown(&header.value));
            self.fault(Field::MetadataVersion, Some(header), message);
        }
        version
    }

    /// Fields that are unknown, newer than the format, or given too often.
    pub(super) fn check_headers(&mut self, version: Option<MetadataVersion>) {
        let mut seen = BTreeSet::new();
        for header in self.raw.headers() {
            let Some(field) = Field::parse(&header.name) else {
                self.faults.push(MetadataFault {
                    field: shown(&header.name),
                    line: Some(header.line),
                    message: format!("`{}` is no field of core metadata", shown(&header.name)),
                });
                continue;
            };
            let first = seen.insert(field.name());
            if !first && !field.is_repeated() {
                self.fault(field, Some(header), "is given more than once");
            }
            if let Some(version) = version.filter(|&version| first && version < field.added()) {
                let message = format!("came with metadata {}, and this is {version}", field.added());
                self.fault(field, Some(header), message);
            }
        }
    }

    pub(super) fn required<T: FromStr<Err: Display>>(&mut self, field: Field) -> Option<T> {
        match self.one(field) {
            Some(header) if !header.value.is_empty() => self.value(field, header),
            header => {
                self.fault(field, header, "is missing");
                None
            }
        }
    }

    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, field: Field) -> Option<T> {
        self.one(field).and_then(|header| self.value(field, header))
    }

    pub(super) fn all<T: FromStr<Err: Display>>(&mut self, field: Field) -> Vec<T> {
        let raw = self.raw;
        raw.entries(field.name()).filter_map(|header| self.value(field, header)).collect()
    }

    fn value<T: FromStr<Err: Display>>(&mut self, field: Field, header: &Header) -> Option<T> {
        match header.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(field, Some(header), format!("is refused: {error}"));
                None
            }
        }
    }

    pub(super) fn summary(&mut self) -> Option<String> {
        let header = self.one(Field::Summary)?;
        if has_line_break(&header.value) {
            self.fault(Field::Summary, Some(header), "must be one line");
        }
        Some(header.value.clone())
    }

    pub(super) fn description(&mut self) -> Option<String> {
        let body = Some(self.raw.body()).filter(|body| !body.is_empty());
        let header = self.one(Field::Description);
        if let (Some(header), Some(_)) = (header, body) {
            self.fault(Field::Description, Some(header), "is given both as a header and below the headers");
        }
        body.map(str::to_owned).or_else(|| header.map(|header| header.value.clone()))
    }

    pub(super) fn keywords(&self) -> Vec<String> {
        let keywords = self.one(Field::Keywords).map_or("", |header| &header.value);
        let keywords = keywords.split(',').map(str::trim);
        keywords.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    pub(super) fn dynamic(&mut self) -> Vec<String> {
        let mut dynamic = Vec::new();
        for header in self.raw.entries(Field::Dynamic.name()) {
            let value = shown(&header.value);
            match Field::parse(&header.value) {
                Some(Field::Name | Field::Version | Field::MetadataVersion) => {
                    self.fault(Field::Dynamic, Some(header), format!("names `{value}`, which cannot be dynamic"));
                }
                Some(_) => dynamic.push(header.value.to_ascii_lowercase()),
                None => {
                    self.fault(Field::Dynamic, Some(header), format!("names `{value}`, which is no field"));
                }
            }
        }
        dynamic
    }

    pub(super) fn license_files(&mut self) -> Vec<String> {
        for header in self.raw.entries(Field::LicenseFile.name()) {
            if let Some(reason) = license_file_fault(&header.value) {
                let message = format!("has the path `{}`: {reason}", shown(&header.value));
                self.fault(Field::LicenseFile, Some(header), message);
            }
        }
        self.texts(Field::LicenseFile)
    }

    pub(super) fn project_urls(&mut self) -> Vec<ProjectUrl> {
        let mut seen = BTreeSet::new();
        let mut urls = Vec::new();
        for header in self.raw.entries(Field::ProjectUrl.name()) {
            let (label, url) = header.value.split_once(',').unwrap_or((&header.value, ""));
            let (label, url) = (label.trim(), url.trim());
            if !seen.insert(label) {
                let message = format!("has the label `{}` more than once", shown(label));
                self.fault(Field::ProjectUrl, Some(header), message);
            }
            urls.push(ProjectUrl { label: label.to_owned(), url: url.to_owned() });
        }
        urls
    }

    pub(super) fn imports(&mut self, field: Field) -> Option<Vec<ImportName>> {
        let headers: Vec<&Header> = self.raw.entries(field.name()).collect();
        match &headers[..] {
            [] => None,
            // One empty name says that there is nothing to import.
            [only] if only.value.is_empty() && field == Field::ImportName => Some(Vec::new()),
            _ => Some(self.all(field)),
        }
    }
}
