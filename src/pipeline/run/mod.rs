//! The whole release for real: phase by phase from what the ledger says is done.
//!
//! Each phase asks the world, too, whether it is done already: the ledger explains, it is never trusted
//! alone. What leaves the machine is recorded as begun before, so that nothing is taken back that somebody
//! may have seen.

pub mod policy;
pub mod progress;

mod phases;

pub use phases::is_same;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::build::isolated::Built;
use crate::effects::{Git, World};
use crate::error::{Failure, Kind};
use crate::pipeline::phase::Phase;
use crate::plan::bump::Bump;
use crate::plan::push::REMOTE;
use crate::plan::release::{Release, leaves_machine};
use crate::plan::{Plan, PlanError, execute};
use crate::project::{Project, ProjectError, load};
use crate::report::{Event, Finding, Report, StepState};
use crate::steps::Step;
use crate::steps::record::{Draft, Facts, RecordedFile};
use crate::steps::run_hook::RunHook;
use progress::{BEGUN, DONE, OK, PLANNED, Progress, RUN};

/// A release under way.
pub struct Run<'w> {
    world: &'w World,
    config: Option<PathBuf>,
    /// The project as it is read anew after each change.
    project: Project,
    git: Git,
    progress: Progress,
    /// The bump as it was just planned, for a run that begins now.
    bump: Option<Bump>,
    phases: Vec<Phase>,
    built: Vec<Built>,
    uploads: Vec<Value>,
    verified: Vec<Value>,
    announced: Option<Value>,
    findings: Vec<Finding>,
}

/// The repository of a project.
///
/// # Errors
/// There is none.
pub fn repository(project: &Project) -> Result<Git, Failure> {
    let missing = || ProjectError::NoRepository { dir: project.root.display().to_string() };
    Ok(Git::discover(&project.root)?.ok_or_else(missing)?)
}

impl<'w> Run<'w> {
    /// A release that begins now.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn begin(
        world: &'w World,
        (project, config): (Project, Option<PathBuf>),
        release: Release,
    ) -> Result<Self, Failure> {
        let git = repository(&project)?;
        let approvals = progress::approvals_of(&git, &release.document.token())?;
        let by = crate::steps::record::identity(&git, world.inspect());
        let started = (world.inspect().run(), format!("{} <{}>", by.name, by.email));
        let progress = Progress::fresh(release.document, started, approvals);
        execute::remember_run(world, &git)?;
        let mut run = Run::of(world, (project, config), git, progress);
        let document = serde_json::to_value(&run.progress.document).expect("documents have string keys");
        let (from, to) = (&run.progress.document.from, &run.progress.document.to);
        let facts = Facts { document: Some(document), ..run.facts(PLANNED) };
        run.record(OK, format!("{from} -> {to}"), (facts, &[]))?;
        run.bump = Some(release.bump);
        Ok(run)
    }

    /// A release that was begun and is continued.
    ///
    /// # Errors
    /// There is no repository, or the configuration is not what was planned, and approved.
    pub fn continued(
        world: &'w World,
        (project, config): (Project, Option<PathBuf>),
        progress: Progress,
    ) -> Result<Self, Failure> {
        let git = repository(&project)?;
        progress.document.holds(world.inspect(), &project)?;
        Ok(Run::of(world, (project, config), git, progress))
    }

    fn of(world: &'w World, (project, config): (Project, Option<PathBuf>), git: Git, progress: Progress) -> Self {
        Run {
            world,
            config,
            project,
            git,
            progress,
            bump: None,
            phases: Vec::new(),
            built: Vec::new(),
            uploads: Vec::new(),
            verified: Vec::new(),
            announced: None,
            findings: Vec::new(),
        }
    }

    /// Carries out every phase that is not done.
    ///
    /// # Errors
    /// A phase failed. Before anything left the machine that is exit 1, afterwards exit 4.
    pub fn carry_out(mut self, command: &'static str) -> Result<Report, Failure> {
        match self.all_phases() {
            Ok(()) => Ok(self.report(command)),
            Err(mut failure) => {
                let left = self.progress.left();
                if left && !matches!(failure.kind, Kind::Interrupted | Kind::Terminated | Kind::Bug) {
                    failure.kind = Kind::Partial;
                }
                let hint = match (left, self.progress.done.contains("bump")) {
                    (true, _) => "part has left this machine: `release resume` continues",
                    (false, true) => {
                        "nothing left this machine: `release resume` continues, `release undo` takes the bump back"
                    }
                    (false, false) => "nothing was changed: put that right, and run the same command again",
                };
                Err(failure.hint(hint).after(self.result()))
            }
        }
    }

    fn all_phases(&mut self) -> Result<(), Failure> {
        let names = self.progress.document.phases.clone();
        let total = names.len() as u64;
        for (number, name) in names.iter().enumerate() {
            let inspect = self.world.inspect();
            inspect.tell(&Event::Progress { what: name.clone(), done: number as u64, total });
            let outcome = inspect.go_on().map_err(Failure::from).and_then(|()| self.phase(name));
            if let Err(failure) = outcome {
                for later in &names[number + 1..] {
                    self.phases.push(Phase::left_out(inspect, later, StepState::Cancelled, ""));
                }
                return Err(failure);
            }
        }
        self.record(OK, format!("{} is released", self.progress.document.to), (self.facts(DONE), &[]))
    }

    /// One phase with its hooks and its records.
    fn phase(&mut self, name: &str) -> Result<(), Failure> {
        let inspect = self.world.inspect();
        if self.progress.done.contains(name) && self.still_done(name)? {
            self.phases.push(Phase::left_out(inspect, name, StepState::AlreadyDone, "as recorded"));
            return Ok(());
        }
        if leaves_machine(name) {
            policy::check(&self.progress)?;
            self.progress.document.require_commit(&self.git)?;
            if name == "push" && self.git.pushes_elsewhere(REMOTE) {
                return Err(PlanError::PushesElsewhere { remote: REMOTE.to_owned() }.into());
            }
        }
        // What hooks before the build make is built: they run where it is (`Run::build`).
        if name != "build" {
            self.hooks(("before", name), &self.project.root)?;
        }
        if leaves_machine(name) {
            self.record(BEGUN, format!("{name} {}", self.progress.document.to), (self.facts(name), &[]))?;
            self.progress.begun.push(name.to_owned());
        }
        let (phase, outcome) = Phase::carry(inspect, name, || self.carry(name));
        let facts = Facts { milliseconds: u64::try_from(phase.milliseconds).ok(), ..self.facts(name) };
        let summary = phase.summary.clone();
        self.phases.push(phase);
        match outcome {
            Ok(()) => {
                // They belong to the phase: what they stopped is asked of the world again, and they run again.
                self.hooks(("after", name), &self.project.root)?;
                let files = self.files_of(name);
                let tagged = if name == "bump" { self.progress.commit_here(&self.git)? } else { None };
                let facts = Facts { tagged, ..facts };
                self.record(OK, format!("{name}: {summary}"), (facts, &files))?;
                self.progress.done.insert(name.to_owned());
                Ok(())
            }
            Err(failure) => {
                if let Err(error) = self.record(failure.code, format!("{name}: {summary}"), (facts, &[])) {
                    inspect.warn(format!("the ledger has no entry of this failure: {}", error.message));
                }
                Err(failure)
            }
        }
    }

    /// Runs the hooks before or after a phase in a folder.
    fn hooks(&self, (when, phase): (&str, &str), dir: &Path) -> Result<(), Failure> {
        let (kind, stage) = phase.split_once(' ').unwrap_or((phase, ""));
        let at = format!("{when}-{kind}");
        let document = &self.progress.document;
        for hook in document.hooks.iter().filter(|hook| hook.at == at) {
            let mut env: Vec<(String, String)> = hook.env.clone().into_iter().collect();
            for (name, value) in [
                ("RELEASE_VERSION", document.to.as_str()),
                ("RELEASE_TAG", document.tag.as_str()),
                ("RELEASE_PHASE", kind),
                ("RELEASE_STAGE", stage),
            ] {
                env.push((name.to_owned(), value.to_owned()));
            }
            let step = RunHook {
                dir: dir.to_owned(),
                at: at.clone(),
                run: hook.run.clone(),
                timeout: hook.timeout.unwrap_or(600),
                critical: hook.critical.unwrap_or(true),
                env,
            };
            execute::execute(self.world, Plan::of(vec![Step::RunHook(step)]))?;
        }
        Ok(())
    }

    fn facts(&self, phase: &str) -> Facts {
        Facts {
            phase: Some(phase.to_owned()),
            plan: Some(self.progress.token.clone()),
            key: self.progress.document.decision.clone(),
            ..Facts::default()
        }
    }

    fn record(&self, outcome: &str, summary: String, (facts, files): (Facts, &[RecordedFile])) -> Result<(), Failure> {
        let document = &self.progress.document;
        let draft = Draft {
            command: RUN,
            project: document.project.clone(),
            version: Some(document.to.clone()),
            summary,
            facts,
        };
        execute::record(self.world, &self.project.root, (&draft, outcome, files))
    }

    fn reload(&mut self) -> Result<(), Failure> {
        let which = self.project.again(self.config.as_deref());
        self.project = load::load(self.world.inspect(), &self.project.root, which)?;
        Ok(())
    }

    fn result(&self) -> Value {
        let document = &self.progress.document;
        json!({
            "version": document.to,
            "tag": document.tag,
            "plan": self.progress.token,
            "packages": document.packages.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
            "phases": self.phases,
            "files": self.built,
            "published": self.uploads,
            "verified": self.verified,
            "announced": self.announced,
            "findings": self.findings,
        })
    }

    fn report(&self, command: &'static str) -> Report {
        let mut report = Report::new(command).findings(self.findings.clone()).result(self.result());
        let document = &self.progress.document;
        report.lines.push(format!("{} {} is released", document.project, document.to));
        report.lines.extend(self.built.iter().map(|file| format!("  {}", file.line())));
        if let Some(url) = self.announced.as_ref().and_then(|announced| announced["url"].as_str()) {
            report.lines.push(format!("  {url}"));
        }
        report
    }
}
