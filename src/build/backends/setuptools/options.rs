//! What `[tool.setuptools]` and `[options]` of `setup.cfg` say about files. The table wins; a key in both is left to
//! setuptools.

use std::collections::BTreeMap;

use toml_edit::{Item, TableLike};

use super::super::super::declared::{pairs, strings_of, wrong};
use super::super::super::native::{Reason, Source};
use super::discovery::{Find, Packages, folder};
use super::ini::{Ini, is_true, list};
use crate::python::identifier::is_identifier;

/// Names with their values, in the order of the file.
pub(super) type Named = Vec<(String, Vec<String>)>;

/// The options.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) packages: Packages,
    /// Whether `setup.cfg` says where packages are: then folders that are given stay as they are.
    pub(super) is_ini_search: bool,
    pub(super) modules: Option<Vec<String>>,
    pub(super) folders: BTreeMap<String, String>,
    pub(super) include_package_data: Option<bool>,
    pub(super) package_data: Named,
    pub(super) exclude_package_data: Named,
    pub(super) scripts: Vec<String>,
    pub(super) data_files: Named,
    pub(super) zip_safe: Option<bool>,
    pub(super) platforms: Vec<String>,
    pub(super) license_files: Option<Vec<String>>,
}

const TABLE: &str = "tool.setuptools";

impl Options {
    pub(super) fn read(source: &Source<'_>, ini: &Ini) -> Result<Options, Reason> {
        let mut options = Options::default();
        options.read_ini(ini)?;
        let Some(item) = source.pyproject.get(&["tool", "setuptools"]) else { return Ok(options) };
        let table = item.as_table_like().ok_or_else(|| wrong(TABLE, "a table"))?;
        for (key, item) in table.iter() {
            let shown = format!("{TABLE}.{key}");
            let twin = if key == "script-files" { "scripts".to_owned() } else { key.replace('-', "_") };
            if ini.get("options", &twin).is_some() || ini.section(&format!("options.{twin}")).is_some() {
                return Err(Reason::new(shown, "`setup.cfg` says it, too").instead("one of both"));
            }
            options.take(table, key, item, &shown)?;
        }
        Ok(options)
    }

    fn take(&mut self, table: &dyn TableLike, key: &str, item: &Item, shown: &str) -> Result<(), Reason> {
        let strings = || strings_of(table, key, shown).map(Option::unwrap_or_default);
        let truth = || item.as_bool().ok_or_else(|| wrong(shown, "true or false"));
        match key {
            "packages" => self.packages = packages(item, shown)?,
            "py-modules" => {
                let modules = strings()?;
                modules.iter().try_for_each(|name| named_well(name, shown))?;
                self.modules = Some(modules);
            }
            "package-dir" => {
                for (package, path) in pairs(Some(item), shown)? {
                    if !package.is_empty() {
                        named_well(&package, shown)?;
                    }
                    self.folders.insert(package, folder(shown, &path)?);
                }
            }
            "include-package-data" => self.include_package_data = Some(truth()?),
            "zip-safe" => self.zip_safe = Some(truth()?),
            "package-data" => self.package_data = data(item, shown)?,
            "exclude-package-data" => self.exclude_package_data = data(item, shown)?,
            "data-files" => self.data_files = named(item, shown)?,
            "script-files" => self.scripts = strings()?,
            "platforms" => self.platforms = strings()?,
            "license-files" => self.license_files = Some(strings()?),
            "dynamic" => {}
            "cmdclass" => return Err(Reason::new(shown, "a command is replaced by code of the project")),
            "ext-modules" => return Err(Reason::new(shown, "extensions have to be compiled")),
            "provides" | "obsoletes" | "eager-resources" | "namespace-packages" => {
                return Err(Reason::new(shown, "it belongs to times gone by").instead("nothing"));
            }
            _ => return Err(Reason::new(shown, "setuptools does not know it")),
        }
        Ok(())
    }

    fn read_ini(&mut self, ini: &Ini) -> Result<(), Reason> {
        for name in ini.names().filter(|name| name.starts_with("options")) {
            const SECTIONS: [&str; 7] = [
                "options.packages.find",
                "options.extras_require",
                "options.entry_points",
                "options.package_data",
                "options.exclude_package_data",
                "options.data_files",
                "options",
            ];
            if !SECTIONS.contains(&name) {
                return Err(Reason::new(format!("`[{name}]` of `setup.cfg`"), "setuptools does not know it"));
            }
        }
        for (key, value) in ini.section("options").unwrap_or_default() {
            let shown = shown_ini(key);
            match key.as_str() {
                "packages" => self.packages = self.ini_packages(ini, value, &shown)?,
                "py_modules" => self.modules = Some(list(value, ',')),
                "package_dir" => {
                    for (package, path) in dict(value, &shown)? {
                        self.folders.insert(package, folder(&shown, &path)?);
                    }
                }
                "include_package_data" => self.include_package_data = Some(is_true(value)),
                "zip_safe" => self.zip_safe = Some(is_true(value)),
                "scripts" => self.scripts = list(value, ','),
                "install_requires" | "python_requires" => {}
                _ => return Err(Reason::new(shown, "what it does is left to setuptools")),
            }
        }
        let section = |name: &str| -> Named {
            let keys = ini.section(&format!("options.{name}")).unwrap_or_default();
            keys.iter().map(|(key, value)| (key.clone(), list(value, ','))).collect()
        };
        self.package_data = starred(section("package_data"));
        self.exclude_package_data = starred(section("exclude_package_data"));
        self.data_files = section("data_files");
        Ok(())
    }

    fn ini_packages(&mut self, ini: &Ini, value: &str, shown: &str) -> Result<Packages, Reason> {
        let namespaces = match value.trim() {
            "find:" => false,
            "find_namespace:" => true,
            _ => return Ok(Packages::Listed(list(value, ','))),
        };
        self.is_ini_search = true;
        let given = |key: &str| {
            let found = ini.get("options.packages.find", key).map(|value| list(value, ','));
            found.filter(|list| !list.is_empty())
        };
        let place = given("where").map_or_else(|| ".".to_owned(), |places| places[0].clone());
        let place = if place == "." { place } else { folder(shown, &place)? };
        Ok(Packages::Find(Find {
            places: vec![place],
            include: given("include").unwrap_or_else(|| vec!["*".to_owned()]),
            exclude: given("exclude").unwrap_or_default(),
            namespaces,
        }))
    }
}

/// A key of `setup.cfg`, as it is named to people.
pub(super) fn shown_ini(key: &str) -> String {
    format!("`{key}` of `setup.cfg`")
}

/// The lines `name = value` of a value.
pub(super) fn dict(value: &str, shown: &str) -> Result<Vec<(String, String)>, Reason> {
    let pair = |line: &String| {
        let (key, value) = line.split_once('=').ok_or_else(|| Reason::new(shown, format!("`{line}` has no `=`")))?;
        Ok((key.trim().to_owned(), value.trim().to_owned()))
    };
    list(value, ',').iter().map(pair).collect()
}

fn starred(mut named: Named) -> Named {
    // `*` wins over the empty name, which means the same.
    if named.iter().any(|(name, _)| name == "*") {
        named.retain(|(name, _)| !name.is_empty());
    }
    named.iter_mut().filter(|(name, _)| name == "*").for_each(|(name, _)| name.clear());
    named
}

fn data(item: &Item, shown: &str) -> Result<Named, Reason> {
    let found = named(item, shown)?;
    found.iter().filter(|(name, _)| name != "*").try_for_each(|(name, _)| named_well(name, shown))?;
    Ok(starred(found))
}

fn named(item: &Item, shown: &str) -> Result<Named, Reason> {
    let table = item.as_table_like().ok_or_else(|| wrong(shown, "a table"))?;
    let one = |(key, _): (&str, &Item)| {
        Ok((key.to_owned(), strings_of(table, key, &format!("{shown}.{key}"))?.unwrap_or_default()))
    };
    table.iter().map(one).collect()
}

fn packages(item: &Item, shown: &str) -> Result<Packages, Reason> {
    if let Some(array) = item.as_array() {
        let names = array.iter().map(|value| value.as_str().map(str::to_owned));
        let names: Option<Vec<String>> = names.collect();
        let names = names.ok_or_else(|| wrong(shown, "an array of names"))?;
        names.iter().try_for_each(|name| named_well(name, shown))?;
        return Ok(Packages::Listed(names));
    }
    let table = item.as_table_like().ok_or_else(|| wrong(shown, "an array or a table"))?;
    let shown = format!("{shown}.find");
    let (Some(find), 1) = (table.get("find").and_then(Item::as_table_like), table.len()) else {
        return Err(wrong(&shown, "the only table of `packages`"));
    };
    if let Some((key, _)) = find.iter().find(|(key, _)| !["where", "include", "exclude", "namespaces"].contains(key)) {
        return Err(Reason::new(format!("{shown}.{key}"), "setuptools does not know it"));
    }
    let strings = |key: &str| strings_of(find, key, &format!("{shown}.{key}"));
    let mut places = strings("where")?.unwrap_or_else(|| vec![".".to_owned()]);
    for place in &mut places {
        if place != "." {
            *place = folder(&format!("{shown}.where"), place)?;
        }
    }
    let namespaces = match find.get("namespaces") {
        None => true,
        Some(item) => item.as_bool().ok_or_else(|| wrong(&shown, "a table with `namespaces` true or false"))?,
    };
    Ok(Packages::Find(Find {
        places,
        include: strings("include")?.unwrap_or_else(|| vec!["*".to_owned()]),
        exclude: strings("exclude")?.unwrap_or_default(),
        namespaces,
    }))
}

/// Whether setuptools takes the name of a package: identifiers parted by dots, hyphens let pass.
fn named_well(name: &str, shown: &str) -> Result<(), Reason> {
    let top = name.split('.').next().unwrap_or_default();
    let bare = match top.strip_suffix("-stubs") {
        Some(of) => format!("{of}{}", &name[top.len()..]),
        None => name.replace('-', "_"),
    };
    let is_odd = name.starts_with('-') || name.ends_with('-') || (top != name && name.ends_with("-stubs"));
    if is_odd || !bare.split('.').all(is_identifier) {
        return Err(Reason::new(shown, format!("`{name}` is no name of a package")));
    }
    Ok(())
}
