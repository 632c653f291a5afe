//! The configuration: `[tool.hatch]` with `hatch.toml` beside it, and the two tables that an archive is made by.

use toml_edit::Item;

use super::super::super::declared::{pairs, wrong};
use super::super::super::native::{Reason, Source};
use crate::project::pyproject::Pyproject;

/// `[tool.hatch]`; what `hatch.toml` has beside it replaces whole keys.
pub(super) struct Hatch<'a> {
    pyproject: &'a Pyproject,
    own: Option<Pyproject>,
}

impl<'a> Hatch<'a> {
    pub(super) fn read(source: &Source<'a>) -> Result<Hatch<'a>, Reason> {
        let unreadable = |why: String| Reason::new("the file `hatch.toml`", why);
        let own = match source.tree.read_text("hatch.toml")? {
            Some(text) => Some(Pyproject::parse("hatch.toml", text).map_err(|error| unreadable(error.to_string()))?),
            None => None,
        };
        let hatch = Hatch { pyproject: source.pyproject, own };
        if source.pyproject.get(&["tool", "hatch"]).is_some_and(|item| item.as_table_like().is_none()) {
            return Err(wrong("tool.hatch", "a table"));
        }
        for path in [
            &["build"][..],
            &["build", "targets"],
            &["build", "targets", "sdist"],
            &["build", "targets", "wheel"],
            &["build", "hooks"],
            &["metadata"],
            &["metadata", "hooks"],
            &["version"],
        ] {
            if hatch.get(path).is_some_and(|item| item.as_table_like().is_none()) {
                return Err(wrong(&shown(path), "a table"));
            }
        }
        Ok(hatch)
    }

    /// The item at a path of keys below `[tool.hatch]`.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Item> {
        match &self.own {
            Some(own) if own.get(&path[..1]).is_some() => own.get(path),
            _ => self.pyproject.get(&[&["tool", "hatch"], path].concat()),
        }
    }

    /// The string at a path of keys.
    pub(super) fn string(&self, path: &[&str]) -> Result<Option<&str>, Reason> {
        let Some(item) = self.get(path) else { return Ok(None) };
        item.as_str().map(Some).ok_or_else(|| wrong(&shown(path), "a string"))
    }

    pub(super) fn flag(&self, path: &[&str]) -> Result<bool, Reason> {
        let Some(item) = self.get(path) else { return Ok(false) };
        item.as_bool().ok_or_else(|| wrong(&shown(path), "a boolean"))
    }

    /// The keys of a table.
    pub(super) fn keys(&self, path: &[&str]) -> Vec<String> {
        let table = self.get(path).and_then(Item::as_table_like);
        table.into_iter().flat_map(|table| table.iter().map(|(key, _)| key.to_owned())).collect()
    }

    /// Whatever a plugin does to the metadata is not known.
    pub(super) fn refuse_metadata_hooks(&self) -> Result<(), Reason> {
        if let Some(hook) = self.keys(&["metadata", "hooks"]).first() {
            let key = format!("tool.hatch.metadata.hooks.{hook}");
            return Err(Reason::new(key, "a plugin works out the metadata").instead("static fields in `[project]`"));
        }
        if self.flag(&["metadata", "allow-ambiguous-features"])? {
            let key = "tool.hatch.metadata.allow-ambiguous-features";
            return Err(Reason::new(key, "names of extras are not normalised").instead("remove it"));
        }
        Ok(())
    }

    /// What makes one archive.
    ///
    /// # Errors
    /// It has a plugin, or something else that only the backend does.
    pub(super) fn target(&'a self, name: &'static str) -> Result<Target<'a>, Reason> {
        let target = Target { hatch: self, name };
        target.refuse()?;
        Ok(target)
    }
}

/// `tool.hatch.…`.
pub(super) fn shown(path: &[&str]) -> String {
    format!("tool.hatch.{}", path.join("."))
}

/// `[tool.hatch.build.targets.…]` before `[tool.hatch.build]`, key by key.
pub(super) struct Target<'a> {
    hatch: &'a Hatch<'a>,
    /// `sdist` or `wheel`.
    pub(super) name: &'static str,
}

impl Target<'_> {
    /// A key of the target alone.
    pub(super) fn own(&self, key: &str) -> Option<(&Item, String)> {
        let path = ["build", "targets", self.name, key];
        self.hatch.get(&path).map(|item| (item, shown(&path)))
    }

    /// A key of the target, or else of the common table.
    pub(super) fn either(&self, key: &str) -> Option<(&Item, String)> {
        let path = ["build", key];
        self.own(key).or_else(|| self.hatch.get(&path).map(|item| (item, shown(&path))))
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> Result<bool, Reason> {
        match self.either(key) {
            Some((item, shown)) => item.as_bool().ok_or_else(|| wrong(&shown, "a boolean")),
            None => Ok(default),
        }
    }

    /// Strings, none of which is empty; nothing where the key is not there.
    pub(super) fn strings(&self, key: &str) -> Result<Option<Vec<String>>, Reason> {
        self.either(key).map(|(item, shown)| strings(item, &shown)).transpose()
    }

    /// A table of paths: where they lie in the project, without `.` and `..`, and where they go. The root is empty.
    pub(super) fn paths(&self, key: &str, from: Option<(&Item, String)>) -> Result<Vec<(String, String)>, Reason> {
        let Some((item, shown)) = from else { return Ok(Vec::new()) };
        let mut found: Vec<(String, String)> = Vec::new();
        for (source, target) in pairs(Some(item), &shown)? {
            let to = relative(&target);
            if source.is_empty() || target.is_empty() {
                return Err(Reason::new(shown, "it has an empty path"));
            }
            if is_odd(&to) {
                return Err(Reason::new(shown, format!("`{target}` is an odd place for `{source}`")));
            }
            let within = within(&source).ok_or_else(|| {
                let instead = format!("files of the project in `{key}`");
                Reason::new(shown.clone(), format!("`{source}` may lie outside the project")).instead(instead)
            })?;
            // The same source twice: the later one counts.
            found.retain(|(known, _)| *known != within);
            found.push((within, to));
        }
        Ok(found)
    }

    fn refuse(&self) -> Result<(), Reason> {
        let refuse = |key: String, why: &str| Err(Reason::new(key, why).instead("remove it"));
        for (path, hook) in self.hooks() {
            if hook != "version" {
                let key = format!("{}.{hook}", shown(&path));
                return Err(Reason::new(key, "a build hook runs code").instead("remove the hook"));
            }
        }
        if !self.flag("reproducible", true)? {
            let (_, shown) = self.either("reproducible").expect("it was read");
            return refuse(shown, "every build would be another one");
        }
        if let Some((item, shown)) = self.own("core-metadata-version")
            && item.as_str() != Some("2.5")
        {
            return refuse(shown, "the metadata would be of another shape");
        }
        if let Some((item, shown)) = self.own("support-legacy")
            && item.as_bool() != Some(false)
        {
            return refuse(shown, "a `setup.py` is worked out");
        }
        for key in ["dependencies", "require-runtime-features"] {
            for path in [&["build", "targets", self.name, key][..], &["build", key]] {
                if self.hatch.get(path).is_some_and(|item| item.as_array().is_none_or(|array| !array.is_empty())) {
                    return refuse(shown(path), "more than the backend is needed for the build");
                }
            }
        }
        if self.flag("require-runtime-dependencies", false)? {
            let (_, shown) = self.either("require-runtime-dependencies").expect("it was read");
            return refuse(shown, "more than the backend is needed for the build");
        }
        Ok(())
    }

    /// The hooks that run, with the path of the table that they are in.
    fn hooks(&self) -> Vec<(Vec<&str>, String)> {
        let of_target = vec!["build", "targets", self.name, "hooks"];
        let common = vec!["build", "hooks"];
        let named = self.hatch.keys(&of_target);
        let mut found: Vec<(Vec<&str>, String)> = Vec::new();
        for hook in self.hatch.keys(&common) {
            if !named.contains(&hook) {
                found.push((common.clone(), hook));
            }
        }
        found.extend(named.into_iter().map(|hook| (of_target.clone(), hook)));
        found.retain(|(path, hook)| {
            let enabled = self.hatch.get(&[path, &[hook.as_str(), "enable-by-default"][..]].concat());
            enabled.and_then(Item::as_bool) != Some(false)
        });
        found
    }

    /// The table of the version hook, if that runs.
    pub(super) fn version_hook(&self) -> Option<(&Item, String)> {
        let (path, hook) = self.hooks().into_iter().find(|(_, hook)| hook == "version")?;
        let path = [&path, &[hook.as_str()][..]].concat();
        self.hatch.get(&path).map(|item| (item, shown(&path)))
    }
}

/// An array of strings, none of which is empty.
pub(super) fn strings(item: &Item, shown: &str) -> Result<Vec<String>, Reason> {
    let array = item.as_array().ok_or_else(|| wrong(shown, "an array of strings"))?;
    let text = |value: &toml_edit::Value| match value.as_str() {
        Some("") | None => Err(wrong(shown, "an array of strings that are not empty")),
        Some(text) => Ok(text.to_owned()),
    };
    array.iter().map(text).collect()
}

/// A path as `os.path.normpath` leaves it, without slashes around it; `.` for nothing.
pub(super) fn relative(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if path.starts_with('/') && parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    match parts.is_empty() {
        true if path.starts_with('/') => String::new(),
        true => ".".to_owned(),
        false => parts.join("/"),
    }
}

/// Whether a path below which something lies is not plainly below the root.
pub(super) fn is_odd(path: &str) -> bool {
    path == "." || path.starts_with("..") || path.starts_with('~')
}

/// A path below the root, which is the empty one; nothing for one that may lie elsewhere.
pub(super) fn within(path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) {
        return None;
    }
    match relative(path) {
        root if root == "." => Some(String::new()),
        out if out.starts_with("..") || out.starts_with('~') => None,
        other => Some(other),
    }
}
