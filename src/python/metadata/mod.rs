//! Core metadata: the `METADATA` of a wheel and the `PKG-INFO` of a source distribution.
//!
//! [`raw`] reads the file and loses nothing of it, this file says what its fields mean and what is
//! wrong with them, [`pypi`] what the index refuses on top. Follows "Core metadata specifications" of
//! packaging.python.org and, where that leaves room, `packaging.metadata`.

pub mod field;
pub mod pypi;
pub mod raw;
mod reader;
mod value;

use super::license::LicenseExpression;
use super::name::ProjectName;
use super::requirement::Requirement;
use super::specifier::SpecifierSet;
use super::version::Version;
pub use field::{Field, MetadataVersion};
pub use raw::{Header, RawMetadata};
use reader::Reader;
pub use value::{ContentType, ImportName, ProjectUrl};

/// One thing wrong with metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFault {
    /// The field in its canonical spelling, as written if it is unknown, empty for the file itself.
    pub field: String,
    /// The line of the file, counted from 1, where one is to blame.
    pub line: Option<usize>,
    /// A lowercase fragment, literals in backticks, no full stop.
    pub message: String,
}

/// Metadata whose fields all follow their rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// `Metadata-Version`
    pub metadata_version: MetadataVersion,
    /// `Name`
    pub name: ProjectName,
    /// `Version`
    pub version: Version,
    /// `Dynamic`, in lower case
    pub dynamic: Vec<String>,
    /// `Platform`
    pub platforms: Vec<String>,
    /// `Supported-Platform`
    pub supported_platforms: Vec<String>,
    /// `Summary`
    pub summary: Option<String>,
    /// `Description`, or what stands below the headers
    pub description: Option<String>,
    /// `Description-Content-Type`
    pub description_content_type: Option<ContentType>,
    /// `Keywords`, parted at commas
    pub keywords: Vec<String>,
    /// `Home-page`
    pub home_page: Option<String>,
    /// `Download-URL`
    pub download_url: Option<String>,
    /// `Author`
    pub author: Option<String>,
    /// `Author-email`
    pub author_email: Option<String>,
    /// `Maintainer`
    pub maintainer: Option<String>,
    /// `Maintainer-email`
    pub maintainer_email: Option<String>,
    /// `License`
    pub license: Option<String>,
    /// `License-Expression`
    pub license_expression: Option<LicenseExpression>,
    /// `License-File`
    pub license_files: Vec<String>,
    /// `Classifier`
    pub classifiers: Vec<String>,
    /// `Requires-Dist`
    pub requires_dist: Vec<Requirement>,
    /// `Requires-Python`
    pub requires_python: Option<SpecifierSet>,
    /// `Requires-External`
    pub requires_external: Vec<String>,
    /// `Project-URL`
    pub project_urls: Vec<ProjectUrl>,
    /// `Provides-Extra`
    pub provides_extra: Vec<ProjectName>,
    /// `Provides-Dist`
    pub provides_dist: Vec<Requirement>,
    /// `Obsoletes-Dist`
    pub obsoletes_dist: Vec<Requirement>,
    /// `Import-Name`; none if the field is missing, empty if it says that there is nothing to import
    pub import_names: Option<Vec<ImportName>>,
    /// `Import-Namespace`
    pub import_namespaces: Option<Vec<ImportName>>,
}

impl Metadata {
    /// Reads and validates a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the file and then of the fields.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<MetadataFault>> {
        Metadata::from_raw(&RawMetadata::parse(bytes))
    }

    /// Validates what was read.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the file and then of the fields.
    pub fn from_raw(raw: &RawMetadata) -> Result<Self, Vec<MetadataFault>> {
        let mut fields = Reader::new(raw);
        let metadata_version = fields.metadata_version();
        fields.check_headers(metadata_version);
        let name = fields.required(Field::Name);
        let version = fields.required(Field::Version);
        let dynamic = fields.dynamic();
        let platforms = fields.texts(Field::Platform);
        let supported_platforms = fields.texts(Field::SupportedPlatform);
        let summary = fields.summary();
        let description = fields.description();
        let description_content_type = fields.parsed(Field::DescriptionContentType);
        let keywords = fields.keywords();
        let home_page = fields.text(Field::HomePage);
        let download_url = fields.text(Field::DownloadUrl);
        let author = fields.text(Field::Author);
        let author_email = fields.text(Field::AuthorEmail);
        let maintainer = fields.text(Field::Maintainer);
        let maintainer_email = fields.text(Field::MaintainerEmail);
        let license = fields.text(Field::License);
        let license_expression = fields.parsed(Field::LicenseExpression);
        let license_files = fields.license_files();
        let classifiers = fields.texts(Field::Classifier);
        let requires_dist = fields.all(Field::RequiresDist);
        let requires_python = fields.parsed(Field::RequiresPython);
        let requires_external = fields.texts(Field::RequiresExternal);
        let project_urls = fields.project_urls();
        let provides_extra = fields.all(Field::ProvidesExtra);
        let provides_dist = fields.all(Field::ProvidesDist);
        let obsoletes_dist = fields.all(Field::ObsoletesDist);
        let import_names = fields.imports(Field::ImportName);
        let import_namespaces = fields.imports(Field::ImportNamespace);
        if license.is_some() && license_expression.is_some() {
            fields.fault(Field::License, None, "cannot stand beside `License-Expression`");
        }
        match (metadata_version, name, version) {
            (Some(metadata_version), Some(name), Some(version)) if fields.faults.is_empty() => Ok(Metadata {
                metadata_version,
                name,
                version,
                dynamic,
                platforms,
                supported_platforms,
                summary,
                description,
                description_content_type,
                keywords,
                home_page,
                download_url,
                author,
                author_email,
                maintainer,
                maintainer_email,
                license,
                license_expression,
                license_files,
                classifiers,
                requires_dist,
                requires_python,
                requires_external,
                project_urls,
                provides_extra,
                provides_dist,
                obsoletes_dist,
                import_names,
                import_namespaces,
            }),
            _ => Err(fields.faults),
        }
    }
}
