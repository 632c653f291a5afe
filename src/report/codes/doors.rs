//! Codes of the command line, of what is outside (`effects/`), and of bugs.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "cli/usage",
        title: "what was typed does not parse",
        text: "An option, an argument or a subcommand is unknown, missing or contradicts another one. The hint shows the grammar; `release COMMAND --help` shows all of it.",
        follows: "",
    },
    Code {
        code: "cli/variable",
        title: "a variable has a value that means nothing",
        text: "Options may come from variables (`RELEASE_FORMAT=json`). One of them has a value that the option would not take either. Correct or unset it; `docs/variables.md` lists all variables.",
        follows: "",
    },
    Code {
        code: "internal/bug",
        title: "a bug of `release`",
        text: "Something happened that the program rules out. Nothing was done after it. Please report the command and the text; a change that was interrupted is finished by running the command again.",
        follows: "",
    },
    Code {
        code: "effects/read",
        title: "a file or folder could not be read",
        text: "The cause is the system's own word, such as a missing file or missing rights. Put the file there or give the right to read it, then run the command again.",
        follows: "",
    },
    Code {
        code: "effects/write",
        title: "a file or folder could not be written",
        text: "The disk is full, the file system is read-only, or the right is missing; the cause says which. Files are written beside the old ones and renamed, so the old content is intact.",
        follows: "",
    },
    Code {
        code: "effects/not-text",
        title: "a file is not UTF-8",
        text: "Where text is read (configuration, changelog, Python sources) it must be UTF-8. The message names the first byte that is not. Save the file as UTF-8.",
        follows: "RFC 3629",
    },
    Code {
        code: "effects/too-large",
        title: "a file is larger than what is read of its kind",
        text: "A configuration, changelog or journal of many megabytes is a mistake or an attack, so it is not read. Name the right file.",
        follows: "",
    },
    Code {
        code: "effects/program-missing",
        title: "a program that is needed is not installed",
        text: "Gates, isolated builds and verification need Python 3.11 or newer with venv and pip. Install the package that the hint names, or put the program on PATH.",
        follows: "",
    },
    Code {
        code: "effects/program-start",
        title: "a program could not be started",
        text: "It was found and the system refused to run it; the cause says why, for example because it is not executable.",
        follows: "",
    },
    Code {
        code: "effects/offline",
        title: "the network is needed and `--offline` is set",
        text: "Under `--offline` only this machine is asked. Run once without it, so that the cache holds what is needed, then again with it.",
        follows: "",
    },
    Code {
        code: "effects/plain-http",
        title: "plain http beyond this machine",
        text: "Tokens and archives go over https, or to loopback. A host in your own network may be named exactly in `plain-http = [\"gitea.internal:3000\"]`; PyPI's own hosts never.",
        follows: "",
    },
    Code {
        code: "effects/url",
        title: "not a URL",
        text: "A URL with the scheme https (or http to loopback) was expected, such as `https://upload.pypi.org/legacy/`.",
        follows: "RFC 3986",
    },
    Code {
        code: "effects/no-answer",
        title: "a server did not answer",
        text: "The connection could not be made, broke, or stayed silent until the limit. The message names the host and what was under way. Nothing is assumed about what the server did: run the same command again, which asks first.",
        follows: "",
    },
    Code {
        code: "effects/slow",
        title: "a server takes longer than it may",
        text: "Every wait for a package index has a limit in `timeouts` of `[index.NAME]`: `connect` until the connection stands (10 s), `first-byte` from the last byte sent until the answer begins (60 s), `progress` for the next kilobyte while sending and reading (30 s), and `total` for one sending of a file (600 s). The message names the limit and what was under way. Nothing is assumed about what the server did: run the same command again, which asks first, or raise the limit where the line is slow.",
        follows: "",
    },
    Code {
        code: "effects/listen",
        title: "a port could not be opened",
        text: "Another program listens there already. Choose another port with `--port`, or leave it out to take a free one.",
        follows: "",
    },
    Code {
        code: "effects/git",
        title: "git refused something",
        text: "libgit2 could not do what the message says; the cause is its own word. A repository of a foreign owner, a partial clone, reftable and sha256 repositories are not read yet.",
        follows: "",
    },
    Code {
        code: "effects/repository-program",
        title: "the repository's own configuration names a program",
        text: "git would start what `core.sshCommand`, `core.gitProxy`, `credential.helper` and a few more name. An archive of a repository brings its `.git/config` along, so from there they would run code that nobody here chose. What stands in your own configuration (`~/.gitconfig`, also for some folders alone with `includeIf \"gitdir:…\"`) is followed, and so are `GIT_SSH_COMMAND` and `GIT_ASKPASS`. Where the forge's token is used for the push, helpers are not asked and do not matter.",
        follows: "",
    },
    Code {
        code: "effects/signing",
        title: "no signature could be made",
        text: "Commit or tag are to be signed, and a trial signature failed before anything was changed. `gpg.format`, `user.signingKey` and the program come from your git configuration; a repository may name form and key, and never the program. A key of ssh with a passphrase must be in the agent; gpg must be able to ask, for which it needs `GPG_TTY` on a terminal. What the program said stands below the error.",
        follows: "gitformat-signature(5)",
    },
    Code {
        code: "effects/no-signing-key",
        title: "there is no key of ssh to sign with",
        text: "`gpg.format` is `ssh`, and git has no default key for that: `user.signingKey` names the file of the key, the public one if an agent holds the other, or is `key::` and the public key itself. A command that finds the key (`gpg.ssh.defaultKeyCommand`) is not run.",
        follows: "gitformat-signature(5)",
    },
    Code {
        code: "effects/no-identity",
        title: "git does not know who you are",
        text: "A commit and an annotated tag carry a name and an address. Set `user.name` and `user.email` with `git config`; in CI, set them in the job.",
        follows: "",
    },
];
