//! `--version` of every console script: it must start, and where it prints a version, that of the release. A script
//! that has no such option is at no fault.

use std::time::Duration;

use super::probe::empty_folder;
use super::{Place, Verified, VerifyInstall};
use crate::build::environment::Environment;
use crate::effects::process::Ran;
use crate::error::Failure;
use crate::python::version::Version;

/// How long a script may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a script told.
enum Told {
    /// The version of the release.
    Same,
    /// Another one.
    Other(String),
    /// It fell.
    Crashed,
    /// Nothing that can be judged.
    Nothing(String),
}

impl VerifyInstall {
    pub(super) fn try_scripts(
        &self,
        place: &Place<'_>,
        (environment, scripts): (&Environment, &[String]),
        verified: &mut Verified,
    ) -> Result<(), Failure> {
        for name in scripts {
            let empty = empty_folder(place, "scripts")?;
            // A name with a path in it leads elsewhere; the probe says that such a one is not installed.
            if name.contains('/') {
                continue;
            }
            let program = environment.program(place.effects, name, &empty)?;
            let program = program.arg("--version").env("HOME", &empty).timeout(PATIENCE);
            let ran = place.effects.programs().run(&program)?;
            match told(&ran, &self.version) {
                Told::Same => verified.checked.push(format!("{name} --version")),
                Told::Nothing(why) => verified.unchecked.push(format!("`{name} --version`: {why}")),
                Told::Other(other) => {
                    let message = format!("`{}`: `{name} --version` says {other}, not {}", self.file, self.version);
                    let help = "take the version from `importlib.metadata.version`, or keep it with a reference";
                    verified.findings.push(self.finding("verify/script-version", message).help(help));
                }
                Told::Crashed => {
                    let problem = ran.tail(1).replace('\n', " | ");
                    let message = format!("`{}`: `{name} --version` fails ({}): {problem}", self.file, ran.ending());
                    verified.findings.push(self.finding("verify/script", message).help("check `[project.scripts]`"));
                }
            }
        }
        Ok(())
    }
}

fn told(ran: &Ran, version: &Version) -> Told {
    let text = format!("{}\n{}", ran.stdout, ran.stderr);
    if ran.timed_out {
        return Told::Nothing("no answer in 30 s".to_owned());
    }
    if ran.signal.is_some() || (!ran.ok() && text.contains("Traceback (most recent call last)")) {
        return Told::Crashed;
    }
    if !ran.ok() {
        return Told::Nothing(format!("it has no such option ({})", ran.ending()));
    }
    let versions: Vec<Version> =
        text.split(|c: char| c.is_whitespace() || "(),;:'\"".contains(c)).filter_map(version_in).collect();
    match versions.as_slice() {
        [] => Told::Nothing("it prints no version".to_owned()),
        found if found.contains(version) => Told::Same,
        // Others may stand beside it, such as that of Python: the first word is the one that is meant.
        [first, ..] => Told::Other(first.to_string()),
    }
}

/// The version that a word is; numbers without a dot are none.
fn version_in(word: &str) -> Option<Version> {
    let bare = word.trim_start_matches(['v', 'V']).trim_end_matches('.');
    let is_one = bare.contains('.') && bare.starts_with(|c: char| c.is_ascii_digit());
    bare.parse().ok().filter(|_| is_one)
}
