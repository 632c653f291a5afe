//! The way in: one pass over a file of any kind.

use std::collections::HashSet;
use std::io::Read;

use super::scan::{Fault, Findings, Kind, Observer, Scan};
use super::source::Source;
use super::{Limits, gzip, links, names, zip};

/// Reads `input` to its end and tells everything about it. Never fails: what is wrong is a fault,
/// an input that cannot be read included (`archive/unreadable`). The result does not depend on how
/// many bytes a single read returns, and memory does not depend on any size the file declares.
pub fn scan(file_name: &str, input: &mut dyn Read, limits: &Limits) -> Scan {
    walk(file_name, input, (limits, &HashSet::new()), None)
}

/// As [`scan`], and tells the observer what is in every file.
pub fn scan_with<'a>(
    file_name: &str,
    input: &'a mut dyn Read,
    limits: &'a Limits,
    observer: &'a mut Observer<'a>,
) -> Scan {
    walk(file_name, input, (limits, &HashSet::new()), Some(observer))
}

/// As [`scan`], and keeps the contents of these members, too, within the same limits.
pub fn scan_keeping(file_name: &str, input: &mut dyn Read, limits: &Limits, members: &HashSet<String>) -> Scan {
    walk(file_name, input, (limits, members), None)
}

fn walk<'a>(
    file_name: &str,
    input: &mut dyn Read,
    (limits, members): (&'a Limits, &'a HashSet<String>),
    observer: Option<&'a mut Observer<'a>>,
) -> Scan {
    let kind = Kind::of(file_name);
    let mut findings = Findings::new(limits, members, observer);
    let mut source = Source::new(input, limits.file);
    let walked = match kind {
        Kind::Wheel => zip::walk(&mut source, &mut findings),
        Kind::Sdist => gzip::walk(&mut source, &mut findings),
        Kind::Other => Err(Fault::new("archive/unknown-kind", "the file name ends neither in `.whl` nor in `.tar.gz`")),
    };
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
    Scan { kind, size, sha256, members: findings.members, kept: findings.kept, faults: findings.faults, complete }
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
