//! Which workflows of the working tree a pushed tag starts: `on: push` with its filters, as GitHub reads them
//! ("Workflow syntax", `on.push`) and Gitea after it.

use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

use super::place::Kind;
use crate::effects::Inspect;
use crate::effects::files::What;

/// A workflow file is read up to this size.
const LIMIT: u64 = 1024 * 1024;

/// What a workflow does at a pushed tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// The file, below the project.
    pub file: String,
    /// Nothing where it starts; why not where it does not.
    pub refused: Option<String>,
}

/// The workflows of a project and what each does at a tag.
pub fn at_tag(inspect: Inspect<'_>, root: &Path, kind: Kind, tag: &str) -> Vec<Trigger> {
    let folders: &[&str] = match kind {
        Kind::Github => &[".github/workflows"],
        Kind::Gitea => &[".gitea/workflows", ".forgejo/workflows", ".github/workflows"],
    };
    let files = inspect.files();
    // Gitea reads the first of its folders that is there.
    let Some(folder) = folders.iter().find(|folder| files.what(&root.join(folder)) == What::Folder) else {
        return Vec::new();
    };
    let listed = files.list(&root.join(folder)).unwrap_or_default();
    let is_workflow =
        |path: &&std::path::PathBuf| path.extension().is_some_and(|found| found == "yml" || found == "yaml");
    listed
        .iter()
        .filter(is_workflow)
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let refused = match files.read_text(path, LIMIT) {
                Ok(text) => refusal(&text, tag),
                Err(error) => Some(error.to_string()),
            };
            Trigger { file: format!("{folder}/{name}"), refused }
        })
        .collect()
}

/// Why a workflow does not start at a tag; nothing where it does.
pub fn refusal(text: &str, tag: &str) -> Option<String> {
    let documents = match Yaml::load_from_str(text) {
        Ok(documents) => documents,
        Err(error) => return Some(format!("it is no YAML: {}", error.to_string().replace('\n', " "))),
    };
    let on = documents.first().and_then(|document| document.as_mapping_get("on"));
    let Some(on) = on else { return Some("it has no `on`".to_owned()) };
    let never = || Some("it does not run `on: push`".to_owned());
    if on.as_str() == Some("push") {
        return None;
    }
    if let Some(list) = on.as_sequence() {
        return if list.iter().any(|event| event.as_str() == Some("push")) { None } else { never() };
    }
    let Some(push) = on.as_mapping_get("push") else { return never() };
    let patterns = |key: &str| -> Option<Vec<String>> {
        let value = push.as_mapping_get(key)?;
        let one = value.as_str().map(|text| vec![text.to_owned()]);
        let list = || {
            value.as_sequence().map(|list| list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
        };
        Some(one.or_else(list).unwrap_or_default())
    };
    let shown =
        |patterns: &[String]| patterns.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>().join(", ");
    match (patterns("tags"), patterns("tags-ignore")) {
        (Some(tags), _) => {
            let matched = tags.iter().fold(false, |matched, pattern| match pattern.strip_prefix('!') {
                Some(pattern) => matched && !matches(pattern, tag),
                None => matched || matches(pattern, tag),
            });
            (!matched).then(|| format!("`on: push: tags:` has {}, which does not match `{tag}`", shown(&tags)))
        }
        (None, Some(ignored)) => ignored
            .iter()
            .any(|pattern| matches(pattern, tag))
            .then(|| format!("`on: push: tags-ignore:` has {}, which matches `{tag}`", shown(&ignored))),
        (None, None) if patterns("branches").is_some() || patterns("branches-ignore").is_some() => {
            Some("`on: push:` names branches and no tags".to_owned())
        }
        (None, None) => None,
    }
}

/// What one character of a name may be.
enum Atom {
    Any,
    NotSlash,
    Literal(char),
    OneOf(Vec<(char, char)>),
}

impl Atom {
    fn takes(&self, character: char) -> bool {
        match self {
            Atom::Any => true,
            Atom::NotSlash => character != '/',
            Atom::Literal(literal) => *literal == character,
            Atom::OneOf(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)),
        }
    }
}

/// How often an atom may stand there.
#[derive(Clone, Copy, PartialEq)]
enum Times {
    Once,
    AtMostOnce,
    AnyNumber,
    AtLeastOnce,
}

/// Whether a filter pattern matches the whole of a name: `*`, `**`, `?` and `+` after a character, `[]`, `\`.
pub fn matches(pattern: &str, name: &str) -> bool {
    let atoms = atoms(pattern);
    let name: Vec<char> = name.chars().collect();
    // The numbers of characters that the atoms until here may have taken.
    let mut ends = vec![false; name.len() + 1];
    ends[0] = true;
    for (atom, times) in &atoms {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            let stays = ends[at] && matches!(times, Times::AtMostOnce | Times::AnyNumber);
            let repeats = matches!(times, Times::AnyNumber | Times::AtLeastOnce);
            let taken = at > 0 && atom.takes(name[at - 1]) && (ends[at - 1] || (repeats && next[at - 1]));
            next[at] = stays || taken;
        }
        ends = next;
    }
    ends[name.len()]
}

fn atoms(pattern: &str) -> Vec<(Atom, Times)> {
    let mut found: Vec<(Atom, Times)> = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        let times = found.last_mut().map(|(_, times)| times).filter(|times| **times == Times::Once);
        match (character, times) {
            ('?', Some(times)) => *times = Times::AtMostOnce,
            ('+', Some(times)) => *times = Times::AtLeastOnce,
            ('*', _) => {
                let atom = match rest.next_if_eq(&'*') {
                    Some(_) => Atom::Any,
                    None => Atom::NotSlash,
                };
                found.push((atom, Times::AnyNumber));
            }
            ('[', _) => {
                let mut ranges: Vec<(char, char)> = Vec::new();
                while let Some(inner) = rest.next().filter(|inner| *inner != ']') {
                    match (inner, ranges.last_mut(), rest.peek()) {
                        ('-', Some(last), Some(end)) if *end != ']' => {
                            last.1 = *end;
                            rest.next();
                        }
                        _ => ranges.push((inner, inner)),
                    }
                }
                found.push((Atom::OneOf(ranges), Times::Once));
            }
            ('\\', _) => found.push((Atom::Literal(rest.next().unwrap_or('\\')), Times::Once)),
            (literal, _) => found.push((Atom::Literal(literal), Times::Once)),
        }
    }
    found
}
