//! Whether everything that a release needs is in place: each fact with a state, nothing changed. What cannot be
//! found out is said to be so.

mod credentials;
mod hosts;
mod machine;
mod names;
mod workflows;

use serde::Serialize;

use crate::config::targets::Index;
use crate::effects::Inspect;
use crate::error::Failure;
use crate::index::credential::pypirc;
use crate::project::detect::{self, Detected};
use crate::project::{Project, references};
use crate::report::{Finding, Outcome, text};

/// How a fact stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As a release needs it.
    Ok,
    /// Worth knowing, neither good nor bad.
    Note,
    /// A release works, and this should be looked at.
    Warning,
    /// A release does not work.
    Wrong,
    /// It could not be found out.
    CannotTell,
}

impl State {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Note => "note",
            State::Warning => "warning",
            State::Wrong => "wrong",
            State::CannotTell => "cannot tell",
        }
    }
}

/// One fact.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// The part of the whole that it belongs to.
    pub section: &'static str,
    /// What it is about.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// What was seen, one line.
    pub text: String,
    /// The code of the finding; empty where it is none.
    #[serde(skip)]
    pub code: &'static str,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Fact {
    fn new(name: impl Into<String>, state: State, text: impl Into<String>) -> Self {
        Fact { section: "", name: name.into(), state, text: text.into(), code: "", help: None }
    }

    fn ok(name: impl Into<String>, text: impl Into<String>) -> Self {
        Fact::new(name, State::Ok, text)
    }

    fn note(name: impl Into<String>, text: impl Into<String>) -> Self {
        Fact::new(name, State::Note, text)
    }

    fn unknown(name: impl Into<String>, text: impl Into<String>) -> Self {
        Fact::new(name, State::CannotTell, text)
    }

    fn warning(code: &'static str, name: impl Into<String>, text: impl Into<String>) -> Self {
        Fact { code, ..Fact::new(name, State::Warning, text) }
    }

    fn wrong(code: &'static str, name: impl Into<String>, text: impl Into<String>) -> Self {
        Fact { code, ..Fact::new(name, State::Wrong, text) }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The finding that it is, if it is one.
    fn finding(&self) -> Option<Finding> {
        let message = format!("{}: {}", self.name, self.text);
        let found = match self.state {
            State::Wrong => Finding::error(self.code, message),
            State::Warning => Finding::warning(self.code, message),
            _ => return None,
        };
        Some(match &self.help {
            Some(help) => found.help(help.clone()),
            None => found,
        })
    }
}

/// All facts in the order in which they are shown.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Facts {
    /// The facts.
    pub facts: Vec<Fact>,
}

impl Facts {
    fn add(&mut self, section: &'static str, facts: Vec<Fact>) {
        self.facts.extend(facts.into_iter().map(|fact| Fact { section, ..fact }));
    }

    /// What is wrong or should be looked at.
    pub fn findings(&self) -> Vec<Finding> {
        self.facts.iter().filter_map(Fact::finding).collect()
    }

    /// The verdict: against as soon as something is wrong, and never good where something is unknown.
    pub fn outcome(&self) -> Outcome {
        let any = |state| self.facts.iter().any(|fact| fact.state == state);
        match (any(State::Wrong), any(State::CannotTell)) {
            (true, _) => Outcome::Findings,
            (false, true) => Outcome::Inconclusive,
            (false, false) => Outcome::Ok,
        }
    }

    /// One line a fact, aligned, under the name of its section.
    pub fn lines(&self) -> Vec<String> {
        let row = |fact: &Fact| vec![format!("  {}", fact.name), fact.state.word().to_owned(), fact.text.clone()];
        let rows = text::table(&self.facts.iter().map(row).collect::<Vec<_>>());
        let mut lines = Vec::new();
        let mut section = "";
        for (fact, line) in self.facts.iter().zip(rows) {
            if fact.section != section {
                section = fact.section;
                lines.push(section.to_owned());
            }
            lines.push(line);
        }
        lines
    }
}

/// What the sections look at.
struct Subject<'p> {
    project: &'p Project,
    detected: &'p Detected,
    stages: Vec<Index>,
}

/// Finds the facts out.
///
/// # Errors
/// The repository cannot be read at all.
pub fn facts(inspect: Inspect<'_>, loaded: Result<Project, Failure>) -> Result<Facts, Failure> {
    let mut all = Facts::default();
    all.add("machine", machine::facts(inspect, loaded.as_ref().ok())?);
    let project = match loaded {
        Ok(project) => project,
        Err(failure) => {
            let wrong = Fact::wrong("doctor/configuration", "configuration", failure.message);
            let help = failure.hints.join("; ");
            all.add("project", vec![if help.is_empty() { wrong } else { wrong.help(help) }]);
            return Ok(all);
        }
    };
    let detected = detect::detect(inspect, &project.root)?;
    all.add("project", configuration(inspect, &project));
    let named = match project.config.stages.value.as_slice() {
        [] => vec!["pypi".to_owned()],
        stages => stages.to_vec(),
    };
    let mut stages = Vec::new();
    for name in named {
        match pypirc::index_of(inspect, &project.config, &name) {
            Ok(index) => stages.push(index),
            Err(error) => all.add("project", vec![Fact::wrong("doctor/configuration", "stages", error.message)]),
        }
    }
    let subject = Subject { project: &project, detected: &detected, stages };
    let publishing = workflows::read(inspect, &subject);
    all.add("credentials", credentials::facts(inspect, &subject, &publishing)?);
    all.add("names", names::facts(inspect, &subject)?);
    all.add("workflows", workflows::facts(inspect, &subject, &publishing));
    all.add("network", hosts::facts(inspect, &subject)?);
    Ok(all)
}

fn configuration(inspect: Inspect<'_>, project: &Project) -> Vec<Fact> {
    let file = project.config.file.as_deref();
    let text = file.map_or_else(|| "none: defaults hold".to_owned(), |file| format!("{file} parses"));
    let mut facts = vec![Fact::ok("configuration", text)];
    let wrong =
        |text: String| Fact::wrong("doctor/configuration", "references", text).help("run `release references --check`");
    match references::find(inspect.files(), project) {
        Err(error) => facts.push(wrong(error.message)),
        Ok(found) => {
            let miscounted = found.iter().find(|resolved| !resolved.count_holds());
            let stray = found.iter().flat_map(|resolved| &resolved.places).find(|place| !place.agrees);
            let places: usize = found.iter().map(|resolved| resolved.places.len()).sum();
            facts.push(match (miscounted, stray) {
                (Some(resolved), _) => wrong(resolved.count_error().to_string()),
                (None, Some(place)) => wrong(format!("{}:{} names version {}", place.file, place.line, place.version)),
                (None, None) => {
                    Fact::ok("references", format!("{} agree with {}", text::count(places, "place"), project.version()))
                }
            });
        }
    }
    facts
}
