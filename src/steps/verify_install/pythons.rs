//! Which Pythons an archive is tried with: one that it allows, and besides the lowest and the highest that are on this
//! machine and that it allows, or those that were named.

use std::path::PathBuf;

use serde::Serialize;

use super::{Place, Verified, VerifyInstall};
use crate::build::environment::{Environment, Interpreter};
use crate::effects::Inspect;
use crate::error::Failure;
use crate::python::metadata::Metadata;
use crate::python::version::Version;

/// Minor versions of Python 3 that are looked for.
const MINORS: std::ops::RangeInclusive<u32> = 8..=16;

/// Which Pythons are asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pythons {
    /// The one of this machine alone.
    Own,
    /// The lowest and the highest that are there, too.
    Bounds,
    /// These: versions or programs.
    Named(Vec<String>),
}

impl VerifyInstall {
    /// The interpreters, the one that everything is tried with first.
    pub(super) fn interpreters(
        &self,
        inspect: Inspect<'_>,
        metadata: Option<&Metadata>,
        verified: &mut Verified,
    ) -> Result<Vec<Interpreter>, Failure> {
        let requires = metadata.and_then(|metadata| metadata.requires_python.as_ref());
        let allows = |interpreter: &Interpreter| {
            let version = interpreter.version.parse::<Version>().ok();
            requires.is_none_or(|requires| version.is_some_and(|version| requires.contains(&version)))
        };
        match &self.pythons {
            Pythons::Named(names) => names.iter().map(|name| named(inspect, name)).collect(),
            Pythons::Own => Ok(vec![Interpreter::find(inspect)?]),
            Pythons::Bounds => {
                let own = Interpreter::find(inspect)?;
                let mut there: Vec<Interpreter> = MINORS
                    .filter_map(|minor| named(inspect, &format!("3.{minor}")).ok())
                    .filter(|found| minor_of(found) != minor_of(&own))
                    .collect();
                there.push(own.clone());
                there.retain(&allows);
                there.sort_by_key(minor_of);
                let (Some(lowest), Some(highest)) = (there.first().cloned(), there.last().cloned()) else {
                    // pip says best what is wrong.
                    return Ok(vec![own]);
                };
                let first = if allows(&own) { own } else { highest.clone() };
                let mut chosen = vec![first];
                for bound in [lowest, highest] {
                    if chosen.iter().all(|known| minor_of(known) != minor_of(&bound)) {
                        chosen.push(bound);
                    }
                }
                if chosen.len() == 1 && self.is_wheel() {
                    let version = short(&chosen[0]);
                    verified.unchecked.push(format!("other Pythons than {version}: none that it allows is here"));
                }
                Ok(chosen)
            }
        }
    }

    /// Installs with another Python and looks whether everything loads.
    pub(super) fn try_with(
        &self,
        place: &Place<'_>,
        interpreter: &Interpreter,
        verified: &mut Verified,
    ) -> Result<(), Failure> {
        let name = format!("Python {}", short(interpreter));
        let folder = place.scratch.join(format!("python-{}", interpreter.version));
        let environment = match Environment::make_fast(place.effects, interpreter, &folder) {
            Ok(environment) => environment,
            Err(failure) => {
                verified.unchecked.push(format!("{name}: {}", failure.message));
                return Ok(());
            }
        };
        verified.checked.push(name.clone());
        let mut tried =
            Verified { checked: Vec::new(), unchecked: Vec::new(), findings: Vec::new(), ..verified.clone() };
        match self.install(place, &environment, None)? {
            (Some(finding), _) => tried.findings.push(finding),
            (None, _) => {
                self.probe(place, &environment, &mut tried)?;
            }
        }
        verified.findings.extend(tried.findings.into_iter().map(|mut finding| {
            finding.message = format!("with {name}: {}", finding.message);
            finding
        }));
        Ok(())
    }
}

/// The Python of a version, `3.12`, or of a program.
fn named(inspect: Inspect<'_>, name: &str) -> Result<Interpreter, Failure> {
    let program: PathBuf = match name.contains('/') {
        true => inspect.dir().join(name),
        false => {
            inspect.programs().find(&format!("python{name}"), "that version of Python, or name one that is there")?
        }
    };
    Interpreter::of(inspect, &program)
}

fn minor_of(interpreter: &Interpreter) -> u32 {
    interpreter.version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0)
}

fn short(interpreter: &Interpreter) -> String {
    interpreter.version.split('.').take(2).collect::<Vec<_>>().join(".")
}
