//! `uv.lock`, the lock file of uv, lock version 1 in any revision.
//!
//! The project itself and the members of its workspace are left out: they are what is released, not
//! what it depends on. A lock that is older than `pyproject.toml` is not noticed here.

use std::collections::{BTreeSet, HashMap};

use toml_edit::{Document, Item, TableLike, Value};

use super::{
    Dependencies, Dependency, DependencyError, Lines, MAX_PACKAGES, Occurrence, Skipped, Source, check_size, is_pypi,
};
use crate::python::name::{ProjectName, normalize};

/// The longest marker that is kept, in characters; longer ones are left out, which says "everywhere".
const MARKER_CHARACTERS: usize = 2_000;

/// The most markers of one package that are joined.
const MARKERS: usize = 32;

/// Reads the text of a `uv.lock`. `file` is the name that occurrences carry.
///
/// # Errors
/// Text that is too large, no TOML, of another lock version, or without the shape of the format.
pub fn parse(file: &str, text: &str) -> Result<Dependencies, DependencyError> {
    check_size(file, text)?;
    let lines = Lines::of(text);
    let document = Document::parse(text).map_err(|error| DependencyError::Toml {
        file: file.to_owned(),
        line: lines.at(error.span().map_or(0, |span| span.start)),
        reason: error.message().to_owned(),
    })?;
    if document.get("version").and_then(Item::as_integer) != Some(1) {
        let version = document.get("version").and_then(Item::as_value);
        return Err(DependencyError::LockVersion {
            file: file.to_owned(),
            version: version.map_or("(none)".to_owned(), |v| v.to_string().trim().to_owned()),
        });
    }
    let reader = Reader { file, lines, members: members(&document) };
    reader.read(&document)
}

/// The normalised names of the workspace's own projects.
fn members(document: &Document<&str>) -> BTreeSet<String> {
    let manifest = document.get("manifest").and_then(Item::as_table_like);
    let members = manifest.and_then(|manifest| manifest.get("members"));
    let names = members.and_then(Item::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(normalize).collect()
}

struct Reader<'a> {
    file: &'a str,
    lines: Lines,
    members: BTreeSet<String>,
}

impl Reader<'_> {
    fn read(&self, document: &Document<&str>) -> Result<Dependencies, DependencyError> {
        let mut found = Dependencies::default();
        let packages = match document.get("package") {
            None => return Ok(found),
            Some(item) => {
                item.as_array_of_tables().ok_or_else(|| self.malformed(item, "`package` is no array of tables"))?
            }
        };
        if packages.len() > MAX_PACKAGES {
            return Err(DependencyError::TooMany { file: self.file.to_owned(), limit: MAX_PACKAGES });
        }
        let edges = Edges::of(packages.iter());
        for package in packages {
            let line = self.lines.at(package.span().map_or(0, |span| span.start));
            let name = package.get("name").and_then(Item::as_str);
            let name = name.and_then(|name| name.parse::<ProjectName>().ok());
            let Some(name) = name else {
                let what = "a package without a valid `name`";
                return Err(self.malformed_line(line, what));
            };
            let name = name.normalized().to_owned();
            let source = package.get("source").and_then(Item::as_table_like);
            let Some((source, is_root)) = source.and_then(source_of) else {
                let what = format!("the package `{name}` has no `source` of a known kind");
                return Err(self.malformed_line(line, what));
            };
            let local = matches!(source, Source::Editable | Source::Virtual | Source::Path);
            if is_root || (local && self.members.contains(&name)) {
                continue;
            }
            match package.get("version").map(Item::as_str) {
                Some(Some(version)) => found.packages.push(Dependency {
                    version: version.to_owned(),
                    source,
                    occurrences: vec![Occurrence {
                        file: self.file.to_owned(),
                        line,
                        marker: edges.marker(&name, version, package),
                    }],
                    name,
                }),
                Some(None) => {
                    let what = format!("the `version` of `{name}` is no text");
                    return Err(self.malformed_line(line, what));
                }
                None => found.skipped.push(Skipped {
                    name,
                    why: source.why_not_audited().unwrap_or("has no version").into(),
                    file: self.file.to_owned(),
                    line,
                }),
            }
        }
        Ok(Dependencies::join([found]))
    }

    fn malformed(&self, item: &Item, what: &str) -> DependencyError {
        let line = self.lines.at(item.span().map_or(0, |span| span.start));
        self.malformed_line(line, what)
    }

    fn malformed_line(&self, line: usize, what: impl Into<String>) -> DependencyError {
        DependencyError::Malformed { file: self.file.to_owned(), line, what: what.into() }
    }
}

/// The kind of a `source` table, and whether it is the project that the lock file belongs to.
fn source_of(table: &dyn TableLike) -> Option<(Source, bool)> {
    let text = |key: &str| table.get(key).and_then(Item::as_str);
    if let Some(registry) = text("registry") {
        let pypi = is_pypi(registry);
        let source = if pypi { Source::Registry } else { Source::PrivateRegistry };
        return Some((source, false));
    }
    let kinds = [
        ("git", Source::Vcs),
        ("url", Source::Url),
        ("path", Source::Path),
        ("directory", Source::Path),
        ("editable", Source::Editable),
        ("virtual", Source::Virtual),
    ];
    let (path, source) = kinds.into_iter().find_map(|(key, source)| text(key).map(|path| (path, source)))?;
    Some((source, path == "."))
}

/// The markers of the edges that lead to each package.
struct Edges<'a>(HashMap<(String, Option<&'a str>), Option<BTreeSet<&'a str>>>);

impl<'a> Edges<'a> {
    fn of(packages: impl Iterator<Item = &'a toml_edit::Table>) -> Self {
        let mut edges = Edges(HashMap::new());
        for package in packages {
            edges.add_list(package.get("dependencies"));
            for group in ["optional-dependencies", "dev-dependencies"] {
                let group = package.get(group).and_then(Item::as_table_like);
                for (_, list) in group.iter().flat_map(|group| group.iter()) {
                    edges.add_list(Some(list));
                }
            }
        }
        edges
    }

    fn add_list(&mut self, list: Option<&'a Item>) {
        for edge in list.and_then(Item::as_array).into_iter().flatten() {
            let Some(edge) = edge.as_inline_table() else {
                continue;
            };
            let text = |key: &str| edge.get(key).and_then(Value::as_str);
            let Some(name) = text("name") else { continue };
            let markers = self.0.entry((normalize(name), text("version"))).or_insert_with(|| Some(BTreeSet::new()));
            match (markers.as_mut(), text("marker")) {
                (Some(known), Some(marker)) => {
                    known.insert(marker);
                }
                // One edge without a marker: the package is there everywhere.
                (_, None) => *markers = None,
                (None, Some(_)) => {}
            }
        }
    }

    /// The marker of a package: that of its fork of the resolution, else what its edges share.
    fn marker(&self, name: &str, version: &str, package: &toml_edit::Table) -> Option<String> {
        let forks = package.get("resolution-markers").and_then(Item::as_array);
        let forks: BTreeSet<&str> = forks.into_iter().flatten().filter_map(Value::as_str).collect();
        if !forks.is_empty() {
            return join(&forks);
        }
        let exact = self.0.get(&(name.to_owned(), Some(version)));
        let any = self.0.get(&(name.to_owned(), None));
        match (exact, any) {
            (Some(Some(markers)), None) | (None, Some(Some(markers))) => join(markers),
            _ => None,
        }
    }
}

fn join(markers: &BTreeSet<&str>) -> Option<String> {
    if markers.is_empty() || markers.len() > MARKERS {
        return None;
    }
    let joined = if markers.len() == 1 {
        markers.iter().copied().collect()
    } else {
        let each: Vec<String> = markers.iter().map(|marker| format!("({marker})")).collect();
        each.join(" or ")
    };
    (joined.chars().count() <= MARKER_CHARACTERS).then_some(joined)
}
