//! Version, imports, entry points and scripts, looked at from within the environment; and the project's own
//! commands.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::{Place, Verified, VerifyInstall};
use crate::build::environment::Environment;
use crate::effects::process::Program;
use crate::error::Failure;
use crate::python::version::Version;
use crate::report::Finding;

const PROBE: &str = include_str!("../../../templates/python/probe.py");

/// What the probe answers.
#[derive(Debug, Deserialize)]
struct Answer {
    version: String,
    modules: Vec<String>,
    scripts: Vec<String>,
    tried: Vec<Tried>,
}

/// One thing that was tried.
#[derive(Debug, Deserialize)]
struct Tried {
    kind: String,
    name: String,
    error: Option<String>,
    milliseconds: u64,
}

impl VerifyInstall {
    /// Runs the probe; returns the modules that it imported and the console scripts that are there.
    pub(super) fn probe(
        &self,
        place: &Place<'_>,
        environment: &Environment,
        verified: &mut Verified,
    ) -> Result<(Vec<String>, Vec<String>), Failure> {
        let answer = match self.ask(place, environment)? {
            Ok(answer) => answer,
            Err(finding) => {
                verified.findings.push(*finding);
                return Ok((Vec::new(), Vec::new()));
            }
        };
        verified.checked.push(format!("version {}", answer.version));
        if !answer.version.parse::<Version>().is_ok_and(|found| found == self.version) {
            let message = format!("`{}` installs version {}, {} was expected", self.file, answer.version, self.version);
            verified.findings.push(self.finding("verify/version", message));
        }
        for tried in answer.tried {
            verified.checked.push(format!("{} {}", tried.kind, tried.name));
            if tried.kind == "import" {
                verified.slowest_import_ms = verified.slowest_import_ms.max(Some(tried.milliseconds));
            }
            if let Some(error) = tried.error {
                let (code, help) = match tried.kind.as_str() {
                    "import" => (
                        "verify/import",
                        "it fails in a clean environment: a dependency or a file is missing from the archive",
                    ),
                    "script" => ("verify/script", "check `[project.scripts]`"),
                    _ => ("verify/entry-point", "check the module and the object that the entry point names"),
                };
                let message = format!("`{}`: {} `{}` fails: {error}", self.file, tried.kind, tried.name);
                verified.findings.push(self.finding(code, message).help(help));
            }
        }
        if let (Some(slowest), Some(budget)) = (verified.slowest_import_ms, self.checks.import_ms)
            && slowest > budget
        {
            let message = format!("`{}`: the slowest import takes {slowest} ms, {budget} ms are its budget", self.file);
            verified.findings.push(Finding::warning("verify/budget", message));
        }
        Ok((answer.modules, answer.scripts))
    }

    fn ask(&self, place: &Place<'_>, environment: &Environment) -> Result<Result<Answer, Box<Finding>>, Failure> {
        let empty = empty_folder(place, "probe")?;
        let input = json!({"package": self.package.normalized(), "imports": self.checks.imports});
        let program = Program::new(environment.python(), &empty)
            .args(["-I", "-c", PROBE])
            .env("HOME", &empty)
            .env("PATH", place.effects.programs().path_with(&environment.bin()))
            .stdin(input.to_string())
            .timeout(Duration::from_secs(120));
        let ran = place.effects.programs().run(&program)?;
        match serde_json::from_str(&ran.stdout) {
            Ok(answer) if ran.ok() => Ok(Ok(answer)),
            _ => {
                let message = format!(
                    "`{}`: importing it ended the interpreter ({}): {}",
                    self.file,
                    ran.ending(),
                    ran.tail(3).replace('\n', " | ")
                );
                Ok(Err(Box::new(self.finding("verify/import", message))))
            }
        }
    }

    /// Runs the project's own commands, from an empty folder.
    pub(super) fn run_commands(
        &self,
        place: &Place<'_>,
        environment: &Environment,
        verified: &mut Verified,
    ) -> Result<(), Failure> {
        for command in &self.checks.commands {
            let line = command.run.join(" ");
            verified.checked.push(format!("command {line}"));
            let empty = empty_folder(place, "commands")?;
            let program = environment
                .program(place.effects, &command.run[0], &empty)?
                .args(&command.run[1..])
                .env("HOME", &empty)
                .timeout(Duration::from_secs(120));
            let ran = place.effects.programs().run(&program)?;
            let expected = command.exit.unwrap_or(0);
            let printed = command.prints.as_ref().map(|text| text.replace("{version}", &self.version.to_string()));
            let problem = if ran.timed_out || ran.code != Some(expected) {
                Some(format!(
                    "{}, exit code {expected} was expected: {}",
                    ran.ending(),
                    ran.tail(3).replace('\n', " | ")
                ))
            } else {
                let missing = printed.filter(|text| !ran.stdout.contains(text.as_str()));
                missing.map(|text| format!("does not print `{text}` but `{}`", ran.stdout.trim()))
            };
            if let Some(problem) = problem {
                let message = format!("`{}`: `{line}` {problem}", self.file);
                verified
                    .findings
                    .push(self.finding("verify/command", message).help("the command is in `[verify].commands`"));
            }
        }
        Ok(())
    }
}

/// A folder with nothing in it, below the scratch folder.
pub(super) fn empty_folder(place: &Place<'_>, name: &str) -> Result<std::path::PathBuf, Failure> {
    let dir: &Path = place.scratch;
    let empty = dir.join(name);
    place.effects.files().make_folder(&empty)?;
    Ok(empty)
}
