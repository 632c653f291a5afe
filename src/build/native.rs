//! Whether a project can be built without its backend, and what decided it.
//!
//! A native backend works out what the real one of a stated version would put into both archives. What it cannot know
//! without running code is a [`Reason`], and the project's own backend builds then: never a guess.

use crate::archive::write::Entry;
use crate::effects::{EffectsError, Inspect};
use crate::project::pyproject::Pyproject;
use crate::python::requirement::Requirement;
use crate::python::version::Version;

use super::backends::{self, Backend};
use super::declared::Declared;
use super::stale::Stale;
use super::tree::Tree;

/// Why a project is built by its own backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What decided: a key of a file, or a file.
    pub key: String,
    /// What about it.
    pub why: String,
    /// What would make the build native; nothing where nothing would.
    pub instead: Option<String>,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Reason { key, why, .. } = self;
        let quote = if key.contains('`') { "" } else { "`" };
        write!(f, "{quote}{key}{quote}: {why}")
    }
}

impl Reason {
    /// A reason that nothing can be done about.
    pub fn new(key: impl Into<String>, why: impl Into<String>) -> Self {
        Reason { key: key.into(), why: why.into(), instead: None }
    }

    /// The same, with what would make the build native.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }

    pub(super) fn unreadable(path: &str, error: &EffectsError) -> Self {
        let mut why = error.to_string();
        if let Some(source) = std::error::Error::source(error) {
            why = format!("{why}: {source}");
        }
        Reason::new(format!("the file `{path}`"), why)
    }

    pub(super) fn odd_name(folder: &str) -> Self {
        let folder = if folder.is_empty() { "the project" } else { folder };
        Reason::new("names of files", format!("one in `{folder}` is not UTF-8"))
    }
}

/// The members of one archive, before there is an archive.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The name of the file.
    pub name: String,
    /// The folder that all members of an sdist lie in; for a wheel its `.dist-info`.
    pub folder: String,
    /// The members, without RECORD: an sdist's below its folder. Those of a wheel stand in the order of the backend's
    /// RECORD.
    pub entries: Vec<Entry>,
    /// Whether lines of RECORD end with `\r\n`.
    pub crlf: bool,
}

impl Contents {
    /// Whether it is a wheel; else it is an sdist.
    pub fn is_wheel(&self) -> bool {
        self.name.ends_with(".whl")
    }
}

/// What both archives will hold.
#[derive(Debug, Clone)]
pub struct Archives {
    /// The sdist.
    pub sdist: Contents,
    /// The wheel, as it is built from the sdist.
    pub wheel: Contents,
    /// The backend whose output they equal, with its version.
    pub like: String,
}

/// What a native backend looks at: the project, or the sdist that was made of it.
pub struct Source<'a> {
    /// Its files.
    pub tree: &'a Tree,
    /// Its `pyproject.toml`.
    pub pyproject: &'a Pyproject,
    /// Its `[project]` table; nothing where it has none.
    pub declared: Option<Declared>,
}

/// The real backend whose output a native one equals.
pub struct Profile {
    /// The package, as `requires` names it.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Older versions whose output is the same, oldest and newest of them; they need not exist one by one.
    pub since: &'static str,
    /// Prefixes of variables that change what it does.
    pub variables: &'static [&'static str],
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.package, self.version)
    }
}

/// The backend that a project would be built like, with its version.
///
/// # Errors
/// [`Reason`]: its backend is none of those that are known.
pub fn like(pyproject: &Pyproject) -> Result<String, Reason> {
    Ok(Backend::of(pyproject)?.profile().to_string())
}

/// Works out both archives of the project in a folder, without what earlier builds left there; the wheel as it is built
/// from the sdist, or, `from_source`, from the folder.
///
/// # Errors
/// [`Reason`]: it must be built by its own backend.
pub fn archives(
    inspect: Inspect<'_>,
    (root, stale): (&std::path::Path, &Stale),
    pyproject: &Pyproject,
    from_source: bool,
) -> Result<Archives, Reason> {
    let backend = Backend::of(pyproject)?;
    let profile = backend.profile();
    refuse_text(pyproject.text())?;
    refuse_requires(pyproject, backend, profile)?;
    let named = |name: &str| profile.variables.iter().any(|prefix| name.starts_with(prefix));
    if let Some((name, _)) = inspect.variables().matching(named).first() {
        let why = format!("{} reads it", profile.package);
        return Err(Reason::new(format!("the variable `{name}`"), why).instead("unset it"));
    }
    let tree = Tree::Folder { root: root.to_owned(), files: inspect.files(), stale: stale.clone() };
    let source = Source { tree: &tree, pyproject, declared: Declared::read(pyproject)? };
    let sdist = backends::sdist(backend, &source)?;
    let like = profile.to_string();
    if from_source {
        return Ok(Archives { wheel: backends::wheel(backend, &source)?, sdist, like });
    }
    let unpacked = Tree::of_members(&sdist.entries);
    let text = unpacked.read_text("pyproject.toml")?;
    let again = match text {
        Some(text) if text == pyproject.text() => pyproject.clone(),
        Some(text) => Pyproject::parse("pyproject.toml", text)
            .map_err(|error| Reason::new("the file `pyproject.toml`", error.to_string()))?,
        None => return Err(Reason::new("the file `pyproject.toml`", "the sdist would be without it")),
    };
    let source = Source { tree: &unpacked, declared: Declared::read(&again)?, pyproject: &again };
    let wheel = backends::wheel(backend, &source)?;
    Ok(Archives { sdist, wheel, like })
}

/// Python's reader of TOML refuses a byte order mark, and reads every end of a line as a line feed.
fn refuse_text(text: &str) -> Result<(), Reason> {
    const KEY: &str = "the file `pyproject.toml`";
    if text.starts_with('\u{feff}') {
        return Err(Reason::new(KEY, "it begins with a byte order mark").instead("no such mark"));
    }
    if text.contains('\r') && ["\"\"\"", "'''"].iter().any(|quotes| text.contains(quotes)) {
        return Err(Reason::new(KEY, "a string of several lines has line ends of Windows").instead("line feeds"));
    }
    Ok(())
}

/// The backend alone is needed, in a version whose output is known.
fn refuse_requires(pyproject: &Pyproject, backend: Backend, profile: &Profile) -> Result<(), Reason> {
    const KEY: &str = "build-system.requires";
    for text in pyproject.build_requires() {
        let Ok(requirement) = text.parse::<Requirement>() else {
            return Err(Reason::new(KEY, format!("`{text}` is no requirement")));
        };
        if requirement.name.normalized() != crate::python::name::normalize(profile.package) {
            if backend.ignores(requirement.name.normalized()) {
                continue;
            }
            let why = format!("`{}` may change what is built", requirement.name);
            return Err(Reason::new(KEY, why).instead(format!("nothing but `{}` in it", profile.package)));
        }
        let version = |text: &str| text.parse::<Version>().expect("versions of profiles are versions");
        let fits = |text: &str| requirement.specifier.contains(&version(text));
        let is_plain = requirement.extras.is_empty() && requirement.url.is_none() && requirement.marker.is_none();
        if !is_plain || !(fits(profile.version) || fits(profile.since)) {
            let why = format!("`{text}` asks for another {} than {}", profile.package, profile.version);
            return Err(Reason::new(KEY, why).instead(format!("a range with {} in it", profile.version)));
        }
    }
    Ok(())
}
