//! The workflows that a project gets, as `release init` would write them.

use pyrelease::config::file::ForgeKind;
use pyrelease::python::name::ProjectName;
use pyrelease::workflows::yaml::Node;
use pyrelease::workflows::{Action, Rendered, Values, render, tag_filter, yaml};

/// Both workflows of a forge for a distribution of this name.
pub(crate) fn workflows_of(package: &str, forge: ForgeKind) -> Vec<Rendered> {
    let package: ProjectName = package.parse().expect("a name");
    let values = Values {
        package: &package,
        python: "3.13",
        branch: "main",
        tags: &[tag_filter("v{version}", 3)],
        several: false,
        status_branch: "release-status",
        action: Some(Action { commit: "0123456789abcdef0123456789abcdef01234567", version: "v0.1.0" }),
    };
    render(forge, &values).expect("plain values")
}

/// The release workflow of GitHub or Gitea.
pub(crate) fn release_workflow(forge: ForgeKind) -> Rendered {
    workflows_of("acme", forge).into_iter().find(|file| file.path.ends_with("release.yml")).expect("there is one")
}

/// Every script of a workflow or an action.
pub(crate) fn scripts(text: &str) -> Vec<String> {
    let root = yaml::read(text).expect("it is YAML");
    let mut found = Vec::new();
    let mut pending = vec![&root];
    while let Some(node) = pending.pop() {
        for (key, value) in node.entries() {
            match (key.text(), value.text()) {
                (Some("run"), Some(script)) => found.push(script.to_owned()),
                _ => pending.push(value),
            }
        }
        if node.text().is_none() {
            pending.extend(node.items());
        }
    }
    found.reverse();
    found
}

/// The script of a step of the action, and its variables as written.
pub(crate) fn action_step(text: &str, name: &str) -> (String, Vec<(String, String)>) {
    let root = yaml::read(text).expect("it is YAML");
    let steps = root.get("runs").and_then(|runs| runs.get("steps")).expect("it has steps");
    let step = steps.items().iter().find(|step| step.get("name").and_then(Node::text) == Some(name)).expect("the step");
    let pair = |(key, value): &(Node, Node)| Some((key.text()?.to_owned(), value.text()?.to_owned()));
    let env = step.get("env").map_or(&[][..], Node::entries).iter().filter_map(pair).collect();
    (step.get("run").and_then(Node::text).expect("a script").to_owned(), env)
}
