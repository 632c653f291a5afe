//! What metadata leave out or say twice.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/excluded-python",
        title: "a classifier names a Python that Requires-Python leaves out",
        text: "`Programming Language :: Python :: 3.8` says that the project runs there, and with `requires-python = \
               \">=3.10\"` no installer takes it there. One of the two was forgotten when a version was dropped.",
        follows: "",
    },
    Code {
        code: "check/license-classifier",
        title: "a licence classifier stands beside a licence expression",
        text: "With `License-Expression` the classifiers `License :: …` are deprecated: two statements about one thing \
               will differ one day. PyPI takes both today. Drop the classifiers from `[project]`.",
        follows: "PEP 639",
    },
    Code {
        code: "check/license-deprecated",
        title: "SPDX has deprecated the licence id",
        text: "The id is on SPDX's list and is not to be used any more, because it says too little or is written in \
               another way now. `GPL-2.0` is the best known: it does not say whether later versions are meant. Write \
               `GPL-2.0-only` or `GPL-2.0-or-later`.",
        follows: "PEP 639",
    },
    Code {
        code: "check/license-files-missing",
        title: "the archive has no licence file",
        text: "Nearly every licence asks that its text goes along with each copy. There is no `License-File` in the \
               metadata, and no file in the archive is named like one. uv_build includes none by itself: `license-files \
               = [\"LICENSE*\"]`.",
        follows: "PEP 639",
    },
    Code {
        code: "check/malformed-people",
        title: "a list of addresses cannot be read",
        text: "`Author-email: Doe, Jane <jane@example.org>` is a list of two, the first of which is no address. Readers \
               drop one or all of them. It has to be `\"Doe, Jane\" <jane@example.org>`. uv_build writes such names \
               without the quotes.",
        follows: "PEP 566",
    },
    Code {
        code: "check/metadata-cut",
        title: "a line ends the headers too early",
        text: "A line among the headers is neither one nor empty, so every reader takes what follows for the \
               description: the requirements, the licence and the supported Pythons below it are lost, and PyPI does \
               not notice. hatchling writes such a line for `import-names = []`.",
        follows: "PEP 566",
    },
    Code {
        code: "check/metadata-unknown",
        title: "a field has the value UNKNOWN",
        text: "Old versions of setuptools write `UNKNOWN` where they have nothing to say. PyPI throws such fields away, \
               and other readers show the word. Build with a current backend.",
        follows: "",
    },
    Code {
        code: "check/name-stdlib",
        title: "the project has the name of a module of Python",
        text: "PyPI takes no new project with the name of a module of the standard library of any Python, `xml-dom` \
               included. Projects that had such a name before that rule, like `importlib-metadata`, may go on.",
        follows: "",
    },
    Code {
        code: "check/no-author",
        title: "nobody is named as author or maintainer",
        text: "Whoever finds a mistake, or a hole in security, has nobody to write to. One name or address is enough.",
        follows: "",
    },
    Code {
        code: "check/no-classifiers",
        title: "there are no classifiers",
        text: "People filter by classifiers on pypi.org. They also say at a glance how old a project is and for which \
               Pythons.",
        follows: "",
    },
    Code {
        code: "check/no-keywords",
        title: "there are no keywords",
        text: "Search on the index and elsewhere looks at keywords. A few words that are not in the name already are \
               enough.",
        follows: "",
    },
    Code {
        code: "check/no-license",
        title: "no licence is named",
        text: "Without a licence nobody may use the project, and companies that scan their dependencies will not. Set \
               `license = \"MIT\"`, or another SPDX expression, and `license-files` in `[project]`.",
        follows: "PEP 639",
    },
    Code {
        code: "check/no-requires-python",
        title: "the versions of Python are not named",
        text: "Installers of old Pythons choose the newest release that says it is for them. One that says nothing is \
               for all of them, and breaks where it does not run. Set `requires-python = \">=3.10\"`, say, in \
               `[project]`; it cannot be added to a release later.",
        follows: "PEP 621",
    },
    Code {
        code: "check/no-status-classifier",
        title: "no classifier tells how far the project is",
        text: "`Development Status :: 5 - Production/Stable`, or one of the six others, tells people whether they may \
               build on this.",
        follows: "",
    },
    Code {
        code: "check/no-url",
        title: "there is no link to the project",
        text: "Neither `Home-page` nor `Project-URL` is there, so nobody gets from the index to the sources, the \
               documentation or the tracker.",
        follows: "",
    },
    Code {
        code: "check/python-classifiers",
        title: "no classifier names a version of Python",
        text: "The classifiers tell on which Pythons the project is tested. `Requires-Python` only tells where it may \
               be installed.",
        follows: "",
    },
    Code {
        code: "check/requires-itself",
        title: "the project depends on itself without an extra",
        text: "A dependency on the project itself does nothing in the best case, and in the worst keeps installers from \
               finding a solution. An extra that takes in others, `demo[tests,docs]; extra == \"all\"`, is fine.",
        follows: "",
    },
    Code {
        code: "check/thin-description",
        title: "the description is very short",
        text: "The description has fewer than 100 characters. It is the page of the project on the index, and for many \
               the only one they read.",
        follows: "",
    },
    Code {
        code: "check/thin-summary",
        title: "the summary is missing or says too little",
        text: "The summary is the line that search results and `pip show` give. It has 10 characters or fewer, or is \
               not there.",
        follows: "",
    },
    Code {
        code: "check/unknown-extra",
        title: "a dependency belongs to an extra that there is not",
        text: "`Requires-Dist: x; extra == \"name\"` counts only where somebody installs `demo[name]`, and installers \
               refuse or ignore an extra that `Provides-Extra` does not name. So nobody gets this dependency. It is a \
               spelling, or a left-over.",
        follows: "PEP 566",
    },
];
