//! One entry of the ledger: what was done, by whom, when, with which digests. A commit on
//! `refs/release/ledger` whose parent is the entry before, so it is append-only, hash-chained, travels with
//! the repository, and needs no server.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::archive::Sha256;
use crate::config::targets::Index;
use crate::effects::git::Identity;
use crate::effects::{Effects, EffectsError, Git, GitMut, Inspect};
use crate::secret::mask_userinfo;

/// The reference of the ledger.
pub const LEDGER: &str = "refs/release/ledger";

/// The command of verdicts.
pub const VERIFY: &str = "verify";

/// The one file of an entry.
pub const RECORD_FILE: &str = "record.json";

/// What stands between the two versions in the summary of a bump.
const ARROW: &str = " -> ";

/// The summary of a bump.
pub fn bumped(from: &str, to: &str) -> String {
    format!("{from}{ARROW}{to}")
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this format.
    pub schema: u32,
    /// The run.
    pub run: String,
    /// When, in UTC.
    pub time: String,
    /// Who, as git knows them.
    pub by: String,
    /// The subcommand.
    pub command: String,
    /// The project.
    pub project: String,
    /// The version it was about.
    pub version: Option<String>,
    /// `ok`, or the code of the failure.
    pub outcome: String,
    /// One line for people.
    pub summary: String,
    /// Archives by name with their sha256.
    #[serde(default)]
    pub files: Vec<RecordedFile>,
    /// The sha256 of the entry before, as it stands in the ledger: a chain that does not rest on git's own
    /// hashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// What else belongs to it.
    #[serde(flatten)]
    pub facts: Facts,
}

/// What only some entries carry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The phase of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The sha256 of the plan that was carried out or approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The idempotency key of a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The commit that the tag of a bump names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tagged: Option<String>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// A document that later runs need whole, such as the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<serde_json::Value>,
}

/// An archive that a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFile {
    /// Its name.
    pub name: String,
    /// Its sha256, in hexadecimal.
    pub sha256: String,
}

/// What a command knows of its record before it has run.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The subcommand.
    pub command: &'static str,
    /// The project.
    pub project: String,
    /// The version it is about.
    pub version: Option<String>,
    /// One line for people.
    pub summary: String,
    /// What else belongs to it.
    pub facts: Facts,
}

impl Draft {
    /// The record of this run.
    pub fn record(&self, inspect: Inspect<'_>, by: &Identity, outcome: &str) -> Record {
        Record {
            schema: 1,
            run: inspect.run().to_owned(),
            time: inspect.clock().now().to_string(),
            by: format!("{} <{}>", by.name, by.email),
            command: self.command.to_owned(),
            project: self.project.clone(),
            version: self.version.clone(),
            outcome: outcome.to_owned(),
            summary: inspect.redactor().redact(&self.summary),
            files: Vec::new(),
            previous: None,
            facts: self.facts.clone(),
        }
    }
}

/// Who a record names: the user as git knows them, or nobody in particular.
pub fn identity(git: &Git, inspect: Inspect<'_>) -> Identity {
    let seconds = inspect.clock().now().as_second();
    git.identity(seconds).unwrap_or(Identity {
        name: "unknown".to_owned(),
        email: "unknown@localhost".to_owned(),
        seconds,
    })
}

/// The version that a bump of this clone, or of one whose ledger was fetched, made another one from; nothing where
/// the ledger does not say.
///
/// # Errors
/// The reference names something that is no ledger.
pub fn made_from(git: &Git, project: &str, version: &str) -> Result<Option<String>, EffectsError> {
    let mut bumps = records(git)?.filter(|record| record.command == "bump" && record.outcome == "ok");
    let of_it = bumps.find(|record| record.project == project && record.version.as_deref() == Some(version));
    Ok(of_it.and_then(|record| Some(record.summary.split_once(ARROW)?.0.to_owned())))
}

/// Every entry that can be read, newest first.
fn records(git: &Git) -> Result<impl Iterator<Item = Record>, EffectsError> {
    let chain = git.chain(LEDGER, RECORD_FILE)?;
    Ok(chain.into_iter().filter_map(|(_, bytes)| serde_json::from_slice::<Record>(&bytes?).ok()))
}

/// The archives of a version that were uploaded, by the newest entry that names each.
///
/// # Errors
/// The reference names something that is no ledger.
pub fn uploaded(git: &Git, version: &str) -> Result<Vec<RecordedFile>, EffectsError> {
    let mut files: Vec<RecordedFile> = Vec::new();
    for record in records(git)?.filter(|record| record.version.as_deref() == Some(version)) {
        let phase = record.facts.phase.as_deref().unwrap_or_default();
        let sends = record.command == "publish" || (record.command == "run" && phase.starts_with("publish "));
        for file in record.files.into_iter().filter(|_| sends) {
            if files.iter().all(|known| known.name != file.name) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// The files that were sent to an index and taken.
///
/// # Errors
/// The reference names something that is no ledger.
pub fn sent_to(git: &Git, index: &Index) -> Result<Vec<RecordedFile>, EffectsError> {
    let phase = format!("publish {}", index.name);
    // The summary of a publication ends with the names of its indexes, in which logins are masked.
    let name = mask_userinfo(&index.name);
    let is_named =
        |summary: &str| summary.rsplit_once(" to ").is_some_and(|(_, names)| names.split(", ").any(|one| one == name));
    let is_sent = |record: &Record| match record.command.as_str() {
        "publish" => is_named(&record.summary),
        _ => record.command == "run" && record.outcome == "ok" && record.facts.phase.as_deref() == Some(&phase),
    };
    Ok(records(git)?.filter(is_sent).flat_map(|record| record.files).collect())
}

/// What verdicts say of the place that they are about: a hash of where its simple API is, which is nobody's secret.
pub fn place(index: &Index) -> serde_json::Value {
    let simple = crate::secret::without_userinfo(&index.simple);
    serde_json::json!({"simple-sha256": Sha256::of(simple.as_bytes()).to_string()})
}

/// The files whose newest verdict on an index is good: by `release verify` on this very simple API, or by a run.
///
/// # Errors
/// The reference names something that is no ledger.
pub fn verified_on(git: &Git, index: &Index) -> Result<Vec<RecordedFile>, EffectsError> {
    let phase = format!("verify {}", index.name);
    let place = place(index);
    let (mut good, mut judged): (Vec<RecordedFile>, Vec<RecordedFile>) = (Vec::new(), Vec::new());
    for record in records(git)?.filter(|record| record.facts.phase.as_deref() == Some(&phase)) {
        let there = record.facts.document.as_ref().map(|document| *document == place);
        if !(record.command == "run" || (record.command == VERIFY && there == Some(true))) {
            continue;
        }
        for file in record.files {
            if !judged.contains(&file) {
                judged.push(file.clone());
                good.extend((record.outcome == "ok").then_some(file));
            }
        }
    }
    Ok(good)
}

/// Writes the object of a record on top of the ledger; the reference does not move yet. Returns the entry
/// before and the new one.
///
/// # Errors
/// The object cannot be written.
pub fn write(
    git: &Git,
    objects: &GitMut,
    record: &Record,
    by: &Identity,
) -> Result<(Option<String>, String), EffectsError> {
    let before = git.resolve(LEDGER);
    let new = write_on(git, objects, (record, before.as_deref()), by)?;
    Ok((before, new))
}

/// Writes the object of a record on top of another one.
///
/// # Errors
/// The object cannot be written.
pub(super) fn write_on(
    git: &Git,
    objects: &GitMut,
    (record, before): (&Record, Option<&str>),
    by: &Identity,
) -> Result<String, EffectsError> {
    let mut record = record.clone();
    // What has no record is not ours; `history verify` says so.
    let digest =
        |commit: &str| git.file_of_commit(commit, RECORD_FILE).ok().map(|bytes| Sha256::of(&bytes).to_string());
    record.previous = before.and_then(digest);
    let json = serde_json::to_string_pretty(&record).expect("records have string keys") + "\n";
    let message = format!("{}: {}", record.command, record.summary);
    objects.write_record(before, (RECORD_FILE, json.as_bytes()), &message, by)
}

/// Appends a record to the ledger of the repository that `dir` lies in; nothing happens outside of one.
///
/// # Errors
/// The ledger moved several times meanwhile, or cannot be written.
pub fn append(
    effects: Effects<'_>,
    dir: &Path,
    draft: &Draft,
    outcome: &str,
    files: &[RecordedFile],
) -> Result<(), EffectsError> {
    let Some(git) = Git::discover(dir)? else {
        return Ok(());
    };
    let objects = GitMut::open(dir)?;
    let by = identity(&git, effects.inspect());
    let mut record = draft.record(effects.inspect(), &by, outcome);
    record.files = files.to_vec();
    let mut tries = 0;
    loop {
        let (before, new) = write(&git, &objects, &record, &by)?;
        match move_ledger(effects, &git, (before.as_deref(), &new)) {
            // Another run was faster: put ours on top of its entry.
            Err(_) if tries < 20 => {
                tries += 1;
                effects.inspect().clock().sleep(std::time::Duration::from_millis(5 * tries));
            }
            done => return done,
        }
    }
}

/// The file whose second name is the lock of the ledger while it is moved, and the lock that git honours.
fn lock_files(git: &Git) -> (PathBuf, PathBuf) {
    let base = git.common_dir();
    (base.join("release/ledger.next"), base.join(format!("{LEDGER}.lock")))
}

/// Moves the ledger's reference so that a kill at any instant leaves no lock behind that nobody removes.
///
/// # Errors
/// It stands elsewhere by now, or somebody holds its lock.
pub(super) fn move_ledger(
    effects: Effects<'_>,
    git: &Git,
    (old, new): (Option<&str>, &str),
) -> Result<(), EffectsError> {
    let files = effects.files();
    let base = git.common_dir();
    files.make_folder(&base.join("release"))?;
    files.make_folder(base.join(LEDGER).parent().unwrap_or(&base))?;
    // The system lets go of this lock when its holder ends, however it ends.
    let _held = files.lock(&base.join("release/ledger.guard"))?;
    remove_stale_lock(effects, git)?;
    let (next, lock) = lock_files(git);
    files.remove_file(&next)?;
    files.write_new(&next, format!("{new}\n").as_bytes(), 0o644)?;
    files.hard_link(&next, &lock)?;
    if git.resolve(LEDGER).as_deref() != old {
        files.remove_file(&lock)?;
        let source = std::io::Error::other("another entry was written meanwhile");
        return Err(EffectsError::Write { path: base.join(LEDGER), source });
    }
    files.rename(&lock, &base.join(LEDGER))
}

/// Removes the lock of the ledger that a killed run left, unless a live one holds it.
///
/// # Errors
/// It cannot be removed.
pub(super) fn free_ledger(effects: Effects<'_>, git: &Git) -> Result<(), EffectsError> {
    let guard = git.common_dir().join("release/ledger.guard");
    match effects.files().lock(&guard) {
        Ok(_held) => remove_stale_lock(effects, git),
        Err(_) => Ok(()),
    }
}

/// The lock that a killed run left is the same file as that run's own.
fn remove_stale_lock(effects: Effects<'_>, git: &Git) -> Result<(), EffectsError> {
    let (next, lock) = lock_files(git);
    let files = effects.inspect().files();
    if files.identity(&lock).is_some() && files.identity(&lock) == files.identity(&next) {
        effects.files().remove_file(&lock)?;
    }
    Ok(())
}
