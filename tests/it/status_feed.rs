//! The feed: well-formed, stable ids, real changes only, hostile text.

use pyrelease::status::feed::render;

use crate::support::statuses::{clean, every, findings, hostile, unrefreshed};

fn ids(feed: &str) -> Vec<&str> {
    feed.split("<id>").skip(1).filter_map(|rest| rest.split("</id>").next()).collect()
}

#[test]
fn every_feed_is_well_formed() {
    // libgit2 and rustls are here, an XML parser is not: Python's reads it.
    for (name, status) in every() {
        let feed = render(&status, Some("https://acme.github.io/demo/security-status/"));
        let program = "import sys, xml.etree.ElementTree as t; print(len(t.fromstring(sys.stdin.buffer.read())))";
        let mut child = std::process::Command::new("python3")
            .args(["-c", program])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        std::io::Write::write_all(&mut child.stdin.take().expect("it was asked for"), feed.as_bytes())
            .expect("it reads");
        assert!(child.wait_with_output().expect("it ends").status.success(), "{name}: {feed}");
    }
}

#[test]
fn only_changes_are_entries_and_their_ids_stay() {
    let feed = render(&findings(), None);
    assert_eq!(feed.matches("<entry>").count(), findings().history.changes.len());
    assert_eq!(feed, render(&findings(), None));
    // Nothing changed, and nothing could be found out: the same feed.
    assert_eq!(render(&unrefreshed(), None), feed);
    assert_eq!(render(&clean(), None).matches("<entry>").count(), 0);
    let mut unique = ids(&feed);
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids(&feed).len(), "each entry has its own id");
    assert!(ids(&feed).iter().all(|id| id.starts_with("urn:uuid:") && id.len() == 45 && &id[23..24] == "8"), "{feed}");
    // Moving the feed changes no id.
    assert_eq!(ids(&render(&findings(), Some("https://example.org/security-status/"))), ids(&feed));
}

#[test]
fn hostile_text_is_text() {
    let feed = render(&hostile(), None);
    assert!(!feed.contains("<script") && !feed.contains("</script") && !feed.contains("<img"), "{feed}");
    assert!(feed.contains("&lt;img src=x onerror=alert(1)&gt;"));
}
