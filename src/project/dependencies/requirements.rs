//! Requirements files: the lines of pip, of which only pins say what is installed.
//!
//! Follows "Requirements File Format" of pip's documentation. Nothing is resolved: a line without a
//! pin is skipped with the reason. Included files are named to the caller, and `${NAME}` is never
//! expanded, for that would read the environment.

use super::{
    Dependencies, Dependency, DependencyError, Include, IncludeKind, MAX_PACKAGES, Occurrence, Skipped, Source,
    check_size, is_pypi,
};
use crate::python::name::ProjectName;

/// Reads the text of a requirements file. `file` is the name that occurrences carry.
///
/// # Errors
/// Text that is too large or has too many requirements. A line that is no pin is no error.
pub fn parse(file: &str, text: &str) -> Result<Dependencies, DependencyError> {
    check_size(file, text)?;
    let lines = logical_lines(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut reader = Reader { file, line: 0, private: false, found: Dependencies::default() };
    let mut requirements = Vec::new();
    for (line, content) in lines {
        reader.line = line;
        if content.starts_with('-') {
            reader.option(&content);
        } else {
            requirements.push((line, content));
        }
        if requirements.len() > MAX_PACKAGES {
            return Err(DependencyError::TooMany { file: file.to_owned(), limit: MAX_PACKAGES });
        }
    }
    // `--index-url` holds for the whole file, also for the lines above it.
    for (line, content) in requirements {
        reader.line = line;
        reader.requirement(&content);
    }
    Ok(Dependencies::join([reader.found]))
}

/// Lines with continuations joined and comments dropped, each with the line it begins on.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, physical) in text.split('\n').enumerate() {
        let physical = physical.strip_suffix('\r').unwrap_or(physical);
        // pip splits lines where Python does: a character that editors do not show as a line break
        // must not hide a requirement behind a comment.
        for piece in physical.split(|c| "\r\u{b}\u{c}\u{1c}\u{1d}\u{1e}\u{85}\u{2028}\u{2029}".contains(c)) {
            let comment = is_comment(piece);
            let (number, mut joined) = open.take().unwrap_or((index + 1, String::new()));
            match piece.strip_suffix('\\') {
                Some(continued) if !comment => {
                    joined.push_str(continued);
                    open = Some((number, joined));
                    continue;
                }
                _ if comment => joined.push(' '),
                _ => {}
            }
            joined.push_str(piece);
            lines.push((number, joined));
        }
    }
    lines.extend(open);
    lines
        .into_iter()
        .map(|(number, line)| (number, without_comment(&line).trim().to_owned()))
        .filter(|(_, line)| !line.is_empty())
        .collect()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The line before a `#` that begins it or follows white space.
fn without_comment(line: &str) -> &str {
    let mut after_space = true;
    for (index, character) in line.char_indices() {
        if character == '#' && after_space {
            return &line[..index];
        }
        after_space = character.is_whitespace();
    }
    line
}

struct Reader<'a> {
    file: &'a str,
    line: usize,
    private: bool,
    found: Dependencies,
}

impl Reader<'_> {
    fn option(&mut self, content: &str) {
        if let Some(path) = value_of(content, "-r", "--requirement") {
            return self.include(path, IncludeKind::Requirements);
        }
        if let Some(path) = value_of(content, "-c", "--constraint") {
            return self.include(path, IncludeKind::Constraints);
        }
        if let Some(url) =
            value_of(content, "-i", "--index-url").or_else(|| value_of(content, "--pypi-url", "--pypi-url"))
        {
            self.private = !is_pypi(url);
        } else if let Some(path) = value_of(content, "-e", "--editable")
            && !is_own_project(path)
        {
            self.skip(None, "is installed from a local folder or version control");
        }
    }

    fn include(&mut self, path: &str, kind: IncludeKind) {
        self.found.includes.push(Include { path: path.to_owned(), kind, line: self.line });
    }

    fn skip(&mut self, name: Option<&ProjectName>, why: &str) {
        self.found.skipped.push(Skipped {
            name: name.map_or_else(|| format!("{}:{}", self.file, self.line), |name| name.normalized().to_owned()),
            why: why.to_owned(),
            file: self.file.to_owned(),
            line: self.line,
        });
    }

    fn requirement(&mut self, content: &str) {
        let content = without_options(content);
        if is_own_project(content) {
            return;
        }
        let (requirement, marker) = match content.split_once(';') {
            Some((requirement, marker)) => (requirement.trim(), Some(marker.trim())),
            None => (content, None),
        };
        let name_end = requirement
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'))
            .unwrap_or(requirement.len());
        let name = requirement[..name_end].parse::<ProjectName>();
        let rest = requirement[name_end..].trim_start();
        let Some((name, rest)) = name.ok().zip(without_extras(rest)) else {
            return self.skip(None, not_a_requirement(requirement));
        };
        if let Some(target) = rest.strip_prefix('@') {
            return self.skip(Some(&name), not_a_requirement(target.trim()));
        }
        if rest.starts_with([':', '/', '\\', '+']) {
            return self.skip(None, not_a_requirement(requirement));
        }
        match pin(rest) {
            Ok(version) => self.found.packages.push(Dependency {
                name: name.normalized().to_owned(),
                version: version.to_owned(),
                source: if self.private { Source::PrivateRegistry } else { Source::Registry },
                occurrences: vec![Occurrence {
                    file: self.file.to_owned(),
                    line: self.line,
                    marker: marker.filter(|m| !m.is_empty()).map(str::to_owned),
                }],
            }),
            Err(why) => self.skip(Some(&name), why),
        }
    }
}

/// The value of an option in any of its spellings: `-rX`, `-r X`, `--long X`, `--long=X`.
fn value_of<'a>(content: &'a str, short: &str, long: &str) -> Option<&'a str> {
    let value = match content.strip_prefix(long) {
        Some(rest) if rest.starts_with(|c: char| c == '=' || c.is_whitespace()) => {
            rest.trim_start().strip_prefix('=').unwrap_or(rest)
        }
        _ if content.starts_with("--") => return None,
        _ => content.strip_prefix(short)?,
    };
    let value = value.trim();
    Some(value.trim_matches(['"', '\'']))
}

/// Whether a path is the project itself, with or without extras; that is not its own dependency.
fn is_own_project(path: &str) -> bool {
    let path = path.split('[').next().unwrap_or(path).trim();
    matches!(path, "." | "./")
}

/// The requirement without `--hash=…` and other options of its own.
fn without_options(content: &str) -> &str {
    let option = content.match_indices("--").find(|&(index, _)| {
        let before = content[..index].chars().next_back();
        before.is_some_and(char::is_whitespace)
    });
    option.map_or(content, |(index, _)| &content[..index]).trim_end()
}

fn without_extras(rest: &str) -> Option<&str> {
    match rest.strip_prefix('[') {
        None => Some(rest),
        Some(extras) => extras.split_once(']').map(|(_, rest)| rest.trim_start()),
    }
}

fn not_a_requirement(text: &str) -> &'static str {
    let vcs = ["git+", "hg+", "svn+", "bzr+", "git://"];
    if text.contains("${") {
        "depends on an environment variable"
    } else if vcs.iter().any(|scheme| text.starts_with(scheme)) {
        "comes from version control"
    } else if text.starts_with("file:") || text.starts_with(['.', '/']) {
        "comes from a local path"
    } else if text.contains("://") {
        "comes from a URL"
    } else if text.contains(['/', '\\']) {
        "comes from a local path"
    } else {
        "is not a requirement that can be read"
    }
}

/// The version that a specifier pins: `==` or `===` without a wildcard, whatever else narrows it.
fn pin(specifier: &str) -> Result<&str, &'static str> {
    let specifier = specifier.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(specifier).trim();
    if specifier.contains("${") {
        return Err("depends on an environment variable");
    }
    let mut pinned: Option<&str> = None;
    for clause in specifier.split(',').map(str::trim) {
        let version = match clause.strip_prefix("===") {
            Some(version) => version.trim(),
            None => match clause.strip_prefix("==") {
                Some(version) if version.trim_end().ends_with(".*") => continue,
                Some(version) => version.trim(),
                None => continue,
            },
        };
        if version.is_empty() || version.contains(char::is_whitespace) {
            return Err("is not a requirement that can be read");
        }
        match pinned {
            Some(other) if other != version => return Err("is pinned to two versions at once"),
            _ => pinned = Some(version),
        }
    }
    pinned.ok_or("is not pinned to one version")
}
