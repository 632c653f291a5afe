//! The codes of the rules over descriptions.

use crate::report::codes::Code;

/// The codes of this family.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/description",
        title: "PyPI cannot render the description",
        text: "PyPI renders a description before it takes the file, and refuses the upload when nothing comes \
               of it. Markdown fails only when it is blank. reStructuredText fails at the first warning of \
               docutils: a role or directive of Sphinx such as `:ref:` or `automodule`, a title underline that \
               is too short, an unknown target, `raw` or `include`. Put it right, or write the readme in \
               Markdown. It is rendered here as there: Markdown with comrak and ammonia, reStructuredText with \
               docutils in an environment of its own.",
        follows: "readme_renderer 46.0",
    },
    Code {
        code: "check/description-lost",
        title: "PyPI shows less of the description than it says",
        text: "What a browser must not get from strangers is removed from the page: scripts, styles, frames, \
               and every address that is not http, https or mailto. An image given as `data:image/png;base64,…` \
               stays as an empty frame, and a description that is one comment is an empty page. Give images an \
               address that begins with `https://`, and say at least what the project is.",
        follows: "readme_renderer 46.0",
    },
    Code {
        code: "check/description-unverified",
        title: "nobody looked whether PyPI renders the description",
        text: "reStructuredText is rendered by docutils, a Python program that is fetched once and kept in the \
               cache of this user. Without Python 3.11, under `--offline` before it was fetched, or where docutils \
               takes minutes, nobody knows what PyPI will say. The same holds for a description beyond 1 MiB \
               and for HTML that is nested hundreds of elements deep. `--strict` takes this for an error.",
        follows: "readme_renderer 46.0",
    },
    Code {
        code: "check/no-content-type",
        title: "the metadata does not say how the description is marked up",
        text: "Without Description-Content-Type PyPI takes a description for reStructuredText, and most Markdown \
               fails as such, or looks odd. Backends write the field when `[project]` names `readme = \
               \"README.md\"`; setuptools needs `long_description_content_type` in setup.py.",
        follows: "Core metadata, Description-Content-Type",
    },
    Code {
        code: "check/no-description",
        title: "the project has no description",
        text: "The page of the project on PyPI says only `The author of this package has not provided a project \
               description`. Name the readme in pyproject.toml: `readme = \"README.md\"` below `[project]`.",
        follows: "",
    },
    Code {
        code: "check/relative-link",
        title: "a link of the description leads nowhere on PyPI",
        text: "A forge shows a readme beside the files of the repository, PyPI shows it alone: `docs/usage.md` \
               becomes `https://pypi.org/project/NAME/docs/usage.md`, which is not there, and an image of that \
               kind is a broken one. Write whole addresses, best of the tag of the release. Links to headings \
               (`#usage`) work on both.",
        follows: "RFC 3986, section 4.2",
    },
];
