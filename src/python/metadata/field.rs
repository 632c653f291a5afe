//! The fields of core metadata and the version that brought each.
//!
//! Follows "Core metadata specifications" of packaging.python.org up to 2.6 (PEP 808).

use std::fmt;

/// A version of the core metadata format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetadataVersion {
    /// 1.0
    V1_0,
    /// 1.1
    V1_1,
    /// 1.2
    V1_2,
    /// 2.1
    V2_1,
    /// 2.2
    V2_2,
    /// 2.3
    V2_3,
    /// 2.4
    V2_4,
    /// 2.5
    V2_5,
    /// 2.6
    V2_6,
}

const VERSIONS: [(MetadataVersion, &str); 9] = [
    (MetadataVersion::V1_0, "1.0"),
    (MetadataVersion::V1_1, "1.1"),
    (MetadataVersion::V1_2, "1.2"),
    (MetadataVersion::V2_1, "2.1"),
    (MetadataVersion::V2_2, "2.2"),
    (MetadataVersion::V2_3, "2.3"),
    (MetadataVersion::V2_4, "2.4"),
    (MetadataVersion::V2_5, "2.5"),
    (MetadataVersion::V2_6, "2.6"),
];

impl MetadataVersion {
    /// The version of this spelling; 2.0 was withdrawn and is none.
    pub fn parse(text: &str) -> Option<Self> {
        let entry = VERSIONS.iter().find(|(_, spelling)| *spelling == text);
        entry.map(|(version, _)| *version)
    }

    /// As it is written.
    pub fn text(self) -> &'static str {
        let entry = VERSIONS.iter().find(|(version, _)| *version == self);
        entry.map_or("", |(_, spelling)| spelling)
    }
}

impl fmt::Display for MetadataVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A field of core metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `Metadata-Version`
    MetadataVersion,
    /// `Name`
    Name,
    /// `Version`
    Version,
    /// `Dynamic`
    Dynamic,
    /// `Platform`
    Platform,
    /// `Supported-Platform`
    SupportedPlatform,
    /// `Summary`
    Summary,
    /// `Description`
    Description,
    /// `Description-Content-Type`
    DescriptionContentType,
    /// `Keywords`
    Keywords,
    /// `Home-page`
    HomePage,
    /// `Download-URL`
    DownloadUrl,
    /// `Author`
    Author,
    /// `Author-email`
    AuthorEmail,
    /// `Maintainer`
    Maintainer,
    /// `Maintainer-email`
    MaintainerEmail,
    /// `License`
    License,
    /// `License-Expression`
    LicenseExpression,
    /// `License-File`
    LicenseFile,
    /// `Classifier`
    Classifier,
    /// `Requires-Dist`
    RequiresDist,
    /// `Requires-Python`
    RequiresPython,
    /// `Requires-External`
    RequiresExternal,
    /// `Project-URL`
    ProjectUrl,
    /// `Provides-Extra`
    ProvidesExtra,
    /// `Provides-Dist`
    ProvidesDist,
    /// `Obsoletes-Dist`
    ObsoletesDist,
    /// `Import-Name`
    ImportName,
    /// `Import-Namespace`
    ImportNamespace,
    /// `Requires`
    Requires,
    /// `Provides`
    Provides,
    /// `Obsoletes`
    Obsoletes,
}

/// How often a field may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    One,
    Many,
}

const FIELDS: [(Field, &str, MetadataVersion, Times); 32] = [
    (Field::MetadataVersion, "Metadata-Version", MetadataVersion::V1_0, Times::One),
    (Field::Name, "Name", MetadataVersion::V1_0, Times::One),
    (Field::Version, "Version", MetadataVersion::V1_0, Times::One),
    (Field::Dynamic, "Dynamic", MetadataVersion::V2_2, Times::Many),
    (Field::Platform, "Platform", MetadataVersion::V1_0, Times::Many),
    (Field::SupportedPlatform, "Supported-Platform", MetadataVersion::V1_1, Times::Many),
    (Field::Summary, "Summary", MetadataVersion::V1_0, Times::One),
    (Field::Description, "Description", MetadataVersion::V1_0, Times::One),
    (Field::DescriptionContentType, "Description-Content-Type", MetadataVersion::V2_1, Times::One),
    (Field::Keywords, "Keywords", MetadataVersion::V1_0, Times::One),
    (Field::HomePage, "Home-page", MetadataVersion::V1_0, Times::One),
    (Field::DownloadUrl, "Download-URL", MetadataVersion::V1_1, Times::One),
    (Field::Author, "Author", MetadataVersion::V1_0, Times::One),
    (Field::AuthorEmail, "Author-email", MetadataVersion::V1_0, Times::One),
    (Field::Maintainer, "Maintainer", MetadataVersion::V1_2, Times::One),
    (Field::MaintainerEmail, "Maintainer-email", MetadataVersion::V1_2, Times::One),
    (Field::License, "License", MetadataVersion::V1_0, Times::One),
    (Field::LicenseExpression, "License-Expression", MetadataVersion::V2_4, Times::One),
    (Field::LicenseFile, "License-File", MetadataVersion::V2_4, Times::Many),
    (Field::Classifier, "Classifier", MetadataVersion::V1_1, Times::Many),
    (Field::RequiresDist, "Requires-Dist", MetadataVersion::V1_2, Times::Many),
    (Field::RequiresPython, "Requires-Python", MetadataVersion::V1_2, Times::One),
    (Field::RequiresExternal, "Requires-External", MetadataVersion::V1_2, Times::Many),
    (Field::ProjectUrl, "Project-URL", MetadataVersion::V1_2, Times::Many),
    (Field::ProvidesExtra, "Provides-Extra", MetadataVersion::V2_1, Times::Many),
    (Field::ProvidesDist, "Provides-Dist", MetadataVersion::V1_2, Times::Many),
    (Field::ObsoletesDist, "Obsoletes-Dist", MetadataVersion::V1_2, Times::Many),
    (Field::ImportName, "Import-Name", MetadataVersion::V2_5, Times::Many),
    (Field::ImportNamespace, "Import-Namespace", MetadataVersion::V2_5, Times::Many),
    (Field::Requires, "Requires", MetadataVersion::V1_1, Times::Many),
    (Field::Provides, "Provides", MetadataVersion::V1_1, Times::Many),
    (Field::Obsoletes, "Obsoletes", MetadataVersion::V1_1, Times::Many),
];

impl Field {
    /// The field of this name, which is compared without case.
    pub fn parse(name: &str) -> Option<Self> {
        let mut fields = FIELDS.iter();
        let entry = fields.find(|(_, spelling, ..)| spelling.eq_ignore_ascii_case(name));
        entry.map(|(field, ..)| *field)
    }

    /// The name in its canonical spelling.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// The version of the format that brought it.
    pub fn added(self) -> MetadataVersion {
        self.entry().2
    }

    /// Whether it may stand more than once.
    pub fn is_repeated(self) -> bool {
        self.entry().3 == Times::Many
    }

    fn entry(self) -> &'static (Field, &'static str, MetadataVersion, Times) {
        let entry = FIELDS.iter().find(|(field, ..)| *field == self);
        entry.expect("every field is in the table")
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
