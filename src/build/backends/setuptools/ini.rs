//! `setup.cfg` as Python's `configparser` reads it, and as setuptools writes it anew into an sdist: without comments,
//! with a section of its own.

use super::super::super::native::Reason;

const FILE: &str = "setup.cfg";

/// Sections with their keys, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Ini {
    sections: Vec<(String, Vec<(String, String)>)>,
}

/// A value that is being read: further lines may belong to it.
struct Open {
    key: String,
    lines: Vec<String>,
}

impl Ini {
    /// Reads a text; `delimiters` part keys from values.
    ///
    /// # Errors
    /// `configparser` refuses it, or a value would be interpolated.
    pub(super) fn parse(file: &str, text: &str, delimiters: &[char]) -> Result<Ini, Reason> {
        let refuse = |why: String| Reason::new(format!("the file `{file}`"), why);
        let mut ini = Ini::default();
        let mut open: Option<Open> = None;
        let mut indent = 0;
        for line in text.split_inclusive('\n') {
            let is_comment = line.trim().starts_with(['#', ';']);
            let value = if is_comment { "" } else { line.trim() };
            if value.is_empty() {
                if let Some(open) = &mut open
                    && !is_comment
                {
                    open.lines.push(String::new());
                }
                continue;
            }
            let at = line.chars().take_while(|c| c.is_whitespace()).count();
            if let Some(open) = &mut open
                && at > indent
            {
                open.lines.push(value.to_owned());
                continue;
            }
            indent = at;
            ini.close(open.take(), &refuse)?;
            if let Some(end) = value.strip_prefix('[').and_then(|rest| rest.rfind(']')).filter(|end| *end > 0) {
                let name = &value[1..=end];
                if name == "DEFAULT" || ini.section(name).is_some() {
                    return Err(refuse(format!("the section `{name}` is there twice, or belongs to all others")));
                }
                ini.sections.push((name.to_owned(), Vec::new()));
                continue;
            }
            let Some(at) = value.find(delimiters).filter(|at| *at > 0) else {
                return Err(refuse(format!("`{value}` is neither a section nor a key")));
            };
            if ini.sections.is_empty() {
                return Err(refuse(format!("`{value}` stands before the first section")));
            }
            open =
                Some(Open { key: value[..at].trim_end().to_owned(), lines: vec![value[at + 1..].trim().to_owned()] });
        }
        ini.close(open, &refuse)?;
        Ok(ini)
    }

    fn close(&mut self, open: Option<Open>, refuse: &dyn Fn(String) -> Reason) -> Result<(), Reason> {
        let (Some(open), Some((section, keys))) = (open, self.sections.last_mut()) else { return Ok(()) };
        let value = open.lines.join("\n").trim_end().to_owned();
        if keys.iter().any(|(key, _)| *key == open.key) {
            return Err(refuse(format!("`{}` is in `[{section}]` twice", open.key)));
        }
        if value.contains('%') {
            return Err(refuse(format!("`{}` of `[{section}]` has a `%`", open.key)));
        }
        keys.push((open.key, value));
        Ok(())
    }

    /// The names of the sections.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|(name, _)| name.as_str())
    }

    /// The keys of a section; nothing where it is not there.
    pub(super) fn section(&self, name: &str) -> Option<&[(String, String)]> {
        self.sections.iter().find(|(known, _)| known == name).map(|(_, keys)| keys.as_slice())
    }

    /// The value of a key.
    pub(super) fn get(&self, section: &str, key: &str) -> Option<&str> {
        self.section(section)?.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// The text that goes into an sdist: the tags of the version are fixed in it.
    pub(super) fn rewritten(&self, tags: &str) -> String {
        let mut all = self.clone();
        if all.section("egg_info").is_none() {
            all.sections.push(("egg_info".to_owned(), Vec::new()));
        }
        let mut text = String::new();
        for (name, keys) in &mut all.sections {
            if name == "egg_info" {
                for (key, value) in [("tag_build", tags), ("tag_date", "0")] {
                    match keys.iter_mut().find(|(known, _)| known == key) {
                        Some((_, old)) => value.clone_into(old),
                        None => keys.push((key.to_owned(), value.to_owned())),
                    }
                }
            }
            text.push_str(&format!("[{name}]\n"));
            for (key, value) in keys {
                text.push_str(&format!("{key} = {}\n", value.replace('\n', "\n\t")));
            }
            text.push('\n');
        }
        text
    }

    /// Refuses what cannot be told from the file: options of commands, keys in old spellings.
    pub(super) fn refuse_commands(&self) -> Result<(), Reason> {
        const COMMANDS: [&str; 17] = [
            "global",
            "wheel",
            "sdist",
            "build",
            "build_py",
            "build_ext",
            "build_clib",
            "build_scripts",
            "install",
            "install_lib",
            "install_data",
            "install_scripts",
            "install_headers",
            "install_egg_info",
            "bdist",
            "dist_info",
            "check",
        ];
        const FREE: [&str; 5] = [
            "options.extras_require",
            "options.data_files",
            "options.entry_points",
            "options.package_data",
            "options.exclude_package_data",
        ];
        for (name, keys) in &self.sections {
            let key = |inner: &str| format!("`[{name}]` of `{FILE}`: `{inner}`");
            if COMMANDS.contains(&name.as_str()) && !keys.is_empty() {
                return Err(Reason::new(format!("`[{name}]` of `{FILE}`"), "it changes a command of setuptools"));
            }
            let is_ours = name == "metadata" || name == "egg_info" || name == "bdist_wheel";
            if !is_ours && !name.starts_with("options") {
                continue;
            }
            let is_old = |(inner, _): &&(String, String)| {
                inner.contains('-') || inner.to_lowercase() != *inner || inner.is_empty()
            };
            if !FREE.contains(&name.as_str())
                && let Some((inner, _)) = keys.iter().find(is_old)
            {
                return Err(Reason::new(key(inner), "it is spelled in an old way").instead("`_` and small letters"));
            }
            let known: &[&str] = match name.as_str() {
                "egg_info" => &["tag_build", "tag_date"],
                "bdist_wheel" => &["python_tag"],
                _ => continue,
            };
            if let Some((inner, _)) = keys.iter().find(|(inner, _)| !known.contains(&inner.as_str())) {
                return Err(Reason::new(key(inner), "it changes a command of setuptools"));
            }
        }
        if let Some(value) = self.get("egg_info", "tag_date")
            && !matches!(value.to_lowercase().as_str(), "0" | "false" | "no" | "off" | "n" | "f")
        {
            return Err(Reason::new(format!("`tag_date` of `{FILE}`"), "the version depends on the day"));
        }
        Ok(())
    }
}

/// The items of a list: lines where there is more than one, else parted by `separator`.
pub(super) fn list(value: &str, separator: char) -> Vec<String> {
    let parts: Vec<&str> =
        if value.contains('\n') { value.lines().collect() } else { value.split(separator).collect() };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Whether a value means yes.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "1" | "true" | "yes")
}
