//! What came of visiting addresses: which of them are wrong, and which of them nobody can tell.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::policy::Policy;
use super::super::rules::raise;
use super::addresses::{Address, Place};
use crate::archive::shown;
use crate::effects::http::visit::Visited;
use crate::report::{Finding, text};

/// What is wrong with addresses.
#[derive(Debug, Default)]
pub struct Reached {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// How many findings the configuration accepts.
    pub accepted: usize,
    /// What nobody could tell: lines for people.
    pub unclear: Vec<String>,
    /// What was not asked: lines for people.
    pub unasked: Vec<String>,
}

/// Judges addresses by what came of visiting them, each within `patience`.
pub fn judge(visited: &[(&Address, Visited)], policy: &Policy, patience: Duration) -> Reached {
    let mut reached = Reached::default();
    let (mut unclear, mut inner) = (BTreeMap::<String, Vec<String>>::new(), Vec::new());
    for (address, visited) in visited {
        let url = shown(address.url.as_str());
        match visited {
            Visited::Answered { status: status @ (404 | 410), .. } => {
                reached.raise(
                    "source/dead-link",
                    address,
                    policy,
                    &format!("leads nowhere: the server answers {status}"),
                );
            }
            Visited::NoSuchName(host) => {
                let what = format!("leads nowhere: there is no host of the name `{}`", shown(host));
                reached.raise("source/dead-link", address, policy, &what);
            }
            Visited::Untrusted(why) => {
                reached.raise("source/untrusted-link", address, policy, &format!("is not safe to visit: {why}"));
            }
            Visited::Answered { status: 200..=399, moved: Some(moved) } if *moved != address.url => {
                let what = format!("has moved to `{}`", shown(moved.as_str()));
                reached.raise("source/moved-link", address, policy, &what);
            }
            Visited::Answered { status: 200..=399, .. } => {}
            Visited::Answered { status, .. } => {
                unclear.entry(format!("the answer is {status}")).or_default().push(url);
            }
            Visited::Unclear(why) => unclear.entry((*why).to_owned()).or_default().push(url),
            Visited::Inner => inner.push(url),
        }
    }
    for (why, urls) in unclear {
        let why = why.replace("in time", &format!("within {} s", patience.as_secs()));
        reached.unclear.push(format!("{} ({why}): {}", counted(urls.len()), listed(&urls)));
    }
    if !inner.is_empty() {
        let why = "(the host is not public, and `plain-http` does not name it)";
        reached.unasked.push(format!("{} {why}: {}", counted(inner.len()), listed(&inner)));
    }
    reached
}

fn listed(urls: &[String]) -> String {
    urls.iter().map(|url| format!("`{url}`")).collect::<Vec<_>>().join(", ")
}

/// `1 address`, `2 addresses`.
pub fn counted(number: usize) -> String {
    if number == 1 { "1 address".to_owned() } else { format!("{number} addresses") }
}

impl Reached {
    /// Raises a finding at the first place where it is not accepted.
    fn raise(&mut self, code: &'static str, address: &Address, policy: &Policy, what: &str) {
        let mut open = address.places.iter().filter(|place| !policy.accepts(code, Some(&place.location)));
        let Some(Place { location, field }) = open.next() else {
            self.accepted += 1;
            return;
        };
        let url = shown(address.url.as_str());
        let begin = match field {
            Some(field) => format!("the address `{url}` of `{field}`"),
            None => format!("the link to `{url}`"),
        };
        let more = match open.count() {
            0 => String::new(),
            more => format!(" (also in {})", text::count(more, "other place")),
        };
        self.findings.push(raise(code, format!("{begin} {what}{more}"), location.clone()));
    }
}
