//! `py.typed` is a promise to type checkers (PEP 561): mypy must find types in the installed package.

use std::time::Duration;

use super::probe::empty_folder;
use super::{Place, Verified, VerifyInstall};
use crate::archive::Scan;
use crate::build::environment::Environment;
use crate::build::wheels;
use crate::effects::process::Program;
use crate::error::Failure;
use crate::report::Finding;

impl VerifyInstall {
    pub(super) fn check_types(
        &self,
        place: &Place<'_>,
        environment: &Environment,
        (scan, modules): (&Scan, &[String]),
        verified: &mut Verified,
    ) -> Result<(), Failure> {
        let marker = |name: &str| name.ends_with("/py.typed");
        let typed: Vec<&String> = modules
            .iter()
            .filter(|module| !module.contains('.'))
            .filter(|module| {
                scan.members
                    .iter()
                    .any(|member| marker(&member.name) && member.name.split('/').any(|part| part == module.as_str()))
            })
            .collect();
        // The sdist holds the same sources: once is enough.
        if typed.is_empty() || !self.file.ends_with(".whl") {
            return Ok(());
        }
        let tool = match wheels::tool(place.effects, &place.interpreter, &["mypy".to_owned()]) {
            Ok(tool) => tool,
            Err(failure) => {
                let message = format!("`{}`: types were not tried: {}", self.file, failure.message);
                let help = "run once with the network, so that mypy is in the cache of wheels";
                verified.findings.push(Finding::warning("verify/types-untried", message).help(help));
                return Ok(());
            }
        };
        let empty = empty_folder(place, "types")?;
        let imports: Vec<String> = typed.iter().map(|module| format!("import {module}")).collect();
        let program = Program::new(tool.python(), &empty)
            .args(["-I", "-m", "mypy", "--no-error-summary", "--cache-dir=/dev/null", "--python-executable"])
            .arg(environment.python())
            .args(["-c", &imports.join("\n")])
            .env("HOME", &empty)
            .timeout(Duration::from_secs(300));
        let ran = place.effects.programs().run(&program)?;
        verified.checked.push("types under mypy".to_owned());
        if !ran.ok() {
            let message = format!("`{}`: mypy finds no types: {}", self.file, ran.tail(3).replace('\n', " | "));
            verified.findings.push(
                self.finding("verify/types", message)
                    .help("`py.typed` must be in the package that is imported (PEP 561)"),
            );
        }
        Ok(())
    }
}
