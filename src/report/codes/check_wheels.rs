//! What a wheel installs.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/data-library",
        title: "a library lies in `.data` although the root of the wheel is one",
        text: "The root of a wheel with `Root-Is-Purelib: true` is installed where its `.data/purelib` is, and one with \
               `false` where `.data/platlib` is. Two places for one thing help nobody, and readers that look at the \
               root only do not see the half of it.",
        follows: "PEP 427",
    },
    Code {
        code: "check/dist-info-order",
        title: "the dist-info is not at the end of the wheel",
        text: "Archivers are asked to put the dist-info physically last. Readers that fetch the end of a wheel over the \
               network then have its metadata with the first request. Nothing breaks where it is elsewhere.",
        follows: "PEP 427",
    },
    Code {
        code: "check/duplicate-files",
        title: "files of the wheel have the same contents",
        text: "Two copies of one file are often a build folder that was taken in, or a file that moved and was left \
               behind. Files below 64 bytes, `__init__.py` and licences are not counted.",
        follows: "",
    },
    Code {
        code: "check/entry-point-target",
        title: "an entry point refers to a module that is not there",
        text: "`demo = demo.cli:main` makes a command that imports `demo.cli`. The package `demo` is in the wheel and \
               this module is not, or nothing else is installed with it, so the command fails when it is started. A \
               module that a dependency may bring is not reported.",
        follows: "Entry points specification",
    },
    Code {
        code: "check/folder-without-module",
        title: "a folder at the top of the wheel has no module in it",
        text: "Whatever lies at the top of a wheel is installed beside all other packages, so a folder of data there \
               may meet another project's. Put data into the package and read it with `importlib.resources`.",
        follows: "",
    },
    Code {
        code: "check/foreign-top-level",
        title: "the wheel installs into a name that belongs to another",
        text: "The wheel installs a package named like an installer (`pip`, `setuptools`, `wheel`, `pkg_resources`) or \
               like a module of Python's standard library. The first replaces files that other tools run on, the second \
               is never imported, since Python looks at its own library first. Attacks do this; honest projects do it \
               by accident. A project may install what has its own name.",
        follows: "",
    },
    Code {
        code: "check/many-top-levels",
        title: "the wheel installs several top-level names",
        text: "Most wheels install one package. A second name at the top is often a folder that the backend found by \
               itself, `benchmarks` or `tools`, and that nobody wanted to ship. Names that begin with `_` are not \
               counted. `top-level` in `[tool.release.check]` or `Import-Name` in the metadata says which are meant.",
        follows: "",
    },
    Code {
        code: "check/missing-top-level",
        title: "a top-level name that was promised is not in the wheel",
        text: "`top-level` in `[tool.release.check]`, or `Import-Name` in the metadata, says that this name can be \
               imported once the wheel is installed, and the wheel has no such module. The build did not find the \
               package, or it was renamed.",
        follows: "PEP 794",
    },
    Code {
        code: "check/no-modules",
        title: "the wheel has nothing to import",
        text: "There are files in the wheel and no Python module or extension is among those that are installed where \
               Python imports from. That is right for a wheel that brings a program only, and otherwise means that the \
               packages were not found.",
        follows: "",
    },
    Code {
        code: "check/not-a-module",
        title: "a file at the top of the wheel is no module",
        text: "`README.md`, `py.typed` or `demo.pyi` at the top of a wheel is installed straight into site-packages, \
               beside the files of every other project. `py.typed` counts only inside of a package, and a stub for the \
               module `demo` has to be `demo-stubs/__init__.pyi`, or stand beside `demo.py`.",
        follows: "",
    },
    Code {
        code: "check/python2-tag",
        title: "the wheel says that it runs on Python 2",
        text: "The tag `py2.py3` offers the wheel to Python 2 as well, and `Requires-Python` is missing or leaves \
               Python 2 out. Backends write this tag where the project does not say which Pythons it is for. With \
               `requires-python = \">=3.10\"`, say, the tag becomes `py3`.",
        follows: "PEP 425",
    },
    Code {
        code: "check/sbom",
        title: "a file in the folder of SBOMs is none",
        text: "Scanners read every file in `.dist-info/sboms/` as a software bill of materials, in JSON, XML or the \
               text form of SPDX. This one begins like none of them.",
        follows: "PEP 770",
    },
    Code {
        code: "check/script-not-a-file",
        title: "a folder lies among the scripts",
        text: "Installers copy the files in `.data/scripts` into the folder of commands, one by one, and rewrite their \
               first line. A folder in it is refused by some of them and flattened or skipped by others.",
        follows: "PEP 427",
    },
    Code {
        code: "check/script-shadows",
        title: "a command has the name of one that others rely on",
        text: "The wheel installs a command named `python`, `pip`, `activate`, `git` or `sh`, say. In an active \
               environment it is found before the real one, so whoever types that name runs this project instead. Only \
               the project whose command it is may do that.",
        follows: "",
    },
    Code {
        code: "check/tags-unsorted",
        title: "the tags in the file name are not in order",
        text: "Parts of a compressed tag set are to be sorted: `manylinux2014_x86_64.manylinux_2_17_x86_64`. Otherwise \
               one wheel can have two names, and the second one uploaded is refused or, worse, kept.",
        follows: "PEP 425",
    },
    Code {
        code: "check/undeclared-top-level",
        title: "the wheel installs a top-level name that was not declared",
        text: "`top-level` in `[tool.release.check]`, or `Import-Name` and `Import-Namespace` in the metadata, list \
               what the wheel installs, and this name is not on the list. Names that begin with `_` are not counted.",
        follows: "PEP 794",
    },
    Code {
        code: "check/unimportable",
        title: "modules cannot be imported under their path",
        text: "A part of the path is no identifier or is a keyword, as in `demo/my-module.py` or `demo/class/x.py`, so \
               no `import` statement reaches it. Templates and files that are run by their path are honest uses.",
        follows: "",
    },
];
