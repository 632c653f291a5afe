//! GitHub's own description of its API (npm `@octokit/openapi`), fetched once below `target/`: every exchange of
//! the fake is held against it, so that neither the fake nor the client drifts from GitHub.

use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::forges::Exchange;
use super::json_schema;

const VERSION: &str = "23.0.2";
const SHA512: &str = "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==";

/// The file of the package that describes github.com.
const WHOLE: &str = "generated/api.github.com.json";

/// Keeps of the description what this program speaks.
const CUT: &str = r##"
import json, os, sys
source, target = sys.argv[1:]
with open(source) as file:
    whole = json.load(file)
parts = ("releases", "git", "actions", "environments", "issues", "labels")
kept = {"paths": {}, "components": {}}
for path, item in whole["paths"].items():
    if path.startswith("/repos/{owner}/{repo}/") and path.split("/")[4] in parts:
        kept["paths"][path] = item
def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            elif key not in ("example", "examples"):
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
waiting = list(references(kept["paths"]))
while waiting:
    _, room, kind, name = waiting.pop().split("/")
    if name not in kept[room].setdefault(kind, {}):
        kept[room][kind][name] = whole[room][kind][name]
        waiting += references(whole[room][kind][name])
with open(target + ".new", "w") as file:
    json.dump(kept, file)
os.rename(target + ".new", target)
"##;

/// The description, or the part of it that this program speaks.
fn description() -> &'static Value {
    static DESCRIPTION: OnceLock<Value> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        let folder = super::tools::npm_part(("@octokit/openapi", VERSION, SHA512), WHOLE);
        // Cut anew once a run of the tests: it is quick, and what is kept changes with this program.
        let cut = tempfile::tempdir().expect("a folder").keep().join("api.json");
        let output = Command::new("python3").args(["-c", CUT]).arg(folder.join(WHOLE)).arg(&cut).output();
        let output = output.expect("python3 is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = std::fs::read_to_string(&cut).expect("it was cut");
        let _ = std::fs::remove_dir_all(cut.parent().expect("it has a folder"));
        serde_json::from_str(&text).expect("JSON")
    })
}

/// Holds an exchange against the description; the error says what differs.
pub(crate) fn check(exchange: &Exchange) -> Result<(), String> {
    let (asked, said) = (&exchange.asked, &exchange.said);
    let about = format!("{} {}", asked.method, asked.path);
    let path = asked.path.trim_start_matches("/api/v3").trim_start_matches("/api/uploads");
    let (item, operation) =
        operation(path, &asked.method.to_ascii_lowercase()).ok_or(format!("{about}: not described"))?;
    parameters(item, operation, &asked.query).map_err(|problem| format!("{about}: {problem}"))?;
    if let Some(schema) = resolve(&operation["requestBody"]).pointer("/content/application~1json/schema") {
        let body = asked.json();
        let known = schema["properties"].as_object().expect("requests are objects");
        if let Some(unknown) = body.as_object().into_iter().flat_map(Map::keys).find(|key| !known.contains_key(*key)) {
            return Err(format!("{about}: the request has `{unknown}`"));
        }
        json_schema::check_below(&body, schema, description())
            .map_err(|problem| format!("{about}: request{problem}"))?;
    }
    let answer = resolve(&operation["responses"][said.status.to_string()]);
    let is_json =
        said.headers.iter().any(|(name, value)| *name == "Content-Type" && value.starts_with("application/json"));
    let schema = match answer.pointer("/content/application~1json/schema") {
        Some(schema) => schema,
        // What any path may answer is not repeated at each.
        None if answer.is_null() && [401, 403, 404].contains(&said.status) => {
            &description()["components"]["schemas"]["basic-error"]
        }
        None if answer.is_null() => return Err(format!("{about}: {} is not described", said.status)),
        None => return Ok(()),
    };
    if !is_json {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&said.body).map_err(|error| format!("{about}: {error}"))?;
    match json_schema::check_below(&body, schema, description()) {
        // The prose of "Upload a release asset" knows this state, the list of states does not.
        Err(problem) if problem.ends_with("/state: enum: \"starter\"") => Ok(()),
        other => other.map_err(|problem| format!("{about}: answer{problem}")),
    }
}

/// The path item and the operation of a request; the longest literal path wins over one with parameters.
fn operation(path: &str, method: &str) -> Option<(&'static Value, &'static Value)> {
    let paths = description()["paths"].as_object()?;
    let fitting = paths.iter().filter(|(template, item)| item.get(method).is_some() && fits(template, path));
    let (_, item) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
    Some((item, &item[method]))
}

fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            // A reference has slashes of its own.
            (Some("{ref}"), Some(_)) => return true,
            (Some(expected), Some(found)) if expected.starts_with('{') || expected == found => {}
            _ => return false,
        }
    }
}

/// Every value of the query must be described.
fn parameters(item: &'static Value, operation: &'static Value, query: &str) -> Result<(), String> {
    let lists = [&item["parameters"], &operation["parameters"]];
    let known: Vec<&Value> = lists.iter().filter_map(|list| list.as_array()).flatten().map(resolve).collect();
    let mut sent =
        query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split('=').next().unwrap_or_default());
    match sent.find(|name| !known.iter().any(|known| known["in"] == "query" && known["name"] == *name)) {
        Some(unknown) => Err(format!("the query has `{unknown}`")),
        None => Ok(()),
    }
}

fn resolve(node: &'static Value) -> &'static Value {
    match node["$ref"].as_str() {
        Some(reference) => description().pointer(reference.trim_start_matches('#')).expect("it was kept"),
        None => node,
    }
}
