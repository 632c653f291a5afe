//! `release verify`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::served::Served;

#[test]
fn an_index_must_be_named_and_known() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        ------- stderr -------
        error[plan/no-index]: no index named
          hint: name one with `--index NAME`, or set `stages` in the configuration
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["verify"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[config/unknown-index]: `pipy` is neither a known index nor a URL
          hint: use one of pypi, testpypi, a URL, or name it in `[index.NAME]` of the configuration
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["verify", "--index", "pipy"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[effects/plain-http]: `http://example.org/simple/acme/` is plain http
          hint: use https, or name the host exactly in `plain-http` of the configuration if it is in your own network
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["verify", "--index", "http://example.org/legacy/"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[effects/offline]: `https://pypi.org/simple/acme/` is needed and `--offline` is set
          hint: run once without `--offline`, so that the cache is filled
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["verify", "--index", "pypi", "--offline"]).to_string());
}

/// `acme` built, and an embedded index that has it.
fn published() -> (Sandbox, Served) {
    let sandbox = Sandbox::with(ACME).online();
    sandbox.release(&["build"]).success();
    let served = Served::start(&sandbox, &[]);
    let token = served.token_file().display().to_string();
    sandbox.release(&["publish", "--index", &served.upload_url(), "--token-file", &token]).success();
    (sandbox, served)
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn what_was_published_is_installed_and_tried() {
    let (sandbox, served) = published();
    let url = served.upload_url();
    let verified = sandbox.release(&["verify", "--index", &url]).success();
    let files: Vec<&str> = verified.stdout.lines().filter(|line| !line.starts_with("  not checked: ")).collect();
    assert_eq!(files, ["acme-1.2.3-py3-none-any.whl  6 checked", "acme-1.2.3.tar.gz  4 checked"], "{verified}");
    // Without anything in `dist/` the index alone tells which files there are.
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it is there");
    sandbox.release(&["verify", "1.2.3", "--index", &url]).success();
    let other = sandbox.release(&["verify", "1.2.4", "--index", &url, "--format", "json"]);
    assert_eq!((other.code, other.failure_code()), (1, "plan/not-on-index".to_owned()), "{other}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn other_bytes_than_were_built_are_a_verdict_against() {
    let (sandbox, served) = published();
    // As if somebody had exchanged the file on the index.
    sandbox.write("acme/__init__.py", "\"\"\"Another.\"\"\"\n\n__version__ = \"1.2.3\"\n");
    sandbox.release(&["build"]).success();
    let output = sandbox.release(&["verify", "--index", &served.upload_url()]);
    assert_eq!(output.code, 10, "{output}");
    assert_eq!(output.stdout.matches("error[verify/hash]").count(), 2, "{output}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_file_that_is_not_visible_yet_is_inconclusive() {
    let sandbox = Sandbox::with(ACME).online();
    sandbox.release(&["build"]).success();
    let served = Served::start(&sandbox, &[]);
    let output = sandbox.release(&["verify", "--index", &served.upload_url(), "--wait", "0"]);
    assert_eq!(output.code, 11, "{output}");
    assert!(output.stdout.contains("warning[verify/not-visible]"), "{output}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn every_way_an_installed_release_can_disappoint_has_its_finding() {
    let module = "\"\"\"An example.\"\"\"\n\nimport sys\n\n__version__ = \"1.2.3\"\n\n\ndef main() -> None:\n    print('acme says hello')\n";
    let more = "\n[project.scripts]\nacme = \"acme:main\"\nbroken = \"acme:nothing\"\n\n[tool.release.verify]\nimports = [\"acme\", \"acme.gone\"]\n\n[[tool.release.verify.commands]]\nrun = [\"acme\"]\nprints = \"acme {version}\"\n\n[[tool.release.verify.commands]]\nrun = [\"python\", \"-c\", \"raise SystemExit(3)\"]\n\n[tool.release.verify.budgets]\nwheel-bytes = 10\n";
    let mut files = ACME.to_vec();
    let pyproject = format!("{}{more}", files[0].1);
    files[0].1 = &pyproject;
    files[2].1 = module;
    let sandbox = Sandbox::with(&files).online();
    sandbox.write("acme/py.typed", "");
    sandbox.commit("feat: types");
    sandbox.release(&["build", "--wheel"]).success();
    let served = Served::start(&sandbox, &[]);
    let token = served.token_file().display().to_string();
    sandbox.release(&["publish", "--index", &served.upload_url(), "--token-file", &token]).success();
    let output = sandbox.release(&["verify", "--index", &served.upload_url(), "--format", "json"]);
    assert_eq!(output.code, 10, "{output}");
    let document = output.json();
    let mut codes: Vec<&str> = document["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        ["verify/budget", "verify/command", "verify/command", "verify/entry-point", "verify/import"],
        "{output}"
    );
    assert!(document["result"]["verified"][0]["checked"].to_string().contains("types under mypy"));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn dependencies_come_from_the_index_that_was_named_and_offline_binds_pip_too() {
    let (sandbox, served) = published();
    let text = format!(
        "{}\n[tool.release.verify]\ndependencies = \"https://pypi.org/simple/\"\n",
        sandbox.read("pyproject.toml")
    );
    sandbox.write("pyproject.toml", text);
    let output = sandbox.release(&["verify", "--index", &served.upload_url(), "--offline", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "effects/offline".to_owned()), "{output}");
}
