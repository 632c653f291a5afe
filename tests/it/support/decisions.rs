//! Small projects with a last release and a HEAD, for the tests of decisions.

use std::path::Path;

use crate::support::Sandbox;
use crate::support::sandbox::fixtures;

/// A day on which the corpus is fresh.
pub(crate) const FRESH: &str = "2024-10-16T12:00:00Z";

/// The corpus of OSV records.
pub(crate) fn corpus() -> String {
    fixtures().join("corpora/osv").display().to_string()
}

/// A project that asks for these (`[project] dependencies`), with this `uv.lock` and these groups.
pub(crate) fn project(dependencies: &[&str], dev: &[&str]) -> String {
    let list = |names: &[&str]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    format!(
        "[build-system]\nrequires = ['flit_core>=3.11']\nbuild-backend = 'flit_core.buildapi'\n\
         [project]\nname = 'acme'\nversion = '1.2.3'\ndependencies = [{}]\n[dependency-groups]\ndev = [{}]\n",
        list(dependencies),
        list(dev)
    )
}

/// A `uv.lock` of `acme` with these packages; `runtime` are its direct dependencies.
pub(crate) fn lock(runtime: &[&str], dev: &[&str], packages: &[(&str, &str)]) -> String {
    let edges =
        |names: &[&str]| names.iter().map(|name| format!("{{ name = {name:?} }}")).collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "version = 1\nrevision = 3\n\n[[package]]\nname = \"acme\"\nversion = \"1.2.3\"\nsource = {{ editable = \".\" }}\n\
         dependencies = [{}]\n\n[package.dev-dependencies]\ndev = [{}]\n",
        edges(runtime),
        edges(dev)
    );
    for (name, version) in packages {
        text.push_str(&format!(
            "\n[[package]]\nname = {name:?}\nversion = {version:?}\nsource = {{ registry = \"https://pypi.org/simple\" }}\n"
        ));
    }
    text
}

/// A repository whose last release asks for `released` and whose HEAD asks for `head`, both with a lock.
pub(crate) fn sandbox(released: (&str, &str), head: (&str, &str)) -> Sandbox {
    let asks = |(name, requirement): (&str, &str)| project(&[&format!("{name}{requirement}")], &[]);
    let locks = |(name, requirement): (&str, &str)| {
        let version = requirement.trim_start_matches(['=', '>', '<', '~']).split(',').next().unwrap_or_default();
        lock(&[name], &[], &[(name, version), ("idna", "3.7")])
    };
    let mut sandbox = Sandbox::with(&[("pyproject.toml", &asks(released)), ("uv.lock", &locks(released))]);
    sandbox.git(&["tag", "v1.2.3"]);
    if released != head {
        sandbox.write("pyproject.toml", asks(head));
        sandbox.write("uv.lock", locks(head));
        sandbox.commit("fix: another version");
    }
    sandbox.set("RELEASE_NOW", FRESH);
    sandbox.set("GITHUB_ACTIONS", "true");
    sandbox.set("RELEASE_FORMAT", "human");
    sandbox
}

/// Records with the corpus and decides; returns the decision.
pub(crate) fn decided(sandbox: &Sandbox, reports: &[&str]) -> serde_json::Value {
    let corpus = corpus();
    let mut arguments = vec!["security", "record", "--db", &corpus];
    arguments.extend(reports);
    sandbox.release(&arguments).success();
    sandbox.release(&["security", "decide", "--format", "json"]).success().json()["result"].clone()
}

/// The folder of state and decision.
pub(crate) fn kept(sandbox: &Sandbox, name: &str) -> String {
    let path = sandbox.repo().join(".git/release/security").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", Path::new(&path).display()))
}

/// A real report of another scanner.
pub(crate) fn report(name: &str) -> String {
    fixtures().join("wire/reports").join(name).display().to_string()
}
