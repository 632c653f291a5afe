//! Codes of building, and of the environments that gates and verification use.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "build/old-python",
        title: "Python is too old",
        text: "`python3` on PATH is older than 3.11, or is no Python. Install a newer one; nothing else of it is needed than venv and pip.",
        follows: "",
    },
    Code {
        code: "build/python-module",
        title: "Python lacks venv or pip",
        text: "Some distributions split Python into several packages. Install the one that the hint names.",
        follows: "",
    },
    Code {
        code: "build/environment",
        title: "a virtual environment could not be made",
        text: "The cause is what `python3 -m venv` wrote, for example that the disk is full.",
        follows: "PEP 405",
    },
    Code {
        code: "build/fetch",
        title: "requirements could not be fetched",
        text: "pip could not find, download or build them; the cause is its own word. The user's pip settings, proxies and certificates are used for this, and nothing else of the environment.",
        follows: "",
    },
    Code {
        code: "build/not-cached",
        title: "requirements are not in the cache and the network is off",
        text: "What backends need is fetched once and kept. Run once without `--offline`.",
        follows: "",
    },
    Code {
        code: "build/install",
        title: "requirements could not be installed",
        text: "The wheels were fetched, and could not be installed into a clean environment, for example because two of them contradict each other.",
        follows: "",
    },
    Code {
        code: "build/backend",
        title: "the build backend failed",
        text: "The project's own backend ended with an error; its words are the cause. It ran in an environment with nothing but what `build-system.requires` names, and without the variables of your shell.",
        follows: "PEP 517",
    },
    Code {
        code: "build/too-slow",
        title: "a hook of the build backend took too long",
        text: "Each hook may take 900 seconds, or what `timeout` in `[tool.release.build]` says. The backend was ended with every program that it had started in its group, nothing of what it wrote was kept, and its last words are the cause. A backend that waits for something, such as an answer on a terminal or a server, waits for ever: it has neither.",
        follows: "",
    },
    Code {
        code: "build/no-backend",
        title: "there is no such build backend",
        text: "After everything that `requires` in `[build-system]` names was installed, Python found no module of the name in `build-backend`, or the module has no such object. For example `build-backend = \"hatchling.build\"` needs `requires = [\"hatchling\"]`. A backend that lies in the project needs `backend-path`.",
        follows: "PEP 517",
    },
    Code {
        code: "build/no-hook",
        title: "the build backend lacks a hook",
        text: "A backend must have `build_sdist` and `build_wheel`. The name in `build-backend` is probably that of another module.",
        follows: "PEP 517",
    },
    Code {
        code: "build/no-archive",
        title: "the build backend built nothing",
        text: "The hook returned something else than the name of a file in the folder that it was given: of a file that is not there, a path, a link, or no text at all. That is a bug of the backend, or `build-backend` names the wrong object.",
        follows: "PEP 517",
    },
    Code {
        code: "build/wrote-outside",
        title: "the project changed while its build backend ran",
        text: "A build backend gets a copy of the project and a folder for its archives, and may write there alone. Files of the project itself are new, changed or gone since it started: the backend, or a hook of the project in it, writes to an absolute path, or somebody else changed them in that time. Nothing was put into the folder of archives. Look at the paths in the message, put them back, and build again; a file that must be generated belongs below the folder that the backend runs in.",
        follows: "",
    },
    Code {
        code: "build/credential-visible",
        title: "a build backend would run where a right to publish can be read",
        text: "A build backend, its plugins and everything they depend on are code of others. It is run with none of your variables, but the runner and the shell of the job have them, and files such as `~/.pypirc` can be read by whatever runs as the same user: one bad release of a dependency could publish in your name. In CI `release build` therefore refuses to run a backend where it finds a token, a password or what proves to an index who the job is (`permissions: id-token: write` on GitHub). Build in a job of its own without them and hand the archives on, as the workflows that `release init` writes do. Native builds run no code of others, and are not refused. On a machine that is not CI it is a warning; so it is for `release run` and `release rehearse`, which build and publish in one process.",
        follows: "docs.pypi.org, security model of trusted publishers",
    },
    Code {
        code: "build/not-native",
        title: "the project cannot be built without its backend",
        text: "`--builder native` was given, and something decides about the archives that only running the backend could tell: a plugin, a hook, a key that is not known, a range of `build-system.requires` that leaves out the version whose output is known by heart. The message names it. `--builder auto`, which is the default, builds such a project with its own backend in an isolated environment; `release build --why` says which way was taken.",
        follows: "",
    },
    Code {
        code: "build/wrong-name",
        title: "the archive belongs to another name or version",
        text: "The backend took name or version from somewhere else than where `release` found it, so a bump would not have reached it. Nothing was kept.",
        follows: "",
    },
    Code {
        code: "build/other-metadata",
        title: "an archive has the metadata of another name or version",
        text: "The name of an archive says one distribution and version, the METADATA or PKG-INFO in it another. Indexes believe the one, installers the other. Nothing was kept. That is a bug of the backend, or of a plugin that renames what was built.",
        follows: "binary distribution format, source distribution format",
    },
    Code {
        code: "build/bad-wheel",
        title: "the wheel is not well-formed",
        text: "What the backend built cannot be read to its end as a wheel. Nothing was kept. The message names the first fault.",
        follows: "binary distribution format",
    },
    Code {
        code: "build/bad-sdist",
        title: "the sdist is not well-formed",
        text: "The wheel is built from the sdist, which is read strictly before it is unpacked. The message names the first fault.",
        follows: "",
    },
];
