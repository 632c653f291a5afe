//! uv's globs: those of PEP 639 with `\` before a character that is meant itself. Includes begin at the root of the
//! project; excludes begin anywhere, unless they begin with `/`.

use super::super::super::globs;
use super::super::super::native::Reason;

/// How well a path fits a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Not at all.
    No,
    /// Something below it may.
    Above,
    /// It does.
    Whole,
}

/// A glob, by components.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    /// `**`: any number of folders.
    Any,
    /// Characters as they are.
    Literal(String),
    /// With `*`, `?` or `[…]`.
    Glob(String),
}

impl Pattern {
    /// One path.
    pub(super) fn literal(path: &str) -> Self {
        Pattern(path.split('/').map(|part| Part::Literal(part.to_owned())).collect())
    }

    /// Everything below a folder.
    pub(super) fn below(folder: &str) -> Self {
        let Pattern(mut parts) = Pattern::literal(folder);
        parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
        parts.push(Part::Any);
        Pattern(parts)
    }

    /// A glob as it is written; `key` names where.
    pub(super) fn include(text: &str, key: &str) -> Result<Self, Reason> {
        let refuse = |why: &str| Err(Reason::new(key, format!("`{text}` {why}")));
        let mut parts = Vec::new();
        for part in text.split('/') {
            parts.push(match part {
                "**" => Part::Any,
                "" | "." | ".." => return refuse("has a component that is empty or a dot"),
                _ if part.contains("**") => return refuse("has `**` beside something else"),
                // What is escaped, and sets with odd characters, is left to uv.
                _ if part.contains(['\\', '{', '}', '!']) => {
                    return refuse("has a character that only uv knows how to read");
                }
                _ if part.chars().any(|c| !(c.is_alphanumeric() || "_-.*?[] ~@+".contains(c))) => {
                    return refuse("has a character that uv may refuse");
                }
                _ if globs::has_magic(part) => Part::Glob(part.to_owned()),
                _ => Part::Literal(part.to_owned()),
            });
        }
        Ok(Pattern(parts))
    }

    /// A glob that keeps something out.
    pub(super) fn exclude(text: &str, key: &str) -> Result<Self, Reason> {
        match text.strip_prefix('/') {
            Some(anchored) => Pattern::include(anchored, key),
            None => {
                let Pattern(mut parts) = Pattern::include(text, key)?;
                parts.insert(0, Part::Any);
                Ok(Pattern(parts))
            }
        }
    }

    pub(super) fn fit(&self, path: &str) -> Fit {
        let names: Vec<&str> = path.split('/').collect();
        fit(&self.0, &names)
    }
}

fn fit(parts: &[Part], names: &[&str]) -> Fit {
    match (parts.split_first(), names.split_first()) {
        (None, None) => Fit::Whole,
        (None, Some(_)) => Fit::No,
        // Everything below a folder is not the folder itself.
        (Some((Part::Any, [])), None) => Fit::Above,
        (Some((Part::Any, rest)), None) => fit(rest, names).max(Fit::Above),
        (Some(_), None) => Fit::Above,
        (Some((Part::Any, rest)), Some((_, others))) => fit(rest, names).max(match rest.is_empty() {
            true => Fit::Whole,
            false => fit(parts, others),
        }),
        (Some((Part::Literal(text), rest)), Some((name, others))) if text == name => fit(rest, others),
        (Some((Part::Glob(text), rest)), Some((name, others))) if globs::matches(text, name) => fit(rest, others),
        _ => Fit::No,
    }
}
