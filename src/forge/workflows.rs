//! Workflows: the runs that a tag started, with their jobs; starting one by hand; and the names of workflows
//! and secrets. Both forges use the shape of GitHub's Actions API; older Gitea knows tasks only, and still
//! older ones nothing of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::place::{Kind, encoded_whole};
use super::{Forge, ForgeError};
use crate::effects::http::Method;
use crate::effects::{Effects, HttpLook};

/// GitHub takes this many inputs.
const MOST_INPUTS: usize = 25;
/// And this many characters in all.
const LONGEST_INPUTS: usize = 65_535;

/// How a run or a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It waits for a runner, an approval, or another job.
    Waiting,
    /// It runs.
    Running,
    /// It ended well.
    Succeeded,
    /// It was not needed.
    Skipped,
    /// It failed, timed out or was cancelled.
    Failed,
}

impl State {
    fn of(status: &str, conclusion: Option<&str>) -> State {
        match (status, conclusion.unwrap_or_default()) {
            ("completed", "success" | "neutral") | ("success", _) => State::Succeeded,
            ("completed", "skipped") | ("skipped", _) => State::Skipped,
            ("completed", _) | ("failure" | "cancelled", _) => State::Failed,
            ("in_progress" | "running", _) => State::Running,
            _ => State::Waiting,
        }
    }

    /// Whether it is over.
    pub fn is_over(self) -> bool {
        !matches!(self, State::Waiting | State::Running)
    }

    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Succeeded => "ok",
            State::Skipped => "skipped",
            State::Failed => "failed",
        }
    }
}

/// A run of a workflow.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// The workflow.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// Its page.
    pub url: String,
    /// Its jobs, as far as the forge tells them.
    pub jobs: Vec<Job>,
}

/// A job of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// How long it took, in seconds.
    pub seconds: Option<i64>,
    /// Its page.
    pub url: String,
    /// The first step that failed.
    pub failed_step: Option<String>,
}

#[derive(Deserialize)]
struct Runs<T> {
    workflow_runs: Option<Vec<T>>,
}

#[derive(Deserialize)]
struct RawRun {
    id: u64,
    name: Option<String>,
    path: Option<String>,
    workflow_id: Option<serde_json::Value>,
    head_branch: Option<String>,
    head_sha: String,
    event: String,
    status: String,
    conclusion: Option<String>,
    html_url: Option<String>,
    url: Option<String>,
    run_started_at: Option<String>,
    updated_at: Option<String>,
}

impl RawRun {
    fn state(&self) -> State {
        State::of(&self.status, self.conclusion.as_deref())
    }

    fn page(&self) -> String {
        self.html_url.clone().or_else(|| self.url.clone()).unwrap_or_default()
    }

    /// Whether the tag started it, and not a branch on the same commit. Gitea leaves the branch of tags empty.
    fn is_of(&self, tag: &str, commit: &str) -> bool {
        let branch = self.head_branch.as_deref().unwrap_or_default();
        self.event == "push" && self.head_sha == commit && (branch == tag || branch.is_empty())
    }

    /// The workflow: the name of its file, else what the forge calls it.
    fn workflow(&self) -> String {
        let file =
            |path: &str| path.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
        let by_id = self.workflow_id.as_ref().and_then(|id| id.as_str()).map(str::to_owned);
        self.path.as_deref().map(file).or(by_id).or_else(|| self.name.clone()).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Jobs {
    jobs: Option<Vec<RawJob>>,
}

#[derive(Deserialize)]
struct RawJob {
    name: String,
    status: String,
    conclusion: Option<String>,
    html_url: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    steps: Option<Vec<RawStep>>,
}

#[derive(Deserialize)]
struct RawStep {
    name: String,
    status: String,
    conclusion: Option<String>,
}

/// Seconds between two times, where both are known.
fn between(from: Option<&str>, to: Option<&str>) -> Option<i64> {
    let at = |text: Option<&str>| text.and_then(|text| text.parse::<Timestamp>().ok());
    // Gitea writes the beginning of the calendar for what did not happen.
    let (from, to) = (at(from)?, at(to)?);
    Some(to.as_second() - from.as_second()).filter(|seconds| (0..=7 * 24 * 60 * 60).contains(seconds))
}

impl RawJob {
    fn job(self, run: &str) -> Job {
        let state = State::of(&self.status, self.conclusion.as_deref());
        let failed = |step: &RawStep| State::of(&step.status, step.conclusion.as_deref()) == State::Failed;
        Job {
            state,
            seconds: between(self.started_at.as_deref(), self.completed_at.as_deref()).filter(|_| state.is_over()),
            url: self.html_url.unwrap_or_else(|| run.to_owned()),
            failed_step: self.steps.unwrap_or_default().into_iter().find(failed).map(|step| step.name),
            name: self.name,
        }
    }
}

/// A secret of a repository; its value is known to nobody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SecretName {
    /// Its name.
    pub name: String,
    /// The environment that it is of, where it is not of the whole repository.
    pub environment: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Secrets {
    secrets: Vec<Named>,
}

#[derive(Deserialize)]
struct Environments {
    environments: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct Workflows {
    workflows: Option<Vec<Workflow>>,
}

#[derive(Deserialize)]
struct Workflow {
    path: String,
}

impl Forge {
    /// The runs that a tag started on its commit; nothing where the forge does not tell of runs at all.
    ///
    /// # Errors
    /// The forge refuses, or no answer.
    pub fn runs(&self, http: HttpLook<'_>, tag: &str, commit: &str) -> Result<Option<Vec<Run>>, ForgeError> {
        let doing = "look for workflow runs";
        let below = match self.place.kind {
            Kind::Github => format!("/actions/runs?head_sha={commit}&event=push&per_page=100"),
            Kind::Gitea => format!("/actions/runs?head_sha={commit}&event=push&limit=50"),
        };
        let Some(found): Option<Runs<RawRun>> = self.find(http, doing, &below)? else {
            return self.tasks(http, tag, commit);
        };
        let mut runs = Vec::new();
        for run in found.workflow_runs.unwrap_or_default().into_iter().filter(|run| run.is_of(tag, commit)) {
            let below = format!("/actions/runs/{}/jobs", run.id);
            let jobs: Option<Jobs> = self.find(http, "look at the jobs of a run", &below)?;
            let jobs = jobs.and_then(|jobs| jobs.jobs).unwrap_or_default();
            runs.push(Run {
                name: run.workflow(),
                state: run.state(),
                url: run.page(),
                jobs: jobs.into_iter().map(|job| job.job(&run.page())).collect(),
            });
        }
        Ok(Some(runs))
    }

    /// The same from a Gitea that knows tasks only: each is a job.
    fn tasks(&self, http: HttpLook<'_>, tag: &str, commit: &str) -> Result<Option<Vec<Run>>, ForgeError> {
        if self.place.kind == Kind::Github {
            return Ok(None);
        }
        let found: Option<Runs<RawRun>> = self.find(http, "look for workflow runs", "/actions/tasks?limit=50")?;
        let Some(found) = found else { return Ok(None) };
        let mut runs: BTreeMap<String, Run> = BTreeMap::new();
        for task in found.workflow_runs.unwrap_or_default().into_iter().filter(|task| task.is_of(tag, commit)) {
            let state = task.state();
            let job = Job {
                name: task.name.clone().unwrap_or_default(),
                state,
                seconds: between(task.run_started_at.as_deref(), task.updated_at.as_deref())
                    .filter(|_| state.is_over()),
                url: task.page(),
                failed_step: None,
            };
            let name = task.workflow();
            let run =
                runs.entry(name.clone()).or_insert_with(|| Run { name, state, url: task.page(), jobs: Vec::new() });
            // The worst and the least finished of its jobs.
            run.state = match (run.state, state) {
                (one, other) if !one.is_over() || !other.is_over() => {
                    if one.is_over() {
                        other
                    } else {
                        one
                    }
                }
                (State::Failed, _) | (_, State::Failed) => State::Failed,
                (State::Skipped, other) => other,
                (one, _) => one,
            };
            run.jobs.push(job);
        }
        Ok(Some(runs.into_values().collect()))
    }

    /// The workflows by their file names; nothing where the forge does not tell of them.
    ///
    /// # Errors
    /// The forge refuses, or no answer.
    pub fn workflow_names(&self, http: HttpLook<'_>) -> Result<Option<Vec<String>>, ForgeError> {
        let found: Option<Workflows> = self.find(http, "list the workflows", "/actions/workflows")?;
        let name = |workflow: Workflow| workflow.path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(found.map(|found| found.workflows.unwrap_or_default().into_iter().map(name).collect()))
    }

    /// The names of the secrets that workflows may use, those of environments included; nothing where the forge
    /// does not tell them.
    ///
    /// # Errors
    /// The token may not ask, or no answer.
    pub fn secret_names(&self, http: HttpLook<'_>) -> Result<Option<Vec<SecretName>>, ForgeError> {
        let doing = "list the names of secrets";
        let plain = |named: Named| SecretName { name: named.name, environment: None };
        if self.place.kind == Kind::Gitea {
            let found: Option<Vec<Named>> = self.find(http, doing, "/actions/secrets?limit=50")?;
            return Ok(found.map(|found| found.into_iter().map(plain).collect()));
        }
        let Some(found): Option<Secrets> = self.find(http, doing, "/actions/secrets?per_page=100")? else {
            return Ok(None);
        };
        let mut names: Vec<SecretName> = found.secrets.into_iter().map(plain).collect();
        let environments: Option<Environments> =
            self.find(http, "list the environments", "/environments?per_page=100")?;
        for environment in environments.and_then(|found| found.environments).unwrap_or_default() {
            let below = format!("/environments/{}/secrets?per_page=100", encoded_whole(&environment.name));
            let found: Option<Secrets> = self.find(http, doing, &below)?;
            names.extend(
                found
                    .into_iter()
                    .flat_map(|found| found.secrets)
                    .map(|secret| SecretName { name: secret.name, environment: Some(environment.name.clone()) }),
            );
        }
        Ok(Some(names))
    }

    /// Starts a workflow, by the name of its file, on a branch or tag.
    ///
    /// # Errors
    /// The inputs are too many, there is no such workflow, the forge refuses, or no answer: whether it started
    /// is unclear then.
    pub fn dispatch(
        &self,
        effects: Effects<'_>,
        workflow: &str,
        git_ref: &str,
        inputs: &BTreeMap<String, String>,
    ) -> Result<(), ForgeError> {
        check_inputs(inputs)?;
        let below = format!("/actions/workflows/{}/dispatches", encoded_whole(workflow));
        let body = json!({"ref": git_ref, "inputs": inputs});
        match self.send(effects, "start the workflow", (Method::Post, &below), Some(&body)) {
            Err(ForgeError::NotFound { place, .. }) => {
                let is_old = self.workflow_names(effects.inspect().http())?.is_none();
                Err(ForgeError::NoWorkflow { place, workflow: workflow.to_owned(), is_old })
            }
            other => other.map(|_| ()),
        }
    }
}

/// Refuses inputs that GitHub would refuse.
///
/// # Errors
/// [`ForgeError::Inputs`].
pub fn check_inputs(inputs: &BTreeMap<String, String>) -> Result<(), ForgeError> {
    let length: usize = inputs.iter().map(|(name, value)| name.len() + value.len()).sum();
    let problem = match () {
        () if inputs.len() > MOST_INPUTS => format!("{} inputs, and at most {MOST_INPUTS} are taken", inputs.len()),
        () if length > LONGEST_INPUTS => format!("{length} bytes, and at most {LONGEST_INPUTS} are taken"),
        () => return Ok(()),
    };
    Err(ForgeError::Inputs { problem })
}
