//! What a workflow must hold: T1 to T22 of the design's reliability page, one function each, found by reading
//! the file alone. Rules of publishing apply to workflows that send something to an index; the others to all.

mod access;
mod flow;
mod input;
mod supply;

use std::path::Path;

use super::model::Workflow;
use super::{forge_of, yaml};
use crate::error::Location;
use crate::report::{Finding, Severity};

/// Something found, before it has a file.
pub struct Hit {
    code: &'static str,
    line: usize,
    message: String,
    help: &'static str,
    severity: Severity,
}

impl Hit {
    fn new(code: &'static str, line: usize, message: impl Into<String>, help: &'static str) -> Self {
        Hit { code, line, message: message.into(), help, severity: Severity::Error }
    }

    fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// Which workflows a rule is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// All, composite actions too.
    All,
    /// All; a workflow that does not publish gets warnings.
    Mild,
    /// Those that publish.
    Publishing,
}

type Judge = fn(&Workflow<'_>, &mut Vec<Hit>);

/// The rules, in the order of T1 to T22, then those of Gitea.
const RULES: &[(Scope, Judge)] = &[
    (Scope::Mild, access::permissions),
    (Scope::Publishing, access::publish_job),
    (Scope::Publishing, access::gate),
    (Scope::Mild, supply::unpinned_action),
    (Scope::Mild, supply::persisted_credentials),
    (Scope::Publishing, supply::cache),
    (Scope::Mild, input::dangerous_trigger),
    (Scope::All, input::template_injection),
    (Scope::Publishing, flow::concurrency),
    (Scope::Publishing, flow::timeout),
    (Scope::Publishing, access::stored_token),
    (Scope::Publishing, flow::tag_filter),
    (Scope::Publishing, flow::runner),
    (Scope::Publishing, supply::unhashed_tool),
    (Scope::Publishing, flow::artifact_hash),
    (Scope::Publishing, flow::signal),
    (Scope::All, input::environment_file),
    (Scope::Publishing, flow::release_order),
    (Scope::Publishing, access::contents_write),
    (Scope::All, access::secrets_inherit),
    (Scope::Publishing, supply::local_action),
    (Scope::Publishing, supply::third_party_action),
    (Scope::Mild, access::ignored_by_gitea),
];

/// Judges a workflow, or a composite action; `path` decides whose runner reads it.
pub fn judge(path: &str, text: &str) -> Vec<Finding> {
    let root = match yaml::read(text) {
        Ok(root) => root,
        Err(error) => {
            return vec![
                Finding::error("workflow/unreadable", error.message)
                    .at(Location::line(path, error.line))
                    .help("put the file right; the runner would read it in another way than you, or not at all"),
            ];
        }
    };
    let workflow = Workflow::of(&root, text, forge_of(Path::new(path)));
    if workflow.jobs.is_empty() {
        return vec![
            Finding::error("workflow/unreadable", "it has neither `jobs` nor `runs`")
                .at(Location::line(path, 1))
                .help("name workflows and composite actions only"),
        ];
    }
    let publishes = workflow.publishes();
    let mut hits = Vec::new();
    for (scope, rule) in RULES {
        if *scope == Scope::Publishing && !publishes {
            continue;
        }
        let before = hits.len();
        rule(&workflow, &mut hits);
        if *scope == Scope::Mild && !publishes && !workflow.is_action {
            hits[before..].iter_mut().for_each(|hit| hit.severity = Severity::Warning);
        }
    }
    hits.sort_by_key(|hit| hit.line);
    hits.into_iter()
        .map(|hit| {
            let make = if hit.severity == Severity::Error { Finding::error } else { Finding::warning };
            make(hit.code, hit.message).at(Location::line(path, hit.line)).help(hit.help)
        })
        .collect()
}
