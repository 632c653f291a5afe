//! `release schema`.

use crate::support::Sandbox;

#[test]
fn prints_the_schema_of_the_configuration() {
    let sandbox = Sandbox::new();
    let printed = sandbox.release(&["schema", "config"]).success();
    let schema: serde_json::Value = serde_json::from_str(&printed.stdout).expect("JSON");
    assert!(schema["properties"]["plain-http"].is_object());
    assert_eq!(sandbox.release(&["schema", "config", "--format", "json"]).json()["result"], schema);
}

#[test]
fn prints_the_schema_of_the_status() {
    let schema: serde_json::Value =
        serde_json::from_str(&Sandbox::new().release(&["schema", "status"]).success().stdout).expect("JSON");
    assert!(schema["properties"]["valid_until"].is_object());
}
