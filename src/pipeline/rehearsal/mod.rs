//! The whole release in a throw-away repository against the embedded index: every phase for real, nothing
//! leaves the machine, the project is only read.
//!
//! A phase that fails ends the rehearsal with its own code; those after it are not begun. Archives, status
//! and log stay in one folder; clone, environments and servers are gone when this returns.

mod phases;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::build::isolated::Built;
use crate::effects::{EffectsError, Inspect, World};
use crate::error::Failure;
use crate::pipeline::phase::Phase;
use crate::plan::{Plan, execute};
use crate::project::Project;
use crate::report::{Event, Finding, Report, StepState, text};
use crate::steps::Step;
use crate::steps::keep_files::KeepNewest;
use crate::steps::serve::Serving;

/// The phases, in order.
pub const PHASES: [&str; 8] = ["prepare", "gates", "bump", "build", "check", "publish", "verify", "status"];

/// How many rehearsals are kept in the user's cache.
const KEPT: usize = 3;

/// What a phase does; what came out, one line.
type Carry<R> = fn(&mut R) -> Result<String, Failure>;

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The kind or version; nothing: `auto`, or `--current` where nothing was released yet.
    pub kind: Option<String>,
    /// Where archives, status and log go; nothing: a folder of this run in the user's cache.
    pub keep: Option<PathBuf>,
    /// The configuration that was named with `--config`.
    pub config: Option<PathBuf>,
    /// Whether uncommitted changes may stay out.
    pub allow_dirty: bool,
    /// A folder of archives that the embedded index has from the start.
    pub with: Option<PathBuf>,
    /// A folder or zip of OSV records.
    pub database: Option<PathBuf>,
}

/// A rehearsal under way.
pub struct Rehearsal<'w> {
    outer: &'w World,
    /// The world of the throw-away repository.
    world: World,
    wanted: Wanted,
    /// The project as it is read anew after each change.
    project: Project,
    scratch: PathBuf,
    kept: PathBuf,
    phases: Vec<Phase>,
    built: Vec<Built>,
    serving: Vec<(String, Serving)>,
    uploads: Vec<Value>,
    verified: Vec<Value>,
    findings: Vec<Finding>,
}

impl<'w> Rehearsal<'w> {
    /// Rehearses the release of a project.
    ///
    /// # Errors
    /// A phase failed; the failure carries its code and how far the rehearsal came.
    pub fn run(world: &'w World, project: Project, wanted: Wanted) -> Result<Report, Failure> {
        let inspect = world.inspect();
        let kept = match &wanted.keep {
            Some(dir) => inspect.dir().join(dir),
            None => runs(inspect)?.join(inspect.run()),
        };
        let scratch = execute::scratch(world, &kept)?;
        let clone = scratch.path().join("work").join(project.root.file_name().unwrap_or_default());
        let mut rehearsal = Rehearsal {
            outer: world,
            world: world.for_clone(&clone),
            wanted,
            project,
            scratch: scratch.path().to_owned(),
            kept,
            phases: Vec::new(),
            built: Vec::new(),
            serving: Vec::new(),
            uploads: Vec::new(),
            verified: Vec::new(),
            findings: Vec::new(),
        };
        let outcome = rehearsal.all_phases();
        let trimmed = match rehearsal.wanted.keep {
            None => {
                let step = KeepNewest { dir: runs(inspect)?, count: KEPT };
                execute::execute(world, Plan::of(vec![Step::KeepNewest(step)])).map(drop)
            }
            Some(_) => Ok(()),
        };
        match outcome {
            Ok(()) => trimmed.map(|()| rehearsal.report()),
            Err(failure) => {
                let hint =
                    format!("what was made until then is in `{}`; nothing left this machine", rehearsal.kept.display());
                Err(failure.hint(hint).after(rehearsal.result()))
            }
        }
    }

    fn all_phases(&mut self) -> Result<(), Failure> {
        let steps: [Carry<Self>; 8] = [
            Self::prepare,
            Self::gates,
            Self::bump,
            Self::build,
            Self::check,
            Self::publish,
            Self::verify,
            Self::status,
        ];
        for (number, (name, step)) in PHASES.into_iter().zip(steps).enumerate() {
            let (done, total) = (number as u64, PHASES.len() as u64);
            self.outer.inspect().tell(&Event::Progress { what: name.to_owned(), done, total });
            let inspect = self.outer.inspect();
            let (phase, outcome) = Phase::carry(inspect, name, || step(self));
            self.phases.push(phase);
            if let Err(failure) = outcome {
                for later in &PHASES[number + 1..] {
                    self.phases.push(Phase::left_out(inspect, later, StepState::Cancelled, ""));
                }
                return Err(failure);
            }
        }
        Ok(())
    }

    fn result(&self) -> Value {
        json!({
            "version": self.project.version().to_string(),
            "packages": self.project.packages.iter().map(|package| json!({"name": package.name.as_str()})).collect::<Vec<_>>(),
            "phases": self.phases,
            "files": self.built,
            "published": self.uploads,
            "verified": self.verified,
            "findings": self.findings,
            "kept": self.kept,
        })
    }

    fn report(&self) -> Report {
        let mut report = Report::new("rehearse").findings(self.findings.clone()).result(self.result());
        let title = self.project.title();
        report.lines.push(format!("{title} {}: the release would pass", self.project.version()));
        report.lines.extend(self.built.iter().map(|file| format!("  {}", file.line())));
        report.lines.push(format!("  status   {}", self.kept.join("security-status/index.html").display()));
        report.lines.push(format!("  log      {}", self.log().display()));
        let total: u128 = self.phases.iter().map(|phase| phase.milliseconds).sum();
        report.lines.push(format!("  all in {}; nothing left this machine", text::duration(total)));
        report
    }

    fn log(&self) -> PathBuf {
        self.kept.join(format!("{}.jsonl", self.outer.inspect().run()))
    }
}

/// Where rehearsals are kept that nobody gave a folder for.
fn runs(inspect: Inspect<'_>) -> Result<PathBuf, Failure> {
    Ok(inspect.variables().cache_dir().ok_or(EffectsError::NoCache)?.join("rehearsals"))
}
