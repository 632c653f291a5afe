//! What the rules of `check/` find in a file, in the words that PyPI has for it.
//!
//! The rules are those of `release check`; where PyPI has no words of its own for one, it is told as a fault of the file,
//! with the code under which `release explain` explains it.

use super::refusal::Refusal;
use crate::archive::{Kind, Scan};
use crate::check::{Examined, Policy, upload_refusal};
use crate::index::words::Meaning;
use crate::python::filename::{self, SdistName, WheelName};
use crate::python::metadata::{Field, RawMetadata};
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::Finding;

/// What PyPI unpacks at most of each byte.
const RATIO: &str = "50";

/// Judges an archive, then its name against the form.
///
/// # Errors
/// What PyPI says of the first fault.
pub(super) fn judge(
    examined: &Examined,
    policy: &Policy,
    (name, version): (&ProjectName, &Version),
) -> Result<(), Refusal> {
    match upload_refusal(examined, policy) {
        Some(finding) => Err(told(&finding, examined, (name, version))),
        None => agrees(&examined.name, &examined.scan, (name, version)),
    }
}

fn told(finding: &Finding, examined: &Examined, project: (&ProjectName, &Version)) -> Refusal {
    let (file, scan) = (examined.name.as_str(), &examined.scan);
    let text = format!("{} [{}]", finding.message, finding.code);
    let dist_info = || file.parse::<WheelName>().map(|name| name.dist_info()).unwrap_or_default();
    match finding.code {
        "archive/not-zip" => Meaning::NoZip.into(),
        "archive/not-gzip" => Meaning::NoTar.into(),
        "archive/polyglot" => Meaning::TwoFormats.into(),
        "archive/compression" => Meaning::Compression.into(),
        "archive/bomb" | "check/zip-ratio" => Refusal::of(Meaning::Ratio, [RATIO]),
        code if code.starts_with("archive/") => match scan.kind {
            Kind::Wheel => Refusal::of(Meaning::ZipFraming, [&text]),
            _ => Refusal::of(Meaning::TarMembers, [&text]),
        },
        "check/filename" => by_name(file, scan.kind, project).unwrap_or_else(|| Refusal::of(Meaning::Content, [&text])),
        "check/platform-tag" => {
            let tags = file.parse::<WheelName>().map(|name| name.tags().platforms().to_vec()).unwrap_or_default();
            let refused = tags.iter().find(|tag| !crate::python::tag::pypi_accepts_platform(tag));
            Refusal::of(Meaning::Platform, [file, refused.map_or("", String::as_str)])
        }
        "check/dist-info" => Refusal::of(Meaning::NoWheelFile, [&format!("{}/WHEEL", dist_info())]),
        "check/wheel-file" if !scan.kept.contains_key(&format!("{}/WHEEL", dist_info())) => {
            Refusal::of(Meaning::NoWheelFile, [&format!("{}/WHEEL", dist_info())])
        }
        "check/record-missing" => Refusal::of(Meaning::Record, [file, &format!("{}/RECORD", dist_info())]),
        "check/metadata-missing" => Refusal::of(Meaning::MetadataFile, [file, &format!("{}/METADATA", dist_info())]),
        "check/entry-point" => Refusal::of(Meaning::EntryPoints, [file]),
        "check/layout" => layout(file, scan, &text),
        "check/license-file" => license(file, scan, &text),
        _ => Refusal::of(Meaning::Content, [&text]),
    }
}

/// What is wrong with a name that `check/filename` does not take; nothing where PyPI takes it.
fn by_name(file: &str, kind: Kind, (name, version): (&ProjectName, &Version)) -> Option<Refusal> {
    if file.len() > 255 - ".metadata".len() {
        return Some(Refusal::of(Meaning::FileNameLong, [file]));
    }
    match kind {
        Kind::Wheel => match file.parse::<WheelName>() {
            Err(_) if file.trim_end_matches(".whl").split('-').count() < 2 => Some(Meaning::WheelNameParts.into()),
            Err(error) => Some(Refusal::of(Meaning::WheelNameInvalid, [&format!(": {error}")])),
            Ok(parsed) => {
                let written = file.split('-').next().unwrap_or_default();
                if written != name.file_part() {
                    return Some(Refusal::of(Meaning::WheelName, [file, &name.file_part(), written]));
                }
                let (told, written) = (version.to_string(), file.split('-').nth(1).unwrap_or_default());
                (parsed.version() != version || told != written)
                    .then(|| Refusal::of(Meaning::WheelVersion, [&told, written]))
            }
        },
        _ => match file.parse::<SdistName>() {
            Err(error) => Some(Refusal::of(Meaning::SdistNameInvalid, [&error.to_string()])),
            Ok(_) => {
                let expected = SdistName::expected(name, version).to_string();
                (file != expected).then(|| Refusal::of(Meaning::SdistName, [file, &expected]))
            }
        },
    }
}

fn layout(file: &str, scan: &Scan, text: &str) -> Refusal {
    let mut tops: Vec<&str> = scan.members.iter().filter_map(|member| member.name.split('/').next()).collect();
    tops.sort_unstable();
    tops.dedup();
    let expected = file.trim_end_matches(".tar.gz");
    if tops.len() != 1 {
        return Meaning::TopLevel.into();
    }
    if tops != [expected] || !scan.kept.contains_key(&format!("{expected}/PKG-INFO")) {
        return Refusal::of(Meaning::NoPkgInfo, [&format!("{expected}/PKG-INFO")]);
    }
    Refusal::of(Meaning::Content, [text])
}

/// A licence file that the metadata name and that is not in the archive.
fn license(file: &str, scan: &Scan, text: &str) -> Refusal {
    let folder = match file.parse::<WheelName>() {
        Ok(name) => format!("{}/licenses/", name.dist_info()),
        Err(_) => format!("{}/", file.trim_end_matches(".tar.gz")),
    };
    let found = metadata(scan).and_then(|bytes| {
        let raw = RawMetadata::parse(bytes);
        let mut named = raw.all(Field::LicenseFile.name());
        let there = |path: &str| scan.members.iter().any(|member| member.name == path);
        named.find(|path| !there(&format!("{folder}{path}"))).map(str::to_owned)
    });
    match found {
        Some(path) => Refusal::of(Meaning::LicenseFile, [&path, file, &format!("{folder}{path}")]),
        None => Refusal::of(Meaning::Content, [text]),
    }
}

/// METADATA of a wheel, PKG-INFO of an sdist.
pub(super) fn metadata(scan: &Scan) -> Option<&[u8]> {
    let kept = if scan.kind == Kind::Wheel { "METADATA" } else { "PKG-INFO" };
    let found = scan.kept.iter().find(|(path, _)| path.split_once('/').is_some_and(|(_, file)| file == kept));
    found.map(|(_, bytes)| bytes.as_slice())
}

/// The file must be of the project and version that the form names.
fn agrees(file: &str, scan: &Scan, (name, version): (&ProjectName, &Version)) -> Result<(), Refusal> {
    let agrees = filename::project_and_version(file).is_some_and(|(known, of)| known == *name && of == *version);
    let is_expected = scan.kind == Kind::Wheel || file == SdistName::expected(name, version).to_string();
    if agrees && is_expected {
        return Ok(());
    }
    match by_name(file, scan.kind, (name, version)) {
        Some(refusal) => Err(refusal),
        None => Ok(()),
    }
}
