//! Issues that this program keeps: found by their label, opened, changed and closed. What they say is for
//! whoever plans them. Labels can be given by those who may work on a repository alone, so that an issue of
//! somebody else is never taken for one of ours.

use serde::Deserialize;
use serde_json::{Value, json};

use super::place::Kind;
use super::{Forge, ForgeError, gitea, github};
use crate::effects::http::Method;
use crate::effects::{Effects, HttpLook};

/// The label of every issue that is kept.
pub const LABEL: &str = "release-security";

/// What the label means, for those who read the list of labels.
pub(super) const MEANING: &str = "Kept by `release security trigger --issue`";

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its number in the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text, in Markdown, with line feeds alone.
    pub body: String,
    /// Whether it is open.
    pub is_open: bool,
    /// Its page.
    pub url: String,
}

/// What is to be different about an issue.
#[derive(Debug, Clone, Copy)]
pub struct Edit<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its text.
    pub body: &'a str,
    /// Whether it is open.
    pub is_open: bool,
}

#[derive(Deserialize)]
struct RawIssue {
    number: u64,
    title: String,
    body: Option<String>,
    state: String,
    html_url: String,
    #[serde(default)]
    labels: Vec<Value>,
    pull_request: Option<Value>,
}

impl RawIssue {
    /// GitHub lists pull requests, too, and Gitea passes over labels that it does not know.
    fn is_kept(&self) -> bool {
        let named = |label: &Value| label["name"].as_str().or(label.as_str()) == Some(LABEL);
        self.pull_request.is_none() && self.labels.iter().any(named)
    }

    fn issue(self) -> Issue {
        Issue {
            number: self.number,
            title: self.title,
            body: self.body.unwrap_or_default().replace("\r\n", "\n"),
            is_open: self.state == "open",
            url: self.html_url,
        }
    }
}

impl Forge {
    /// Every issue with the label, open or closed, the oldest first.
    ///
    /// # Errors
    /// The forge does not tell.
    pub fn issues(&self, http: HttpLook<'_>) -> Result<Vec<Issue>, ForgeError> {
        let only = match self.place.kind {
            Kind::Github => "",
            Kind::Gitea => "&type=issues",
        };
        let below = format!("/issues?state=all&labels={LABEL}{only}");
        let found: Vec<RawIssue> = self.list(http, "list the issues", &below)?;
        let mut issues: Vec<Issue> = found.into_iter().filter(RawIssue::is_kept).map(RawIssue::issue).collect();
        issues.sort_by_key(|issue| issue.number);
        Ok(issues)
    }

    /// Opens an issue with the label, which is made where it is missing.
    ///
    /// # Errors
    /// The forge refuses, or takes the issue without its label.
    pub fn open_issue(&self, effects: Effects<'_>, title: &str, body: &str) -> Result<Issue, ForgeError> {
        const DOING: &str = "open an issue";
        self.require_token()?;
        let label = match self.place.kind {
            Kind::Github => github::label(self, effects)?,
            Kind::Gitea => gitea::label(self, effects)?,
        };
        let document = json!({"title": title, "body": body, "labels": [label]});
        let answer = self.send(effects, DOING, (Method::Post, "/issues"), Some(&document))?;
        let issue: RawIssue = self.read(DOING, &answer)?;
        if !issue.is_kept() {
            // It would not be found again, and opened anew each time.
            let problem = format!("the issue {} has no label `{LABEL}`", issue.number);
            return Err(ForgeError::Format { place: self.place.host(), doing: DOING, problem });
        }
        Ok(issue.issue())
    }

    /// Changes an issue.
    ///
    /// # Errors
    /// The forge refuses.
    pub fn change_issue(&self, effects: Effects<'_>, number: u64, edit: Edit<'_>) -> Result<Issue, ForgeError> {
        const DOING: &str = "change an issue";
        let state = if edit.is_open { "open" } else { "closed" };
        let document = json!({"title": edit.title, "body": edit.body, "state": state});
        let answer = self.send(effects, DOING, (Method::Patch, &format!("/issues/{number}")), Some(&document))?;
        Ok(self.read::<RawIssue>(DOING, &answer)?.issue())
    }
}
