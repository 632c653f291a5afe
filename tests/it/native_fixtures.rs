//! The five fixtures built natively, against their own backends.

use pyrelease::archive::Sha256;

use crate::native_sdists::requires;
use crate::support::Sandbox;
use crate::support::backends::{Outcome, Source, backend};
use crate::support::native::{self, BUILD, assert_right, at_once};
use crate::support::sandbox::fixtures;
use crate::support::shapes::Way;

/// A fixture with the folder and the backend of each package in it.
pub(crate) struct Fixture {
    pub(crate) name: &'static str,
    /// What leaves it to its backend; nothing where it is built natively.
    pub(crate) left: Option<&'static str>,
    pub(crate) packages: &'static [(&'static str, &'static str)],
}

pub(crate) const FIXTURES: &[Fixture] = &[
    Fixture { name: "generative-ai-workflow", left: None, packages: &[("", "hatchling")] },
    Fixture { name: "mypylogger", left: None, packages: &[("", "uv")] },
    Fixture { name: "prompt-manager", left: None, packages: &[("", "poetry")] },
    Fixture {
        name: "prompt-studio",
        left: None,
        packages: &[("packages/prompt-studio-sdk", "flit"), ("packages/prompt-studio-store", "flit")],
    },
    // Its version is imported from another module.
    Fixture { name: "repo-agent", left: Some("tool.setuptools.dynamic.version"), packages: &[("", "setuptools")] },
];

impl Fixture {
    /// A copy of it, with what its gates make before a build.
    pub(crate) fn checkout(&self) -> Sandbox {
        let sandbox = Sandbox::fixture(self.name);
        if sandbox.repo().join("frontend/build.py").exists() {
            let mut command = std::process::Command::new("python3");
            let output = command.arg("frontend/build.py").current_dir(sandbox.repo()).output().expect("it starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        sandbox
    }

    /// One package of it, as its backend is given it.
    pub(crate) fn source(&self, package: &'static str) -> Source<'_> {
        let sandbox = self.checkout();
        let root = sandbox.repo();
        let mut text = format!("{package}\n");
        for (path, bytes) in sandbox.snapshot() {
            let path = path.strip_prefix(&root).unwrap_or(&path);
            text += &format!("{} {}\n", path.display(), Sha256::of(&bytes));
        }
        let digest = Sha256::of(text.as_bytes()).to_string();
        let write = move |root: &std::path::Path| {
            let mut command = std::process::Command::new("cp");
            let status = command.arg("-a").arg(sandbox.repo().join(".")).arg(root).status().expect("cp is there");
            assert!(status.success(), "a copy");
        };
        Source { digest, package: package.to_owned(), write: Box::new(write) }
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_fixtures_are_built_as_their_backends_build_them() {
    let judged = at_once(FIXTURES, |fixture| {
        let sandbox = fixture.checkout();
        let mut real: Outcome = Ok(Vec::new());
        for (package, name) in fixture.packages {
            let requires = requires(&sandbox.repo().join(package));
            let made = backend(name).outcomes_as_required(&requires, &[fixture.source(package)]).remove(0);
            real = real.and_then(|all| made.map(|made| [all, made].concat()));
        }
        let native = native::build(&sandbox, &mut sandbox.command(BUILD), &sandbox.repo());
        let way = fixture.left.map_or(Way::Native, |key| Way::Pep517(key.to_owned()));
        (fixture.name, native::judge(&way, false, Some(&real), &native))
    });
    assert_right(&judged);
}

#[test]
fn no_fixture_is_forgotten() {
    let mut there: Vec<String> = std::fs::read_dir(fixtures().join("projects"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    assert_eq!(there, FIXTURES.iter().map(|fixture| fixture.name).collect::<Vec<_>>());
}
