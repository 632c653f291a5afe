//! The way in: one pass over a file of any kind.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::Read;
use std::panic::resume_unwind;
use std::thread;

use super::scan::{Fault, Findings, Kind, Observer, Scan, Seen};
use super::sink::Listener;
use super::source::Source;
use super::{Limits, aside, gzip, links, names, zip};

/// Reads `input` to its end and tells everything about it. Never fails: what is wrong is a fault,
/// an input that cannot be read included (`archive/unreadable`). The result does not depend on how
/// many bytes a single read returns, and memory does not depend on any size the file declares.
pub fn scan(file_name: &str, input: &mut dyn Read, limits: &Limits) -> Scan {
    walk(file_name, input, Findings::new(limits, &HashSet::new(), Listener::Nobody), |_| Ok(()))
}

/// As [`scan`], and tells the observer what is in every file.
pub fn scan_with<'a>(
    file_name: &str,
    input: &'a mut dyn Read,
    limits: &'a Limits,
    observer: &'a mut Observer<'a>,
) -> Scan {
    walk(file_name, input, Findings::new(limits, &HashSet::new(), Listener::Observer(observer)), |_| Ok(()))
}

/// As [`scan_with`], on two cores: another than the one that reads makes the digests of the members, tells the observer, and
/// unpacks some of them.
pub fn scan_on_two_cores(
    file_name: &str,
    input: &mut dyn Read,
    limits: &Limits,
    observer: &mut (dyn FnMut(Seen<'_>) + Send),
) -> Scan {
    let (sending, receiving) = aside::way();
    thread::scope(move |scope| {
        // Here, so that the other side does not wait for more where this one panics.
        let sending = RefCell::new(sending);
        let looking = scope.spawn(move || receiving.tell(observer));
        let nothing = HashSet::new();
        let findings = Findings::new(limits, &nothing, Listener::Aside(&sending));
        walk(file_name, input, findings, |findings| {
            sending.borrow_mut().finish();
            findings.settle(looking.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
    })
}

/// As [`scan`], and keeps the contents of these members, too, within the same limits.
pub fn scan_keeping(file_name: &str, input: &mut dyn Read, limits: &Limits, members: &HashSet<String>) -> Scan {
    walk(file_name, input, Findings::new(limits, members, Listener::Nobody), |_| Ok(()))
}

/// What the file holds. What others found out meanwhile is settled before anybody judges names.
fn walk<'a>(
    file_name: &str,
    input: &mut dyn Read,
    mut findings: Findings<'a>,
    settle: impl FnOnce(&mut Findings<'a>) -> Result<(), Fault>,
) -> Scan {
    let kind = Kind::of(file_name);
    let mut source = Source::new(input, findings.limits.file);
    let walked = match kind {
        Kind::Wheel => zip::walk(&mut source, &mut findings),
        Kind::Sdist => gzip::walk(&mut source, &mut findings),
        Kind::Other => Err(Fault::new("archive/unknown-kind", "the file name ends neither in `.whl` nor in `.tar.gz`")),
    };
    let walked = settle(&mut findings).and(walked);
    let mut stopped = walked.err();
    // A file that could not be read further fails once, not twice.
    let drained = source.drain().err().filter(|_| stopped.is_none());
    let complete = stopped.is_none() && drained.is_none();
    let disguised = disguise(kind, &source, stopped.as_ref());
    // The disguise says more about such a file than that it is no zip.
    if disguised.is_some() {
        stopped = stopped.filter(|fault| fault.code != "archive/not-zip");
    }
    for fault in [stopped, drained, disguised].into_iter().flatten() {
        findings.fault(fault);
    }
    names::judge(kind, &mut findings);
    links::judge(&mut findings);
    let (size, sha256) = source.finish();
    let kept = findings.texts();
    let Findings { members, faults, .. } = findings;
    Scan { kind, size, sha256, members, kept, faults, complete }
}

/// A file that is a zip to one reader and a tar to another.
fn disguise(kind: Kind, source: &Source<'_>, stopped: Option<&Fault>) -> Option<Fault> {
    let fault = |code, message: &str| Some(Fault::new(code, message));
    match kind {
        Kind::Wheel if source.begins_like_tar() => {
            fault("archive/polyglot", "the file begins like a tar, so some readers take it for one")
        }
        Kind::Wheel if stopped?.code == "archive/not-zip" && source.ends_like_zip() => {
            fault("archive/prepended-data", "data stands before the first entry of the zip")
        }
        Kind::Sdist if source.ends_like_zip() => {
            fault("archive/polyglot", "the file ends like a zip, so some readers take it for one")
        }
        _ => None,
    }
}
