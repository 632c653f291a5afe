//! The issues of a forge of ours, whatever their documents look like.

use serde_json::Value;

use super::has_keys;

#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) state: String,
    pub(crate) labels: Vec<String>,
    pub(crate) is_pull_request: bool,
}

/// Issues, the oldest first, and the labels that there are.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    pub(crate) issues: Vec<Issue>,
    pub(crate) labels: Vec<String>,
    /// Whether labels of new issues are passed over, as GitHub does for those who may not give them.
    pub(crate) drops_labels: bool,
}

impl Tracker {
    pub(super) fn open(&mut self, body: &Value, labels: Vec<String>) -> &Issue {
        let text = |key: &str| body[key].as_str().expect("a text").to_owned();
        self.issues.push(Issue {
            number: self.issues.len() as u64 + 1,
            title: text("title"),
            body: text("body"),
            state: "open".to_owned(),
            labels,
            is_pull_request: false,
        });
        self.issues.last().expect("one was pushed")
    }

    pub(super) fn edit(&mut self, path: &str, body: &Value) -> Option<&Issue> {
        let number: u64 = path.strip_prefix("/issues/")?.parse().ok()?;
        let issue = self.issues.iter_mut().find(|issue| issue.number == number)?;
        if !has_keys(body, &["title", "body", "state"], &[]) || !["open", "closed"].contains(&body["state"].as_str()?) {
            return None;
        }
        let text = |key: &str| body[key].as_str().expect("a text").to_owned();
        (issue.title, issue.body, issue.state) = (text("title"), text("body"), text("state"));
        Some(issue)
    }
}
