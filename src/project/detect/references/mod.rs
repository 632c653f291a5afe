//! Places that name the version and are meant to follow it. Only places with text around them that says whose
//! version it is (confidence 1.0), or in files of a kind that says so (0.9), are proposed; every other place where
//! the same number stands is named with the reason why it is left alone, so that a person can decide.

mod address;
mod anchors;
mod beside;
mod judge;
mod metadata;
mod modules;
mod names;
mod prose;
mod spot;

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;
use serde::{Serialize, Serializer};

use super::occurrences::{Place, places};
use super::remote::Remote;
use super::tree::{self, Content, Reading};
use crate::config::file::{Form, On, ReferenceTable};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::edit::Lines;
use crate::project::references::json::Node;
use crate::project::references::switcher::Switcher;
use crate::project::references::{Said, marked, occurrences};
use crate::project::{Project, Pyproject};
use crate::report::text;
use anchors::Fitting;
use judge::File;
use names::Names;
use spot::{Spot, Verdict};

pub use spot::Kind;

/// More places of one file are those of a table or a log.
const PLACES: usize = 500;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// What may become references.
    pub proposals: Vec<Proposal>,
    /// The places that look alike and are left alone.
    pub left: Vec<LookAlike>,
    /// Files that are left alone whole, by their first place: of tests, of history.
    pub skipped: Vec<LookAlike>,
    /// Files that are too large to be looked through, below the root.
    pub large: Vec<String>,
    /// Whether the repository has more files than were read.
    pub cut: bool,
}

/// A rule that may become a reference.
#[derive(Debug, Clone, Serialize)]
pub struct Proposal {
    /// The rule, with how often it matches.
    #[serde(flatten, serialize_with = "rule")]
    pub rule: ReferenceTable,
    /// What it names.
    pub kind: Kind,
    /// How sure it is: 1.0 where the text names the project, 0.9 where the kind of place is sure.
    pub confidence: f64,
    /// Where it matches.
    pub places: Vec<Spotted>,
    /// Whether the configuration names all of these places already.
    pub configured: bool,
}

/// A place of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spotted {
    /// The file, below the root.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in bytes, counted from 1.
    pub column: usize,
    /// The line itself, cut.
    pub text: String,
    /// The offset of the version.
    #[serde(skip)]
    pub start: usize,
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
    /// The offset of the version.
    #[serde(skip)]
    pub start: usize,
}

fn rule<S: Serializer>(rule: &ReferenceTable, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown<'a> {
        path: &'a str,
        #[serde(rename = "match")]
        pattern: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        package: Option<&'a str>,
        form: Form,
        on: &'static str,
        expect: Option<usize>,
    }
    let on = if rule.on == On::Final { "final" } else { "any" };
    Shown {
        path: &rule.path,
        pattern: rule.pattern.as_deref(),
        package: rule.package.as_deref(),
        form: rule.form,
        on,
        expect: rule.expect,
    }
    .serialize(serializer)
}

impl Found {
    /// What is to be said of files that were not looked through; nothing where all were.
    pub fn large_note(&self) -> Option<String> {
        const NAMED: usize = 5;
        let named: Vec<String> = self.large.iter().take(NAMED).map(|file| format!("`{file}`")).collect();
        let more = self.large.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {}", text::count(more, "more file")) };
        (!named.is_empty()).then(|| format!("too large to be looked through: {}{more}", named.join(", ")))
    }

    /// The rules of the proposals.
    pub fn rules(&self) -> Vec<ReferenceTable> {
        self.proposals.iter().map(|proposal| proposal.rule.clone()).collect()
    }
}

/// Looks through the repository of the packages of a workspace that have versions of their own.
///
/// # Errors
/// As [`find`].
pub fn find_all(inspect: Inspect<'_>, projects: &[Project], remote: Option<&Remote>) -> Result<Found, Failure> {
    let mut all = Found::default();
    for project in projects {
        let found = find(inspect, project, remote)?;
        all.proposals.extend(found.proposals);
        all.left.extend(found.left);
        all.skipped.extend(found.skipped);
        // Each one sees those that are nobody's.
        found.large.into_iter().for_each(|file| {
            if !all.large.contains(&file) {
                all.large.push(file);
            }
        });
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
    let (paths, cut) = tree::text_files(inspect, project, git.as_ref())?;
    let mut search = Search {
        names: Names::of(project, remote),
        project,
        found: Found { cut, ..Found::default() },
        waiting: BTreeMap::new(),
    };
    search.crates(inspect, &paths);
    let mut packages: BTreeSet<String> = BTreeSet::new();
    for (path, reading) in &paths {
        let bytes = match tree::read(inspect.files(), &project.root, path) {
            Content::Text(bytes) => bytes,
            Content::Large if *reading == Reading::Judged && project.owns(path) => {
                search.found.large.push(path.clone());
                continue;
            }
            Content::Large | Content::Other => continue,
        };
        let text = tree::as_text(&bytes);
        match reading {
            Reading::Left(reason) => search.leave(path, &text, reason),
            Reading::Judged => {
                let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let mut file = File::new(path, &text);
                if file.name == "package.json" && file.json().is_some_and(|root| search.is_package(&text, root)) {
                    packages.insert(beside.to_owned());
                }
                // `package.json` comes first: the lock file beside it has its name.
                file.beside_package = packages.contains(beside);
                search.look(&file, &bytes);
            }
        }
    }
    search.placeholders();
    let mut found = search.found;
    for Proposal { rule, .. } in &mut found.proposals {
        // The folder of the file says whose version it is, where it can.
        rule.package = project.selection().filter(|_| !project.owns(&rule.path)).map(str::to_owned);
    }
    found.left.retain(|place| project.owns(&place.file));
    found.skipped.retain(|place| project.owns(&place.file));
    Ok(found)
}

struct Search<'p> {
    names: Names,
    project: &'p Project,
    found: Found,
    /// Documents with a word that a version takes the place of, by the rule that would name them all.
    waiting: BTreeMap<(String, String), Vec<Spotted>>,
}

impl Search<'_> {
    fn is_package(&self, text: &str, root: &Node) -> bool {
        metadata::is_own_package(&self.names, text, root)
    }

    /// The crates of a project that maturin builds.
    fn crates(&mut self, inspect: Inspect<'_>, paths: &[(String, Reading)]) {
        let is_maturin = |pyproject: &Pyproject| pyproject.backend().split(['.', ':']).next() == Some("maturin");
        if !self.project.packages.iter().any(|package| is_maturin(&package.pyproject)) {
            return;
        }
        let manifests = paths.iter().filter(|(path, _)| path.rsplit('/').next() == Some("Cargo.toml"));
        for (path, _) in manifests {
            let Content::Text(bytes) = tree::read(inspect.files(), &self.project.root, path) else { continue };
            let Ok(manifest) = Pyproject::parse(path, tree::as_text(&bytes).into_owned()) else { continue };
            let Some(name) = manifest.string(&["package", "name"]) else { continue };
            let shares = manifest.get(&["package", "version", "workspace"]).is_some();
            let same = manifest
                .string(&["package", "version"])
                .is_some_and(|written| self.names.needles.iter().any(|(needle, _)| needle == written));
            if shares || (same && (self.names.is_own(name) || self.project.packages.len() == 1)) {
                self.names.crates.insert(name.to_owned());
            }
        }
    }

    /// A file that is left alone whole, where it names the version.
    fn leave(&mut self, path: &str, text: &str, reason: &str) {
        let needles = self.names.needles.iter();
        let first = needles.filter_map(|(needle, form)| places(text, (needle, *form)).into_iter().next()).next();
        if let Some(place) = first {
            let lines = Lines::of(text.as_bytes());
            self.found.skipped.push(look_alike(path, text, &lines, (place.range.start, reason)));
        }
    }

    fn look(&mut self, file: &File<'_>, bytes: &[u8]) {
        let lines = Lines::of(bytes);
        if tree::is_history(file.text, &file.name) {
            return self.leave(file.path, file.text, "a list of releases is history");
        }
        let marks = self.whole(file, &lines);
        let mut found = Vec::new();
        for (needle, form) in &self.names.needles {
            found.extend(places(file.text, (needle, *form)));
        }
        if file.has_suffix(&["rc"]) {
            for needle in self.names.tuples() {
                let at = memmem::find_iter(file.text.as_bytes(), needle.as_str());
                found.extend(at.map(|at| super::occurrences::place(file.text, at..at + needle.len(), Form::Tuple)));
            }
        }
        found.sort_by_key(|place| (place.range.start, place.range.end));
        if found.len() > PLACES && !tree::is_lock(file.path) {
            let at = found[PLACES].range.start;
            let reason = format!("the file names it {} times: only the first {PLACES} were looked at", found.len());
            self.found.left.push(look_alike(file.path, file.text, &lines, (at, &reason)));
            found.truncate(PLACES);
        }
        found.retain(|place| {
            !is_source(self.project, file.path, place.range.start) && !marks.contains(&place.range.start)
        });
        let mut judged: Vec<(&Place<'_>, Verdict)> =
            found.iter().map(|place| (place, judge::judge(&self.names, file, place))).collect();
        address::together(&mut judged);
        let mut spots = Vec::new();
        for (place, verdict) in judged {
            match verdict {
                Verdict::Follows(spot) => spots.push(spot),
                Verdict::Stays(reason) => {
                    self.found.left.push(look_alike(file.path, file.text, &lines, (place.range.start, &reason)));
                }
                Verdict::Silent => {}
            }
        }
        let more = beside::spots(&self.names, file, &spots);
        for (range, reason) in beside::later(file, &spots) {
            self.found.left.push(look_alike(file.path, file.text, &lines, (range.start, reason)));
        }
        spots.extend(more);
        spots.retain(|spot| !is_source(self.project, file.path, spot.range.start));
        self.propose(file, (bytes, &lines), spots);
    }

    /// Rules for the places of a file.
    fn propose(&mut self, file: &File<'_>, (bytes, lines): (&[u8], &Lines), spots: Vec<Spot>) {
        let (rules, unfit) = rules(file.text, bytes, spots);
        for rule in rules {
            let places = rule.starts.iter().map(|start| spotted(file.path, file.text, lines, *start)).collect();
            let table = ReferenceTable {
                path: file.path.to_owned(),
                pattern: Some(rule.pattern),
                form: rule.form,
                expect: Some(rule.starts.len()),
                ..ReferenceTable::default()
            };
            self.add(rule.kind, rule.named, table, places);
        }
        for (start, reason) in unfit {
            self.found.left.push(look_alike(file.path, file.text, lines, (start, reason)));
        }
    }

    fn add(&mut self, kind: Kind, named: bool, rule: ReferenceTable, places: Vec<Spotted>) {
        let confidence = if named { 1.0 } else { 0.9 };
        self.found.proposals.push(Proposal { rule, kind, confidence, places, configured: false });
    }

    /// What is said of a file as a whole: marks, a list of versions, words that a version takes the place of. The
    /// places that marks speak for are returned.
    fn whole(&mut self, file: &File<'_>, lines: &Lines) -> BTreeSet<usize> {
        let said = Said { version: &self.names.version, tag: &self.project.config.tag.value, date: None };
        let marks = marked((file.path, file.text), &said).unwrap_or_default();
        let table =
            |form, expect| ReferenceTable { path: file.path.to_owned(), form, expect, ..ReferenceTable::default() };
        if !marks.is_empty() {
            let places = marks.iter().map(|start| spotted(file.path, file.text, lines, *start)).collect();
            self.add(Kind::Mark, true, table(Form::Version, Some(marks.len())), places);
        }
        if file.has_suffix(&["json"])
            && matches!(file.json(), Some(Node::List(..)))
            && let Some((list, range)) = Switcher::read(file.text, None)
            && file.text.contains("\"url\"")
            && list.follows(&self.names.version)
        {
            let place = spotted(file.path, file.text, lines, range.start);
            self.add(Kind::Switcher, false, table(Form::Switcher, Some(1)), vec![place]);
        }
        let words = file.has_suffix(&["rst", "md", "py", "txt"]) && file.text.contains(":: next");
        let directives: &[&str] = match words {
            true => &["versionadded", "versionchanged", "versionremoved", "deprecated", "deprecated-removed"],
            false => &[],
        };
        for directive in directives {
            let pattern = format!(".. {directive}:: {{version}}");
            for range in occurrences(file.text.as_bytes(), &pattern, Form::Next, "") {
                let place = spotted(file.path, file.text, lines, range.start);
                self.waiting.entry((glob_of(file.path), pattern.clone())).or_default().push(place);
            }
        }
        marks.into_iter().collect()
    }

    /// One rule for all documents of a folder: words come and go, so no number of them is expected.
    fn placeholders(&mut self) {
        for ((path, pattern), places) in std::mem::take(&mut self.waiting) {
            let rule = ReferenceTable { path, pattern: Some(pattern), form: Form::Next, ..ReferenceTable::default() };
            self.add(Kind::Placeholder, false, rule, places);
        }
    }
}

/// Rules for places, and those that have none, with the reason. An address gets rules for all of its places, or none.
fn rules(text: &str, bytes: &[u8], mut spots: Vec<Spot>) -> (Vec<Fitting>, Vec<(usize, &'static str)>) {
    let mut parted = Vec::new();
    let mut round = 0;
    loop {
        let (rules, mut unfit) = anchors::rules(text, bytes, &spots);
        // A rule that is given up may be one that others needed; that does not go on for ever.
        let more = address::parted(text, &spots, &unfit, round > 2);
        if more.is_empty() {
            unfit.append(&mut parted);
            return (rules, unfit);
        }
        spots.retain(|spot| !more.contains_key(&spot.range.start));
        parted.extend(more);
        round += 1;
    }
}

/// All files of its kind in the first folder of a path.
fn glob_of(path: &str) -> String {
    let suffix = path.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    match path.split_once('/') {
        Some((folder, _)) => format!("{folder}/**/*.{suffix}"),
        None => format!("*.{suffix}"),
    }
}

fn spotted(path: &str, text: &str, lines: &Lines, start: usize) -> Spotted {
    let (line, column) = lines.at(start);
    Spotted { file: path.to_owned(), line, column, text: cut(text, lines, start), start }
}

fn look_alike(path: &str, text: &str, lines: &Lines, (start, reason): (usize, &str)) -> LookAlike {
    let (line, _) = lines.at(start);
    LookAlike { file: path.to_owned(), line, text: cut(text, lines, start), reason: reason.to_owned(), start }
}

/// The line of a place, cut.
fn cut(text: &str, lines: &Lines, start: usize) -> String {
    let line = lines.around(text.as_bytes(), start);
    let near = &line[..line.len().min(400)];
    String::from_utf8_lossy(near).trim().chars().take(80).collect()
}

/// Whether a place is where the version comes from.
fn is_source(project: &Project, path: &str, start: usize) -> bool {
    project.packages.iter().any(|package| {
        let folder = package.folder.trim_start_matches("./").trim_matches('.');
        package.source.place.as_ref().is_some_and(|source| {
            let file = if folder.is_empty() { source.file.clone() } else { format!("{folder}/{}", source.file) };
            file == path && source.range.start == start
        })
    })
}
