//! The page: escaping, policy, contrast, and what it says first.

use expect_test::expect;
use pyrelease::error::{Explain, Failure, Kind};
use pyrelease::status::StatusError;
use pyrelease::status::error::Said;
use pyrelease::status::page::{render as render_at, render_releases};
use pyrelease::status::{Status, files};
use sha2::{Digest, Sha256};

use crate::status_badge::contrast;
use crate::support::statuses::{accepted_only, clean, every, findings, hostile, inconclusive, many, unrefreshed};

fn render(status: &Status) -> Result<String, StatusError> {
    render_at(status, Some("https://acme.github.io/demo/security-status/"))
}

/// The one script that is allowed, and nothing else that runs.
fn assert_no_code(page: &str) {
    assert_eq!(page.matches("<script").count(), 1, "{page}");
    assert_eq!(page.matches("</script").count(), 1);
    let script = page.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).expect("a script");
    assert_eq!(script, include_str!("../../templates/status.js"));
    for bad in ["<img", "<svg onload", "javascript:", " onerror=alert(1)>\""] {
        assert!(!page.contains(bad), "{bad}");
    }
}

#[test]
fn the_verdict_comes_first_and_times_are_shown() {
    let verdicts = [
        (clean(), "No known vulnerabilities; 2 locked packages compared with advisories."),
        (accepted_only(), "No open vulnerabilities, 1 is accepted; 1 locked package compared with advisories."),
        (inconclusive(), "It cannot be told whether demo has known vulnerabilities.</p>"),
    ];
    for (document, verdict) in verdicts {
        let page = render(&document).expect("a page");
        let paragraph = page.split("<p ").nth(1).expect("a paragraph");
        assert!(paragraph.contains(verdict), "{paragraph}");
        assert!(page.contains("2026-11-20 06:00 UTC</time>, valid until"));
        assert!(page.contains("<time id=\"until\" datetime=\"2026-11-22T06:00:11Z\">2026-11-22 06:00 UTC</time>"));
    }
    let page = render(&unrefreshed()).expect("a page");
    assert!(page.contains("vulnerabilities. 12 were known at the last check.</p>"), "{page}");
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
    let page = page + &render_releases(&hostile()).expect("a page");
    let (one, other) = page.split_at(page.find("</html>").expect("an end"));
    assert_no_code(one);
    assert_no_code(other);
    for bad in ['\u{1b}', '\u{202e}'] {
        assert!(!page.contains(bad), "{bad:?}");
    }
    let lines = page.lines().filter(|line| line.starts_with("::"));
    assert_eq!(lines.count(), 0, "no line can be a command of a workflow");
}

#[test]
fn links_lead_to_https_or_beside_the_page_only() {
    for (name, status) in every() {
        let page = render(&status).expect(name) + &render_releases(&status).expect(name);
        for link in page.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap_or("");
            let allowed =
                link.starts_with("https://osv.dev/vulnerability/") || link == "#status" || files::NAMES.contains(&link);
            assert!(allowed, "{name}: {link}");
        }
        assert!(!page.contains("src=\""), "{name} loads something");
    }
}

#[test]
fn the_policy_allows_exactly_the_style_of_the_page() {
    let page = render(&clean()).expect("a page");
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next());
    let script = page.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next());
    for (kind, text) in [("style", style), ("script", script)] {
        let policy = page.split(&format!("{kind}-src 'sha256-")).nth(1).expect("a policy");
        let policy = policy.split('\'').next().expect("a hash");
        let policy = policy.replace("&#x2f;", "/").replace("&#x3d;", "=").replace("&#x2b;", "+");
        assert_eq!(decode(&policy), Sha256::digest(text.expect(kind)).as_slice());
    }
    assert!(page.contains("default-src 'none';") && !page.contains("unsafe") && !page.contains("style=\""));
    assert_no_code(&page);
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
        assert_eq!(colours.len(), 15);
        let grounds =
            ["page", "soft"].map(|wanted| colours.iter().find(|(name, _)| *name == wanted).expect("a ground").1);
        for (name, colour) in &colours {
            let least = match *name {
                "page" | "soft" => 1.0,
                "line" => 3.0,
                _ => 4.5,
            };
            // Lines are drawn on the page alone.
            for ground in grounds.iter().take(if *name == "line" { 1 } else { 2 }) {
                assert!(contrast(colour, ground) >= least, "{name} {colour} on {ground}");
            }
        }
    }
}

#[test]
fn the_page_is_small_and_the_same_each_time() {
    let page = render(&findings()).expect("a page");
    assert_eq!(page, render(&findings()).expect("a page"));
    assert!(page.len() < 40_000, "{}", page.len());
    assert!(findings().document.to_json().len() < 20_000);
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

#[test]
fn sections_come_in_the_order_in_which_they_matter() {
    let page = render(&unrefreshed()).expect("a page");
    let headings: Vec<&str> = page.split("<h2>").skip(1).filter_map(|rest| rest.split("</h2>").next()).collect();
    assert_eq!(
        headings,
        [
            "What is not known",
            "What to do",
            "Open findings",
            "Accepted risks",
            "History",
            "Releases",
            "How this was computed",
            "Verify"
        ]
    );
    assert!(
        page.contains("release status check https:&#x2f;&#x2f;acme.github.io&#x2f;demo&#x2f;security-status&#x2f;")
    );
    assert!(page.contains(", not checked again"));
}

#[test]
fn the_grade_stands_with_its_sum() {
    let page = render(&findings()).expect("a page");
    assert!(page.contains("<span class=\"grade\">Grade F.</span>"));
    assert!(
        page.contains("−40.00</th><td role=\"cell\" data-label=\"For\">critical, exposure unknown, counted as pinned"),
        "{page}"
    );
    assert!(page.contains("at most 39"), "malware");
    let page = render(&inconclusive()).expect("a page");
    assert!(page.contains("There is no grade:") && !page.contains("class=\"grade\""));
}

#[test]
fn advice_is_a_command_where_users_can_act() {
    let page = render(&findings()).expect("a page");
    assert!(page.contains("<code>pip install --upgrade &quot;django&gt;=4.1.9&quot;</code>"), "{page}");
    let page = render(&hostile()).expect("a page");
    assert!(!page.contains("pip install"), "no command is made of a name that is none");
    assert!(render(&clean()).expect("a page").contains("<li>Nothing.</li>"));
}

#[test]
fn the_history_is_drawn_and_told() {
    let page = render(&many()).expect("a page");
    assert!(
        page.contains("<polyline points=\"")
            && page.contains("<desc id=\"spark-desc\">Score since 2026-08-23: between "),
        "{page}"
    );
    assert!(page.contains("20 more stand in <a href=\"index.json\">"));
    assert!(page.contains("The sum is cut off here; all of its lines stand in"));
    assert!(
        render(&clean()).expect("a page").contains("Score since 2026-11-19: 100 of 100. On 1 day there was no score.")
    );
}

#[test]
fn the_page_of_releases_shows_the_last_twenty_runs_with_their_files() {
    let page = render_releases(&many()).expect("a page");
    assert_eq!(page.matches("<th scope=\"row\"").count(), 20);
    assert!(page.contains("<code>a05373b4908a81b1752da75c28845d64d13e9a5ddd2e23fb08e73a66d5644938</code>"));
    assert!(page.contains("failed: step&#x2f;gate") && page.contains("1 min 35 s"), "{page}");
    assert!(render_releases(&clean()).expect("a page").contains("No release was recorded yet."));
    assert_no_code(&page);
}

#[test]
fn every_failure_says_what_to_do() {
    let said = || Said("remote: this branch is protected".to_owned());
    let text = |text: &str| text.to_owned();
    let errors = [
        StatusError::ValidFor { hours: 0 },
        StatusError::Previous { place: text("public"), problem: text("it holds control characters") },
        StatusError::Unanswered { url: text("https://acme.example.org/security-status/index.json"), status: 503 },
        StatusError::Decision { file: text("decision.json"), problem: text("missing field `rule`") },
        StatusError::NotBuilt { dir: text("public"), file: text("security-status/index.json") },
        StatusError::Older { served: 7, built: 5 },
        StatusError::GivenClock { remote: text("origin") },
        StatusError::NoUrl,
        StatusError::Push { remote: text("origin"), said: said() },
        StatusError::Rejected { remote: text("origin"), branch: text("gh-pages"), said: said() },
    ];
    let mut all = String::new();
    for error in errors {
        let failure = Failure::from(error);
        all.push_str(&format!(
            "{} {} {}\n  {:?}\n  {}\n",
            failure.code,
            failure.kind.word(),
            failure.message,
            failure.causes,
            failure.hints.join("; ")
        ));
    }
    expect![[r#"
        status/valid-for setup the status cannot be valid for 0 hours
          []
          set `valid-for-hours` under `[tool.release.status]` to a few days, such as 48
        status/previous setup the status in `public` cannot be read: it holds control characters
          []
          name the last status that was published with `--previous URL|DIR`, or remove this one to begin anew
        status/unanswered failed `https://acme.example.org/security-status/index.json` answers 503
          []
          run the same command again later: without the last status its sequence and history would be lost
        status/decision setup `decision.json` is no decision: missing field `rule`
          []
          write it again with `release security decide`, or remove it
        status/not-built setup there is no `security-status/index.json` in `public`
          []
          run `release status build` first, or name its folder with `--from DIR`
        status/older failed sequence 7 is published already, and 5 was built
          []
          build it again on top of what is published: `release status build --previous URL|DIR`
        status/given-clock failed a status whose time was given does not leave this machine for `origin`
          []
          unset `RELEASE_NOW` and run `release status build` again
        status/no-url setup it is not known where the status is served
          []
          set `url` under `[tool.release.status]`, or pass `--url URL`
        status/push failed git cannot publish to `origin`
          ["remote: this branch is protected"]
          look at `git remote -v`, and whether `git push` works there with the same credentials
        status/rejected failed branch `gh-pages` of `origin` moved each time the status was pushed
          ["remote: this branch is protected"]
          run the same command again
    "#]]
    .assert_eq(&all);
}
