//! Places that follow the version and do not have it as it is: a day, a number that begins again, the first numbers
//! of it. Pure.

use std::ops::Range;

use super::super::occurrences::{place, places};
use super::judge::{File, key};
use super::names::Names;
use super::spot::{Kind, Spot, Verdict};
use crate::config::file::Form;
use crate::project::references::json::Node;
use crate::project::references::{Said, occurrences};
use crate::project::version_source::{Found, find, tuple};

/// The places of a file, given those where the version stands.
pub(super) fn spots(names: &Names, file: &File<'_>, known: &[Spot]) -> Vec<Spot> {
    let has = |kind: Kind| known.iter().any(|spot| spot.kind == kind);
    let mut found = Vec::new();
    match file.name.as_str() {
        "citation.cff" if has(Kind::Citation) => {
            found.extend(keyed(file, "\ndate-released: ", Form::Date, Kind::Citation));
        }
        "codemeta.json" if has(Kind::Citation) => found.extend(day(file, "dateModified")),
        ".zenodo.json" if has(Kind::Citation) => found.extend(day(file, "publication_date")),
        "meta.yaml" | "recipe.yaml" | "recipe.yml" if has(Kind::Recipe) => found.extend(build_number(file)),
        "conf.py" => found.extend(short_of_sphinx(names, file)),
        _ => {}
    }
    if file.has_suffix(&["py"]) {
        found.extend(tuples(names, file));
    }
    if file.has_suffix(&["yml", "yaml", "md", "rst", "txt"]) {
        found.extend(rolling(names, file));
    }
    found
}

/// What stands behind a key at the beginning of a line, quoted or not.
fn keyed(file: &File<'_>, before: &str, form: Form, kind: Kind) -> Option<Spot> {
    ["", "\"", "'"].iter().find_map(|quote| {
        let pattern = format!("{before}{quote}{{version}}{quote}");
        let found = occurrences(file.text.as_bytes(), &pattern, form, "");
        let [range] = found.as_slice() else { return None };
        let spot = Spot::at(kind, form, range.clone(), before.len() - 1 + quote.len()).with_after(quote.len());
        Some(Spot { begins_line: true, ..spot })
    })
}

/// A day of a JSON file.
fn day(file: &File<'_>, name: &str) -> Option<Spot> {
    let Some(Node::Text(range)) = file.json()?.get(file.text, name) else { return None };
    file.text[range.clone()].parse::<jiff::civil::Date>().ok()?;
    let before = file.text[..range.start].rfind(&format!("\"{name}\""))?;
    Some(Spot::at(Kind::Citation, Form::Date, range.clone(), range.start - before).with_after(1))
}

/// `number: 1` below `build:`, or `{% set build = 1 %}`.
fn build_number(file: &File<'_>) -> Vec<Spot> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in file.text.split_inclusive('\n') {
        let bare = line.trim_end();
        let digits = bare.trim_end_matches(" %}").trim_end();
        let count = digits.len() - digits.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let range = offset + digits.len() - count..offset + digits.len();
        let named = key(&digits[..digits.len() - count]).map(str::trim).unwrap_or_default();
        let set = ["{% set build", "{% set build_number"].contains(&named);
        let plain = named == "number" && file.parent(&place(file.text, range.clone(), Form::Zero)) == "build";
        if count > 0 && (set || plain) {
            let spot = Spot::at(Kind::Recipe, Form::Zero, range.clone(), range.start - offset);
            found.push(Spot { begins_line: true, ..spot });
        }
        offset += line.len();
    }
    found
}

/// `version = "1.2"` of Sphinx' settings.
fn short_of_sphinx(names: &Names, file: &File<'_>) -> Option<Spot> {
    let Some(Found::Literal { range, value }) = find(file.text, "version") else { return None };
    let said = Said { version: &names.version, tag: "", date: None };
    let short = Form::Short.write("", &said).ok()?;
    (value == short && short != names.version.to_string()).then_some(())?;
    let line = file.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let spot = Spot::at(Kind::Documentation, Form::Short, range.clone(), range.start - line).with_after(1);
    Some(Spot { begins_line: true, ..spot })
}

/// `VERSION = (1, 2, 3)` at the top level of a module, and `Version("acme", 1, 2, 3)` of incremental.
fn tuples(names: &Names, file: &File<'_>) -> Vec<Spot> {
    let said = Said { version: &names.version, tag: "", date: None };
    let mut found = Vec::new();
    let assigned = ["VERSION", "__version_info__", "version_info", "__version_tuple__", "VERSION_INFO"];
    for range in assigned.iter().filter_map(|name| tuple(file.text, name)) {
        let written = &file.text[range.clone()];
        let says = Form::Tuple.write(written, &said).is_ok_and(|right| right == written);
        let line = file.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        if says && written.contains(',') {
            let spot = Spot::at(Kind::Module, Form::Tuple, range.clone(), range.start - line).with_after(1);
            found.push(Spot { begins_line: true, ..spot });
        }
    }
    for needle in names.tuples() {
        for place in places(file.text, (&needle, Form::Tuple)) {
            if let Verdict::Follows(spot) = super::modules::judge(names, file, &place) {
                found.push(spot);
            }
        }
    }
    found
}

/// `uses: ana/acme@v1`: the tag that moves with every release of a major or minor version.
fn rolling(names: &Names, file: &File<'_>) -> Vec<Spot> {
    let Some((_, slug)) = &names.repository else { return Vec::new() };
    let mut found = Vec::new();
    for (form, numbers) in [(Form::Major, 1), (Form::Short, 2)] {
        if names.version.release().len() <= numbers {
            continue;
        }
        let pattern = format!("uses: {slug}@v{{version}}");
        for range in occurrences(file.text.as_bytes(), &pattern, form, "") {
            let says = Form::write(form, "", &Said { version: &names.version, tag: "", date: None });
            if says.is_ok_and(|right| right == file.text[range.clone()]) {
                found.push(Spot { named: true, ..Spot::at(Kind::Action, form, range, slug.len() + 2) });
            }
        }
    }
    found
}

/// The lines of a recipe whose value only the upload makes: with what to say of them.
pub(super) fn later(file: &File<'_>, known: &[Spot]) -> Vec<(Range<usize>, &'static str)> {
    if !known.iter().any(|spot| spot.kind == Kind::Recipe) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut offset = 0;
    for line in file.text.split_inclusive('\n') {
        if line.trim_start().starts_with("sha256:") {
            found.push((offset..offset + line.trim_end().len(), "the hash of the sdist is known when it is uploaded"));
        }
        offset += line.len();
    }
    found
}
