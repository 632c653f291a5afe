//! The real backends: one environment each below `target/`, whose hooks are called without isolation. One process
//! builds all projects that are asked for at once; what came out is kept beside the environment, by a digest of the
//! project, so that the next run starts no Python.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pyrelease::archive::Sha256;
use pyrelease::python::requirement::Requirement;
use serde_json::json;

use super::parity::{self, Archive};
use super::shapes::{Checkout, Shape};
use super::tools::tool;

const HOOKS: &str = include_str!("hooks.py");

/// A backend at the version that ours is measured against.
pub(crate) struct Backend {
    /// The folder of its shapes.
    pub(crate) name: &'static str,
    requirements: &'static [&'static str],
    /// Modules that are loaded once for all builds.
    preload: &'static [&'static str],
}

pub(crate) const BACKENDS: &[Backend] = &[
    Backend {
        name: "poetry",
        requirements: &["poetry-core==2.5.0"],
        preload: &["poetry.core.masonry.api", "poetry.core.masonry.builders.wheel"],
    },
    Backend { name: "setuptools", requirements: &["setuptools==84.2.1"], preload: &["setuptools.build_meta"] },
    Backend {
        name: "hatchling",
        requirements: &[
            "hatchling==1.33.0",
            "packaging==26.3",
            "pathspec==1.1.1",
            "pluggy==1.7.0",
            "tomlkit==0.15.2",
            "trove-classifiers==2026.9.21.13",
        ],
        preload: &["hatchling.build", "hatchling.builders.wheel", "hatchling.builders.sdist"],
    },
    Backend { name: "flit", requirements: &["flit_core==4.2.0"], preload: &["flit_core.buildapi"] },
    Backend { name: "uv", requirements: &["uv_build==0.13.6"], preload: &["uv_build"] },
];

/// The backend of this name.
pub(crate) fn backend(name: &str) -> &'static Backend {
    BACKENDS.iter().find(|backend| backend.name == name).expect("one of the five")
}

/// What the real backend made of a project: its archives, or what the hook that failed printed.
pub(crate) type Outcome = Result<Vec<Archive>, String>;

/// A project to be built: what it is digested by, and how it is laid out in an empty folder.
pub(crate) struct Source<'a> {
    pub(crate) digest: String,
    /// The folder of the package below that of the project; nothing where it is the same.
    pub(crate) package: String,
    pub(crate) write: Box<dyn Fn(&Path) + 'a>,
}

impl<'a> From<&'a Shape> for Source<'a> {
    fn from(shape: &'a Shape) -> Self {
        // The name tells two shapes of the same text apart in messages only.
        Source {
            digest: Sha256::of(shape.text.as_bytes()).to_string(),
            package: String::new(),
            write: Box::new(|root| shape.write(root, Checkout::USUAL)),
        }
    }
}

impl Backend {
    /// The outcomes of these projects, in their order.
    pub(crate) fn outcomes(&self, sources: &[Source<'_>]) -> Vec<Outcome> {
        self.folders(sources).iter().map(|place| outcome(place)).collect()
    }

    /// The folders with their archives, in their order; one that cannot be built has a file `failure`.
    pub(crate) fn folders(&self, sources: &[Source<'_>]) -> Vec<PathBuf> {
        build(&self.environment(), self.preload, sources)
    }

    /// The environment that the backend is installed in.
    pub(crate) fn environment(&self) -> PathBuf {
        environment(self.name, self.requirements)
    }

    /// The outcomes in the environment that `requires` of a project asks for: the newest that it allows.
    pub(crate) fn outcomes_as_required(&self, requires: &[String], sources: &[Source<'_>]) -> Vec<Outcome> {
        if requires.iter().all(|required| self.satisfies(required)) {
            return self.outcomes(sources);
        }
        let name = format!("{}-{}", self.name, &Sha256::of(requires.join("\n").as_bytes()).to_string()[..12]);
        let requires: Vec<&str> = requires.iter().map(String::as_str).collect();
        let folders = build(&environment(&name, &requires), self.preload, sources);
        folders.iter().map(|place| outcome(place)).collect()
    }

    /// Whether the pinned version of the backend itself is what this asks for.
    fn satisfies(&self, required: &str) -> bool {
        let Ok(required) = required.parse::<Requirement>() else { return false };
        let (name, version) = self.requirements[0].split_once("==").expect("it is pinned");
        let same = name.parse().is_ok_and(|name| required.name == name);
        same && required.extras.is_empty()
            && required.url.is_none()
            && version.parse().is_ok_and(|version| required.specifier.contains(&version))
    }
}

fn environment(name: &str, requirements: &[&str]) -> PathBuf {
    tool(&format!("backend-{name}"), requirements).parent().expect("an environment").to_owned()
}

/// Builds what is not kept already; the folders where it is kept.
fn build(environment: &Path, preload: &[&str], sources: &[Source<'_>]) -> Vec<PathBuf> {
    let kept = environment.join("built");
    std::fs::create_dir_all(&kept).expect("a folder");
    let lock = std::fs::File::create(environment.join("built.lock")).expect("a lock file");
    // Other runs of the suite wait here.
    lock.lock().expect("a lock");
    let script = &Sha256::of(HOOKS.as_bytes()).to_string()[..8];
    let place = |source: &Source<'_>| kept.join(format!("{}-{script}", source.digest));
    let missing: Vec<&Source<'_>> = sources.iter().filter(|source| !place(source).is_dir()).collect();
    if !missing.is_empty() {
        // Outside of every repository: some backends look for one in the folders above.
        let scratch = tempfile::Builder::new().prefix("release-backends-").tempdir().expect("a temporary folder");
        let root = scratch.path().canonicalize().expect("it exists");
        let folders: Vec<PathBuf> = (0..missing.len()).map(|number| root.join(number.to_string())).collect();
        let mut tasks = Vec::new();
        for (source, folder) in missing.iter().zip(&folders) {
            // The folder has the project's name, as a clone has.
            let (project, out) = (folder.join("demo"), folder.join("out"));
            std::fs::create_dir_all(&project).expect("a folder");
            (source.write)(&project);
            tasks.push(json!({"source": project.join(&source.package), "out": out}));
        }
        run(environment, &root, &json!({"preload": preload, "jobs": jobs(), "tasks": tasks}));
        for (source, folder) in missing.iter().zip(&folders) {
            keep(&folder.join("out"), &place(source));
        }
    }
    sources.iter().map(place).collect()
}

/// How many processes work at once.
pub(crate) fn jobs() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn run(environment: &Path, home: &Path, work: &serde_json::Value) {
    let bin = environment.join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&path))).expect("a PATH");
    let mut child = Command::new(bin.join("python"))
        .args(["-P", "-s", "-c", HOOKS])
        .current_dir(home)
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONHASHSEED", "0")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("it was asked for").write_all(work.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Moves what was built to where it is kept: whole or not at all.
fn keep(out: &Path, place: &Path) {
    let part = place.with_extension("part");
    let _ = std::fs::remove_dir_all(&part);
    std::fs::create_dir_all(&part).expect("a folder");
    for entry in std::fs::read_dir(out.join("dist")).expect("a folder") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, part.join(path.file_name().expect("it has a name"))).expect("a copy");
    }
    if let Ok(failure) = std::fs::read(out.join("failure")) {
        std::fs::write(part.join("failure"), failure).expect("a file");
    }
    std::fs::rename(part, place).expect("the same disk");
}

fn outcome(place: &Path) -> Outcome {
    match std::fs::read(place.join("failure")) {
        Ok(said) => Err(String::from_utf8_lossy(&said).into_owned()),
        Err(_) => {
            Ok(parity::read_folder(place).unwrap_or_else(|problem| panic!("an archive of the backend: {problem}")))
        }
    }
}
