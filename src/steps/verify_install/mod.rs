//! Fetches exactly one archive of a release, compares it with what is known of it, installs it into a clean environment
//! and looks whether it works: version, imports, every entry point, console scripts, extras, types, the project's own
//! commands, budgets. What could not be looked at is told as that.
//!
//! pip sees no configuration file and no variable of the user; dependencies come from one index. A step
//! that found something wrong has worked: what it found is its product.

mod extras;
pub mod index_says;
mod probe;
pub mod pythons;
mod scripts;
mod typing;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::archive::digest::Sha256;
use crate::archive::{Limits, Scan, read};
use crate::build::environment::{Environment, Interpreter};
use crate::build::replica::Replica;
use crate::build::stale::Stale;
use crate::build::wheels;
use crate::config::file::CommandTable;
use crate::config::targets::Index;
use crate::effects::Effects;
use crate::error::{Failure, Location};
use crate::python::metadata::Metadata;
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::Finding;
use index_says::{Asked, metadata_of};
use pythons::Pythons;

/// One archive to be verified.
#[derive(Debug, Serialize)]
pub struct VerifyInstall {
    /// The distribution.
    pub package: ProjectName,
    /// Its version.
    pub version: Version,
    /// Its file name.
    pub file: String,
    /// Where it is fetched from.
    pub url: String,
    /// What its bytes must hash to, where that is known from elsewhere than the index.
    pub sha256: Option<String>,
    /// The simple API that dependencies come from.
    pub dependencies: String,
    /// Whether an extra whose requirement that index does not have is no fault: in a rehearsal.
    pub lenient: bool,
    /// What its backend needs, for an sdist.
    pub requires: Vec<String>,
    /// The index that it is on.
    pub index: Index,
    /// The same file on this machine.
    #[serde(skip)]
    pub local: Option<PathBuf>,
    /// What is asked of the index beside the file.
    pub asked: Asked,
    /// The Pythons that it is tried with.
    pub pythons: Pythons,
    /// The folder of the project, which is installed as it lies there, in place of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editable: Option<PathBuf>,
    /// What is looked at.
    pub checks: Checks,
}

/// What an installed release must be able to do.
#[derive(Debug, Clone, Serialize)]
pub struct Checks {
    /// Modules that must import; nothing: those of the archive.
    pub imports: Option<Vec<String>>,
    /// Commands of the installed package.
    #[serde(skip)]
    pub commands: Vec<CommandTable>,
    /// Milliseconds that the slowest import may take.
    pub import_ms: Option<u64>,
    /// Milliseconds that the installation may take.
    pub install_ms: Option<u64>,
    /// Bytes of a wheel.
    pub wheel_bytes: Option<u64>,
    /// Bytes of an sdist.
    pub sdist_bytes: Option<u64>,
}

/// What was found, and what was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// The distribution.
    pub package: String,
    /// The file.
    pub file: String,
    /// The sha256 of what the index served.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// What was tried, in words: `import prompt_manager`, `extra openai`.
    pub checked: Vec<String>,
    /// What could not be tried or compared, and why.
    pub unchecked: Vec<String>,
    /// The slowest import in milliseconds.
    pub slowest_import_ms: Option<u64>,
    /// How long pip took to install it with what it depends on, in milliseconds.
    pub install_ms: Option<u64>,
    /// What is wrong.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// More than any archive that an index takes by default.
pub const ARCHIVE_LIMIT: u64 = 1024 * 1024 * 1024;

/// How pip says that a wheel is for other machines or Pythons.
const OTHER_PLATFORM: &str = "is not a supported wheel on this platform";

impl VerifyInstall {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        match &self.editable {
            Some(_) => "install the project as it lies here into a clean environment and try it".to_owned(),
            None => format!("install `{}` into a clean environment and try it", self.file),
        }
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Verified, Failure> {
        let mut verified = Verified {
            package: self.package.as_str().to_owned(),
            file: self.file.clone(),
            sha256: String::new(),
            size: 0,
            checked: Vec::new(),
            unchecked: Vec::new(),
            slowest_import_ms: None,
            install_ms: None,
            findings: Vec::new(),
        };
        let scratch = effects.files().scratch()?;
        if let Some(source) = &self.editable {
            let replica = self.replicate(effects, source, scratch.path())?;
            let interpreter = Interpreter::find(effects.inspect())?;
            let place = Place { effects, scratch: scratch.path(), archive: &replica, interpreter };
            let environment = Environment::make_fast(effects, &place.interpreter, &place.scratch.join("env"))?;
            self.try_in(&place, &environment, &mut verified)?;
            return Ok(verified);
        }
        let bytes = self.fetch(effects)?;
        let sha256 = Sha256::of(&bytes);
        (verified.size, verified.sha256) = (bytes.len() as u64, sha256.to_string());
        if let Some(expected) = self.sha256.as_ref().filter(|expected| **expected != verified.sha256) {
            let message = format!("`{}` has sha256 {}, and {expected} was expected", self.file, verified.sha256);
            verified.findings.push(
                self.finding("verify/hash", message)
                    .help("do not install it: the index serves other bytes than were uploaded"),
            );
            return Ok(verified);
        }
        if self.sha256.is_none() {
            verified.unchecked.push("its sha256: neither `dist/` nor the ledger knows this file".to_owned());
        }
        let budget = if self.is_wheel() { self.checks.wheel_bytes } else { self.checks.sdist_bytes };
        if let Some(budget) = budget.filter(|budget| verified.size > *budget) {
            let message = format!("`{}` is {} bytes, {budget} are its budget", self.file, verified.size);
            verified.findings.push(Finding::warning("verify/budget", message).at(Location::file(&self.file)));
        }
        let scan = read::scan(&self.file, &mut bytes.as_slice(), &Limits::default());
        self.compare_with_index(effects, (&bytes, &scan), &mut verified)?;
        if verified.findings.iter().any(|finding| ["verify/hash", "verify/provenance"].contains(&finding.code)) {
            // Code that is not what it should be is not run.
            verified.unchecked.push("whether it works: it is not what it should be".to_owned());
            return Ok(verified);
        }
        let path = scratch.path().join(&self.file);
        effects.files().write_scratch(&path, &bytes, 0o644)?;
        let metadata = metadata_of(&scan).and_then(|bytes| Metadata::parse(bytes).ok());
        let mut interpreters = self.interpreters(effects.inspect(), metadata.as_ref(), &mut verified)?;
        let others = interpreters.split_off(1);
        let interpreter = interpreters.swap_remove(0);
        let place = Place { effects, scratch: scratch.path(), archive: &path, interpreter };
        self.try_out(&place, (&scan, metadata.as_ref()), &others, &mut verified)?;
        Ok(verified)
    }

    fn fetch(&self, effects: Effects<'_>) -> Result<Vec<u8>, Failure> {
        let answer = effects.inspect().http().get_file(&self.url, ARCHIVE_LIMIT)?;
        if answer.status != 200 {
            return Err(super::StepError::Fetch { url: self.url.clone(), status: answer.status }.into());
        }
        Ok(answer.body)
    }

    /// A copy of the project: an editable installation writes into the folder that it is of.
    fn replicate(&self, effects: Effects<'_>, source: &Path, scratch: &Path) -> Result<PathBuf, Failure> {
        let source = effects.inspect().files().canonical(source)?;
        Ok(Replica::make(effects, (&source, &Stale::default()), &scratch.join("project"))?.root)
    }

    fn try_out(
        &self,
        place: &Place<'_>,
        (scan, metadata): (&Scan, Option<&Metadata>),
        others: &[Interpreter],
        verified: &mut Verified,
    ) -> Result<(), Failure> {
        let environment = Environment::make_fast(place.effects, &place.interpreter, &place.scratch.join("env"))?;
        let Some(modules) = self.try_in(place, &environment, verified)? else { return Ok(()) };
        self.check_types(place, &environment, (scan, &modules), verified)?;
        if let Some(metadata) = metadata.filter(|_| self.is_wheel()) {
            self.check_extras(place, metadata, verified)?;
            for other in others {
                self.try_with(place, other, verified)?;
            }
        }
        Ok(())
    }

    /// Installs it and tries what any installation must be able to do; the modules that it has, unless it is for
    /// another platform or cannot be installed.
    fn try_in(
        &self,
        place: &Place<'_>,
        environment: &Environment,
        verified: &mut Verified,
    ) -> Result<Option<Vec<String>>, Failure> {
        let (refused, milliseconds) = self.install(place, environment, None)?;
        if let Some(finding) = refused {
            match finding.message.contains(OTHER_PLATFORM) {
                true => verified.unchecked.push("whether it works: it is for another platform".to_owned()),
                false => {
                    verified.checked.push("install".to_owned());
                    verified.findings.push(finding);
                }
            }
            return Ok(None);
        }
        verified.checked.push("install".to_owned());
        verified.install_ms = Some(milliseconds);
        if let Some(budget) = self.checks.install_ms.filter(|budget| milliseconds > *budget) {
            let message = format!("`{}` takes {milliseconds} ms to install, {budget} ms are its budget", self.file);
            verified.findings.push(Finding::warning("verify/budget", message));
        }
        let (modules, scripts) = self.probe(place, environment, verified)?;
        self.try_scripts(place, (environment, &scripts), verified)?;
        self.run_commands(place, environment, verified)?;
        Ok(Some(modules))
    }

    fn is_wheel(&self) -> bool {
        self.file.ends_with(".whl")
    }

    /// Installs the archive, with an extra or without; a finding where pip refuses, and how long it took.
    fn install(
        &self,
        place: &Place<'_>,
        environment: &Environment,
        extra: Option<&str>,
    ) -> Result<(Option<Finding>, u64), Failure> {
        place.effects.inspect().http().permit(&self.dependencies)?;
        let mut arguments: Vec<OsString> = Vec::new();
        if !self.is_wheel() && !self.requires.is_empty() {
            // The backend comes from the cache, so that the index of dependencies need not have it.
            let folder = wheels::folder(place.effects, &place.interpreter, &self.requires)?;
            arguments.extend(["--find-links".into(), folder.into()]);
        }
        match &self.editable {
            Some(_) => arguments.extend(["--editable".into(), place.archive.into()]),
            None => arguments.push(self.requirement(place, extra)?.into()),
        }
        let ran = environment.install_from_index(place.effects, &self.dependencies, arguments)?;
        let milliseconds = u64::try_from(ran.milliseconds).unwrap_or(u64::MAX);
        if ran.ok() {
            return Ok((None, milliseconds));
        }
        let what = extra.map_or_else(|| "it".to_owned(), |extra| format!("it with its extra `{extra}`"));
        let message = format!(
            "`{}`: pip cannot install {what} ({}): {}",
            self.file,
            ran.ending(),
            ran.tail(6).replace('\n', " | ")
        );
        Ok((Some(self.finding("verify/install", message).help(self.install_help())), milliseconds))
    }

    /// Exactly these bytes, by their path and digest: an index cannot put others in their place.
    fn requirement(&self, place: &Place<'_>, extra: Option<&str>) -> Result<String, Failure> {
        let extras = extra.map_or_else(String::new, |extra| format!("[{extra}]"));
        let sha256 = Sha256::of(&place.effects.inspect().files().read(place.archive, ARCHIVE_LIMIT)?);
        Ok(format!("{}{extras} @ file://{}#sha256={sha256}", self.package, encoded(place.archive)))
    }

    fn install_help(&self) -> &'static str {
        match self.lenient {
            true => {
                "if a dependency is missing, bring its wheel with `--with DIR`, or name an index in `[verify] dependencies`"
            }
            false => {
                "the words of pip say which requirement is at fault; `[verify] dependencies` names the index for them"
            }
        }
    }

    fn finding(&self, code: &'static str, message: String) -> Finding {
        Finding::error(code, message).at(Location::file(&self.file))
    }
}

/// Where one verification happens.
struct Place<'a> {
    effects: Effects<'a>,
    scratch: &'a Path,
    archive: &'a PathBuf,
    interpreter: Interpreter,
}

/// A path as part of a URL.
fn encoded(path: &Path) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'?').add(b'%').add(b'"');
    utf8_percent_encode(&path.to_string_lossy(), UNSAFE).to_string()
}
