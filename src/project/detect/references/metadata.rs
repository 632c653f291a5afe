//! Files whose keys say what a place is: manifests, citations, recipes, settings of documents, JSON. Pure.

use std::ops::Range;

use super::super::occurrences::Place;
use super::judge::{File, key};
use super::names::Names;
use super::spot::{Kind, Spot, Verdict};
use crate::config::file::Form;
use crate::project::references::json::Node;
use crate::python::name::normalize;

const OWN_VERSION: &str = "the file may have a version of its own";

/// A place in a file that is known by its name; nothing where only the text around it tells.
pub(super) fn judge(names: &Names, file: &File<'_>, place: &Place<'_>) -> Option<Verdict> {
    let at_start = place.whole && !place.before.starts_with([' ', '\t']);
    let named = key(place.before).unwrap_or_default();
    match file.name.as_str() {
        "citation.cff" if named.trim() == "version" => Some(match at_start {
            true => Verdict::Follows(Spot::key(Kind::Citation, place)),
            false => Verdict::stays("it is the version of what is cited"),
        }),
        "meta.yaml" | "recipe.yaml" | "recipe.yml" => recipe(file, place, named),
        "mkdocs.yml" | "mkdocs.yaml" if named.trim() == "version" && file.parent(place) == "extra" => {
            Some(Verdict::Follows(Spot::key(Kind::Documentation, place)))
        }
        "chart.yaml" if at_start && named == "appVersion" => Some(Verdict::Follows(Spot::key(Kind::Image, place))),
        "chart.yaml" if at_start && named == "version" => Some(Verdict::stays("a chart has a version of its own")),
        "setup.cfg" if file.of_setup() == Some(&place.range) => {
            Some(Verdict::Follows(Spot::key(Kind::Manifest, place)))
        }
        "meson.build" => meson(names, file, place, named),
        "pyproject.toml" | "cargo.toml" | "setup.cfg" | ".bumpversion.toml" | ".bumpversion.cfg" | "tbump.toml"
            if at_start =>
        {
            table(names, file, place, named)
        }
        name if name.strip_suffix(".txt").unwrap_or(name) == "version" && file.text.trim() == of(file, place) => {
            Some(Verdict::Follows(Spot::of(Kind::Manifest, place, place.before.len()).unnamed()))
        }
        _ => None,
    }
}

/// What stands at a place.
fn of<'t>(file: &File<'t>, place: &Place<'_>) -> &'t str {
    &file.text[place.range.clone()]
}

/// A key at the beginning of a line, by the table that it lies in.
fn table(names: &Names, file: &File<'_>, place: &Place<'_>, named: &str) -> Option<Verdict> {
    let header = file.header(place);
    let bumpers = ["tool.bumpversion", "tool.commitizen", "tool.tbump", "tool.semantic_release", "bumpversion"];
    if file.name.contains("bump") || bumpers.iter().any(|tool| header.starts_with(tool)) {
        let recorded = ["version", "current", "current_version"].contains(&named);
        return recorded.then(|| Verdict::stays("it is another tool's record, which goes with the tool"));
    }
    if named != "version" {
        return None;
    }
    match (file.name.as_str(), header) {
        ("pyproject.toml", "tool.poetry") => Some(Verdict::Follows(Spot::key(Kind::Manifest, place))),
        ("cargo.toml", "package" | "workspace.package") => {
            let crate_name = value_of(file, place, "name");
            let own = crate_name.is_some_and(|name| names.crates.contains(name) || names.is_own(name))
                || (header == "workspace.package" && !names.crates.is_empty());
            let spot = Spot { named: crate_name.is_some(), ..Spot::key(Kind::Manifest, place) }.written(Form::Semver);
            Some(if own { Verdict::Follows(spot) } else { Verdict::stays(OWN_VERSION) })
        }
        ("pyproject.toml", "project") => Some(Verdict::stays(OWN_VERSION)),
        _ => None,
    }
}

/// The value of another key of the table that a place lies in.
fn value_of<'t>(file: &File<'t>, place: &Place<'_>, wanted: &str) -> Option<&'t str> {
    let read = |line: &'t str| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == wanted).then(|| value.trim().trim_matches(['"', '\'']))
    };
    let lines = file.above(place, 40).into_iter().map(|(_, line)| line).take_while(|line| !line.starts_with('['));
    let below = file.text[place.range.end..].lines().skip(1).take(40).take_while(|line| !line.starts_with('['));
    lines.chain(below).find_map(read)
}

/// `project('acme', 'c', version: '1.2.3')`.
fn meson(names: &Names, file: &File<'_>, place: &Place<'_>, named: &str) -> Option<Verdict> {
    let key =
        named.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().filter(|key| *key == "version")?;
    let mut above: Vec<&str> = file.above(place, 12).into_iter().map(|(_, line)| line).collect();
    above.reverse();
    let call = format!("{}\n{}", above.join("\n"), place.before);
    let inside = &call[call.rfind("project(")? + "project(".len()..];
    let first = inside.trim_start().trim_start_matches(['\'', '"']);
    let name = &first[..first.find(['\'', '"'])?];
    let at = place.before.rfind(key)?;
    Some(match names.is_own(name) && !inside.contains(')') {
        true => Verdict::Follows(Spot::of(Kind::Manifest, place, place.before.len() - at).quoted(place)),
        false => Verdict::stays(OWN_VERSION),
    })
}

/// `{% set version = "1.2.3" %}` of conda-build, `context: version:` of rattler-build.
fn recipe(file: &File<'_>, place: &Place<'_>, named: &str) -> Option<Verdict> {
    let set = named.trim_start().strip_prefix("{%").map(|rest| rest.trim_start_matches('-').trim());
    let is_set = set.and_then(|rest| rest.strip_prefix("set")).is_some_and(|rest| rest.trim() == "version");
    let in_block = named.trim() == "version" && ["package", "context"].contains(&file.parent(place));
    (is_set || in_block).then(|| Verdict::Follows(Spot::key(Kind::Recipe, place)))
}

/// `"version": "1.2.3"` of a file that is the project's.
pub(super) fn json(names: &Names, file: &File<'_>, place: &Place<'_>) -> Verdict {
    const NOBODY: &str = "nothing around it says whose version it is";
    let Some(root) = file.json() else { return Verdict::stays(NOBODY) };
    let text = file.text;
    if file.is_switcher() {
        return Verdict::Silent;
    }
    let versions = file.versions();
    let stands = |version: &Option<Range<usize>>| version.as_ref() == Some(&place.range);
    let before = ["\"version\"", "\"softwareVersion\""].iter().filter_map(|key| place.before.rfind(key)).max();
    let spot = |kind: Kind| {
        let count = before.map_or(place.before.len(), |at| place.before.len() - at);
        Spot { named: true, ..Spot::of(kind, place, count).quoted(place) }
    };
    match file.name.as_str() {
        "package-lock.json" | "npm-shrinkwrap.json" => {
            let own = file.beside_package && (stands(&versions.own) || stands(&versions.locked));
            match own {
                true => Verdict::Follows(spot(Kind::LockFile).written(Form::Semver)),
                false => Verdict::Silent,
            }
        }
        "codemeta.json" | ".zenodo.json" if stands(&versions.own) || stands(&versions.software) => {
            Verdict::Follows(spot(Kind::Citation).unnamed())
        }
        name if stands(&versions.own) => match is_own_package(names, text, root) {
            true if name == "package.json" => Verdict::Follows(spot(Kind::Javascript).written(Form::Semver)),
            true => Verdict::Follows(spot(Kind::Manifest)),
            false => Verdict::stays(OWN_VERSION),
        },
        _ => Verdict::stays(NOBODY),
    }
}

/// Whether a package of npm has the project's version: it has its name, or is private and has the name of the
/// workspace in its own.
pub(super) fn is_own_package(names: &Names, text: &str, root: &Node) -> bool {
    let written = root.get(text, "name").and_then(|name| name.text(text)).unwrap_or_default();
    let name = normalize(written.trim_start_matches('@'));
    let private = root.get(text, "private").is_some_and(|value| text.get(value.range()) == Some("true"));
    let ours = names.own.contains(&name) || (names.stem.len() > 2 && name.contains(&names.stem));
    (ours && private) || names.own.contains(&name)
}
