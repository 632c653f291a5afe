//! A project with two stages (embedded indexes) and a bare remote, ready to be released for real.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::Sandbox;
use super::forges::{Gitea, Server};
use super::projects::ACME;
use super::sandbox::CANARY;
use super::served::Served;

/// A backend of the project's own: builds without any network, from what is in `pyproject.toml`.
pub(crate) const BACKEND: &str = r#"
import base64, glob, gzip, hashlib, io, os, tarfile, tomllib, zipfile

with open("pyproject.toml", "rb") as file:
    PROJECT = tomllib.load(file)["project"]
NAME, VERSION = PROJECT["name"], PROJECT["version"]
METADATA = f"Metadata-Version: 2.4\nName: {NAME}\nVersion: {VERSION}\nSummary: An example\nRequires-Python: >=3.11\n"
MODULES = sorted(glob.glob(f"{NAME}/**/*.py", recursive=True))

def build_sdist(directory, config_settings=None):
    name = f"{NAME}-{VERSION}.tar.gz"
    with open(os.path.join(directory, name), "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as zipped, \
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in ("pyproject.toml", "backend.py", *MODULES):
            add(archive, path, open(path, "rb").read())
        add(archive, "PKG-INFO", METADATA.encode())
    return name

def add(archive, path, content):
    info = tarfile.TarInfo(f"{NAME}-{VERSION}/{path}")
    info.size, info.mtime = len(content), int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    archive.addfile(info, io.BytesIO(content))

def build_wheel(directory, config_settings=None, metadata_directory=None):
    name, info = f"{NAME}-{VERSION}-py3-none-any.whl", f"{NAME}-{VERSION}.dist-info"
    files = {
        **{path: open(path, "rb").read() for path in MODULES},
        f"{info}/METADATA": METADATA.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: own\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(content)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content)
    return name
"#;

/// A configuration without the forge that it names.
fn without_forge(pyproject: &str) -> String {
    match pyproject.split_once("[tool.release.forge]\n") {
        Some((before, after)) => format!("{before}{}", after.split_once("\n\n").map_or("", |(_, rest)| rest)),
        None => pyproject.to_owned(),
    }
}

/// The configuration of a forge.
pub(crate) fn forge_table(kind: &str, address: &str) -> String {
    format!("\n[tool.release.forge]\nkind = \"{kind}\"\nurl = \"{address}\"\nrepository = \"acme/demo\"\n")
}

/// A project with two stages, a bare remote and a forge.
pub(crate) struct Releasing {
    pub(crate) sandbox: Sandbox,
    pub(crate) forge: Server<Gitea>,
    pub(crate) stages: Vec<Served>,
}

impl Releasing {
    /// `acme` 1.2.3, which needs no network, with more configuration.
    pub(crate) fn acme(more: &str) -> Self {
        let sandbox = Sandbox::new();
        for (path, text) in ACME {
            sandbox.write(path, text);
        }
        sandbox.write("backend.py", BACKEND);
        let pyproject = sandbox.read("pyproject.toml").replace(
            "requires = [\"flit_core>=3.11,<5\"]\nbuild-backend = \"flit_core.buildapi\"",
            "requires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]",
        );
        sandbox.write("pyproject.toml", format!("{pyproject}{more}"));
        sandbox.write(".gitignore", "dist/\npublic/\n__pycache__/\n");
        sandbox.git(&["init", "-q"]);
        Releasing::of(sandbox)
    }

    /// The project of a sandbox, whose configuration is in `pyproject.toml`.
    pub(crate) fn of(mut sandbox: Sandbox) -> Self {
        let stages: Vec<Served> = ["one", "two"].iter().map(|name| Served::at(&sandbox, name, &[])).collect();
        let mut tables = String::new();
        for (name, served) in ["one", "two"].iter().zip(&stages) {
            let (upload, simple) = (served.upload_url(), served.simple_url());
            tables.push_str(&format!("\n[tool.release.index.{name}]\nupload = \"{upload}\"\nsimple = \"{simple}\"\n"));
            sandbox.set(&format!("RELEASE_TOKEN_{}", name.to_uppercase()), served.token());
        }
        let origin = sandbox.path("origin.git").display().to_string();
        let forge = Gitea::start("", "");
        forge.state().forge.origin = Some(sandbox.path("origin.git"));
        tables.push_str(&forge_table("gitea", &forge.address));
        sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
        let pyproject = without_forge(&sandbox.read("pyproject.toml"));
        let (before, after) = pyproject.split_once("[tool.release]\n").expect("it is configured");
        let stages_key = "stages = [\"one\", \"two\"]\n";
        sandbox.write("pyproject.toml", format!("{before}[tool.release]\n{stages_key}{after}{tables}"));
        sandbox.commit("feat: a thing");
        sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
        sandbox.git(&["remote", "add", "origin", &origin]);
        sandbox.git(&["push", "-q", "origin", "main"]);
        Releasing { sandbox, forge, stages }
    }

    /// Puts the archives of a folder on every stage first: what the project depends on.
    pub(crate) fn with_dependencies(self, folder: &std::path::Path) -> Self {
        let files: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path().display().to_string())
            .collect();
        for served in &self.stages {
            let (url, token) = (served.upload_url(), served.token_file().display().to_string());
            let mut arguments = vec!["publish", "--index", url.as_str(), "--token-file", token.as_str()];
            arguments.extend(files.iter().map(String::as_str));
            self.sandbox.release(&arguments).success();
        }
        self
    }

    /// What a remote has: `git ls-remote`, names alone.
    pub(crate) fn remote(&self) -> Vec<String> {
        let origin = self.sandbox.path("origin.git").display().to_string();
        let listed = self.sandbox.git(&["ls-remote", &origin]);
        listed.lines().filter_map(|line| line.split_once('\t')).map(|(_, name)| name.to_owned()).collect()
    }

    /// The files that a stage has: name and sha256.
    pub(crate) fn files(&self, stage: usize, project: &str) -> Vec<(String, String)> {
        let page = super::web::get(
            &format!("{}{project}/", self.stages[stage].simple_url()),
            "application/vnd.pypi.simple.v1+json",
        )
        .json();
        let files = page["files"].as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        files.iter().map(|file| (text(&file["filename"]), text(&file["hashes"]["sha256"]))).collect()
    }

    /// What an archive in `dist/` holds: names and texts, in its own order.
    pub(crate) fn members(&self, archive: &str) -> Vec<(String, String)> {
        const LIST: &str = "import json, sys, tarfile, zipfile\n\
            path = sys.argv[1]\n\
            if path.endswith('.whl'):\n\
            \x20   opened = zipfile.ZipFile(path)\n\
            \x20   found = [(name, opened.read(name).decode()) for name in opened.namelist()]\n\
            else:\n\
            \x20   opened = tarfile.open(path)\n\
            \x20   found = [(member.name, opened.extractfile(member).read().decode()) for member in opened if member.isfile()]\n\
            print(json.dumps(found))";
        let path = self.sandbox.repo().join("dist").join(archive);
        let listed = std::process::Command::new("python3").args(["-c", LIST]).arg(path).output().expect("python3");
        serde_json::from_slice(&listed.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&listed.stderr)))
    }

    /// Another clone of the remote, which knows what the ledger of this one says.
    pub(crate) fn another_clone(&self) -> String {
        let sandbox = &self.sandbox;
        let (origin, other) =
            (sandbox.path("origin.git").display().to_string(), sandbox.path("other").display().to_string());
        sandbox.git(&["clone", "-q", &origin, &other]);
        sandbox.release(&["history", "sync"]).success();
        sandbox.release(&["-C", &other, "history", "sync"]).success();
        other
    }

    /// Starts `release` and kills it as soon as it says that a phase is done; returns what it said.
    pub(crate) fn killed_after(&self, arguments: &[&str], phase: &str) -> String {
        self.killed_when(arguments, |line| {
            line.strip_prefix(phase).is_some_and(|rest| rest.trim_start().starts_with("ok"))
        })
    }

    /// Starts `release` and kills it at the first line that is waited for; returns what it said.
    pub(crate) fn killed_when(&self, arguments: &[&str], mut waited_for: impl FnMut(&str) -> bool) -> String {
        let mut child = self
            .sandbox
            .command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stderr = child.stderr.take().expect("it was asked for");
        let mut said = String::new();
        for line in BufReader::new(stderr).lines() {
            let line = line.expect("text");
            said.push_str(&format!("{line}\n"));
            if waited_for(&line) {
                child.kill().expect("it runs");
                break;
            }
        }
        let _ = child.wait();
        assert!(!said.contains(CANARY), "{said}");
        said
    }
}
