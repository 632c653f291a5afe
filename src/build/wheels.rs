//! The cache of wheels: what backends, gates and type checks need, fetched once with the user's own pip
//! settings, and installed from the folder alone, so that a second run works offline.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::environment::{Environment as Virtual, Interpreter, tell_output};
use super::error::{BuildError, Output};
use crate::archive::digest::Sha256;
use crate::effects::files::What;
use crate::effects::process::Environment;
use crate::effects::{Effects, EffectsError, Inspect};
use crate::error::Failure;

/// How long a set of wheels is taken for current while the network may be used.
const FRESH_SECONDS: i64 = 24 * 60 * 60;

/// The folder of wheels for a set of requirements.
///
/// # Errors
/// They cannot be fetched, or are not cached under `--offline`.
pub fn folder(effects: Effects<'_>, interpreter: &Interpreter, requirements: &[String]) -> Result<PathBuf, Failure> {
    let inspect = effects.inspect();
    let mut sorted = requirements.to_vec();
    sorted.sort();
    sorted.dedup();
    let key = Sha256::of(format!("{}\n{}", interpreter.tag, sorted.join("\n")).as_bytes()).to_string();
    let base = inspect.variables().cache_dir().ok_or(EffectsError::NoCache)?.join("wheels");
    let dir = base.join(&key[..24]);
    let complete = dir.join("complete");
    let cached = cached_at(inspect, &complete);
    let now = inspect.clock().now().as_second();
    match cached {
        Some(at) if inspect.offline() || (0..FRESH_SECONDS).contains(&(now - at)) => return Ok(dir),
        None if inspect.offline() => return Err(BuildError::NotCached { requirements: sorted }.into()),
        _ => {}
    }
    effects.files().make_folder(&base)?;
    let scratch = effects.files().scratch()?;
    let fetched = scratch.path().join("wheels");
    let fetch = fetch(effects, interpreter, &sorted, &fetched);
    match (fetch, cached) {
        (Ok(()), _) => {
            effects.files().write_new(&fetched.join("complete"), now.to_string().as_bytes(), 0o644)?;
            install_folder(effects, &fetched, &dir)?;
            Ok(dir)
        }
        // The network is gone and an older set is there: better an older backend than none.
        (Err(failure), Some(_)) => {
            inspect.warn(format!("{}: using what was fetched before", failure.message));
            Ok(dir)
        }
        (Err(failure), None) => Err(failure),
    }
}

/// An environment with a tool in it, kept in the cache beside the wheels that it was made of: making and
/// removing one costs seconds, and nothing of a project is ever installed into it.
///
/// # Errors
/// The wheels cannot be had, or the environment not made.
pub fn tool(effects: Effects<'_>, interpreter: &Interpreter, requirements: &[String]) -> Result<Virtual, Failure> {
    let wheels = folder(effects, interpreter, requirements)?;
    let fetched = cached_at(effects.inspect(), &wheels.join("complete")).unwrap_or_default();
    let dir = wheels.join(format!("environment-{fetched}"));
    if effects.inspect().files().what(&dir) != What::Folder {
        let beside = wheels.join(format!(".{}-environment", effects.inspect().run()));
        let made = Virtual::make(effects, interpreter, &beside)?;
        made.install_from(effects, &wheels, requirements)?;
        if effects.files().rename(&beside, &dir).is_err() {
            // Another run was faster; its environment is as good.
            effects.files().remove_folder(&beside)?;
        }
    }
    Ok(Virtual::at(interpreter, &dir))
}

fn cached_at(inspect: Inspect<'_>, complete: &Path) -> Option<i64> {
    inspect.files().read_text(complete, 64).ok()?.trim().parse().ok()
}

fn fetch(effects: Effects<'_>, interpreter: &Interpreter, requirements: &[String], into: &Path) -> Result<(), Failure> {
    let scratch = into.parent().unwrap_or(into);
    effects.inspect().note(format!("fetching {} with pip", requirements.join(", ")));
    let program = interpreter
        .pip(scratch)
        .args(["wheel", "--quiet", "--wheel-dir"])
        .arg(into)
        .args(requirements)
        .environment(Environment::Installer)
        .timeout(Duration::from_secs(600));
    let ran = effects.programs().run(&program)?;
    tell_output(effects.inspect(), "pip", &ran);
    if ran.ok() {
        return Ok(());
    }
    Err(BuildError::Fetch { requirements: requirements.to_vec(), output: Output(ran.tail(12)) }.into())
}

/// Moves a folder into the cache file by file, the mark of completeness last: a run that is killed, or runs
/// beside another one, never leaves a set that looks whole and is not.
fn install_folder(effects: Effects<'_>, from: &Path, to: &Path) -> Result<(), Failure> {
    effects.files().make_folder(to)?;
    let files = effects.inspect().files();
    let is_mark = |path: &PathBuf| path.ends_with("complete");
    let (marks, wheels): (Vec<PathBuf>, Vec<PathBuf>) = files.list(from)?.into_iter().partition(is_mark);
    let fresh: Vec<&std::ffi::OsStr> = wheels.iter().filter_map(|path| path.file_name()).collect();
    for path in wheels.iter().chain(&marks) {
        let name = path.file_name().unwrap_or_default();
        let bytes = files.read(path, u64::MAX - 1)?;
        let target = to.join(name);
        if files.what(&target) == What::File && !is_mark(path) {
            continue;
        }
        let beside = to.join(format!(".{}-{}", effects.inspect().run(), name.to_string_lossy()));
        effects.files().write_new(&beside, &bytes, 0o644)?;
        effects.files().rename(&beside, &target)?;
    }
    for stale in files.list(to)? {
        let wheel = stale.extension().is_some_and(|extension| extension == "whl");
        if wheel && !fresh.iter().any(|name| stale.file_name() == Some(name)) {
            effects.files().remove_file(&stale)?;
        }
    }
    Ok(())
}
