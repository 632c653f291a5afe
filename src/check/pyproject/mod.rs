//! `pyproject.toml`: what is wrong in it, whichever backend reads it, and in the tables of the five backends. Pure; the
//! archives that come of it are judged elsewhere.
//!
//! Follows the specifications of packaging.python.org (PEP 517, 518, 621, 639, 735, 794, 808).

mod backend_keys;
mod form;
pub(super) mod node;
mod rules;
mod schema;
mod words;

pub(super) use rules::RULES;

use crate::archive::shown;
use crate::error::Location;
use crate::project::Pyproject;
use crate::report::Finding;

use super::rules::raise;
use form::Wrong;
use node::Node;

/// At most so many findings about one file.
const MOST: usize = 200;

/// What is wrong with a `pyproject.toml`. `exists` tells whether the project has a file, by its path beside it or by a pattern
/// of PEP 639.
pub fn judge(pyproject: &Pyproject, exists: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let mut sheet = Sheet { pyproject, exists, findings: Vec::new() };
    let Some(item) = pyproject.get(&[]) else { return Vec::new() };
    let root = Node::of(item);
    schema::top(&mut sheet, &root);
    schema::build_system(&mut sheet, &root);
    schema::project(&mut sheet, &root);
    schema::groups(&mut sheet, &root);
    backend_keys::judge(&mut sheet, &root);
    sheet.findings.sort_by_key(|finding| finding.location.as_ref().and_then(|place| place.line));
    sheet.findings
}

/// The findings about one file.
struct Sheet<'a> {
    pyproject: &'a Pyproject,
    exists: &'a dyn Fn(&str) -> bool,
    findings: Vec<Finding>,
}

impl Sheet<'_> {
    fn raise(&mut self, code: &'static str, at: Option<usize>, message: String) {
        // Nobody reads more of them about one file.
        if self.findings.len() >= MOST {
            return;
        }
        let mut location = Location::file(&self.pyproject.file);
        location.line = at.map(|at| self.pyproject.line(at));
        self.findings.push(raise(code, message, location));
    }

    /// What is not of its form; keys that nobody knows have a code of their own.
    fn wrong(&mut self, all: Vec<Wrong>, code: &'static str, unknown: &'static str) {
        for Wrong { key, at, why, meant } in all {
            match why {
                Some(why) => self.raise(code, at, format!("`{key}` {why}")),
                None => {
                    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                    self.raise(unknown, at, format!("`{key}` is a key that nobody knows{meant}"));
                }
            }
        }
    }

    fn needs_file(&mut self, file: Option<&str>, at: Option<usize>, key: &str) {
        if let Some(file) = file.filter(|file| !(self.exists)(file)) {
            let message = format!("`{key}` names `{}`, which is not there", shown(file));
            self.raise("pyproject/missing-file", at, message);
        }
    }
}
