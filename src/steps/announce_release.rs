//! A release on the forge, in the order that immutable releases need. What is there already is left alone, so
//! that a run that ended anywhere is finished by the next.

use serde::Serialize;
use serde_json::{Value, json};

use super::record::RecordedFile;
use crate::effects::Effects;
use crate::error::{Failure, Kind};
use crate::forge::release::{Change, Standing, Wanted, differences};
use crate::forge::{Forge, ForgeError, Place};

/// How often a release is read back until the forge shows it as it was sent.
const READS: u32 = 6;

/// A release to be made.
#[derive(Debug, Serialize)]
pub struct AnnounceRelease {
    /// Where.
    pub place: Place,
    /// What it should be.
    pub wanted: Wanted,
    /// What was missing when this was planned.
    pub changes: Vec<Change>,
    /// What was there when nothing was missing.
    #[serde(skip)]
    pub there: Option<Standing>,
    /// The forge.
    #[serde(skip)]
    pub forge: Forge,
}

/// Where a release or a file of it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Made by this run.
    Created,
    /// Changed by this run.
    Updated,
    /// Nothing was to be done.
    AlreadyThere,
}

impl State {
    /// The words that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            State::Created => "created",
            State::Updated => "updated",
            State::AlreadyThere => "already-there",
        }
    }
}

/// What became of a release.
#[derive(Debug, Clone, Serialize)]
pub struct Announced {
    /// The kind of forge.
    pub forge: crate::forge::place::Kind,
    /// `owner/name`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// Its page; nothing where it was not made.
    pub url: Option<String>,
    /// What this run did to it.
    pub state: State,
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether it is a pre-release.
    pub prerelease: bool,
    /// Whether it is frozen; nothing where the forge knows of no such releases.
    pub immutable: Option<bool>,
    /// Its files, as far as they are there.
    pub assets: Vec<Attached>,
}

/// A file of a release.
#[derive(Debug, Clone, Serialize)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// `uploaded` or `already-there`.
    pub state: &'static str,
}

impl Announced {
    pub(super) fn recorded(&self) -> Vec<RecordedFile> {
        let recorded = |file: &Attached| RecordedFile { name: file.name.clone(), sha256: file.sha256.clone() };
        self.assets.iter().map(recorded).collect()
    }
}

/// How far it came.
struct Progress {
    standing: Option<Standing>,
    state: State,
    uploaded: Vec<String>,
    /// A request whose outcome is unclear.
    unclear: bool,
}

impl AnnounceRelease {
    pub(super) fn describe(&self) -> String {
        let uploads = self.changes.iter().filter(|change| matches!(change, Change::Upload { .. })).count();
        let mut parts = Vec::new();
        if self.changes.contains(&Change::Create) {
            parts.push("create a draft".to_owned());
        }
        if uploads > 0 {
            parts.push(format!("attach {}", crate::report::text::count(uploads, "file")));
        }
        if self.changes.contains(&Change::Edit) {
            parts.push("set title and notes".to_owned());
        }
        if self.changes.contains(&Change::Publish) {
            parts.push("publish it".to_owned());
        }
        let (tag, place) = (&self.wanted.tag, &self.place);
        match parts.is_empty() {
            true => format!("leave the release of `{tag}` on `{place}` as it is"),
            false => format!("announce `{tag}` on `{place}`: {}", parts.join(", ")),
        }
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Announced, Failure> {
        let mut progress =
            Progress { standing: self.there.clone(), state: State::AlreadyThere, uploaded: Vec::new(), unclear: false };
        if self.there.is_some() {
            return Ok(self.told(&progress));
        }
        match self.make(effects, &mut progress) {
            Ok(()) => Ok(self.told(&progress)),
            Err(error) => Err(self.failed(error, &progress)),
        }
    }

    /// Looks at what is there now, and makes what is missing.
    fn make(&self, effects: Effects<'_>, progress: &mut Progress) -> Result<(), ForgeError> {
        let (forge, wanted) = (&self.forge, &self.wanted);
        let http = effects.inspect().http();
        forge.require_token()?;
        forge.require_tag(http, wanted)?;
        progress.standing = forge.standing(http, wanted)?;
        let changes = differences(forge, wanted, progress.standing.as_ref())?;
        let files = |change: &Change| matches!(change, Change::Create | Change::Remove { .. } | Change::Upload { .. });
        let (first, last): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(files);
        for change in &first {
            self.apply(effects, change, progress)?;
        }
        if !first.is_empty() {
            // Nothing is published before every file was seen to be there with its digest.
            self.settle(effects, progress, |change| !files(change))?;
        }
        for change in &last {
            self.apply(effects, change, progress)?;
        }
        if !last.is_empty() {
            self.settle(effects, progress, |_| false)?;
        }
        Ok(())
    }

    fn apply(&self, effects: Effects<'_>, change: &Change, progress: &mut Progress) -> Result<(), ForgeError> {
        let done = self.request(effects, change, progress.standing.as_ref());
        progress.unclear = done.as_ref().is_err_and(ForgeError::is_unclear);
        let made = done?;
        if let Some(made) = made {
            progress.standing = Some(made);
            progress.state = State::Created;
        }
        if let Change::Upload { name } = change {
            progress.uploaded.push(name.clone());
        }
        if progress.state == State::AlreadyThere {
            progress.state = State::Updated;
        }
        Ok(())
    }

    fn request(
        &self,
        effects: Effects<'_>,
        change: &Change,
        standing: Option<&Standing>,
    ) -> Result<Option<Standing>, ForgeError> {
        let (forge, wanted) = (&self.forge, &self.wanted);
        let Some(Standing { release, .. }) = standing else {
            return forge.create_draft(effects, wanted).map(Some);
        };
        match change {
            Change::Create => return Ok(None),
            Change::Remove { id, .. } => forge.remove_asset(effects, release, *id)?,
            Change::Upload { name } => {
                for file in wanted.files.iter().filter(|file| file.name == *name) {
                    forge.attach(effects, release, file)?;
                }
            }
            Change::Edit | Change::Publish => forge.edit(effects, wanted, release, change)?,
        }
        Ok(None)
    }

    /// Reads the release back until only changes that `may` remain are missing: forges lag by moments.
    fn settle(
        &self,
        effects: Effects<'_>,
        progress: &mut Progress,
        may: impl Fn(&Change) -> bool,
    ) -> Result<(), ForgeError> {
        let inspect = effects.inspect();
        for read in 1.. {
            let Some(standing) = progress.standing.take() else { break };
            progress.standing = Some(standing.clone());
            let standing = self.forge.reread(inspect.http(), &self.wanted, standing)?;
            let missing = differences(&self.forge, &self.wanted, Some(&standing))?;
            progress.standing = Some(standing);
            let Some(first) = missing.iter().find(|change| !may(change)) else { break };
            if read == READS {
                return Err(ForgeError::NotAsSent {
                    place: self.place.to_string(),
                    problem: match first {
                        Change::Upload { name } | Change::Remove { name, .. } => format!("`{name}` is missing"),
                        Change::Publish => "it is still a draft".to_owned(),
                        Change::Edit | Change::Create => "title or notes are others".to_owned(),
                    },
                });
            }
            inspect.clock().sleep(std::time::Duration::from_millis(100 << read));
        }
        Ok(())
    }

    fn failed(&self, error: ForgeError, progress: &Progress) -> Failure {
        let landed = progress.state != State::AlreadyThere || progress.unclear;
        let mut failure = Failure::from(error);
        if landed {
            failure.kind = Kind::Partial;
            failure = failure.hint("run the same command again to continue: what is there is not sent twice");
        }
        failure.after(self.result(progress))
    }

    fn result(&self, progress: &Progress) -> Value {
        json!(self.told(progress))
    }

    /// The release as results tell it.
    fn told(&self, progress: &Progress) -> Announced {
        let release = progress.standing.as_ref().map(|standing| &standing.release);
        let is_there = |name: &str| {
            release.is_some_and(|release| release.assets().iter().any(|asset| asset.name == name))
                || progress.uploaded.iter().any(|uploaded| uploaded == name)
        };
        let assets = self.wanted.files.iter().filter(|file| is_there(&file.name)).map(|file| Attached {
            name: file.name.clone(),
            sha256: file.sha256.to_string(),
            size: file.size,
            state: if progress.uploaded.contains(&file.name) { "uploaded" } else { "already-there" },
        });
        Announced {
            forge: self.place.kind,
            repository: self.place.slug(),
            tag: self.wanted.tag.clone(),
            url: release.map(|release| release.html_url.clone()),
            state: progress.state,
            draft: release.is_none_or(|release| release.draft),
            prerelease: self.wanted.prerelease,
            immutable: release.and_then(|release| release.immutable),
            assets: assets.collect(),
        }
    }
}
