//! A small project in git with an honest sdist and wheel of it, to be changed in one place.

use std::collections::{BTreeMap, BTreeSet};

use super::Sandbox;
use super::archives::tar::{SDIST_NAME, Tar};
use super::archives::zip::{METADATA, WHEEL_NAME, Zip};
use super::sandbox::Output;

/// Nothing is wrong with it.
pub(crate) const PYPROJECT: &str = r#"[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "demo"
version = "1.0"
description = "A demo"
readme = "README.md"
requires-python = ">=3.10"
license = "MIT"
license-files = ["LICENSE"]
authors = [{name = "Ana Tester", email = "ana@example.org"}]
keywords = ["demo"]
classifiers = ["Programming Language :: Python :: 3"]
dependencies = ["requests>=2"]

[project.urls]
Homepage = "https://example.org/demo"

[project.scripts]
demo = "demo:main"

[project.optional-dependencies]
more = ["rich"]

[dependency-groups]
test = ["pytest"]
dev = [{include-group = "test"}]
"#;

/// A project.
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
    /// What the sdist has otherwise: other bytes, or none.
    packed: BTreeMap<String, Option<String>>,
    after: Vec<fn(&Sandbox)>,
}

impl Tree {
    /// The project as it should be.
    pub(crate) fn honest() -> Self {
        let files = [
            ("pyproject.toml", PYPROJECT),
            ("README.md", "# Demo\n\n## Usage\n\nSee [usage](#usage).\n"),
            ("LICENSE", "MIT\n"),
            (".gitignore", "dist/\n.env\n"),
            ("src/demo/__init__.py", "import os\n\nimport requests\n"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        Tree { files: files.into(), packed: BTreeMap::new(), after: Vec::new() }
    }

    /// The same with another text in a file.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The same with a part of a file replaced.
    pub(crate) fn edit(mut self, path: &str, old: &str, new: &str) -> Self {
        let text = self.files.get_mut(path).unwrap_or_else(|| panic!("there is no {path}"));
        assert!(text.contains(old), "{path} has no {old}");
        *text = text.replacen(old, new, 1);
        self
    }

    /// The same with a part of `pyproject.toml` replaced.
    pub(crate) fn toml(self, old: &str, new: &str) -> Self {
        self.edit("pyproject.toml", old, new)
    }

    /// The same with lines more at the end of `pyproject.toml`.
    pub(crate) fn table(self, lines: &str) -> Self {
        let text = format!("{}\n{lines}\n", self.files["pyproject.toml"]);
        self.file("pyproject.toml", &text)
    }

    /// The same with another text of a file in the sdist; nothing: the sdist has none.
    pub(crate) fn packed(mut self, path: &str, text: Option<&str>) -> Self {
        self.packed.insert(path.to_owned(), text.map(str::to_owned));
        self
    }

    /// The same, with something done after the commit.
    pub(crate) fn then(mut self, change: fn(&Sandbox)) -> Self {
        self.after.push(change);
        self
    }

    /// The project in a repository, with its archives.
    pub(crate) fn sandbox(&self) -> Sandbox {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let sandbox = Sandbox::with(&files);
        let mut tar = Tar::default();
        let mut packed: BTreeMap<&str, Option<&str>> = files.iter().map(|(path, text)| (*path, Some(*text))).collect();
        packed.extend(self.packed.iter().map(|(path, text)| (path.as_str(), text.as_deref())));
        packed.insert("PKG-INFO", Some(METADATA));
        for (path, text) in packed {
            if let Some(text) = text {
                tar.file(&format!("demo-1.0/{path}"), text.as_bytes());
            }
        }
        sandbox.write(&format!("dist/{SDIST_NAME}"), tar.gz());
        sandbox.write(&format!("dist/{WHEEL_NAME}"), Zip::wheel().bytes());
        for change in &self.after {
            change(&sandbox);
        }
        sandbox
    }

    /// The findings about the project and its sdist, each as `severity code: message [place]`.
    pub(crate) fn found(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.sandbox().release(&[&["check", "--format", "json"], arguments].concat());
        findings(&output)
    }

    /// The codes of the findings.
    pub(crate) fn codes(&self, arguments: &[&str]) -> BTreeSet<String> {
        let code = |line: &String| line.split([' ', ':']).nth(1).unwrap_or_default().to_owned();
        self.found(arguments).iter().map(code).collect()
    }
}

/// The findings of a run about the project.
pub(crate) fn findings(output: &Output) -> Vec<String> {
    let document = output.json();
    let all = document["findings"].as_array().unwrap_or_else(|| panic!("no findings: {output}")).clone();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let one = |finding: &serde_json::Value| {
        let place = &finding["location"];
        let line = place["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
        let member = place["member"].as_str().map(|member| format!(" {member}")).unwrap_or_default();
        let (severity, code, message) = (word(&finding["severity"]), word(&finding["code"]), word(&finding["message"]));
        format!("{severity} {code}: {message} [{}{member}{line}]", word(&place["file"]))
    };
    let is_ours =
        |line: &String| line.contains(" pyproject/") || line.contains(" source/") || line.contains("[pyproject.toml");
    all.iter().map(one).filter(is_ours).collect()
}
