//! Uploads: PyPI's checks in PyPI's order and words, then the rules of `check/`.
//!
//! Follows warehouse `forklift/legacy.py` as of 2026-08-21. A refused upload leaves nothing behind: its file is removed with
//! the value that holds it, and a project or a release is there only once its first file is.

use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};

use super::form::{Content, Form};
use super::identity::{Place, Sender};
use super::metadata::Judged;
use super::refusal::Refusal;
use super::settings::{Settings, Status};
use super::store::{Standing, Store, Stored};
use super::{Server, archives, attested, json_api, metadata, names, reply};
use crate::archive::{Kind, Limits, Scan, Sha256};
use crate::check;
use crate::check::description::{Verdict, verdict};
use crate::effects::listen::{Answered, Asked, Body};
use crate::index::words::Meaning;
use crate::python::filename::SdistName;
use crate::python::metadata::RawMetadata;

/// How long a release takes new files.
const OPEN_DAYS: i64 = 14;

impl Server {
    /// Takes a file, or says why not.
    pub(super) fn upload(&self, asked: &Asked, body: &mut Body, settings: &Settings) -> Answered {
        match self.take(asked, body, settings) {
            Ok(()) => reply::bytes("text/plain; charset=UTF-8", Vec::new()),
            Err(refusal) => reply::refused(asked, &refusal),
        }
    }

    fn take(&self, asked: &Asked, body: &mut Body, settings: &Settings) -> Result<(), Refusal> {
        if settings.read_only {
            return Err(Meaning::ReadOnly.into());
        }
        if settings.paused {
            return Err(Meaning::Paused.into());
        }
        let sender = self.keys.sender(asked, &self.tokens, settings)?;
        let begin = || self.inbox.begin().map_err(|_| Meaning::Fault.into());
        let mut form = Form::read(asked, body, settings.largest_file(), begin)?;
        protocol(&form)?;
        fields(&form)?;
        let judged = metadata::judge(&form)?;
        let content = form.content.take().ok_or(Meaning::NoFile)?;
        let upload = Upload { form: &form, judged: &judged, content: &content, settings, sender: &sender };
        self.rights(&upload)?;
        upload.description()?;
        upload.file()?;
        upload.size(&self.read())?;
        upload.digests()?;
        let now = self.doors.inspect().clock().now();
        if upload.is_settled(&self.read(), now)? {
            return Ok(());
        }
        let mut reader = content.incoming.read().map_err(|_| Meaning::Fault)?;
        let examined = check::examine(&content.file_name, &mut reader, &Limits::default());
        archives::judge(&examined, &self.policy, (&judged.name, &judged.version))?;
        let file = (content.file_name.as_str(), content.sha256);
        let provenance = attested::provenance(form.get("attestations"), &sender, file, &settings.attestations)?;
        let stored = Stored { provenance, ..upload.record(&examined.scan, now)? };
        drop(examined);
        content.incoming.sync().map_err(|_| Meaning::Fault)?;
        let mut store = self.write();
        // Another upload of this name, or of the first file of the project, may have come first.
        if upload.is_settled(&store, now)? {
            return Ok(());
        }
        upload.size(&store)?;
        self.permit(&upload, &store)?;
        let elapsed = self.doors.inspect().clock().elapsed();
        store.add(stored, content.incoming, elapsed).map_err(|_| Meaning::Fault.into())
    }

    /// Whether the sender may upload to the project, or make it.
    fn rights(&self, upload: &Upload<'_>) -> Result<(), Refusal> {
        let store = self.read();
        if !store.has(upload.settings, upload.judged.name.normalized()) {
            self.new_project(upload, &store)?;
        }
        self.permit(upload, &store)?;
        upload.account()?;
        let project = upload.settings.projects.get(upload.judged.name.normalized());
        match project.and_then(|project| project.organization.as_ref()) {
            Some(organization) if !organization.active => Err(Meaning::Organization.into()),
            _ => Ok(()),
        }
    }

    fn new_project(&self, upload: &Upload<'_>, store: &Store) -> Result<(), Refusal> {
        let (settings, name) = (upload.settings, &upload.judged.name);
        if upload.sender.publisher().is_some() {
            return Err(Meaning::NoNewProject.into());
        }
        upload.account()?;
        let now = self.doors.inspect().clock().now().as_second();
        let rate = || self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(user) = upload.sender.user() {
            rate().test(user, now)?;
        }
        if settings.new_projects_paused {
            return Err(Meaning::NewProjectsPaused.into());
        }
        // Without accounts it is the index of one person, whose projects may be on PyPI for long.
        if settings.has_accounts() {
            names::is_given_out(name, settings, store.projects(settings).into_iter())?;
        }
        if let Some(user) = upload.sender.user() {
            rate().hit(user, now);
        }
        Ok(())
    }

    fn permit(&self, upload: &Upload<'_>, store: &Store) -> Result<(), Refusal> {
        let name = upload.judged.name.normalized();
        let set = upload.settings.projects.get(name);
        let made = store.made(name);
        let mut owners: Vec<String> = set.into_iter().flat_map(|project| project.owners.iter().cloned()).collect();
        owners.extend(made.map(|made| made.owner.clone()));
        let first = store.files_of(name).into_iter().min_by_key(|stored| stored.serial);
        owners.extend(first.and_then(|stored| stored.uploader.clone()));
        if !store.has(upload.settings, name) {
            owners.extend(upload.sender.user().map(str::to_owned));
        }
        let mut publishers: Vec<_> = set.into_iter().flat_map(|project| project.publishers.iter().cloned()).collect();
        publishers.extend(made.map(|made| made.publisher.clone()));
        let status = set.map_or(Status::Active, |project| project.status);
        let place = Place { name: &upload.judged.name, owners, publishers, status };
        self.keys.permit(upload.sender, &place, self.doors.inspect().clock().now().as_second())
    }
}

/// An upload under judgement.
struct Upload<'u> {
    form: &'u Form,
    judged: &'u Judged,
    content: &'u Content,
    settings: &'u Settings,
    sender: &'u Sender,
}

/// The action, and the version of the protocol.
fn protocol(form: &Form) -> Result<(), Refusal> {
    match form.get(":action") {
        Some("file_upload") => {}
        Some("submit" | "submit_pkg_info") => return Err(Meaning::NoRegistration.into()),
        Some("doc_upload") => return Err(Meaning::NoDocumentation.into()),
        _ => return Err(Refusal::of(Meaning::Form, ["The action must be file_upload."])),
    }
    if form.get("protocol_version").is_some_and(|version| version != "1") {
        return Err(Meaning::Protocol.into());
    }
    match form.sent_as_file() {
        Some(field) => Err(Refusal::of(Meaning::FieldIsFile, [field])),
        None => Ok(()),
    }
}

/// What the form itself asks for.
fn fields(form: &Form) -> Result<(), Refusal> {
    const NAME: &str = "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.";
    let field = |name: &str, text: &str| Err(Refusal::of(Meaning::Field, [name, text]));
    let whole = |text: &str| Err(Refusal::of(Meaning::Form, [text]));
    match form.get("name") {
        None => return Err(Refusal::of(Meaning::FieldValue, ["", "Name", "This field is required."])),
        Some(name) if name.parse::<crate::python::name::ProjectName>().is_err() => {
            return Err(Refusal::of(Meaning::FieldValue, [name, "Name", NAME]));
        }
        Some(_) => {}
    }
    let is_digest = |name: &str| form.get(name).is_none_or(|hex| Sha256::from_hex(hex).is_some());
    if !is_digest("blake2_256_digest") {
        return field("blake2_256_digest", "Use a valid, hex-encoded, BLAKE2 message digest.");
    }
    match form.get("filetype") {
        None => return field("filetype", "This field is required."),
        Some("sdist" | "bdist_wheel") => {}
        Some(_) => return field("filetype", "Use a known file type."),
    }
    if !is_digest("sha256_digest") {
        return field("sha256_digest", "Use a valid, hex-encoded, SHA256 message digest.");
    }
    match (form.get("filetype"), form.get("pyversion")) {
        (Some("bdist_wheel"), None) => return whole("Python version is required for binary distribution uploads."),
        (Some("sdist"), Some(version)) if version != "source" => {
            return whole("Use 'source' as Python version for an sdist.");
        }
        _ => {}
    }
    if ["sha256_digest", "blake2_256_digest", "md5_digest"].iter().all(|field| form.get(field).is_none()) {
        return whole("Include at least one message digest.");
    }
    // It proves nothing.
    if ["sha256_digest", "blake2_256_digest"].iter().all(|field| form.get(field).is_none()) {
        return whole("Include at least one message digest other than MD5.");
    }
    Ok(())
}

impl Upload<'_> {
    /// What an account must have.
    fn account(&self) -> Result<(), Refusal> {
        let Some((name, user)) = self.sender.user().and_then(|name| Some((name, self.settings.users.get(name)?)))
        else {
            return Ok(());
        };
        if !user.email_verified {
            return Err(Refusal::of(Meaning::Email, [name]));
        }
        match user.two_factor {
            true => Ok(()),
            false => Err(Refusal::of(Meaning::TwoFactor, [name])),
        }
    }

    fn description(&self) -> Result<(), Refusal> {
        let Some(text) = self.form.raw("description") else { return Ok(()) };
        let kind = self.form.get("description_content_type");
        let is_refused = match verdict(text, kind) {
            Verdict::Refused { .. } => true,
            Verdict::Renders(_) => false,
            // Whatever docutils says of other texts, of white space it makes no page.
            Verdict::Unverified(_) => text.trim().is_empty(),
        };
        match (is_refused, kind) {
            (false, _) => Ok(()),
            (true, Some(kind)) => Err(Refusal::of(Meaning::Description, [kind])),
            (true, None) => Err(Meaning::DescriptionDefault.into()),
        }
    }

    /// The name of the file and the type of its part.
    fn file(&self) -> Result<(), Refusal> {
        let name = self.content.file_name.as_str();
        if name.chars().any(char::is_control) {
            return Err(Meaning::FileNameControl.into());
        }
        if name.contains(['/', '\\']) {
            return Err(Meaning::FileNameSlash.into());
        }
        let Some(extension) = [".tar.gz", ".whl", ".zip"].into_iter().find(|extension| name.ends_with(extension))
        else {
            return Err(Meaning::Extension.into());
        };
        let filetype = self.form.get("filetype").unwrap_or_default();
        if (filetype == "bdist_wheel") != (extension == ".whl") {
            return Err(Refusal::of(Meaning::ExtensionType, [extension, filetype]));
        }
        match self.content.content_type.as_deref().map(str::trim) {
            Some(kind) if kind.is_empty() || kind.to_ascii_lowercase().starts_with("image/") => {
                Err(Meaning::PartType.into())
            }
            _ if Kind::of(name) == Kind::Other => {
                let expected = SdistName::expected(&self.judged.name, &self.judged.version).to_string();
                Err(Refusal::of(Meaning::SdistName, [name, &expected]))
            }
            _ => self.plain_name(name),
        }
    }

    /// A name that stays in its folder, and that no system takes for another.
    fn plain_name(&self, name: &str) -> Result<(), Refusal> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!');
        let is_plain = !name.starts_with('.') && name.chars().all(plain);
        let start = self.judged.name.normalized();
        match (is_plain, self.form.get("filetype")) {
            (true, _) => Ok(()),
            (false, Some("sdist")) => {
                Err(Refusal::of(Meaning::SdistNameInvalid, ["it has characters that no name of an sdist has"]))
            }
            (false, _) => Err(Refusal::of(Meaning::NameStart, [self.judged.name.as_str(), start])),
        }
    }

    fn size(&self, store: &Store) -> Result<(), Refusal> {
        let (project, name) = (self.judged.name.normalized(), self.judged.name.as_str());
        let most = self.settings.file_limit(project);
        if self.content.cut || self.content.size > most {
            return Err(Refusal::of(Meaning::FileTooLarge, [name, &(most >> 20).to_string()]));
        }
        let most = self.settings.project_limit(project);
        let known: u64 = store.files_of(project).iter().map(|stored| stored.size).sum();
        match known + self.content.size > most {
            true => Err(Refusal::of(Meaning::ProjectFull, [name, &(most >> 30).to_string()])),
            false => Ok(()),
        }
    }

    fn digests(&self) -> Result<(), Refusal> {
        let is = |field: &str, digest: String| self.form.get(field).is_none_or(|hex| hex.eq_ignore_ascii_case(&digest));
        let right = is("sha256_digest", self.content.sha256.to_string())
            && is("blake2_256_digest", self.content.blake2b_256.to_string())
            && is("md5_digest", self.content.md5.iter().map(|byte| format!("{byte:02x}")).collect());
        if right { Ok(()) } else { Err(Meaning::Digest.into()) }
    }

    /// Whether the file is there already; a refusal where the release does not take it.
    fn is_settled(&self, store: &Store, now: Timestamp) -> Result<bool, Refusal> {
        let (file, project) = (self.content.file_name.as_str(), self.judged.name.normalized());
        let digest = self.content.blake2b_256;
        match store.standing(file, &digest) {
            Standing::New => {}
            Standing::Same => return Ok(true),
            Standing::Taken => return Err(Refusal::of(Meaning::Exists, [file, &digest.to_string()])),
        }
        let set = self.settings.projects.get(project);
        if self.settings.deleted.contains(file) || set.is_some_and(|project| project.deleted.contains(file)) {
            return Err(Meaning::Deleted.into());
        }
        let version = &self.judged.version;
        let files = store.files_of(project);
        let release: Vec<&&Stored> =
            files.iter().filter(|stored| stored.parsed_version().as_ref() == Some(version)).collect();
        let set = set.and_then(|project| {
            let found = project.released.iter().find(|(known, _)| known.parse().is_ok_and(|known| version == &known));
            found.map(|(_, released)| *released)
        });
        let first = set.or_else(|| release.iter().filter_map(|stored| stored.uploaded.parse().ok()).min());
        let closes = first.and_then(|first| first.checked_add(SignedDuration::from_hours(24 * OPEN_DAYS)).ok());
        if closes.is_some_and(|closes| now > closes) {
            return Err(Refusal::of(Meaning::Closed, [&OPEN_DAYS.to_string()]));
        }
        let is_sdist = |name: &str| Kind::of(name) == Kind::Sdist;
        match is_sdist(file) && release.iter().any(|stored| is_sdist(&stored.file)) {
            true => Err(Meaning::SecondSdist.into()),
            false => Ok(false),
        }
    }

    fn record(&self, scan: &Scan, now: Timestamp) -> Result<Stored, Refusal> {
        let metadata = archives::metadata(scan).and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let metadata = metadata.ok_or_else(|| Refusal::of(Meaning::Content, ["its metadata are not UTF-8"]))?;
        let raw = RawMetadata::parse(metadata.as_bytes());
        Ok(Stored {
            schema: 1,
            name: self.judged.name.clone(),
            version: self.judged.version.to_string(),
            file: self.content.file_name.clone(),
            sha256: self.content.sha256.to_string(),
            blake2b_256: self.content.blake2b_256.to_string(),
            size: self.content.size,
            uploaded: now.to_string(),
            requires_python: raw.first("Requires-Python").map(|text| text.trim().to_owned()),
            yanked: None,
            serial: 0,
            uploader: self.sender.user().map(str::to_owned),
            provenance: None,
            info: Some(json_api::of_form(self.form)),
            metadata,
        })
    }
}
