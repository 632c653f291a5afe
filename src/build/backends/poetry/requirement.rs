//! Requirements of `[project]` and dependencies of `[tool.poetry]`, and their line in the metadata.

use std::collections::BTreeSet;

use super::constraint::{For, parse};
use super::marker::{Atom, Marker};
use super::node::Node;
use super::ranges::{Edge, Range};
use crate::build::native::Reason;
use crate::python::name::normalize;

const KEY: &str = "project.dependencies";
/// Names that poetry takes for archives on this machine.
const ARCHIVES: [&str; 12] =
    [".zip", ".whl", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"];

/// A requirement.
#[derive(Debug, Clone)]
pub(super) struct Dependency {
    /// The normalised name.
    pub(super) name: String,
    /// Name, extras and versions as printed.
    pub(super) head: String,
    marker: Option<Marker>,
    pub(super) is_optional: bool,
    /// The extras that it belongs to.
    pub(super) in_extras: Vec<String>,
    /// The key of a path on this machine, which no index could know.
    pub(super) path: Option<String>,
}

impl Dependency {
    /// Of a requirement as the specification has it.
    pub(super) fn of_text(text: &str) -> Result<Dependency, Reason> {
        let refuse = |why: String| Reason::new(KEY, why);
        let (before, after) = text.split_once(" #").unwrap_or((text, ""));
        let mut whole = before.trim().to_owned();
        if let Some((_, marker)) = after.split_once(" ;") {
            whole.push_str(" ;");
            whole.push_str(marker);
        }
        let odd = || refuse(format!("`{text}` is no requirement that is understood"));
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let ends = whole.find(|c: char| !is_name(c)).unwrap_or(whole.len());
        let (name, rest) = whole.split_at(ends);
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || whole.chars().any(char::is_control) {
            return Err(odd());
        }
        if ARCHIVES.iter().any(|end| name.to_ascii_lowercase().ends_with(end)) {
            return Err(refuse(format!("`{name}` may be a file of this machine")));
        }
        let mut rest = rest.trim_start();
        let mut extras = Vec::new();
        if let Some(inside) = rest.strip_prefix('[') {
            let (list, after) = inside.split_once(']').ok_or_else(odd)?;
            rest = after.trim_start();
            if !list.trim().is_empty() {
                for extra in list.split(',').map(str::trim) {
                    if !extra.chars().all(is_name) || !extra.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                        return Err(odd());
                    }
                    extras.push(extra.to_owned());
                }
            }
        }
        let mut head = complete_name(name, &extras);
        let marker;
        if let Some(url) = rest.strip_prefix('@') {
            let (url, after) = url.trim_start().split_once(' ').unwrap_or((url.trim_start(), ""));
            if !is_plain_url(url) {
                return Err(refuse(format!("`{text}` is not known how poetry prints it")));
            }
            head.push_str(&format!(" @ {url}"));
            marker = after.trim_start();
            if !marker.is_empty() && !marker.starts_with(';') {
                return Err(odd());
            }
        } else {
            let at = rest.find(';').unwrap_or(rest.len());
            let (versions, after) = rest.split_at(at);
            head.push_str(
                &versions_of(versions.trim()).ok_or_else(|| {
                    refuse(format!("`{}` is no range of versions that poetry reads", versions.trim()))
                })?,
            );
            marker = after;
        }
        let marker = match marker.strip_prefix(';') {
            Some(marker) => Some(Marker::parse(marker).map_err(refuse)?),
            None => None,
        };
        let in_extras: Vec<String> = marker.iter().flat_map(Marker::extras).map(normalize).collect();
        Ok(Dependency {
            name: normalize(name),
            head,
            marker,
            is_optional: !in_extras.is_empty(),
            in_extras,
            path: None,
        })
    }

    /// Of an entry of `[tool.poetry.dependencies]`, its types checked.
    pub(super) fn of_tool(name: &str, node: &Node) -> Result<Dependency, Reason> {
        let key = format!("tool.poetry.dependencies.{name}");
        let refuse = |why: String| Reason::new(&key, why);
        let versions = |text: &str| {
            let set = parse(text, For::Packages);
            let shown = set.and_then(|set| set.requirement(text));
            shown.ok_or_else(|| refuse(format!("`{text}` is no constraint that poetry reads")))
        };
        let mut dependency = Dependency {
            name: normalize(name),
            head: String::new(),
            marker: None,
            is_optional: false,
            in_extras: Vec::new(),
            path: None,
        };
        if let Some(text) = node.text() {
            dependency.head = complete_name(name, &[]) + &versions(text)?;
            return Ok(dependency);
        }
        let text = |field: &str| node.get(field).and_then(Node::text).filter(|text| !text.is_empty());
        let extras = node.get("extras").and_then(Node::texts).unwrap_or_default();
        let complete = complete_name(name, &extras);
        let subdirectory = text("subdirectory").map_or_else(String::new, |folder| format!("#subdirectory={folder}"));
        dependency.is_optional = node.get("optional").and_then(Node::flag).unwrap_or(false);
        dependency.head = if node.get("git").is_some() {
            let url = git_url(text("git").unwrap_or_default());
            let url = url.ok_or_else(|| refuse("the repository is not known how poetry prints it".to_owned()))?;
            let reference = text("branch").or(text("tag")).or(text("rev"));
            let reference = reference.map_or_else(String::new, |reference| format!("@{reference}"));
            format!("{complete} @ git+{url}{reference}{subdirectory}")
        } else if let Some(field) = ["file", "path"].into_iter().find(|field| node.get(field).is_some()) {
            dependency.path = Some(format!("{key}.{field}"));
            complete
        } else if let Some(url) = node.get("url").and_then(Node::text) {
            if !is_web(url) {
                return Err(refuse(format!("`{url}` is not known how poetry prints it")));
            }
            format!("{complete} @ {url}{subdirectory}")
        } else {
            complete + &versions(node.get("version").and_then(Node::text).unwrap_or("*"))?
        };
        let mut markers = Vec::new();
        if let Some(marker) = text("markers").filter(|marker| *marker != "*") {
            markers.push(Marker::parse(marker).map_err(refuse)?);
        }
        if let Some(python) = text("python") {
            markers.extend(of_pythons(python).map_err(refuse)?);
        }
        if let Some(platform) = text("platform") {
            markers.extend(of_platforms(platform).map_err(refuse)?);
        }
        for marker in markers {
            dependency.marker = Some(match dependency.marker {
                Some(before) => before.and(marker).map_err(refuse)?,
                None => marker,
            });
        }
        let asked = dependency.marker.iter().flat_map(Marker::extras).map(normalize);
        dependency.in_extras = asked.collect();
        dependency.is_optional |= !dependency.in_extras.is_empty();
        Ok(dependency)
    }

    /// The same as one of an extra.
    pub(super) fn of_extra(mut self, extra: &str) -> Dependency {
        self.is_optional = true;
        self.in_extras = vec![normalize(extra)];
        self
    }

    /// The whole line; nothing for an optional one that no extra asks for.
    pub(super) fn line(&self) -> Result<Option<String>, Reason> {
        if self.is_optional && self.in_extras.is_empty() {
            return Ok(None);
        }
        if let Some(key) = &self.path {
            return Err(Reason::new(key, "the address of a path differs from machine to machine"));
        }
        let refuse = |why: String| {
            Reason::new(KEY, format!("{}: {why}", self.head)).instead("a marker with every variable once")
        };
        let own = self.marker.as_ref().map(Marker::text).transpose().map_err(refuse)?;
        let asks_itself = self.marker.as_ref().is_some_and(|marker| !marker.extras().is_empty());
        let unique: BTreeSet<&String> = self.in_extras.iter().collect();
        if unique.len() != self.in_extras.len() && !asks_itself {
            return Err(refuse("it is listed twice in an extra".to_owned()));
        }
        let extras: Vec<String> = self.in_extras.iter().map(|extra| format!("extra == \"{extra}\"")).collect();
        let extras = extras.join(" or ");
        let marker = match own {
            Some(own) if extras.is_empty() || asks_itself => own,
            Some(own) => format!("({own}) and ({extras})"),
            None if extras.is_empty() => return Ok(Some(self.head.clone())),
            None => extras,
        };
        Ok(Some(format!("{} ; {marker}", self.head)))
    }
}

fn complete_name(name: &str, extras: &[String]) -> String {
    let extras: BTreeSet<String> = extras.iter().map(|extra| normalize(extra)).collect();
    if extras.is_empty() {
        return name.to_owned();
    }
    format!("{name}[{}]", extras.into_iter().collect::<Vec<_>>().join(","))
}

/// The versions of a requirement, in parentheses or not.
fn versions_of(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let inside = match text.strip_prefix('(') {
        Some(inside) => inside.strip_suffix(')')?.trim(),
        None => text,
    };
    let mut parts = Vec::new();
    for part in inside.split(',').map(str::trim) {
        let operator = ["~=", "==", "!=", "<=", ">=", "<", ">"].into_iter().find(|sign| part.starts_with(sign))?;
        let version = part[operator.len()..].trim_start();
        if version.is_empty() || version.contains([' ', ')', '(', '=', '|', '\t']) {
            return None;
        }
        parts.push(part);
    }
    let set = parse(&parts.join(","), For::Packages).filter(|set| !set.is_empty())?;
    set.requirement(&set.text())
}

/// An address that poetry prints as it is.
fn is_plain_url(url: &str) -> bool {
    let (web, fragment) = url.split_once('#').map_or((url, None), |(web, fragment)| (web, Some(fragment)));
    let is_folder =
        |folder: &str| !folder.is_empty() && folder.chars().all(|c| c.is_ascii_alphanumeric() || "_-/".contains(c));
    if let Some(repository) = web.strip_prefix("git+") {
        let scheme = repository.find("://").map_or(0, |at| at + 3);
        let (repository, reference) = match repository[scheme..].split_once('@') {
            Some((before, reference)) => (&repository[..scheme + before.len()], Some(reference)),
            None => (repository, None),
        };
        let is_reference =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        let is_known = fragment.is_none_or(|text| text.strip_prefix("subdirectory=").is_some_and(is_folder));
        return is_repository(repository) && reference.is_none_or(is_reference) && is_known;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._~/:+-".contains(c);
    fragment.is_none() && is_web(web) && web.chars().all(is_plain) && !web.to_ascii_lowercase().ends_with(".whl")
}

fn is_web(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && !rest.contains(char::is_whitespace)
    })
}

fn is_repository(url: &str) -> bool {
    let Some((host, path)) = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')) else { return false };
    let is_plain = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c) || more.contains(c))
    };
    is_web(url)
        && is_plain(host, "")
        && is_plain(path, "/~")
        && !path.contains("//")
        && path.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// The repository behind `git+`; nothing where poetry might rewrite it.
fn git_url(url: &str) -> Option<String> {
    if is_repository(url) {
        return Some(url.to_owned());
    }
    let (user, rest) = url.strip_prefix("ssh://").unwrap_or(url).split_once('@')?;
    let at = if url.starts_with("ssh://") { '/' } else { ':' };
    let (host, path) = rest.split_once(at)?;
    let is_user = !user.is_empty() && user.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    (is_user && is_repository(&format!("https://{host}/{path}")) && path.contains('/'))
        .then(|| format!("ssh://{user}@{host}/{path}"))
}

/// The marker of the key `python`.
fn of_pythons(text: &str) -> Result<Option<Marker>, String> {
    let unknown = || format!("`{text}` of `python` is not known as a marker");
    let set = parse(text, For::Packages).ok_or_else(unknown)?;
    let [range] = &set.0[..] else { return Err(unknown()) };
    if let Some(version) = range.only() {
        let name = if version.release().len() > 2 { "python_full_version" } else { "python_version" };
        return if version.is_prerelease() || version.post().is_some() {
            Err(unknown())
        } else {
            Ok(Some(Marker::of(vec![Atom::new(name, "==", &version.to_string())])))
        };
    }
    let Range { min, max } = range;
    let mut atoms = Vec::new();
    for (edge, open, closed) in [(min, ">", ">="), (max, "<", "<=")] {
        let Some(Edge { version, included }) = edge else { continue };
        if version.pre().is_some() || version.post().is_some() || version.epoch() > 0 || version.release().len() > 3 {
            return Err(unknown());
        }
        let mut numbers: Vec<String> = version.release().iter().map(u64::to_string).collect();
        let is_short = numbers.len() < 3;
        // `>3.9` and `<=3.9` say something about patch releases, `>=3.9` and `<3.9` do not.
        let is_full = !is_short || *included == (closed == "<=");
        if is_full {
            numbers.resize(3, "0".to_owned());
        }
        let name = if is_full { "python_full_version" } else { "python_version" };
        atoms.push(Atom::new(name, if *included { closed } else { open }, &numbers.join(".")));
    }
    Ok((!atoms.is_empty()).then(|| Marker::of(atoms)))
}

/// The marker of the key `platform`.
fn of_platforms(text: &str) -> Result<Option<Marker>, String> {
    if text == "*" {
        return Ok(None);
    }
    let mut atoms = Vec::new();
    for part in text.trim().replace("||", "|").split('|').map(str::trim) {
        let (operator, value) = match part.strip_prefix("!=") {
            Some(value) => ("!=", value),
            None => ("==", part.strip_prefix("==").unwrap_or(part)),
        };
        let value = value.trim();
        if value.is_empty() || !value.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) {
            return Err(format!("`{text}` of `platform` is not known as a marker"));
        }
        atoms.push(Atom::new("sys_platform", operator, value));
    }
    Ok(Some(Marker::any_of(atoms)))
}
