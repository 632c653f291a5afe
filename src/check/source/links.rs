//! Links of tracked Markdown that lead nowhere, and links of the readme that break on PyPI.

use std::collections::HashMap;

use super::super::rules::raise;
use super::markdown::{self, Link, Outline, plain};
use super::{MOST, Package, Tree, is_of_tests};
use crate::archive::shown;
use crate::error::Location;
use crate::report::Finding;

/// Folders of documentation that a generator reads: links in it may be resolved by the generator.
const GENERATED: [&str; 8] = ["docs", "doc", "site", "website", "content", "pages", "_posts", "book"];

pub(super) fn judge(tree: &Tree<'_>, packages: &[Package<'_>], findings: &mut Vec<Finding>) {
    let mut outlines = HashMap::new();
    let (mut links, mut anchors) = (0, 0);
    for path in documents(tree) {
        let whole = format!("{}{path}", tree.prefix);
        let Some(outline) = outline(tree, &whole, &mut outlines) else { continue };
        let (own, all) = (outline.links.clone(), &mut outlines);
        for link in own {
            match broken(tree, &whole, &link.target, all) {
                Some(Broken::File(file)) if links < MOST => {
                    links += 1;
                    let what = if tree.is_there(&file) { "is not tracked" } else { "is not there" };
                    let message =
                        format!("the link to `{}` leads nowhere: `{}` {what}", shown(&link.target), shown(&file));
                    findings.push(raise("source/broken-link", message, Location::line(path, link.line)));
                }
                Some(Broken::Anchor(anchor, file)) if anchors < MOST => {
                    anchors += 1;
                    let message = format!("`{}` has no heading for `#{}`", shown(&file), shown(&anchor));
                    findings.push(raise("source/broken-anchor", message, Location::line(path, link.line)));
                }
                _ => {}
            }
        }
    }
    for package in packages {
        readme(tree, package, findings);
    }
}

/// The documents whose links are judged.
pub(super) fn documents<'t>(tree: &'t Tree<'_>) -> impl Iterator<Item = &'t str> {
    tree.own().map(|(path, _)| path).filter(|path| is_judged(path))
}

/// Markdown that people read on the forge: not of tests, and not what tells of the past.
fn is_judged(path: &str) -> bool {
    const PAST: [&str; 6] = ["changelog", "changes", "history", "news", "releases", "release-notes"];
    let lower = path.to_ascii_lowercase();
    let Some(stem) = lower.strip_suffix(".md").or_else(|| lower.strip_suffix(".markdown")) else { return false };
    let name = stem.rsplit('/').next().unwrap_or(stem);
    !is_of_tests(path) && !PAST.contains(&name) && !lower.contains(".dist-info/")
}

enum Broken {
    File(String),
    Anchor(String, String),
}

fn outline<'o>(tree: &Tree<'_>, path: &str, known: &'o mut HashMap<String, Option<Outline>>) -> Option<&'o Outline> {
    let read = || Some(markdown::outline(&String::from_utf8(tree.read(path)?).ok()?));
    known.entry(path.to_owned()).or_insert_with(read).as_ref()
}

/// What is wrong with a link of a file, both below the top of the repository.
fn broken(tree: &Tree<'_>, file: &str, target: &str, known: &mut HashMap<String, Option<Outline>>) -> Option<Broken> {
    if !is_relative(target) {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = path.split('?').next().unwrap_or_default();
    let is_documentation = file.split('/').rev().skip(1).any(|part| GENERATED.contains(&part));
    let found = if path.is_empty() {
        file.to_owned()
    } else {
        let resolved = resolve(file, &decoded(path)?)?;
        let is_there = resolved.is_empty()
            || tree.has(&resolved)
            || tree.has_folder(&resolved)
            || (is_documentation && tree.is_ignored(&resolved));
        // A generator may know other ways to say it.
        if is_documentation && (path.starts_with('/') || !resolved.ends_with(".md")) && !is_there {
            return None;
        }
        if !is_there {
            return Some(Broken::File(resolved));
        }
        resolved
    };
    let anchor = decoded(anchor?)?;
    let lower = anchor.to_lowercase();
    let is_free = lower.is_empty() || lower == "top" || lower.starts_with(":~:") || is_documentation;
    if is_free || !found.to_ascii_lowercase().ends_with(".md") || is_line(&lower) {
        return None;
    }
    let outline = outline(tree, &found, known)?;
    let name = lower.strip_prefix("user-content-").unwrap_or(&lower);
    (!outline.anchors.contains(&plain(name))).then(|| Broken::Anchor(anchor.clone(), found.clone()))
}

/// `#L10-L20`, which the forge makes.
fn is_line(anchor: &str) -> bool {
    anchor.strip_prefix('l').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a target is a path: no scheme, no host, no template.
fn is_relative(target: &str) -> bool {
    let scheme = target.split(['/', '#', '?']).next().unwrap_or_default();
    !scheme.contains(':') && !target.starts_with("//") && !is_template(target)
}

/// Whether somebody is meant to put something in.
pub(super) fn is_template(target: &str) -> bool {
    target.contains(['{', '}', '$', '<', '>', '|', '*'])
}

fn decoded(text: &str) -> Option<String> {
    percent_encoding::percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// A target from the folder of a file; nothing where it leads out of the repository, as links to pages of the forge do.
pub(super) fn resolve(file: &str, target: &str) -> Option<String> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Relative links of the file that becomes the description.
fn readme(tree: &Tree<'_>, package: &Package<'_>, findings: &mut Vec<Finding>) {
    let at = |path: &[&str]| package.pyproject.string(path).map(str::to_owned);
    let file = at(&["project", "readme"])
        .or_else(|| at(&["project", "readme", "file"]))
        .or_else(|| at(&["tool", "poetry", "readme"]));
    let Some(file) = file else { return };
    let path = format!("{}{file}", package.folder);
    let Some(text) = tree.text(&path) else { return };
    let lower = file.to_ascii_lowercase();
    let links = if lower.ends_with(".md") || lower.ends_with(".markdown") {
        markdown::outline(&text).links
    } else if lower.ends_with(".rst") {
        restructured(&text)
    } else {
        return;
    };
    let broken = |link: &&Link| !link.target.starts_with('#') && is_relative(&link.target);
    for link in links.iter().filter(broken).take(MOST) {
        let message = format!("`{}` leads nowhere on PyPI", shown(&link.target));
        findings.push(raise("source/relative-link", message, Location::line(path.as_str(), link.line)));
    }
}

/// Images and links with a target in angle brackets.
pub(super) fn restructured(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.len() < 10_000) {
        let mut add = |target: &str| links.push(Link { target: target.trim().to_owned(), line: index + 1 });
        let trimmed = line.trim_start();
        for directive in ["image::", "figure::"] {
            let at = trimmed.find(directive).filter(|_| trimmed.starts_with(".. "));
            at.map(|at| trimmed[at + directive.len()..].trim()).filter(|target| !target.is_empty()).map(&mut add);
        }
        for (at, _) in line.match_indices(">`_") {
            let start = line[..at].rfind('<').filter(|start| line[..*start].contains('`'));
            // `<name_>` is another target by name.
            start.map(|start| &line[start + 1..at]).filter(|target| !target.ends_with('_')).map(&mut add);
        }
    }
    links
}
