//! The fields of the upload form, from the metadata in the archive. Pure.
//!
//! Follows PyPI's legacy upload protocol (warehouse `forklift/forms.py`): one name a field, of which the
//! singular `platform`, `license_file` and `import_name` are easily got wrong, and unknown ones are
//! ignored without a word.

use crate::archive::{Kind, Sha256};
use crate::effects::http::Field;
use crate::python::filename::WheelName;
use crate::python::metadata::{Field as Key, MetadataVersion, RawMetadata};

/// The name in the form of each field that may be sent; the description stands in the body, too.
pub(super) const NAMES: [(Key, &str); 32] = [
    (Key::MetadataVersion, "metadata_version"),
    (Key::Name, "name"),
    (Key::Version, "version"),
    (Key::Dynamic, "dynamic"),
    (Key::Platform, "platform"),
    (Key::SupportedPlatform, "supported_platform"),
    (Key::Summary, "summary"),
    (Key::Description, "description"),
    (Key::DescriptionContentType, "description_content_type"),
    (Key::Keywords, "keywords"),
    (Key::HomePage, "home_page"),
    (Key::DownloadUrl, "download_url"),
    (Key::Author, "author"),
    (Key::AuthorEmail, "author_email"),
    (Key::Maintainer, "maintainer"),
    (Key::MaintainerEmail, "maintainer_email"),
    (Key::License, "license"),
    (Key::LicenseExpression, "license_expression"),
    (Key::LicenseFile, "license_file"),
    (Key::Classifier, "classifiers"),
    (Key::RequiresDist, "requires_dist"),
    (Key::RequiresPython, "requires_python"),
    (Key::RequiresExternal, "requires_external"),
    (Key::ProjectUrl, "project_urls"),
    (Key::ProvidesExtra, "provides_extra"),
    (Key::ProvidesDist, "provides_dist"),
    (Key::ObsoletesDist, "obsoletes_dist"),
    (Key::ImportName, "import_name"),
    (Key::ImportNamespace, "import_namespace"),
    (Key::Requires, "requires"),
    (Key::Provides, "provides"),
    (Key::Obsoletes, "obsoletes"),
];

/// The fields for a file with this digest and this metadata (the bytes of METADATA or PKG-INFO).
pub fn fields(file_name: &str, sha256: Sha256, metadata: &[u8]) -> Vec<Field> {
    let raw = RawMetadata::parse(metadata);
    let (filetype, pyversion) = match Kind::of(file_name) {
        Kind::Wheel => ("bdist_wheel", pythons(file_name)),
        Kind::Sdist | Kind::Other => ("sdist", "source".to_owned()),
    };
    let mut fields = Vec::new();
    let mut push = |name: &'static str, value: String| fields.push(Field { name, value });
    push(":action", "file_upload".to_owned());
    push("protocol_version", "1".to_owned());
    push("filetype", filetype.to_owned());
    push("pyversion", pyversion);
    push("sha256_digest", sha256.to_string());
    let version = raw.first(Key::MetadataVersion.name()).and_then(MetadataVersion::parse);
    let early = version.is_none_or(|version| version < Key::LicenseFile.added());
    for (key, name) in NAMES {
        // Backends wrote it before the specification had it, and PyPI refuses it there.
        if key == Key::LicenseFile && early {
            continue;
        }
        for value in raw.all(key.name()).filter(|value| !value.is_empty()) {
            push(name, value.to_owned());
            if !key.is_repeated() {
                break;
            }
        }
    }
    if raw.first(Key::Description.name()).is_none() && !raw.body().trim().is_empty() {
        push("description", raw.body().to_owned());
    }
    fields
}

/// The Python tags of a wheel as its name has them.
fn pythons(file_name: &str) -> String {
    file_name.parse::<WheelName>().map(|name| name.tags().pythons().join(".")).unwrap_or_default()
}
