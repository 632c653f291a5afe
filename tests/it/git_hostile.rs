//! A repository whose own configuration, attributes and hooks name programs, one way after the other: none of them
//! runs, whatever the command. Each would leave a witness.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::bump::tagged;
use crate::support::Sandbox;

/// What a repository may bring along.
enum Trap {
    /// A key of `.git/config`, whose value runs the trap (`{trap}` is the program).
    Key(&'static str, &'static str),
    /// A script in `.git/hooks`.
    Hook(&'static str),
    /// Attributes that name a driver, and the keys of the driver.
    Attributes(&'static str, &'static [(&'static str, &'static str)]),
    /// A file that `.git/config` includes.
    Include(&'static str),
}

const TRAPS: &[Trap] = &[
    Trap::Key("core.fsmonitor", "{trap}"),
    Trap::Key("core.sshCommand", "{trap}"),
    Trap::Key("core.gitProxy", "{trap}"),
    Trap::Key("core.askPass", "{trap}"),
    Trap::Key("core.editor", "{trap}"),
    Trap::Key("core.pager", "{trap}"),
    Trap::Key("core.alternateRefsCommand", "{trap}"),
    Trap::Key("core.hooksPath", "{folder}"),
    Trap::Key("pager.ls-remote", "{trap}"),
    Trap::Key("pager.status", "{trap}"),
    Trap::Key("sequence.editor", "{trap}"),
    Trap::Key("diff.external", "{trap}"),
    Trap::Key("gpg.program", "{trap}"),
    Trap::Key("gpg.ssh.program", "{trap}"),
    Trap::Key("gpg.ssh.defaultKeyCommand", "{trap}"),
    Trap::Key("gpg.x509.program", "{trap}"),
    Trap::Key("push.gpgSign", "true"),
    Trap::Key("credential.helper", "!{trap}"),
    Trap::Key("credential.https://127.0.0.1.helper", "{trap}"),
    Trap::Key("alias.push", "!{trap}"),
    Trap::Key("alias.ls-remote", "!{trap}"),
    Trap::Key("alias.status", "!{trap}"),
    Trap::Key("remote.origin.uploadpack", "{trap}"),
    Trap::Key("remote.origin.receivepack", "{trap}"),
    Trap::Key("remote.origin.vcs", "ext"),
    Trap::Key("remote.origin.url", "ext::{trap} %S"),
    Trap::Key("remote.origin.pushurl", "ext::{trap} %S"),
    Trap::Key("url.ext::{trap} %S.insteadOf", "{origin}"),
    Trap::Key("url.ext::{trap} %S.pushInsteadOf", "{origin}"),
    Trap::Key("remote.origin.promisor", "true"),
    Trap::Key("uploadpack.packObjectsHook", "{trap}"),
    Trap::Key("gc.recentObjectsHook", "{trap}"),
    Trap::Key("interactive.diffFilter", "{trap}"),
    Trap::Key("trailer.sign.command", "{trap}"),
    Trap::Key("submodule.sub.update", "!{trap}"),
    Trap::Hook("pre-commit"),
    Trap::Hook("prepare-commit-msg"),
    Trap::Hook("commit-msg"),
    Trap::Hook("post-commit"),
    Trap::Hook("pre-push"),
    Trap::Hook("post-checkout"),
    Trap::Hook("post-index-change"),
    Trap::Hook("reference-transaction"),
    Trap::Hook("pre-auto-gc"),
    Trap::Hook("fsmonitor-watchman"),
    Trap::Attributes("* filter=evil", &[("filter.evil.clean", "{trap}"), ("filter.evil.smudge", "{trap}")]),
    Trap::Attributes("* filter=evil", &[("filter.evil.process", "{trap}")]),
    Trap::Attributes("* diff=evil", &[("diff.evil.textconv", "{trap}"), ("diff.evil.command", "{trap}")]),
    Trap::Attributes("* merge=evil", &[("merge.evil.driver", "{trap}")]),
    Trap::Include("[core]\n\tfsmonitor = {trap}\n\tsshCommand = {trap}\n[credential]\n\thelper = {trap}\n"),
    Trap::Include("[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[gpg]\n\tprogram = {trap}\n"),
];

/// Commands, from those that look to those that push.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["show"],
    &["references", "--check"],
    &["version", "--next", "auto"],
    &["notes", "1.2.3"],
    &["doctor"],
    &["history"],
    &["bump", "minor", "-n"],
    &["bump", "minor", "--push", "-n"],
    // Refused before anything is changed where the remote does not answer.
    &["bump", "minor", "--push"],
    &["history", "sync"],
    &["bump", "1.9.0"],
    &["bump", "--undo"],
    &["bump", "1.9.1", "--sign", "always"],
    &["run", "1.9.2", "-n"],
];

struct Set {
    trap: PathBuf,
    folder: PathBuf,
    origin: String,
}

impl Set {
    fn fill(&self, text: &str) -> String {
        text.replace("{trap}", &self.trap.display().to_string())
            .replace("{folder}", &self.folder.display().to_string())
            .replace("{origin}", &self.origin)
    }
}

fn executable(path: &std::path::Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, script).expect("a file");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
}

/// Writes to `.git/config` without any git that might walk into the trap.
fn configure(sandbox: &Sandbox, key: &str, value: &str) {
    let (section, name) = key.rsplit_once('.').expect("a key");
    let header = match section.split_once('.') {
        Some((section, sub)) => format!("[{section} \"{sub}\"]"),
        None => format!("[{section}]"),
    };
    let path = sandbox.repo().join(".git/config");
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(path, format!("{text}{header}\n\t{name} = {value}\n")).expect("a file");
}

fn set(sandbox: &Sandbox, trap: &Trap, set: &Set) -> String {
    match trap {
        Trap::Key(key, value) => {
            configure(sandbox, &set.fill(key), &set.fill(value));
            (*key).to_owned()
        }
        Trap::Hook(name) => {
            let path = sandbox.repo().join(".git/hooks").join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::copy(&set.trap, path).expect("a copy");
            format!("hook {name}")
        }
        Trap::Attributes(line, keys) => {
            sandbox.write(".git/info/attributes", format!("{line}\n"));
            keys.iter().for_each(|(key, value)| configure(sandbox, key, &set.fill(value)));
            format!("{line} {}", keys[0].0)
        }
        Trap::Include(text) => {
            sandbox.write(".git/more", set.fill(text));
            configure(sandbox, "include.path", "more");
            format!("include {text}")
        }
    }
}

/// A remote by each way that git reaches one; the last two are never reached.
const REMOTES: [&str; 3] = ["{path}", "ssh://git@127.0.0.1:1/acme.git", "https://127.0.0.1:1/acme.git"];

/// The remotes that a trap meets: all of them at full depth, and where it has to do with the way there.
fn remotes(trap: &Trap) -> usize {
    let way = ["core.", "credential.", "remote.", "url."];
    match trap {
        Trap::Hook(_) | Trap::Attributes(..) => 1,
        Trap::Key(key, _) if way.iter().any(|way| key.starts_with(way)) => REMOTES.len(),
        Trap::Include(_) => REMOTES.len(),
        Trap::Key(..) => crate::support::depth::rounds(REMOTES.len()),
    }
}

fn meet(template: &Sandbox, trap: &Trap, remote: &str) {
    let sandbox = template.again();
    let witness = sandbox.path("witness");
    let here = Set {
        trap: sandbox.path("trap"),
        folder: sandbox.path("folder"),
        origin: remote.replace("{path}", &sandbox.path("origin.git").display().to_string()),
    };
    let script = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\n", witness.display());
    executable(&here.trap, &script);
    for name in ["pre-commit", "commit-msg", "pre-push", "reference-transaction", "post-index-change"] {
        executable(&here.folder.join(name), &script);
    }
    let bare = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &bare]);
    sandbox.git(&["push", "-q", &bare, "main"]);
    configure(&sandbox, "remote.origin.url", &here.origin);
    configure(&sandbox, "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    let name = set(&sandbox, trap, &here);
    for arguments in COMMANDS {
        let output = sandbox.release(arguments);
        assert_ne!(output.code, 101, "{name}: {output}");
        let said = std::fs::read_to_string(&witness).unwrap_or_default();
        let command = arguments.join(" ");
        assert!(said.is_empty(), "`{name}` with {remote} ran in `release {command}`: {said}\n{output}");
    }
}

#[test]
fn nothing_that_a_repository_names_is_run_by_any_command() {
    let template = tagged();
    std::fs::remove_dir_all(template.repo().join(".git/hooks")).expect("a folder");
    let all: Vec<(&Trap, &str)> =
        TRAPS.iter().flat_map(|trap| REMOTES.iter().take(remotes(trap)).map(move |remote| (trap, *remote))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((trap, remote)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            meet(&template, trap, remote);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
}

/// The traps are traps: plain git walks into them.
#[test]
fn plain_git_runs_what_the_repository_names() {
    for (trap, arguments) in [
        (&TRAPS[0], &["status"][..]),
        (&TRAPS[1], &["ls-remote", "ssh://git@127.0.0.1:1/acme.git"][..]),
        (&Trap::Hook("pre-commit"), &["commit", "--allow-empty", "-m", "x"][..]),
        (&Trap::Hook("reference-transaction"), &["tag", "x"][..]),
        (&Trap::Attributes("* filter=evil", &[("filter.evil.clean", "{trap}")]), &["add", "--renormalize", "."][..]),
    ] {
        let sandbox = tagged();
        let witness = sandbox.path("witness");
        let here = Set { trap: sandbox.path("trap"), folder: sandbox.path("folder"), origin: String::new() };
        executable(&here.trap, &format!("#!/bin/sh\ntouch '{}'\n", witness.display()));
        let name = set(&sandbox, trap, &here);
        let mut command = std::process::Command::new("git");
        let template = sandbox.command(&[]);
        command.args(arguments).current_dir(sandbox.repo()).env_clear();
        command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let _ = command.output().expect("git is installed");
        assert!(witness.exists(), "{name} is no trap");
    }
}
