//! Python on this machine, and clean environments made with it (PEP 405).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::error::{BuildError, Output};
use crate::effects::http::Url;
use crate::effects::process::{Environment as Admitted, Program, Ran};
use crate::effects::{Effects, EffectsError, Inspect};
use crate::error::Failure;
use crate::report::Event;
use crate::secret::Secret;

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
        let interpreter = Interpreter::of(inspect, &found)?;
        let mut numbers = interpreter.version.split('.').filter_map(|number| number.parse::<u32>().ok());
        if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < OLDEST {
            return Err(BuildError::OldPython { found: interpreter.version }.into());
        }
        Ok(interpreter)
    }

    /// The interpreter that a program is, of any age: what is installed may be for an old one.
    ///
    /// # Errors
    /// It is no Python 3, or lacks venv or pip.
    pub fn of(inspect: Inspect<'_>, program: &Path) -> Result<Interpreter, Failure> {
        let ask = Program::new(program, inspect.dir()).environment(Admitted::Home).args(["-I", "-c", ASK]);
        let ran = inspect.programs().run(&ask)?;
        let lines: Vec<&str> = ran.stdout.lines().map(str::trim).collect();
        let [program, version, tag, missing] = lines[..] else {
            return Err(BuildError::OldPython { found: format!("({})", ran.tail(1)) }.into());
        };
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
    uv: Option<Uv>,
}

/// The program `uv`, which installs faster than pip.
#[derive(Debug, Clone)]
struct Uv {
    program: PathBuf,
    version: String,
}

impl Uv {
    /// The oldest one that has every option we give.
    const OLDEST: (u32, u32) = (0, 5);

    /// The one on PATH, if it will do.
    fn find(inspect: Inspect<'_>) -> Option<Uv> {
        let program = inspect.programs().find("uv", "uv").ok()?;
        let asked = inspect.programs().run(&Program::new(&program, inspect.dir()).arg("--version")).ok()?;
        let version = asked.stdout.strip_prefix("uv ")?.split_whitespace().next()?.to_owned();
        let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
        let found = (numbers.next()??, numbers.next()??);
        (asked.ok() && found >= Self::OLDEST).then_some(Uv { program, version })
    }

    /// Installs from a folder of wheels that pip chose, and from nowhere else. It reads no configuration of the user,
    /// the project or the machine, and no variable but those of [`Admitted::Closed`].
    fn install(&self, environment: &Environment, wheels: &Path) -> Program {
        Program::new(&self.program, &environment.dir)
            .args(["pip", "install", "--quiet", "--no-config", "--no-cache", "--offline", "--no-build", "--no-index"])
            // There is one version of each in the folder.
            .args(["--prerelease", "allow", "--link-mode", "copy", "--find-links"])
            .arg(wheels)
            .arg("--python")
            .arg(environment.python())
            .env("HOME", &environment.dir)
            .timeout(Duration::from_secs(600))
    }
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
        Ok(Environment::at(interpreter, dir))
    }

    /// The same by `uv`, where there is one and it can: a moment instead of a second.
    ///
    /// # Errors
    /// `venv` failed, whatever `uv` did.
    pub fn make_fast(effects: Effects<'_>, interpreter: &Interpreter, dir: &Path) -> Result<Environment, Failure> {
        let parent = dir.parent().unwrap_or(dir);
        if let Some(uv) = Uv::find(effects.inspect()) {
            let program = Program::new(&uv.program, parent)
                .args(["venv", "--quiet", "--no-config", "--no-project", "--offline", "--python"])
                .arg(&interpreter.program)
                .arg(dir)
                .env("HOME", parent);
            if effects.programs().run(&program)?.ok() {
                return Ok(Environment::at(interpreter, dir));
            }
        }
        Environment::make(effects, interpreter, dir)
    }

    /// An environment that is there.
    pub(super) fn at(interpreter: &Interpreter, dir: &Path) -> Environment {
        Environment { dir: dir.to_owned(), interpreter: interpreter.clone(), uv: None }
    }

    /// Has `uv` install into it, where there is one.
    pub fn prefer_uv(&mut self, inspect: Inspect<'_>) {
        self.uv = Uv::find(inspect);
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
    /// pip failed, whatever `uv` did.
    pub fn install_from(&self, effects: Effects<'_>, wheels: &Path, requirements: &[String]) -> Result<(), Failure> {
        if requirements.is_empty() {
            return Ok(());
        }
        // What is named by an address is fetched again, which is left to the one who chose it.
        let uv = self.uv.as_ref().filter(|_| !requirements.iter().any(|requirement| requirement.contains('@')));
        if let Some(uv) = uv {
            let ran = effects.programs().run(&uv.install(self, wheels).args(requirements))?;
            tell_output(effects.inspect(), "uv", &ran);
            let named = requirements.join(", ");
            let text = match ran.ok() {
                true => format!("uv {} installed {named}", uv.version),
                false => format!("uv {} could not install {named}: pip takes over", uv.version),
            };
            effects.inspect().tell(&Event::Detail { text });
            if ran.ok() {
                return Ok(());
            }
        }
        let program = self.installer().args(["--no-index", "--find-links"]).arg(wheels).args(requirements);
        let ran = effects.programs().run(&program)?;
        if !ran.ok() {
            let output = Output(ran.tail(20));
            return Err(BuildError::Install { requirements: requirements.to_vec(), output }.into());
        }
        effects.inspect().tell(&Event::Detail { text: format!("pip installed {}", requirements.join(", ")) });
        Ok(())
    }

    /// Installs one wheel, and nothing that it depends on.
    ///
    /// # Errors
    /// It cannot be installed.
    pub fn install_wheel(&self, effects: Effects<'_>, wheel: &Path) -> Result<(), Failure> {
        let program = self.installer().args(["--no-index", "--no-deps"]).arg(wheel);
        let ran = effects.programs().run(&program)?;
        let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !ran.ok() {
            return Err(BuildError::Install { requirements: vec![name], output: Output(ran.tail(20)) }.into());
        }
        effects.inspect().tell(&Event::Detail { text: format!("pip installed {name}") });
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

    /// Runs [`Environment::installer`] with these arguments and everything from one index. A login that its URL holds is
    /// given to pip in a file in the format of `.netrc`, which is there only while pip runs: arguments of programs can be
    /// seen by everybody on the machine, and what is installed runs later. That format names hosts without ports.
    ///
    /// # Errors
    /// The URL is none, the file cannot be written, or pip cannot be started.
    pub fn install_from_index(
        &self,
        effects: Effects<'_>,
        index: &str,
        arguments: Vec<OsString>,
    ) -> Result<Ran, Failure> {
        let (url, login) = split_login(effects.inspect(), index)?;
        let program = self.installer().arg("--index-url").arg(url).args(arguments);
        let Some(login) = login else { return Ok(effects.programs().run(&program)?) };
        let path = self.dir.join("netrc");
        effects.files().replace(&path, login.as_bytes(), 0o600)?;
        let ran = effects.programs().run(&program.env("NETRC", &path));
        effects.files().remove_file(&path)?;
        Ok(ran?)
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

/// A URL without the login in it, and the login as an entry of a `.netrc`.
fn split_login(inspect: Inspect<'_>, text: &str) -> Result<(String, Option<Zeroizing<String>>), Failure> {
    let mut url = Url::parse(text).map_err(|_| EffectsError::Url { url: text.to_owned() })?;
    if url.username().is_empty() && url.password().is_none() {
        return Ok((text.to_owned(), None));
    }
    let part = |text: &str| Zeroizing::new(percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned());
    let (user, password) = (part(url.username()), part(url.password().unwrap_or_default()));
    // Without a password the user is a token.
    let secret = if password.is_empty() { &user } else { &password };
    inspect.redactor().register(&Secret::new(secret));
    // Brackets are of URLs: the programs that read this name addresses without them.
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let login = if user.is_empty() { Zeroizing::default() } else { Zeroizing::new(format!(" login {}", *word(&user))) };
    let entry = Zeroizing::new(format!("machine {host}{} password {}\n", *login, *word(&password)));
    let is_bare = url.set_username("").is_ok() && url.set_password(None).is_ok();
    debug_assert!(is_bare, "a URL with a login has a host");
    Ok((url.into(), Some(entry)))
}

/// A word of a `.netrc` as Python's parser reads it. Before 3.11 it knew no backslash, so that only what could not be
/// read otherwise has one.
fn word(text: &str) -> Zeroizing<String> {
    let is_special = |c: char| c.is_whitespace() || matches!(c, '"' | '\\');
    if text.is_empty() || text.starts_with('#') || text.contains(is_special) {
        return Zeroizing::new(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    }
    Zeroizing::new(text.to_owned())
}

/// What a program wrote, as narration.
pub fn tell_output(inspect: Inspect<'_>, program: &str, ran: &Ran) {
    let text = ran.tail(200);
    if !text.is_empty() {
        inspect.tell(&Event::Output { program: program.to_owned(), text });
    }
}
