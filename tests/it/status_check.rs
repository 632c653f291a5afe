//! `release status check`: the status as it is served, and not what it says of the project.

use expect_test::expect;

use crate::status_build::{corpus, sandbox};
use crate::support::Sandbox;
use crate::support::pages::{Pages, Reply};

fn built() -> Sandbox {
    let mut sandbox = sandbox();
    sandbox.release(&["status", "build", "--db", &corpus()]).success();
    sandbox.set("RELEASE_NOW", "2024-10-17T06:00:00Z");
    sandbox
}

fn check(sandbox: &Sandbox, more: &[&str]) -> String {
    sandbox.release(&[&["status", "check", "public"], more].concat()).to_string()
}

#[test]
fn a_fresh_status_passes_whatever_it_says() {
    let sandbox = built();
    expect![[r#"
        warning[status/given-clock]: its time was given and not read from a clock
          help: unset `RELEASE_NOW` and build it again
        sequence 1, findings, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
    "#]]
    .assert_eq(&check(&sandbox, &[]));
    expect![[r#"
        error[status/too-old]: it was made 2024-10-16T12:00:00Z and may be 17 hours old
        warning[status/given-clock]: its time was given and not read from a clock
          help: unset `RELEASE_NOW` and build it again
        sequence 1, findings, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
        [exit status: 10]
    "#]]
    .assert_eq(&check(&sandbox, &["--max-age", "17"]));
    let pages = Pages::start(&sandbox.repo().join("public"), |_| Reply::File);
    for url in
        [pages.url(), format!("{}security-status", pages.url()), format!("{}security-status/index.html", pages.url())]
    {
        let json = sandbox.release(&["status", "check", &url, "--format", "json"]).success().json();
        assert_eq!((&json["outcome"], &json["result"]["sequence"]), (&"ok".into(), &1.into()));
    }
}

#[test]
fn a_status_that_is_over_is_against() {
    let mut sandbox = built();
    sandbox.set("RELEASE_NOW", "2024-10-20T12:00:00Z");
    expect![[r#"
        error[status/expired]: it was valid until 2024-10-17T12:00:00Z
          help: find out why no newer one was published: scheduled workflows are switched off by forges
        warning[status/given-clock]: its time was given and not read from a clock
          help: unset `RELEASE_NOW` and build it again
        sequence 1, findings, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
        [exit status: 10]
    "#]]
    .assert_eq(&check(&sandbox, &[]));
    sandbox.set("RELEASE_NOW", "2024-10-16T10:00:00Z");
    expect![[r#"
        error[status/future]: it is dated in the future: 2024-10-16T12:00:00Z
          help: look at the clock of this machine and of the one that made it
        warning[status/given-clock]: its time was given and not read from a clock
          help: unset `RELEASE_NOW` and build it again
        sequence 1, findings, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
        [exit status: 10]
    "#]]
    .assert_eq(&check(&sandbox, &[]));
}

#[test]
fn what_was_changed_by_hand_is_found() {
    let sandbox = built();
    let index = sandbox.read("public/security-status/index.json");
    let badge = sandbox.read("public/security-status/badge/vulns.json");
    sandbox.write("public/security-status/badge/vulns.json", badge.replace("1 medium", "none known"));
    std::fs::remove_file(sandbox.repo().join("public/security-status/badge/grade.json")).expect("it is there");
    expect![[r#"
        error[status/badge]: `badge/grade.json` is not there
        error[status/badge]: `badge/vulns.json` does not say what `index.json` says
          help: a badge and the status come from two builds: publish the folder as it was built
        warning[status/given-clock]: its time was given and not read from a clock
          help: unset `RELEASE_NOW` and build it again
        sequence 1, findings, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
        [exit status: 10]
    "#]]
    .assert_eq(&check(&sandbox, &[]));
    sandbox.write("public/security-status/index.json", index.replace("\"sequence\"", "\"sequel\""));
    expect![[r#"
        error[status/invalid]: `index.json` is no status: unknown field `sequel`
          help: build it again with `release status build` and publish it
        [exit status: 10]
    "#]]
    .assert_eq(&check(&sandbox, &[]));
    std::fs::remove_dir_all(sandbox.repo().join("public")).expect("it is there");
    expect![[r#"
        error[status/missing]: there is no status at `public`
        [exit status: 10]
    "#]]
    .assert_eq(&check(&sandbox, &[]));
}

#[test]
fn what_is_served_is_compared_with_what_was_built() {
    let mut sandbox = built();
    sandbox.release(&["status", "build", "--db", &corpus(), "--out", "new", "--previous", "public"]).success();
    let against = |dir: &str, place: &str| {
        let output = sandbox.release(&["status", "check", place, "--against", dir, "--format", "json"]);
        (output.code, output.json()["findings"][0]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(against("new", "public"), (10, "status/behind".to_owned()));
    assert_eq!(against("public", "new"), (10, "status/other".to_owned()));
    assert_eq!(against("new", "new").0, 0);
    let missing = sandbox.release(&["status", "check", "new", "--against", "nothing", "--format", "json"]);
    assert_eq!((missing.code, missing.failure_code()), (3, "status/not-built".to_owned()));
    sandbox.set("RELEASE_NOW", "2024-10-17T06:00:01Z");
}

#[test]
fn a_server_that_does_not_say_tells_nothing() {
    let sandbox = built();
    let pages = Pages::start(&sandbox.repo(), |_| Reply::Said(502, String::new()));
    let output = sandbox.release(&["status", "check", &pages.url()]);
    expect![[r#"
        warning[status/no-answer]: `URL/security-status/index.json` answers 502
          help: run the same command again later
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&output.to_string().replace(&pages.url(), "URL/"));
    let closed = Pages::start(&sandbox.repo(), |_| Reply::Close);
    assert_eq!(sandbox.release(&["status", "check", &closed.url()]).code, 11);
    let none = Pages::start(&sandbox.repo(), |_| Reply::File);
    assert_eq!(sandbox.release(&["status", "check", &none.url()]).code, 10);
}
