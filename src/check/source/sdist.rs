//! An sdist against what was committed: each of its files is in the commit byte for byte, or a backend made it by a
//! known rule.

use std::collections::{BTreeMap, BTreeSet};

use super::super::project::some;
use super::super::pyproject::node::Node;
use super::super::rules::raise;
use super::is_of_tests;
use super::links::resolve;
use crate::archive::{Member, MemberKind, Scan, Sha256, shown};
use crate::error::Location;
use crate::project::Pyproject;
use crate::report::Finding;

/// What was committed of a package, by paths below its folder.
pub struct Committed<'a> {
    /// The mode of each file.
    pub files: BTreeMap<String, i32>,
    /// The bytes of a file, which is one of these.
    pub read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// The tag; nothing where HEAD is meant.
    pub tag: Option<&'a str>,
}

const LINK: i32 = 0o120_000;

/// What an sdist has that was not committed, and lacks of what was.
pub fn judge(name: &str, scan: &Scan, pyproject: &Pyproject, committed: &Committed<'_>) -> Vec<Finding> {
    let rules = Generated::of(scan, pyproject, committed);
    let mut findings = Vec::new();
    let mut packed = BTreeSet::new();
    let what = committed.tag.map_or("HEAD".to_owned(), |tag| format!("`{}`", shown(tag)));
    for member in &scan.members {
        let Some((_, path)) = member.name.split_once('/').filter(|_| member.kind != MemberKind::Directory) else {
            continue;
        };
        packed.insert(path);
        let problem = match committed.files.get(path) {
            None if rules.makes(path, member) => continue,
            None => Problem::Missing,
            Some(mode) => match compare(committed, (path, *mode), member) {
                None => continue,
                Some(_) if rules.rewrites(path, member) => continue,
                Some(problem) => problem,
            },
        };
        let (code, message) = match (problem, committed.tag) {
            (Problem::Missing, Some(_)) => ("source/not-in-tag", format!("`{}` is not in {what}", shown(path))),
            (Problem::Missing, None) => ("source/not-in-tree", format!("`{}` is not in {what}", shown(path))),
            (Problem::Other, Some(_)) => {
                ("source/differs-from-tag", format!("`{}` has other bytes than in {what}", shown(path)))
            }
            (Problem::Other, None) => {
                ("source/differs-from-tree", format!("`{}` has other bytes than in {what}", shown(path)))
            }
            (Problem::LineEnds, _) => ("source/line-ends", format!("`{}` has CRLF where {what} has LF", shown(path))),
        };
        findings.push(raise(code, message, Location::member(name, &member.name)));
    }
    cut(&mut findings);
    lacking(name, pyproject, committed, &packed, &mut findings);
    findings
}

/// Of each code the first hundred are told, and how many more there are.
fn cut(findings: &mut Vec<Finding>) {
    const MOST: usize = 100;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    findings.retain(|finding| {
        let count = counts.entry(finding.code).or_default();
        *count += 1;
        *count <= MOST
    });
    for (code, count) in counts.into_iter().filter(|(_, count)| *count > MOST) {
        if let Some(last) = findings.iter_mut().rfind(|finding| finding.code == code) {
            last.message = format!("{}, and {} more", last.message, count - MOST);
        }
    }
}

#[derive(Clone, Copy)]
enum Problem {
    Missing,
    Other,
    LineEnds,
}

/// What is different; nothing where a member is what was committed.
fn compare(committed: &Committed<'_>, (path, mode): (&str, i32), member: &Member) -> Option<Problem> {
    let bytes = (committed.read)(path)?;
    if mode == LINK {
        let target = String::from_utf8_lossy(&bytes).into_owned();
        if member.link.as_deref() == Some(&target) {
            return None;
        }
        // Some backends store what a link leads to.
        let target = resolve(path, &target)?;
        let Some(mode) = committed.files.get(&target).filter(|mode| **mode != LINK) else {
            return Some(Problem::Other);
        };
        return compare(committed, (&target, *mode), member);
    }
    let found = match member.kind {
        // A hard link is the file that it names.
        MemberKind::Hardlink => return None,
        _ => member.sha256?,
    };
    if found == Sha256::of(&bytes) {
        return None;
    }
    let is_text = !bytes.contains(&0) && !bytes.contains(&b'\r');
    if is_text && found == Sha256::of(&with_crlf(&bytes)) {
        return Some(Problem::LineEnds);
    }
    Some(Problem::Other)
}

fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    for byte in bytes {
        if *byte == b'\n' {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

/// What backends make or rewrite.
struct Generated<'a> {
    scan: &'a Scan,
    committed: &'a Committed<'a>,
    is_setuptools: bool,
    /// Version files that a plugin writes.
    versions: Vec<String>,
    submodules: Vec<String>,
}

impl<'a> Generated<'a> {
    fn of(scan: &'a Scan, pyproject: &Pyproject, committed: &'a Committed<'a>) -> Generated<'a> {
        const VERSION_FILES: [&[&str]; 7] = [
            &["tool", "hatch", "build", "hooks", "vcs", "version-file"],
            &["tool", "hatch", "build", "hooks", "version", "path"],
            &["tool", "setuptools_scm", "version_file"],
            &["tool", "setuptools_scm", "write_to"],
            &["tool", "pdm", "version", "write_to"],
            &["tool", "versioningit", "write", "file"],
            &["tool", "versioneer", "versionfile_source"],
        ];
        let versions = VERSION_FILES.iter().filter_map(|path| pyproject.string(path).map(str::to_owned)).collect();
        let modules = committed.files.contains_key(".gitmodules").then(|| (committed.read)(".gitmodules")).flatten();
        let modules = String::from_utf8_lossy(&modules.unwrap_or_default()).into_owned();
        let submodules = modules.lines().filter_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "path").then(|| format!("{}/", value.trim()))
        });
        Generated {
            scan,
            committed,
            is_setuptools: pyproject.backend().starts_with("setuptools"),
            versions,
            submodules: submodules.collect(),
        }
    }

    /// Whether a backend makes a file that was not committed.
    fn makes(&self, path: &str, member: &Member) -> bool {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        const EGG_INFO: [&str; 9] = [
            "PKG-INFO",
            "SOURCES.txt",
            "dependency_links.txt",
            "entry_points.txt",
            "requires.txt",
            "top_level.txt",
            "zip-safe",
            "not-zip-safe",
            "namespace_packages.txt",
        ];
        match path {
            "PKG-INFO" => true,
            "setup.cfg" => self.text("setup.cfg").is_some_and(|text| ini(&text, true).is_empty()),
            // For installers of old; nothing runs it where another backend is named.
            "setup.py" => !self.is_setuptools,
            "pyproject.toml.orig" => self.is_original(member),
            _ if folder.ends_with(".egg-info") => EGG_INFO.contains(&file),
            _ => self.is_version_file(path) || self.submodules.iter().any(|module| path.starts_with(module.as_str())),
        }
    }

    /// Whether a backend rewrites a file that was committed, and this is what comes of it.
    fn rewrites(&self, path: &str, member: &Member) -> bool {
        match path {
            "PKG-INFO" => true,
            "setup.cfg" => {
                let written = (self.committed.read)(path).and_then(|bytes| String::from_utf8(bytes).ok());
                let packed = self.text("setup.cfg");
                written.zip(packed).is_some_and(|(written, packed)| ini(&written, true) == ini(&packed, true))
            }
            "pyproject.toml" => {
                let original = self.scan.members.iter().find(|member| member.name.ends_with("/pyproject.toml.orig"));
                original.is_some_and(|original| self.is_original(original)) && self.is_same_toml()
            }
            _ if path.contains(".egg-info/") => self.makes(path, member),
            _ => self.is_version_file(path),
        }
    }

    /// Whether a file is `pyproject.toml` as it was committed.
    fn is_original(&self, member: &Member) -> bool {
        (self.committed.read)("pyproject.toml").is_some_and(|bytes| member.sha256 == Some(Sha256::of(&bytes)))
    }

    /// Whether `pyproject.toml` says the same as the one that was committed.
    fn is_same_toml(&self) -> bool {
        let written = (self.committed.read)("pyproject.toml").and_then(|bytes| String::from_utf8(bytes).ok());
        let parsed = |text: String| Pyproject::parse("pyproject.toml", text).ok();
        let Some((written, packed)) = written.and_then(parsed).zip(self.text("pyproject.toml").and_then(parsed)) else {
            return false;
        };
        match (written.get(&[]), packed.get(&[])) {
            (Some(written), Some(packed)) => Node::of(written).same(&Node::of(packed)),
            _ => false,
        }
    }

    fn is_version_file(&self, path: &str) -> bool {
        self.versions.iter().any(|version| {
            path == version
                || path.strip_suffix(version.as_str()).is_some_and(|start| start == "src/" || start.is_empty())
        })
    }

    /// A text at the top of the sdist.
    fn text(&self, file: &str) -> Option<String> {
        let (_, bytes) =
            self.scan.kept.iter().find(|(name, _)| name.split_once('/').is_some_and(|(_, rest)| rest == file))?;
        String::from_utf8(bytes.clone()).ok()
    }
}

/// The lines of an ini file, without blanks, comments and, where asked, the section `[egg_info]` that setuptools adds
/// and the order and spaces that it changes.
fn ini(text: &str, without_egg_info: bool) -> BTreeSet<(String, String)> {
    let mut lines = BTreeSet::new();
    let mut section = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if trimmed.starts_with('[') {
            section = trimmed.to_owned();
        } else if !(without_egg_info && section == "[egg_info]") {
            let line = match trimmed.split_once(['=', ':']) {
                Some((key, value)) => format!("{}={}", key.trim().to_lowercase(), value.trim()),
                None => trimmed.to_owned(),
            };
            lines.insert((section.clone(), line));
        }
    }
    lines
}

/// What was committed and is not in the sdist.
fn lacking(
    name: &str,
    pyproject: &Pyproject,
    committed: &Committed<'_>,
    packed: &BTreeSet<&str>,
    findings: &mut Vec<Finding>,
) {
    let ignored = export_ignored(committed);
    let missing: Vec<&str> = committed
        .files
        .keys()
        .map(String::as_str)
        .filter(|path| !packed.contains(path) && !is_of_repository(path))
        .filter(|path| !ignored.iter().any(|pattern| matches(pattern, path)))
        .collect();
    let (needed, others): (Vec<&str>, Vec<&str>) = missing.into_iter().partition(|path| is_needed(path, pyproject));
    for path in needed {
        let message = format!("`{}` is tracked, and not in the sdist", shown(path));
        findings.push(raise("source/needed-not-in-sdist", message, Location::file(name)));
    }
    if !others.is_empty() {
        let mut folders: BTreeMap<String, usize> = BTreeMap::new();
        for path in &others {
            let top = path.split_once('/').map_or((*path).to_owned(), |(top, _)| format!("{top}/"));
            *folders.entry(top).or_default() += 1;
        }
        let count = crate::report::text::count(others.len(), "tracked file");
        let are = if others.len() == 1 { "is" } else { "are" };
        let message = format!("{count} {are} not in the sdist: {}", some(folders.keys().map(String::as_str)));
        findings.push(raise("source/not-in-sdist", message, Location::file(name)));
    }
}

/// What serves the repository alone.
fn is_of_repository(path: &str) -> bool {
    const FOLDERS: [&str; 7] =
        [".github/", ".gitea/", ".forgejo/", ".circleci/", ".devcontainer/", ".vscode/", ".release/"];
    const FILES: [&str; 9] = [
        "noxfile.py",
        "codecov.yml",
        "appveyor.yml",
        "azure-pipelines.yml",
        "uv.lock",
        "poetry.lock",
        "pdm.lock",
        "release.toml",
        "mkdocs.yml",
    ];
    FOLDERS.iter().any(|folder| path.starts_with(folder))
        || FILES.contains(&path)
        || path.rsplit('/').next().is_some_and(|file| file.starts_with('.'))
}

/// Without these nobody can build what was built, or may not pass it on.
fn is_needed(path: &str, pyproject: &Pyproject) -> bool {
    if path.contains('/') {
        let sources = pyproject.get(&["tool", "setuptools", "ext-modules"]).map(Node::of);
        let is_source = |node: &Node<'_>| node.get("sources").is_some_and(|list| list.texts().any(|text| text == path));
        return sources.is_some_and(|list| list.list().iter().any(is_source)) && !is_of_tests(path);
    }
    let upper = path.to_ascii_uppercase();
    let is_license = ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|name| upper.starts_with(name));
    let readme = pyproject.string(&["project", "readme"]).or_else(|| pyproject.string(&["project", "readme", "file"]));
    let backend = pyproject.backend();
    is_license
        || readme == Some(path)
        || (backend.starts_with("setuptools") && matches!(path, "setup.py" | "setup.cfg"))
        || (backend.starts_with("hatchling") && path == "hatch.toml")
        || (backend.starts_with("maturin") && matches!(path, "Cargo.toml" | "build.rs"))
        || (backend.starts_with("mesonpy") && path == "meson.build")
        || (backend.starts_with("scikit_build") && path == "CMakeLists.txt")
}

/// The patterns of `.gitattributes` that keep files out of archives.
fn export_ignored(committed: &Committed<'_>) -> Vec<String> {
    let bytes = committed.files.contains_key(".gitattributes").then(|| (committed.read)(".gitattributes")).flatten();
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let pattern = |line: &str| {
        let mut words = line.split_whitespace();
        let pattern = words.next().filter(|pattern| !pattern.starts_with('#'))?.to_owned();
        words.any(|word| word == "export-ignore").then_some(pattern)
    };
    text.lines().filter_map(pattern).collect()
}

/// The simple patterns: a path, a folder, or `*` and an ending.
fn matches(pattern: &str, path: &str) -> bool {
    let plain = pattern.trim_start_matches('/').trim_end_matches("/**").trim_end_matches('/');
    let file = path.rsplit('/').next().unwrap_or(path);
    match plain.strip_prefix('*') {
        Some(ending) if !ending.contains('*') => file.ends_with(ending),
        _ => path == plain || path.starts_with(&format!("{plain}/")) || (!pattern.contains('/') && file == plain),
    }
}
