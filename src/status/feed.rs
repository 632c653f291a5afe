//! The feed (Atom, RFC 4287): one entry for each real change of a finding, not for each scan. Ids are made
//! from the change, so they stay when the feed is made again or moves.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Status;
use super::history::Change;
use super::xml::escape;

/// How many changes are in the feed.
const ENTRIES: usize = 50;

/// Renders the feed. `url` is where the status is served, where that is known.
pub fn render(status: &Status, url: Option<&str>) -> String {
    let name = &status.document.project.name;
    let changes: Vec<&Change> = status.history.changes.iter().rev().take(ENTRIES).collect();
    let updated = changes.first().map_or(&status.history.started, |change| &change.time);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n\
         <id>{}</id>\n<title>Security status of {}</title>\n<updated>{}</updated>\n\
         <author><name>{}</name></author>\n",
        urn(&["feed", name]),
        escape(name),
        escape(updated),
        escape(name),
    );
    if let Some(url) = url {
        let url = escape(url);
        // Writing to a String cannot fail.
        let _ = write!(
            feed,
            "<link rel=\"alternate\" type=\"text/html\" href=\"{url}index.html\"/>\n\
             <link rel=\"self\" type=\"application/atom+xml\" href=\"{url}feed.atom\"/>\n"
        );
    }
    for change in changes {
        let _ = write!(feed, "{}", entry(name, change));
    }
    feed.push_str("</feed>\n");
    feed
}

fn entry(project: &str, change: &Change) -> String {
    let what = match (change.ids.first(), change.package.as_str()) {
        (Some(id), package) => format!("{id} in {package}"),
        (None, "") => "A vulnerability".to_owned(),
        (None, package) => format!("A vulnerability of {package}"),
    };
    let word = change.kind.word();
    let level = change.level.word();
    let kind = serde_json::to_value(change.kind).expect("a kind is a word");
    let id = urn(&[
        project,
        &change.finding,
        &change.package,
        &change.first_seen,
        kind.as_str().unwrap_or_default(),
        &change.time,
        level,
    ]);
    let link = match change.ids.first() {
        Some(first) => {
            format!("<link rel=\"related\" href=\"https://osv.dev/vulnerability/{}\"/>\n", escape(first))
        }
        None => String::new(),
    };
    format!(
        "<entry>\n<id>{id}</id>\n<title>{}: {word} ({level})</title>\n<updated>{}</updated>\n{link}\
         <content type=\"text\">{}</content>\n</entry>\n",
        escape(&what),
        escape(&change.time),
        escape(&format!(
            "{what} was {word} on {}. Severity: {level}. Known since {}.{}",
            change.time,
            change.first_seen,
            if change.ids.len() > 1 { format!(" All ids: {}.", change.ids.join(", ")) } else { String::new() },
        )),
    )
}

/// A UUID of version 8 (RFC 9562) of what an entry is about.
fn urn(parts: &[&str]) -> String {
    let mut bytes = Sha256::digest(parts.join("\n"));
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
