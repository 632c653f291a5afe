//! The page: escaping, policy, contrast, and what it says first.

use pyrelease::error::{Explain, Kind};
use pyrelease::status::StatusError;
use pyrelease::status::page::render;
use sha2::{Digest, Sha256};

use crate::status_badge::contrast;
use crate::support::statuses::{accepted_only, clean, every, findings, hostile, inconclusive};

#[test]
fn the_verdict_comes_first_and_times_are_shown() {
    let verdicts = [
        (clean(), "No known vulnerabilities; 2 locked packages compared with advisories."),
        (accepted_only(), "No open vulnerabilities, 1 is accepted; 1 locked package compared with advisories."),
        (inconclusive(), "It cannot be told whether demo has known vulnerabilities."),
    ];
    for (document, verdict) in verdicts {
        let page = render(&document).expect("a page");
        let paragraph = page.split("<p").nth(1).expect("a paragraph");
        assert!(paragraph.contains(verdict), "{paragraph}");
        assert!(page.contains("2026-11-20 06:00 UTC</time>, valid until"));
        assert!(page.contains("<time datetime=\"2026-11-22T06:00:11Z\">2026-11-22 06:00 UTC</time>"));
    }
    let page = render(&findings()).expect("a page");
    assert!(page.contains("1 low; 11 of 12 locked packages compared with advisories."), "{page}");
    assert!(page.contains("internal-thing <span class=\"quiet\">comes from another package index"));
    assert!(page.contains("<time datetime=\"2027-06-30\">2027-06-30</time>"));
    assert!(page.contains("templates are never built from user input"));
}

#[test]
fn an_inconclusive_page_never_says_none() {
    let page = render(&inconclusive()).expect("a page");
    assert!(page.contains("None were found, which cannot be relied on."));
    assert!(page.contains("the advisory database is too old"));
    assert!(page.contains("<strong>not reliable</strong>"));
    assert!(!page.contains("No known vulnerabilities"));
}

#[test]
fn hostile_text_is_text() {
    let page = render(&hostile()).expect("a page");
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "it is shown as text");
    assert!(!page.contains("<img") && !page.contains("<script") && !page.contains("</script"));
    for bad in ['\u{1b}', '\u{202e}'] {
        assert!(!page.contains(bad), "{bad:?}");
    }
    let lines = page.lines().filter(|line| line.starts_with("::"));
    assert_eq!(lines.count(), 0, "no line can be a command of a workflow");
}

#[test]
fn links_lead_to_https_or_beside_the_page_only() {
    for (name, document) in every() {
        let page = render(&document).expect(name);
        for link in page.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap_or("");
            let allowed =
                link.starts_with("https://osv.dev/vulnerability/") || ["index.json", "#status"].contains(&link);
            assert!(allowed, "{name}: {link}");
        }
        assert!(!page.contains("src=\""), "{name} loads something");
    }
}

#[test]
fn the_policy_allows_exactly_the_style_of_the_page() {
    let page = render(&clean()).expect("a page");
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next());
    let digest = Sha256::digest(style.expect("a style"));
    let policy = page.split("style-src 'sha256-").nth(1).expect("a policy");
    let policy = policy.split('\'').next().expect("a hash");
    let policy = policy.replace("&#x2f;", "/").replace("&#x3d;", "=").replace("&#x2b;", "+");
    assert_eq!(decode(&policy), digest.as_slice());
    assert!(!page.contains("style=\"") && !page.contains("<script"));
}

/// Standard base64, decoded without the code under test.
fn decode(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut held = 0;
    let mut bytes = Vec::new();
    for character in text.trim_end_matches('=').chars() {
        let value = ALPHABET.find(character).expect("a letter of base64");
        bits = bits << 6 | u32::try_from(value).expect("below 64");
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 255).expect("a byte"));
        }
    }
    bytes
}

#[test]
fn both_palettes_can_be_read() {
    let page = render(&clean()).expect("a page");
    let palettes: Vec<&str> = page.split(":root {").skip(1).collect();
    assert_eq!(palettes.len(), 2);
    for palette in palettes {
        let palette = palette.split('}').next().expect("a block");
        let colours: Vec<(&str, &str)> =
            palette.split(';').filter_map(|rule| rule.trim().strip_prefix("--")?.split_once(": ")).collect();
        assert_eq!(colours.len(), 14);
        let ground = colours.iter().find(|(name, _)| *name == "page").expect("a ground").1;
        for (name, colour) in &colours {
            let least = match *name {
                "page" => 1.0,
                "line" => 3.0,
                _ => 4.5,
            };
            assert!(contrast(colour, ground) >= least, "{name} {colour} on {ground}");
        }
    }
}

#[test]
fn the_page_is_small_and_the_same_each_time() {
    let page = render(&findings()).expect("a page");
    assert_eq!(page, render(&findings()).expect("a page"));
    assert!(page.len() < 40_000, "{}", page.len());
    assert_eq!(page.matches("<h1").count(), 1);
    assert!(page.contains("<html lang=\"en\">"));
}

#[test]
fn a_failing_template_is_a_bug_of_ours() {
    let cause = minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "x");
    let error = StatusError::Page { cause };
    assert_eq!(error.to_string(), "the status page cannot be rendered");
    assert_eq!((error.code(), error.kind()), ("status/page", Kind::Bug));
    assert!(error.hints().is_empty());
}
