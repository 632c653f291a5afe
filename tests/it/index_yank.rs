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
