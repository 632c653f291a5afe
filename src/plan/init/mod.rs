//! Setting a project up: what was seen becomes configuration, workflows and documents, as one journaled change.
//!
//! Nothing that a person wrote is overwritten: files of ours carry a mark (`ours.rs`), additions go where
//! nothing stood, and everything else is left alone and named. A second run finds everything as it should be.

mod documents;
mod ours;
pub(super) mod settings;
mod shown;
mod targets;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Plan, PlanError};
use crate::config::file::{self, ConfigFile, ForgeKind, WorkspaceTable};
use crate::config::resolve::{self, Config};
use crate::config::{ConfigError, Origin};
use crate::effects::files::What;
use crate::effects::http::{Url, is_loopback};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::detect::references::LookAlike;
use crate::project::detect::{self, Detected, Remote};
use crate::project::{FILE_LIMIT, Project, ProjectError, load};
use crate::steps::Step;
use crate::steps::transaction::{FileChange, SET_UP, Transaction};

pub use targets::{State, Target};

use settings::Settings;

/// What is known before anything is decided.
#[derive(Debug)]
pub struct Survey {
    /// The folder of the project.
    pub root: PathBuf,
    /// The configuration that is there already; nothing where there is none.
    pub written: Option<Config>,
    /// What the repository shows of itself.
    pub detected: Detected,
}

/// What a person decides; every value has a default that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The forges that workflows are written for.
    pub forges: Vec<ForgeKind>,
    /// The branch that releases are made from.
    pub branch: String,
    /// The name of a tag, with `{version}`.
    pub tag: String,
    /// The indexes on the way out.
    pub stages: Vec<String>,
    /// The address of the security status, for badges.
    pub badges: Option<String>,
}

/// What was asked for besides.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The forges as typed; nothing: as seen.
    pub forges: Option<Vec<ForgeKind>>,
    /// Whether the configuration goes into a file of its own.
    pub standalone: bool,
    /// Whether files with uncommitted changes may be edited.
    pub allow_dirty: bool,
}

/// What an index must be told to trust the workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publisher {
    /// The index.
    pub index: String,
    /// Where it is entered.
    pub url: String,
    /// The distribution.
    pub project: String,
    /// The owner of the repository.
    pub owner: String,
    /// The repository.
    pub repository: String,
    /// The file name of the workflow.
    pub workflow: String,
    /// The environment of the job.
    pub environment: String,
}

/// What would be done.
#[derive(Debug)]
pub struct Init {
    /// Every file that was considered.
    pub targets: Vec<Target>,
    /// Places that name the version and are left alone.
    pub left: Vec<LookAlike>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// What the indexes must be told.
    pub publishers: Vec<Publisher>,
    /// The change; no steps where everything is as it should be.
    pub plan: Plan,
}

/// The file of the workflow, below the folder of its forge.
pub const WORKFLOW: &str = "release.yml";

/// Looks at the project that `dir` lies in.
///
/// # Errors
/// There is none, its configuration is wrong, or a file cannot be read.
pub fn survey(inspect: Inspect<'_>, dir: &Path, config: Option<&Path>) -> Result<Survey, Failure> {
    let files = inspect.files();
    let root = match load::find_root(files, dir) {
        Ok(root) => root,
        // A workspace may have its only `pyproject.toml` files further down.
        Err(failure) => match Git::discover(dir)? {
            Some(git) => files.canonical(&git.top())?,
            None => return Err(failure),
        },
    };
    let written = load::load_config(files, &root, config)?;
    let written = written.file.is_some().then_some(written);
    let detected = detect::detect(inspect, &root)?;
    Ok(Survey { root, written, detected })
}

impl Survey {
    /// What holds where nobody decides otherwise: the configuration that is there, else what was seen.
    pub fn defaults(&self) -> Answers {
        let seen = &self.detected;
        let config = self.written.as_ref();
        let kind = config.and_then(|config| config.forge.as_ref()).map(|forge| forge.kind).or(seen.forge);
        let named = |origin: &Origin| *origin == Origin::File;
        Answers {
            forges: config
                .and_then(|config| config.init.workflows.clone())
                .unwrap_or_else(|| kind.into_iter().collect()),
            branch: config
                .and_then(|config| config.branches.value.first().cloned())
                .unwrap_or_else(|| seen.branch.clone()),
            tag: config
                .filter(|config| named(&config.tag.origin))
                .map_or_else(|| seen.tag.clone(), |config| config.tag.value.clone()),
            stages: config
                .filter(|config| named(&config.stages.origin))
                .map_or_else(|| vec!["testpypi".to_owned(), "pypi".to_owned()], |config| config.stages.value.clone()),
            badges: config.and_then(|config| config.init.badges.clone()),
        }
    }
}

/// Plans the files of a project.
///
/// # Errors
/// The project cannot be understood, an answer means nothing, or a file that would be edited has uncommitted
/// changes or is a link.
pub fn plan(inspect: Inspect<'_>, survey: &Survey, answers: &Answers, wanted: &Wanted) -> Result<Init, Failure> {
    let mut notes = survey.detected.notes.clone();
    let (config, left) = match &survey.written {
        Some(config) => (kept(inspect, survey, config, wanted)?, Vec::new()),
        None => fresh(inspect, survey, answers, (wanted, &mut notes))?,
    };
    let project = project_of(inspect, survey, config.as_ref())?;
    let forges = match &wanted.forges {
        Some(forges) => forges.clone(),
        None => answers.forges.clone(),
    };
    let publishers = publishers(&project, survey.detected.remote.as_ref(), &forges);
    let subject = documents::Subject {
        project: &project,
        remote: survey.detected.remote.as_ref(),
        forge: survey.detected.forge.or(project.config.forge.as_ref().map(|forge| forge.kind)),
        workflows: &forges,
        publishers: &publishers,
    };
    let mut targets: Vec<Target> = config.into_iter().collect();
    targets::documents(inspect, &subject, (answers.badges.as_deref(), &mut notes), &mut targets)?;
    if targets.iter().all(|target| target.path != "pyproject.toml" && target.path != "release.toml") {
        let file = project.config.file.clone().unwrap_or_default();
        targets.insert(0, Target { path: file, state: State::Current, before: None, after: None });
    }
    let steps = change(inspect, survey, &project, (&targets, wanted))?;
    Ok(Init { targets, left, notes, publishers, plan: Plan::of(steps.into_iter().collect()) })
}

/// A configuration that is there: it is a person's, and gets at most the table of `release init`.
fn kept(inspect: Inspect<'_>, survey: &Survey, config: &Config, wanted: &Wanted) -> Result<Option<Target>, Failure> {
    let file = config.file.clone().unwrap_or_default();
    let Some(forges) = wanted.forges.as_ref().filter(|forges| **forges != survey.defaults().forges) else {
        return Ok(None);
    };
    if config.init.workflows.is_some() || config.init.badges.is_some() {
        return Err(PlanError::Configured { option: "--forge", key: "init.workflows", file }.into());
    }
    let table = if file == "pyproject.toml" { "tool.release" } else { "" };
    let settings = Settings { workflows: Some(forges.clone()), ..Settings::default() };
    let before = inspect.files().read_text(&survey.root.join(&file), FILE_LIMIT)?;
    let after = appended(&before, &settings.init_text(table));
    parsed(&file, &after)?;
    Ok(Some(Target { path: file, state: State::Additions, before: Some(before), after: Some(after) }))
}

/// A configuration that is made from what was seen.
fn fresh(
    inspect: Inspect<'_>,
    survey: &Survey,
    answers: &Answers,
    (wanted, notes): (&Wanted, &mut Vec<String>),
) -> Result<(Option<Target>, Vec<LookAlike>), Failure> {
    let files = inspect.files();
    let seen = &survey.detected;
    let workspace = seen.members.clone().map(|members| WorkspaceTable {
        members: members.folders,
        versions: Some(members.versions),
        ..WorkspaceTable::default()
    });
    let config = resolve::resolve(None, ConfigFile { workspace, ..ConfigFile::default() })?;
    let project = load::assemble(files, survey.root.clone(), config)?;
    let found = detect::references::find_all(inspect, &load::each(files, &project)?, seen.remote.as_ref())?;
    if found.cut {
        notes.push(
            "the repository has more files than were read: look for other places that name the version".to_owned(),
        );
    }
    notes.extend(found.large_note());
    let gates = detect::gates::find(files, &project);
    notes.extend(gates.notes);
    let standalone = wanted.standalone || files.what(&survey.root.join("pyproject.toml")) == What::Missing;
    let (file, table) = if standalone { ("release.toml", "") } else { ("pyproject.toml", "tool.release") };
    let plain_http: Vec<String> = seen.remote.iter().filter_map(plain_host).collect();
    if let Some(host) = plain_http.first() {
        notes.push(format!(
            "`plain-http` names `{host}`, because its address is plain http: whoever can listen sees the token"
        ));
    }
    let modules: Vec<Option<String>> =
        project.packages.iter().map(|package| detect::module_of(files, &project, package)).collect();
    // One list for all: where each package is verified by itself, what its wheel holds is tried.
    let imports: Option<Vec<String>> = modules.into_iter().filter(|_| !project.config.is_independent()).collect();
    let seen_forges: Vec<ForgeKind> = seen.forge.into_iter().collect();
    let known = seen.from_origin && seen.remote.as_ref().is_some_and(|remote| remote.kind(false, false).is_some());
    let text = Settings {
        tag: answers.tag.clone(),
        branches: vec![answers.branch.clone()],
        stages: answers.stages.clone(),
        plain_http,
        changelog: seen.changelog.clone(),
        members: seen.members.clone(),
        forge: seen.forge.zip(seen.remote.clone()).filter(|_| !known),
        workflows: (answers.forges != seen_forges || wanted.forges.is_some()).then(|| answers.forges.clone()),
        badges: answers.badges.clone(),
        references: found.rules(),
        gates: gates.gates,
        imports: imports.unwrap_or_default().iter().map(|path| path.trim_start_matches("src/").to_owned()).collect(),
    }
    .text(table);
    let (state, before) = match standalone {
        true => (State::Missing, None),
        false => (State::Additions, Some(files.read_text(&survey.root.join(file), FILE_LIMIT)?)),
    };
    let after = before.as_deref().map_or_else(|| text.clone(), |before| appended(before, &text));
    Ok((Some(Target { path: file.to_owned(), state, before, after: Some(after) }), found.left))
}

/// The host of a forge that is reached by plain http and is not this machine.
fn plain_host(remote: &Remote) -> Option<String> {
    let url = Url::parse(&remote.instance()).ok()?;
    (remote.scheme == "http" && !is_loopback(url.host_str()?)).then(|| remote.host.clone())
}

/// Text at the end of a file, after an empty line, with the line ends that the file has.
pub(super) fn appended(before: &str, text: &str) -> String {
    let newline = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = match (before.is_empty(), before.ends_with('\n')) {
        (true, _) => String::new(),
        (false, true) => newline.to_owned(),
        (false, false) => newline.repeat(2),
    };
    format!("{before}{gap}{}", text.replace('\n', newline))
}

/// The configuration as it will be read.
pub(super) fn parsed(path: &str, text: &str) -> Result<Config, ConfigError> {
    let at: &[&str] = if path == "pyproject.toml" { &["tool", "release"] } else { &[] };
    resolve::resolve(Some(path), file::parse(path, text, at)?.unwrap_or_default())
}

/// The project as it will be: what is written is read before anybody else does.
fn project_of(inspect: Inspect<'_>, survey: &Survey, target: Option<&Target>) -> Result<Project, Failure> {
    let config = match (target.and_then(|target| Some((&target.path, target.after.as_ref()?))), &survey.written) {
        (Some((path, text)), _) => parsed(path, text)?,
        (None, Some(written)) => written.clone(),
        (None, None) => resolve::resolve(None, ConfigFile::default())?,
    };
    load::assemble(inspect.files(), survey.root.clone(), config)
}

/// What PyPI and TestPyPI must be told: one entry for each package and stage.
pub fn publishers(project: &Project, remote: Option<&Remote>, forges: &[ForgeKind]) -> Vec<Publisher> {
    let Some(remote) = remote.filter(|remote| forges.contains(&ForgeKind::Github) && remote.host == "github.com")
    else {
        return Vec::new();
    };
    let known = [
        ("pypi", "https://pypi.org/manage/account/publishing/"),
        ("testpypi", "https://test.pypi.org/manage/account/publishing/"),
    ];
    let mut found = Vec::new();
    for stage in &project.config.stages.value {
        let Some((_, url)) = known.iter().find(|(name, _)| name == stage) else { continue };
        found.extend(project.packages.iter().map(|package| Publisher {
            index: stage.clone(),
            url: (*url).to_owned(),
            project: package.name.as_str().to_owned(),
            owner: remote.owner.clone(),
            repository: remote.repository.clone(),
            workflow: WORKFLOW.to_owned(),
            environment: stage.clone(),
        }));
    }
    found
}

/// The one change of all files that are not as they should be.
fn change(
    inspect: Inspect<'_>,
    survey: &Survey,
    project: &Project,
    (targets, wanted): (&[Target], &Wanted),
) -> Result<Option<Step>, Failure> {
    let files = inspect.files();
    let git = Git::discover(&survey.root)?;
    let top = match &git {
        Some(git) => files.canonical(&git.top())?,
        None => survey.root.clone(),
    };
    let prefix = survey.root.strip_prefix(&top).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let dirty = git.as_ref().map(Git::changed_files).transpose()?.unwrap_or_default();
    let mut changes = Vec::new();
    let mut unsaved = Vec::new();
    for target in targets {
        let Some(after) = target.after.as_ref().filter(|_| target.state.writes()) else { continue };
        let path = if prefix.is_empty() { target.path.clone() } else { format!("{prefix}/{}", target.path) };
        refuse_links(inspect, &survey.root, &target.path)?;
        let full = top.join(&path);
        if target.before.is_some() && dirty.contains(&path) {
            unsaved.push(target.path.clone());
        }
        changes.push(FileChange {
            before: target.before.clone().unwrap_or_default().into_bytes(),
            after: Some(after.clone().into_bytes()),
            mode: if target.before.is_some() { files.mode(&full)? } else { 0o644 },
            preview: Vec::new(),
            path,
        });
    }
    if !unsaved.is_empty() && !wanted.allow_dirty {
        return Err(PlanError::Unsaved { files: unsaved }.into());
    }
    if changes.is_empty() {
        return Ok(None);
    }
    let of = (project.title(), project.version().to_string());
    Ok(Some(Step::Transaction(Box::new(Transaction::of_files(SET_UP, of, (top, changes), "set up")))))
}

/// A link on the way would lead the change out of the project.
fn refuse_links(inspect: Inspect<'_>, root: &Path, path: &str) -> Result<(), Failure> {
    let mut at = root.to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    for (number, part) in parts.iter().enumerate() {
        at.push(part);
        let last = number + 1 == parts.len();
        match inspect.files().what(&at) {
            What::Missing => {}
            What::File if last => {}
            What::Folder if !last => {}
            _ => return Err(ProjectError::Link { file: path.to_owned() }.into()),
        }
    }
    Ok(())
}
