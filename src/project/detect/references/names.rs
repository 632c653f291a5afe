//! What says that a place is the project's: its names, its repository, its version in every form. Pure.

use std::collections::BTreeSet;

use super::super::remote::Remote;
use crate::config::file::Form;
use crate::project::Project;
use crate::python::bump::semver;
use crate::python::name::normalize;
use crate::python::version::Version;

/// What the places are judged by.
pub(super) struct Names {
    /// The version.
    pub(super) version: Version,
    /// The texts that are looked for, with their form.
    pub(super) needles: Vec<(String, Form)>,
    /// The distributions.
    pub(super) own: Vec<String>,
    /// The crates whose version is the project's.
    pub(super) crates: BTreeSet<String>,
    /// What all names of a workspace begin with.
    pub(super) stem: String,
    /// `host` and `owner/name` of the repository.
    pub(super) repository: Option<(String, String)>,
}

impl Names {
    pub(super) fn of(project: &Project, remote: Option<&Remote>) -> Self {
        let own: Vec<String> = project.packages.iter().map(|package| package.name.normalized().to_owned()).collect();
        let version = project.version().clone();
        let mut needles = vec![(version.to_string(), Form::Version)];
        if let Ok(text) = semver::of_version(&version).map(|semver| semver.to_string())
            && !needles.iter().any(|(known, _)| *known == text)
        {
            needles.push((text, Form::Semver));
        }
        let written = project.packages[0].source.place.as_ref().map(|place| place.written.clone());
        if let Some(text) = written.filter(|text| !needles.iter().any(|(known, _)| known == text)) {
            needles.push((text, Form::Version));
        }
        Names {
            version,
            needles,
            stem: stem(&own),
            own,
            crates: BTreeSet::new(),
            repository: remote.map(|remote| (remote.name().to_owned(), remote.slug())),
        }
    }

    /// Whether a text is one of the names, however it is spelt.
    pub(super) fn is_own(&self, name: &str) -> bool {
        !name.is_empty() && self.own.contains(&normalize(name))
    }

    /// Whether a text is the repository, as `owner/name`.
    pub(super) fn is_repository(&self, text: &str) -> bool {
        let text = text.strip_suffix(".git").unwrap_or(text);
        self.repository.as_ref().is_some_and(|(_, slug)| slug.eq_ignore_ascii_case(text))
    }

    /// The numbers as Python writes them in a tuple, with and without spaces.
    pub(super) fn tuples(&self) -> Vec<String> {
        let numbers: Vec<String> = self.version.release().iter().map(ToString::to_string).collect();
        if numbers.len() < 2 { Vec::new() } else { vec![numbers.join(", "), numbers.join(",")] }
    }
}

/// What names have in common, up to a whole word.
fn stem(names: &[String]) -> String {
    let Some(first) = names.first().filter(|_| names.len() > 1) else { return names.concat() };
    let parts = first.split('-').enumerate();
    let shared = parts.take_while(|(at, part)| names.iter().all(|name| name.split('-').nth(*at) == Some(*part)));
    shared.map(|(_, part)| part).collect::<Vec<_>>().join("-")
}
