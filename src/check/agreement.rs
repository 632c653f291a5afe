//! The archives of one release among each other: their metadata, and the modules that they hold.
//!
//! Follows PEP 643 and the checks W101 and W102 of check-wheel-contents.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;

use crate::archive::{Kind, Scan, shown};
use crate::python::filename::{SdistName, WheelName};
use crate::python::metadata::{Field, MetadataVersion, RawMetadata};
use crate::python::name::normalize;
use crate::python::requirement::Requirement;
use crate::python::specifier::SpecifierSet;

use super::contents::files;
use super::examine::Examined;
use super::judge::{Docket, Verdict, is_sound};
use super::{inside, install, policy::Policy};

/// What resolvers take from one wheel for all of them.
const RESOLVED: [Field; 3] = [Field::RequiresDist, Field::RequiresPython, Field::ProvidesExtra];

/// Where packages lie in an sdist.
const ROOTS: [&str; 4] = ["src/", "", "lib/", "python/"];

struct Sdist<'a> {
    top: String,
    scan: &'a Scan,
    info: Option<RawMetadata>,
}

struct Wheel<'a> {
    file_name: &'a str,
    scan: &'a Scan,
    name: WheelName,
    metadata: Option<RawMetadata>,
}

/// The archives of one version of one project.
#[derive(Default)]
struct Release<'a> {
    sdists: Vec<Sdist<'a>>,
    wheels: Vec<Wheel<'a>>,
}

/// Judges archives among each other, release by release. Those that cannot be judged by themselves are left out, and so
/// is what [`super::judge`] says of each.
pub fn judge_together(archives: &[&Examined], policy: &Policy) -> Verdict {
    let mut all = inside::stale(archives, policy);
    for release in releases(archives).values() {
        for (at, wheel) in release.wheels.iter().enumerate() {
            let mut docket = Docket::new(wheel.file_name, policy);
            match release.sdists.first() {
                Some(sdist) => {
                    metadata(&mut docket, sdist, wheel);
                    modules(&mut docket, sdist, wheel);
                }
                None if at == 0 => docket.raise("check/no-sdist", "there is no sdist beside the wheels", None),
                None => {}
            }
            if let Some(first) = release.wheels.first().filter(|_| at > 0) {
                requirements(&mut docket, first, wheel);
            }
            let Verdict { findings, accepted, .. } = docket.verdict(true);
            all.findings.extend(findings);
            all.accepted += accepted;
        }
    }
    all
}

fn releases<'a>(archives: &[&'a Examined]) -> BTreeMap<(String, String), Release<'a>> {
    let mut releases: BTreeMap<_, Release<'a>> = BTreeMap::new();
    for Examined { name: file_name, scan, .. } in archives.iter().filter(|archive| is_sound(&archive.scan)) {
        match scan.kind {
            Kind::Wheel => {
                let Ok(name) = file_name.parse::<WheelName>() else { continue };
                let metadata = scan.kept.get(&format!("{}/METADATA", name.dist_info()));
                let metadata = metadata.map(|bytes| RawMetadata::parse(bytes));
                let key = (name.name().normalized().to_owned(), name.version().to_string());
                releases.entry(key).or_default().wheels.push(Wheel { file_name, scan, name, metadata });
            }
            Kind::Sdist => {
                let Ok(name) = file_name.parse::<SdistName>() else { continue };
                let info = scan.kept.get(&format!("{}/PKG-INFO", name.stem()));
                let info = info.map(|bytes| RawMetadata::parse(bytes));
                let key = (name.name().normalized().to_owned(), name.version().to_string());
                releases.entry(key).or_default().sdists.push(Sdist { top: name.stem(), scan, info });
            }
            Kind::Other => {}
        }
    }
    releases
}

/// Every field that the sdist does not call dynamic is the same in the wheel.
fn metadata(docket: &mut Docket<'_>, sdist: &Sdist<'_>, wheel: &Wheel<'_>) {
    let (Some(info), Some(metadata)) = (&sdist.info, &wheel.metadata) else { return };
    let version = info.first("Metadata-Version").and_then(MetadataVersion::parse);
    // Before 2.2 everything may be dynamic.
    if version.is_none_or(|version| version < MetadataVersion::V2_2) || info.cut().is_some() {
        return;
    }
    let dynamic: HashSet<Field> = info.all("Dynamic").filter_map(Field::parse).collect();
    let fields =
        |raw: &RawMetadata| raw.headers().iter().filter_map(|header| Field::parse(&header.name)).collect::<Vec<_>>();
    let named: BTreeSet<&str> = fields(info).into_iter().chain(fields(metadata)).map(Field::name).collect();
    for field in named.into_iter().filter_map(Field::parse).filter(|field| !dynamic.contains(field)) {
        if matches!(field, Field::MetadataVersion | Field::Dynamic | Field::Description) {
            continue;
        }
        let (one, other) = (values(info, field), values(metadata, field));
        if one != other {
            let difference = one.symmetric_difference(&other).next().map_or("", String::as_str);
            let place = if one.contains(difference) { "sdist" } else { "wheel" };
            let message = format!("`{field}: {}` is in the {place} only", shown(difference));
            docket.raise("check/metadata-disagrees", message, None);
        }
    }
    if !dynamic.contains(&Field::Description) && description(info) != description(metadata) {
        docket.raise("check/metadata-disagrees", "sdist and wheel have different descriptions", None);
    }
}

/// The values of a field, each in the form in which equal ones are equal.
fn values(raw: &RawMetadata, field: Field) -> BTreeSet<String> {
    let requirement = |text: &str| {
        let mut requirement = text.parse::<Requirement>().ok()?;
        requirement.name = requirement.name.normalized().parse().ok()?;
        Some(requirement.to_string())
    };
    let pythons = |text: &str| {
        let set = text.parse::<SpecifierSet>().ok()?;
        let parts: BTreeSet<String> = set.specifiers().iter().map(ToString::to_string).collect();
        Some(parts.into_iter().collect::<Vec<_>>().join(","))
    };
    let texts = raw.all(field.name()).map(str::trim).filter(|text| !text.is_empty() && *text != "UNKNOWN");
    let folded = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    folded
        .flat_map(|text| match field {
            Field::Keywords => text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            Field::RequiresDist => vec![requirement(&text).unwrap_or(text)],
            Field::RequiresPython => vec![pythons(&text).unwrap_or(text)],
            Field::Name | Field::ProvidesExtra => vec![normalize(&text)],
            Field::Version => {
                vec![text.parse::<crate::python::version::Version>().map_or(text, |version| version.to_string())]
            }
            _ => vec![text],
        })
        .collect()
}

fn description(raw: &RawMetadata) -> String {
    let text = if raw.body().trim().is_empty() { raw.first("Description").unwrap_or_default() } else { raw.body() };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn requirements(docket: &mut Docket<'_>, first: &Wheel<'_>, wheel: &Wheel<'_>) {
    let (Some(one), Some(other)) = (&first.metadata, &wheel.metadata) else { return };
    for field in RESOLVED {
        let (one, other) = (values(one, field), values(other, field));
        if let Some(difference) = one.symmetric_difference(&other).next() {
            let whose = if one.contains(difference) { first.file_name } else { wheel.file_name };
            let message = format!("`{field}: {}` is in `{}` only", shown(difference), shown(whose));
            docket.raise("check/wheels-disagree", message, None);
        }
    }
}

/// The modules of each package that both have.
fn modules(docket: &mut Docket<'_>, sdist: &Sdist<'_>, wheel: &Wheel<'_>) {
    let installed = install::library(wheel.scan, &wheel.name);
    let wheel: BTreeSet<&str> = installed.iter().map(|file| file.path).collect();
    let sdist_files: BTreeSet<&str> = files(sdist.scan).map(|member| member.name.as_str()).collect();
    let packages = wheel.iter().filter_map(|path| path.strip_suffix("/__init__.py"));
    let (mut lost, mut extra) = (Vec::new(), Vec::new());
    for package in packages.filter(|package| !package.contains('/')) {
        let roots = ROOTS.map(|folder| format!("{}/{folder}", sdist.top));
        let is_root = |root: &String| sdist_files.contains(format!("{root}{package}/__init__.py").as_str());
        let Some(root) = roots.into_iter().find(is_root) else { continue };
        let here = below(&wheel, &format!("{package}/"), 0);
        let there = below(&sdist_files, &format!("{root}{package}/"), root.len());
        lost.extend(there.difference(&here).filter(|path| !is_of_tests(path)).map(|path| (*path).to_owned()));
        extra.extend(here.difference(&there).filter(|path| !is_generated(path)).map(|path| (*path).to_owned()));
    }
    told(docket, ("check/missing-from-wheel", "in the sdist and not in the wheel"), &lost);
    told(docket, ("check/unexpected-in-wheel", "in the wheel and not in the sdist"), &extra);
}

/// The modules below a folder, without what their paths begin with.
fn below<'a>(files: &BTreeSet<&'a str>, folder: &str, skipped: usize) -> BTreeSet<&'a str> {
    let from = (Bound::Included(folder), Bound::Unbounded);
    let inside = files.range::<str, _>(from).take_while(|path| path.starts_with(folder));
    inside.filter(|path| is_module(path)).map(|path| &path[skipped..]).collect()
}

fn told(docket: &mut Docket<'_>, (code, where_it_is): (&'static str, &str), paths: &[String]) {
    let message = match paths {
        [] => return,
        [one] => format!("`{}` is {where_it_is}", shown(one)),
        [first, ..] => format!("{} modules are {where_it_is}, as `{}`", paths.len(), shown(first)),
    };
    docket.raise(code, message, paths.first().map(String::as_str));
}

fn is_module(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".pyi") || path.ends_with("/py.typed")
}

/// Tests are left out of many wheels on purpose.
fn is_of_tests(path: &str) -> bool {
    path.split('/').any(|part| ["test", "tests", "testing", "benchmarks", "conftest.py"].contains(&part))
}

/// Builds write versions and the like.
fn is_generated(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.contains("version")
        || file.ends_with("_pb2.py")
        || file.ends_with("_pb2.pyi")
        || file.starts_with("__config__")
}
