//! What `pyproject.toml` and `setup.cfg` say together. Whatever setuptools would refuse, and what only running code
//! could tell, is a reason to let it do so.

use super::super::super::globs::{self, Reading, join};
use super::super::super::native::{Reason, Source};
use super::discovery::Layout;
use super::dynamic::Dynamic;
use super::fields;
use super::ini::Ini;
use super::metadata::Fields;
use super::options::{Named, Options, shown_ini};
use super::view::View;
use crate::python::name::{ProjectName, normalize};
use crate::python::version::Version;

const LICENSES: [&str; 4] = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"];

/// What both archives need to know.
pub(super) struct Config {
    /// As written.
    pub(super) name: String,
    /// Normalised, with the tags.
    pub(super) version: String,
    /// What `tag_build` adds to the version.
    pub(super) tags: String,
    pub(super) fields: Fields,
    pub(super) layout: Layout,
    pub(super) include_package_data: bool,
    pub(super) package_data: Named,
    pub(super) exclude_package_data: Named,
    pub(super) scripts: Vec<String>,
    /// Folders with their files, patterns replaced.
    pub(super) data_files: Named,
    pub(super) zip_safe: Option<bool>,
    pub(super) license_files: Vec<String>,
    /// Files that are named as the source of a value.
    pub(super) referenced: Vec<String>,
    pub(super) python_tag: String,
    pub(super) ini: Ini,
}

impl Config {
    pub(super) fn read(source: &Source<'_>) -> Result<Config, Reason> {
        let view = &View::of(source.tree);
        refuse_setup_py(source)?;
        let ini = match source.tree.read_text("setup.cfg")? {
            Some(text) => Ini::parse("setup.cfg", &text, &['=', ':'])?,
            None => Ini::default(),
        };
        ini.refuse_commands()?;
        let is_toml = !source.pyproject.keys(&["project"]).is_empty()
            || !source.pyproject.keys(&["tool", "setuptools"]).is_empty();
        let options = Options::read(source, &ini)?;
        let layout = layout(view, &options)?;
        let mut dynamic = Dynamic::read(source, view)?;
        let readme = source.pyproject.get(&["project", "readme"]).and_then(toml_edit::Item::as_table_like);
        if readme.is_some_and(|table| !table.contains_key("content-type")) {
            return Err(Reason::new("project.readme", "`content-type` is missing"));
        }
        let told = match &source.declared {
            Some(declared) => fields::declared(declared, &ini, &layout, &mut dynamic)?,
            None => fields::from_ini(&ini, &layout, &mut dynamic, is_toml)?,
        };
        let mut fields = told.fields;
        if !options.platforms.is_empty() {
            fields.platforms.clone_from(&options.platforms);
        }
        let patterns = license_patterns(source, &options, &ini)?;
        let referenced = dynamic.referenced;
        let tags = ini.get("egg_info", "tag_build").unwrap_or_default().to_owned();
        let name = told
            .name
            .parse::<ProjectName>()
            .map_err(|_| Reason::new("project.name", format!("`{}` is no name of a project", told.name)))?;
        Ok(Config {
            name: name.as_str().to_owned(),
            version: tagged(&told.version, &tags)?,
            tags,
            fields,
            layout,
            include_package_data: options.include_package_data.unwrap_or(is_toml),
            package_data: options.package_data,
            exclude_package_data: options.exclude_package_data,
            scripts: options.scripts,
            data_files: data_files(view, &options.data_files)?,
            zip_safe: options.zip_safe,
            license_files: license_files(view, patterns)?,
            referenced,
            python_tag: python_tag(source, &ini)?,
            ini,
        })
    }

    /// `name-version`, as in names of files.
    pub(super) fn stem(&self) -> String {
        format!("{}-{}", normalize(&self.name).replace('-', "_"), self.version)
    }

    /// The folder of the metadata in an sdist.
    pub(super) fn egg(&self) -> String {
        let name = self.name.replace('-', "_");
        join(self.layout.base(), &format!("{}.egg-info", name.trim_matches('_')))
    }
}

fn layout(view: &View<'_>, options: &Options) -> Result<Layout, Reason> {
    let modules = options.modules.as_deref();
    if !options.is_ini_search || options.folders.is_empty() {
        return Layout::of(view, &options.packages, modules, options.folders.clone());
    }
    let mut layout = Layout::of(view, &options.packages, modules, std::collections::BTreeMap::new())?;
    layout.folders.clone_from(&options.folders);
    Ok(layout)
}

/// Only a setup.py that does nothing but call `setup()` can be known without running it.
fn refuse_setup_py(source: &Source<'_>) -> Result<(), Reason> {
    let Some(text) = source.tree.read_text("setup.py")? else {
        return match source.tree.is_folder("setup.py") {
            true => Err(Reason::new("setup.py", "it is a folder")),
            false => Ok(()),
        };
    };
    let statements: Vec<String> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim().replace('\'', "\""))
        .filter(|line| !line.is_empty())
        .collect();
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    let is_known = matches!(
        statements.as_slice(),
        ["from setuptools import setup", "setup()"]
            | ["import setuptools", "setuptools.setup()"]
            | ["from setuptools import setup", "if __name__ == \"__main__\":", "setup()"]
            | ["import setuptools", "if __name__ == \"__main__\":", "setuptools.setup()"]
    );
    match is_known {
        true => Ok(()),
        false => {
            Err(Reason::new("setup.py", "it has to be run").instead("nothing but `setup()` in it, or no such file"))
        }
    }
}

/// The version with the tags, unless it has them.
fn tagged(version: &str, tags: &str) -> Result<String, Reason> {
    let parse = |text: &str| -> Result<String, Reason> {
        let odd = |_| Reason::new("project.version", format!("`{text}` is no version"));
        if text.trim_matches('\n').contains(char::is_whitespace) {
            return Err(Reason::new("project.version", format!("`{text}` has white space in it")));
        }
        text.parse::<Version>().map(|version| version.to_string()).map_err(odd)
    };
    let version = parse(version)?;
    if tags.is_empty() {
        return Ok(version);
    }
    let safe =
        parse(&format!("0{tags}")).map_err(|_| Reason::new(shown_ini("tag_build"), format!("`{tags}` is odd")))?;
    if version.ends_with(tags) || version.ends_with(&safe[1..]) {
        return Ok(version);
    }
    parse(&format!("{version}{tags}"))
}

/// The patterns of license files; nothing where the usual ones count.
fn license_patterns(source: &Source<'_>, options: &Options, ini: &Ini) -> Result<Option<Vec<String>>, Reason> {
    let declared = source.declared.as_ref().and_then(|declared| declared.license_files.clone());
    let of_ini = ini.get("metadata", "license_files").map(|value| super::ini::list(value, ','));
    match (declared, options.license_files.clone()) {
        (Some(_), Some(_)) => Err(Reason::new("tool.setuptools.license-files", "`project.license-files` says it, too")),
        (None, None) => Ok(of_ini),
        (found, None) | (None, found) => Ok(found),
    }
}

fn license_files(view: &View<'_>, patterns: Option<Vec<String>>) -> Result<Vec<String>, Reason> {
    let patterns = patterns.unwrap_or_else(|| LICENSES.map(str::to_owned).to_vec());
    let mut found: Vec<String> = Vec::new();
    for pattern in patterns {
        let is_odd = |part: &str| matches!(part, "" | "." | "..");
        if pattern.contains("..") || pattern.contains('\\') || pattern.split('/').any(is_odd) {
            return Err(Reason::new("project.license-files", format!("`{pattern}` is no plain path of the project")));
        }
        for path in view.glob(&pattern, Reading::GLOB)? {
            // What was found is taken for patterns again.
            if globs::has_magic(&path) {
                return Err(Reason::new(format!("the file `{path}`"), "its name is a pattern of license files itself"));
            }
            if view.is_file(&path) && !path.ends_with('~') && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The files of `data-files`, with their patterns replaced by what they name.
fn data_files(view: &View<'_>, given: &Named) -> Result<Named, Reason> {
    const KEY: &str = "tool.setuptools.data-files";
    let mut found = Named::new();
    for (folder, patterns) in given {
        if folder.starts_with('/') || folder.split('/').any(|part| part == "..") {
            return Err(Reason::new(KEY, format!("`{folder}` is outside of where data is installed")));
        }
        let mut files = Vec::new();
        for pattern in patterns {
            if pattern.starts_with('/') || pattern.split('/').any(|part| part == "..") {
                return Err(Reason::new(KEY, format!("`{pattern}` is outside of the project")));
            }
            let plain = super::view::converted(pattern);
            match plain.contains(['*', '?', '[', ']', '{', '}']) {
                true => files.extend(view.glob(&plain, Reading::GLOB)?),
                false => files.push(plain),
            }
        }
        if let Some(path) = files.iter().find(|path| !view.is_file(path)) {
            return Err(Reason::new(KEY, format!("`{path}` is no file that is there")));
        }
        found.push((folder.clone(), files));
    }
    Ok(found)
}

/// The tag of the interpreter in the name of the wheel.
fn python_tag(source: &Source<'_>, ini: &Ini) -> Result<String, Reason> {
    let mut tag = ini.get("bdist_wheel", "python_tag").map(str::to_owned);
    for command in source.pyproject.keys(&["tool", "distutils"]) {
        for key in source.pyproject.keys(&["tool", "distutils", &command]) {
            let shown = format!("tool.distutils.{command}.{key}");
            let is_known = command.replace('-', "_") == "bdist_wheel" && key.replace('-', "_") == "python_tag";
            let value = source.pyproject.string(&["tool", "distutils", &command, &key]);
            let Some(value) = value.filter(|_| is_known) else {
                return Err(Reason::new(shown, "it changes a command of setuptools"));
            };
            tag = Some(value.to_owned());
        }
    }
    let tag = tag.unwrap_or_else(|| "py3".to_owned());
    let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    match tag.split('.').all(is_plain) {
        true => Ok(tag),
        false => Err(Reason::new("tool.distutils.bdist_wheel.python-tag", format!("`{tag}` is no tag"))),
    }
}
