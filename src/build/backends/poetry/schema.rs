//! What poetry checks before it builds: types and a few patterns. Whatever it would refuse is a reason to let it say so.

use std::collections::{BTreeMap, BTreeSet};

use super::node::Node;
use crate::build::declared::FIELDS;
use crate::build::native::Reason;
use crate::python::name::normalize;

/// A key, and whether its value is one that poetry takes.
type Check<'a> = (&'a str, &'a dyn Fn(&Node) -> bool);

/// Refuses `[tool.poetry]`, `[dependency-groups]` and what of `[project]` only poetry checks.
pub(super) fn check(tool: &Node, project: Option<&Node>, groups: Option<&Node>) -> Result<(), Reason> {
    if tool.table().is_none() {
        return Err(Reason::new("tool.poetry", "it must be a table"));
    }
    if tool.get("package-mode").is_some_and(|mode| mode.flag() != Some(true)) {
        return Err(Reason::new("tool.poetry.package-mode", "without it nothing is packaged"));
    }
    if tool.get("build").is_some() {
        return Err(Reason::new("tool.poetry.build", "a script of the project runs"));
    }
    let is_text = |node: &Node| node.text().is_some();
    let is_texts = |node: &Node| node.texts().is_some();
    let is_line = |node: &Node| node.text().is_some_and(|text| !text.contains('\n'));
    let is_url = |node: &Node| node.text().is_some_and(is_uri);
    let is_readme = |node: &Node| is_text(node) || is_texts(node);
    let is_dependencies = |node: &Node| node.table().is_some_and(|table| table.iter().all(is_dependency));
    let is_extras = |node: &Node| {
        let is_extra = |(name, list): &(String, Node)| {
            is_key(name) && list.texts().is_some_and(|names| names.iter().all(|name| is_key(name)))
        };
        node.table().is_some_and(|table| table.iter().all(is_extra))
    };
    let is_plugins = |node: &Node| {
        let is_group = |(_, group): &(String, Node)| is_table_of_texts(group);
        node.table().is_some_and(|table| table.iter().all(is_group))
    };
    let is_scripts = |node: &Node| {
        node.table().is_some_and(|table| table.iter().all(|(name, script)| is_key(name) && is_script(script)))
    };
    let checks: [Check<'_>; 19] = [
        ("name", &is_text),
        ("version", &is_text),
        ("description", &is_line),
        ("keywords", &is_texts),
        ("homepage", &is_url),
        ("repository", &is_url),
        ("documentation", &is_url),
        ("license", &is_text),
        ("authors", &is_texts),
        ("maintainers", &is_texts),
        ("readme", &is_readme),
        ("classifiers", &is_texts),
        ("exclude", &is_texts),
        ("dependencies", &is_dependencies),
        ("dev-dependencies", &is_dependencies),
        ("extras", &is_extras),
        ("plugins", &is_plugins),
        ("scripts", &is_scripts),
        ("urls", &is_table_of_texts),
    ];
    for (key, is_fine) in checks {
        if tool.get(key).is_some_and(|node| !is_fine(node)) {
            return Err(Reason::new(format!("tool.poetry.{key}"), "poetry refuses its form"));
        }
    }
    check_groups(tool.get("group"), groups, &is_dependencies)?;
    project.map_or(Ok(()), check_project)
}

fn check_project(project: &Node) -> Result<(), Reason> {
    let refuse = |key: &str| Err(Reason::new(format!("project.{key}"), "poetry refuses its form"));
    if project.get("version").and_then(Node::text).is_some_and(|text| !is_plain_version(text)) {
        return refuse("version");
    }
    for key in ["authors", "maintainers"] {
        let people = project.get(key).and_then(Node::list).unwrap_or_default();
        let is_person = |person: &Node| {
            let email = person.get("email").map(|email| email.text().is_some_and(is_email));
            person.table().is_some_and(|table| !table.is_empty()) && email.unwrap_or(true)
        };
        if !people.iter().all(is_person) {
            return refuse(key);
        }
    }
    let urls = project.get("urls").and_then(Node::table).unwrap_or_default();
    if !urls.iter().all(|(_, url)| url.text().is_some_and(is_uri)) {
        return refuse("urls");
    }
    let groups = project.get("entry-points").and_then(Node::table).unwrap_or_default();
    let is_group = |name: &str| {
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
        name.split('.').all(is_word) && !matches!(name, "console_scripts" | "gui_scripts")
    };
    if !groups.iter().all(|(name, _)| is_group(name)) {
        return refuse("entry-points");
    }
    let dynamic = project.get("dynamic").map(|node| node.texts().unwrap_or_else(|| vec![String::new()]));
    if !dynamic.unwrap_or_default().iter().all(|field| FIELDS.contains(&field.as_str())) {
        return refuse("dynamic");
    }
    match project.get("readme") {
        Some(readme @ Node::Table(_))
            if readme.get("content-type").is_none() || readme.get("file").is_some() == readme.get("text").is_some() =>
        {
            refuse("readme")
        }
        Some(readme @ Node::Table(_)) if !readme.has_only(&["file", "text", "content-type"]) => refuse("readme"),
        _ => Ok(()),
    }
}

/// Groups have no part in a build, but mistakes in them stop it.
fn check_groups(
    tool: Option<&Node>,
    standard: Option<&Node>,
    is_dependencies: &dyn Fn(&Node) -> bool,
) -> Result<(), Reason> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut includes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |name: &str, included: Vec<String>| {
        names.entry(normalize(name)).or_default().insert(name.to_owned());
        includes.entry(normalize(name)).or_default().extend(included.iter().map(|name| normalize(name)));
    };
    let refuse = |key: String| Err(Reason::new(key, "poetry refuses its form"));
    if let Some(tool) = tool {
        let Some(groups) = tool.table() else { return refuse("tool.poetry.group".to_owned()) };
        for (name, group) in groups {
            let included = group.get("include-groups").map(Node::texts);
            let is_fine = group.has_only(&["optional", "include-groups", "dependencies"])
                && group.table().is_some_and(|table| !table.is_empty())
                && group.get("optional").is_none_or(|optional| optional.flag().is_some())
                && group.get("dependencies").is_none_or(is_dependencies)
                && included != Some(None)
                && is_key(name);
            if !is_fine {
                return refuse(format!("tool.poetry.group.{name}"));
            }
            add(name, included.flatten().unwrap_or_default());
        }
    }
    if let Some(standard) = standard {
        let Some(groups) = standard.table() else { return refuse("dependency-groups".to_owned()) };
        for (name, group) in groups {
            let mut included = Vec::new();
            for entry in group.list().unwrap_or(&[Node::Other]) {
                match (entry.text(), entry.get("include-group").and_then(Node::text)) {
                    (Some(_), _) => {}
                    (None, Some(other)) if entry.has_only(&["include-group"]) => included.push(other.to_owned()),
                    _ => return refuse(format!("dependency-groups.{name}")),
                }
            }
            add(name, included);
        }
    }
    if let Some((name, _)) = names.iter().find(|(_, spellings)| spellings.len() > 1) {
        return refuse(format!("dependency-groups.{name}"));
    }
    // What is not part of a circle is taken away until nothing changes.
    loop {
        let before = includes.len();
        let left: BTreeSet<String> = includes.keys().cloned().collect();
        includes.retain(|_, included| included.iter().any(|name| left.contains(name)));
        match includes.keys().next() {
            None => return Ok(()),
            Some(name) if includes.len() == before => return refuse(format!("dependency-groups.{name}")),
            Some(_) => {}
        }
    }
}

/// Names that poetry's patterns know; it lets others pass unchecked.
fn is_key(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn is_table_of_texts(node: &Node) -> bool {
    node.table().is_some_and(|table| table.iter().all(|(key, node)| !key.is_empty() && node.text().is_some()))
}

fn is_dependency((name, node): &(String, Node)) -> bool {
    if !is_key(name) {
        return false;
    }
    if name.eq_ignore_ascii_case("python") {
        return node.text().is_some();
    }
    match node {
        Node::List(list) => !list.is_empty() && list.iter().all(is_single_dependency),
        node => is_single_dependency(node),
    }
}

fn is_single_dependency(node: &Node) -> bool {
    const COMMON: [&str; 5] = ["python", "platform", "markers", "optional", "extras"];
    let Some(table) = node.table() else { return node.text().is_some() };
    let kinds: Vec<&str> =
        ["version", "git", "file", "path", "url"].into_iter().filter(|key| node.get(key).is_some()).collect();
    let (common, more): (&[&str], &[&str]) = match kinds[..] {
        [] => (&["python", "platform", "markers"], &["allow-prereleases", "source", "develop"]),
        ["version"] => (&COMMON, &["version", "allow-prereleases", "allows-prereleases", "source"]),
        ["git"] => (
            &COMMON,
            &["git", "branch", "tag", "rev", "subdirectory", "allow-prereleases", "allows-prereleases", "develop"],
        ),
        ["file"] => (&COMMON, &["file", "subdirectory"]),
        ["path"] => (&COMMON, &["path", "subdirectory", "develop"]),
        ["url"] => (&COMMON, &["url", "subdirectory"]),
        _ => return false,
    };
    table.iter().all(|(key, node)| {
        let key = key.as_str();
        (common.contains(&key) || more.contains(&key))
            && match key {
                "optional" | "allow-prereleases" | "allows-prereleases" | "develop" => node.flag().is_some(),
                "extras" => node.texts().is_some(),
                _ => node.text().is_some(),
            }
    })
}

fn is_script(node: &Node) -> bool {
    if node.text().is_some() {
        return true;
    }
    let has_extras = node.get("extras").is_none_or(|extras| extras.texts().is_some());
    let is_text = |key: &str| node.get(key).is_some_and(|node| node.text().is_some());
    let is_old =
        node.has_only(&["callable", "extras"]) && node.get("callable").is_none_or(|node| node.text().is_some());
    let is_new = node.has_only(&["reference", "type", "extras"])
        && is_text("reference")
        && matches!(node.get("type").and_then(Node::text), Some("file" | "console"));
    has_extras && (is_old || is_new)
}

/// `^\w+:(\/?\/?)[^\s]+\Z`
fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !rest.is_empty()
            && !rest.contains(char::is_whitespace)
    })
}

/// One `@`, a dot behind it, and none at the ends or twice before it.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = !local.is_empty() && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    let dot = domain.char_indices().skip(1).any(|(at, c)| c == '.' && at + 1 < domain.len());
    is_local && dot && !domain.contains('@') && !text.contains(['\n', '\r'])
}

/// A version without capitals (but in a local label) and blanks.
fn is_plain_version(text: &str) -> bool {
    let public = text.split('+').next().unwrap_or(text);
    !public.chars().any(|c| c.is_ascii_uppercase() || c.is_whitespace())
        && !text.ends_with(char::is_whitespace)
        && text.parse::<crate::python::version::Version>().is_ok()
}
