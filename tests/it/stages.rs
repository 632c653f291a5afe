//! Stages: a later index gets exactly the bytes that were verified on the one before, and nothing else, whoever
//! publishes.

use expect_test::expect;
use serde_json::Value;

use crate::support::releasing::Releasing;
use crate::support::sandbox::Output;

fn built() -> Releasing {
    let releasing = Releasing::acme("");
    releasing.sandbox.release(&["build"]).success();
    releasing
}

fn records(releasing: &Releasing) -> Vec<Value> {
    let document = releasing.sandbox.release(&["history", "--format", "json"]).success().json();
    document["result"]["records"].as_array().cloned().unwrap_or_default()
}

fn told(releasing: &Releasing, output: &Output) -> String {
    let mut text = output.to_string();
    for (number, served) in releasing.stages.iter().enumerate() {
        text = text.replace(&served.url(""), &format!("[{number}]"));
    }
    text
}

#[test]
fn the_second_stage_gets_what_was_verified_on_the_first_and_nothing_else() {
    let releasing = built();
    let sandbox = &releasing.sandbox;
    // All stages at once would not verify in between.
    let at_once = sandbox.release(&["publish", "--format", "json"]);
    assert_eq!((at_once.code, at_once.failure_code()), (1, "plan/not-verified".to_owned()), "{at_once}");
    assert!(releasing.files(0, "acme").is_empty() && releasing.files(1, "acme").is_empty());
    sandbox.release(&["publish", "--index", "one"]).success();
    expect![[r#"
        ------- stderr -------
        error[plan/not-verified]: `two` gets nothing before the same files were verified on `one`
          cause: `acme-1.2.3-py3-none-any.whl` was not verified there with this sha256
          cause: `acme-1.2.3.tar.gz` was not verified there with this sha256
          hint: run `release verify --index one`, in a run `release resume`; `--unverified REASON` publishes all the same and keeps the reason
        [exit status: 1]
    "#]]
    .assert_eq(&told(&releasing, &sandbox.release(&["publish", "--index", "two"])));
    // The URL of the second stage is the second stage.
    let by_url = sandbox.release(&["publish", "--index", &releasing.stages[1].upload_url(), "--format", "json"]);
    assert_eq!(by_url.failure_code(), "plan/not-verified", "{by_url}");
    assert_eq!(
        sandbox.release(&["publish", "--index", "two", "-n", "--format", "json"]).failure_code(),
        "plan/not-verified"
    );
    sandbox.release(&["verify", "--index", "one"]).success();
    let record = &records(&releasing)[0];
    assert_eq!(
        (&record["command"], &record["outcome"], &record["phase"]),
        (&"verify".into(), &"ok".into(), &"verify one".into()),
        "{record}"
    );
    assert_eq!(record["files"].as_array().map(Vec::len), Some(2), "{record}");
    sandbox.release(&["publish", "--index", "two"]).success();
    assert_eq!(releasing.files(0, "acme"), releasing.files(1, "acme"));
    // A third run sends nothing, and asks for nothing.
    sandbox.release(&["publish"]).success();
    sandbox.release(&["history", "verify"]).success();
}

#[test]
fn other_bytes_a_bad_verdict_and_another_index_of_that_name_do_not_count() {
    let releasing = built();
    let sandbox = &releasing.sandbox;
    sandbox.release(&["publish", "--index", "one"]).success();
    sandbox.release(&["verify", "--index", "one"]).success();
    let refused = |what: &str| {
        let output = sandbox.release(&["publish", "--index", "two", "-n", "--format", "json"]);
        assert_eq!(output.failure_code(), "plan/not-verified", "{what}: {output}");
    };
    let allowed = || sandbox.release(&["publish", "--index", "two", "-n"]).success();
    allowed();
    let (dist, kept) = (sandbox.repo().join("dist"), sandbox.path("kept"));
    std::fs::rename(&dist, &kept).expect("a move");
    sandbox.write("acme/__init__.py", "\"\"\"Another.\"\"\"\n\n__version__ = \"1.2.3\"\n");
    sandbox.release(&["build"]).success();
    refused("other bytes than were verified");
    // A verdict against takes the good one back, for the files that it saw.
    assert_eq!(sandbox.release(&["verify", "--index", "one", "--wait", "0"]).code, 10);
    std::fs::remove_dir_all(&dist).expect("it is there");
    std::fs::rename(&kept, &dist).expect("a move");
    allowed();
    let pyproject = sandbox.read("pyproject.toml");
    let failing = "\n[[tool.release.verify.commands]]\nrun = [\"python\", \"-c\", \"raise SystemExit(3)\"]\n";
    sandbox.write("pyproject.toml", format!("{pyproject}{failing}"));
    assert_eq!(sandbox.release(&["verify", "--index", "one"]).code, 10);
    refused("the newest verdict is against");
    sandbox.write("pyproject.toml", &pyproject);
    sandbox.release(&["verify", "--index", "one"]).success();
    allowed();
    let simple = releasing.stages[0].simple_url();
    sandbox.write(
        "pyproject.toml",
        pyproject
            .replace(&format!("simple = \"{simple}\""), &format!("simple = \"{}\"", releasing.stages[1].simple_url())),
    );
    refused("the name `one` means another index now");
}

#[test]
fn a_reason_stands_in_for_the_verdict_and_is_kept() {
    let releasing = built();
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["publish", "--index", "two", "--unverified", ""]).code, 2);
    sandbox.release(&["publish", "--index", "two", "--unverified", "TestPyPI is down"]).success();
    let record = &records(&releasing)[0];
    assert_eq!(record["document"]["unverified"], "TestPyPI is down", "{record}");
    assert_eq!(record["document"]["files"].as_array().map(Vec::len), Some(2), "{record}");
}

#[test]
fn a_pre_release_may_end_before_the_last_stage() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    let pyproject = sandbox.read("pyproject.toml");
    let stages = "stages = [\"one\", \"two\"]\n";
    sandbox
        .write("pyproject.toml", pyproject.replace(stages, &format!("{stages}stages-of-pre-releases = [\"three\"]\n")));
    expect![[r#"
        ------- stderr -------
        error[config/value]: `stages-of-pre-releases` must name some of `stages`
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["publish"]).to_string());
    sandbox
        .write("pyproject.toml", pyproject.replace(stages, &format!("{stages}stages-of-pre-releases = [\"one\"]\n")));
    sandbox.commit("ci: pre-releases end at the first stage");
    let names = |kind: &str| {
        let planned = sandbox.release(&["plan", kind, "--format", "json"]).success().json();
        let stages = planned["result"]["plan"]["stages"].as_array().cloned().unwrap_or_default();
        stages.iter().filter_map(|stage| stage["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!((names("minor,rc"), names("minor")), (vec!["one".to_owned()], vec!["one".to_owned(), "two".to_owned()]));
}
