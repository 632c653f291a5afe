//! Paths and sizes.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/expected-file-missing",
        title: "a file that has to be in the archive is not",
        text: "`expect` in `[tool.release.check]` lists patterns of files that each archive must have, and no member \
               matches this one. That is what the key is for: a file that is built before the archives are, and was \
               not.",
        follows: "",
    },
    Code {
        code: "check/file-too-large",
        title: "the file is larger than PyPI takes from anybody",
        text: "PyPI raises its limit of 100 MiB on request, but never beyond 1 GiB for each file. There is no way to \
               publish this one there.",
        follows: "",
    },
    Code {
        code: "check/junk",
        title: "a left-over of a tool is in the archive",
        text: "Caches, virtual environments and files of editors and operating systems (`.DS_Store`, `.mypy_cache/`, \
               `.venv/`, `x.py~`) are of use on one machine only. They make the archive larger and tell what else lies \
               there. Exclude them in the configuration of the backend, and in `.gitignore`.",
        follows: "",
    },
    Code {
        code: "check/large",
        title: "the file is large",
        text: "The archive has more than 50 MiB, or more than `max-size` in `[tool.release.check]` says. Every \
               installation in every CI run fetches it.",
        follows: "",
    },
    Code {
        code: "check/large-unpacked",
        title: "the archive unpacks to much",
        text: "The members have more than 75 MiB together, or more than `max-unpacked` in `[tool.release.check]` says. \
               That is what each environment with this project takes.",
        follows: "",
    },
    Code {
        code: "check/long-path",
        title: "a path is too long for some systems",
        text: "The path has more than 200 characters. Windows takes 260 in all where nobody changed that, and the \
               folder of an environment easily has 60, so installing fails there.",
        follows: "",
    },
    Code {
        code: "check/many-files",
        title: "the archive has many files",
        text: "There are more than 2,000 files, or more than `max-files` in `[tool.release.check]` says. Each of them \
               is written, hashed and listed with every installation.",
        follows: "",
    },
    Code {
        code: "check/mixed-extensions",
        title: "one kind of file has two extensions",
        text: "The archive has `.yml` and `.yaml`, say, or `.jpg` and `.jpeg`. A pattern in package data that names one \
               of them misses the other, and nobody notices until the file is looked for.",
        follows: "",
    },
    Code {
        code: "check/non-ascii-path",
        title: "a path has other characters than ASCII",
        text: "File systems store such names in different forms, and some consoles and old tools cannot show or open \
               them.",
        follows: "",
    },
    Code {
        code: "check/repository-file",
        title: "files that only the repository needs are in the archive",
        text: "Configuration of CI, of editors and of git (`.github/`, `.gitignore`, `.travis.yml`) says nothing to \
               whoever installs or builds the project. hatchling puts the `.gitignore` into every sdist by itself.",
        follows: "",
    },
    Code {
        code: "check/space-in-path",
        title: "a path has a blank in it",
        text: "Scripts that do not quote their arguments take such a path for two. It works with Python itself.",
        follows: "",
    },
];
