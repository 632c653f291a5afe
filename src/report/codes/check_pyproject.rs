//! The codes of `pyproject.toml`.

use crate::report::codes::Code;

/// The codes of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "pyproject/backend-key",
        title: "a key of the backend is one it stops at",
        text: "setuptools and flit stop at a key that they do not know, and every backend stops \
               at a value of another kind than it expects: `zip-safe = \"no\"` is a string where \
               `false` belongs. Look the key up in the documentation of the backend; the message \
               names the key that was probably meant.",
        follows: "",
    },
    Code {
        code: "pyproject/backend-key-unread",
        title: "a key of the backend is one it does not read",
        text: "hatchling, poetry-core and uv_build ignore keys that they do not know, so a \
               typing error such as `exlude = [\"secrets\"]` changes nothing and nobody is told. \
               The message names the key that was probably meant.",
        follows: "",
    },
    Code {
        code: "pyproject/backend-not-required",
        title: "`build-system.requires` does not name the backend",
        text: "Only what `requires` names is there when the backend is called. With `build- \
               backend = \"hatchling.build\"` and `requires = []` every installation from the \
               sdist fails, although it works on a machine that happens to have hatchling.",
        follows: "PEP 517",
    },
    Code {
        code: "pyproject/build-system",
        title: "`[build-system]` is not as PEP 517 and 518 have it",
        text: "Installers refuse a project whose `[build-system]` has no `requires`, has entries \
               that are no requirements, or names a backend that is no module. A usual one is \
               `requires = [\"hatchling\"]` with `build-backend = \"hatchling.build\"`. There \
               are three keys: `requires`, `build-backend`, `backend-path`.",
        follows: "PEP 517, PEP 518",
    },
    Code {
        code: "pyproject/dependency-group",
        title: "a dependency group cannot be resolved",
        text: "An entry of a group is a requirement or `{include-group = \"NAME\"}`. The \
               included group must exist and must not lead back to itself: `a` that includes `b` \
               that includes `a` is refused by every tool. Names are compared as project names \
               are, so `Type_Check` and `type-check` are one group.",
        follows: "PEP 735",
    },
    Code {
        code: "pyproject/description-lines",
        title: "the description has several lines",
        text: "`description` becomes `Summary`, which is one line. Backends differ in what they \
               do with more: setuptools keeps the first line, hatchling joins them, poetry \
               writes a header that PyPI refuses, uv_build stops.",
        follows: "Core metadata",
    },
    Code {
        code: "pyproject/dynamic",
        title: "`dynamic` names what it must not",
        text: "A field is either written or listed in `dynamic`, for the backend to work out. \
               Backends stop where `version = \"1.0\"` stands beside `dynamic = [\"version\"]`. \
               `name` is never dynamic, and what is no field cannot be.",
        follows: "PEP 621, PEP 808",
    },
    Code {
        code: "pyproject/field",
        title: "a field of `[project]` is refused",
        text: "The fields of `[project]` have one form each: `name` is a project name, `version` \
               follows PEP 440, `requires-python = \">=3.10\"` and `dependencies` follow PEP \
               508, `readme` is a file or a table with a content type, people have `name` and \
               `email` only, commands are `module:function`. Some backends stop at a mistake, \
               others write metadata that PyPI refuses.",
        follows: "PEP 621",
    },
    Code {
        code: "pyproject/import-names",
        title: "an import name is refused",
        text: "`import-names` and `import-namespaces` hold modules as they are imported, with `; \
               private` behind those that are nobody's business. No name may stand twice, and \
               `acme.tools` needs `acme` beside it, usually in `import-namespaces`.",
        follows: "PEP 794",
    },
    Code {
        code: "pyproject/license",
        title: "the license is refused",
        text: "`license` is an SPDX expression whose ids are on SPDX's list: `Apache-2.0 OR \
               MIT`, not `Apache 2`. PyPI refuses an upload for an id that it does not know; for \
               a license of your own write `LicenseRef-Name`. Where `license-files` is given, \
               the table form is refused, too.",
        follows: "PEP 639",
    },
    Code {
        code: "pyproject/license-table",
        title: "the license is a table, which is the old form",
        text: "`license = {text = \"MIT\"}` and `license = {file = \"LICENSE\"}` were replaced \
               by PEP 639; setuptools stops reading them on 2027-02-18. Write `license = \
               \"MIT\"` and `license-files = [\"LICENSE\"]`.",
        follows: "PEP 639",
    },
    Code {
        code: "pyproject/license-twice",
        title: "a license classifier stands beside a license expression",
        text: "The expression in `license` replaces the `License ::` classifiers, which are \
               deprecated. flit and setuptools stop where both are given. Remove the classifier \
               and keep `license = \"MIT\"`.",
        follows: "PEP 639",
    },
    Code {
        code: "pyproject/missing-file",
        title: "a file that `[project]` names is not there",
        text: "`readme`, `license.file` and `license-files` name files beside `pyproject.toml`; letters \
               large and small count, as they do on the machine that builds. A missing `README.md` \
               stops every backend, some only in CI, where nothing but tracked files is.",
        follows: "PEP 621",
    },
    Code {
        code: "pyproject/no-build-system",
        title: "`pyproject.toml` has no `[build-system]`",
        text: "Without the table installers fall back to setuptools, in its legacy mode and in \
               whatever version is the newest on the day of the installation. Say which backend \
               builds the project: `requires = [\"setuptools>=77\"]`, `build-backend = \
               \"setuptools.build_meta\"`.",
        follows: "PEP 518",
    },
    Code {
        code: "pyproject/py-typed",
        title: "the classifier `Typing :: Typed` and the file `py.typed` do not agree",
        text: "Type checkers read a package's annotations only where a file `py.typed` lies in \
               it; the classifier `Typing :: Typed` only tells people. One without the other is \
               usually an oversight.",
        follows: "PEP 561",
    },
    Code {
        code: "pyproject/unknown-field",
        title: "`[project]` has a key that it does not know",
        text: "setuptools and flit stop at a key of `[project]` that is no field; hatchling, \
               poetry and uv ignore it, so that `requires_python` instead of `requires-python` \
               lets everybody install the project. The message names the field that was probably \
               meant.",
        follows: "PEP 621",
    },
    Code {
        code: "pyproject/unknown-table",
        title: "`pyproject.toml` has a table that does not belong there",
        text: "At the top there are `[build-system]`, `[project]`, `[dependency-groups]` and \
               `[tool]`; the specification keeps all other names for itself. A tool's settings \
               belong into `[tool.NAME]`.",
        follows: "PEP 518",
    },
    Code {
        code: "pyproject/url",
        title: "a URL of `[project.urls]` is refused",
        text: "PyPI takes `http` and `https` URLs with a host, and labels of up to 32 \
               characters; for anything else it refuses the upload. `Homepage = \"example.org\"` \
               lacks its `https://`.",
        follows: "Core metadata",
    },
];
