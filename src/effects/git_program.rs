//! The `git` program, for what libgit2 does not do: talking to remotes with the user's own credential helpers.
//! No hooks, monitors or commands that a repository's configuration names are run, and git never asks.

use std::path::Path;

use super::error::{EffectsError, Said};
use super::process::{Environment, Program, Ran};
use super::{Inspect, http};

/// What a repository's configuration must not decide.
const SETTINGS: [&str; 6] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "protocol.ext.allow=never",
    "push.recurseSubmodules=no",
    "submodule.recurse=false",
];

/// `git` in the repository at `dir`.
///
/// # Errors
/// There is no git on PATH.
pub fn program(inspect: Inspect<'_>, dir: &Path) -> Result<Program, EffectsError> {
    let git = inspect.programs().find("git", "git")?;
    let mut program = Program::new(git, dir).environment(Environment::Remote).env("GIT_TERMINAL_PROMPT", "0");
    for setting in SETTINGS {
        program = program.arg("-c").arg(setting);
    }
    Ok(program)
}

/// A reference of a remote with the object that it names; tags also with the commit, as `NAME^{}`.
pub type RemoteReference = (String, String);

/// The references of a remote whose full names are given, as far as it has them.
///
/// # Errors
/// The remote does not answer, or `--offline` forbids to ask it.
pub fn remote_references(
    inspect: Inspect<'_>,
    (dir, remote, url): (&Path, &str, &str),
    names: &[String],
) -> Result<Vec<RemoteReference>, EffectsError> {
    permit(inspect, url)?;
    let mut program = program(inspect, dir)?.args(["ls-remote", "--upload-pack=git-upload-pack", "--", remote]);
    for name in names {
        program = program.arg(name).arg(format!("{name}^{{}}"));
    }
    let ran = inspect.programs().run(&program)?;
    if !ran.ok() {
        return Err(refused(remote, &ran));
    }
    let line = |line: &str| line.split_once('\t').map(|(id, name)| (name.to_owned(), id.to_owned()));
    Ok(ran.stdout.lines().filter_map(line).collect())
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
