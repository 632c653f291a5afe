//! Building through the project's own backend in an environment of its own (PEP 517): the sdist from the
//! project, the wheel from the sdist. The backend's process knows nothing of the user's environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::environment::{Environment, Interpreter, tell_output};
use super::error::{BuildError, Output};
use super::wheels;
use crate::archive::{Limits, read};
use crate::effects::Effects;
use crate::effects::files::What;
use crate::error::Failure;
use crate::report::text;

const HOOK: &str = include_str!("../../templates/python/hook.py");

/// What is to be built.
#[derive(Debug, Clone, Serialize)]
pub struct Task {
    /// The folder of the package.
    pub source: PathBuf,
    /// `build-backend`.
    pub backend: String,
    /// `backend-path`.
    pub backend_path: Vec<String>,
    /// `requires`.
    pub requires: Vec<String>,
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
}

/// `config_settings` (PEP 517): a key that is given several times has a list of values.
pub type Settings = BTreeMap<String, Vec<String>>;

/// A built file, still in a scratch folder.
#[derive(Debug)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Builds in scratch folders that are gone afterwards.
///
/// # Errors
/// The environment cannot be made, or a hook failed; the backend's own words are the cause.
pub fn build(effects: Effects<'_>, interpreter: &Interpreter, task: &Task) -> Result<Vec<Made>, Failure> {
    let scratch = effects.files().scratch()?;
    let environment = Environment::make(effects, interpreter, &scratch.path().join("env"))?;
    if !task.requires.is_empty() {
        let wheels = wheels::folder(effects, interpreter, &task.requires)?;
        environment.install_from(effects, &wheels, &task.requires)?;
    }
    let runner = Runner { effects, interpreter, environment, task, scratch: scratch.path() };
    let mut made = Vec::new();
    let is_between = task.wheel && !task.from_source;
    let sdist = (task.sdist || is_between).then(|| runner.run("sdist", "build_sdist", None)).transpose()?;
    if let Some(sdist) = sdist.as_ref().filter(|_| task.sdist) {
        made.push(take(effects, sdist)?);
    }
    if task.wheel {
        let from = sdist.as_deref().filter(|_| is_between);
        from.map_or(Ok(()), |sdist| refuse_malformed(effects, sdist))?;
        let wheel = runner.run("wheel", "build_wheel", from)?;
        made.push(take(effects, &wheel)?);
    }
    Ok(made)
}

fn take(effects: Effects<'_>, path: &Path) -> Result<Made, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Made { name, bytes: effects.inspect().files().read(path, u64::MAX - 1)? })
}

/// The sdist is about to be unpacked: our strict reader sees it first.
fn refuse_malformed(effects: Effects<'_>, sdist: &Path) -> Result<(), Failure> {
    let name = sdist.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut file = effects.inspect().files().open(sdist)?;
    let scan = read::scan(&name, &mut file, &Limits::default());
    match scan.faults.iter().find(|_| !scan.complete) {
        Some(fault) => Err(BuildError::BadSdist { problem: fault.message.clone() }.into()),
        None => Ok(()),
    }
}

struct Runner<'a> {
    effects: Effects<'a>,
    interpreter: &'a Interpreter,
    environment: Environment,
    task: &'a Task,
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
        let named = named.as_str().unwrap_or_default().to_owned();
        let path = out.join(&named);
        let plain = !named.is_empty() && Path::new(&named).components().count() == 1;
        if !plain || self.effects.inspect().files().what(&path) != What::File {
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
        let mut program = crate::effects::process::Program::new(self.environment.python(), &self.task.source)
            .args(["-I", "-c", HOOK])
            .stdin(input.to_string())
            .env("PATH", self.effects.programs().path_with(&self.environment.bin()))
            .env("HOME", &home)
            .env("PYTHONHASHSEED", "0")
            .timeout(Duration::from_secs(900));
        if let Some(epoch) = self.task.epoch {
            program = program.env("SOURCE_DATE_EPOCH", epoch.to_string());
        }
        let ran = self.effects.programs().run(&program)?;
        tell_output(self.effects.inspect(), &self.task.backend, &ran);
        if !ran.ok() {
            return Err(BuildError::Backend {
                backend: self.task.backend.clone(),
                hook,
                ending: ran.ending(),
                output: Output(ran.tail(30)),
            }
            .into());
        }
        let answer = self.effects.inspect().files().read(&answer, 1024 * 1024)?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        Ok(answer.get("value").cloned())
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
