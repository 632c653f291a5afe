//! Building through the project's own backend in an environment of its own (PEP 517): the sdist from a copy of the
//! project, the wheel from the sdist. The backend's process knows nothing of the user's environment, has limits on time
//! and output, and nothing of what it wrote is kept but archives that are whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::environment::{Environment, Interpreter, tell_output};
use super::error::{BuildError, Output};
use super::marker;
use super::replica::Replica;
use super::stale::Stale;
use super::wheels;
use crate::archive::{Kind, Limits, Scan, read};
use crate::effects::files::What;
use crate::effects::process::{Program, Ran};
use crate::effects::{Effects, Files};
use crate::error::Failure;
use crate::python::filename::{SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::text;

const HOOK: &str = include_str!("../../templates/python/hook.py");

/// What is to be built.
#[derive(Debug, Clone, Serialize)]
pub struct Task {
    /// The folder of the package, a real path.
    pub source: PathBuf,
    /// What earlier builds left there.
    #[serde(skip)]
    pub stale: Stale,
    /// `build-backend`.
    pub backend: String,
    /// `backend-path`.
    pub backend_path: Vec<String>,
    /// `requires`, without what is built beside it.
    pub requires: Vec<String>,
    /// Other packages of the workspace that the backend needs, built before.
    pub siblings: Vec<Sibling>,
    /// The date of the members, in seconds since 1970.
    pub epoch: Option<i64>,
    /// Whether the sdist is wanted; it is made in any case where the wheel is built from it.
    pub sdist: bool,
    /// Whether the wheel is wanted.
    pub wheel: bool,
    /// Whether the wheel is built from the project's own folder, instead of from the sdist.
    pub from_source: bool,
    /// `config_settings` for every hook.
    pub settings: Settings,
    /// How many seconds one hook may take.
    pub timeout: u64,
}

/// A package of the same workspace that a backend needs: its wheel, as it was built just now, and no other.
#[derive(Debug, Clone, Serialize)]
pub struct Sibling {
    /// Its name.
    pub name: ProjectName,
    /// The folder of its wheel.
    pub dir: PathBuf,
    /// Its version; nothing where its backend counts commits since a tag.
    pub version: Option<Version>,
}

impl Sibling {
    /// Its wheel; nothing where none was built.
    fn wheel(&self, files: Files) -> Option<PathBuf> {
        let is_it = |path: &PathBuf| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let named = named(&file).filter(|_| Kind::of(&file) == Kind::Wheel);
            named.is_some_and(|(name, version)| {
                name == self.name && self.version.as_ref().is_none_or(|expected| *expected == version)
            })
        };
        files.list(&self.dir).ok()?.into_iter().rfind(is_it)
    }
}

/// `config_settings` (PEP 517): a key that is given several times has a list of values.
pub type Settings = BTreeMap<String, Vec<String>>;

/// One of them, `KEY=VALUE`, as a command line has it.
///
/// # Errors
/// It has no key.
pub fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    match key.is_empty() {
        true => Err("it must be KEY=VALUE".to_owned()),
        false => Ok((key.to_owned(), value.to_owned())),
    }
}

/// What was built, in a scratch folder that is gone with this.
#[derive(Debug)]
pub struct Made {
    /// The archives.
    pub archives: Vec<PathBuf>,
    _scratch: tempfile::TempDir,
}

/// Builds in scratch folders. Every archive is whole, and its metadata name what its file name does.
///
/// # Errors
/// The environment cannot be made, a hook failed (the backend's own words are the cause), or what it made will not do.
pub fn build(effects: Effects<'_>, interpreter: &Interpreter, task: &Task) -> Result<Made, Failure> {
    marker::leave(effects)?;
    let scratch = effects.files().scratch()?;
    let mut environment = Environment::make(effects, interpreter, &scratch.path().join("env"))?;
    environment.prefer_uv(effects.inspect());
    if !task.requires.is_empty() {
        let wheels = wheels::folder(effects, interpreter, &task.requires)?;
        environment.install_from(effects, &wheels, &task.requires)?;
    }
    for sibling in &task.siblings {
        let wheel = sibling.wheel(effects.inspect().files()).ok_or_else(|| BuildError::Install {
            requirements: vec![sibling.name.to_string()],
            output: Output(format!("no wheel of it is in `{}`", sibling.dir.display())),
        })?;
        environment.install_wheel(effects, &wheel)?;
    }
    let replica = Replica::make(effects, (&task.source, &task.stale), &scratch.path().join("source"))?;
    let runner = Runner { effects, interpreter, environment, task, replica, scratch: scratch.path() };
    let mut archives = Vec::new();
    let is_between = task.wheel && !task.from_source;
    let sdist = (task.sdist || is_between).then(|| runner.run("sdist", "build_sdist", None)).transpose()?;
    // The wheel is built from it, or it is kept: our strict reader sees it first.
    sdist.as_deref().map_or(Ok(()), |sdist| refuse_unfit(effects, sdist))?;
    if task.wheel {
        let wheel = runner.run("wheel", "build_wheel", sdist.as_deref().filter(|_| is_between))?;
        refuse_unfit(effects, &wheel)?;
        archives.push(wheel);
    }
    archives.splice(0..0, sdist.filter(|_| task.sdist));
    runner.replica.require_untouched(effects.inspect().files(), &task.backend)?;
    Ok(Made { archives, _scratch: scratch })
}

/// An archive must be readable to its end, and be what its name says.
fn refuse_unfit(effects: Effects<'_>, archive: &Path) -> Result<(), Failure> {
    let file = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut input = effects.inspect().files().open(archive)?;
    let scan = read::scan(&file, &mut input, &Limits::default());
    if let Some(fault) = scan.faults.iter().find(|_| !scan.complete) {
        return Err(match scan.kind {
            Kind::Sdist => BuildError::BadSdist { problem: fault.message.clone() },
            _ => BuildError::BadWheel { file, problem: fault.message.clone() },
        }
        .into());
    }
    match (said(&scan), named(&file)) {
        (Some((name, version)), Some(named)) if name != named.0 || version != named.1 => {
            Err(BuildError::OtherMetadata { file, metadata: format!("{name} {version}") }.into())
        }
        _ => Ok(()),
    }
}

/// Name and version that the metadata of an archive say, as far as they can be read: `check` judges the rest.
fn said(scan: &Scan) -> Option<(ProjectName, Version)> {
    let last = if scan.kind == Kind::Wheel { "METADATA" } else { "PKG-INFO" };
    let (_, bytes) = scan.kept.iter().find(|(path, _)| path.rsplit('/').next() == Some(last))?;
    let text = String::from_utf8_lossy(bytes);
    let headers = text.lines().take_while(|line| !line.is_empty());
    let values = headers.filter_map(|line| line.split_once(':'));
    let value = |wanted: &str| {
        let found = values.clone().find(|(field, _)| field.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().to_owned())
    };
    Some((value("Name")?.parse().ok()?, value("Version")?.parse().ok()?))
}

fn named(file: &str) -> Option<(ProjectName, Version)> {
    if file.ends_with(".whl") {
        let name: WheelName = file.parse().ok()?;
        return Some((name.name().clone(), name.version().clone()));
    }
    let name: SdistName = file.parse().ok()?;
    Some((name.name().clone(), name.version().clone()))
}

struct Runner<'a> {
    effects: Effects<'a>,
    interpreter: &'a Interpreter,
    environment: Environment,
    task: &'a Task,
    replica: Replica,
    scratch: &'a Path,
}

impl Runner<'_> {
    /// Installs what the hook asks for, runs it, and returns the archive that it made.
    fn run(&self, kind: &str, hook: &'static str, sdist: Option<&Path>) -> Result<PathBuf, Failure> {
        let asks = if kind == "sdist" { "get_requires_for_build_sdist" } else { "get_requires_for_build_wheel" };
        let settings = self.settings();
        let more = self.call(asks, &json!([settings]), sdist)?;
        let more: Vec<String> = more
            .as_ref()
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
            .unwrap_or_default();
        if !more.is_empty() {
            let wheels = wheels::folder(self.effects, self.interpreter, &more)?;
            self.environment.install_from(self.effects, &wheels, &more)?;
        }
        let out = self.scratch.join(kind);
        self.effects.files().make_folder(&out)?;
        let arguments = if kind == "sdist" { json!([out, settings]) } else { json!([out, settings, null]) };
        let missing = || BuildError::NoHook { backend: self.task.backend.clone(), hook };
        let named = self.call(hook, &arguments, sdist)?.ok_or_else(missing)?;
        let named = named.as_str().map_or_else(|| named.to_string(), str::to_owned);
        let path = out.join(&named);
        let plain = !named.is_empty() && Path::new(&named).components().count() == 1;
        if !plain || self.effects.inspect().files().what(&path) != What::File {
            let named = named.replace(&self.scratch.display().to_string(), "…");
            return Err(BuildError::NoArchive { backend: self.task.backend.clone(), named }.into());
        }
        Ok(path)
    }

    /// `config_settings` as hooks take them.
    fn settings(&self) -> Value {
        let value = |values: &Vec<String>| match &values[..] {
            [only] => json!(only),
            several => json!(several),
        };
        let settings = &self.task.settings;
        match settings.is_empty() {
            true => Value::Null,
            false => settings.iter().map(|(key, values)| (key.clone(), value(values))).collect(),
        }
    }

    /// Calls one hook; nothing where the backend does not have it.
    fn call(&self, hook: &'static str, arguments: &Value, sdist: Option<&Path>) -> Result<Option<Value>, Failure> {
        let files = self.effects.files();
        let answer = self.scratch.join(format!("{hook}.json"));
        let home = self.scratch.join("home");
        let into = self.scratch.join(format!("{hook}.unpacked"));
        files.make_folder(&home)?;
        files.make_folder(&into)?;
        let input = json!({
            "hook": hook,
            "backend": self.task.backend,
            "backend_path": self.task.backend_path,
            "arguments": arguments,
            "sdist": sdist,
            "into": into,
            "answer": answer,
        });
        let mut program = Program::new(self.environment.python(), &self.replica.root)
            .args(["-I", "-B", "-c", HOOK])
            .stdin(input.to_string())
            .env("PATH", self.effects.programs().path_with(&self.environment.bin()))
            .env("HOME", &home)
            .env("PYTHONHASHSEED", "0")
            .timeout(Duration::from_secs(self.task.timeout));
        if let Some(epoch) = self.task.epoch {
            program = program.env("SOURCE_DATE_EPOCH", epoch.to_string());
        }
        let ran = self.effects.programs().run(&program)?;
        let ran = Ran { stdout: self.replica.as_known(&ran.stdout), stderr: self.replica.as_known(&ran.stderr), ..ran };
        tell_output(self.effects.inspect(), &self.task.backend, &ran);
        let backend = || self.task.backend.clone();
        let output = || Output(ran.tail(30));
        if ran.timed_out {
            let seconds = self.task.timeout;
            return Err(BuildError::TooSlow { backend: backend(), hook, seconds, output: output() }.into());
        }
        if !ran.ok() {
            let (ending, output) = (ran.ending(), output());
            return Err(BuildError::Backend { backend: backend(), hook, ending, output }.into());
        }
        if self.effects.inspect().files().what(&answer) != What::File {
            let (ending, output) = ("it ended before the hook did".to_owned(), output());
            return Err(BuildError::Backend { backend: backend(), hook, ending, output }.into());
        }
        let answer = self.effects.inspect().files().read(&answer, 1024 * 1024)?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        match answer.get("unknown").and_then(Value::as_str) {
            Some(problem) => Err(BuildError::NoBackend { backend: backend(), problem: problem.to_owned() }.into()),
            None => Ok(answer.get("value").cloned()),
        }
    }
}

/// A built file in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Built {
    /// The distribution.
    pub package: String,
    /// Where it is.
    pub path: PathBuf,
    /// `sdist` or `wheel`.
    pub kind: &'static str,
    /// Its sha256, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// `native` or `isolated`.
    pub builder: &'static str,
    /// Why that way.
    pub why: String,
}

impl Built {
    /// The record of a file that was just written, with its digest and size, by a builder for a reason.
    pub fn new(
        package: &str,
        path: PathBuf,
        (sha256, size): (String, u64),
        (builder, why): (&'static str, &str),
    ) -> Self {
        let is_wheel = path.extension().is_some_and(|extension| extension == "whl");
        let kind = if is_wheel { "wheel" } else { "sdist" };
        Built { package: package.to_owned(), kind, sha256, size, builder, why: why.to_owned(), path }
    }

    /// A file that was built before, as the ledger has it: its sha256 and its size.
    pub fn of_record(path: PathBuf, package: &str, (sha256, size): (&str, u64)) -> Self {
        let is_wheel = path.extension().is_some_and(|extension| extension == "whl");
        Built {
            package: package.to_owned(),
            kind: if is_wheel { "wheel" } else { "sdist" },
            sha256: sha256.to_owned(),
            size,
            builder: "isolated",
            why: "it was built before, and is recorded".to_owned(),
            path,
        }
    }

    /// The name of the file.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        format!("{name}  {}  sha256 {}", text::size(self.size), self.sha256)
    }
}
