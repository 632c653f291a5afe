//! Which files get into an archive and where, as patterns, lists of paths and rewritten prefixes say.

use std::collections::HashSet;

use super::super::super::globs::join;
use super::super::super::native::Reason;
use super::patterns::Spec;
use super::settings::{Target, is_odd, relative};
use super::view::View;

/// Patterns that always count.
const EXCLUDED: [&str; 2] = ["*.py[cdo]", "/dist"];

/// What is taken where nothing says it; only wheels have something.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    pub(super) packages: Vec<String>,
    pub(super) only_include: Vec<String>,
    /// Nothing is taken but artifacts.
    pub(super) nothing: bool,
}

/// A file and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selected {
    /// Its path in the project.
    pub(super) from: String,
    /// Its path in the archive.
    pub(super) to: String,
}

/// How files are selected.
pub(super) struct Selection {
    include: Option<Spec>,
    exclude: Spec,
    artifacts: Vec<Spec>,
    nothing: bool,
    only_packages: bool,
    skips_excluded: bool,
    sources: Vec<(String, String)>,
    only_include: Vec<String>,
    forced: Vec<(String, String)>,
    /// The key that paths are forced by.
    force_key: String,
    reserved: HashSet<String>,
}

impl Selection {
    /// `ignored` are the lines of version control's files.
    pub(super) fn new(
        view: &View<'_>,
        target: &Target<'_>,
        defaults: Defaults,
        ignored: &[String],
    ) -> Result<Selection, Reason> {
        let packages = target.strings("packages")?.unwrap_or(defaults.packages);
        let mut packages: Vec<String> = packages.iter().map(|path| relative(path)).collect();
        packages.sort();
        let include = target.strings("include")?.unwrap_or_default();
        let of_packages: Vec<String> = packages.iter().map(|path| format!("/{path}/")).collect();
        let all: Vec<&str> = include.iter().chain(&of_packages).map(String::as_str).collect();
        let include = (!all.is_empty()).then(|| spec(target, "include", all)).transpose()?;
        let exclude = target.strings("exclude")?.unwrap_or_default();
        let exclude =
            spec(target, "exclude", EXCLUDED.into_iter().chain(ignored.iter().chain(&exclude).map(String::as_str)))?;
        let written = target.strings("artifacts")?.unwrap_or_default();
        let mut artifacts = vec![spec(target, "artifacts", written.iter().map(String::as_str))?];
        if let Some(made) = &view.made {
            artifacts.push(spec(target, "artifacts", [format!("/{}", made.path).as_str()])?);
        }
        let mut only_include = only_include(target, defaults.only_include)?;
        if only_include.is_empty() {
            only_include.clone_from(&packages);
        }
        if let Some(odd) = only_include.iter().chain(&packages).find(|path| is_odd(path) || path.is_empty()) {
            let key = if target.either("packages").is_some() { "packages" } else { "only-include" };
            let shown = target.either(key).map_or_else(|| key.to_owned(), |(_, shown)| shown);
            return Err(Reason::new(shown, format!("`{odd}` is not plainly below the root")));
        }
        let forced = target.paths("force-include", target.either("force-include"))?;
        let mut selection = Selection {
            include,
            exclude,
            artifacts,
            nothing: defaults.nothing,
            only_packages: target.flag("only-packages", false)?,
            skips_excluded: target.flag("skip-excluded-dirs", false)?,
            sources: sources(target, &packages)?,
            only_include,
            forced: Vec::new(),
            force_key: target.either("force-include").map_or_else(|| "force-include".to_owned(), |(_, shown)| shown),
            reserved: HashSet::new(),
        };
        for (from, to) in forced {
            selection.force(from, to);
        }
        Ok(selection)
    }

    /// Puts a file or folder to a place, whatever patterns say; where it lies it is not selected.
    pub(super) fn force(&mut self, from: String, to: String) {
        if !from.is_empty() {
            self.reserve(&from);
        }
        self.forced.retain(|(known, _)| *known != from);
        self.forced.push((from, to));
    }

    /// Keeps a place from the files that are selected.
    pub(super) fn reserve(&mut self, path: &str) {
        self.reserved.insert(self.place(path));
    }

    /// Where a path goes, by the first prefix that is rewritten.
    pub(super) fn place(&self, path: &str) -> String {
        for (source, replacement) in &self.sources {
            if let Some(rest) = path.strip_prefix(source.as_str()) {
                return format!("{replacement}{rest}");
            }
        }
        path.to_owned()
    }

    fn excludes(&self, path: &str) -> bool {
        self.nothing || self.exclude.matches(path)
    }

    fn takes(&self, path: &str, is_explicit: bool, is_package: bool) -> bool {
        self.artifacts.iter().any(|artifacts| artifacts.matches(path))
            || ((is_package || !self.only_packages)
                && !self.excludes(path)
                && (is_explicit || self.include.as_ref().is_none_or(|include| include.matches(path))))
    }

    /// Every file of the archive.
    pub(super) fn files(&self, view: &View<'_>) -> Result<Vec<Selected>, Reason> {
        let mut found = Vec::new();
        if self.only_include.is_empty() {
            self.project(view, &mut found)?;
        } else {
            for path in &self.only_include {
                self.explicit(view, (path, path), &mut found)?;
            }
        }
        for (from, to) in &self.forced {
            self.forced(view, (from, to), &mut found)?;
        }
        Ok(found)
    }

    /// Everything that patterns take.
    fn project(&self, view: &View<'_>, found: &mut Vec<Selected>) -> Result<(), Reason> {
        let prunes =
            |path: &str| self.reserved.contains(path) || (self.skips_excluded && self.excludes(&format!("{path}/")));
        for folder in view.walk("", &prunes)? {
            let is_package = folder.is_package();
            for name in &folder.files {
                let from = join(&folder.path, name);
                let to = self.place(&from);
                if !self.reserved.contains(&to) && self.takes(&from, false, is_package) {
                    found.push(Selected { from, to });
                }
            }
        }
        Ok(())
    }

    /// A file or folder that is named; what is not there is passed over.
    pub(super) fn explicit(
        &self,
        view: &View<'_>,
        (from, to): (&str, &str),
        found: &mut Vec<Selected>,
    ) -> Result<(), Reason> {
        if view.is_file(from) {
            let to = self.place(to);
            if !self.reserved.contains(&to) {
                found.push(Selected { from: from.to_owned(), to });
            }
        } else if view.is_folder(from) {
            for folder in view.walk(from, &|_| false)? {
                let is_package = folder.is_package();
                for name in &folder.files {
                    let below = join(&folder.path, name);
                    let path = join(to, &below);
                    let to = self.place(&path);
                    if !self.reserved.contains(&to) && self.takes(&path, true, is_package) {
                        found.push(Selected { from: join(from, &below), to });
                    }
                }
            }
        }
        Ok(())
    }

    fn forced(&self, view: &View<'_>, (from, to): (&str, &str), found: &mut Vec<Selected>) -> Result<(), Reason> {
        if view.is_file(from) {
            found.push(Selected { from: from.to_owned(), to: self.place(to) });
        } else if view.is_folder(from) {
            for folder in view.walk(from, &|_| false)? {
                for name in &folder.files {
                    let below = join(&folder.path, name);
                    let to = self.place(&join(to, &below));
                    if !self.reserved.contains(&to) {
                        found.push(Selected { from: join(from, &below), to });
                    }
                }
            }
        } else {
            return Err(Reason::new(self.force_key.clone(), format!("`{from}` is not there")));
        }
        Ok(())
    }
}

fn spec<'a>(target: &Target<'_>, key: &str, lines: impl IntoIterator<Item = &'a str>) -> Result<Spec, Reason> {
    Spec::new(lines).map_err(|line| {
        let shown = target.either(key).map_or_else(|| format!("tool.hatch.build.{key}"), |(_, shown)| shown);
        Reason::new(shown, format!("`{line}` is no pattern"))
    })
}

/// `only-include`, each path once.
fn only_include(target: &Target<'_>, default: Vec<String>) -> Result<Vec<String>, Reason> {
    let Some((_, shown)) = target.either("only-include") else { return Ok(default) };
    let mut found: Vec<String> = Vec::new();
    for path in target.strings("only-include")?.unwrap_or_default() {
        let path = relative(&path);
        if found.contains(&path) {
            return Err(Reason::new(shown, format!("`{path}` is in it twice")));
        }
        found.push(path);
    }
    Ok(found)
}

/// Prefixes with what replaces them, sorted.
fn sources(target: &Target<'_>, packages: &[String]) -> Result<Vec<(String, String)>, Reason> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut set = |source: String, replacement: String| {
        found.retain(|(known, _)| *known != source);
        found.push((source, replacement));
    };
    if let Some((item, shown)) = target.either("sources") {
        if item.is_array() {
            for source in super::settings::strings(item, &shown)? {
                set(format!("{}/", relative(&source)), String::new());
            }
        } else {
            for (source, replacement) in super::super::super::declared::pairs(Some(item), &shown)? {
                let replacement = match relative(&replacement) {
                    root if root == "." => String::new(),
                    other => format!("{other}/"),
                };
                let source = if source.is_empty() { source } else { format!("{}/", relative(&source)) };
                set(source, replacement);
            }
        }
    }
    for package in packages {
        if let Some((folder, _)) = package.rsplit_once('/')
            && !found.iter().any(|(source, _)| *source == format!("{package}/"))
        {
            let source = format!("{folder}/");
            found.retain(|(known, _)| *known != source);
            found.push((source, String::new()));
        }
    }
    found.sort();
    Ok(found)
}
