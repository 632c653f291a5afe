//! Watching what a tag started: asks with growing pauses until every run is over or the time is up. Only looks.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::effects::Inspect;
use crate::error::Failure;
use crate::forge::Forge;
use crate::forge::workflows::{Run, State};
use crate::report::text;

/// A run that a pushed tag starts shows up within this time.
const UNTIL_IT_SHOWS: Duration = Duration::from_secs(90);
/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// So many looks in a row may fail.
const FAILURES: u32 = 5;

/// What is watched, and how patiently.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The tag.
    pub tag: String,
    /// Its commit.
    pub commit: String,
    /// How long in all.
    pub wait: Duration,
    /// The first pause; each next is half as long again.
    pub interval: Duration,
    /// Whether a run is expected: without, there is no waiting for one to show up.
    pub expected: bool,
}

/// The runs as they stand when all are over or the time is up; nothing where the forge does not tell of runs.
///
/// # Errors
/// The forge refuses, or did not answer several times in a row.
pub fn watch(inspect: Inspect<'_>, forge: &Forge, watch: &Watch) -> Result<Option<Vec<Run>>, Failure> {
    let began = inspect.clock().elapsed();
    let mut told: BTreeMap<(String, String), State> = BTreeMap::new();
    let mut pause = watch.interval;
    let mut failures = 0;
    loop {
        let looked = forge.runs(inspect.http(), &watch.tag, &watch.commit);
        let waited = Duration::from_millis(u64::try_from(inspect.clock().elapsed() - began).unwrap_or(u64::MAX));
        match looked {
            Err(error) if error.is_unclear() && failures < FAILURES && waited + pause <= watch.wait => {
                failures += 1;
                inspect.note(format!("{error}; looking again"));
            }
            Err(error) => return Err(error.into()),
            Ok(None) => return Ok(None),
            Ok(Some(runs)) => {
                failures = 0;
                tell(inspect, &runs, &mut told);
                let shows = if watch.expected { UNTIL_IT_SHOWS } else { Duration::ZERO };
                let over = match runs.is_empty() {
                    true => waited >= shows,
                    false => runs.iter().all(|run| run.state.is_over()),
                };
                if over || waited + pause > watch.wait {
                    return Ok(Some(runs));
                }
            }
        }
        inspect.clock().sleep(pause);
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Says what has changed since the last look.
fn tell(inspect: Inspect<'_>, runs: &[Run], told: &mut BTreeMap<(String, String), State>) {
    for run in runs {
        for job in &run.jobs {
            let key = (run.name.clone(), job.name.clone());
            if told.insert(key, job.state) != Some(job.state) && job.state != State::Waiting {
                let took = job.seconds.map(|seconds| format!(" in {}", took(seconds))).unwrap_or_default();
                inspect.note(format!("{}: `{}` {}{took}", run.name, job.name, job.state.word()));
            }
        }
    }
}

/// A duration for people.
pub fn took(seconds: i64) -> String {
    text::duration(u128::try_from(seconds).unwrap_or(0) * 1_000)
}
