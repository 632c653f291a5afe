//! hatchling 1.33: everything of the project goes into the sdist that version control does not leave out, and packages
//! into the wheel; patterns, lists of paths and rewritten prefixes change both.
//!
//! Measured with hatchling 1.33.0, pathspec 1.1.1 and packaging 26.3. Plugins, and bad configuration, are left to the
//! backend. It is the only one whose hooks may write into the project; what the version hook would write is only put
//! into the archives here.

mod ignored;
mod metadata;
mod patterns;
mod requirements;
mod select;
mod settings;
mod version;
mod view;
mod wheel;

use std::collections::HashSet;

use self::ignored::Ignored;
use self::metadata::Description;
use self::select::{Defaults, Selection};
use self::settings::{Hatch, Target};
use self::version::Told;
use self::view::View;
use super::super::declared::Declared;
use super::super::globs::{self, Reading, has_magic};
use super::super::native::{Contents, Profile, Reason, Source};
use super::super::tree::{Tree, normal};
use crate::archive::write::{Content, Entry};
use crate::python::name::{ProjectName, normalize};

pub use self::wheel::wheel;

/// What its output equals.
pub const PROFILE: Profile =
    Profile { package: "hatchling", version: "1.33.0", since: "1.33.0", variables: &["HATCH_"] };

/// The metadata of an sdist, which count where they are found.
const PKG_INFO: &str = "PKG-INFO";
const LICENSES: [&str; 4] = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"];

/// What both archives need to know.
struct Project<'a> {
    source: &'a Source<'a>,
    hatch: Hatch<'a>,
    declared: Declared,
    told: Told,
    readme: Description,
    /// Sorted.
    license_files: Vec<String>,
}

impl<'a> Project<'a> {
    fn read(source: &'a Source<'a>) -> Result<Project<'a>, Reason> {
        let declared = source.declared.clone().ok_or_else(|| Reason::new("project", "the table is missing"))?;
        if declared.name.parse::<ProjectName>().is_err() {
            return Err(Reason::new("project.name", format!("`{}` is no name", declared.name)));
        }
        if let Some(root) = source.tree.folder() {
            if root.to_str().is_none_or(has_magic) {
                let key = format!("the folder `{}`", root.display());
                return Err(Reason::new(key, "hatchling would read its name as a pattern"));
            }
            if let Some(bytes) = source.tree.read(PKG_INFO)? {
                version::told_by_sdist(&bytes)?;
                if declared.dynamic.iter().any(|field| field != "version") {
                    let key = format!("the file `{PKG_INFO}`");
                    return Err(Reason::new(key, "it may fill what is in `project.dynamic`").instead("remove it"));
                }
            }
        }
        let hatch = Hatch::read(source)?;
        hatch.refuse_metadata_hooks()?;
        Ok(Project {
            told: Told::read(source, &hatch, &declared)?,
            readme: Description::read(source, &declared)?,
            license_files: license_files(source.tree, &declared)?,
            source,
            hatch,
            declared,
        })
    }

    /// `name-version`, as in names of files.
    fn stem(&self, target: &Target<'_>) -> Result<String, Reason> {
        let name = match target.flag("strict-naming", true)? {
            true => normalize(&self.declared.name),
            false => self.declared.name.clone(),
        };
        Ok(format!("{}-{}", file_part(&name), self.told.version))
    }
}

/// A name as it stands in names of files and folders.
fn file_part(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        match character {
            c if c.is_alphanumeric() || c == '_' || c == '.' => text.push(c),
            _ if text.ends_with('-') => {}
            _ => text.push('-'),
        }
    }
    text.replace('-', "_")
}

fn license_files(tree: &Tree, declared: &Declared) -> Result<Vec<String>, Reason> {
    let key = "project.license-files";
    let mut found = Vec::new();
    let patterns = declared.license_files.clone().unwrap_or_else(|| LICENSES.map(str::to_owned).to_vec());
    for pattern in &patterns {
        let plain = settings::relative(pattern);
        if pattern.starts_with('/') || plain.starts_with("..") || plain.contains('\\') {
            return Err(Reason::new(key, format!("`{pattern}` may name files outside the project")));
        }
        let files = globs::expand(tree, "", &plain, Reading::FLAT)?;
        found.extend(files.into_iter().filter(|path| tree.is_file(path)));
    }
    found.sort();
    if let Some(twice) = found.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Reason::new(key, format!("two patterns name `{}`", twice[0])).instead("one pattern for each file"));
    }
    Ok(found)
}

/// The contents of the sdist.
pub fn sdist(source: &Source<'_>) -> Result<Contents, Reason> {
    let project = Project::read(source)?;
    let target = project.hatch.target("sdist")?;
    let tree = source.tree;
    let view = View { tree, made: version::hooked(tree, &target, &project.told.version)? };
    let ignored = Ignored::find(tree)?;
    let lines = match target.flag("ignore-vcs", false)? || is_left_out(tree, &ignored)? {
        true => &[][..],
        false => &ignored.lines,
    };
    let mut selection = Selection::new(&view, &target, Defaults::default(), lines)?;
    for name in ["pyproject.toml", "hatch.toml", "hatch_build.py"] {
        if tree.is_file(name) {
            selection.force(name.to_owned(), name.to_owned());
        } else if tree.is_folder(name) {
            return Err(Reason::new(format!("the folder `{name}`"), "a file has this name elsewhere"));
        }
    }
    for path in ignored.within.iter().chain(&project.readme.file).chain(&project.license_files) {
        selection.force(path.clone(), path.clone());
    }
    let mut entries = Vec::new();
    for entry in &ignored.above {
        selection.reserve(&entry.path);
        entries.push(Entry { path: selection.place(&entry.path), ..entry.clone() });
    }
    for file in selection.files(&view)? {
        // That of an sdist that is built again is replaced.
        if file.to != PKG_INFO {
            entries.push(member(&view, &file.from, file.to)?);
        }
    }
    let stem = project.stem(&target)?;
    let entries = finished(entries, vec![Tree::made(PKG_INFO.to_owned(), project.metadata()?)], "tool.hatch.build")?;
    Ok(Contents { name: format!("{stem}.tar.gz"), folder: stem, entries, crlf: false })
}

/// Whether the files of version control leave out the whole project, and so nothing.
fn is_left_out(tree: &Tree, ignored: &Ignored) -> Result<bool, Reason> {
    match tree.folder().and_then(|root| root.to_str()) {
        Some(root) => ignored.leave_out(root),
        None => Ok(false),
    }
}

/// A file as it is stored in an sdist: a link stays one, but none may lead out of it.
fn member(view: &View<'_>, from: &str, to: String) -> Result<Entry, Reason> {
    let Some(target) = view.tree.link(from) else { return view.entry(from, to) };
    let folder = to.rsplit_once('/').map_or("", |(folder, _)| folder);
    if target.starts_with('/') || normal(&format!("{folder}/{target}")).is_none() {
        let why = format!("it names `{target}`, which is outside the project");
        return Err(Reason::new(format!("the link `{from}`"), why));
    }
    Ok(Entry { path: to, content: Content::Link(target), executable: false })
}

/// The members in their order; two of the same path are refused, as are odd paths.
fn finished(mut entries: Vec<Entry>, generated: Vec<Entry>, key: &str) -> Result<Vec<Entry>, Reason> {
    entries.sort_by(|left, right| left.path.cmp(&right.path));
    entries.extend(generated);
    let mut seen = HashSet::new();
    for entry in &entries {
        if !seen.insert(entry.path.as_str()) {
            return Err(Reason::new(key, format!("two files would be `{}`", entry.path)));
        }
        if normal(&entry.path).as_ref() != Some(&entry.path) {
            return Err(Reason::new(key, format!("`{}` would be an odd path", entry.path)));
        }
    }
    Ok(entries)
}
