//! Codes of `release init` and `release doctor`.

use super::Code;

/// All of them.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "init/missing",
        title: "a file that `release init` keeps is not there",
        text: "`release init --check` compares the repository with what this version of the tool would write, for CI. A file that it would write is missing: it was removed, or never written. Run `release init`; it shows the diff first. If you do not want workflows, set `workflows = []` in `[tool.release.init]`.",
        follows: "",
    },
    Code {
        code: "init/additions",
        title: "a file lacks lines that `release init` adds",
        text: "Such lines are the configuration in `pyproject.toml`, badges between their marks in the README, and `dist/` in `.gitignore`. Everything else in these files is yours and stays to the byte. Run `release init`; it shows the diff first.",
        follows: "",
    },
    Code {
        code: "init/outdated",
        title: "a file was written by an older `release init`",
        text: "The first line of a file that is written whole carries the digest of the rest, and the digest is right: nobody changed it since. This version of the tool, or the configuration as it is now, gives another text. Run `release init` and commit what it writes.",
        follows: "",
    },
    Code {
        code: "init/edited",
        title: "a file of `release init` was changed by hand",
        text: "The digest in its first line is not that of the rest: somebody changed it, so it is theirs, and is not written again. To get the newest text, move the file away, run `release init`, and put your changes back.",
        follows: "",
    },
    Code {
        code: "init/foreign",
        title: "a file was there before `release init`",
        text: "It has no mark of ours, so it is somebody's own work and is left alone. To have it written, move it away and run `release init` again; compare both before you commit.",
        follows: "",
    },
    Code {
        code: "doctor/python",
        title: "Python on this machine does not fit",
        text: "Building, gates and verified installs need `python3` 3.11 or newer with venv and pip, and one that `requires-python` of the project allows. The fact says which of these is missing. Install the package that brings it, or put another `python3` first on PATH.",
        follows: "PEP 405",
    },
    Code {
        code: "doctor/git",
        title: "git or the repository is not ready for a release",
        text: "A release commits and tags: it needs git 2.30 or newer for pushing, a name and an address for commits, a branch that is checked out, no unfinished merge, and a history that is not cut off. The fact says which of these is missing and which command puts it right.",
        follows: "",
    },
    Code {
        code: "doctor/configuration",
        title: "the project or its configuration is wrong",
        text: "Every other command would stop here, too: a file does not parse, a key means nothing, a version is not where it is said to be, or a reference no longer stands in its file. `release show` and `release references --check` show more.",
        follows: "",
    },
    Code {
        code: "doctor/cache",
        title: "the cache cannot be used",
        text: "Wheels of build backends, logs and rehearsals are kept in a cache folder. Without one everything is fetched every time, and rehearsals need `--keep`. Set `RELEASE_CACHE_DIR` to a folder that you may write.",
        follows: "",
    },
    Code {
        code: "doctor/credential",
        title: "a token is missing or will be refused",
        text: "Tokens of PyPI say which index issued them, for which projects, and until when. This one was cut while it was copied, is past its time, belongs to another index, or is not for this project; the index would answer 403. Make a new one in the settings of the project on the index.",
        follows: "PyPI: API tokens (macaroons, format 2)",
    },
    Code {
        code: "doctor/user-token",
        title: "a token is good for every project of its owner",
        text: "Whoever gets hold of it can upload to all of them. Such a token is needed for the first upload of a new project only. Make one that is limited to this project afterwards, and revoke this one.",
        follows: "",
    },
    Code {
        code: "doctor/stored-token",
        title: "an upload token is stored where none is needed",
        text: "The workflow is a trusted publisher: the index gives it a token of fifteen minutes for each run. A token in a file or in the secrets of the forge is good until somebody revokes it, and is what attackers look for. Revoke it at the index, then remove it.",
        follows: "docs.pypi.org: Trusted Publishers",
    },
    Code {
        code: "doctor/pypirc",
        title: "others can read `.pypirc`",
        text: "The file holds passwords or tokens, and its permission bits let other users of this machine read it. Run `chmod 600 ~/.pypirc`; if others have accounts there, make new tokens.",
        follows: "packaging.python.org: the .pypirc file",
    },
    Code {
        code: "doctor/publisher",
        title: "this job is no good trusted publisher",
        text: "What the job would say about itself is read from its variables, without asking for a token. A workflow that another one calls is known to the index by its own file, which PyPI supports only by accident, and a run on `pull_request_target` carries the rights of the repository with the code of a stranger, so that PyPI trusts none. Publish from the workflow itself, started by a tag or by hand.",
        follows: "docs.pypi.org, Trusted publishers, troubleshooting",
    },
    Code {
        code: "doctor/name",
        title: "the name cannot be had",
        text: "A project of this name exists on the index and its links lead to another repository, or it looks like a module of the standard library, which PyPI gives to nobody. Choose another `name` in `[project]`. If the repository has moved, correct `origin`; if the project is yours, its links on the index change with the next release.",
        follows: "PyPI: project name rules",
    },
    Code {
        code: "doctor/name-status",
        title: "the project takes no releases as it stands",
        text: "An archived project refuses uploads until its owner unarchives it. A quarantined one takes uploads and shows them to nobody: the administrators of the index suspect malware in it and must be written to.",
        follows: "PEP 792",
    },
    Code {
        code: "doctor/workflow",
        title: "the workflow cannot be a trusted publisher",
        text: "The index trusts one file, one environment and a run that may ask for an identity. The file is missing, has no job with this environment, or the job lacks `id-token: write` under `permissions`. Run `release init`, or add what is missing by hand.",
        follows: "docs.pypi.org: Trusted Publishers",
    },
    Code {
        code: "doctor/secret",
        title: "a workflow uses a secret that the repository does not have",
        text: "The forge was asked for the names of the repository's secrets, those of its environments included, and this one is not among them: an expression that names it is empty, and the step that needs it fails. Add it in the settings of the repository. Secrets of an organisation are not told to the repository's token; if it is one of them, all is well.",
        follows: "",
    },
    Code {
        code: "doctor/plain-http",
        title: "a host is reached without encryption",
        text: "Tokens and archives travel over plain http, so that whoever can listen on the way can read the one and change the other. It is refused unless the host is named in `plain-http`, and warned about where it is. Use https.",
        follows: "",
    },
    Code {
        code: "doctor/clock",
        title: "the clock of this machine is wrong",
        text: "It differs from the clock of the index by more than a minute. Identities of trusted publishers and signatures are refused then, and certificates may seem expired. Let the system set its clock by the network.",
        follows: "",
    },
    Code {
        code: "doctor/remote",
        title: "the remote cannot be pushed to",
        text: "There is no `origin`, it does not answer, or its address holds a password. Commits, the tag and the ledger have to get there for a workflow to start. `git ls-remote origin` says more.",
        follows: "",
    },
];
