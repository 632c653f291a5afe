//! The run's log: one JSON object a line, secrets masked, and the id that every line, record and report
//! of a run carries.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is a door to files")]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::Clock;
use super::error::EffectsError;
use crate::report::Event;
use crate::secret::Redactor;

/// How many logs are kept in a folder.
const KEPT: usize = 50;

/// The log of this run; closed until a plan is carried out.
#[derive(Clone, Default)]
pub(super) struct Log {
    file: Arc<Mutex<Option<(File, String)>>>,
}

impl Log {
    pub(super) fn open(&self, dir: &Path, run: &str) -> Result<PathBuf, EffectsError> {
        let path = dir.join(format!("{run}.jsonl"));
        let failed = |source| EffectsError::Write { path: path.clone(), source };
        let mut slot = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            std::fs::create_dir_all(dir).map_err(failed)?;
            prune(dir);
            let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
            *slot = Some((file, run.to_owned()));
        }
        Ok(path)
    }

    pub(super) fn write(&self, clock: &Clock, redactor: &Redactor, event: &Event) {
        let mut slot = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((file, run)) = slot.as_mut()
            && !matches!(event, Event::Progress { .. })
        {
            let mut line = json!({"time": clock.now().to_string(), "run": run});
            let event = serde_json::to_value(event).expect("events have string keys");
            if let (Some(line), Some(event)) = (line.as_object_mut(), event.as_object()) {
                line.extend(event.clone());
            }
            // A log that cannot be written must not stop a release.
            let _ = writeln!(file, "{}", redactor.redact(&line.to_string()));
        }
    }
}

fn prune(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    let mut logs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    logs.sort();
    while logs.len() >= KEPT {
        let _ = std::fs::remove_file(logs.remove(0));
    }
}

/// A new id: when, and eight hexadecimal digits that make it unique. Sorts by time.
pub(super) fn run_id(clock: &Clock) -> String {
    let stamp = clock.now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut random = [0_u8; 4];
    // Without a source of randomness the process id still tells two runs of one second apart.
    if getrandom::fill(&mut random).is_err() {
        random = std::process::id().to_be_bytes();
    }
    format!("{stamp}-{:08x}", u32::from_be_bytes(random))
}
