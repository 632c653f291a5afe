//! Entry points: what a distribution offers to others by name.
//!
//! Follows "Entry points specification" of packaging.python.org; `entry_points.txt` is read by the
//! rules of Python's `ConfigParser(delimiters=("=",))` with case kept, as PyPI reads it. Whether the
//! module exists is left to those who see the files.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use unicode_normalization::char::is_combining_mark;

use super::error::{ParseError, shown};
use super::identifier::is_identifier;
use super::name::ProjectName;
use super::version::is_python_space;

/// The group of commands.
pub const CONSOLE_SCRIPTS: &str = "console_scripts";
/// The group of commands without a console.
pub const GUI_SCRIPTS: &str = "gui_scripts";

/// What an entry point refers to: `module:attribute [extras]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// The module, identifiers parted by dots.
    pub module: String,
    /// The attribute in it, identifiers parted by dots.
    pub attr: Option<String>,
    /// The extras it needs; the specification tells not to use them.
    pub extras: Vec<ProjectName>,
}

impl fmt::Display for EntryPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.module)?;
        if let Some(attr) = &self.attr {
            write!(f, ":{attr}")?;
        }
        if !self.extras.is_empty() {
            let extras: Vec<&str> = self.extras.iter().map(ProjectName::as_str).collect();
            write!(f, " [{}]", extras.join(","))?;
        }
        Ok(())
    }
}

impl FromStr for EntryPoint {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::EntryPoint`].
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: String| ParseError::EntryPoint { text: shown(text), reason };
        let trimmed = text.trim();
        let (reference, extras) = match trimmed.split_once('[') {
            None => (trimmed, ""),
            Some((reference, extras)) => {
                let extras =
                    extras.strip_suffix(']').ok_or_else(|| refuse("its extras do not end with `]`".to_owned()))?;
                (reference, extras)
            }
        };
        let (module, attr) = match reference.split_once(':') {
            None => (reference.trim(), None),
            Some((module, attr)) => (module.trim(), Some(attr.trim())),
        };
        for path in [Some(module), attr].into_iter().flatten() {
            if !path.split('.').all(is_identifier) {
                return Err(refuse(format!("`{}` is no dotted name", shown(path))));
            }
        }
        let extras = extras.split(',').map(str::trim).filter(|extra| !extra.is_empty());
        Ok(EntryPoint {
            module: module.to_owned(),
            attr: attr.map(str::to_owned),
            extras: extras.map(str::parse).collect::<Result<_, _>>().map_err(|e: ParseError| refuse(e.to_string()))?,
        })
    }
}

/// All entry points of a distribution: group, then name, then what it refers to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryPoints {
    groups: BTreeMap<String, BTreeMap<String, EntryPoint>>,
}

impl EntryPoints {
    /// The groups, each with its names.
    pub fn groups(&self) -> &BTreeMap<String, BTreeMap<String, EntryPoint>> {
        &self.groups
    }

    /// The names of a group with what they refer to.
    pub fn group(&self, group: &str) -> impl Iterator<Item = (&str, &EntryPoint)> {
        let group = self.groups.get(group).into_iter().flatten();
        group.map(|(name, entry)| (name.as_str(), entry))
    }

    /// Adds one, as `[project.scripts]`, `[project.gui-scripts]` and `[project.entry-points]` give them.
    ///
    /// # Errors
    /// [`ParseError::EntryPoint`] for a group, name or value that the specification refuses, or a name
    /// that the group has already.
    pub fn insert(&mut self, group: &str, name: &str, value: &str) -> Result<(), ParseError> {
        let refuse =
            |text: &str, reason: &str| Err(ParseError::EntryPoint { text: shown(text), reason: reason.to_owned() });
        let word = |part: &str| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric());
        if !group.split('.').all(word) {
            return refuse(group, "a group is words parted by dots");
        }
        let spaced = name.starts_with(is_python_space) || name.ends_with(is_python_space);
        if name.is_empty() || spaced || name.starts_with('[') || name.contains(['=', '\n', '\r']) {
            return refuse(name, "a name has no `=` or line end, no space around it and no `[` before it");
        }
        let entry = value.parse()?;
        let group = self.groups.entry(group.to_owned()).or_default();
        if group.insert(name.to_owned(), entry).is_some() {
            return refuse(name, "its group has that name already");
        }
        Ok(())
    }

    /// The names of commands that PyPI refuses: those with other characters than letters, digits, `_`,
    /// `.` and `-`.
    pub fn refused_scripts(&self) -> Vec<&str> {
        // Python's `\w` has neither marks nor letters in circles, which Rust takes for alphabetic.
        let circled = |c: char| matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}');
        let word = |c: char| c.is_alphanumeric() && !is_combining_mark(c) && !circled(c);
        let plain = |c: char| c == '_' || c == '.' || c == '-' || word(c);
        [CONSOLE_SCRIPTS, GUI_SCRIPTS]
            .into_iter()
            .flat_map(|group| self.group(group))
            .map(|(name, _)| name)
            .filter(|name| !name.chars().all(plain))
            .collect()
    }
}

impl FromStr for EntryPoints {
    type Err = ParseError;

    /// Reads an `entry_points.txt`.
    ///
    /// # Errors
    /// [`ParseError::EntryPoints`] with the line, for what ConfigParser refuses: a line that is no
    /// `name = value` or outside of a group, a group or name given twice. Beyond it, the group
    /// `DEFAULT`, which it would add to all others, and values that are no reference are refused.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut reader = Reader::default();
        for (index, line) in text.split('\n').enumerate() {
            reader.line(index + 1, line)?;
        }
        reader.finish()
    }
}

/// A name and its value, which further lines may continue.
struct Open {
    line: usize,
    name: String,
    value: String,
    indent: usize,
}

#[derive(Default)]
struct Reader {
    found: EntryPoints,
    group: Option<String>,
    open: Option<Open>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), ParseError> {
        let refuse = |reason: String| Err(ParseError::EntryPoints { line: number, reason });
        let value = line.trim_matches(is_python_space);
        if value.is_empty() || value.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|&c| is_python_space(c)).count();
        if let Some(open) = &mut self.open
            && indent > open.indent
        {
            open.value.push('\n');
            open.value.push_str(value);
            return Ok(());
        }
        self.close()?;
        let header =
            value.strip_prefix('[').and_then(|rest| rest.rfind(']').filter(|&end| end > 0).map(|end| &rest[..end]));
        if let Some(group) = header {
            if group == "DEFAULT" {
                return refuse("the group `DEFAULT` would be added to all others".to_owned());
            }
            if self.found.groups.contains_key(group) {
                return refuse(format!("the group `{}` is given twice", shown(group)));
            }
            self.found.groups.insert(group.to_owned(), BTreeMap::new());
            self.group = Some(group.to_owned());
            return Ok(());
        }
        if self.group.is_none() {
            return refuse("it stands before the first `[group]`".to_owned());
        }
        let Some((name, value)) = value.split_once('=') else {
            return refuse(format!("`{}` has no `=`", shown(value)));
        };
        let name = name.trim_matches(is_python_space);
        if name.is_empty() {
            return refuse("there is no name before `=`".to_owned());
        }
        self.open = Some(Open {
            line: number,
            name: name.to_owned(),
            value: value.trim_matches(is_python_space).to_owned(),
            indent,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), ParseError> {
        let (Some(open), Some(group)) = (self.open.take(), &self.group) else {
            return Ok(());
        };
        let refuse = |reason: String| ParseError::EntryPoints { line: open.line, reason };
        let entry = open.value.parse().map_err(|e: ParseError| refuse(e.to_string()))?;
        let group = self.found.groups.entry(group.clone()).or_default();
        if group.contains_key(&open.name) {
            let name = shown(&open.name);
            return Err(refuse(format!("the name `{name}` is given twice in its group")));
        }
        group.insert(open.name, entry);
        Ok(())
    }

    fn finish(mut self) -> Result<EntryPoints, ParseError> {
        self.close()?;
        Ok(self.found)
    }
}
