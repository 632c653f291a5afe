//! Sdists, and how the archives of one release go together.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/author-lost",
        title: "an author in `pyproject.toml` is not in the metadata",
        text: "`[project]` lists people of whom the built metadata say nothing. poetry-core writes the first author \
               only.",
        follows: "PEP 621",
    },
    Code {
        code: "check/empty-sdist",
        title: "the sdist holds nothing to build",
        text: "Beside its metadata, `pyproject.toml`, licences and readmes there is no file, so whoever builds from \
               this sdist gets an empty package, or an error. Usually a glob of the build configuration names a folder \
               that was moved.",
        follows: "PEP 517",
    },
    Code {
        code: "check/metadata-disagrees",
        title: "sdist and wheel have different metadata",
        text: "A field that the sdist does not call `Dynamic` must be the same in every wheel built from it; resolvers \
               rely on that and read only one of them. The archives come from different trees, or somebody edited one. \
               Remove `dist/` and build again.",
        follows: "PEP 643",
    },
    Code {
        code: "check/missing-from-wheel",
        title: "a module of the sdist is not in the wheel",
        text: "The sdist has a module in the folder of the package that the wheel does not have. Whoever installs the \
               wheel cannot import it, while the tests, run from the tree, pass.",
        follows: "",
    },
    Code {
        code: "check/no-sdist",
        title: "there are wheels and no sdist",
        text: "Without an sdist nobody can build for a platform that has no wheel, and distributions have nothing to \
               package from. It is still possible to add one within the first 14 days of a release on PyPI.",
        follows: "",
    },
    Code {
        code: "check/pyproject-broken",
        title: "`pyproject.toml` of an sdist cannot be read",
        text: "Whoever installs from the sdist reads this file first, to learn which backend builds it. It is no TOML, \
               or not UTF-8, so no installer gets further. A tool that rewrites the file on the way into the sdist may \
               have broken it.",
        follows: "PEP 518",
    },
    Code {
        code: "check/unexpected-in-wheel",
        title: "a module of the wheel is not in the sdist",
        text: "The wheel has a module that the sdist does not have, so a wheel that is built from the sdist has not, \
               either. The file is a left-over in the tree or in `build/`, or it is missing from the sdist. Modules \
               that the build generates are honest: a version file, or compiled code.",
        follows: "PEP 517",
    },
    Code {
        code: "check/wheels-disagree",
        title: "wheels of one release have different requirements",
        text: "`Requires-Dist`, `Requires-Python` or `Provides-Extra` differ between two wheels of one version. \
               Resolvers read the metadata of one wheel and take it for all of them, so a lock file made on one machine \
               is wrong on another. Write `x; sys_platform == \"win32\"` into all wheels instead.",
        follows: "",
    },
];
