//! The wheel: the files that are selected, or packages that have the name of the project; then data, scripts and what
//! describes them.

use super::super::super::globs::{self, Reading};
use super::super::super::native::{Contents, Reason, Source};
use super::super::super::tree::Tree;
use super::ignored::Ignored;
use super::select::{Defaults, Selected, Selection};
use super::settings::{Target, is_odd, relative, strings};
use super::view::View;
use super::{Project, file_part, finished, is_left_out};
use crate::archive::write::{Content, Entry};
use crate::python::name::normalize;

/// The contents of the wheel.
pub fn wheel(source: &Source<'_>) -> Result<Contents, Reason> {
    let project = Project::read(source)?;
    let target = project.hatch.target("wheel")?;
    let tree = source.tree;
    let view = View { tree, made: super::version::hooked(tree, &target, &project.told.version)? };
    let stem = project.stem(&target)?;
    let (selection, files) = selected(&project, &target, &view, &stem)?;
    let mut entries = Vec::new();
    for file in files {
        entries.push(view.entry(&file.from, file.to)?);
    }
    for (key, folder) in
        [("shared-data", format!("{stem}.data/data")), ("shared-scripts", format!("{stem}.data/scripts"))]
    {
        for (file, to) in elsewhere(&target, &view, &selection, key)? {
            let entry = view.entry(&file, format!("{folder}/{to}"))?;
            entries.push(if key == "shared-scripts" { script(&view, &file, entry)? } else { entry });
        }
    }
    let folder = format!("{stem}.dist-info");
    let mut generated = vec![Tree::made(format!("{folder}/METADATA"), project.metadata()?)];
    let majors = majors(&project)?;
    generated.push(Tree::made(format!("{folder}/WHEEL"), project.wheel_file(&majors)));
    generated.extend(project.entry_points()?.map(|text| Tree::made(format!("{folder}/entry_points.txt"), text)));
    for path in &project.license_files {
        let entry = view.entry(path, format!("{folder}/licenses/{path}"))?;
        generated.push(Entry { executable: false, ..entry });
    }
    for (file, to) in sboms(&target, &view, &selection)? {
        generated.push(view.entry(&file, format!("{folder}/sboms/{to}"))?);
    }
    for (file, to) in elsewhere(&target, &view, &selection, "extra-metadata")? {
        generated.push(view.entry(&file, format!("{folder}/extra_metadata/{to}"))?);
    }
    let tags: Vec<String> = majors.iter().map(|major| format!("py{major}")).collect();
    let name = format!("{stem}-{}-none-any.whl", tags.join("."));
    let key = "tool.hatch.build.targets.wheel";
    Ok(Contents { name, folder, entries: finished(entries, generated, key)?, crlf: false })
}

/// Folders as sdists are unpacked in; what leaves out all of them leaves out every other one.
const UNPACKED: [&str; 4] = ["tmp/q7xk2v", "var/folders/q7/xk2v/T/q7xk2v", "home/q7/.cache/uv/q7xk2v", "q7xk2v"];

/// How files are selected, and which they are.
fn selected(
    project: &Project<'_>,
    target: &Target<'_>,
    view: &View<'_>,
    stem: &str,
) -> Result<(Selection, Vec<Selected>), Reason> {
    let ignored = Ignored::find(view.tree)?;
    let select = |lines: &[String]| {
        let selection = Selection::new(view, target, defaults(project, target, view)?, lines)?;
        let files = selection.files(view)?;
        Ok((selection, files))
    };
    if target.flag("ignore-vcs", false)? || is_left_out(view.tree, &ignored)? {
        return select(&[]);
    }
    let found = select(&ignored.lines)?;
    if view.tree.folder().is_some() {
        return Ok(found);
    }
    // Where the sdist is unpacked is not known. If that folder is left out, no line counts.
    let mut left_out = 0;
    for folder in UNPACKED {
        left_out += usize::from(ignored.leave_out(&format!("{folder}/{stem}"))?);
    }
    if left_out > 0 {
        let all = select(&[])?;
        if left_out == UNPACKED.len() {
            return Ok(all);
        }
        if all.1 != found.1 {
            let why = "it may leave out the folder that the sdist is unpacked in, and then counts for nothing";
            return Err(Reason::new("the file `.gitignore`", why));
        }
    }
    Ok(found)
}

/// What is packaged where no key says it: the package, module or namespace that has the name of the project.
fn defaults(project: &Project<'_>, target: &Target<'_>, view: &View<'_>) -> Result<Defaults, Reason> {
    for key in ["include", "packages", "only-include"] {
        if target.strings(key)?.is_some_and(|list| !list.is_empty()) {
            return Ok(Defaults::default());
        }
    }
    let written = &project.declared.name;
    for name in [file_part(written), file_part(&normalize(written))] {
        for package in [name.clone(), format!("src/{name}")] {
            if view.is_file(&format!("{package}/__init__.py")) {
                return Ok(Defaults { packages: vec![package], ..Defaults::default() });
            }
        }
        let module = format!("{name}.py");
        if view.is_file(&module) {
            return Ok(Defaults { only_include: vec![module], ..Defaults::default() });
        }
        let namespaces = globs::expand(view.tree, "", &format!("*/{name}/__init__.py"), Reading::FLAT)?;
        if let [only] = &namespaces[..] {
            let namespace = only.split('/').next().unwrap_or(only).to_owned();
            return Ok(Defaults { packages: vec![namespace], ..Defaults::default() });
        }
    }
    let is_bypassed = match target.own("bypass-selection") {
        Some((item, shown)) => item.as_bool().ok_or_else(|| Reason::new(shown, "it is not a boolean"))?,
        None => false,
    };
    let forced = target.paths("force-include", target.either("force-include"))?;
    if is_bypassed || view.made.is_some() || !forced.is_empty() {
        return Ok(Defaults { nothing: true, ..Defaults::default() });
    }
    let why = format!("nothing has the name of the project, such as `{}`", file_part(&normalize(written)));
    Err(Reason::new("tool.hatch.build.targets.wheel.packages", why).instead("the packages in it"))
}

/// Files that a table of the target puts elsewhere; what is not there is passed over.
fn elsewhere(
    target: &Target<'_>,
    view: &View<'_>,
    selection: &Selection,
    key: &str,
) -> Result<Vec<(String, String)>, Reason> {
    let mut found = Vec::new();
    for (from, to) in target.paths(key, target.own(key))? {
        selection.explicit(view, (&from, &to), &mut found)?;
    }
    Ok(found.into_iter().map(|Selected { from, to }| (from, to)).collect())
}

/// Bills of materials, by the last part of their path.
fn sboms(target: &Target<'_>, view: &View<'_>, selection: &Selection) -> Result<Vec<(String, String)>, Reason> {
    let Some((item, shown)) = target.own("sbom-files") else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for path in strings(item, &shown)? {
        let plain = relative(&path);
        if path.starts_with('/') || path.ends_with('/') || is_odd(&plain) || !view.is_file(&plain) {
            return Err(Reason::new(shown, format!("`{path}` is no file of the project")));
        }
        let name = plain.rsplit('/').next().unwrap_or(&plain);
        selection.explicit(view, (&plain, name), &mut found)?;
    }
    Ok(found.into_iter().map(|Selected { from, to }| (from, to)).collect())
}

/// How long the first line of a script may be.
const SHEBANG: usize = 256;

/// A script; one of Python's gets the line that installers rewrite.
fn script(view: &View<'_>, path: &str, entry: Entry) -> Result<Entry, Reason> {
    let bytes = match &view.made {
        Some(made) if made.path == path => return Err(Reason::new(format!("the file `{path}`"), "a hook writes it")),
        _ => view.tree.read(path)?.unwrap_or_default(),
    };
    let line = bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = &line[..line.len().min(SHEBANG)];
    if !line.starts_with(b"#!") || (line.len() == SHEBANG && !line.ends_with(b"\n")) {
        return Ok(entry);
    }
    let last = |word: &[u8]| (2..line.len()).rev().find(|at| line[*at..].starts_with(word)).map(|at| (at, word.len()));
    let Some((at, length)) = last(b"python").max(last(b"pypy")) else { return Ok(entry) };
    let mut end = at + length;
    end += usize::from(line.get(end) == Some(&b'w'));
    while line.get(end).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.') {
        end += 1;
    }
    let written = [b"#!python", &bytes[end..]].concat();
    Ok(Entry { content: Content::Bytes(written.into()), ..entry })
}

/// The major versions of Python that the range has something of.
fn majors(project: &Project<'_>) -> Result<Vec<u64>, Reason> {
    let Some(range) = project.python()? else { return Ok(vec![2, 3]) };
    let has = |major: u64, patches: std::ops::RangeInclusive<u64>| {
        (0..100).any(|minor| {
            patches.clone().any(|patch| {
                let version = format!("{major}.{minor}.{patch}");
                range.contains(&version.parse().expect("three numbers are a version"))
            })
        })
    };
    for patches in [100..=100, 0..=99] {
        let found: Vec<u64> = [2, 3].into_iter().filter(|major| has(*major, patches.clone())).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(Reason::new("project.requires-python", "no Python is in it"))
}
