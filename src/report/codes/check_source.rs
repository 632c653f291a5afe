//! The codes of the project's tree: what git tracks, and what the sdist has of it.

use crate::report::codes::Code;

/// The codes of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/new-requirement",
        title: "a project is required that the last release did not require",
        text: "A requirement is code of others that runs wherever this project is installed, so a new one \
               should be meant. Without `--online` the `dependencies` of `[project]` are compared with those \
               at the tag of the last final release, where both are written there; with `--online` \
               `Requires-Dist` of the archives, too, with what the last release on the index has. It is a \
               warning where the index has no project of that name, since whoever takes the name then runs \
               code at your users (dependency confusion), and where its first file is younger than 30 days. \
               Look at the spelling, and at who owns the project.",
        follows: "PEP 658, PEP 700",
    },
    Code {
        code: "source/broken-anchor",
        title: "a link leads to a heading that is not there",
        text: "The part behind `#` names a heading of the file: its text in small letters, with \
               `-` for blanks and without punctuation, as GitHub and Gitea make it. \
               `[Usage](#usage)` breaks when the heading becomes `## How to use it`.",
        follows: "",
    },
    Code {
        code: "source/broken-link",
        title: "a relative link leads to a file that is not tracked",
        text: "A relative link in a tracked Markdown file is resolved from its folder, or from \
               the top of the repository where it begins with `/`; letters large and small \
               count. Readers on the forge get an error page. The file may exist on your disk \
               and not be tracked.",
        follows: "",
    },
    Code {
        code: "source/dead-link",
        title: "an address leads nowhere",
        text: "`release check --online` visited the address: its server answers 404 (not found) or 410 (gone), \
               or there is no host of that name. It is a project URL of the metadata, a link of a tracked \
               Markdown file, or one of the description. Other answers that are no pages (401, 403, 429, 5xx) and \
               servers that do not answer in time are no finding; the lines `not judged` have them. Whoever \
               takes over a name that nobody has any more decides what your readers see there.",
        follows: "",
    },
    Code {
        code: "source/differs-from-tag",
        title: "a file of the sdist has other bytes than the tag",
        text: "Who reads the tag should read what is installed: code that is in the archive and \
               not in the repository is how xz was attacked. Build from a clean checkout of the \
               tag, such as `git worktree add ../clean v1.0`. Files that backends rewrite by \
               known rules are not told.",
        follows: "",
    },
    Code {
        code: "source/differs-from-tree",
        title: "a file of the sdist has other bytes than HEAD",
        text: "The archive was built from a working tree with changes that are not committed, or \
               is older than the last commit. Files that backends rewrite by known rules \
               (`setup.cfg`, version files) are not told.",
        follows: "",
    },
    Code {
        code: "source/generated-tracked",
        title: "a generated file is tracked",
        text: "Bytecode, compiled extensions, `*.egg-info` and editors' swap files come and go \
               with a machine. Tracked ones get into sdists, hide changes from reviewers, and a \
               stale `SOURCES.txt` brings deleted files back.",
        follows: "",
    },
    Code {
        code: "source/line-ends",
        title: "a file of the sdist has other line ends than git",
        text: "The file has the same lines as in git, with CRLF at their ends: it was checked \
               out on Windows or with `core.autocrlf`. The digest of the archive then depends on \
               the machine, and scripts with such line ends do not start on Linux.",
        follows: "",
    },
    Code {
        code: "source/lock-without-hashes",
        title: "a lock file pins versions without hashes",
        text: "`requests==2.32.0` says which version, not which bytes: whoever can replace the \
               file on an index or a mirror replaces your code. With `--hash=sha256:…` \
               installers refuse other bytes.",
        follows: "pip",
    },
    Code {
        code: "source/moved-link",
        title: "an address has moved for good",
        text: "The server sends those who ask to another address, and says by 301 or 308 that this will stay so. \
               The link works as long as the old server does. Write the new address: a repository that was \
               renamed can be taken by somebody else under its old name.",
        follows: "RFC 9110",
    },
    Code {
        code: "source/needed-not-in-sdist",
        title: "a tracked file that a build needs is not in the sdist",
        text: "Without the license, the readme that `[project]` names, sources of extensions, or \
               the files that a backend reads, nobody can build from the sdist what you built \
               from the repository. setuptools takes a `MANIFEST.in` line such as `include \
               LICENSE`, hatchling `include` of `[tool.hatch.build.targets.sdist]`.",
        follows: "",
    },
    Code {
        code: "source/needless-executable",
        title: "a tracked file is executable and is no program",
        text: "The bit is kept in archives. A file without `#!` in its first line that is \
               executable usually comes from a disk that knows no such bits; a shell that is \
               told to run it tries to read it as a script.",
        follows: "",
    },
    Code {
        code: "source/not-in-sdist",
        title: "tracked files are not in the sdist",
        text: "Distributors build and test from sdists: they miss tests and documentation that \
               are left out. Many projects leave them out on purpose; what belongs to the \
               repository only, such as `.github/`, is not told.",
        follows: "",
    },
    Code {
        code: "source/not-in-tag",
        title: "a file of the sdist is not in the tag",
        text: "Every file of an sdist comes from the tag, or a backend makes it by a known rule \
               (`PKG-INFO`, `*.egg-info/`, a version file). Anything else was lying around when \
               the archive was built, or was put there: nobody who reads the repository has seen \
               it.",
        follows: "",
    },
    Code {
        code: "source/not-in-tree",
        title: "a file of the sdist is not in HEAD",
        text: "Every file of an sdist comes from the repository, or a backend makes it by a \
               known rule (`PKG-INFO`, `*.egg-info/`, a version file). Anything else was lying \
               around when the archive was built, such as `notes.txt` or a database of tests.",
        follows: "",
    },
    Code {
        code: "source/relative-link",
        title: "a relative link in the readme breaks on PyPI",
        text: "PyPI shows the readme without the repository around it: `[guide](docs/guide.md)` \
               and `![logo](logo.png)` lead nowhere there. Write the URL on the forge, such as \
               `https://github.com/OWNER/NAME/blob/main/docs/guide.md`.",
        follows: "",
    },
    Code {
        code: "source/sensitive-name",
        title: "a file that usually holds secrets is tracked",
        text: "`.env`, `.netrc`, `id_rsa` and their like are where people put secrets, sooner or \
               later. This one seems to hold none yet. Track a `.env.example` with empty values \
               instead.",
        follows: "",
    },
    Code {
        code: "source/sensitive-not-ignored",
        title: "a file that usually holds secrets is not ignored",
        text: "The next `git add .` commits it, and backends that do not ask git pack it today. \
               Add `.env` to `.gitignore`; `.env.example` may stay.",
        follows: "",
    },
    Code {
        code: "source/sensitive-tracked",
        title: "a tracked file holds secrets",
        text: "A private key or a password is in a tracked file, so everybody who has a clone \
               has it, and so has the history after the file is removed. Revoke it first. \
               Examples belong into `.env.example`, keys for tests below `tests/`.",
        follows: "",
    },
    Code {
        code: "source/stale-lock",
        title: "the lock file is older than `pyproject.toml`",
        text: "`uv.lock` keeps what the project required when it was locked, `poetry.lock` and `pdm.lock` keep a hash of \
               it. Where `dependencies`, extras, groups, `requires-python` or the version differ now, `uv sync \
               --locked` and `poetry install` stop in CI, and what is audited is not what is installed.",
        follows: "",
    },
    Code {
        code: "source/tracked-missing",
        title: "a tracked file is missing in the working tree",
        text: "git lists the file and it is not on the disk: a build from this working tree \
               lacks it, a build from a clean checkout has it.",
        follows: "",
    },
    Code {
        code: "source/undeclared-import",
        title: "a module is imported that no dependency brings",
        text: "Importing the package imports this module at once, and neither the standard \
               library, the project itself, `dependencies` nor an extra has it. It works where \
               something else brought it, and fails with `ModuleNotFoundError` elsewhere. \
               Imports below `try`, `if` or in functions are not looked at.",
        follows: "",
    },
    Code {
        code: "source/untrusted-link",
        title: "the server of an address cannot be trusted",
        text: "The address begins with `https://`, and a browser would warn of it: the certificate has expired, is \
               of another host, was signed by nobody who is trusted, or the server speaks no TLS. The message says \
               which. Certificates are judged as this machine trusts them; where a proxy of your own signs \
               them, its certificate must be among those of the machine.",
        follows: "",
    },
];
