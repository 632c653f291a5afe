//! Where states and decisions are kept, and the plans that write them, approve a decision or start its
//! release.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde_json::json;

use super::Plan;
use super::issue::is_published;
use crate::effects::files::What;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::forge::Forge;
use crate::project::{Project, ProjectError};
use crate::report::text::count;
use crate::security::SecurityError;
use crate::security::decision::{Decision, Judged};
use crate::security::state::{Decided, State};
use crate::steps::Step;
use crate::steps::append_record::AppendRecord;
use crate::steps::dispatch_workflow::DispatchWorkflow;
use crate::steps::record::{Draft, Facts};
use crate::steps::write_files::WriteFiles;

/// The largest state or decision.
const LIMIT: u64 = 64 << 20;

/// How many findings a reason names.
const NAMED: usize = 3;

/// The most characters of a reason.
const REASON_CHARACTERS: usize = 200;

/// The file of the state: the one that is named, else in the folder of the repository's git directory, where
/// no build and no commit can pick it up.
///
/// # Errors
/// None is named and this is no repository.
pub fn state_file(inspect: Inspect<'_>, project: &Project, named: Option<&Path>) -> Result<PathBuf, Failure> {
    match named {
        Some(named) => Ok(inspect.dir().join(named)),
        None => Ok(folder(project)?.join("state.json")),
    }
}

/// The file of the last decision.
///
/// # Errors
/// None is named and this is no repository.
fn decision_file(inspect: Inspect<'_>, project: &Project, named: Option<&Path>) -> Result<PathBuf, Failure> {
    match named {
        Some(named) => Ok(inspect.dir().join(named)),
        None => Ok(folder(project)?.join("decision.json")),
    }
}

fn folder(project: &Project) -> Result<PathBuf, Failure> {
    let git = Git::discover(&project.root)?;
    let git = git.ok_or_else(|| ProjectError::NoRepository { dir: project.root.display().to_string() })?;
    let folder = git.common_dir().join("release/security");
    // Packages with versions of their own have states and decisions of their own.
    Ok(project.selection().map_or(folder.clone(), |name| folder.join(name)))
}

/// The state in a file; nothing where there is none.
///
/// # Errors
/// It cannot be read.
pub fn read_state(inspect: Inspect<'_>, file: &Path) -> Result<Option<State>, Failure> {
    if inspect.files().what(file) == What::Missing {
        return Ok(None);
    }
    let bytes = inspect.files().read(file, LIMIT)?;
    Ok(Some(State::parse(&file.display().to_string(), &bytes)?))
}

/// The state in a file, which must be there.
///
/// # Errors
/// It is not, or cannot be read.
pub fn need_state(inspect: Inspect<'_>, file: &Path) -> Result<State, Failure> {
    let missing = || SecurityError::NoState { file: file.display().to_string() };
    Ok(read_state(inspect, file)?.ok_or_else(missing)?)
}

/// The last decision: the one that is named, or that of `security decide`.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn last_decision(inspect: Inspect<'_>, project: &Project, named: Option<&Path>) -> Result<Decision, Failure> {
    need_decision(inspect, &decision_file(inspect, project, named)?)
}

/// The decision in a file, which must be there.
///
/// # Errors
/// It is not, or cannot be read.
fn need_decision(inspect: Inspect<'_>, file: &Path) -> Result<Decision, Failure> {
    if inspect.files().what(file) == What::Missing {
        return Err(SecurityError::NoDecision { file: file.display().to_string() }.into());
    }
    let bytes = inspect.files().read(file, LIMIT)?;
    Ok(Decision::parse(&file.display().to_string(), &bytes)?)
}

/// Plans to write a state.
pub fn record(state: &State, file: &Path) -> Plan {
    Plan::of(vec![write(file, state.to_json())])
}

/// The subcommand of a decision, as its record names it.
pub const DECIDE: &str = "security decide";

/// Plans to write a decision with its texts into `out`, and to mark the state as decided: in its file, and in the
/// ledger, from which `security record` goes on where there is no file. The ledger may be public: findings in the
/// project's own code stay out of it.
pub fn decide(project: &Project, state: &State, decision: &Decision, (file, out): (&Path, &Path)) -> Plan {
    let decided = Decided {
        key: decision.key.clone(),
        decision: decision.decision.word().to_owned(),
        rule: decision.rule.clone(),
    };
    let texts = WriteFiles {
        dir: out.to_owned(),
        files: vec![
            ("decision.json".to_owned(), decision.to_json().into_bytes()),
            ("justification.md".to_owned(), decision.justification.clone().into_bytes()),
            ("notes.md".to_owned(), decision.notes.clone().into_bytes()),
        ],
    };
    let state = State { decided: Some(decided), ..state.clone() };
    let mut plan = Plan::of(vec![Step::WriteFiles(texts), write(file, state.to_json())]);
    let public = State { code: Vec::new(), ..state };
    plan.draft = Some((
        project.root.clone(),
        Draft {
            command: DECIDE,
            project: decision.project.clone(),
            version: decision.released.clone(),
            summary: format!("{} by {}, key {}", decision.decision.word(), decision.rule, decision.key),
            facts: Facts {
                key: Some(decision.key.clone()),
                document: Some(serde_json::to_value(public).expect("a state has string keys and finite numbers")),
                ..Facts::default()
            },
        },
    ));
    plan
}

fn write(file: &Path, text: String) -> Step {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let dir = file.parent().unwrap_or(Path::new(".")).to_owned();
    Step::WriteFiles(WriteFiles { dir, files: vec![(name, text.into_bytes())] })
}

/// Plans to approve a decision, for the commit that it is about.
pub fn approve(project: &Project, decision: &Decision, reason: Option<&str>) -> Plan {
    let reason = one_line(reason.unwrap_or("no reason given"));
    Plan::of(vec![Step::AppendRecord(AppendRecord {
        dir: project.root.clone(),
        draft: Draft {
            command: "security approve",
            project: decision.project.clone(),
            version: decision.released.clone(),
            summary: format!("approved {} ({}): {reason}", decision.key, decision.rule),
            facts: Facts {
                key: Some(decision.key.clone()),
                document: Some(json!({"commit": decision.commit, "inputs": decision.inputs, "reason": reason})),
                ..Facts::default()
            },
        },
    })])
}

/// A decision may be acted upon while it is fresh, about HEAD, and about the state that is recorded.
///
/// # Errors
/// It is not.
pub fn guard(inspect: Inspect<'_>, project: &Project, decision: &Decision, state: &State) -> Result<(), Failure> {
    let head = match Git::discover(&project.root)? {
        Some(git) => git.head()?.commit,
        None => None,
    };
    if head != decision.commit || head.is_none() {
        let text = |commit: &Option<String>| commit.clone().unwrap_or_default();
        return Err(SecurityError::Outdated { about: text(&decision.commit), head: text(&head) }.into());
    }
    if state.decided.as_ref().is_none_or(|decided| decided.key != decision.key) {
        return Err(SecurityError::OtherState.into());
    }
    let limit = SignedDuration::try_from(project.config.security.db_max_age).unwrap_or(SignedDuration::MAX);
    if inspect.clock().now().duration_since(decision.decided_at) > limit {
        let at = decision.decided_at.to_string();
        return Err(SecurityError::OldDecision { at, hours: limit.as_hours() }.into());
    }
    Ok(())
}

/// Plans to start the release workflow of a decision.
///
/// # Errors
/// The forge is not known, or there is no token for it.
pub fn trigger(inspect: Inspect<'_>, project: &Project, decision: &Decision) -> Result<Plan, Failure> {
    let forge = Forge::of_project(inspect, &project.config, &project.root)?;
    forge.require_token()?;
    let policy = &project.config.security;
    let inputs = [("version", "patch".to_owned()), ("decision", decision.key.clone()), ("reason", reason_of(decision))];
    let mut plan = Plan::of(vec![Step::DispatchWorkflow(Box::new(DispatchWorkflow {
        place: forge.place.clone(),
        workflow: policy.workflow.clone(),
        git_ref: policy.reference.clone(),
        inputs: inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        forge,
    }))]);
    plan.draft = Some((
        project.root.clone(),
        Draft {
            command: "security trigger",
            project: decision.project.clone(),
            version: decision.released.clone(),
            summary: format!("{} by {}: `{}`", decision.key, decision.rule, policy.workflow),
            facts: Facts { key: Some(decision.key.clone()), ..Facts::default() },
        },
    ));
    Ok(plan)
}

/// What the workflow is told: one short line. It may end up in Markdown, so that only ids of published advisories
/// and plain names are in it; the rest is counted.
pub fn reason_of(decision: &Decision) -> String {
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let delivered = decision.findings.iter().filter(|judged| decision.delivers.contains(&judged.finding));
    let (known, others): (Vec<&Judged>, Vec<&Judged>) =
        delivered.partition(|judged| is_published(&judged.id) && is_plain(&judged.package));
    let mut parts: Vec<String> =
        known.iter().take(NAMED).map(|judged| format!("{} in {}", judged.id, judged.package)).collect();
    match others.len() + known.len().saturating_sub(NAMED) {
        0 => {}
        more if parts.is_empty() => parts.push(count(more, "finding")),
        more => parts.push(format!("{more} more")),
    }
    one_line(&format!("security {}: {}", decision.rule, parts.join(", ")))
}

/// A text on one line, bounded, without what a shell, a runner or a terminal acts upon.
fn one_line(text: &str) -> String {
    let harmless = |c: char| !c.is_control() && !matches!(c, '`' | '$' | '<' | '>' | '\\' | '"' | '%');
    let line: String = text.replace(['\n', '\r', '\t'], " ").chars().filter(|c| harmless(*c)).collect();
    let line: String = line.replace("::", ":").trim().chars().take(REASON_CHARACTERS).collect();
    line.trim_end().to_owned()
}
