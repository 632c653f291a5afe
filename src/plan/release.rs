//! The whole release as one document: what would change, where it would go, and the facts it relies on.
//!
//! Canonical JSON (sorted keys, no white space): the same release gives the same bytes, and their sha256 is
//! the token that an approval names. Nothing in it depends on the time of day.

use std::path::Path;

use jiff::civil::Date;
use jiff::{ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bump::{self, Bump};
use super::error::PlanError;
use super::guards::Remote;
use crate::archive::Sha256;
use crate::config::file::{GateTable, HookTable};
use crate::config::resolve::Policy;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::forge::{Forge, ForgeError};
use crate::index::credential::pypirc;
use crate::project::{FILE_LIMIT, Project, ProjectError};
use crate::python::bump::{Mode, Request};
use crate::python::version::Version;
use crate::report::text;
use crate::steps::Step;

/// The format of the document.
pub const SCHEMA: &str = "release.plan/1";

/// How long a plan may be carried out.
const DAYS: i64 = 7;

/// The phases before anything leaves the machine.
const INSIDE: [&str; 5] = ["preflight", "gates", "bump", "build", "check"];

/// A release as it is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program that planned it.
    pub tool: String,
    /// The project.
    pub project: String,
    /// Its packages, in the order they are released.
    pub packages: Vec<String>,
    /// What was asked for.
    pub request: String,
    /// The key of the decision that asks for it; nothing where a person does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// The version before.
    pub from: String,
    /// The version after.
    pub to: String,
    /// Its tag.
    pub tag: String,
    /// Whether the bump makes it, or it is there already.
    pub makes_tag: bool,
    /// Whether it is a pre-release.
    pub prerelease: bool,
    /// What it starts from.
    pub base: Base,
    /// The sha256 of the file of the configuration; nothing where there is none.
    pub config_sha256: Option<String>,
    /// The files that the bump changes.
    pub edits: Vec<Edit>,
    /// The day of the release, which the changelog names.
    pub date: String,
    /// The last day that it may be begun.
    pub expires: String,
    /// The phases, in order.
    pub phases: Vec<String>,
    /// The indexes on the way out.
    pub stages: Vec<Stage>,
    /// Where tag and branch go.
    pub remote: Option<String>,
    /// Where the release is announced.
    pub forge: Option<String>,
    /// The gates.
    pub gates: Vec<GateTable>,
    /// The hooks.
    pub hooks: Vec<HookTable>,
    /// What must be given before anything leaves the machine.
    pub policy: Policy,
}

/// What a release starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub commit: String,
}

/// A file that the bump changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// Its path below the top of the repository.
    pub path: String,
    /// The sha256 of what it holds.
    pub before: String,
    /// The sha256 of what it will hold; nothing: it is removed.
    pub after: Option<String>,
    /// The changed lines, for people.
    pub lines: Vec<String>,
}

/// An index on the way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// The URL that files are posted to.
    pub upload: String,
}

/// What is asked of a release.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The kind or version as typed; nothing: `auto`, or the version as written where nothing was released.
    pub typed: Option<String>,
    /// The day of the release; nothing: today in UTC.
    pub date: Option<Date>,
    /// The key of the decision that asks for it.
    pub decision: Option<String>,
}

/// A release with the bump that it begins with.
#[derive(Debug)]
pub struct Release {
    /// The document.
    pub document: Document,
    /// The bump; without steps where the version is tagged already.
    pub bump: Bump,
}

/// Plans a release. Looks only, and asks nobody beyond this machine.
///
/// # Errors
/// A guard of the bump does not hold, or a stage is unknown.
pub fn plan(inspect: Inspect<'_>, project: &Project, wanted: &Wanted) -> Result<Release, Failure> {
    let missing = || ProjectError::NoRepository { dir: project.root.display().to_string() };
    let git = Git::discover(&project.root)?.ok_or_else(missing)?;
    let head = git.head()?;
    let commit = head.commit.clone().ok_or(PlanError::NoCommit)?;
    let date = wanted.date.unwrap_or_else(|| inspect.clock().now().to_zoned(TimeZone::UTC).date());
    let request = request(&git, project, wanted.typed.as_deref())?;
    let bump = bump::plan(inspect, project, &bump_of(&request, date)?)?;
    if bump.nothing {
        let reason = bump.notes.into_iter().next().unwrap_or_default();
        return Err(PlanError::NothingToRelease { version: bump.from.to_string(), reason }.into());
    }
    let remote = git.remote_url("origin").map(|url| shown_url(&url));
    let forge = announced_at(inspect, project)?;
    let stages = stages(inspect, project, &bump.to)?;
    let branch = head.branch.map(|name| name.trim_start_matches("refs/heads/").to_owned());
    let document = Document {
        schema: SCHEMA.to_owned(),
        tool: concat!("release ", env!("CARGO_PKG_VERSION")).to_owned(),
        project: project.title(),
        packages: project.packages.iter().map(|package| package.name.as_str().to_owned()).collect(),
        request,
        decision: wanted.decision.clone(),
        from: bump.from.to_string(),
        to: bump.to.to_string(),
        tag: project.tag_of(&bump.to),
        makes_tag: bump.tag.is_some(),
        prerelease: bump.to.is_prerelease(),
        base: Base { branch, commit },
        config_sha256: config_sha256(inspect, project)?,
        edits: edits(&bump),
        date: date.to_string(),
        expires: date.saturating_add(DAYS.days()).to_string(),
        phases: phases(&stages, remote.is_some(), forge.is_some()),
        stages,
        remote,
        forge,
        gates: project.config.gates.clone(),
        hooks: project.config.hooks.clone(),
        policy: project.config.policy.clone(),
    };
    Ok(Release { document, bump })
}

/// What is asked for in words: the kind that was typed, `auto`, or `--current` where nothing was released yet.
fn request(git: &Git, project: &Project, typed: Option<&str>) -> Result<String, Failure> {
    if let Some(typed) = typed {
        return Ok(typed.to_owned());
    }
    let releases = crate::project::history::releases(git, project)?;
    let written = releases.iter().any(|release| release.version == *project.version());
    Ok(match (written, project.is_versioned_by_tags()) {
        (true, _) => "auto",
        (false, true) => bump::FIRST,
        (false, false) => "--current",
    }
    .to_owned())
}

/// The bump that a request in words asks for.
///
/// # Errors
/// It is no kind and no version.
pub fn bump_of(request: &str, date: Date) -> Result<bump::Wanted, Failure> {
    let parsed: Option<Request> = match request {
        "--current" => None,
        typed => Some(typed.parse()?),
    };
    Ok(bump::Wanted {
        request: parsed,
        typed: request.to_owned(),
        mode: Mode::Linear,
        comment: None,
        sign: None,
        remote: Remote::NotAsked,
        commit: true,
        tag: true,
        include_stale: false,
        allow_dirty: false,
        again: false,
        silent: bump::Silent::Warn,
        date: Some(date),
    })
}

fn edits(bump: &Bump) -> Vec<Edit> {
    let mut edits = Vec::new();
    for step in &bump.plan.steps {
        if let Step::Transaction(transaction) = step {
            edits.extend(transaction.files.iter().map(|change| Edit {
                path: change.path.clone(),
                before: Sha256::of(&change.before).to_string(),
                after: change.after.as_deref().map(|bytes| Sha256::of(bytes).to_string()),
                lines: change.preview.clone(),
            }));
        }
    }
    edits
}

fn stages(inspect: Inspect<'_>, project: &Project, version: &Version) -> Result<Vec<Stage>, Failure> {
    let mut stages = Vec::new();
    for name in project.config.stages_of(version) {
        let index = pypirc::index_of(inspect, &project.config, name)?;
        stages.push(Stage { name: name.clone(), upload: index.upload });
    }
    Ok(stages)
}

fn config_sha256(inspect: Inspect<'_>, project: &Project) -> Result<Option<String>, Failure> {
    let Some(file) = &project.config.file else {
        return Ok(None);
    };
    let bytes = inspect.files().read(&project.root.join(file), FILE_LIMIT)?;
    Ok(Some(Sha256::of(&bytes).to_string()))
}

fn phases(stages: &[Stage], pushes: bool, announces: bool) -> Vec<String> {
    let mut phases: Vec<String> = INSIDE.iter().map(|name| (*name).to_owned()).collect();
    if pushes {
        phases.push("push".to_owned());
    }
    for stage in stages {
        phases.push(format!("publish {}", stage.name));
        phases.push(format!("verify {}", stage.name));
    }
    if announces {
        phases.push("announce".to_owned());
    }
    phases.push("status".to_owned());
    phases
}

/// The forge that the release is announced at, as people call it; nothing where none is known.
fn announced_at(inspect: Inspect<'_>, project: &Project) -> Result<Option<String>, Failure> {
    let table = project.config.forge.as_ref();
    if table.and_then(|table| table.announce) == Some(false) {
        return Ok(None);
    }
    match Forge::of_project(inspect, &project.config, &project.root) {
        Ok(forge) => Ok(Some(forge.place.to_string())),
        // A remote that is no forge, for example a folder, has nothing to announce at.
        Err(ForgeError::Unknown { .. }) if table.is_none() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A URL without what may be a secret in it.
fn shown_url(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

/// Whether a phase changes something beyond this machine.
pub fn leaves_machine(phase: &str) -> bool {
    let kind = phase.split(' ').next().unwrap_or_default();
    matches!(kind, "push" | "publish" | "announce")
}

impl Document {
    /// The document as the bytes that its token is the sha256 of.
    pub fn canonical(&self) -> String {
        let value = serde_json::to_value(self).expect("documents have string keys");
        sorted(&value).to_string()
    }

    /// The sha256 of the document: what an approval names.
    pub fn token(&self) -> String {
        Sha256::of(self.canonical().as_bytes()).to_string()
    }

    /// Reads a document.
    ///
    /// # Errors
    /// It is none, or of a newer format.
    pub fn parse(bytes: &[u8]) -> Result<Self, PlanError> {
        let refuse = |problem: String| PlanError::NotAPlan { problem };
        let document: Document = serde_json::from_slice(bytes).map_err(|error| refuse(error.to_string()))?;
        if document.schema != SCHEMA {
            return Err(refuse(format!("its schema is `{}`", text::inline(&document.schema))));
        }
        Ok(document)
    }

    /// The release that this document wants, planned again from what is there now.
    ///
    /// # Errors
    /// The world has moved: what differs is named; or its time is over.
    pub fn again(&self, inspect: Inspect<'_>, project: &Project) -> Result<Release, Failure> {
        let today = inspect.clock().now().to_zoned(TimeZone::UTC).date();
        let broken = |_| PlanError::NotAPlan { problem: "a date in it is none".to_owned() };
        let date: Date = self.date.parse().map_err(broken)?;
        let expires: Date = self.expires.parse().map_err(broken)?;
        if today > expires {
            return Err(PlanError::Expired { on: self.expires.clone() }.into());
        }
        let wanted = Wanted { typed: Some(self.request.clone()), date: Some(date), decision: self.decision.clone() };
        let release = plan(inspect, project, &wanted)?;
        let moved = self.differences(&release.document);
        if moved.is_empty() { Ok(release) } else { Err(PlanError::Moved { facts: moved }.into()) }
    }

    /// The commit of the release, if its tag names what was planned: the base itself, or one commit on top of it
    /// with these edits and nothing else.
    ///
    /// # Errors
    /// [`PlanError::OtherCommit`].
    pub fn require_commit(&self, git: &Git) -> Result<String, Failure> {
        let other = || Failure::from(PlanError::OtherCommit { tag: self.tag.clone() });
        let tag = git.tags()?.into_iter().find(|tag| tag.name == self.tag).ok_or_else(other)?;
        if self.edits.is_empty() {
            return if tag.commit == self.base.commit { Ok(tag.commit) } else { Err(other()) };
        }
        let mut planned: Vec<&str> = self.edits.iter().map(|edit| edit.path.as_str()).collect();
        planned.sort_unstable();
        let mut changed = git.changed_between(&self.base.commit, &tag.commit)?;
        changed.sort_unstable();
        let on_top = git.parent_of(&tag.commit)?.as_deref() == Some(self.base.commit.as_str());
        let same = |edit: &Edit| match &edit.after {
            None => git.has_file(&tag.commit, &edit.path).is_ok_and(|there| !there),
            Some(after) => {
                git.file_of_commit(&tag.commit, &edit.path).is_ok_and(|bytes| Sha256::of(&bytes).to_string() == *after)
            }
        };
        if on_top && changed == planned && self.edits.iter().all(same) { Ok(tag.commit) } else { Err(other()) }
    }

    /// Whether the configuration is still what was planned: where files go, what runs and who must approve,
    /// always; all of it where somebody approved it. A bump may have written the version into its file.
    ///
    /// # Errors
    /// [`PlanError::Drifted`].
    pub fn holds(&self, inspect: Inspect<'_>, project: &Project) -> Result<(), Failure> {
        let remote = Git::discover(&project.root)?.and_then(|git| git.remote_url("origin")).map(|url| shown_url(&url));
        let config = &project.config;
        let moved: Vec<&str> = [
            ("stages", stages(inspect, project, &self.to.parse()?)? != self.stages),
            ("remote", remote != self.remote),
            ("forge", announced_at(inspect, project)? != self.forge),
            ("gates", config.gates != self.gates),
            ("hooks", config.hooks != self.hooks),
            ("policy", config.policy != self.policy),
        ]
        .into_iter()
        .filter_map(|(key, moved)| moved.then_some(key))
        .collect();
        if !moved.is_empty() {
            let facts = moved.into_iter().map(|key| format!("`{key}` differs")).collect();
            return Err(PlanError::Drifted { version: self.to.clone(), facts }.into());
        }
        let now = config_sha256(inspect, project)?;
        let written =
            |edit: &&Edit| project.config.file.as_ref().is_some_and(|file| edit.path.ends_with(file.as_str()));
        let bumped = self.edits.iter().filter(written).any(|edit| edit.after.is_some() && edit.after == now);
        if now == self.config_sha256 || bumped {
            return Ok(());
        }
        if self.policy.approvals > 0 {
            let facts = vec!["`config_sha256` differs".to_owned()];
            return Err(PlanError::Drifted { version: self.to.clone(), facts }.into());
        }
        inspect.warn("the configuration has changed since this release was planned");
        Ok(())
    }

    /// What differs between this document and another one, each in a few words.
    pub fn differences(&self, other: &Document) -> Vec<String> {
        let (one, two) = (serde_json::to_value(self), serde_json::to_value(other));
        let (Ok(Value::Object(one)), Ok(Value::Object(two))) = (one, two) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, planned) in &one {
            let now = &two[key];
            if planned != now {
                found.push(match (planned.as_str(), now.as_str()) {
                    (Some(planned), Some(now)) => format!("`{key}` was `{planned}` and is `{now}`"),
                    _ => format!("`{key}` differs"),
                });
            }
        }
        found
    }

    /// The document in lines for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} {} -> {}, tag {}", self.project, self.from, self.to, self.tag)];
        lines.extend(self.decision.iter().map(|key| format!("decision {key}")));
        lines.extend(self.edits.iter().flat_map(|edit| &edit.lines).map(|line| format!("  {line}")));
        lines.push(format!("phases  {}", self.phases.join(", ")));
        for stage in &self.stages {
            lines.push(format!("stage   {} {}", stage.name, stage.upload));
        }
        lines.extend(self.remote.iter().map(|remote| format!("remote  {remote}")));
        lines.extend(self.forge.iter().map(|forge| format!("forge   {forge}")));
        for hook in &self.hooks {
            lines.push(format!("hook    {} {}", hook.at, hook.run.join(" ")));
        }
        if self.policy.approvals > 0 {
            lines.push(format!("needs   {}", text::count(self.policy.approvals as usize, "approval")));
        }
        lines.push(format!("token   {}", self.token()));
        lines
    }
}

/// The same value with the keys of every object sorted.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            keys.into_iter().map(|key| (key.clone(), sorted(&map[key]))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// The archives of a release in `dist/`, below the project.
pub fn dist(project: &Project) -> std::path::PathBuf {
    project.root.join(Path::new(super::publish::DIST))
}
