//! Verifying a release on an index: what is known of its files, waiting for them, comparing and installing each, and
//! the verdict that the ledger keeps.

use crate::archive::Sha256;
use crate::config::file::Attestations;
use crate::config::targets::Index;
use crate::effects::files::What;
use crate::effects::{Git, Inspect, World};
use crate::error::{Failure, Location};
use crate::index::document::{self, Told};
use crate::index::listing::{ListedFile, version_of};
use crate::index::provenance::{self, Known as Person, State};
use crate::index::{IndexError, Listing};
use crate::plan::verify::{self, Known, Target};
use crate::plan::{Plan, PlanError, execute, publish};
use crate::project::{FILE_LIMIT, Package, Project};
use crate::python::filename::{SdistName, WheelName};
use crate::python::version::Version;
use crate::report::{Finding, Severity};
use crate::steps::await_files::{AwaitFiles, Expected, Shown, differs};
use crate::steps::record::{self, Draft, Facts, RecordedFile};
use crate::steps::verify_install::pythons::Pythons;
use crate::steps::verify_install::{ARCHIVE_LIMIT, Verified};
use crate::steps::write_manifest::Manifest;
use crate::steps::{Produced, Step};

/// What is verified where.
pub struct Request<'a> {
    /// The project.
    pub project: &'a Project,
    /// The version.
    pub version: &'a Version,
    /// The index.
    pub index: &'a Index,
    /// The simple API that dependencies come from; nothing: the index itself.
    pub dependencies: Option<&'a str>,
    /// Whether an extra whose requirement that index does not have is no fault.
    pub lenient: bool,
    /// The Pythons that wheels are tried with.
    pub pythons: Pythons,
    /// How many seconds to wait for the files.
    pub wait: u64,
}

/// What came out for one package.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What was tried and measured.
    pub verified: Vec<Verified>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The files that are not visible.
    pub missing: Vec<String>,
}

/// What is known of the archives of a version from elsewhere than the index: those in `dist/`, else those that a
/// manifest there names, else those that the ledger says were uploaded. None where the version is another one or
/// nothing was built here.
///
/// # Errors
/// An archive cannot be read.
pub fn known_files(
    inspect: Inspect<'_>,
    project: &Project,
    package: &Package,
    (version, index): (&Version, &Index),
) -> Result<Vec<Known>, Failure> {
    let is_mine = |name: &str| {
        let wheel = name.parse::<WheelName>().ok().map(|wheel| wheel.name().normalized().to_owned());
        let own = wheel.or_else(|| name.parse::<SdistName>().ok().map(|sdist| sdist.name().normalized().to_owned()));
        own.as_deref() == Some(package.name.normalized()) && version_of(name).as_ref() == Some(version)
    };
    let paths = publish::in_dist(inspect, project, &[package], version)?;
    let mut known = Vec::new();
    for path in paths {
        let bytes = inspect.files().read(&path, u64::MAX - 1)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = |kind: &str| path.with_file_name(format!("{name}.{kind}.attestation"));
        let attested = index.attestations != Attestations::Off
            && ["publish", "slsa"].iter().any(|kind| inspect.files().what(&beside(kind)) == What::File);
        known.push(Known { sha256: Sha256::of(&bytes).to_string(), path: Some(path), attested, name });
    }
    if known.is_empty() {
        known = manifest_files(inspect, project);
        known.retain(|file| is_mine(&file.name));
    }
    if known.is_empty() {
        let git = Git::discover(&project.root)?;
        let recorded = git.map(|git| record::uploaded(&git, &version.to_string())).transpose()?.unwrap_or_default();
        let files = recorded.into_iter().filter(|file| is_mine(&file.name));
        known = files.map(|file| without_path(file.name, file.sha256)).collect();
    }
    Ok(known)
}

fn without_path(name: String, sha256: String) -> Known {
    Known { name, sha256, path: None, attested: false }
}

/// What the manifest in `dist/` names; the archives themselves may be elsewhere.
fn manifest_files(inspect: Inspect<'_>, project: &Project) -> Vec<Known> {
    let path = project.root.join(publish::DIST).join(crate::build::stale::MANIFEST);
    let text = inspect.files().read_text(&path, FILE_LIMIT).unwrap_or_default();
    let manifest: Option<Manifest> = serde_json::from_str(&text).ok();
    let files = manifest.into_iter().flat_map(|manifest| manifest.files);
    files.map(|file| without_path(file.name, file.sha256)).collect()
}

/// Plans the wait for the files of a package: those that are known, else whatever the index has of the version.
///
/// # Errors
/// The index does not answer, or has nothing of this version and nothing is known of it.
pub fn await_plan(
    inspect: Inspect<'_>,
    request: &Request<'_>,
    package: &Package,
    known: &[Known],
) -> Result<Plan, Failure> {
    let target = target(request, None);
    let required = |attested| verify::wanted(request.project, &target, attested) == Attestations::Require;
    let files: Vec<Expected> = if known.is_empty() {
        let listing = Listing::of(inspect.http(), request.index, &package.name)?;
        let found: Vec<Expected> = listing
            .of_version(request.version)
            .map(|file| Expected { name: file.name.clone(), sha256: None, attested: required(false) })
            .collect();
        if found.is_empty() {
            return Err(PlanError::NotOnIndex {
                package: package.name.as_str().to_owned(),
                version: request.version.to_string(),
                index: request.index.name.clone(),
            }
            .into());
        }
        found
    } else {
        let expected = |file: &Known| Expected {
            name: file.name.clone(),
            sha256: Some(file.sha256.clone()),
            attested: required(file.attested),
        };
        known.iter().map(expected).collect()
    };
    Ok(Plan::of(vec![Step::AwaitFiles(AwaitFiles {
        index: request.index.clone(),
        package: package.name.clone(),
        files,
        seconds: request.wait,
    })]))
}

fn target<'a>(
    request: &'a Request<'a>,
    publisher: Option<&'a crate::index::attestation::publisher::Publisher>,
) -> Target<'a> {
    let Request { index, dependencies, lenient, pythons, .. } = request;
    Target { index, dependencies: *dependencies, lenient: *lenient, pythons, publisher }
}

/// Compares what is visible, installs it and tries it.
///
/// # Errors
/// An environment cannot be made, or a file cannot be fetched.
pub fn install(
    world: &World,
    request: &Request<'_>,
    package: &Package,
    (known, shown): (&[Known], Vec<Produced>),
) -> Result<Verdict, Failure> {
    let inspect = world.inspect();
    let mut verdict = Verdict::default();
    let mut visible = Vec::new();
    for produced in shown {
        if let Produced::Shown(shown) = produced {
            say_what_is_there(inspect, request, package, (known, &shown), &mut verdict)?;
            let expected = |name: &str| known.iter().find(|file| file.name == name).map(|file| file.sha256.as_str());
            // What is another file by the listing alone is not fetched.
            let is_same = |file: &ListedFile| differs(&shown.listing, &file.name, expected(&file.name)).is_none();
            visible.extend(shown.files.iter().filter(|file| is_same(file)).cloned());
            verdict.missing.extend(shown.missing);
        }
    }
    let publisher = verify::publisher(inspect, request.project, request.version);
    let target = target(request, publisher.as_ref());
    let plan = verify::plan(request.project, (package, request.version), &target, &visible, known);
    try_all(world, plan, &mut verdict)?;
    Ok(verdict)
}

/// Installs the project as it lies here, and tries that.
///
/// # Errors
/// An environment cannot be made.
pub fn try_editable(world: &World, request: &Request<'_>, package: &Package) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::default();
    let plan = verify::editable(request.project, (package, request.version), &target(request, None));
    try_all(world, plan, &mut verdict)?;
    Ok(verdict)
}

fn try_all(world: &World, plan: Plan, verdict: &mut Verdict) -> Result<(), Failure> {
    for produced in execute::execute(world, plan)? {
        if let Produced::Verified(verified) = produced {
            verdict.findings.extend(verified.findings.iter().cloned());
            verdict.verified.push(*verified);
        }
    }
    Ok(())
}

/// What the listing itself says: other bytes, a project that is hidden, files that lag or that are lost, and how the
/// release stands to the one before.
fn say_what_is_there(
    inspect: Inspect<'_>,
    request: &Request<'_>,
    package: &Package,
    (known, shown): (&[Known], &Shown),
    verdict: &mut Verdict,
) -> Result<(), Failure> {
    let (index, listing) = (&request.index.name, &shown.listing);
    for file in known {
        if let Some(there) = differs(listing, &file.name, Some(&file.sha256)) {
            let message = format!("`{index}` has another `{}`: sha256 {there} there, {} here", file.name, file.sha256);
            let help = "do not install it: the index serves other bytes than were uploaded";
            verdict.findings.push(Finding::error("verify/hash", message).at(Location::file(&file.name)).help(help));
        }
    }
    let reason = listing.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    match listing.status.as_deref() {
        Some("quarantined") => {
            let message =
                format!("`{index}` has put {} in quarantine, and shows nobody its files{reason}", package.name);
            let help = "write to security@pypi.org, or to those who run the index; do not upload it again";
            verdict.findings.push(Finding::error("verify/quarantined", message).help(help));
            return Ok(());
        }
        Some("archived") => {
            let message = format!("{} is archived on `{index}`, which takes no new files of it{reason}", package.name);
            let help = "take it out of the archive on the page of the project, under \"Settings\"";
            verdict.findings.push(Finding::warning("verify/archived", message).help(help));
        }
        _ => {}
    }
    if !shown.missing.is_empty() {
        verdict.findings.extend(missing(inspect, request, package, shown)?);
    }
    if !known.is_empty() {
        verdict.findings.extend(unknown(inspect, request, (known, listing))?);
    }
    if !request.lenient {
        verdict.findings.extend(standing(inspect, request, listing));
    }
    Ok(())
}

/// The files of the release that nobody sent from here: installers take whichever fits best.
fn unknown(
    inspect: Inspect<'_>,
    request: &Request<'_>,
    (known, listing): (&[Known], &Listing),
) -> Result<Vec<Finding>, Failure> {
    // Installers that are asked for a version take one with a local part, too, and before it.
    let is_wanted = |version: &Version| match request.version.is_local() {
        true => version == request.version,
        false => version.without_local() == *request.version,
    };
    let is_known = |file: &ListedFile| known.iter().any(|known| known.name == file.name);
    let is_other =
        |file: &&ListedFile| version_of(&file.name).is_some_and(|version| is_wanted(&version)) && !is_known(file);
    let mut others: Vec<&ListedFile> = listing.files.iter().filter(is_other).collect();
    if !others.is_empty() {
        // Another job may have sent a part, from a `dist/` of its own.
        let sent = sent(request)?;
        let is_here = |file: &ListedFile| {
            let bytes = inspect.files().read(&request.project.root.join(publish::DIST).join(&file.name), ARCHIVE_LIMIT);
            bytes.is_ok_and(|bytes| file.sha256 == Some(Sha256::of(&bytes)))
        };
        let is_sent = |file: &ListedFile| {
            sent.iter()
                .any(|sent| sent.name == file.name && file.sha256.is_some_and(|there| there.to_string() == sent.sha256))
        };
        others.retain(|file| !is_sent(file) && !is_here(file));
    }
    let help = "if another job uploaded it, run this with all archives in `dist/`, or after `release history sync`; \
                if nobody did, yank the release and change the credentials";
    let finding = |file: &ListedFile| {
        let message =
            format!("`{}` has `{}`, which neither `dist/` nor the ledger knows", request.index.name, file.name);
        Finding::error("verify/unknown-file", message).at(Location::file(&file.name)).help(help)
    };
    Ok(others.into_iter().map(finding).collect())
}

/// What the ledger says was sent to the index.
fn sent(request: &Request<'_>) -> Result<Vec<RecordedFile>, Failure> {
    let git = Git::discover(&request.project.root)?;
    Ok(git.map(|git| record::sent_to(&git, request.index)).transpose()?.unwrap_or_default())
}

/// Why each file is not visible: slow pages, or a file that never came.
fn missing(
    inspect: Inspect<'_>,
    request: &Request<'_>,
    package: &Package,
    shown: &Shown,
) -> Result<Vec<Finding>, Failure> {
    let (index, wait) = (&request.index.name, request.wait);
    let told = document::of(inspect.http(), request.index, &package.name, request.version);
    let sent = sent(request)?;
    let finding = |name: &String| {
        let has = match &told {
            Ok(Told::Release(document)) => Some(document::digest(document, name).is_some()),
            Ok(Told::NoRelease) => Some(false),
            Ok(Told::Nothing) | Err(_) => None,
        };
        let was_sent = sent.iter().any(|file| file.name == *name);
        let (code, what, help) = match (shown.unattested.contains(name), has, was_sent) {
            (true, ..) => (NOT_VISIBLE, "is there, and who published it is not said yet", AGAIN),
            (_, Some(true), _) => {
                (NOT_VISIBLE, "is uploaded: the JSON API has it, the simple API does not show it yet", AGAIN)
            }
            (_, Some(false), true) => {
                ("verify/lost", "was uploaded by the ledger, and neither API has it: it is lost", SEND)
            }
            (_, Some(false), false) => (NOT_VISIBLE, "is in neither API: it was never uploaded, or is lost", SEND),
            (_, None, _) => (NOT_VISIBLE, "is not visible", AGAIN),
        };
        let message = format!("`{name}` {what} on `{index}` after {wait} s");
        let finding = match code {
            NOT_VISIBLE => Finding::warning(code, message),
            _ => Finding::error(code, message),
        };
        finding.at(Location::file(name)).help(help)
    };
    Ok(shown.missing.iter().map(finding).collect())
}

const NOT_VISIBLE: &str = "verify/not-visible";
const AGAIN: &str = "indexes lag: run the same command again later";
const SEND: &str = "run `release publish` again, which sends only what is not there, then this command";

/// How the provenance of a release stands to that of the one before (PEP 740).
fn standing(inspect: Inspect<'_>, request: &Request<'_>, listing: &Listing) -> Option<Finding> {
    let wanted = request.project.config.verify.provenance.unwrap_or(Attestations::Prefer);
    let before = listing.versions().into_iter().rfind(|version| version < request.version);
    let is_told = |version: &Version| listing.of_version(version).any(|file| file.provenance.is_some());
    if wanted == Attestations::Off || !(is_told(request.version) || before.as_ref().is_some_and(is_told)) {
        return None;
    }
    let person = |url: Option<&String>| -> Result<Option<Person>, IndexError> {
        let Some(url) = url else { return Ok(None) };
        let found = provenance::of(inspect.http(), request.index, url)?;
        Ok(found.and_then(|found| found.bundles.into_iter().next()).map(|bundle| bundle.publisher))
    };
    let people = |version: &Version| -> Result<Vec<(String, Option<Person>)>, IndexError> {
        listing.of_version(version).map(|file| Ok((file.name.clone(), person(file.provenance.as_ref())?))).collect()
    };
    // What cannot be read is a finding of the file that it is about.
    let now = people(request.version).ok()?;
    let earlier = match &before {
        Some(version) => people(version),
        None => Ok(Vec::new()),
    };
    let version = before.map(|version| version.to_string()).unwrap_or_default();
    let state = earlier.map(|earlier| {
        let people: Vec<Option<Person>> = earlier.into_iter().map(|(_, person)| person).collect();
        provenance::state(&now, &people)
    });
    let message = match state {
        Err(error) => {
            format!(
                "whether the publisher has changed is not known: the provenance of {version} cannot be read: {error}"
            )
        }
        Ok(state) => match state {
            State::None | State::Full => return None,
            State::Partial(files) => {
                format!("the provenance of the release is partial: {} have none", files.join(", "))
            }
            State::Inconsistent(people) => {
                format!("the provenance of the release is inconsistent: its files are by {}", people.join(" and "))
            }
            State::Lost => format!("the provenance is lost: {version} had it, and this release has none"),
            State::Changed { before, now } => {
                format!("the publisher has changed: {version} was by {before}, this one by {now}")
            }
        },
    };
    let help = "those who install by provenance will ask why: publish every file in the same workflow";
    let finding = match wanted {
        Attestations::Require => Finding::error("verify/provenance-state", message),
        _ => Finding::warning("verify/provenance-state", message),
    };
    Some(finding.help(help))
}

/// Writes the verdict into the ledger, for the stage that comes after: which files were verified on which index.
pub fn remember(world: &World, request: &Request<'_>, verdicts: &[Verdict]) {
    let findings = || verdicts.iter().flat_map(|verdict| &verdict.findings);
    let missing = verdicts.iter().any(|verdict| !verdict.missing.is_empty());
    let wrong = findings().find(|finding| finding.severity == Severity::Error).map(|finding| finding.code);
    let outcome = wrong.unwrap_or(if missing { NOT_VISIBLE } else { "ok" });
    // Of what is another file than the one that is known here nothing was judged.
    let is_other = |one: &&Verified| one.findings.iter().any(|finding| finding.code == "verify/hash");
    let verified = verdicts.iter().flat_map(|verdict| &verdict.verified).filter(|one| !is_other(one));
    let files: Vec<RecordedFile> =
        verified.map(|one| RecordedFile { name: one.file.clone(), sha256: one.sha256.clone() }).collect();
    let index = request.index;
    // The name of an index that has none is its URL, which may hold a password.
    let name = world.inspect().redactor().redact(&index.name);
    let draft = Draft {
        command: record::VERIFY,
        project: request.project.title(),
        version: Some(request.version.to_string()),
        summary: format!("{} on {}", crate::report::text::count(files.len(), "file"), name),
        facts: Facts {
            phase: Some(format!("verify {name}")),
            document: Some(record::place(index)),
            ..Facts::default()
        },
    };
    if let Err(error) = execute::record(world, &request.project.root, (&draft, outcome, &files)) {
        world.inspect().warn(format!("the ledger has no entry of this verdict: {}", error.message));
    }
}
