//! Disturbing a program from outside, by strace: killed, or refused a system call, the n-th time that it makes it.
//!
//! Calls are counted by name, since that is how strace counts: "the 200th call of all" would only ever reach the calls
//! of the start.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use super::Sandbox;

/// System calls that change something outside the process, or decide that it will.
pub(crate) const CALLS: &str = "openat,write,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,fsync,fdatasync,chmod,fchmod,ftruncate,flock,close";

/// Those of them that change something: between two others there is nothing to be torn.
pub(crate) const CHANGES: [&str; 15] = [
    "write",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "mkdirat",
    "fsync",
    "fdatasync",
    "chmod",
    "fchmod",
];

/// What happens at the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is killed.
    Kill,
    /// The call fails with this error, once.
    Error(&'static str),
    /// The call fails with this error from then on, as on a disk that stays full.
    Stays(&'static str),
}

/// A system call by its name, and which of them, counted from 1.
pub(crate) type Point = (String, usize);

fn strace(sandbox: &Sandbox, options: &[&str], program: &[&str]) -> Output {
    let template = sandbox.command(&[]);
    let mut command = Command::new("strace");
    command.args(options).args(program).current_dir(sandbox.repo()).env_clear();
    command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.output().expect("strace is installed")
}

/// How often each call is made by an undisturbed run.
pub(crate) fn counts(sandbox: &Sandbox, program: &[&str]) -> BTreeMap<String, usize> {
    let log = sandbox.path("trace").display().to_string();
    let trace = format!("trace={CALLS}");
    let output = strace(sandbox, &["-f", "-qq", "-e", &trace, "-e", "signal=none", "-o", &log], program);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut counts = BTreeMap::new();
    for line in std::fs::read_to_string(&log).expect("a trace").lines() {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        if let Some((name, _)) = call.split_once('(') {
            *counts.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// Every call of an undisturbed run.
pub(crate) fn points(counts: &BTreeMap<String, usize>) -> Vec<Point> {
    counts.iter().flat_map(|(call, count)| (1..=*count).map(move |n| (call.clone(), n))).collect()
}

/// Runs a program with a fault at a point.
pub(crate) fn disturbed(sandbox: &Sandbox, fault: Fault, (call, number): &Point, program: &[&str]) -> Output {
    let what = match fault {
        Fault::Kill => format!("signal=KILL:when={number}"),
        Fault::Error(name) => format!("error={name}:when={number}"),
        Fault::Stays(name) => format!("error={name}:when={number}+"),
    };
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:{what}");
    // By a filter of the kernel only the calls that are meant stop the program; signals are not sent that way.
    let way: &[&str] = if fault == Fault::Kill { &["-f", "-qq"] } else { &["-f", "-qq", "--seccomp-bpf"] };
    strace(sandbox, &[way, &["-e", &trace, "-e", &inject, "-o", "/dev/null"]].concat(), program)
}

/// Says how far a test went, for who reads the log.
#[expect(clippy::print_stdout, reason = "a test whose depth can be chosen says how deep it went")]
pub(crate) fn measured(text: &str) {
    println!("{text}");
}
