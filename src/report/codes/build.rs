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
        text: "The wheels were fetched and pip refused to install them into a clean environment, for example because two of them contradict each other.",
        follows: "",
    },
    Code {
        code: "build/backend",
        title: "the build backend failed",
        text: "The project's own backend ended with an error; its words are the cause. It ran in an environment with nothing but what `build-system.requires` names, and without the variables of your shell.",
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
        text: "The hook returned the name of a file that is not there. That is a bug of the backend, or `build-backend` names the wrong object.",
        follows: "PEP 517",
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
        code: "build/bad-sdist",
        title: "the sdist is not well-formed",
        text: "The wheel is built from the sdist, which is read strictly before it is unpacked. The message names the first fault.",
        follows: "",
    },
];
