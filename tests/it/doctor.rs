//! `release doctor`: every fact in every state, and no token in any of them.

use expect_test::expect;

use crate::support::sandbox::CANARY;
use crate::support::server::FakeIndex;
use crate::support::{Sandbox, Served, tokens};

/// `acme` with one stage, the index at these addresses, and no credentials.
fn project(upload: &str, simple: &str) -> Sandbox {
    let pyproject = format!(
        "[project]\nname = \"acme\"\nversion = \"1.0\"\nrequires-python = \">=3.8\"\n\n[tool.release]\nstages = [\"own\"]\n\n[tool.release.index.own]\nupload = \"{upload}\"\nsimple = \"{simple}\"\n"
    );
    let mut sandbox = Sandbox::with(&[("pyproject.toml", &pyproject)]);
    for name in ["RELEASE_TOKEN", "RELEASE_TOKEN_PYPI", "TWINE_PASSWORD", "UV_PUBLISH_TOKEN"] {
        sandbox.unset(name);
    }
    std::fs::remove_file(sandbox.path("home/.pypirc")).expect("it is there");
    sandbox.git(&["init", "-q", "--bare", "../origin.git"]);
    sandbox.git(&["remote", "add", "origin", "../origin.git"]);
    sandbox
}

/// The output without what depends on the machine: versions of programs and ports.
fn stable(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let text = sandbox.release(arguments).to_string();
    let mut out = String::new();
    for line in text.lines() {
        let line = match line.trim_start() {
            rest if rest.starts_with("python ") => {
                line.split(" ok ").next().unwrap_or_default().trim_end().to_owned() + " ok …"
            }
            rest if rest.starts_with("git ") => {
                line.split(" ok ").next().unwrap_or_default().trim_end().to_owned() + " ok …"
            }
            _ => line.to_owned(),
        };
        out.push_str(&line);
        out.push('\n');
    }
    without_port(&out)
}

/// Text without the port of a server on loopback.
fn without_port(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("127.0.0.1:") {
        clean.push_str(&rest[..at]);
        clean.push_str("127.0.0.1:PORT");
        rest = rest[at + 10..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    clean + rest
}

/// Name, state and text of the facts whose name begins so.
fn facts(sandbox: &Sandbox, arguments: &[&str], begins: &str) -> Vec<String> {
    let document = sandbox.release(&[&["doctor", "--format", "json"], arguments].concat()).json();
    let facts = document["result"]["facts"].as_array().cloned().unwrap_or_default();
    facts
        .iter()
        .filter(|fact| fact["name"].as_str().is_some_and(|name| name.starts_with(begins)))
        .map(|fact| {
            let word = |key: &str| fact[key].as_str().unwrap_or_default().to_owned();
            without_port(&format!("{}: {} {}", word("name"), word("state"), word("text")))
        })
        .collect()
}

#[test]
fn a_free_name_on_the_embedded_index() {
    let server_home = Sandbox::new();
    let served = Served::start(&server_home, &[]);
    let mut sandbox = project(&served.upload_url(), &served.simple_url());
    expect![[r#"
        warning[doctor/credential]: token own: none is found on this machine
          help: set `RELEASE_TOKEN_OWN` where the upload runs
        machine
          python ok …
          venv                  ok       answers
          requires-python acme  ok       >=3.8 allows it
          git ok …
          identity              ok       Ana Tester <ana@example.org>
          repository            ok       on main
          signing               note     tags and commits are not signed
          cache                 ok       [ROOT]/cache
        project
          configuration         ok       pyproject.toml parses
          references            ok       0 places agree with 1.0
        credentials
          token own             warning  none is found on this machine
        names
          acme on own           ok       nobody has it
        workflows
          workflows             note     there are none
        network
          clock                 note     given by `RELEASE_NOW`, so it is compared with nothing
          remote                ok       `[ROOT]/repo/../origin.git` answers
    "#]]
    .assert_eq(&stable(&sandbox, &["doctor"]));
    sandbox.set("RELEASE_TOKEN_OWN", served.token());
    expect!["token own: note `RELEASE_TOKEN_OWN` (used): no token of PyPI, so nothing can be read from it"]
        .assert_eq(&facts(&sandbox, &[], "token").join("\n"));
}

#[test]
fn names_that_are_ours_taken_archived_and_quarantined() {
    let server = FakeIndex::start(&[]);
    let sandbox = project(&server.upload_url(), &server.simple_url());
    let list = |status: &str| {
        server.list(
            200,
            "application/vnd.pypi.simple.v1+json",
            format!("{{\"meta\": {{\"api-version\": \"1.4\"}}, \"project-status\": {{\"status\": \"{status}\"}}, \"name\": \"acme\", \"files\": []}}"),
        );
    };
    let look = || facts(&sandbox, &[], "acme on").join("\n");
    list("active");
    let mut seen = vec![look()];
    sandbox.git(&["remote", "set-url", "origin", "git@github.com:ana/acme.git"]);
    server.document(r#"{"info": {"project_urls": {"Source": "https://github.com/Ana/acme"}}, "ownership": {"roles": [{"role": "Owner", "user": "ana\u001b[31m"}], "organization": null}}"#);
    seen.push(look());
    server.document(r#"{"info": {"home_page": "https://github.com/bob/acme"}, "ownership": {"roles": [{"role": "Owner", "user": "bob"}]}}"#);
    seen.push(look());
    for status in ["archived", "quarantined", "deprecated"] {
        list(status);
        seen.push(look());
    }
    server.list(500, "text/plain", "no");
    seen.push(look());
    expect![[r#"
        acme on own: cannot-tell it exists, and nothing here says whether it is yours
        acme on own: ok ours by its links, of ana[31m
        acme on own: wrong taken: it belongs to https://github.com/bob/acme, of bob
        acme on own: wrong archived: it takes no uploads
        acme on own: wrong quarantined: what is uploaded is not shown to anybody
        acme on own: wrong taken: it belongs to https://github.com/bob/acme, of bob
        acme on own: cannot-tell `http://127.0.0.1:PORT/simple/acme/` answered 500"#]]
    .assert_eq(&seen.join("\n"));
    // A terminal never sees what a name of an owner holds.
    server.document(r#"{"info": {}, "ownership": {"roles": [{"role": "Owner", "user": "ana\u001b[31m"}]}}"#);
    list("active");
    assert!(!sandbox.release(&["doctor"]).to_string().contains('\u{1b}'));
}

#[test]
fn tokens_are_read_and_never_shown() {
    let mut sandbox = project("https://upload.pypi.org/legacy/", "https://pypi.org/simple/");
    let mut seen = Vec::new();
    for token in [
        tokens::token("pypi.org", &["[1,[\"acme\"]]", "[2,[\"0b6c\"]]", "[3,\"user\"]"]),
        tokens::token("pypi.org", &["[1,[\"other\"]]"]),
        tokens::token("pypi.org", &["[3,\"user\"]"]),
        tokens::token("pypi.org", &[]),
        tokens::token("pypi.org", &["[2,[\"0b6c\"]]"]),
        tokens::token("pypi.org", &["[0,1700000000,1600000000]", "[3,\"user\"]"]),
        tokens::token("pypi.org", &["[1,[\"acme\"]]", "[9,\"what\"]"]),
        tokens::token("test.pypi.org", &["[1,[\"acme\"]]"]),
        "hunter2-is-a-password".to_owned(),
        CANARY.to_owned(),
    ] {
        sandbox.set("RELEASE_TOKEN_OWN", token.clone());
        let output = sandbox.release(&["doctor", "--offline", "--format", "json"]);
        assert!(!output.to_string().contains(&token[5..]), "{output}");
        seen.extend(facts(&sandbox, &["--offline"], "token"));
    }
    expect![[r#"
        token own: ok `RELEASE_TOKEN_OWN` (used): of pypi.org, for acme
        token own: wrong `RELEASE_TOKEN_OWN` (used): of pypi.org, for other and not for acme
        token own: warning `RELEASE_TOKEN_OWN` (used): of pypi.org, for every project of its owner
        token own: cannot-tell `RELEASE_TOKEN_OWN` (used): of pypi.org; it does not say what it is for
        token own: cannot-tell `RELEASE_TOKEN_OWN` (used): of pypi.org, for projects that it names by number
        token own: wrong `RELEASE_TOKEN_OWN` (used): expired 2023-11-14 22:13 UTC
        token own: ok `RELEASE_TOKEN_OWN` (used): of pypi.org, for acme, with 1 restrictions that are not understood
        token own: wrong `RELEASE_TOKEN_OWN` (used): of test.pypi.org, and good for nothing at upload.pypi.org
        token own: wrong `RELEASE_TOKEN_OWN` (used): it is no whole token: it does not begin with `pypi-`
        token own: wrong `RELEASE_TOKEN_OWN` (used): it is no whole token: it has characters that no token has, or was cut"#]]
    .assert_eq(&seen.join("\n"));
}

#[test]
fn every_source_is_named_and_the_first_is_used() {
    let mut sandbox = Sandbox::with(&[("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.0\"\n")]);
    sandbox.set("TWINE_USERNAME", "__token__");
    expect![[r#"
        token pypi: wrong `RELEASE_TOKEN_PYPI` (used): it is no whole token: it has characters that no token has, or was cut
        token pypi: warning `RELEASE_TOKEN` (not used: another comes first): it is no whole token: it has characters that no token has, or was cut
        token pypi: warning `TWINE_PASSWORD` (not used: another comes first): it is no whole token: it has characters that no token has, or was cut
        token pypi: warning `UV_PUBLISH_TOKEN` (not used: another comes first): it is no whole token: it has characters that no token has, or was cut
        token pypi: warning `~/.pypirc` (not used: another comes first): it is no whole token: it has characters that no token has, or was cut
        .pypirc: ok only you can read it"#]].assert_eq(
        &facts(&sandbox, &["--offline"], "")
            .into_iter()
            .filter(|fact| fact.contains("token") || fact.contains(".pypirc"))
            .collect::<Vec<_>>()
            .join("\n"),
    );
}

#[test]
fn a_broken_project_is_a_fact_and_not_the_end() {
    let sandbox = Sandbox::with(&[("pyproject.toml", "[project]\nname = \"acme\"\n")]);
    let output = sandbox.release(&["doctor", "--offline"]);
    assert_eq!(output.code, 10);
    expect!["configuration: wrong `pyproject.toml` does not say `project.version`"]
        .assert_eq(&facts(&sandbox, &["--offline"], "configuration").join("\n"));
}

#[test]
fn python_and_git_that_do_not_fit() {
    let sandbox = Sandbox::with(&[(
        "pyproject.toml",
        "[project]\nname = \"acme\"\nversion = \"1.0\"\nrequires-python = \"<3\"\n",
    )]);
    sandbox.git(&["checkout", "-q", "--detach"]);
    sandbox.git(&["remote", "add", "origin", "https://ana:geheim@example.org/ana/acme.git"]);
    sandbox.git(&["config", "tag.gpgsign", "true"]);
    let mut seen: Vec<String> = Vec::new();
    for name in ["repository", "signing", "remote"] {
        seen.extend(facts(&sandbox, &["--offline"], name));
    }
    expect![[r#"
        repository: wrong HEAD is on no branch
        signing: note git is told to sign, and `release bump` does not sign yet
        remote: warning its address holds a password or token, which git shows to everybody who asks"#]]
    .assert_eq(&seen.join("\n"));
    let fact = facts(&sandbox, &["--offline"], "requires-python").concat();
    assert!(fact.starts_with("requires-python acme: wrong <3 does not allow 3."), "{fact}");
    assert!(!sandbox.release(&["doctor", "--offline"]).to_string().contains("geheim"));
}

const WORKFLOW: &str = "\
name: Release
on:
  push:
    tags: ['v*']
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: echo ${{ secrets.CODECOV_TOKEN }} # and ${{ secrets['OTHER_KEY'] }}
      # - run: echo ${{ secrets.NOT_USED }}
  testpypi:
    environment:
      name: testpypi
      url: https://test.pypi.org/p/acme
    permissions:
      contents: read # needed
      id-token: write # the identity
    steps: []
  pypi:
    environment: pypi
    permissions: { contents: read }
    steps:
      - run: upload
        env:
          TOKEN: ${{ secrets.PYPI_TOKEN }}
";

#[test]
fn publishers_workflows_and_secrets() {
    let sandbox = Sandbox::with(&[
        (
            "pyproject.toml",
            "[project]\nname = \"acme\"\nversion = \"1.0\"\n[tool.release]\nstages = [\"testpypi\", \"pypi\"]\n",
        ),
        (".github/workflows/release.yml", WORKFLOW),
        (".github/workflows/odd.yml", "{on: push, jobs: {a: {env: {A: \"${{ secrets.IN_FLOW }}\"}}}}\n"),
        (".github/workflows/broken.yml", "on: [push\njobs: {{{\n"),
    ]);
    sandbox.git(&["remote", "add", "origin", "git@github.com:ana/acme.git"]);
    let document = sandbox.release(&["doctor", "--offline", "--format", "json"]).json();
    let facts = document["result"]["facts"].as_array().cloned().unwrap_or_default();
    let lines: Vec<String> = facts
        .iter()
        .filter(|fact| {
            fact["section"] == "workflows" || fact["name"].as_str().is_some_and(|name| name.starts_with("stored"))
        })
        .map(|fact| format!("{}: {} {}", fact["name"], fact["state"], fact["text"]))
        .collect();
    expect![[r#"
        "stored pypi": "warning" "`~/.pypirc` holds a token that is good until somebody revokes it, and the workflow needs none"
        "publisher testpypi": "note" "to be entered at https://test.pypi.org/manage/account/publishing/: project acme, owner ana, repository acme, workflow release.yml, environment testpypi"
        "workflow testpypi": "ok" "`.github/workflows/release.yml` has its job with `id-token: write`"
        "publisher pypi": "note" "to be entered at https://pypi.org/manage/account/publishing/: project acme, owner ana, repository acme, workflow release.yml, environment pypi"
        "workflow pypi": "wrong" "the job of `pypi` in `.github/workflows/release.yml` lacks `id-token: write`"
        "workflow": "cannot-tell" "`.github/workflows/broken.yml` is no workflow that can be read"
        "secret CODECOV_TOKEN": "cannot-tell" "the workflows use it; whether the forge has it: there is no token of the forge to ask with"
        "secret IN_FLOW": "cannot-tell" "the workflows use it; whether the forge has it: there is no token of the forge to ask with"
        "secret PYPI_TOKEN": "cannot-tell" "the workflows use it; whether the forge has it: there is no token of the forge to ask with"
        "stored PYPI_TOKEN": "warning" "a stored token is used for uploads where a trusted publisher needs none""#]].assert_eq(&lines.join("\n"));
    std::fs::remove_file(sandbox.repo().join(".github/workflows/release.yml")).expect("it is there");
    expect![[r#"
        workflow testpypi: wrong `.github/workflows/release.yml` is not there
        workflow pypi: wrong `.github/workflows/release.yml` is not there"#]]
    .assert_eq(&facts_of(&sandbox, "workflow "));
}

fn facts_of(sandbox: &Sandbox, begins: &str) -> String {
    facts(sandbox, &["--offline"], begins).join("\n")
}

#[test]
fn secrets_are_compared_with_those_of_the_forge() {
    let server = FakeIndex::start(&[]);
    let workflow = "on: push\njobs:\n  a:\n    steps:\n      - run: a\n        env:\n          A: ${{ secrets.HERE }}\n          B: ${{ secrets.GONE }}\n";
    let pyproject = format!(
        "[project]\nname = \"acme\"\nversion = \"1.0\"\n[tool.release.forge]\nkind = \"gitea\"\nurl = \"{}\"\nrepository = \"ana/acme\"\n",
        server.address()
    );
    let mut sandbox = Sandbox::with(&[
        ("pyproject.toml", &pyproject),
        (".gitea/workflows/a.yml", workflow),
        (".github/workflows/b.yml", "on: push\njobs:\n  a:\n    env:\n      A: ${{ secrets.ELSEWHERE }}\n"),
    ]);
    let mut seen = vec![facts_of(&sandbox, "secret")];
    sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
    seen.push(facts_of(&sandbox, "secret"));
    server.secrets("[{\"name\": \"HERE\"}, {\"name\": \"MORE\"}]");
    seen.push(facts_of(&sandbox, "secret"));
    expect![[r#"
        secret ELSEWHERE: cannot-tell the workflows use it; whether the forge has it: there is no token of the forge to ask with
        secret GONE: cannot-tell the workflows use it; whether the forge has it: there is no token of the forge to ask with
        secret HERE: cannot-tell the workflows use it; whether the forge has it: there is no token of the forge to ask with
        secret ELSEWHERE: cannot-tell the workflows use it; whether the forge has it: the forge does not tell
        secret GONE: cannot-tell the workflows use it; whether the forge has it: the forge does not tell
        secret HERE: cannot-tell the workflows use it; whether the forge has it: the forge does not tell
        secret ELSEWHERE: cannot-tell the workflows of another forge use it, which was not asked
        secret GONE: warning the workflows use it, and the repository has none of this name
        secret HERE: ok the forge has it"#]].assert_eq(&seen.join("\n"));
}

#[test]
fn plain_http_is_named_host_by_host() {
    let sandbox = Sandbox::with(&[(
        "pyproject.toml",
        "[project]\nname = \"acme\"\nversion = \"1.0\"\n[tool.release]\nstages = [\"own\"]\nplain-http = [\"gitea.internal:3000\"]\n[tool.release.index.own]\nupload = \"http://packages.internal/legacy/\"\nsimple = \"http://gitea.internal:3000/simple/\"\n",
    )]);
    expect![[r#"
        plain http: warning `gitea.internal:3000`: whoever can listen sees the tokens
        index own: wrong `http://packages.internal/legacy/` is plain http"#]]
    .assert_eq(&[facts_of(&sandbox, "plain"), facts_of(&sandbox, "index")].join("\n"));
}

#[test]
fn the_clock_is_compared_with_the_index() {
    let server = FakeIndex::start(&[]);
    server.date("Date: Mon, 01 Jan 2001 00:00:00 GMT\r\n");
    let mut sandbox = project(&server.upload_url(), &server.simple_url());
    assert_eq!(facts(&sandbox, &[], "clock"), ["clock: note given by `RELEASE_NOW`, so it is compared with nothing"]);
    sandbox.unset("RELEASE_NOW");
    let fact = facts(&sandbox, &[], "clock").concat();
    assert!(fact.starts_with("clock: wrong ") && fact.ends_with(" seconds ahead of own"), "{fact}");
    let now = jiff::fmt::rfc2822::to_string(&jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC)).expect("a time");
    server.date(format!("Date: {now}\r\n"));
    assert_eq!(facts(&sandbox, &[], "clock"), ["clock: ok agrees with own"]);
    server.date("");
    assert_eq!(facts(&sandbox, &[], "clock"), ["clock: cannot-tell `own` does not tell the time"]);
}

#[test]
fn others_can_read_pypirc() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with(&[("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.0\"\n")]);
    let path = sandbox.path("home/.pypirc");
    for (mode, wanted) in [
        (0o600, ".pypirc: ok only you can read it"),
        (0o644, ".pypirc: warning others can read it (mode 644), so it is not used"),
    ] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
        assert_eq!(facts_of(&sandbox, ".pypirc"), wanted);
    }
}

#[test]
fn a_job_is_told_as_what_an_index_takes_it_for() {
    use base64::Engine;
    let mut sandbox = Sandbox::with(&[("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.0\"\n")]);
    sandbox.without_credentials();
    let mut seen = Vec::new();
    let see = |seen: &mut Vec<String>, sandbox: &Sandbox| seen.extend(facts(sandbox, &["--offline"], "this job"));
    see(&mut seen, &sandbox);
    sandbox.set("GITHUB_ACTIONS", "true");
    see(&mut seen, &sandbox);
    for (name, value) in [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://runner.invalid/"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", CANARY),
        ("GITHUB_REPOSITORY", "acme/acme"),
        ("GITHUB_WORKFLOW_REF", "acme/acme/.github/workflows/release.yml@refs/tags/v1"),
        ("GITHUB_EVENT_NAME", "pull_request_target"),
        ("GITHUB_REF", "refs/tags/v1"),
    ] {
        sandbox.set(name, value);
    }
    see(&mut seen, &sandbox);
    sandbox.set("FORGEJO_ACTIONS", "true");
    see(&mut seen, &sandbox);
    sandbox.unset("FORGEJO_ACTIONS");
    sandbox.unset("GITHUB_ACTIONS");
    sandbox.set("GITLAB_CI", "true");
    see(&mut seen, &sandbox);
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims = r#"{"iss": "https://gitlab.com", "project_path": "acme/acme", "ci_config_ref_uri": "gitlab.com/acme/acme//.gitlab-ci.yml@refs/tags/v1", "user_email": "ann@example.org", "jti": "not-for-the-public"}"#;
    sandbox.set("PYPI_ID_TOKEN", format!("{}.{}.{}", part("{}"), part(claims), part("signature")));
    see(&mut seen, &sandbox);
    sandbox.unset("GITLAB_CI");
    sandbox.set("CIRCLECI", "true");
    see(&mut seen, &sandbox);
    expect![[r#"
        this job: note for trusted publishing give this job `permissions: id-token: write`
        this job: note the publisher on the index must fit: repository `acme/acme`, workflow_ref `acme/acme/.github/workflows/release.yml@refs/tags/v1`, event_name `pull_request_target`, ref `refs/tags/v1`
        this job: warning this workflow runs on `pull_request_target`, and PyPI trusts no such run
        this job: note PyPI trusts no runner of Gitea or Forgejo: use a token of this project as a secret of the job
        this job: note for trusted publishing give this job `id_tokens: PYPI_ID_TOKEN: aud: pypi` (`TESTPYPI_ID_TOKEN` with `testpypi` for TestPyPI)
        this job: note the publisher on the index must fit: iss `https://gitlab.com`, project_path `acme/acme`, ci_config_ref_uri `gitlab.com/acme/acme//.gitlab-ci.yml@refs/tags/v1`
        this job: note PyPI trusts no jobs of CircleCI: use a token of this project as a variable of it"#]].assert_eq(&seen.join("\n"));
    sandbox.set("RELEASE_TOKEN", "a-token-of-tests-1");
    sandbox.set("TWINE_PASSWORD", "a-token-of-tests-2");
    expect!["tokens pypi: wrong `RELEASE_TOKEN` and `TWINE_PASSWORD` hold different credentials for `pypi`"]
        .assert_eq(&facts(&sandbox, &["--offline"], "tokens").join("\n"));
}
