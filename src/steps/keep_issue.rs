//! One issue on the forge about what a person has to decide: opened once, changed with the facts, closed when
//! the reason is gone. A hidden mark in its first line says which project and which facts it is about.

use serde::Serialize;

use crate::effects::Effects;
use crate::error::Failure;
use crate::forge::issues::{Edit, Issue};
use crate::forge::{Forge, ForgeError, Place};

/// The facts of an issue whose reason is gone.
const SETTLED: &str = "settled";

/// An issue to be kept.
#[derive(Debug, Serialize)]
pub struct KeepIssue {
    /// Where.
    pub place: Place,
    /// The project that it is about.
    pub project: String,
    /// What it says; nothing: nobody has to decide anything.
    pub wanted: Option<Wanted>,
    /// The forge.
    #[serde(skip)]
    pub forge: Forge,
}

/// What an issue says.
#[derive(Debug, Clone, Serialize)]
pub struct Wanted {
    /// The same key means the same facts.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its text in Markdown, safe to be shown.
    pub body: String,
}

/// What became of the issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Made by this run.
    Opened,
    /// Changed by this run.
    Updated,
    /// It says what it should.
    AlreadyThere,
    /// A person closed it, and the facts are the same.
    ClosedByAPerson,
    /// Closed by this run: nobody has to decide any more.
    Closed,
    /// None is there, and none is needed.
    NotNeeded,
}

impl State {
    /// Whether this run changed anything that people see.
    pub fn changed(self) -> bool {
        matches!(self, State::Opened | State::Updated | State::Closed)
    }

    /// The words that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            State::Opened => "opened",
            State::Updated => "updated",
            State::AlreadyThere => "already-there",
            State::ClosedByAPerson => "closed-by-a-person",
            State::Closed => "closed",
            State::NotNeeded => "not-needed",
        }
    }
}

/// The issue as this run left it.
#[derive(Debug, Clone, Serialize)]
pub struct Kept {
    /// What became of it.
    pub state: State,
    /// Its page, where there is one.
    pub url: Option<String>,
}

impl KeepIssue {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        match &self.wanted {
            Some(wanted) => format!("keep one issue on `{}`: {}", self.place, wanted.title),
            None => format!("close the issue about `{}` on `{}`, where one is open", self.project, self.place),
        }
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Kept, Failure> {
        let listed = self.forge.issues(effects.inspect().http())?;
        let ours: Vec<(String, Issue)> =
            listed.into_iter().filter_map(|issue| Some((self.key(&issue)?, issue))).collect();
        let kept = match &self.wanted {
            Some(wanted) => self.keep(effects, &ours, wanted)?,
            None => self.settle(effects, &ours)?,
        };
        Ok(kept)
    }

    fn keep(&self, effects: Effects<'_>, ours: &[(String, Issue)], wanted: &Wanted) -> Result<Kept, ForgeError> {
        let body = format!("{}\n\n{}", self.mark(&wanted.key), wanted.body);
        let mut open = ours.iter().filter(|(_, issue)| issue.is_open);
        let Some((_, issue)) = open.next() else {
            // Closing it was the answer, as long as it is the same question.
            if let Some((_, issue)) = ours.iter().rev().find(|(key, _)| *key == wanted.key) {
                return Ok(kept(State::ClosedByAPerson, issue));
            }
            return Ok(kept(State::Opened, &self.forge.open_issue(effects, &wanted.title, &body)?));
        };
        // Two runs at once may have opened two.
        let others: Vec<(String, Issue)> = open.cloned().collect();
        self.settle(effects, &others)?;
        if issue.title == wanted.title && issue.body.trim_end() == body.trim_end() {
            return Ok(kept(State::AlreadyThere, issue));
        }
        let edit = Edit { title: &wanted.title, body: &body, is_open: true };
        Ok(kept(State::Updated, &self.forge.change_issue(effects, issue.number, edit)?))
    }

    /// Closes what is open. What a person closed is marked, too, so that the same question may be asked again.
    fn settle(&self, effects: Effects<'_>, ours: &[(String, Issue)]) -> Result<Kept, ForgeError> {
        let mut closed = Kept { state: State::NotNeeded, url: None };
        for (_, issue) in ours.iter().filter(|(key, issue)| issue.is_open || key != SETTLED) {
            let rest = issue.body.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
            let body = format!("{}\n\nNobody has to decide about this any more.\n\n{rest}", self.mark(SETTLED));
            let edit = Edit { title: &issue.title, body: &body, is_open: false };
            let changed = self.forge.change_issue(effects, issue.number, edit)?;
            if issue.is_open {
                closed = kept(State::Closed, &changed);
            }
        }
        Ok(closed)
    }

    /// The first line of the issue; nobody sees it.
    fn mark(&self, key: &str) -> String {
        let plain = |text: &str| -> String {
            text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect()
        };
        format!("<!-- release-security {} {} -->", plain(&self.project), plain(key))
    }

    /// The key of an issue about this project.
    fn key(&self, issue: &Issue) -> Option<String> {
        let mark = self.mark("");
        let (before, after) = mark.split_once("  ").unwrap_or((&mark, ""));
        let key = issue.body.lines().next()?.trim().strip_prefix(before)?.strip_suffix(after)?.trim();
        (!key.is_empty() && !key.contains(' ')).then(|| key.to_owned())
    }
}

fn kept(state: State, issue: &Issue) -> Kept {
    Kept { state, url: Some(issue.url.clone()) }
}
