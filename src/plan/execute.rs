//! Carries plans out: in order, stopping at the first failure, telling every state. The only maker of
//! [`Effects`](crate::effects::Effects).

use std::sync::atomic::{AtomicBool, Ordering};

use crate::effects::git_program::RemoteReference;
use crate::effects::{Effects, EffectsError, World};
use crate::error::Failure;
use crate::plan::{Plan, at_once};
use crate::report::{Event, StepState};
use crate::steps::ask_remote::AskRemote;
use crate::steps::record::{self, RecordedFile};
use crate::steps::{Produced, Step, transaction};

/// The file, below the git directory, that holds the id of the run that was begun last in this repository.
pub const BEGUN_HERE: &str = "release/begun";

/// How far a plan came.
pub struct Advance {
    /// What each step that worked left behind, in order.
    pub produced: Vec<Produced>,
    /// The first step that failed; those after it were not begun.
    pub failed: Option<Failure>,
    /// The steps that failed, by their position in the plan, each with the code of its failure: several where some were
    /// under way at once.
    pub failures: Vec<(usize, &'static str)>,
}

/// Carries out every step and returns what each left behind.
///
/// # Errors
/// The first step that failed; those after it are not begun.
pub fn execute(world: &World, plan: Plan) -> Result<Vec<Produced>, Failure> {
    let Advance { produced, failed, .. } = advance(world, plan);
    failed.map_or(Ok(produced), Err)
}

/// Carries out a plan whose steps leave this machine one by one, so that it matters how far it came.
pub fn advance(world: &World, plan: Plan) -> Advance {
    let effects = world.effects();
    open_log(world);
    let (mut produced, mut failures) = (Vec::new(), Vec::new());
    let mut failed = None;
    let mut at = 0;
    for batch in batches(&plan.steps) {
        let tell = |step: &Step, state| effects.inspect().tell(&Event::Step { what: step.describe(), state });
        if failed.is_some() {
            batch.iter().for_each(|step| tell(step, StepState::Cancelled));
            continue;
        }
        for (step, ended) in batch.iter().zip(carry_out(effects, batch, &|step| tell(step, StepState::Running))) {
            match ended {
                None => tell(step, StepState::Cancelled),
                Some(Ok(made)) => {
                    tell(step, if made.was_done() { StepState::AlreadyDone } else { StepState::Done });
                    produced.push(made);
                }
                Some(Err(failure)) => {
                    tell(step, StepState::Failed);
                    failures.push((at, failure.code));
                    failed.get_or_insert(failure);
                }
            }
            at += 1;
        }
    }
    let nothing_new = failed.is_none() && produced.iter().all(Produced::was_done);
    if let Some((dir, draft)) = plan.draft.as_ref().filter(|_| !nothing_new) {
        let outcome = failed.as_ref().map_or("ok", |failure| failure.code);
        let files: Vec<RecordedFile> = produced.iter().flat_map(Produced::files).collect();
        if let Err(error) = record::append(effects, dir, draft, outcome, &files) {
            // What was done is done: a ledger that could not be written must not make it look undone.
            effects.inspect().warn(format!("the ledger has no entry of this run: {error}"));
        }
    }
    Advance { produced, failed, failures }
}

/// Steps one after the other, those together that need nothing of each other.
fn batches(steps: &[Step]) -> Vec<&[Step]> {
    let (mut batches, mut start) = (Vec::new(), 0);
    for at in 1..=steps.len() {
        if at == steps.len() || !steps[at].may_run_beside(&steps[start..at]) {
            batches.push(&steps[start..at]);
            start = at;
        }
    }
    batches
}

/// Carries out steps that need nothing of each other, as many at a time as their kind wants: else two, or as many as
/// there are cores, since they also wait for disks and indexes. All of them end, but for those whose kind says how many:
/// of these none is begun after a failure.
fn carry_out(
    effects: Effects<'_>,
    steps: &[Step],
    begin: &(dyn Fn(&Step) + Sync),
) -> Vec<Option<Result<Produced, Failure>>> {
    let is_over = AtomicBool::new(false);
    let one = |step: &Step| {
        if is_over.load(Ordering::SeqCst) && step.at_once().is_some() {
            return None;
        }
        begin(step);
        let ended = effects.inspect().go_on().map_err(Failure::from).and_then(|()| step.carry_out(effects));
        is_over.fetch_or(ended.is_err(), Ordering::SeqCst);
        Some(ended)
    };
    match steps.first().and_then(Step::at_once) {
        Some(threads) => at_once::up_to(threads, steps, one),
        None => at_once::each(steps, one),
    }
}

/// What a remote has, asked before anything is changed: nothing is logged or recorded of it.
///
/// # Errors
/// It does not answer, or may not be asked.
pub fn ask(world: &World, step: AskRemote) -> Result<Vec<RemoteReference>, Failure> {
    match Step::AskRemote(step).carry_out(world.effects())? {
        Produced::References(references) => Ok(references),
        _ => Ok(Vec::new()),
    }
}

/// Appends an entry to the ledger of the repository that `dir` lies in.
///
/// # Errors
/// It cannot be written.
pub fn record(
    world: &World,
    dir: &std::path::Path,
    (draft, outcome, files): (&record::Draft, &str, &[RecordedFile]),
) -> Result<(), Failure> {
    open_log(world);
    Ok(record::append(world.effects(), dir, draft, outcome, files)?)
}

/// Keeps other releases of the same repository out, until the value is dropped or this process ends.
///
/// # Errors
/// Another one is under way.
pub fn lock(world: &World, git: &crate::effects::Git) -> Result<std::fs::File, Failure> {
    let folder = git.common_dir().join("release");
    let files = world.effects().files();
    files.make_folder(&folder)?;
    let path = folder.join("run.lock");
    files.lock(&path).map_err(|error| match error {
        EffectsError::Write { source, .. } if source.kind() == std::io::ErrorKind::WouldBlock => {
            crate::steps::StepError::Locked { lock: path.display().to_string() }.into()
        }
        other => other.into(),
    })
}

/// Notes that this run began a release in this very repository: the ledger of a clone tells of it, too.
///
/// # Errors
/// It cannot be written.
pub fn remember_run(world: &World, git: &crate::effects::Git) -> Result<(), Failure> {
    let path = git.common_dir().join(BEGUN_HERE);
    let files = world.effects().files();
    files.make_folder(path.parent().unwrap_or(&path))?;
    Ok(files.replace(&path, format!("{}\n", world.inspect().run()).as_bytes(), 0o644)?)
}

/// Finishes a change that was killed, before anything else is looked at.
///
/// # Errors
/// It cannot be finished: somebody changed the same files or references since.
pub fn recover(world: &World, top: &std::path::Path) -> Result<Option<transaction::Moved>, Failure> {
    open_log(world);
    transaction::recover(world.effects(), top)
}

/// A scratch folder for a whole rehearsal, whose log is kept in `log`.
///
/// # Errors
/// A folder cannot be made.
pub fn scratch(world: &World, log: &std::path::Path) -> Result<tempfile::TempDir, Failure> {
    world.effects().open_log(log)?;
    Ok(world.effects().files().scratch()?)
}

/// A scratch folder that is gone when the value is dropped.
///
/// # Errors
/// It cannot be made.
pub fn scratch_folder(world: &World) -> Result<tempfile::TempDir, Failure> {
    Ok(world.effects().files().scratch()?)
}

/// Opens the run's log in the user's cache; a machine without one keeps none.
fn open_log(world: &World) {
    let inspect = world.inspect();
    if let Some(cache) = inspect.variables().cache_dir()
        && let Err(error) = world.effects().open_log(&cache.join("log"))
    {
        inspect.tell(&Event::Detail { text: format!("no log is kept: {error}") });
    }
}
