//! Requirements: in the metadata, where the extra goes into the marker, and in `requires.txt`, where markers are
//! headers.

use std::collections::BTreeMap;

use super::super::super::metadata::lines;
use super::super::super::native::Reason;
use crate::python::marker::Marker;
pub(super) use crate::python::requirement::Requirement;

/// The requirements of the project.
#[derive(Debug, Clone, Default)]
pub(super) struct Requires {
    pub(super) all: Vec<Requirement>,
    /// By extra as written, in their order.
    pub(super) extras: Vec<(String, Vec<Requirement>)>,
}

/// Reads requirements: a comment behind one is dropped, and one that ends with `\` goes on in the next.
///
/// # Errors
/// One is none; `key` names where it stands.
pub(super) fn parse(key: &str, given: &[String]) -> Result<Vec<Requirement>, Reason> {
    let mut found = Vec::new();
    let texts = given.iter().flat_map(|text| lines(text)).map(str::trim);
    let mut texts = texts.filter(|text| !text.is_empty() && !text.starts_with('#'));
    while let Some(text) = texts.next() {
        let cut = |text: &str| text.split(" #").next().unwrap_or(text).to_owned();
        let mut text = cut(text);
        while text.ends_with('\\') {
            let mut kept: Vec<char> = text.chars().collect();
            kept.truncate(kept.len().saturating_sub(2));
            let Some(next) = texts.next() else { return Ok(found) };
            text = kept.into_iter().collect::<String>().trim().to_owned() + &cut(next);
        }
        let parsed = text.parse().map_err(|_| Reason::new(key, format!("`{text}` is no requirement")))?;
        found.push(parsed);
    }
    Ok(found)
}

/// The same for a list in which each must be a requirement as it stands.
pub(super) fn parse_each(key: &str, given: &[String]) -> Result<Vec<Requirement>, Reason> {
    match given.iter().find(|text| text.parse::<Requirement>().is_err()) {
        Some(text) => Err(Reason::new(key, format!("`{text}` is no requirement"))),
        None => parse(key, given),
    }
}

/// An extra as the metadata names it.
pub(super) fn safe_extra(extra: &str) -> String {
    let parts: Vec<&str> = extra.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

impl Requires {
    /// Each extra with its values of `Requires-Dist`.
    pub(super) fn of_extras(&self) -> Result<Vec<(String, Vec<String>)>, Reason> {
        let mut extras = Vec::new();
        for (extra, list) in &self.extras {
            let name = safe_extra(extra);
            let mut with = Vec::new();
            for requirement in list {
                let mut requirement = requirement.clone();
                let marker = match &requirement.marker {
                    Some(own) => format!("({own}) and extra == '{name}'"),
                    None => format!("extra == '{name}'"),
                };
                let odd = |_| Reason::new(format!("project.optional-dependencies.{extra}"), "its markers are too deep");
                requirement.marker = Some(marker.parse::<Marker>().map_err(odd)?);
                with.push(requirement.to_string());
            }
            extras.push((name, with));
        }
        Ok(extras)
    }

    /// The text of `requires.txt`; empty where there is none.
    pub(super) fn text(&self) -> String {
        let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut text = String::new();
        let bare = |requirement: &Requirement| Requirement { marker: None, ..requirement.clone() }.to_string();
        let mut add = |header: String, requirement: &Requirement| {
            let list = sections.entry(header).or_default();
            let line = bare(requirement);
            if !list.contains(&line) {
                list.push(line);
            }
        };
        for (extra, list) in &self.extras {
            for requirement in list {
                match &requirement.marker {
                    Some(marker) => add(format!("{extra}:{marker}"), requirement),
                    None => add(extra.clone(), requirement),
                }
            }
        }
        for requirement in &self.all {
            match &requirement.marker {
                Some(marker) => add(format!(":{marker}"), requirement),
                None => text.push_str(&format!("{requirement}\n")),
            }
        }
        for (extra, _) in &self.extras {
            sections.entry(extra.clone()).or_default();
        }
        for (header, list) in sections {
            text.push_str(&format!("\n[{header}]\n"));
            list.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        }
        text
    }
}
