//! `check --online`: what only the network knows. Visits the addresses that the project and its archives lead people to, and
//! asks the index what the last release required. What answers mean is left to `check/source`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::check::Judged;
use super::{archives, at_once};
use crate::archive::Sha256;
use crate::check::Policy;
use crate::check::description::Source;
use crate::check::source::addresses::{Address, Addresses};
use crate::check::source::newer::{self, Needed, Required, Standing};
use crate::check::source::{Tree, reached};
use crate::config::Config;
use crate::config::targets::Index;
use crate::effects::http::visit::Visited;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::index::credential::pypirc;
use crate::index::listing::ListedFile;
use crate::index::{IndexError, Listing};
use crate::project::Project;
use crate::python::filename;
use crate::python::metadata::RawMetadata;
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::{Event, Finding};

/// At most so many addresses are visited, and so many new requirements looked up.
const MOST: usize = 500;
const MOST_NEW: usize = 50;

/// How many are asked at once.
const AT_ONCE: usize = 8;

/// Metadata are read up to this size.
const METADATA_LIMIT: u64 = 4 * 1024 * 1024;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What the project decided about rules.
    pub policy: &'a Policy,
    /// The archives whose metadata count.
    pub archives: &'a [archives::Judged],
    /// The project, where it is judged.
    pub project: Option<&'a Project>,
    /// The configuration.
    pub config: &'a Config,
}

/// What the network knows.
#[derive(Debug, Default)]
pub struct Online {
    /// What is wrong; inconclusive where somebody did not answer.
    pub judged: Judged,
    /// How many addresses were visited.
    pub visited: usize,
}

/// Asks the network.
///
/// # Errors
/// The repository cannot be read, or somebody asked to stop.
pub fn judge(inspect: Inspect<'_>, asked: &Asked<'_>) -> Result<Online, Failure> {
    let mut online = Online::default();
    let addresses = gather(inspect, asked)?;
    visit(inspect, asked.policy, &addresses, &mut online)?;
    let mut unclear = Vec::new();
    for ours in ours(asked, &mut unclear).values() {
        match since(inspect, asked.config, (ours, &mut unclear)) {
            Ok(findings) => online.judged.findings.extend(findings),
            Err(why) => unclear.push(format!("what is new in what `{}` requires, since {why}", ours.name)),
        }
        inspect.go_on()?;
    }
    let judged = &mut online.judged;
    let before = judged.findings.len();
    judged.findings.retain(|finding| !asked.policy.accepts(finding.code, finding.location.as_ref()));
    judged.accepted += before - judged.findings.len();
    judged.inconclusive |= !unclear.is_empty();
    judged.unjudged.extend(unclear);
    Ok(online)
}

/// The archives whose contents all readers see alike.
fn sound<'a>(asked: &Asked<'a>) -> impl Iterator<Item = &'a archives::Judged> {
    asked.archives.iter().filter(|archive| archive.verdict.judged)
}

fn gather(inspect: Inspect<'_>, asked: &Asked<'_>) -> Result<Addresses, Failure> {
    let mut addresses = Addresses::default();
    if let Some(project) = asked.project {
        for package in &project.packages {
            addresses.of_pyproject(&package.pyproject);
        }
        if let Some(git) = Git::discover(&project.root)? {
            addresses.of_documents(&Tree::of(inspect.files(), &git, &project.root)?);
        }
    }
    for archive in sound(asked) {
        addresses.of_archive(&archive.examined);
    }
    Ok(addresses)
}

fn visit(inspect: Inspect<'_>, policy: &Policy, all: &Addresses, online: &mut Online) -> Result<(), Failure> {
    let (done, patience) = (AtomicU64::new(0), policy.settings.link_timeout);
    let asked: Vec<&Address> = all.all().iter().take(MOST).collect();
    let total = asked.len() as u64;
    let tell = |done: u64| inspect.tell(&Event::Progress { what: "visiting links".to_owned(), done, total });
    tell(0);
    let visited = at_once::up_to(AT_ONCE, &asked, |address| {
        let visited = inspect.http().visit(&address.url, patience);
        tell(done.fetch_add(1, Ordering::Relaxed) + 1);
        visited
    });
    let mut outcomes = Vec::new();
    for (address, visited) in asked.iter().zip(visited) {
        outcomes.push((*address, visited?));
    }
    online.visited = outcomes.iter().filter(|(_, visited)| *visited != Visited::Inner).count();
    let found = reached::judge(&outcomes, policy, patience);
    let judged = &mut online.judged;
    judged.findings = found.findings;
    judged.accepted = found.accepted;
    judged.inconclusive = !found.unclear.is_empty();
    judged.unjudged = found.unclear;
    judged.unjudged.extend(found.unasked);
    if all.examples() > 0 {
        judged.unjudged.push(format!("{} of hosts that are reserved for examples", reached::counted(all.examples())));
    }
    if let Some(more) = all.all().len().checked_sub(MOST).filter(|more| *more > 0) {
        judged.inconclusive = true;
        judged.unjudged.push(format!("{} beyond the first {MOST}", reached::counted(more)));
    }
    Ok(())
}

/// What one project requires now.
struct Ours {
    name: ProjectName,
    version: Version,
    required: Required,
}

/// What each project requires by its archives and by its `pyproject.toml`.
fn ours(asked: &Asked<'_>, unclear: &mut Vec<String>) -> BTreeMap<String, Ours> {
    let mut all: BTreeMap<String, Ours> = BTreeMap::new();
    for package in asked.project.into_iter().flat_map(|project| &project.packages) {
        let Some(required) = newer::of_pyproject(&package.pyproject) else { continue };
        let ours = Ours { name: package.name.clone(), version: package.version.clone(), required };
        all.insert(package.name.normalized().to_owned(), ours);
    }
    for archive in sound(asked) {
        let file = archive.examined.name.as_str();
        let Some((name, version)) = filename::project_and_version(file) else { continue };
        let Some((member, bytes)) = Source::member(&archive.examined.scan) else { continue };
        let key = name.normalized().to_owned();
        let ours = all.entry(key).or_insert_with(|| Ours { name, version, required: Required::new() });
        for (name, needed) in newer::of_metadata(&RawMetadata::parse(bytes), (file, member)) {
            ours.required.entry(name).or_insert(needed);
        }
    }
    for package in asked.project.into_iter().flat_map(|project| &project.packages) {
        if !all.contains_key(package.name.normalized()) {
            let why = "since its backend decides that, and there is no archive";
            unclear.push(format!("what is new in what `{}` requires, {why}", package.name));
        }
    }
    all
}

/// What a project requires and its last release on the index did not.
fn since(
    inspect: Inspect<'_>,
    config: &Config,
    (ours, unclear): (&Ours, &mut Vec<String>),
) -> Result<Vec<Finding>, String> {
    let index = config.stages.value.last().map_or("pypi", String::as_str);
    let index = pypirc::index_of(inspect, config, index).map_err(|failure| failure.message)?;
    let listing = Listing::of(inspect.http(), &index, &ours.name).map_err(|error| error.to_string())?;
    let Some((version, files)) = last(&listing, ours) else { return Ok(Vec::new()) };
    let before = required(inspect, (&index, &ours.name), &version, &files)
        .map_err(|error| error.to_string())?
        .ok_or_else(|| format!("`{}` does not tell what {version} requires", index.name))?;
    let new = newer::new(&ours.name, &ours.required, &before);
    let mut source = index.clone();
    if let Some(simple) = config.dependencies_of(&index) {
        source = Index { name: simple.to_owned(), simple: simple.to_owned(), ..source };
    }
    if !source.simple.ends_with('/') {
        source.simple.push('/');
    }
    let numbered: Vec<(usize, &Needed)> = new.into_iter().enumerate().collect();
    let standings = at_once::up_to(AT_ONCE, &numbered, |(at, needed)| match needed.is_direct || *at >= MOST_NEW {
        true => Ok(Standing::Unasked),
        false => Listing::of(inspect.http(), &source, &needed.name).map(|listing| standing(&listing)),
    });
    let (last, now) = (format!("{} {version}", ours.name), inspect.clock().now());
    let finding = |((_, needed), standing): (&(usize, &Needed), Result<Standing, IndexError>)| {
        let standing = standing.unwrap_or_else(|error| {
            unclear.push(format!("whether `{}` has `{}`, since {error}", source.name, needed.name));
            Standing::Unasked
        });
        newer::finding(needed, &last, (&source.name, &standing), now)
    };
    Ok(numbered.iter().zip(standings).map(finding).collect())
}

/// The newest final release below ours, with its files.
fn last<'l>(listing: &'l Listing, ours: &Ours) -> Option<(Version, Vec<&'l ListedFile>)> {
    let mut releases: BTreeMap<Version, Vec<&ListedFile>> = BTreeMap::new();
    for file in listing.files.iter().filter(|file| file.yanked.is_none()) {
        let Some((_, version)) = filename::project_and_version(&file.name).filter(|(name, _)| *name == ours.name)
        else {
            continue;
        };
        if !version.is_prerelease() && version < ours.version {
            releases.entry(version).or_default().push(file);
        }
    }
    releases.pop_last()
}

/// What a release requires, by its metadata beside a wheel (PEP 658), else by the index's document of it; nothing where the
/// index has neither.
fn required(
    inspect: Inspect<'_>,
    (index, name): (&Index, &ProjectName),
    version: &Version,
    files: &[&ListedFile],
) -> Result<Option<BTreeSet<String>>, IndexError> {
    let names = |required: Required| required.into_keys().collect();
    for file in files {
        let Some(digest) = &file.metadata else { continue };
        let answer = inspect.http().get_up_to(&format!("{}.metadata", file.url), "*/*", METADATA_LIMIT)?;
        if answer.status == 200 && Sha256::of(&answer.body) == *digest {
            return Ok(Some(names(newer::of_metadata(&RawMetadata::parse(&answer.body), ("", "")))));
        }
    }
    let Some(base) = index.simple.strip_suffix("/simple/") else { return Ok(None) };
    let url = format!("{base}/pypi/{}/{version}/json", name.normalized());
    let answer = inspect.http().get(&url, "application/json")?;
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let told = &value["info"]["requires_dist"];
    if answer.status != 200 || value["info"]["version"].is_null() {
        return Ok(None);
    }
    let texts = told.as_array().into_iter().flatten().filter_map(Value::as_str);
    let lines: String = texts.map(|text| format!("Requires-Dist: {}\n", text.replace(['\r', '\n'], " "))).collect();
    Ok(Some(names(newer::of_metadata(&RawMetadata::parse(lines.as_bytes()), ("", "")))))
}

fn standing(listing: &Listing) -> Standing {
    match listing.known && !listing.files.is_empty() {
        true => Standing::There(listing.files.iter().filter_map(|file| file.uploaded).min()),
        false => Standing::Missing,
    }
}
