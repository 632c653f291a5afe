//! Installs exactly one archive of a release into a clean environment, and looks whether it works: version,
//! imports, every entry point, console scripts, extras, types, the project's own commands, budgets.
//!
//! pip sees no configuration file and no variable of the user; dependencies come from one index. A step
//! that found something wrong has worked: what it found is its product.

mod extras;
mod probe;
mod typing;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::archive::digest::Sha256;
use crate::archive::{Limits, Scan, read};
use crate::build::environment::{Environment, Interpreter};
use crate::build::wheels;
use crate::config::file::CommandTable;
use crate::effects::Effects;
use crate::error::{Failure, Location};
use crate::python::metadata::Metadata;
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::Finding;

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
    /// Bytes of the archive.
    pub bytes: Option<u64>,
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
    /// The slowest import in milliseconds.
    pub slowest_import_ms: Option<u64>,
    /// What is wrong.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// More than any archive that an index takes by default.
const ARCHIVE_LIMIT: u64 = 1024 * 1024 * 1024;

impl VerifyInstall {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("install `{}` into a clean environment and try it", self.file)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Verified, Failure> {
        let bytes = self.fetch(effects)?;
        let sha256 = Sha256::of(&bytes).to_string();
        let mut verified = Verified {
            package: self.package.as_str().to_owned(),
            file: self.file.clone(),
            size: bytes.len() as u64,
            checked: Vec::new(),
            slowest_import_ms: None,
            findings: Vec::new(),
            sha256,
        };
        if let Some(expected) = self.sha256.as_ref().filter(|expected| **expected != verified.sha256) {
            let message = format!("`{}` has sha256 {}, and {expected} was expected", self.file, verified.sha256);
            verified.findings.push(
                self.finding("verify/hash", message)
                    .help("do not install it: the index serves other bytes than were uploaded"),
            );
            return Ok(verified);
        }
        if let Some(budget) = self.checks.bytes.filter(|budget| verified.size > *budget) {
            let message = format!("`{}` is {} bytes, {budget} are its budget", self.file, verified.size);
            verified.findings.push(Finding::warning("verify/budget", message).at(Location::file(&self.file)));
        }
        let scan = read::scan(&self.file, &mut bytes.as_slice(), &Limits::default());
        let scratch = effects.files().scratch()?;
        let path = scratch.path().join(&self.file);
        effects.files().write_scratch(&path, &bytes, 0o644)?;
        let place = Place {
            effects,
            scratch: scratch.path(),
            archive: &path,
            interpreter: Interpreter::find(effects.inspect())?,
        };
        self.try_out(&place, &scan, &mut verified)?;
        Ok(verified)
    }

    fn fetch(&self, effects: Effects<'_>) -> Result<Vec<u8>, Failure> {
        let answer = effects.inspect().http().get_up_to(&self.url, "*/*", ARCHIVE_LIMIT)?;
        if answer.status != 200 {
            return Err(super::StepError::Fetch { url: self.url.clone(), status: answer.status }.into());
        }
        Ok(answer.body)
    }

    fn try_out(&self, place: &Place<'_>, scan: &Scan, verified: &mut Verified) -> Result<(), Failure> {
        let environment = Environment::make(place.effects, &place.interpreter, &place.scratch.join("env"))?;
        verified.checked.push("install".to_owned());
        if let Some(finding) = self.install(place, &environment, None)? {
            verified.findings.push(finding);
            return Ok(());
        }
        let modules = self.probe(place, &environment, verified)?;
        self.run_commands(place, &environment, verified)?;
        self.check_types(place, &environment, (scan, &modules), verified)?;
        if self.file.ends_with(".whl") {
            let metadata = scan.kept.iter().find(|(name, _)| name.ends_with(".dist-info/METADATA"));
            if let Some(metadata) = metadata.and_then(|(_, bytes)| Metadata::parse(bytes).ok()) {
                self.check_extras(place, &metadata, verified)?;
            }
        }
        Ok(())
    }

    /// Installs the archive, with an extra or without; a finding where pip refuses.
    fn install(
        &self,
        place: &Place<'_>,
        environment: &Environment,
        extra: Option<&str>,
    ) -> Result<Option<Finding>, Failure> {
        place.effects.inspect().http().permit(&self.dependencies)?;
        let extras = extra.map_or_else(String::new, |extra| format!("[{extra}]"));
        let sha256 = Sha256::of(&place.effects.inspect().files().read(place.archive, ARCHIVE_LIMIT)?);
        let requirement = format!("{}{extras} @ file://{}#sha256={sha256}", self.package, encoded(place.archive));
        let mut program = environment.installer().arg("--index-url").arg(&self.dependencies);
        if !self.file.ends_with(".whl") && !self.requires.is_empty() {
            // The backend comes from the cache, so that the index of dependencies need not have it.
            let folder = wheels::folder(place.effects, &place.interpreter, &self.requires)?;
            program = program.arg("--find-links").arg(folder);
        }
        let ran = place.effects.programs().run(&program.arg(requirement))?;
        if ran.ok() {
            return Ok(None);
        }
        let what = extra.map_or_else(|| "it".to_owned(), |extra| format!("it with its extra `{extra}`"));
        let message = format!(
            "`{}`: pip cannot install {what} ({}): {}",
            self.file,
            ran.ending(),
            ran.tail(6).replace('\n', " | ")
        );
        Ok(Some(self.finding("verify/install", message).help(self.install_help())))
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
