//! `release history export`.

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn every_entry_is_a_line_oldest_first() {
    let sandbox = Sandbox::with(ACME);
    for digit in ["a", "b"] {
        sandbox.release(&["approve", &digit.repeat(64)]).success();
    }
    let output = sandbox.release(&["history", "export"]).success();
    let lines: Vec<serde_json::Value> =
        output.stdout.lines().map(|line| serde_json::from_str(line).expect("a line is a document")).collect();
    let plans: Vec<&str> = lines.iter().filter_map(|line| line["plan"].as_str()).collect();
    assert_eq!(plans, ["a".repeat(64), "b".repeat(64)]);
    let document = sandbox.release(&["history", "export", "--format", "json"]).success().json();
    assert_eq!(document["result"]["records"].as_array().map(Vec::len), Some(2));
}
