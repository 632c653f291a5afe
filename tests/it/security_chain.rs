//! From a vulnerable lock to one started release: the steps of the weekly workflow, each scan in a fresh clone as a
//! job of a runner has it, on GitHub and on Gitea, whose repository nobody enters without the token.

use expect_test::expect;
use serde_json::Value;

use crate::support::Sandbox;
use crate::support::decisions::{FRESH, corpus};
use crate::support::forges::{Forge, GitHub, Gitea, Hosting, Server};
use crate::support::releasing::forge_table;
use crate::support::sandbox::CANARY;

/// A hosted project.
struct Chain<F: Forge> {
    sandbox: Sandbox,
    server: Server<Hosting<F>>,
}

/// What a scan came to.
#[derive(Debug, PartialEq, Eq)]
struct Scan {
    decision: String,
    rule: String,
    key: String,
    trigger: String,
}

impl<F: Forge> Chain<F> {
    /// The fixture `mypylogger` as it stands, released and pushed to a forge.
    fn start(kind: &str, make: impl FnOnce(&str) -> F) -> Self {
        let mut sandbox = Sandbox::fixture("mypylogger");
        let origin = sandbox.path("origin.git");
        let server = Hosting::start(&origin, make);
        let text = sandbox.read("pyproject.toml");
        sandbox.write("pyproject.toml", format!("{text}{}", forge_table(kind, &server.address)));
        sandbox.commit("chore: the forge");
        sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin.display().to_string()]);
        for (name, value) in [("RELEASE_FORGE_TOKEN", CANARY), ("RELEASE_NOW", FRESH), ("GITHUB_ACTIONS", "true")] {
            sandbox.set(name, value);
        }
        sandbox.set("RELEASE_FORMAT", "human");
        Chain { sandbox, server }
    }

    /// Makes the fixture depend on `werkzeug`, in this version and no other.
    fn pins(self, version: &str) -> Self {
        let text = self.sandbox.read("pyproject.toml");
        let pinned = format!("dependencies = [\"werkzeug=={version}\"]\n");
        self.sandbox.write("pyproject.toml", text.replacen("dependencies = []\n", &pinned, 1));
        let lock = self.sandbox.read("uv.lock");
        let own = "source = { editable = \".\" }\n";
        assert!(lock.contains(own));
        let lock = lock.replacen(own, &format!("{own}dependencies = [\n    {{ name = \"werkzeug\" }},\n]\n"), 1);
        self.sandbox.write(
            "uv.lock",
            format!(
                "{lock}\n[[package]]\nname = \"werkzeug\"\nversion = \"{version}\"\nsource = {{ registry = \
                 \"https://pypi.org/simple\" }}\ndependencies = [\n    {{ name = \"markupsafe\" }},\n]\n"
            ),
        );
        self
    }

    /// Another version of it.
    fn pins_instead(&self, before: &str, after: &str) {
        for file in ["pyproject.toml", "uv.lock"] {
            self.sandbox.write(file, self.sandbox.read(file).replace(before, after));
        }
    }

    fn push(&self) {
        let origin = self.sandbox.path("origin.git").display().to_string();
        self.sandbox.git(&["push", "-q", &origin, "main", "--tags"]);
    }

    /// A fresh clone without credentials, as a job has it.
    fn clone(&self, name: &str) -> String {
        let (origin, job) = (self.sandbox.path("origin.git"), self.sandbox.path(name).display().to_string());
        self.sandbox.git(&["clone", "-q", &origin.display().to_string(), &job]);
        let url = format!("{}/acme/demo.git", self.server.address);
        self.sandbox.git(&["-C", &job, "remote", "set-url", "origin", &url]);
        job
    }

    fn run(&self, job: &str, arguments: &[&str]) -> Value {
        self.sandbox.release(&[&["-C", job, "--format", "json"], arguments].concat()).success().json()["result"].clone()
    }

    /// The steps of `security.yml` in a fresh clone.
    fn scan(&self, job: &str, db: &str) -> Scan {
        let job = &self.clone(job);
        self.run(job, &["history", "sync"]);
        self.run(job, &["security", "record", "--db", db]);
        let decision = self.run(job, &["security", "decide"]);
        let trigger = self.run(job, &["security", "trigger"]);
        self.run(job, &["history", "sync"]);
        self.run(job, &["status", "build", "--db", db]);
        self.run(job, &["status", "publish", "--to", "branch"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Scan {
            decision: text(&decision["decision"]),
            rule: text(&decision["rule"]),
            key: text(&decision["key"]),
            trigger: text(&trigger["state"]),
        }
    }

    /// What the release workflow was started with, each time.
    fn dispatches(&self) -> Vec<String> {
        let state = self.server.state();
        let asked = state.exchanges.iter().map(|exchange| (&exchange.asked, exchange.said.status));
        let started = asked.filter(|(asked, _)| asked.path.ends_with("/dispatches"));
        started.map(|(asked, status)| format!("{status} {}", String::from_utf8_lossy(&asked.body))).collect()
    }

    fn kept(&self, job: &str, name: &str) -> String {
        let path = self.sandbox.path(job).join(".git/release/security").join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// A file of the published status.
    fn published(&self, name: &str) -> Value {
        let origin = self.sandbox.path("origin.git").display().to_string();
        let text = self.sandbox.git(&["-C", &origin, "show", &format!("gh-pages:security-status/{name}")]);
        serde_json::from_str(&text).expect("JSON")
    }
}

fn exactly_one_release<F: Forge>(kind: &str, make: impl FnOnce(&str) -> F) {
    let mut chain = Chain::start(kind, make).pins("2.3.7");
    chain.sandbox.commit("feat: what users have");
    chain.sandbox.git(&["tag", "v0.2.7"]);
    chain.pins_instead("2.3.7", "2.3.8");
    chain.sandbox.commit("fix: werkzeug without CVE-2023-46136");
    chain.push();
    let first = chain.scan("one", &corpus());
    assert_eq!(
        (first.decision.as_str(), first.rule.as_str(), first.trigger.as_str()),
        ("release-now", "D4", "started")
    );
    expect![[r#"204 {"ref":"main","inputs":{"decision":"7a4663fb3df5a36e","reason":"security D4: CVE-2023-46136 in werkzeug","version":"patch"}}"#]].assert_eq(&chain.dispatches().join("\n"));
    let commit = chain.sandbox.git(&["rev-parse", "HEAD"])[..12].to_owned();
    expect![[r#"
        # Dependency release of `mypylogger` after `0.2.7`: release-now

        ## What users have

        Users of `mypylogger` `0.2.7` carry 1 known vulnerability. Upgrading a dependency does not take it from them, only a release does:

        - [CVE-2023-46136](https://osv.dev/vulnerability/CVE-2023-46136) in `werkzeug` `2.3.7`, high. It is in a dependency that our requirement pins to the affected version.
          Fixed in `2.3.8`. First seen 2024-10-16, due 2024-11-15. Also known as GHSA-hrfv-mqp8-q5rw, PYSEC-2023-221.

        ## What the release changes

        HEAD (`COMMIT`) asks for versions without it. Users get them by upgrading `mypylogger`; until then its requirements keep the affected versions installed.

        ## What to do

        Release a patch version now. Users upgrade; nothing else is asked of them.

        ## Why

        `D4`: A release of HEAD takes a high flaw from users who have it now.

        It rests on:

        - `osv`, newest advisory of 2024-10-15
        - 6 of 6 locked packages judged, recorded 2024-10-16

        What would be decided otherwise:

        - it would be `status-only` by D11 without CVE-2023-46136 in `werkzeug`.

        ## What is not known

        - Whether the affected code is ever reached. Advisories for Python packages do not say which functions they mean.
        - Flaws that nobody has published.
        - What users really have installed. What is said about 0.2.7 rests on the tag `v0.2.7`: `pyproject.toml`, `uv.lock`.

        Key `7a4663fb3df5a36e`, decided 2024-10-16T12:00:00Z. The trace of every rule is in `decision.json`.
    "#]].assert_eq(&chain.kept("one", "justification.md").replace(&commit, "COMMIT"));
    expect![[r#"
        ### Security

        - `werkzeug` is no longer held at a version with [CVE-2023-46136](https://osv.dev/vulnerability/CVE-2023-46136) (high).
    "#]].assert_eq(&chain.kept("one", "notes.md"));
    // A day later in a fresh clone: the same facts, known from the ledger, and nothing more is started.
    chain.sandbox.set("RELEASE_NOW", "2024-10-17T12:00:00Z");
    let second = chain.scan("two", &corpus());
    assert_eq!((second.key.as_str(), second.trigger.as_str()), (first.key.as_str(), "already-started"));
    let state: Value = serde_json::from_str(&chain.kept("two", "state.json")).expect("JSON");
    assert_eq!(state["changes"], serde_json::json!([]));
    assert!(
        state["findings"].as_array().is_some_and(|all| all.iter().all(|one| one["first_seen"] == FRESH)),
        "{state}"
    );
    assert_eq!(chain.published("index.json")["sequence"], 2);
    // The database is not to be had: nothing is decided, nothing resolved, and the badge is grey.
    let third = chain.scan("three", "nowhere.zip");
    assert_eq!((third.decision.as_str(), third.rule.as_str(), third.trigger.as_str()), ("hold", "D0", "nothing"));
    let state: Value = serde_json::from_str(&chain.kept("three", "state.json")).expect("JSON");
    assert!(
        state["findings"].as_array().is_some_and(|all| all.iter().all(|one| one["status"] != "resolved")),
        "{state}"
    );
    expect![[r##"{"schemaVersion":1,"label":"security","message":"unknown · last known 2024-10-17","color":"#57606a","labelColor":"#555555","isError":true}"##]].assert_eq(&chain.published("badge/grade.json").to_string());
    assert_eq!(chain.dispatches().len(), 1);
    chain.run(&chain.sandbox.path("three").display().to_string(), &["history", "verify"]);
}

#[test]
fn exactly_one_release_on_gitea() {
    exactly_one_release("gitea", |address| Gitea::at(address, "", ""));
}

#[test]
fn exactly_one_release_on_github() {
    exactly_one_release("github", |address| GitHub::at(address, "", "", None));
}

#[test]
fn a_flaw_that_only_developers_have_starts_nothing() {
    let chain = Chain::start("gitea", |address| Gitea::at(address, "", ""));
    chain.sandbox.write(".release/security.toml", "");
    chain.sandbox.commit("chore: nothing is accepted");
    chain.sandbox.git(&["tag", "v0.2.7"]);
    chain.push();
    let scan = chain.scan("one", &corpus());
    assert_eq!((scan.decision.as_str(), scan.rule.as_str(), scan.trigger.as_str()), ("status-only", "D11", "nothing"));
    assert!(chain.dispatches().is_empty());
}

#[test]
fn nobody_gets_in_without_the_token() {
    let mut chain = Chain::start("gitea", |address| Gitea::at(address, "", ""));
    chain.sandbox.git(&["tag", "v0.2.7"]);
    chain.push();
    let job = chain.clone("one");
    chain.run(&job, &["status", "build", "--db", &corpus()]);
    chain.sandbox.unset("RELEASE_FORGE_TOKEN");
    let failed = |arguments: &[&str]| {
        let output = chain.sandbox.release(&[&["-C", &job, "--format", "json"], arguments].concat());
        (output.code, output.failure_code())
    };
    assert_eq!(failed(&["history", "sync"]), (1, "effects/remote".to_owned()));
    assert_eq!(failed(&["status", "publish", "--to", "branch"]), (1, "status/push".to_owned()));
}

#[test]
fn findings_in_own_code_stay_out_of_the_ledger() {
    let chain = Chain::start("gitea", |address| Gitea::at(address, "", ""));
    chain.sandbox.git(&["tag", "v0.2.7"]);
    let repo = chain.sandbox.repo().display().to_string();
    let report = crate::support::decisions::report("bandit-1.9.4.json");
    chain.run(&repo, &["security", "record", "--db", &corpus(), &report]);
    chain.run(&repo, &["security", "decide"]);
    assert!(chain.kept("repo", "state.json").contains("B105"));
    let ledger = chain.sandbox.git(&["show", "refs/release/ledger:record.json"]);
    assert!(ledger.contains("security decide") && !ledger.contains("B105"), "{ledger}");
}
