//! Python on this machine, and clean environments made with it (PEP 405).

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{BuildError, Output};
use crate::effects::process::{Environment as Admitted, Program, Ran};
use crate::effects::{Effects, Inspect};
use crate::error::Failure;

/// The oldest Python that works: `tarfile`'s data filter and pip's `--python` need it.
const OLDEST: (u32, u32) = (3, 11);

/// The interpreter of this machine.
#[derive(Debug, Clone)]
pub struct Interpreter {
    /// The program itself, shims of version managers resolved.
    pub program: PathBuf,
    /// Its version, `3.11.7`.
    pub version: String,
    /// What wheels depend on: implementation, version and platform.
    pub tag: String,
}

/// Asks for what is needed of it, and answers one line a fact.
const ASK: &str = "import sys, sysconfig, importlib.util as u\n\
print(sys.executable)\n\
print('.'.join(map(str, sys.version_info[:3])))\n\
print(sys.implementation.cache_tag + '-' + sysconfig.get_platform())\n\
print(' '.join(m for m in ('venv', 'pip') if u.find_spec(m) is None))";

impl Interpreter {
    /// Finds `python3` on PATH and looks whether it will do.
    ///
    /// # Errors
    /// It is missing, too old, or lacks venv or pip.
    pub fn find(inspect: Inspect<'_>) -> Result<Interpreter, Failure> {
        let found = inspect.programs().find("python3", "Python 3.11 or newer with venv and pip")?;
        let ask = Program::new(found, inspect.dir()).environment(Admitted::Home).args(["-c", ASK]);
        let ran = inspect.programs().run(&ask)?;
        let lines: Vec<&str> = ran.stdout.lines().map(str::trim).collect();
        let [program, version, tag, missing] = lines[..] else {
            return Err(BuildError::OldPython { found: format!("({})", ran.tail(1)) }.into());
        };
        let mut numbers = version.split('.').filter_map(|number| number.parse::<u32>().ok());
        if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < OLDEST {
            return Err(BuildError::OldPython { found: version.to_owned() }.into());
        }
        for module in ["venv", "pip"] {
            if missing.split(' ').any(|name| name == module) {
                return Err(BuildError::PythonModule { version: version.to_owned(), module }.into());
            }
        }
        Ok(Interpreter { program: PathBuf::from(program), version: version.to_owned(), tag: tag.to_owned() })
    }

    /// pip, ready for its arguments.
    pub fn pip(&self, dir: &Path) -> Program {
        Program::new(&self.program, dir).args(["-m", "pip", "--disable-pip-version-check", "--no-input"])
    }
}

/// A clean environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its folder.
    pub dir: PathBuf,
    interpreter: Interpreter,
}

impl Environment {
    /// Makes an environment with nothing in it.
    ///
    /// # Errors
    /// `venv` failed.
    pub fn make(effects: Effects<'_>, interpreter: &Interpreter, dir: &Path) -> Result<Environment, Failure> {
        let parent = dir.parent().unwrap_or(dir);
        // pip is not copied into it: the interpreter's own installs into it, which saves two seconds.
        let program = Program::new(&interpreter.program, parent).args(["-I", "-m", "venv", "--without-pip"]).arg(dir);
        let ran = effects.programs().run(&program)?;
        if !ran.ok() {
            return Err(BuildError::Environment { output: Output(ran.tail(20)) }.into());
        }
        Ok(Environment { dir: dir.to_owned(), interpreter: interpreter.clone() })
    }

    /// An environment that is there.
    pub(super) fn at(interpreter: &Interpreter, dir: &Path) -> Environment {
        Environment { dir: dir.to_owned(), interpreter: interpreter.clone() }
    }

    /// Its interpreter.
    pub fn python(&self) -> PathBuf {
        self.dir.join("bin/python")
    }

    /// Its programs.
    pub fn bin(&self) -> PathBuf {
        self.dir.join("bin")
    }

    /// Installs requirements from a folder of wheels, and from nowhere else.
    ///
    /// # Errors
    /// pip failed.
    pub fn install_from(&self, effects: Effects<'_>, wheels: &Path, requirements: &[String]) -> Result<(), Failure> {
        if requirements.is_empty() {
            return Ok(());
        }
        let program = self.installer().args(["--no-index", "--find-links"]).arg(wheels).args(requirements);
        let ran = effects.programs().run(&program)?;
        if !ran.ok() {
            let output = Output(ran.tail(20));
            return Err(BuildError::Install { requirements: requirements.to_vec(), output }.into());
        }
        Ok(())
    }

    /// `pip install` into this environment, without any settings of the user or the machine.
    pub fn installer(&self) -> Program {
        self.interpreter
            .pip(&self.dir)
            .arg("--isolated")
            .arg("--python")
            .arg(self.python())
            .args(["install", "--quiet", "--no-compile", "--no-cache-dir", "--no-warn-script-location"])
            .environment(Admitted::Network)
            .env("PIP_CONFIG_FILE", "/dev/null")
            .env("HOME", &self.dir)
            .timeout(Duration::from_secs(600))
    }

    /// A program, looked for in the environment first: `python` is always its own.
    pub fn program(&self, effects: Effects<'_>, name: &str, dir: &Path) -> Result<Program, Failure> {
        let files = effects.inspect().files();
        let own = if matches!(name, "python" | "python3") { self.python() } else { self.bin().join(name) };
        let path = match name.contains('/') {
            true => dir.join(name),
            false if files.what(&own) != crate::effects::files::What::Missing => own,
            false => effects
                .programs()
                .find(name, "the program, or add the package that brings it to the group of the gate")?,
        };
        let search = effects.programs().path_with(&self.bin());
        Ok(Program::new(path, dir).env("PATH", search).env("VIRTUAL_ENV", &self.dir))
    }
}

/// What a program wrote, as narration.
pub fn tell_output(inspect: Inspect<'_>, program: &str, ran: &Ran) {
    let text = ran.tail(200);
    if !text.is_empty() {
        inspect.tell(&crate::report::Event::Output { program: program.to_owned(), text });
    }
}
