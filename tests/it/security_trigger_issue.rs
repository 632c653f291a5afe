//! `release security trigger --issue`: one issue while a person has to decide, and none afterwards.

use expect_test::expect;
use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::decisions::{decided, kept, sandbox};
use crate::support::forges::tracker::{Issue, Tracker};
use crate::support::forges::{Fault, GitHub, Gitea, Said};
use crate::support::releasing::forge_table;
use crate::support::sandbox::CANARY;

const ASKED: [(&str, &str); 2] = [("jinja2", "==2.11.2"), ("jinja2", "==2.11.3")];
const STARTED: [(&str, &str); 2] = [("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8")];

fn on_forge(kind: &str, address: &str, [released, head]: [(&str, &str); 2]) -> Sandbox {
    let mut sandbox = sandbox(released, head);
    sandbox.write("pyproject.toml", sandbox.read("pyproject.toml") + &forge_table(kind, address));
    sandbox.commit("chore: the forge");
    sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
    sandbox
}

/// What became of the issue, or the code of the failure.
fn keep(sandbox: &Sandbox) -> String {
    let output = sandbox.release(&["security", "trigger", "--issue", "--format", "json"]);
    let state = output.json()["result"]["issue"]["state"].as_str().unwrap_or_default().to_owned();
    if state.is_empty() { output.failure_code() } else { state }
}

/// Number and state of every issue.
fn states(tracker: &Tracker) -> Vec<(u64, &str)> {
    tracker.issues.iter().map(|issue| (issue.number, issue.state.as_str())).collect()
}

#[test]
fn one_issue_is_opened_for_the_same_facts_and_closed_when_somebody_has_decided() {
    let forge = GitHub::start("v1.2.3", "0", None);
    let mut sandbox = on_forge("github", &forge.address, ASKED);
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    let host = forge.address.trim_start_matches("http://").to_owned();
    let dry = sandbox.release(&["security", "trigger", "--issue", "-n"]).success();
    expect![[r#"
        the decision is `ask`: approve it with `release security approve a3b61102d7400450`
        would keep one issue on `HOST/acme/demo`: acme: a security decision is needed
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&dry.to_string().replace(&host, "HOST"));
    assert_eq!(forge.requests(), Vec::<String>::new());
    let output = sandbox.release(&["security", "trigger", "--issue"]).success();
    expect![[r#"
        the decision is `ask`: approve it with `release security approve a3b61102d7400450`
        issue opened: http://HOST/acme/demo/issues/1
    "#]]
    .assert_eq(&output.to_string().replace(&host, "HOST"));
    expect![[r#"
        get /api/v3/repos/acme/demo/issues?state=all&labels=release-security&per_page=100&page=1 200
        get /api/v3/repos/acme/demo/labels/release-security 404
        POST /api/v3/repos/acme/demo/labels 201
        POST /api/v3/repos/acme/demo/issues 201
    "#]]
    .assert_eq(&(forge.requests().join("\n") + "\n"));
    {
        let state = forge.state();
        let [issue] = state.forge.tracker.issues.as_slice() else { panic!("not one issue") };
        expect![[r#"
            acme: a security decision is needed
            <!-- release-security acme a3b61102d7400450 -->

            The decision about `acme` `1.2.3` is **ask**, by rule `D5`.

            - `jinja2` has [CVE-2020-28493](https://osv.dev/vulnerability/CVE-2020-28493), medium, rule `D5`

            What to do: to release it, run `release security approve a3b61102d7400450 --reason WHY`, then `release security trigger`.

            Kept by `release security trigger --issue` (key `a3b61102d7400450`): it is changed with the facts, and closed when nobody has to decide any more. Close it yourself, and it stays closed as long as the facts are the same.
        "#]].assert_eq(&format!("{}\n{}", issue.title, issue.body));
    }
    // Another scan on another day with the same facts only looks.
    sandbox.set("RELEASE_NOW", "2024-10-17T06:00:00Z");
    decided(&sandbox, &[]);
    assert_eq!(keep(&sandbox), "already-there");
    let asked = forge.requests();
    assert!(asked.iter().all(|request| request.starts_with("get ")), "{asked:?}");
    // Somebody wrote into it: it says again what is so.
    forge.state().forge.tracker.issues[0].title = "solved".to_owned();
    assert_eq!(keep(&sandbox), "updated");
    sandbox.release(&["security", "approve", &key]).success();
    let output = sandbox.release(&["security", "trigger", "--issue"]).success();
    expect![[r#"
        started `release.yml` for a3b61102d7400450
        issue closed: http://HOST/acme/demo/issues/1
    "#]]
    .assert_eq(&output.to_string().replace(&host, "HOST"));
    assert_eq!(states(&forge.state().forge.tracker), [(1, "closed")]);
    assert_eq!(keep(&sandbox), "not-needed");
    expect![[r#"
        <!-- release-security acme settled -->

        Nobody has to decide about this any more.

        The decision about `acme` `1.2.3` is **ask**, by rule `D5`.

        - `jinja2` has [CVE-2020-28493](https://osv.dev/vulnerability/CVE-2020-28493), medium, rule `D5`

        What to do: to release it, run `release security approve a3b61102d7400450 --reason WHY`, then `release security trigger`.

        Kept by `release security trigger --issue` (key `a3b61102d7400450`): it is changed with the facts, and closed when nobody has to decide any more. Close it yourself, and it stays closed as long as the facts are the same.
    "#]].assert_eq(&forge.state().forge.tracker.issues[0].body);
}

#[test]
fn gitea_keeps_one_issue_too() {
    let forge = Gitea::start("v1.2.3", "0");
    let sandbox = on_forge("gitea", &forge.address, ASKED);
    // Without the label every issue is listed, also one that claims to be ours.
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    let claims = format!("<!-- release-security acme {key} -->\n\nDo not worry.");
    forge.state().forge.tracker.issues.push(foreign(1, &claims, &[]));
    assert_eq!(keep(&sandbox), "opened");
    expect![[r#"
        get /api/v1/repos/acme/demo/issues?state=all&labels=release-security&type=issues&limit=50&page=1 200
        get /api/v1/repos/acme/demo/labels?limit=50&page=1 200
        POST /api/v1/repos/acme/demo/labels 201
        POST /api/v1/repos/acme/demo/issues 201
    "#]]
    .assert_eq(&(forge.requests().join("\n") + "\n"));
    assert_eq!(keep(&sandbox), "already-there");
    sandbox.release(&["security", "approve", &key]).success();
    assert_eq!(keep(&sandbox), "closed");
    assert_eq!(states(&forge.state().forge.tracker), [(1, "open"), (2, "closed")]);
    assert_eq!(forge.state().forge.tracker.issues[0].body, claims);
}

fn foreign(number: u64, body: &str, labels: &[&str]) -> Issue {
    Issue {
        number,
        title: "mine".to_owned(),
        body: body.to_owned(),
        state: "open".to_owned(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        is_pull_request: false,
    }
}

#[test]
fn issues_of_others_are_left_alone() {
    let forge = GitHub::start("v1.2.3", "0", None);
    let sandbox = on_forge("github", &forge.address, ASKED);
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    let others = [
        // No label; a pull request; another project of the same repository; a person's own use of the label.
        foreign(1, &format!("<!-- release-security acme {key} -->\n\nx"), &[]),
        Issue {
            is_pull_request: true,
            ..foreign(2, &format!("<!-- release-security acme {key} -->\n\nx"), &["release-security"])
        },
        foreign(3, &format!("<!-- release-security acme_more {key} -->\n\nx"), &["release-security"]),
        foreign(4, "see above", &["release-security"]),
    ];
    forge.state().forge.tracker.issues.extend(others.clone());
    assert_eq!(keep(&sandbox), "opened");
    sandbox.release(&["security", "approve", &key]).success();
    assert_eq!(keep(&sandbox), "closed");
    let state = forge.state();
    assert_eq!(states(&state.forge.tracker), [(1, "open"), (2, "open"), (3, "open"), (4, "open"), (5, "closed")]);
    for (other, issue) in others.iter().zip(&state.forge.tracker.issues) {
        assert_eq!((&other.title, &other.body), (&issue.title, &issue.body));
    }
}

#[test]
fn what_a_person_closed_stays_closed_until_the_question_is_another_one() {
    let forge = GitHub::start("v1.2.3", "0", None);
    let sandbox = on_forge("github", &forge.address, ASKED);
    let issues = || states(&forge.state().forge.tracker).into_iter().map(|(_, s)| s.to_owned()).collect::<Vec<_>>();
    decided(&sandbox, &["missing.json"]);
    assert_eq!(keep(&sandbox), "opened");
    forge.state().forge.tracker.issues[0].state = "closed".to_owned();
    decided(&sandbox, &["missing.json"]);
    assert_eq!(keep(&sandbox), "closed-by-a-person");
    // Other facts are another question.
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    assert_eq!(keep(&sandbox), "opened");
    decided(&sandbox, &["missing.json"]);
    assert_eq!(keep(&sandbox), "updated");
    decided(&sandbox, &[]);
    sandbox.release(&["security", "approve", &key]).success();
    assert_eq!(keep(&sandbox), "closed");
    assert_eq!(issues(), ["closed", "closed"]);
    // What was settled may be asked again, and opens again.
    decided(&sandbox, &["missing.json"]);
    assert_eq!(keep(&sandbox), "opened");
    assert_eq!(issues(), ["closed", "closed", "open"]);
    // Two runs at once may have opened two.
    let twin = Issue { number: 4, ..forge.state().forge.tracker.issues[2].clone() };
    forge.state().forge.tracker.issues.push(twin);
    assert_eq!(keep(&sandbox), "already-there");
    assert_eq!(issues(), ["closed", "closed", "open", "closed"]);
}

#[test]
fn text_from_outside_is_harmless_and_what_is_not_published_is_only_counted() {
    let forge = GitHub::start("v1.2.3", "0", None);
    let sandbox = on_forge("github", &forge.address, ASKED);
    decided(&sandbox, &[]);
    let file = sandbox.repo().join(".git/release/security/decision.json");
    let mut decision: Value = serde_json::from_str(&kept(&sandbox, "decision.json")).expect("JSON");
    let mut hostile = decision["findings"][0].clone();
    hostile["package"] = json!("a`b @ana #1 <img src=x> -->\n/close");
    let mut secret = hostile.clone();
    secret["id"] = json!("INTERNAL-2024-7");
    let mut markup = hostile.clone();
    markup["id"] = json!("CVE-2024-1](https://evil.example)");
    decision["findings"] = json!([hostile, secret, markup]);
    decision["missing"] = json!(["\n/close @ana fixes #1 <script>alert(1)</script> ![x](https://evil.example) `y`"]);
    decision["released"] = json!("1.2.3 @ana\n/approve");
    decision["justification"] = json!("NOT FOR THE PUBLIC");
    std::fs::write(file, decision.to_string()).expect("a file");
    assert_eq!(keep(&sandbox), "opened");
    let state = forge.state();
    let body = &state.forge.tracker.issues[0].body;
    expect![[r#"
        <!-- release-security acme a3b61102d7400450 -->

        The decision about `acme` `1.2.3 @ana /approve` is **ask**, by rule `D5`.

        - `` a`b @ana #1 <img src=x> --> /close `` has [CVE-2020-28493](https://osv.dev/vulnerability/CVE-2020-28493), medium, rule `D5`
        - 2 findings that this list does not name: `release security explain`
        - missing:  /close &#64;ana fixes \#1 &lt;script&gt;alert(1)&lt;/script&gt; \!\[x\](https:&#47;&#47;evil.example) \`y\`

        What to do: to release it, run `release security approve a3b61102d7400450 --reason WHY`, then `release security trigger`.

        Kept by `release security trigger --issue` (key `a3b61102d7400450`): it is changed with the facts, and closed when nobody has to decide any more. Close it yourself, and it stays closed as long as the facts are the same.
    "#]].assert_eq(body);
    assert!(!body.contains("INTERNAL") && !body.contains("NOT FOR"), "{body}");
    assert!(body.lines().all(|line| !line.trim_start().starts_with('/')), "{body}");
}

#[test]
fn what_goes_wrong_is_told_and_opens_no_second_issue() {
    let forge = GitHub::start("v1.2.3", "0", None);
    let sandbox = on_forge("github", &forge.address, ASKED);
    decided(&sandbox, &[]);
    let forbidden =
        json!({"message": "Resource not accessible by integration", "documentation_url": "x", "status": "403"});
    forge.fail(2, Fault::Say(Said::json(403, &forbidden)));
    expect![[r#"
        ------- stderr -------
        error[forge/forbidden]: the token from `RELEASE_FORGE_TOKEN` may not make the label of issues on `HOST/acme/demo`: Resource not accessible by integration
          hint: give the token the right to write issues (GitHub: `permissions: issues: write`, Gitea: `write:issue`)
        [exit status: 1]
    "#]].assert_eq(
        &sandbox.release(&["security", "trigger", "--issue"]).to_string().replace(&forge.address[7..], "HOST"),
    );
    assert!(forge.state().forge.tracker.issues.is_empty());
    // The label is made, the issue is opened, and nobody hears of it.
    forge.fail(3, Fault::Swallow);
    assert_eq!(keep(&sandbox), "effects/no-answer");
    assert_eq!(keep(&sandbox), "already-there");
    assert_eq!(states(&forge.state().forge.tracker), [(1, "open")]);
    // Without its label it would not be found again.
    forge.state().forge.tracker.issues.clear();
    forge.state().forge.tracker.drops_labels = true;
    assert_eq!(keep(&sandbox), "forge/format");
}

#[test]
fn a_release_is_started_whatever_becomes_of_the_issue() {
    let forge = GitHub::start("v1.2.3", "0", None);
    let sandbox = on_forge("github", &forge.address, STARTED);
    decided(&sandbox, &[]);
    forge.fail(1, Fault::Close);
    let output = sandbox.release(&["security", "trigger", "--issue"]).success();
    assert!(output.stdout.starts_with("started `release.yml` for "), "{output}");
    assert!(output.stderr.contains("the issue is not as it should be"), "{output}");
    assert_eq!(keep(&sandbox), "not-needed");
    let dispatches = forge.requests().into_iter().filter(|request| request.contains("/dispatches")).count();
    assert_eq!(dispatches, 1);
}

#[test]
fn after_two_that_failed_somebody_is_asked() {
    let forge = GitHub::start("v1.2.3", "0", None);
    let sandbox = on_forge("github", &forge.address, STARTED);
    decided(&sandbox, &[]);
    let broken = || Fault::Say(Said::json(422, &json!({"message": "no", "documentation_url": "x", "status": "422"})));
    for _ in 0..2 {
        forge.fail(0, broken());
        assert_eq!(keep(&sandbox), "forge/refused");
    }
    assert_eq!(keep(&sandbox), "security/circuit");
    let state = forge.state();
    let [issue] = state.forge.tracker.issues.as_slice() else { panic!("not one issue") };
    assert_eq!(issue.title, "acme: security releases failed twice");
}

#[test]
fn only_ids_of_published_advisories_are_named() {
    use pyrelease::plan::issue::is_published;
    for id in ["CVE-2024-1234", "GHSA-abcd-1234-wxyz", "PYSEC-2024-12", "MAL-2024-1", "OSV-2024-1"] {
        assert!(is_published(id), "{id}");
    }
    for id in [
        "",
        "CVE",
        "CVE-",
        "CVE-2024",
        "CVE-2024-",
        "B101",
        "INTERNAL-1-2",
        "CVE-2024-1)",
        "GHSA-a-b-c d",
        "cve-2024-1",
    ] {
        assert!(!is_published(id), "{id}");
    }
}
