//! The tables of backends: which keys they know, and of which form. Backends differ in what they do with keys that they
//! do not know: setuptools and flit stop, the others ignore them.
//!
//! As of setuptools 84.2, hatchling 1.33, poetry-core 2.5, flit_core 4.2 and uv_build 0.13.

use super::Sheet;
use super::form::{Form, compare};
use super::node::Node;
use super::words;

const TEXTS: Form = Form::Each(&Form::Text);
const FILE: Form = Form::Keys(&[("file", TEXT_OR_TEXTS)]);
const TEXT_OR_TEXTS: Form = Form::Either(&[Form::Text, TEXTS], "a string or an array of strings");
const NAMES: Form = Form::Each(&Form::Word(words::name));
const MODULES: Form = Form::Each(&Form::Word(words::module));
const DATA: Form = Form::Names(words::package_or_all, &TEXTS);

const SETUPTOOLS: Form = Form::Keys(&[
    ("platforms", TEXTS),
    ("provides", NAMES),
    ("obsoletes", NAMES),
    ("zip-safe", Form::Flag),
    ("script-files", TEXTS),
    ("eager-resources", TEXTS),
    (
        "packages",
        Form::Either(
            &[
                Form::Each(&Form::Word(words::package)),
                Form::Keys(&[(
                    "find",
                    Form::Keys(&[("where", TEXTS), ("exclude", TEXTS), ("include", TEXTS), ("namespaces", Form::Flag)]),
                )]),
            ],
            "an array of packages, or the table `find`",
        ),
    ),
    ("package-dir", Form::Names(words::package_or_root, &Form::Text)),
    ("package-data", DATA),
    ("include-package-data", Form::Flag),
    ("exclude-package-data", DATA),
    ("namespace-packages", MODULES),
    ("py-modules", MODULES),
    ("ext-modules", Form::Each(&EXTENSION)),
    ("data-files", Form::Names(words::any, &TEXTS)),
    ("cmdclass", Form::Names(words::any, &Form::Word(words::qualified))),
    ("license-files", TEXTS),
    ("dynamic", DYNAMIC),
]);

const EXTENSION: Form = Form::Keys(&[
    ("name", Form::Word(words::module)),
    ("sources", TEXTS),
    ("include-dirs", TEXTS),
    ("define-macros", Form::Each(&TEXTS)),
    ("undef-macros", TEXTS),
    ("library-dirs", TEXTS),
    ("libraries", TEXTS),
    ("runtime-library-dirs", TEXTS),
    ("extra-objects", TEXTS),
    ("extra-compile-args", TEXTS),
    ("extra-link-args", TEXTS),
    ("export-symbols", TEXTS),
    ("swig-opts", TEXTS),
    ("depends", TEXTS),
    ("language", Form::Text),
    ("optional", Form::Flag),
    ("py-limited-api", Form::Flag),
]);

const DYNAMIC: Form = Form::Keys(&[
    (
        "version",
        Form::Either(&[Form::Keys(&[("attr", Form::Word(words::qualified))]), FILE], "`{attr = …}` or `{file = …}`"),
    ),
    ("classifiers", FILE),
    ("description", FILE),
    ("entry-points", FILE),
    ("dependencies", FILE),
    ("optional-dependencies", Form::Names(words::name, &FILE)),
    ("readme", Form::Keys(&[("file", TEXT_OR_TEXTS), ("content-type", Form::Text)])),
]);

const FLIT: Form = Form::Keys(&[
    ("module", Form::Keys(&[("name", Form::Text)])),
    ("sdist", Form::Keys(&[("include", TEXTS), ("exclude", TEXTS)])),
    ("external-data", Form::Keys(&[("directory", Form::Text)])),
    ("metadata", Form::Table),
    ("scripts", Form::Table),
    ("entrypoints", Form::Table),
]);

const MAP: Form = Form::Names(words::any, &Form::Text);
const SOURCES: Form = Form::Either(&[TEXTS, MAP], "an array of strings, or a table of strings");

/// What `[tool.hatch.build]` and each of its targets know.
macro_rules! hatch_build {
    ($($more:expr),* $(,)?) => {
        Form::Keys(&[
            ("directory", Form::Text),
            ("artifacts", TEXTS),
            ("include", TEXTS),
            ("exclude", TEXTS),
            ("packages", TEXTS),
            ("only-include", TEXTS),
            ("only-packages", Form::Flag),
            ("sources", SOURCES),
            ("force-include", MAP),
            ("ignore-vcs", Form::Flag),
            ("skip-excluded-dirs", Form::Flag),
            ("reproducible", Form::Flag),
            ("dev-mode-dirs", TEXTS),
            ("dev-mode-exact", Form::Flag),
            ("dependencies", TEXTS),
            ("require-runtime-dependencies", Form::Flag),
            ("require-runtime-features", TEXTS),
            ("hooks", Form::Table),
            $($more),*
        ])
    };
}

const HATCH: Form = Form::Open(&[
    (
        "metadata",
        Form::Keys(&[
            ("allow-direct-references", Form::Flag),
            ("allow-ambiguous-features", Form::Flag),
            ("hooks", Form::Table),
        ]),
    ),
    ("version", Form::Open(&[("source", Form::Text), ("scheme", Form::Text), ("validate-bump", Form::Flag)])),
    (
        "build",
        hatch_build!((
            "targets",
            Form::Open(&[
                (
                    "wheel",
                    hatch_build!(
                        ("versions", TEXTS),
                        ("core-metadata-version", Form::Text),
                        ("shared-data", MAP),
                        ("shared-scripts", MAP),
                        ("extra-metadata", MAP),
                        ("sbom-files", TEXTS),
                        ("strict-naming", Form::Flag),
                        ("macos-max-compat", Form::Flag),
                        ("bypass-selection", Form::Flag),
                    ),
                ),
                (
                    "sdist",
                    hatch_build!(
                        ("versions", TEXTS),
                        ("core-metadata-version", Form::Text),
                        ("strict-naming", Form::Flag),
                        ("support-legacy", Form::Flag),
                    ),
                ),
            ])
        )),
    ),
]);

const UV: Form = Form::Keys(&[
    ("module-root", Form::Text),
    ("module-name", TEXT_OR_TEXTS),
    ("namespace", Form::Flag),
    ("default-excludes", Form::Flag),
    ("source-include", TEXTS),
    ("source-exclude", TEXTS),
    ("wheel-exclude", TEXTS),
    (
        "data",
        Form::Keys(&[
            ("purelib", Form::Text),
            ("platlib", Form::Text),
            ("headers", Form::Text),
            ("scripts", Form::Text),
            ("data", Form::Text),
        ]),
    ),
]);

const FORMATS: Form = TEXT_OR_TEXTS;
const DEPENDENCIES: Form =
    Form::Names(words::any, &Form::Either(&[Form::Text, Form::Table, Form::Each(&Form::Any)], "a version or a table"));

const POETRY: Form = Form::Keys(&[
    ("name", Form::Text),
    ("version", Form::Text),
    ("description", Form::Text),
    ("authors", TEXTS),
    ("maintainers", TEXTS),
    ("license", Form::Text),
    ("readme", TEXT_OR_TEXTS),
    ("homepage", Form::Text),
    ("repository", Form::Text),
    ("documentation", Form::Text),
    ("keywords", TEXTS),
    ("classifiers", TEXTS),
    (
        "packages",
        Form::Each(&Form::Keys(&[
            ("include", Form::Text),
            ("from", Form::Text),
            ("to", Form::Text),
            ("format", FORMATS),
        ])),
    ),
    (
        "include",
        Form::Each(&Form::Either(
            &[Form::Text, Form::Keys(&[("path", Form::Text), ("format", FORMATS)])],
            "a string, or a table with `path`",
        )),
    ),
    ("exclude", TEXTS),
    ("dependencies", DEPENDENCIES),
    ("dev-dependencies", DEPENDENCIES),
    ("extras", Form::Names(words::any, &TEXTS)),
    (
        "group",
        Form::Names(
            words::any,
            &Form::Keys(&[("optional", Form::Flag), ("include-groups", TEXTS), ("dependencies", DEPENDENCIES)]),
        ),
    ),
    ("scripts", Form::Names(words::any, &Form::Either(&[Form::Text, Form::Table], "a string or a table"))),
    ("plugins", Form::Names(words::any, &MAP)),
    ("urls", MAP),
    ("build", Form::Either(&[Form::Text, Form::Table], "a string or a table")),
    ("source", Form::Each(&Form::Table)),
    ("package-mode", Form::Flag),
    ("requires-poetry", Form::Text),
    ("requires-plugins", Form::Table),
    ("build-constraints", Form::Table),
]);

/// A table, its form, and the code for keys that nobody knows.
const BACKENDS: [(&[&str], &Form, &str); 5] = [
    (&["setuptools"], &SETUPTOOLS, "pyproject/backend-key"),
    (&["flit"], &FLIT, "pyproject/backend-key"),
    (&["hatch"], &HATCH, "pyproject/backend-key-unread"),
    (&["poetry"], &POETRY, "pyproject/backend-key-unread"),
    (&["uv", "build-backend"], &UV, "pyproject/backend-key-unread"),
];

/// The tables below `[tool]`.
pub(super) fn judge(sheet: &mut Sheet<'_>, root: &Node<'_>) {
    let Some(tool) = root.get("tool") else { return };
    for (path, form, unknown) in BACKENDS {
        let Some(node) = path.iter().try_fold(tool, |node, key| node.get(key)) else { continue };
        let mut wrong = Vec::new();
        compare(node, form, &format!("tool.{}", path.join(".")), &mut wrong);
        // flit leaves names that begin so to others.
        wrong.retain(|wrong| wrong.why.is_some() || !wrong.key.starts_with("tool.flit.x-"));
        sheet.wrong(wrong, "pyproject/backend-key", unknown);
    }
    setuptools(sheet, tool);
    for entry in tool.get("distutils").and_then(Node::table).unwrap_or_default() {
        if entry.node.table().is_none() {
            let message = format!("`tool.distutils.{}` must be a table", entry.key);
            sheet.raise("pyproject/backend-key", entry.at, message);
        }
    }
}

/// What setuptools needs beyond forms.
fn setuptools(sheet: &mut Sheet<'_>, tool: &Node<'_>) {
    let Some(table) = tool.get("setuptools") else { return };
    for extension in table.get("ext-modules").map(Node::list).unwrap_or_default() {
        for key in ["name", "sources"] {
            if extension.table().is_some() && extension.get(key).is_none() {
                let message = format!("an extension of `tool.setuptools.ext-modules` has no `{key}`");
                sheet.raise("pyproject/backend-key", extension.at, message);
            }
        }
        for pair in extension.get("define-macros").map(Node::list).unwrap_or_default() {
            if pair.list().len() > 2 {
                let message = "a macro of `define-macros` must be a name and a value".to_owned();
                sheet.raise("pyproject/backend-key", pair.at, message);
            }
        }
    }
    let dynamic = table.get("dynamic").and_then(Node::table).unwrap_or_default();
    let directives = dynamic.iter().flat_map(|entry| match entry.key {
        "optional-dependencies" => entry.node.table().unwrap_or_default().iter().collect(),
        _ => vec![entry],
    });
    for entry in directives {
        let is_empty =
            entry.node.table().is_some() && entry.node.get("file").is_none() && entry.node.get("attr").is_none();
        if is_empty {
            let message = format!("`{}` of `tool.setuptools.dynamic` says neither `file` nor `attr`", entry.key);
            sheet.raise("pyproject/backend-key", entry.at, message);
        }
    }
}
