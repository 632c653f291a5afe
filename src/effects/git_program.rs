//! The `git` program, for what libgit2 does not do: talking to remotes with the user's own credential helpers.
//! No hooks, monitors or commands that a repository's configuration names are run, and git never asks. What
//! cannot be set aside (`core.sshCommand`, credential helpers) is refused where the repository names it.

use std::io::Write;
use std::path::Path;

use super::error::{EffectsError, Said};
use super::process::{Environment, Program, Ran};
use super::{Effects, Git, Inspect, http};
use crate::secret::Secret;

/// What a repository's configuration must not decide.
const SETTINGS: [&str; 11] = [
    "http.followRedirects=false",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "protocol.ext.allow=never",
    "push.recurseSubmodules=no",
    "submodule.recurse=false",
    "push.gpgSign=false",
    // What git does after a fetch by itself is not asked for, and runs what `gc.*` names.
    "gc.auto=0",
    "maintenance.auto=false",
    "core.alternateRefsCommand=true",
];

/// `git` in the repository at `dir`.
///
/// # Errors
/// There is no git on PATH, or the repository's own configuration names a program that git would start.
pub fn program(inspect: Inspect<'_>, dir: &Path) -> Result<Program, EffectsError> {
    refuse_programs(dir, false)?;
    let git = inspect.programs().find("git", "git")?;
    // What git says is read here, so it says it in English; objects that are missing are not fetched.
    let mut program = Program::new(git, dir)
        .environment(Environment::Remote)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .arg("--no-pager");
    for setting in SETTINGS {
        program = program.arg("-c").arg(setting);
    }
    Ok(program)
}

/// A repository may not say which program talks to a remote, or who is asked for logins.
fn refuse_programs(dir: &Path, with_helpers: bool) -> Result<(), EffectsError> {
    match Git::discover(dir)?.and_then(|git| git.program_of_repository(with_helpers)) {
        Some(key) => Err(EffectsError::RepositoryProgram { key }),
        None => Ok(()),
    }
}

/// A token, and the address that alone gets it: scheme, host and port.
#[derive(Debug, Clone)]
pub struct Login {
    /// The address.
    pub origin: String,
    /// The token.
    pub token: Secret,
}

/// A reference of a remote with the object that it names; tags also with the commit, as `NAME^{}`.
pub type RemoteReference = (String, String);

/// The references of a remote whose full names are given, as far as it has them.
///
/// # Errors
/// The remote does not answer, or `--offline` forbids to ask it.
pub fn remote_references(
    inspect: Inspect<'_>,
    remote: (&Path, &str, &str),
    names: &[String],
) -> Result<Vec<RemoteReference>, EffectsError> {
    let program = asking(inspect, remote, names)?;
    refuse_programs(program.dir(), true)?;
    references(remote.1, &inspect.programs().run(&program)?)
}

/// The same with a login.
///
/// # Errors
/// As [`remote_references`].
pub fn remote_references_as(
    effects: Effects<'_>,
    remote: (&Path, &str, &str),
    (names, login): (&[String], Option<&Login>),
) -> Result<Vec<RemoteReference>, EffectsError> {
    let program = asking(effects.inspect(), remote, names)?;
    references(remote.1, &run_as(effects, program, login)?)
}

fn asking(
    inspect: Inspect<'_>,
    (dir, remote, url): (&Path, &str, &str),
    names: &[String],
) -> Result<Program, EffectsError> {
    permit(inspect, url)?;
    let mut program = program(inspect, dir)?.args(["ls-remote", "--upload-pack=git-upload-pack", "--", remote]);
    for name in names {
        program = program.arg(name).arg(format!("{name}^{{}}"));
    }
    Ok(program)
}

fn references(remote: &str, ran: &Ran) -> Result<Vec<RemoteReference>, EffectsError> {
    if !ran.ok() {
        return Err(refused(remote, ran));
    }
    let line = |line: &str| line.split_once('\t').map(|(id, name)| (name.to_owned(), id.to_owned()));
    Ok(ran.stdout.lines().filter_map(line).collect())
}

/// Runs git with a login that it asks for: the secret goes through a pipe in the file system, so that neither
/// an argument nor a variable nor a file ever holds it. Helpers of the user are not asked then.
///
/// # Errors
/// The pipe cannot be made, or git cannot be started.
pub fn run_as(effects: Effects<'_>, program: Program, login: Option<&Login>) -> Result<Ran, EffectsError> {
    let Some(Login { origin, token }) = login else {
        refuse_programs(program.dir(), true)?;
        return effects.programs().run(&program);
    };
    let scratch = effects.files().scratch()?;
    let path = scratch.path().join("login");
    let mut pipe = effects.files().pipe(&path)?;
    let failed = |source| EffectsError::Write { path: path.clone(), source };
    pipe.write_all(format!("username=x-access-token\npassword={}\n", token.reveal()).as_bytes()).map_err(failed)?;
    let helper =
        format!("credential.{origin}.helper=!f() {{ test \"$1\" = get && head -n 2 '{}'; }}; f", path.display());
    effects.programs().run(&program.first_args(["-c", "credential.helper=", "-c", &helper]))
}

/// Whether a remote may be asked: one on this machine always, others not under `--offline`.
///
/// # Errors
/// `--offline` forbids it.
pub fn permit(inspect: Inspect<'_>, url: &str) -> Result<(), EffectsError> {
    let local = url.starts_with('/') || url.starts_with('.') || url.starts_with("file://");
    let loopback = http::Url::parse(url).ok().is_some_and(|url| url.host_str().is_some_and(http::is_loopback));
    if inspect.offline() && !local && !loopback {
        return Err(EffectsError::Offline { url: url.to_owned() });
    }
    Ok(())
}

/// The failure of a git that talked to a remote.
pub fn refused(remote: &str, ran: &Ran) -> EffectsError {
    EffectsError::Remote { remote: remote.to_owned(), said: Said(ran.tail(5)) }
}
