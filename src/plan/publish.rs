//! `publish`: which files go to which indexes. Everything is checked, and every index asked what it has,
//! before the first byte is sent.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::archives::{self, Judged};
use super::preflight::{Fact, Place, Preflight, Subject};
use super::{Plan, PlanError, verify};
use crate::archive::{Kind, Sha256};
use crate::build::marker;
use crate::check::{Examined, Policy};
use crate::config::file::Attestations;
use crate::config::targets::Index;
use crate::effects::files::What;
use crate::effects::http::{Field, Url, is_loopback};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::index::attestation::sidecar;
use crate::index::trusted_publishing::{self, Ambient};
use crate::index::upload::{State, compare};
use crate::index::{IndexError, Listing, Right, credential, form};
use crate::project::{FILE_LIMIT, Package, Project};
use crate::python::filename::{self, SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::{Finding, Severity, text};
use crate::steps::Step;
use crate::steps::mint_token::MintToken;
use crate::steps::probe_right::ProbeRight;
use crate::steps::record::{self, Draft, Facts, RecordedFile};
use crate::steps::upload_file::{UploadFile, result};
use crate::steps::write_manifest::Manifest;

/// The folder of archives.
pub const DIST: &str = "dist";

/// Where files go, and with which right.
#[derive(Debug, Clone)]
pub struct Target {
    /// The index.
    pub index: Index,
    /// The right; without it only what is there already can be told.
    pub right: Option<Right>,
}

/// A file to be published.
struct Archive {
    shown: String,
    path: PathBuf,
    name: String,
    project: ProjectName,
    version: Version,
    size: u64,
    sha256: Sha256,
    fields: Vec<Field>,
}

/// The files of the current version of these packages in `dist/`.
///
/// # Errors
/// There are none.
pub fn default_files(inspect: Inspect<'_>, project: &Project, packages: &[&Package]) -> Result<Vec<PathBuf>, Failure> {
    files_of_version(inspect, project, packages, project.version())
}

/// The files of any version of these packages in `dist/`.
///
/// # Errors
/// There are none.
pub fn files_of_version(
    inspect: Inspect<'_>,
    project: &Project,
    packages: &[&Package],
    version: &Version,
) -> Result<Vec<PathBuf>, Failure> {
    let files = in_dist(inspect, project, packages, version)?;
    if files.is_empty() {
        return Err(PlanError::NoArchives { version: version.to_string(), dir: DIST.to_owned() }.into());
    }
    Ok(files)
}

/// The same, where there may be none.
///
/// # Errors
/// The folder cannot be read.
pub fn in_dist(
    inspect: Inspect<'_>,
    project: &Project,
    packages: &[&Package],
    version: &Version,
) -> Result<Vec<PathBuf>, Failure> {
    let dist = project.root.join(DIST);
    let listed = match inspect.files().what(&dist) {
        What::Folder => inspect.files().list(&dist)?,
        _ => Vec::new(),
    };
    let is_of = |path: &PathBuf, package: &Package| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let wheel =
            name.parse::<WheelName>().is_ok_and(|wheel| *wheel.name() == package.name && wheel.version() == version);
        wheel || name == SdistName::expected(&package.name, version).to_string()
    };
    Ok(listed.into_iter().filter(|path| packages.iter().any(|package| is_of(path, package))).collect())
}

/// Plans to bring `files` to the indexes, in their order; `root` is the folder that paths are shown from. What `policy`
/// calls an error goes nowhere, nor what could not be judged.
///
/// # Errors
/// A file must not be published, or an index has other bytes under its name.
pub fn plan(
    inspect: Inspect<'_>,
    root: &Path,
    files: &[PathBuf],
    targets: &[Target],
    policy: &Policy,
) -> Result<Plan, Failure> {
    if targets.is_empty() {
        return Err(PlanError::NoIndex.into());
    }
    for target in targets {
        guard_clock(inspect, &target.index)?;
    }
    let archives = readable(inspect, root, files, policy)?;
    let (mut steps, mut facts, mut advice) = (Vec::new(), Vec::new(), Vec::new());
    for target in targets {
        let (uploads, known) = steps_of(inspect, target, &archives, policy)?;
        steps.extend(uploads);
        facts.extend(known.facts);
        advice.extend(known.advice);
    }
    let mut plan = Plan { advice, ..Plan::of(steps) };
    plan.preview = shown(&facts);
    plan.preview.extend(minted(&plan).into_iter().map(|step| format!("would {}", step.describe())));
    plan.facts = facts;
    plan.draft = draft(root, &archives, targets);
    Ok(plan)
}

/// Refuses archives whose digest is not the one that is expected: given as such, or by a manifest.
///
/// # Errors
/// They are others, or there is no such manifest.
pub fn refuse_other(inspect: Inspect<'_>, found: &str, expected: &str) -> Result<(), Failure> {
    let is_digest = Sha256::from_hex(&expected.to_ascii_lowercase()).is_some();
    let expected = if is_digest {
        expected.to_ascii_lowercase()
    } else {
        let text = inspect.files().read_text(&inspect.dir().join(expected), FILE_LIMIT)?;
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|error| PlanError::NoManifest { path: expected.to_owned(), problem: error.to_string() })?;
        manifest.digest().to_string()
    };
    match expected == found {
        true => Ok(()),
        false => Err(PlanError::OtherArchives { expected, found: found.to_owned() }.into()),
    }
}

/// One digest for all files of a plan: the output `digest` of the build that made them.
pub fn digest(plan: &Plan) -> String {
    let files = plan.steps.iter().filter_map(|step| match step {
        Step::UploadFile(upload) => Some((upload.name.as_str(), upload.sha256.to_string())),
        _ => None,
    });
    Sha256::of_files(files).to_string()
}

/// Every file that is sent needs a right, and one of the index that it goes to. Returns what to tell about
/// where each right came from.
///
/// # Errors
/// There is none for an index, or it is of another one.
pub fn guard_credentials(inspect: Inspect<'_>, plan: &Plan) -> Result<Vec<String>, Failure> {
    let mut told: BTreeMap<&str, String> = BTreeMap::new();
    for step in &plan.steps {
        let Step::UploadFile(upload) = step else { continue };
        let index = &upload.index;
        if upload.already_there || told.contains_key(index.name.as_str()) {
            continue;
        }
        let right = upload.right.as_ref().ok_or_else(|| no_token(inspect, index))?;
        right.guard(index)?;
        let text = format!("credentials for `{}` from {}", index.name, right.told());
        told.insert(&index.name, text);
    }
    Ok(told.into_values().collect())
}

/// That there is no right for an index, with what to do where trusted publishing could have been expected or a variable
/// has another name.
pub fn no_token(inspect: Inspect<'_>, index: &Index) -> PlanError {
    let advice = match trusted_publishing::ambient(inspect, None) {
        Ambient::Nowhere(advice) => advice,
        Ambient::Job(_) => None,
    };
    PlanError::NoToken {
        index: index.name.clone(),
        variable: credential::variable_for(&index.name),
        advice,
        unread: credential::unread(inspect),
    }
}

/// The indexes that get files and that no right was found for.
pub fn without_right(plan: &Plan) -> Vec<Index> {
    let mut found: Vec<Index> = Vec::new();
    for step in &plan.steps {
        if let Step::UploadFile(upload) = step
            && !upload.already_there
            && upload.right.is_none()
            && !found.iter().any(|index| index.name == upload.index.name)
        {
            found.push(upload.index.clone());
        }
    }
    found
}

/// Whether files go to the same place, whatever it is called.
fn is_same_place(one: &Index, other: &Index) -> bool {
    let place = |index: &Index| Url::parse(&index.upload).map(|url| url.as_str().trim_end_matches('/').to_owned());
    one.upload == other.upload || place(one).is_ok_and(|one| place(other).is_ok_and(|other| one == other))
}

/// Puts the attestations that lie beside archives into their forms, each verified before anything is sent.
///
/// # Errors
/// One does not hold, or there is none where the index requires one.
pub fn attest(inspect: Inspect<'_>, project: Option<&Project>, plan: &mut Plan) -> Result<(), Failure> {
    for step in &mut plan.steps {
        let Step::UploadFile(upload) = step else { continue };
        if upload.already_there {
            continue;
        }
        let version = filename::project_and_version(&upload.name).map(|(_, version)| version);
        let is_own = |project: &&Project| {
            project.packages.iter().any(|package| package.name.normalized() == upload.project.normalized())
        };
        let publisher = project.filter(is_own).zip(version);
        let publisher = publisher.and_then(|(project, version)| verify::publisher(inspect, project, &version));
        let policy = upload.index.attestations;
        let Some(sidecars) = sidecar::beside(inspect, &upload.file, upload.sha256, policy, publisher.as_ref())? else {
            continue;
        };
        match &upload.right {
            Some(Right::Given(_)) if policy == Attestations::Prefer => inspect.note(format!(
                "the attestations beside `{}` are not sent: `{}` takes them with trusted publishing only",
                upload.path, upload.index.name
            )),
            _ => upload.fields.push(Field { name: "attestations", value: sidecars.field }),
        }
    }
    Ok(())
}

/// A later stage gets files only after exactly these were verified on the one before, by the ledger: `release verify`
/// and a run write it. A reason in its place is kept in the ledger, too.
///
/// # Errors
/// [`PlanError::NotVerified`], or the ledger cannot be read.
pub fn require_verified(
    inspect: Inspect<'_>,
    project: &Project,
    plan: &mut Plan,
    unverified: Option<&str>,
) -> Result<(), Failure> {
    let stages = &project.config.stages.value;
    // The stages are those of this project; archives of others may be named, too.
    let is_ours = |upload: &UploadFile| {
        let own = |package: &Package| package.name.normalized() == upload.project.normalized();
        !upload.already_there && project.packages.iter().any(own)
    };
    let mut wanting: Vec<(String, String, Vec<String>)> = Vec::new();
    for (number, stage) in stages.iter().enumerate().skip(1) {
        let named = |name: &str| credential::pypirc::index_of(inspect, &project.config, name);
        let (before, index) = (named(&stages[number - 1])?, named(stage)?);
        let verified = match Git::discover(&project.root)? {
            Some(git) => record::verified_on(&git, &before)?,
            None => Vec::new(),
        };
        let files = plan.steps.iter().filter_map(|step| match step {
            Step::UploadFile(upload) if is_same_place(&upload.index, &index) && is_ours(upload) => {
                let file = RecordedFile { name: upload.name.clone(), sha256: upload.sha256.to_string() };
                (!verified.contains(&file)).then_some(file.name)
            }
            _ => None,
        });
        let files: Vec<String> = files.collect();
        if !files.is_empty() {
            wanting.push((stage.clone(), before.name, files));
        }
    }
    let Some((stage, before, files)) = wanting.into_iter().next() else { return Ok(()) };
    match (unverified, &mut plan.draft) {
        (Some(reason), draft) => {
            if let Some((_, draft)) = draft {
                draft.facts.document = Some(json!({"unverified": reason, "files": files}));
            }
            Ok(())
        }
        (None, _) => {
            let mut failure = Failure::from(PlanError::NotVerified { stage, before });
            failure.causes =
                files.iter().map(|file| format!("`{file}` was not verified there with this sha256")).collect();
            Err(failure)
        }
    }
}

/// What leaves this machine carries the real time.
fn guard_clock(inspect: Inspect<'_>, index: &Index) -> Result<(), PlanError> {
    let url = Url::parse(&index.upload).ok();
    let loopback = url.as_ref().and_then(Url::host_str).is_some_and(is_loopback);
    if inspect.clock().is_given() && !loopback {
        return Err(PlanError::GivenClock { index: index.name.clone() });
    }
    Ok(())
}

/// Reads and checks every file; wheels first, since the first file of a release decides what is shown of it
/// and an sdist alone would be built by everybody who installs meanwhile.
fn readable(inspect: Inspect<'_>, root: &Path, files: &[PathBuf], policy: &Policy) -> Result<Vec<Archive>, Failure> {
    let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    let judged = archives::judge(inspect, policy, files)?;
    let mut wrong = errors(None, &archives::together(policy, &judged).findings);
    let mut found = Vec::new();
    for judged in judged {
        let shown = shown(&judged.path);
        match archive(judged, shown) {
            Ok(archive) => found.push(archive),
            Err(findings) => wrong.extend(findings),
        }
    }
    if !wrong.is_empty() {
        let mut failure = Failure::from(PlanError::CheckFailed { findings: wrong.len() });
        failure.causes = wrong;
        return Err(failure);
    }
    found.sort_by_key(|archive: &Archive| (Kind::of(&archive.name) == Kind::Sdist, archive.name.clone()));
    found.dedup_by(|one, other| one.path == other.path);
    Ok(found)
}

/// The errors among findings, as causes of a refusal.
fn errors(shown: Option<&str>, findings: &[Finding]) -> Vec<String> {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let place = |finding: &Finding| {
        let told = finding.location.as_ref().map(|location| location.file.clone());
        shown.map(str::to_owned).or(told).unwrap_or_default()
    };
    errors.map(|finding| format!("`{}`: {} [{}]", place(finding), finding.message, finding.code)).collect()
}

/// One file, or what is wrong with it.
fn archive(judged: Judged, shown: String) -> Result<Archive, Vec<String>> {
    let Judged { path, examined, verdict } = judged;
    let mut findings = errors(Some(&shown), &verdict.findings);
    if !verdict.judged && findings.is_empty() {
        findings.push(format!("`{shown}`: an error of its structure is accepted, so its contents were not judged"));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let Examined { name, scan, .. } = examined;
    let kept = if scan.kind == Kind::Wheel { "METADATA" } else { "PKG-INFO" };
    let told = filename::project_and_version(&name);
    let (project, version) = told.expect("the check refuses names that do not parse");
    let is_metadata = |path: &str| path.split_once('/').is_some_and(|(_, file)| file == kept);
    let metadata = scan.kept.iter().find(|(path, _)| is_metadata(path));
    let fields = form::fields(&name, scan.sha256, metadata.map_or(b"".as_slice(), |(_, bytes)| bytes.as_slice()));
    // A file name has underscores where its project has what people know it by.
    let written = fields.iter().find(|field| field.name == "name").and_then(|field| field.value.parse().ok());
    let project = written.filter(|written: &ProjectName| *written == project).unwrap_or(project);
    Ok(Archive { shown, path, name, project, version, size: scan.size, sha256: scan.sha256, fields })
}

/// Facts for people: short, and before the files.
fn shown(facts: &[Fact]) -> Vec<String> {
    let row = |fact: &Fact| vec![fact.index.clone(), fact.about.to_owned(), fact.text.clone()];
    text::table(&facts.iter().map(row).collect::<Vec<_>>())
}

/// The tokens that must be got before the files of a plan are sent: one for each index that gives this job one.
pub fn minted(plan: &Plan) -> Vec<MintToken> {
    let mut found: Vec<MintToken> = Vec::new();
    for step in &plan.steps {
        if let Step::UploadFile(UploadFile {
            index,
            project,
            right: Some(right @ Right::Trusted(_)),
            already_there: false,
            ..
        }) = step
            && !found.iter().any(|known| known.index.name == index.name)
        {
            found.push(MintToken { index: index.clone(), project: project.clone(), right: right.clone() });
        }
    }
    found
}

/// The questions whether the rights of a plan are good: one for each project and index, of PyPI's and those on this machine.
pub fn probes(plan: &Plan) -> Vec<ProbeRight> {
    let mut found: Vec<ProbeRight> = Vec::new();
    for step in &plan.steps {
        if let Step::UploadFile(UploadFile {
            already_there: false,
            right: Some(right),
            index,
            project,
            name,
            fields,
            ..
        }) = step
            // Others might keep what is sent.
            && (index.is_pypi() || is_loopback(&index.host()))
            && !found.iter().any(|known| known.index.name == index.name && known.project == *project)
        {
            found.push(ProbeRight {
                index: index.clone(),
                project: project.clone(),
                name: name.clone(),
                fields: fields.clone(),
                right: right.clone(),
            });
        }
    }
    found
}

/// Whether anything is sent, and with a right that is there.
fn is_sent(plan: &Plan) -> bool {
    plan.steps
        .iter()
        .any(|step| matches!(step, Step::UploadFile(upload) if !upload.already_there && upload.right.is_some()))
}

/// Refuses to publish in a job that ran a build backend, unless that is allowed, and files of other projects than the
/// configured ones where a token is got for them: asking for it may make a project.
///
/// # Errors
/// [`PlanError::SameJob`], [`PlanError::OtherProject`].
pub fn refuse(inspect: Inspect<'_>, plan: &Plan, project: Option<&Project>, same_job: bool) -> Result<(), Failure> {
    if !same_job && is_sent(plan) && marker::is_here(inspect) {
        return Err(PlanError::SameJob.into());
    }
    let Some(project) = project else { return Ok(()) };
    let expected: Vec<&ProjectName> = project.packages.iter().map(|package| &package.name).collect();
    for step in &plan.steps {
        if let Step::UploadFile(upload) = step
            && matches!(upload.right, Some(Right::Trusted(_)))
            && !upload.already_there
            && !expected.contains(&&upload.project)
        {
            return Err(PlanError::OtherProject {
                file: upload.path.clone(),
                found: upload.project.to_string(),
                expected: expected.iter().map(|name| format!("`{name}`")).collect(),
            }
            .into());
        }
    }
    Ok(())
}

/// What is known of an index beforehand; it stops what cannot work.
fn preflight(
    inspect: Inspect<'_>,
    target: &Target,
    (listings, archives): (&BTreeMap<&str, Listing>, &[(&Archive, bool)]),
    policy: &Policy,
) -> Preflight {
    let profile = &policy.settings.profile;
    let place = Place::new(inspect, &target.index, target.right.as_ref(), (profile.value, profile.origin.clone()));
    let subjects: Vec<Subject<'_>> = listings
        .iter()
        .filter_map(|(name, listing)| {
            let own = || archives.iter().filter(|(archive, _)| archive.project.normalized() == *name);
            let files = own().filter(|(_, there)| !there);
            let files = files.map(|(archive, _)| (archive.name.as_str(), &archive.version, archive.size)).collect();
            Some(Subject { project: &own().next()?.0.project, files, listing })
        })
        .collect();
    place.preflight(&subjects)
}

/// The uploads to one index, what is there already marked as such, and what is known of it.
fn steps_of(
    inspect: Inspect<'_>,
    target: &Target,
    archives: &[Archive],
    policy: &Policy,
) -> Result<(Vec<Step>, Preflight), Failure> {
    let index = &target.index;
    let mut listings: BTreeMap<&str, Listing> = BTreeMap::new();
    let mut uploads = Vec::new();
    let mut different: Vec<IndexError> = Vec::new();
    let (mut told, mut there) = (Vec::new(), Vec::new());
    let mut open: Vec<(&ProjectName, &Version)> = Vec::new();
    for archive in archives {
        let listing = match listings.entry(archive.project.normalized()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Listing::patiently(inspect, index, &archive.project)?),
        };
        let mut upload = upload(target, archive, listing);
        match compare(listing, index, &archive.name, archive.sha256) {
            Ok(true) => {
                upload.already_there = true;
                told.push(upload.told(State::AlreadyThere));
            }
            Ok(false) => {
                let release = (&archive.project, &archive.version);
                upload.opens = !open.contains(&release) && !has_release(listing, archive);
                open.push(release);
                told.push(upload.told(State::NotSent));
            }
            Err(error) => {
                different.push(error);
                told.push(upload.told(State::Refused));
            }
        }
        there.push((archive, upload.already_there));
        uploads.push(Step::UploadFile(upload));
    }
    let mut known = match different.is_empty() {
        true => preflight(inspect, target, (&listings, &there), policy),
        // What is there under these names is the better thing to say.
        false => Preflight::default(),
    };
    let wrong = std::mem::take(&mut known.wrong);
    if !wrong.is_empty() {
        let refused = |step: &Step| match step {
            Step::UploadFile(upload) if upload.already_there => Some(upload.told(State::AlreadyThere)),
            Step::UploadFile(upload) => Some(upload.told(State::Refused)),
            _ => None,
        };
        told = uploads.iter().filter_map(refused).collect();
    }
    let mut different: Vec<IndexError> = different.into_iter().chain(wrong).collect();
    different.dedup_by_key(|error| error.to_string());
    // All of them at once, so that nobody has to come back for the next.
    let more: Vec<String> = different.iter().skip(1).map(|error| format!("and {error}")).collect();
    match different.into_iter().next() {
        None => Ok((uploads, known)),
        Some(first) => {
            let mut failure = Failure::from(first);
            failure.causes.extend(more);
            Err(failure.after(result(&told, false)))
        }
    }
}

/// Whether an index has any file of a release.
fn has_release(listing: &Listing, archive: &Archive) -> bool {
    listing.files.iter().any(|file| {
        let wheel = file.name.parse::<WheelName>().is_ok_and(|wheel| *wheel.version() == archive.version);
        wheel || file.name.parse::<SdistName>().is_ok_and(|sdist| *sdist.version() == archive.version)
    })
}

fn upload(target: &Target, archive: &Archive, listing: &Listing) -> UploadFile {
    let listed = listing.file(&archive.name).map(|file| file.url.clone());
    UploadFile {
        path: archive.shown.clone(),
        project: archive.project.clone(),
        sha256: archive.sha256,
        size: archive.size,
        index: target.index.clone(),
        already_there: false,
        opens: false,
        url: listed.unwrap_or_else(|| page_of(&target.index, archive)),
        file: archive.path.clone(),
        name: archive.name.clone(),
        fields: archive.fields.clone(),
        right: target.right.clone(),
    }
}

/// Where people can look at a release.
fn page_of(index: &Index, archive: &Archive) -> String {
    let project = archive.project.normalized();
    match index.simple.strip_suffix("/simple/") {
        Some(base @ ("https://pypi.org" | "https://test.pypi.org")) => {
            format!("{base}/project/{project}/{}/", archive.version)
        }
        _ => format!("{}{project}/", index.simple),
    }
}

fn draft(root: &Path, archives: &[Archive], targets: &[Target]) -> Option<(PathBuf, Draft)> {
    let first = archives.first()?;
    let names: Vec<&str> = targets.iter().map(|target| target.index.name.as_str()).collect();
    let one = archives.iter().all(|archive| archive.version == first.version);
    let draft = Draft {
        command: "publish",
        project: first.project.as_str().to_owned(),
        version: one.then(|| first.version.to_string()),
        summary: format!("{} to {}", text::count(archives.len(), "file"), names.join(", ")),
        facts: Facts::default(),
    };
    Some((root.to_owned(), draft))
}
