//! What is said of a set-up: the diff, what is left alone and why, and the findings of a check.

use serde_json::{Value, json};

use super::{Init, State, Target};
use crate::error::Location;
use crate::report::{Finding, Report, diff};

/// More look-alikes than this are only counted.
const SHOWN: usize = 10;

impl Init {
    /// The files that are written.
    pub fn written(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|target| target.state.writes())
    }

    /// What would change, as unified diffs.
    pub fn diff(&self) -> Vec<String> {
        self.written().flat_map(Target::diff).collect()
    }

    /// What is left alone, and for a project that is `new` what indexes must be told.
    pub fn report(&self, new: bool) -> Report {
        let mut report = Report::new("init");
        for target in self.targets.iter().filter(|target| matches!(target.state, State::Edited | State::Foreign)) {
            report.lines.push(format!("{}: {}", target.path, target.state.words()));
        }
        for place in self.left.iter().take(SHOWN) {
            report.lines.push(format!("left alone {}:{} `{}`: {}", place.file, place.line, place.text, place.reason));
        }
        if self.left.len() > SHOWN {
            report.lines.push(format!("and {} more places that name the version", self.left.len() - SHOWN));
        }
        for entry in self.publishers.iter().filter(|_| new) {
            report.lines.push(format!(
                "enter at {}: project {}, owner {}, repository {}, workflow {}, environment {}",
                entry.url, entry.project, entry.owner, entry.repository, entry.workflow, entry.environment
            ));
        }
        let of = |target: &Target| {
            let lines = if target.state.writes() { target.diff() } else { Vec::new() };
            json!({"path": target.path, "state": target.state, "diff": lines.join("\n")})
        };
        let files: Vec<Value> = self.targets.iter().map(of).collect();
        report.result(json!({"files": files, "left": self.left, "notes": self.notes, "publishers": self.publishers}))
    }

    /// Every file that is not as it should be.
    pub fn findings(&self) -> Vec<Finding> {
        self.targets.iter().filter_map(finding).collect()
    }
}

impl Target {
    fn diff(&self) -> Vec<String> {
        diff::unified(&self.path, self.before.as_deref(), self.after.as_deref().unwrap_or_default())
    }
}

fn finding(target: &Target) -> Option<Finding> {
    let message = format!("`{}` is {}", target.path, target.state.words());
    let found = match target.state {
        State::Current => return None,
        State::Missing => Finding::error("init/missing", message),
        State::Additions => Finding::error("init/additions", format!("`{}` lacks lines", target.path)),
        State::Outdated => Finding::error("init/outdated", message),
        State::Edited => Finding::info("init/edited", message),
        State::Foreign => Finding::info("init/foreign", message),
    };
    let found = found.at(Location::file(&target.path));
    Some(if target.state.writes() { found.help("run `release init`, which shows the diff first") } else { found })
}
