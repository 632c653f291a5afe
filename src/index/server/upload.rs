//! Uploads: PyPI's checks in PyPI's order, with its words where it has some, then the rules of `check/`.
//!
//! Follows warehouse `forklift/legacy.py` as of 2026-08-21. Left out: what depends on accounts, and
//! attestations.

use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};

use super::form::{Content, Form};
use super::store::{Standing, Store, Stored};
use super::{Server, reply};
use crate::archive::{Blake2b256, Kind, Limits, Scan, Sha256};
use crate::check::{self, Examined, Policy};
use crate::effects::listen::{Answered, Asked};
use crate::python::filename::{SdistName, WheelName};
use crate::python::metadata::{MetadataVersion, RawMetadata};
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// A refusal: status and text.
type Refusal = (u16, String);

/// How long a release takes new files.
const OPEN_DAYS: i64 = 14;

fn bad(text: impl Into<String>) -> Refusal {
    (400, text.into())
}

impl Server {
    /// Takes a file, or says why not.
    pub(super) fn upload(&self, asked: &Asked) -> Answered {
        match self.take(asked) {
            Ok(()) => reply::bytes("text/plain; charset=UTF-8", Vec::new()),
            Err((status, text)) => reply::problem(asked, status, &text),
        }
    }

    fn take(&self, asked: &Asked) -> Result<(), Refusal> {
        let scope = self.tokens.scope(asked).map_err(|text| (403, text.to_owned()))?;
        let Some(body) = &asked.body else {
            return Err((413, "The request is too large.".to_owned()));
        };
        let form = Form::read(asked, body).map_err(bad)?;
        let subject = Subject::of(&form)?;
        if !scope.allows(&subject.name) {
            let text = format!(
                "Invalid API Token: project-scoped token is not valid for project: '{}'",
                subject.name.normalized()
            );
            return Err((403, text));
        }
        let file = &subject.content.file_name;
        file_name(subject.content)?;
        let bytes = &subject.content.bytes;
        digests(&form, bytes)?;
        let digest = Blake2b256::of(bytes);
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        if is_there(&store, file, &digest)? {
            return Ok(());
        }
        is_open(&store, &subject, self.clock.now())?;
        drop(store);
        let examined = check::examine(file, &mut bytes.as_ref(), &Limits::default());
        judge(&examined, &self.policy)?;
        subject.agrees_with(&examined.scan)?;
        let stored = subject.record(&examined.scan, digest, self.clock.now())?;
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        // Another upload of this name may have come first.
        if is_there(&store, file, &digest)? {
            return Ok(());
        }
        is_open(&store, &subject, self.clock.now())?;
        store.add(stored, bytes).map_err(|_| (500, "The file cannot be stored.".to_owned()))
    }
}

/// What a form is about.
struct Subject<'f> {
    name: ProjectName,
    version: Version,
    content: &'f Content,
}

impl<'f> Subject<'f> {
    fn of(form: &'f Form) -> Result<Self, Refusal> {
        match form.get(":action") {
            Some("file_upload") => {}
            Some("submit" | "submit_pkg_info" | "doc_upload") => {
                return Err((410, "This action is gone: upload the file itself.".to_owned()));
            }
            _ => return Err(bad("Invalid request: the action must be file_upload.")),
        }
        if form.get("protocol_version").is_some_and(|version| version != "1") {
            return Err(bad("Unknown protocol version."));
        }
        let required = |field: &str| {
            form.get(field).ok_or_else(|| bad(format!("Invalid value for {field}. Error: This field is required.")))
        };
        let version = required("metadata_version")?;
        if MetadataVersion::parse(version).is_none() {
            return Err(invalid(version, "metadata-version"));
        }
        let name = required("name")?;
        let name = name.parse::<ProjectName>().map_err(|_| invalid(name, "name"))?;
        let version = required("version")?;
        let version = version.parse::<Version>().map_err(|_| invalid(version, "version"))?;
        if version.is_local() {
            return Err(bad(format!("The use of local versions in '{version}' is not allowed.")));
        }
        match (required("filetype")?, form.get("pyversion")) {
            ("sdist", Some("source")) | ("bdist_wheel", Some(_)) => {}
            ("sdist", _) => return Err(bad("Error: Use 'source' as Python version for an sdist.")),
            ("bdist_wheel", None) => {
                return Err(bad("Error: Python version is required for binary distribution uploads."));
            }
            _ => return Err(bad("Invalid value for filetype. Error: Use a known file type.")),
        }
        if ["sha256_digest", "blake2_256_digest", "md5_digest"].iter().all(|field| form.get(field).is_none()) {
            return Err(bad("Error: Include at least one message digest."));
        }
        let content = form.content.as_ref();
        let content = content.ok_or_else(|| bad("Upload payload does not have a file."))?;
        let wheel = form.get("filetype") == Some("bdist_wheel");
        if wheel != (Kind::of(&content.file_name) == Kind::Wheel) {
            return Err(bad("Invalid value for filetype. Error: It does not fit the name of the file."));
        }
        Ok(Subject { name, version, content })
    }

    /// The file and its metadata must be of the project and version that the form names.
    fn agrees_with(&self, scan: &Scan) -> Result<(), Refusal> {
        let file = &self.content.file_name;
        let (name, version) = match scan.kind {
            Kind::Wheel => {
                let parsed = file.parse::<WheelName>().map_err(|error| bad(error.to_string()))?;
                (parsed.name().clone(), parsed.version().clone())
            }
            _ => {
                let parsed = file.parse::<SdistName>().map_err(|error| bad(error.to_string()))?;
                (parsed.name().clone(), parsed.version().clone())
            }
        };
        let expected = SdistName::expected(&self.name, &self.version).to_string();
        if scan.kind == Kind::Sdist && *file != expected {
            return Err(bad(format!("Filename '{file}' is invalid, should be '{expected}'.")));
        }
        if name != self.name {
            return Err(bad(format!(
                "Filename '{file}' should contain the normalized project name '{}', not '{name}'.",
                self.name.file_part()
            )));
        }
        if version != self.version {
            return Err(bad(format!("Version in filename should be '{}' not '{version}'.", self.version)));
        }
        Ok(())
    }

    fn record(&self, scan: &Scan, blake2b_256: Blake2b256, now: Timestamp) -> Result<Stored, Refusal> {
        let kept = match scan.kind {
            Kind::Wheel => "METADATA",
            _ => "PKG-INFO",
        };
        let metadata = scan
            .kept
            .iter()
            .find(|(path, _)| path.split_once('/').is_some_and(|(_, file)| file == kept))
            .and_then(|(_, bytes)| String::from_utf8(bytes.clone()).ok())
            .ok_or_else(|| bad(format!("{kept} is missing.")))?;
        let raw = RawMetadata::parse(metadata.as_bytes());
        Ok(Stored {
            schema: 1,
            name: self.name.clone(),
            version: self.version.to_string(),
            file: self.content.file_name.clone(),
            sha256: scan.sha256.to_string(),
            blake2b_256: blake2b_256.to_string(),
            size: scan.size,
            uploaded: now.to_string(),
            requires_python: raw.first("Requires-Python").map(|text| text.trim().to_owned()),
            yanked: None,
            metadata,
        })
    }
}

fn invalid(value: &str, field: &str) -> Refusal {
    let shown: String = value.chars().take(100).flat_map(char::escape_debug).collect();
    bad(format!(
        "'{shown}' is invalid for '{field}'. See https://packaging.python.org/specifications/core-metadata for more information."
    ))
}

/// A name that stays in its folder, and a part that says it is a file.
fn file_name(content: &Content) -> Result<(), Refusal> {
    let name = &content.file_name;
    if name.contains(['/', '\\']) {
        return Err(bad("Cannot upload a file with '/' or '\\' in its name."));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        return Err(bad("Cannot upload a file with other characters than letters, digits and `._-+!` in its name."));
    }
    match content.content_type.as_deref().map(str::trim) {
        Some(kind) if kind.is_empty() || kind.to_ascii_lowercase().starts_with("image/") => {
            Err(bad("Invalid distribution file."))
        }
        _ => Ok(()),
    }
}

/// Every digest that was given; MD5 proves nothing and is not computed, so it cannot be the only one.
fn digests(form: &Form, bytes: &[u8]) -> Result<(), Refusal> {
    const WRONG: &str = "The digest supplied does not match a digest calculated from the uploaded file.";
    let sha256 = form.get("sha256_digest").map(|hex| Sha256::from_hex(hex) == Some(Sha256::of(bytes)));
    let blake2 = form.get("blake2_256_digest").map(|hex| Blake2b256::from_hex(hex) == Some(Blake2b256::of(bytes)));
    match (sha256, blake2) {
        (None, None) => Err(bad("Error: Include at least one message digest other than MD5.")),
        (Some(false), _) | (_, Some(false)) => Err(bad(WRONG)),
        _ => Ok(()),
    }
}

/// Whether these bytes are there under this name; a refusal where either is there without the other.
fn is_there(store: &Store, file: &str, digest: &Blake2b256) -> Result<bool, Refusal> {
    match store.standing(file, digest) {
        Standing::New => Ok(false),
        Standing::Same => Ok(true),
        Standing::Taken => Err(bad(format!(
            "File already exists ('{file}', with blake2_256 hash '{digest}'). See https://pypi.org/help/#file-name-reuse for more information."
        ))),
    }
}

/// Whether the release takes this file: it is young enough, and has no sdist yet where this is one.
fn is_open(store: &Store, subject: &Subject<'_>, now: Timestamp) -> Result<(), Refusal> {
    let all = store.files_of(subject.name.normalized());
    let release: Vec<&Stored> =
        all.into_iter().filter(|stored| stored.parsed_version().as_ref() == Some(&subject.version)).collect();
    let times = release.iter().filter_map(|stored| stored.uploaded.parse::<Timestamp>().ok());
    let closes = times.min().and_then(|first| first.checked_add(SignedDuration::from_hours(24 * OPEN_DAYS)).ok());
    if closes.is_some_and(|closes| now > closes) {
        return Err(bad("Uploading new files to releases older than 14 days is not allowed."));
    }
    let has_sdist = release.iter().any(|stored| stored.kind() == Kind::Sdist);
    if has_sdist && Kind::of(&subject.content.file_name) == Kind::Sdist {
        return Err(bad("Only one sdist may be uploaded per release."));
    }
    Ok(())
}

/// The rules of `check/`: what `release check` would find first.
fn judge(examined: &Examined, policy: &Policy) -> Result<(), Refusal> {
    match check::upload_refusal(examined, policy) {
        None => Ok(()),
        Some(finding) => Err(bad(format!("{} [{}]", finding.message, finding.code))),
    }
}
