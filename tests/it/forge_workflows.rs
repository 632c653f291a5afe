//! What a forge tells of workflows and of the names of secrets.

use std::collections::BTreeMap;

use pyrelease::config::file::ConfigFile;
use pyrelease::config::resolve::resolve;
use pyrelease::effects::World;
use pyrelease::forge::workflows::check_inputs;
use pyrelease::forge::{Forge, place};
use pyrelease::secret::Secret;
use pyrelease::steps::Step;
use pyrelease::steps::dispatch_workflow::DispatchWorkflow;

use crate::support::Sandbox;
use crate::support::forges::{Fault, GitHub, Gitea, Said};
use crate::support::sandbox::CANARY;

fn forge(world: &World, kind: &str, address: &str) -> Forge {
    let text = format!("[forge]\nkind = \"{kind}\"\nurl = \"{address}\"\nrepository = \"acme/demo\"\n");
    let written: ConfigFile = toml_edit::de::from_str(&text).expect("TOML");
    let config = resolve(None, written).expect("a configuration");
    let sandbox = Sandbox::new();
    let forge = Forge::of_project(world.inspect(), &config, &sandbox.repo()).expect("a place");
    assert_eq!(forge.place.kind == place::Kind::Github, kind == "github");
    forge
}

#[test]
fn workflows_and_secrets_are_told_by_name() {
    let world = World::of_this_process();
    let http = world.inspect().http();
    let names = |forge: &Forge| {
        let workflows = forge.workflow_names(http).expect("an answer");
        let secrets = forge.secret_names(http).expect("an answer");
        serde_json::json!([workflows, secrets]).to_string()
    };
    let server = GitHub::start("v1.0", "0", None);
    assert_eq!(
        names(&forge(&world, "github", &server.address)),
        r#"[["release.yml"],[{"name":"PYPI_TOKEN","environment":null},{"name":"OTHER","environment":"py pi"}]]"#
    );
    let server = Gitea::start("v1.0", "0");
    let gitea = forge(&world, "gitea", &server.address);
    assert_eq!(names(&gitea), r#"[["release.yml"],[{"name":"PYPI_TOKEN","environment":null}]]"#);
    server.state().forge.has_actions = false;
    assert_eq!(names(&gitea), "[null,null]");
}

#[test]
fn inputs_have_limits() {
    let of = |count: usize, length: usize| -> BTreeMap<String, String> {
        (0..count).map(|number| (format!("{number:02}"), "x".repeat(length))).collect()
    };
    assert!(check_inputs(&of(25, 1)).is_ok());
    assert!(check_inputs(&of(26, 1)).is_err());
    assert!(check_inputs(&of(1, 65_533)).is_ok());
    assert!(check_inputs(&of(1, 65_534)).is_err());
}

/// Starts a workflow: the code of the failure, and its exit code.
fn dispatch(world: &World, forge: &Forge, workflow: &str) -> (&'static str, u8) {
    let inputs = BTreeMap::from([("kind".to_owned(), "patch".to_owned())]);
    let step = DispatchWorkflow {
        place: forge.place.clone(),
        workflow: workflow.to_owned(),
        git_ref: "main".to_owned(),
        inputs,
        forge: forge.clone(),
    };
    match Step::DispatchWorkflow(Box::new(step)).carry_out(world.effects()) {
        Ok(_) => ("", 0),
        Err(failure) => (failure.code, failure.kind.exit_code()),
    }
}

#[test]
fn a_workflow_is_started_once_or_it_is_said_why_not() {
    let world = World::of_this_process();
    let with_token = |forge: Forge| Forge::at(forge.place, Some((Secret::new(CANARY), "a test".to_owned())));
    let server = GitHub::start("v1.0", "0", None);
    let plain = forge(&world, "github", &server.address);
    assert_eq!(dispatch(&world, &plain, "release.yml"), ("forge/no-token", 3));
    assert!(server.requests().is_empty());
    let github = with_token(plain);
    assert_eq!(dispatch(&world, &github, "release.yml"), ("", 0));
    let sent = server.state().exchanges[0].asked.json();
    assert_eq!(sent.to_string(), r#"{"ref":"main","inputs":{"kind":"patch"}}"#);
    assert_eq!(server.requests(), ["POST /api/v3/repos/acme/demo/actions/workflows/release.yml/dispatches 204"]);
    assert_eq!(dispatch(&world, &github, "other.yml"), ("forge/no-workflow", 1));
    server.requests();
    // Whether it runs is unclear: it is not sent again by itself.
    server.fail(0, Fault::Say(Said::empty(502)));
    assert_eq!(dispatch(&world, &github, "release.yml"), ("forge/busy", 4));
    server.fail(0, Fault::Swallow);
    assert_eq!(dispatch(&world, &github, "release.yml"), ("effects/no-answer", 4));
    assert_eq!(server.requests().len(), 2);
    let server = Gitea::start("v1.0", "0");
    let gitea = with_token(forge(&world, "gitea", &server.address));
    assert_eq!(dispatch(&world, &gitea, "release.yml"), ("", 0));
    assert_eq!(dispatch(&world, &gitea, "other.yml"), ("forge/no-workflow", 1));
    server.state().forge.has_actions = false;
    assert_eq!(dispatch(&world, &gitea, "release.yml"), ("forge/no-workflow", 1));
}
