//! What a place where the version stands is, by the kind of its file and the text around it. Pure.

use std::cell::OnceCell;
use std::ops::Range;

use super::super::occurrences::{NEAR, Place, last_name, requirement};
use super::names::Names;
use super::spot::{Kind, Spot, Verdict};
use super::{metadata, modules, prose};
use crate::config::file::Form;
use crate::project::references::json::Node;
use crate::project::references::occurrences;
use crate::project::references::switcher::Switcher;
use crate::project::version_source::{Found, find, in_setup_cfg};

/// Where a file of JSON has the version of what it describes, between the quotes.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// `version` of the whole.
    pub(super) own: Option<Range<usize>>,
    /// `softwareVersion` of the whole.
    pub(super) software: Option<Range<usize>>,
    /// `version` of the package that a lock file is about.
    pub(super) locked: Option<Range<usize>>,
}

/// A file that is looked through. What is asked at each place is found out once.
pub(super) struct File<'t> {
    pub(super) path: &'t str,
    /// Its name in lower case.
    pub(super) name: String,
    pub(super) text: &'t str,
    /// What it is as JSON.
    json: OnceCell<Option<Node>>,
    /// Whether that is a list of versions.
    switcher: OnceCell<bool>,
    /// Where the versions of the whole begin.
    versions: OnceCell<Versions>,
    /// Where the version of `setup.cfg` is.
    of_setup: OnceCell<Option<Range<usize>>>,
    /// Where the values of the variables that name the version begin.
    assigned: OnceCell<Vec<usize>>,
    /// Whether `package.json` beside it is the project's.
    pub(super) beside_package: bool,
}

impl<'t> File<'t> {
    pub(super) fn new(path: &'t str, text: &'t str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        File {
            path,
            name,
            text,
            json: OnceCell::new(),
            switcher: OnceCell::new(),
            versions: OnceCell::new(),
            of_setup: OnceCell::new(),
            assigned: OnceCell::new(),
            beside_package: false,
        }
    }

    pub(super) fn has_suffix(&self, suffixes: &[&str]) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, suffix)| suffixes.contains(&suffix))
    }

    pub(super) fn json(&self) -> Option<&Node> {
        self.json.get_or_init(|| Node::parse(self.text)).as_ref()
    }

    /// Where its versions are, as JSON.
    pub(super) fn versions(&self) -> &Versions {
        self.versions.get_or_init(|| {
            let range = |node: Option<&Node>, key: &str| match node?.get(self.text, key)? {
                Node::Text(range) => Some(range.clone()),
                _ => None,
            };
            let root = self.json();
            let packages = root.and_then(|root| root.get(self.text, "packages"));
            Versions {
                own: range(root, "version"),
                software: range(root, "softwareVersion"),
                locked: range(packages.and_then(|packages| packages.get(self.text, "")), "version"),
            }
        })
    }

    /// Where the version of `setup.cfg` is.
    pub(super) fn of_setup(&self) -> Option<&Range<usize>> {
        self.of_setup.get_or_init(|| in_setup_cfg(self.text, "metadata", "version")).as_ref()
    }

    /// Whether it is a list of versions that documents switch between.
    pub(super) fn is_switcher(&self) -> bool {
        let read = || matches!(self.json(), Some(Node::List(..))) && Switcher::read(self.text, None).is_some();
        *self.switcher.get_or_init(read)
    }

    /// Where the values of these variables begin, assigned at the top level of a module.
    pub(super) fn assigned(&self, variables: &[&str]) -> &[usize] {
        self.assigned.get_or_init(|| {
            let values = variables.iter().filter_map(|name| match find(self.text, name) {
                Some(Found::Literal { range, .. }) => Some(range.start),
                _ => None,
            });
            values.collect()
        })
    }

    /// Up to so many lines above a place, the nearest first, each with where it begins.
    pub(super) fn above(&self, place: &Place<'_>, count: usize) -> Vec<(usize, &'t str)> {
        let mut end = place.range.start - place.before.len();
        let mut lines = Vec::new();
        while let Some(before) = self.text[..end].strip_suffix('\n').filter(|_| lines.len() < count) {
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            lines.push((start, before[start..].trim_end_matches('\r')));
            end = start;
        }
        lines
    }

    /// The line below a place, where it is near.
    fn below(&self, place: &Place<'_>) -> &'t str {
        let text: &'t str = self.text;
        let near = &text[place.range.end..text.floor_char_boundary(place.range.end + 2 * NEAR)];
        near.split('\n').nth(1).unwrap_or_default().trim()
    }

    /// The header of the table that a place of a TOML or INI file lies in, without its brackets.
    pub(super) fn header(&self, place: &Place<'_>) -> &'t str {
        let lines = self.above(place, 200);
        let header = lines.into_iter().find(|(_, line)| line.starts_with('['));
        header.map_or("", |(_, line)| line.split(['#', ';']).next().unwrap_or(line).trim().trim_matches(['[', ']']))
    }

    /// The key of the block of YAML that a place lies in.
    pub(super) fn parent(&self, place: &Place<'_>) -> &'t str {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let own = indent(place.before);
        let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let lines = self.above(place, 60);
        let outer = lines.into_iter().find(|(_, line)| says(line) && indent(line) < own);
        outer.map_or("", |(_, line)| line.trim().trim_end_matches(':'))
    }
}

/// The key at the end of what stands before a value: `version: "` gives `version`.
pub(super) fn key(before: &str) -> Option<&str> {
    let bare = before.trim_end_matches(['"', '\'', ' ', '\t']);
    let named = bare.strip_suffix(['=', ':'])?;
    Some(named.trim_end().trim_matches(['"', '\'']))
}

const NOBODY: &str = "nothing around it says whose version it is";

/// Whose a place is.
pub(super) fn judge(names: &Names, file: &File<'_>, place: &Place<'_>) -> Verdict {
    if let Some(verdict) = by_file(names, file, place) {
        return verdict;
    }
    if let Some(reason) = foreign(file) {
        return Verdict::stays(reason);
    }
    let after = place.after.as_bytes();
    let longer = match after {
        [b'-' | b'+', next, ..] => next.is_ascii_alphanumeric(),
        // `.post1`, `.dev0`, `.*`; not the end of a file's name.
        [b'.', b'*', ..] => true,
        [b'.', rest @ ..] => [&b"post"[..], b"dev", b"rev", b"r"]
            .iter()
            .any(|word| rest.strip_prefix(*word).is_some_and(|number| number.first().is_some_and(u8::is_ascii_digit))),
        _ => false,
    };
    if after.starts_with(b"@sha256:") {
        return Verdict::stays("a pin by hash needs what is made later");
    }
    if longer && !prose::may_go_on(place) {
        return Verdict::stays("it is a part of something longer");
    }
    if let Some(reason) = history(place) {
        return Verdict::stays(reason);
    }
    if let Some(verdict) = of_requirement(names, file, place) {
        return verdict;
    }
    prose::judge(names, file, place).unwrap_or_else(|| Verdict::stays(NOBODY))
}

fn by_file(names: &Names, file: &File<'_>, place: &Place<'_>) -> Option<Verdict> {
    let name = file.name.as_str();
    match name {
        "uv.lock" | "pixi.lock" | "cargo.lock" => return Some(of_lock(names, file, place)),
        "poetry.lock" | "pdm.lock" => return Some(Verdict::Silent),
        _ => {}
    }
    if file.has_suffix(&["json"]) {
        return Some(metadata::json(names, file, place));
    }
    if file.has_suffix(&["py", "pyi"]) {
        return Some(modules::judge(names, file, place));
    }
    metadata::judge(names, file, place)
}

/// Formats that have rules of their own, and people who know them.
fn foreign(file: &File<'_>) -> Option<&'static str> {
    let name = file.name.as_str();
    if name.ends_with(".metainfo.xml") || name.ends_with(".appdata.xml") {
        return Some("releases of AppStream are a history: an entry of its own is written for each");
    }
    if file.path.ends_with("debian/changelog") || name.ends_with(".spec") {
        return Some("the packaging of a distribution has versions and a changelog of its own");
    }
    if name.ends_with(".rc") {
        return Some("the resources of Windows have four numbers: only a rule of your own reaches them");
    }
    (name == "snapcraft.yaml").then_some("a snap may have a version of its own: only a rule of your own reaches it")
}

/// Why a place speaks of the past.
pub(super) fn history(place: &Place<'_>) -> Option<&'static str> {
    const STAYS: &str = "it says when something came, which stays";
    let lower = place.before.to_ascii_lowercase();
    let directives = ["versionadded::", "versionchanged::", "versionremoved::", "deprecated::", "deprecated("];
    if directives.iter().any(|word| lower.contains(word)) {
        return Some(STAYS);
    }
    // The words right before the version, its name and the word "version" between them.
    let mut tail = lower.trim_end_matches(['v', ' ', '`', '"', '\'', '*', '(', '=']);
    if tail.ends_with(|c: char| c.is_ascii_alphanumeric()) && tail.len() < lower.len() {
        let without = tail.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let words = ["since", "in", "by", "with", "as", "of", "before", "until"];
        let last = &tail[without.len()..];
        if !words.contains(&last) {
            tail = without.trim_end_matches([' ', '`', '"', '\'', '*']);
        }
    }
    let past = [
        "since",
        "new in",
        "added in",
        "changed in",
        "removed in",
        "introduced in",
        "deprecated in",
        "fixed in",
        "generated with",
        "generated by",
        "as of",
        "before",
        "until",
        "upgrade from",
        "upgrading from",
        "broken in",
    ];
    past.iter().any(|words| tail.ends_with(words)).then_some(STAYS)
}

/// `name==1.2.3`, `name[extra]==1.2.3`.
fn of_requirement(names: &Names, file: &File<'_>, place: &Place<'_>) -> Option<Verdict> {
    let (operator, written, name) = requirement(place.before)?;
    if !names.own.contains(&name) {
        return Some(Verdict::Stays(format!("it is the version of `{name}`")));
    }
    let pinned = file.has_suffix(&["txt", "in"]) && (file.name.contains("require") || file.name.contains("constrain"));
    if pinned {
        return Some(Verdict::stays("it is installed before this version is out"));
    }
    if operator == "==" || operator == "===" {
        let kind = if file.has_suffix(&["toml", "cfg"]) { Kind::Requirement } else { Kind::InstallLine };
        return Some(Verdict::Follows(Spot::of(kind, place, written.len())));
    }
    Some(
        of_bounds(file, place, operator)
            .map_or_else(|| Verdict::stays("a bound says what is needed, not what is current"), Verdict::Follows),
    )
}

/// What a document tells others to build with: `requires = ["name>=1.2.3,<1.3"]`.
fn of_bounds(file: &File<'_>, place: &Place<'_>, operator: &str) -> Option<Spot> {
    place.before.rfind("requires = [").filter(|_| operator == ">=")?;
    let spaces = place.before.len() - place.before.trim_end_matches(' ').len();
    let start = place.range.start - spaces - operator.len();
    let end = place.after.find(['"', '\'', ']', ';']).unwrap_or(place.after.len());
    let bounds = start..place.range.end + place.after[..end].trim_end().len();
    let found = occurrences(&file.text.as_bytes()[bounds.clone()], "{version}", Form::Range, "");
    found.contains(&(0..bounds.len())).then_some(())?;
    let named = &place.before[..place.before.len() - spaces - operator.len()];
    let name = last_name(named.trim_end()).len() + named.len() - named.trim_end().len();
    Some(Spot::at(Kind::Requirement, Form::Range, bounds, name))
}

/// The project's own entry of a lock file: everything else in it is nobody's business here.
fn of_lock(names: &Names, file: &File<'_>, place: &Place<'_>) -> Verdict {
    let spot = |kind: Kind, from: usize| Spot::of(kind, place, 0).from(from).quoted(place);
    let above = file.above(place, 4);
    let below = file.below(place);
    match (file.name.as_str(), place.before) {
        ("uv.lock", "version = \"") => {
            let Some((from, name)) = above.first().and_then(|(at, line)| Some((*at, named(line)?))) else {
                return Verdict::Silent;
            };
            let local = ["editable", "virtual", "directory"].iter().any(|kind| below.contains(&format!("{{ {kind} =")));
            match names.is_own(name) && (local || !below.starts_with("source")) {
                true => Verdict::Follows(spot(Kind::LockFile, from)),
                false => Verdict::Silent,
            }
        }
        ("cargo.lock", "version = \"") => {
            let Some((from, name)) = above.first().and_then(|(at, line)| Some((*at, named(line)?))) else {
                return Verdict::Silent;
            };
            match names.crates.contains(name) && !below.starts_with("source") {
                true => Verdict::Follows(spot(Kind::LockFile, from).written(Form::Semver)),
                false => Verdict::Silent,
            }
        }
        ("pixi.lock", before) if key(before).map(str::trim) == Some("version") => {
            let local = |line: &str| {
                let at = line.trim().strip_prefix("- pypi: ").or_else(|| line.trim().strip_prefix("path: "));
                at.is_some_and(|at| at.starts_with('.') && !at.contains("://"))
            };
            let is_local = above.iter().any(|(_, line)| local(line));
            let own = above.iter().find(|(_, line)| {
                line.trim().strip_prefix("name: ").is_some_and(|name| names.is_own(name.trim_matches(['"', '\''])))
            });
            match own.filter(|_| is_local) {
                Some((from, _)) => Verdict::Follows(Spot { begins_line: true, ..spot(Kind::LockFile, *from) }),
                None => Verdict::Silent,
            }
        }
        _ => Verdict::Silent,
    }
}

/// The name of a line `name = "acme"`.
fn named(line: &str) -> Option<&str> {
    line.strip_prefix("name = \"")?.trim_end().strip_suffix('"')
}
