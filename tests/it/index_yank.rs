//! `release index yank`: shown with the next answer, in every protocol.

use serde_json::json;

use crate::support::Sandbox;
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::served::Served;
use crate::support::web::{Form, get};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

#[test]
fn a_version_is_yanked_while_it_is_served() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&Form::of(WHEEL_NAME, &Zip::wheel().bytes())).status, 200);
    let data = sandbox.path("index").display().to_string();
    let yank = |more: &[&str]| sandbox.release(&[&["index", "yank", "--data", &data, "Demo"], more].concat()).success();
    let dry = yank(&["1.0", "-n"]);
    assert!(dry.stdout.contains("would yank Demo 1.0"), "{dry}");
    let yanked = || get(&served.url("/simple/demo/"), JSON).json()["files"][0]["yanked"].clone();
    assert_eq!(yanked(), json!(false));
    assert_eq!(yank(&["1.0.0"]).stdout, "yanked  Demo 1.0.0\n");
    assert_eq!(yanked(), json!(true));
    assert_eq!(yank(&["1.0", "--reason", "it was \"bad\""]).stdout, "yanked  Demo 1.0\n");
    assert_eq!(yanked(), json!("it was \"bad\""));
    assert_eq!(yank(&["1.0", "--reason", "it was \"bad\""]).stdout, "Demo 1.0 is yanked already\n");
    let html = get(&served.url("/simple/demo/"), "text/html").text();
    assert!(html.contains("data-yanked=\"it was &quot;bad&quot;\""), "{html}");
    let info = get(&served.url("/pypi/demo/1.0/json"), "").json()["info"].clone();
    assert_eq!((&info["yanked"], &info["yanked_reason"]), (&json!(true), &json!("it was \"bad\"")));
}

#[test]
fn two_at_once_are_both_there() {
    let sandbox = Sandbox::new();
    let data = sandbox.path("index").display().to_string();
    let versions: Vec<String> = (0..12).map(|number| format!("1.{number}")).collect();
    let running: Vec<_> = versions
        .iter()
        .map(|version| {
            let mut command =
                sandbox.command(&["index", "yank", "--data", &data, "demo", version, "--reason", version]);
            command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).spawn().expect("it starts")
        })
        .collect();
    for mut one in running {
        assert!(one.wait().expect("it ends").success());
    }
    let state = std::fs::read_to_string(sandbox.path("index/index.json")).expect("a state");
    let state: serde_json::Value = serde_json::from_str(&state).expect("JSON");
    let yanked = state["projects"]["demo"]["yanked"].as_object().expect("a table").clone();
    assert!(versions.iter().all(|version| yanked[version] == json!(version)), "{state}");
    assert_eq!(yanked.len(), versions.len());
}
