//! What a forge tells of workflows and of the names of secrets.

use std::collections::BTreeMap;

use pyrelease::config::file::ConfigFile;
use pyrelease::config::resolve::resolve;
use pyrelease::effects::World;
use pyrelease::forge::workflows::check_inputs;
use pyrelease::forge::{Forge, place};

use crate::support::Sandbox;
use crate::support::forges::{GitHub, Gitea};

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
