//! SIGINT and SIGTERM: every wait ends, children end with their groups, and the program ends within five
//! seconds, whatever it is doing.
//!
//! A change that is under way is either in the journal or not begun, so ending is safe at any instant; the
//! seconds are for telling what was done and removing scratch folders. A second signal ends at once.

#![expect(clippy::disallowed_methods, reason = "this is the door to signals")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::error::EffectsError;

/// How long the rest of the program has to end by itself.
const GRACE: Duration = Duration::from_millis(3_500);

/// How long a child has to end by itself.
pub(super) const CHILD_GRACE: Duration = Duration::from_secs(1);

static RECEIVED: AtomicI32 = AtomicI32::new(0);
static SCRATCH: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static CHILDREN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Watches for signals from now on.
pub(super) fn watch() {
    // Without signals to watch, the system's own handling ends the program.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if RECEIVED.swap(signal, Ordering::SeqCst) != 0 {
                end(signal);
            }
            std::thread::spawn(move || {
                std::thread::sleep(GRACE);
                end(signal);
            });
        }
    });
}

/// Whether the program was told to end, as the failure that says so.
///
/// # Errors
/// It was.
pub fn check() -> Result<(), EffectsError> {
    match RECEIVED.load(Ordering::SeqCst) {
        0 => Ok(()),
        SIGINT => Err(EffectsError::Interrupted),
        _ => Err(EffectsError::Terminated),
    }
}

/// What people call a signal that ends programs.
pub(super) fn name(signal: i32) -> String {
    let known = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
        (Signal::SYS, "SIGSYS"),
    ];
    let name = known.iter().find(|(known, _)| known.as_raw() == signal).map(|(_, name)| (*name).to_owned());
    name.unwrap_or_else(|| format!("signal {signal}"))
}

/// Waits, but not beyond a signal.
pub(super) fn sleep(duration: Duration) {
    const SLICE: Duration = Duration::from_millis(50);
    let mut rest = duration;
    while !rest.is_zero() && check().is_ok() {
        let slice = rest.min(SLICE);
        std::thread::sleep(slice);
        rest -= slice;
    }
}

/// A folder or file that is removed even if the program has to be ended.
pub(super) fn remember_scratch(path: &Path) {
    SCRATCH.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
}

/// A child whose group is ended with the program.
pub(super) struct Child(u32);

impl Child {
    pub(super) fn remember(id: u32) -> Self {
        CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        Child(id)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).retain(|id| *id != self.0);
    }
}

/// Sends a signal to the group of a child.
pub(super) fn signal_group(id: u32, signal: Signal) {
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

#[expect(clippy::exit, reason = "the rest of the program did not end in time")]
fn end(signal: i32) -> ! {
    for child in CHILDREN.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        signal_group(child, Signal::KILL);
    }
    for folder in SCRATCH.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        if std::fs::remove_file(&folder).is_err() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
    std::process::exit(128 + signal);
}
