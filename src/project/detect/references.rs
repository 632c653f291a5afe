//! Places that name the version and are surely meant to follow it. Only places with text around them that says
//! whose version it is are proposed; every other place where the same number stands is named with the reason
//! why it is left alone, so that a person can decide.

use std::collections::BTreeSet;

use serde::Serialize;

use super::occurrences::{Place, places, requirement};
use super::remote::Remote;
use super::tree;
use crate::config::file::{Form, On, ReferenceTable};
use crate::effects::files::Files;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::references::occurrences;
use crate::project::version_source::{Found as Assigned, find as assigned};
use crate::project::{FILE_LIMIT, Project};
use crate::python::name::normalize;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The references, with how often each stands in its file.
    pub references: Vec<ReferenceTable>,
    /// The places that look alike and are left alone.
    pub left: Vec<LookAlike>,
    /// Whether the repository has more files than were read.
    pub cut: bool,
}

/// A place where the version stands and that is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookAlike {
    /// The file, below the root.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The line itself, cut.
    pub text: String,
    /// Why it is left alone.
    pub reason: String,
}

/// Texts before and behind a version, the shortest first: the first that means nothing else is taken.
type Anchors = Vec<(String, String)>;

/// What a place is.
enum Verdict {
    /// It follows the version.
    Follows(Anchors),
    /// It does not, or nobody can tell.
    Stays(String),
    /// It is the version source, or kept by somebody else.
    Silent,
}

/// What the places are judged by.
struct Names {
    version: String,
    own: Vec<String>,
    /// What all names of a workspace begin with.
    stem: String,
    /// `owner/name` of the repository.
    slug: Option<String>,
}

/// Looks through the repository of the packages of a workspace that have versions of their own.
///
/// # Errors
/// As [`find`].
pub fn find_all(inspect: Inspect<'_>, projects: &[Project], remote: Option<&Remote>) -> Result<Found, Failure> {
    let mut all = Found::default();
    for project in projects {
        let found = find(inspect, project, remote)?;
        all.references.extend(found.references.into_iter().map(|mut rule| {
            // The folder of the file says whose version it is, where it can.
            rule.package = project.selection().filter(|_| !project.owns(&rule.path)).map(str::to_owned);
            rule
        }));
        all.left.extend(found.left.into_iter().filter(|place| project.owns(&place.file)));
        all.cut |= found.cut;
    }
    Ok(all)
}

/// Looks through the repository of a project.
///
/// # Errors
/// The repository cannot be read.
pub fn find(inspect: Inspect<'_>, project: &Project, remote: Option<&Remote>) -> Result<Found, Failure> {
    let git = Git::discover(&project.root)?;
    let (paths, cut) = tree::text_files(inspect, &project.root, git.as_ref());
    let own: Vec<String> = project.packages.iter().map(|package| package.name.normalized().to_owned()).collect();
    let names = Names {
        version: match &project.packages[0].source.place {
            Some(place) => place.written.clone(),
            None => project.version().to_string(),
        },
        stem: stem(&own),
        own,
        slug: remote.map(|remote| format!("{}/{}", remote.owner, remote.repository)),
    };
    let mut found = Found { cut, ..Found::default() };
    for path in paths {
        look(inspect.files(), project, &names, &path, &mut found);
    }
    Ok(found)
}

/// What names have in common, up to a whole word.
fn stem(names: &[String]) -> String {
    let Some(first) = names.first().filter(|_| names.len() > 1) else { return names.concat() };
    let parts = first.split('-').enumerate();
    let shared = parts.take_while(|(at, part)| names.iter().all(|name| name.split('-').nth(*at) == Some(*part)));
    shared.map(|(_, part)| part).collect::<Vec<_>>().join("-")
}

fn look(files: Files, project: &Project, names: &Names, path: &str, found: &mut Found) {
    // What is no text names no version that could be followed.
    let Ok(text) = files.read_text(&project.root.join(path), FILE_LIMIT) else { return };
    let mut follow: Vec<(usize, Anchors)> = Vec::new();
    for place in places(&text, &names.version) {
        if is_source(project, path, &place) {
            continue;
        }
        match judge(names, path, &text, &place) {
            Verdict::Follows(anchors) => follow.push((place.range.start, anchors)),
            Verdict::Stays(reason) => found.left.push(left(path, &place, names, reason)),
            Verdict::Silent => {}
        }
    }
    let accepted: BTreeSet<usize> = follow.iter().map(|(start, _)| *start).collect();
    let mut covered = BTreeSet::new();
    for (start, anchors) in &follow {
        if covered.contains(start) {
            continue;
        }
        let pattern = anchors.iter().map(|(before, after)| format!("{before}{{version}}{after}"));
        let fitting = pattern.filter(|pattern| pattern.matches("{version}").count() == 1).find_map(|pattern| {
            let starts: Vec<usize> =
                occurrences(text.as_bytes(), &pattern, Form::Version, "").iter().map(|range| range.start).collect();
            let fits = starts.contains(start) && starts.iter().all(|at| accepted.contains(at));
            fits.then_some((pattern, starts))
        });
        match fitting {
            Some((pattern, starts)) => {
                let expect = Some(starts.len());
                covered.extend(starts);
                found.references.push(ReferenceTable {
                    package: None,
                    path: path.to_owned(),
                    pattern: Some(pattern),
                    form: Form::Version,
                    expect,
                    on: On::Any,
                });
            }
            None => {
                let place = places(&text, &names.version).into_iter().find(|place| place.range.start == *start);
                let reason = "the text around it fits other places, too".to_owned();
                found.left.extend(place.map(|place| left(path, &place, names, reason)));
            }
        }
    }
}

fn left(path: &str, place: &Place<'_>, names: &Names, reason: String) -> LookAlike {
    let line = format!("{}{}{}", place.before, names.version, place.after);
    LookAlike { file: path.to_owned(), line: place.line, text: line.trim().chars().take(80).collect(), reason }
}

fn is_source(project: &Project, path: &str, place: &Place<'_>) -> bool {
    project.packages.iter().any(|package| {
        let folder = package.folder.trim_start_matches("./").trim_matches('.');
        package.source.place.as_ref().is_some_and(|source| {
            let file = if folder.is_empty() { source.file.clone() } else { format!("{folder}/{}", source.file) };
            file == path && source.range.start == place.range.start
        })
    })
}

fn judge(names: &Names, path: &str, text: &str, place: &Place<'_>) -> Verdict {
    let file = path.rsplit('/').next().unwrap_or(path);
    match file {
        "uv.lock" => return of_uv_lock(names, text, place),
        "CITATION.cff" if place.before.trim_matches(['"', '\'']) == "version: " => {
            let before = format!("\n{}", place.before);
            return Verdict::Follows(vec![
                (before, closing_quote(place)),
                (place.before.to_owned(), closing_quote(place)),
            ]);
        }
        _ => {}
    }
    if file.ends_with(".json") {
        return of_json(names, file, text, place);
    }
    if file.ends_with(".py")
        && let Some(verdict) = of_python(file, text, place)
    {
        return verdict;
    }
    if let Some(verdict) = of_requirement(names, place) {
        return verdict;
    }
    if file == "setup.cfg" && place.before.replace(' ', "") == "version=" {
        return Verdict::Follows(vec![(format!("\n{}", place.before), String::new())]);
    }
    in_prose(names, place)
}

/// `name==1.2.3`, `name[extra]==1.2.3`.
fn of_requirement(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let (operator, written, name) = requirement(place.before)?;
    if !names.own.contains(&name) {
        return Some(Verdict::Stays(format!("it is the version of `{name}`")));
    }
    if operator != "==" && operator != "===" {
        return Some(Verdict::Stays("a bound says what is needed, not what is current".to_owned()));
    }
    Some(Verdict::Follows(growing(written, place)))
}

/// The text that must stand, then the same with more and more of what is around it.
fn growing(written: &str, place: &Place<'_>) -> Anchors {
    let next: String = place.after.chars().take(1).collect();
    let longer = |count: usize| {
        let start = place.before.len() - written.len();
        let more: String = place.before[..start].chars().rev().take(count).collect();
        format!("{}{written}", more.chars().rev().collect::<String>())
    };
    let mut anchors = Vec::new();
    for before in [longer(0), longer(1), longer(16)] {
        anchors.push((before.clone(), String::new()));
        anchors.push((before, next.clone()));
    }
    anchors
}

fn closing_quote(place: &Place<'_>) -> String {
    place.after.chars().take(1).filter(|c| matches!(c, '"' | '\'')).collect()
}

/// The project's own entry of `uv.lock`.
fn of_uv_lock(names: &Names, text: &str, place: &Place<'_>) -> Verdict {
    let start = place.range.start - place.before.len();
    let above = text[..start].trim_end_matches(['\n', '\r']).rsplit('\n').next().unwrap_or_default().trim_end();
    let named = above.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    match named {
        Some(name) if names.own.contains(&normalize(name)) && place.before == "version = \"" => {
            Verdict::Follows(vec![(format!("{above}{newline}{}", place.before), "\"".to_owned())])
        }
        // The versions of everything else in a lock file are nobody's business here.
        _ => Verdict::Silent,
    }
}

/// `"version": "1.2.3"` of a file that is the project's: `codemeta.json`, or a private `package.json` of its name.
fn of_json(names: &Names, file: &str, text: &str, place: &Place<'_>) -> Verdict {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let key = place.before.rfind("\"version\"").map(|at| &place.before[at..]).unwrap_or_default();
    let is_key = key.replace(' ', "") == "\"version\":\"";
    if !is_key || value["version"] != names.version.as_str() {
        return Verdict::Stays("nothing around it says whose version it is".to_owned());
    }
    let name = normalize(value["name"].as_str().unwrap_or_default().trim_start_matches('@'));
    let ours = names.own.contains(&name) || (names.stem.len() > 2 && name.contains(&names.stem));
    let private = value["private"] == true;
    if file == "codemeta.json" || (ours && private) || names.own.contains(&name) {
        return Verdict::Follows(vec![(key.to_owned(), "\"".to_owned()), (place.before.to_owned(), "\"".to_owned())]);
    }
    Verdict::Stays("the file may have a version of its own".to_owned())
}

/// `__version__ = "1.2.3"` at the top level of a module, `release` and `version` of Sphinx' settings.
fn of_python(file: &str, text: &str, place: &Place<'_>) -> Option<Verdict> {
    let variables: &[&str] = match file {
        "conf.py" => &["release", "version"],
        _ => &["__version__", "VERSION", "__VERSION__"],
    };
    let is_it = |name: &&str| matches!(assigned(text, name), Some(Assigned::Literal { range, .. }) if range.start == place.range.start);
    if variables.iter().any(is_it) {
        let quote = closing_quote(place);
        return Some(Verdict::Follows(vec![
            (place.before.to_owned(), quote.clone()),
            (format!("\n{}", place.before), quote),
        ]));
    }
    (file == "setup.py" && place.before.trim_start().replace(' ', "").starts_with("version="))
        .then(|| Verdict::Follows(vec![(place.before.trim_start().to_owned(), closing_quote(place))]))
}

/// What stands in prose, badges and links.
fn in_prose(names: &Names, place: &Place<'_>) -> Verdict {
    let before = place.before;
    if let Some(at) = before.rfind("img.shields.io/badge/") {
        let label = before[at..].trim_start_matches("img.shields.io/badge/").trim_end_matches(['-', 'v', '_']);
        let ours = ["version", "release", "pypi", "latest", "stable", "package"];
        let label = label.to_ascii_lowercase();
        if (ours.contains(&label.as_str()) || names.own.contains(&normalize(&label))) && place.after.starts_with('-') {
            return Verdict::Follows(vec![(before[at..].to_owned(), "-".to_owned())]);
        }
        return Verdict::Stays("it is a badge of something else".to_owned());
    }
    let lower = before.to_ascii_lowercase();
    let history =
        ["versionadded", "versionchanged", "deprecated", "since", "new in", "added in", "changed in", "removed in"];
    if history.iter().any(|word| lower.contains(word)) {
        return Verdict::Stays("it says when something came, which stays".to_owned());
    }
    if let Some(slug) = &names.slug {
        for mark in ["@", ".git@", ":"] {
            for letter in ["", "v"] {
                let wanted = format!("{slug}{mark}{letter}");
                if before.ends_with(&wanted) {
                    return Verdict::Follows(growing(&before[before.len() - wanted.len()..], place));
                }
            }
        }
        if before.contains(slug.as_str()) {
            return Verdict::Stays("it is a link into one release, which may be meant to stay".to_owned());
        }
    }
    for name in &names.own {
        let stem = format!("{}-", name.replace('-', "_"));
        let file = place.after.starts_with(".tar.gz") || place.after.starts_with("-py");
        if before.ends_with(&stem) && file {
            let after = if place.after.starts_with('.') { ".tar.gz" } else { "-py" };
            return Verdict::Follows(vec![(stem, after.to_owned())]);
        }
    }
    Verdict::Stays("nothing around it says whose version it is".to_owned())
}
