//! The fields of the metadata, from `[project]` with its dynamic ones, or from `setup.cfg` alone.

use super::super::super::declared::{Declared, FIELDS, License};
use super::super::super::metadata::{lines, people};
use super::super::super::native::Reason;
use super::discovery::Layout;
use super::dynamic::{Dynamic, attribute};
use super::entry_points;
use super::ini::{Ini, list};
use super::metadata::Fields;
use super::options::{dict, shown_ini};
use super::requires;
use crate::python::license::LicenseExpression;
use crate::python::name::ProjectName;
use crate::python::spdx;
use crate::python::specifier::SpecifierSet;
use crate::python::version::Version;

/// Name, version and the rest.
pub(super) struct Told {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) fields: Fields,
}

/// What stands for a version where nothing says one.
const NO_VERSION: &str = "0.0.0";

/// The fields of `[project]`.
pub(super) fn declared(
    declared: &Declared,
    ini: &Ini,
    layout: &Layout,
    dynamic: &mut Dynamic<'_>,
) -> Result<Told, Reason> {
    refuse(declared)?;
    refuse_mixed(declared, ini)?;
    refuse_unsaid(declared, ini, dynamic)?;
    let of_ini = |field: &str, section: &str, key: &str| {
        ini.get(section, key).filter(|_| declared.is_dynamic(field) && !dynamic.has(field)).map(str::to_owned)
    };
    let mut fields = Fields { summary: declared.description.clone(), ..Fields::default() };
    let version_of_ini = of_ini("version", "metadata", "version");
    let summary_of_ini = of_ini("description", "metadata", "description");
    fields.license = of_ini("license", "metadata", "license");
    fields.keywords =
        of_ini("keywords", "metadata", "keywords").map_or_else(|| declared.keywords.clone(), |v| list(&v, ','));
    let classifiers_of_ini = of_ini("classifiers", "metadata", "classifiers");
    let python_of_ini = of_ini("requires-python", "options", "python_requires");
    let requires_of_ini = of_ini("dependencies", "options", "install_requires");
    let version = match (&declared.version, dynamic.has("version"), version_of_ini) {
        (Some(version), ..) => version.clone(),
        (None, true, _) => dynamic.version(layout)?,
        (None, false, Some(version)) => version,
        (None, false, None) => NO_VERSION.to_owned(),
    };
    if declared.is_dynamic("description") {
        fields.summary = Some(match dynamic.has("description") {
            true => dynamic.text("description")?,
            false => summary_of_ini.unwrap_or_default(),
        });
    }
    readme(declared, dynamic, &mut fields)?;
    fields.classifiers = match (declared.is_dynamic("classifiers"), dynamic.has("classifiers")) {
        (true, true) => lines(&dynamic.text("classifiers")?).into_iter().map(str::to_owned).collect(),
        (true, false) => classifiers_of_ini.map(|value| list(&value, ',')).unwrap_or_default(),
        (false, _) => declared.classifiers.clone(),
    };
    license(declared, dynamic, &mut fields)?;
    (fields.author, fields.author_email) = people(&declared.authors);
    (fields.maintainer, fields.maintainer_email) = people(&declared.maintainers);
    fields.urls.clone_from(&declared.urls);
    fields.requires_python = python(declared.requires_python.clone().or(python_of_ini), "project.requires-python")?;
    fields.requires = dependencies(declared, ini, requires_of_ini, dynamic)?;
    fields.entry_points = entry_points::declared(declared, dynamic)?;
    Ok(Told { name: declared.name.clone(), version, fields })
}

fn readme(declared: &Declared, dynamic: &mut Dynamic<'_>, fields: &mut Fields) -> Result<(), Reason> {
    const KEY: &str = "project.readme";
    if declared.is_dynamic("readme") {
        fields.description = Some(dynamic.text("readme")?);
        fields.content_type = Some(dynamic.content_type()?);
        return Ok(());
    }
    let Some(readme) = &declared.readme else { return Ok(()) };
    fields.description = Some(match (&readme.file, &readme.text) {
        (Some(file), None) => dynamic.files(KEY, std::slice::from_ref(file))?,
        (None, Some(text)) if !text.contains('\r') => text.clone(),
        _ => return Err(Reason::new(KEY, "it must have either `file` or `text`")),
    });
    fields.content_type = match (&readme.content_type, &readme.file) {
        (Some(given), _) if given.chars().any(char::is_control) => {
            return Err(Reason::new(KEY, "`content-type` is no single line"));
        }
        (Some(given), _) => Some(given.clone()),
        (None, Some(file)) => content_type(file)?,
        (None, _) => return Err(Reason::new(KEY, "`content-type` is missing")),
    };
    Ok(())
}

/// The type of a readme by its name.
fn content_type(file: &str) -> Result<Option<String>, Reason> {
    let name = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    let suffix = name.trim_start_matches('.').rsplit_once('.').map(|(_, suffix)| suffix);
    let found = match suffix {
        None => return Ok(None),
        Some("md") => "text/markdown",
        Some("rst") => "text/x-rst",
        Some("txt") => "text/plain",
        Some(_) => {
            return Err(Reason::new("project.readme", format!("the type of `{file}` is not known by its name"))
                .instead("a table with `content-type`"));
        }
    };
    Ok(Some(found.to_owned()))
}

fn license(declared: &Declared, dynamic: &mut Dynamic<'_>, fields: &mut Fields) -> Result<(), Reason> {
    const KEY: &str = "project.license";
    match &declared.license {
        Some(License::Expression(text)) => {
            let refuse = |why: String| Reason::new(KEY, why);
            let parsed: LicenseExpression =
                text.parse().map_err(|_| refuse(format!("`{text}` is no license expression")))?;
            let canonical = spdx::canonical(&parsed).map_err(|id| refuse(format!("`{id}` is not on SPDX's list")))?;
            if fields.classifiers.iter().any(|classifier| classifier.starts_with("License :: ")) {
                return Err(Reason::new("project.classifiers", "a license classifier beside an expression is refused"));
            }
            fields.expression = Some(canonical);
        }
        Some(_) if declared.license_files.is_some() => {
            return Err(Reason::new("project.license-files", "it cannot stand beside a table `license`"));
        }
        Some(License::File(file)) => fields.license = Some(dynamic.files(KEY, std::slice::from_ref(file))?),
        Some(License::Text(text)) => fields.license = Some(text.clone()),
        None => {}
    }
    Ok(())
}

fn python(given: Option<String>, shown: &str) -> Result<Option<String>, Reason> {
    let Some(text) = given else { return Ok(None) };
    let odd = || Reason::new(shown, format!("`{text}` is no range of versions"));
    // The schema takes it for the rest of a requirement.
    if text.contains([';', ']', '@']) || format!("x{text}").parse::<requires::Requirement>().is_err() {
        return Err(odd());
    }
    let set: SpecifierSet = text.parse().map_err(|_| odd())?;
    Ok(Some(set.to_string()).filter(|text| !text.is_empty()))
}

fn dependencies(
    declared: &Declared,
    ini: &Ini,
    of_ini: Option<String>,
    dynamic: &mut Dynamic<'_>,
) -> Result<requires::Requires, Reason> {
    const KEY: &str = "project.dependencies";
    const EXTRAS: &str = "project.optional-dependencies";
    let all = match (&declared.dependencies, of_ini) {
        (Some(list), _) => requires::parse_each(KEY, list)?,
        (None, Some(value)) => ini_requirements(&value, dynamic)?,
        (None, None) if declared.is_dynamic("dependencies") && dynamic.has("dependencies") => {
            requires::parse("tool.setuptools.dynamic.dependencies", &[dynamic.text("dependencies")?])?
        }
        (None, None) => Vec::new(),
    };
    let mut all = requires::Requires { all, extras: Vec::new() };
    let is_dynamic = declared.is_dynamic("optional-dependencies");
    if is_dynamic && dynamic.has("optional-dependencies") {
        for (extra, text) in dynamic.extras()? {
            all.extras.push((extra, requires::parse("tool.setuptools.dynamic.optional-dependencies", &[text])?));
        }
    } else if is_dynamic {
        all.extras = ini_extras(ini, dynamic)?;
    } else {
        for (extra, list) in &declared.optional_dependencies {
            all.extras.push((extra.clone(), requires::parse_each(&format!("{EXTRAS}.{extra}"), list)?));
        }
    }
    match all.extras.iter().find(|(extra, _)| extra.parse::<ProjectName>().is_err()) {
        Some((extra, _)) => Err(Reason::new(EXTRAS, format!("`{extra}` is no name of an extra"))),
        None => Ok(all),
    }
}

fn ini_requirements(value: &str, dynamic: &mut Dynamic<'_>) -> Result<Vec<requires::Requirement>, Reason> {
    let text = file_or_text(value, dynamic)?;
    let items = list(&text, ';');
    requires::parse(&shown_ini("install_requires"), &items)
}

fn ini_extras(ini: &Ini, dynamic: &mut Dynamic<'_>) -> Result<Vec<(String, Vec<requires::Requirement>)>, Reason> {
    let mut found = Vec::new();
    for (extra, value) in ini.section("options.extras_require").unwrap_or_default() {
        found.push((extra.clone(), ini_requirements(value, dynamic)?));
    }
    Ok(found)
}

/// A value of `setup.cfg`, read from files where it says so.
fn file_or_text(value: &str, dynamic: &mut Dynamic<'_>) -> Result<String, Reason> {
    match value.strip_prefix("file:") {
        None => Ok(value.to_owned()),
        Some(files) => {
            let files: Vec<String> = files.split(',').map(|file| file.trim().to_owned()).collect();
            dynamic.files("setup.cfg", &files)
        }
    }
}

/// What the schema of `[project]` refuses.
fn refuse(declared: &Declared) -> Result<(), Reason> {
    let odd = |key: &&String| !FIELDS.contains(&key.as_str()) && !matches!(key.as_str(), "name" | "dynamic");
    if let Some(key) = declared.keys.iter().find(odd) {
        return Err(Reason::new(format!("project.{key}"), "setuptools does not know it"));
    }
    for field in &declared.dynamic {
        const READ: [&str; 11] = [
            "version",
            "description",
            "readme",
            "requires-python",
            "license",
            "keywords",
            "classifiers",
            "scripts",
            "gui-scripts",
            "entry-points",
            "dependencies",
        ];
        let is_read = READ.contains(&field.as_str()) || field == "optional-dependencies";
        if !is_read || declared.keys.contains(field) {
            return Err(Reason::new("project.dynamic", format!("`{field}` is declared, too, or never dynamic")));
        }
    }
    if declared.version.is_none() && !declared.is_dynamic("version") {
        return Err(Reason::new("project.version", "it is missing"));
    }
    if let Some(version) = &declared.version
        && version.parse::<Version>().is_err()
    {
        return Err(Reason::new("project.version", format!("`{version}` is no version")));
    }
    for (key, people) in [("authors", &declared.authors), ("maintainers", &declared.maintainers)] {
        for person in people {
            let name = person.name.as_deref();
            let is_odd = |text: &str| text.is_empty() || text.chars().any(char::is_control);
            if name.is_some_and(is_odd) || !person.email.as_deref().is_none_or(is_plain_address) {
                return Err(Reason::new(format!("project.{key}"), "a name or an address is an odd one"));
            }
            if name.is_none() && person.email.is_none() {
                return Err(Reason::new(format!("project.{key}"), "one has neither a name nor an address"));
            }
        }
    }
    for (label, url) in &declared.urls {
        let host = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https" | "git" | "ssh"));
        let is_plain = host.is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']));
        if !is_plain || url.contains(|c: char| c.is_whitespace() || c.is_control() || c == '[') {
            return Err(Reason::new(format!("project.urls.{label}"), format!("`{url}` is no plain address")));
        }
    }
    let several = |text: &String| text.contains(['\n', '\r']);
    if declared.keywords.iter().any(several) || declared.classifiers.iter().any(several) {
        return Err(Reason::new("project.keywords", "a keyword or classifier has several lines"));
    }
    Ok(())
}

/// Whether an address is written as it is read.
fn is_plain_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_atom = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c))
    };
    local.split('.').all(is_atom) && domain.split('.').all(is_atom)
}

/// What `[project]` and `setup.cfg` say together in ways that only setuptools knows.
fn refuse_mixed(declared: &Declared, ini: &Ini) -> Result<(), Reason> {
    for (key, value) in ini.section("metadata").unwrap_or_default() {
        const KNOWN: [&str; 7] =
            ["name", "version", "description", "keywords", "license", "classifiers", "license_files"];
        let is_directive = value.starts_with("attr:") || value.starts_with("file:");
        if !KNOWN.contains(&key.as_str()) || is_directive {
            return Err(Reason::new(shown_ini(key), "`pyproject.toml` has a table `project`, too")
                .instead("everything in `pyproject.toml`"));
        }
    }
    let is_there = |field: &str| declared.keys.iter().any(|key| key == field) || declared.is_dynamic(field);
    if ini.get("options", "python_requires").is_some() && !is_there("requires-python") {
        return Err(Reason::new(shown_ini("python_requires"), "`project.requires-python` is missing"));
    }
    let is_dynamic = ["scripts", "gui-scripts", "entry-points"].iter().any(|field| declared.is_dynamic(field));
    if ini.section("options.entry_points").is_some() && is_dynamic {
        return Err(Reason::new("`[options.entry_points]` of `setup.cfg`", "`project.dynamic` asks for them, too"));
    }
    Ok(())
}

/// A field that is dynamic must be told by something; only a version need not.
fn refuse_unsaid(declared: &Declared, ini: &Ini, dynamic: &Dynamic<'_>) -> Result<(), Reason> {
    for field in &declared.dynamic {
        let of_ini = match field.as_str() {
            "version" => continue,
            "description" | "license" | "keywords" | "classifiers" => ini.get("metadata", field).is_some(),
            "requires-python" => ini.get("options", "python_requires").is_some(),
            "dependencies" => ini.get("options", "install_requires").is_some(),
            "optional-dependencies" => ini.section("options.extras_require").is_some(),
            _ => false,
        };
        let source = if matches!(field.as_str(), "scripts" | "gui-scripts") { "entry-points" } else { field.as_str() };
        if !of_ini && !dynamic.has(source) {
            return Err(Reason::new("project.dynamic", format!("nothing says what `{field}` is")));
        }
    }
    Ok(())
}

/// The fields of `setup.cfg` alone.
pub(super) fn from_ini(ini: &Ini, layout: &Layout, dynamic: &mut Dynamic<'_>, is_toml: bool) -> Result<Told, Reason> {
    let mut fields = Fields::default();
    let mut name = None;
    let mut version = NO_VERSION.to_owned();
    for (key, value) in ini.section("metadata").unwrap_or_default() {
        let shown = shown_ini(key);
        let text = || match value.contains('\n') {
            true => Err(Reason::new(shown_ini(key), "it has several lines")),
            false => Ok(Some(value.clone())),
        };
        match key.as_str() {
            "name" => name = text()?,
            "version" => match value.strip_prefix("attr:") {
                Some(_) if is_toml => return Err(Reason::new(shown, "`tool.setuptools` is there, too")),
                Some(path) => version = attribute(dynamic.view, layout, &shown, path)?,
                None => version = file_or_text(value, dynamic)?,
            },
            "description" => fields.summary = Some(file_or_text(value, dynamic)?),
            "long_description" => fields.description = Some(file_or_text(value, dynamic)?),
            "long_description_content_type" => fields.content_type = text()?,
            "author" => fields.author = text()?,
            "author_email" => fields.author_email = text()?,
            "maintainer" => fields.maintainer = text()?,
            "maintainer_email" => fields.maintainer_email = text()?,
            "url" => fields.home_page = text()?,
            "project_urls" => fields.urls = dict(value, &shown)?,
            "license" if value.starts_with("file:") => return Err(Reason::new(shown, "a file is refused")),
            "license" => fields.license = Some(value.clone()),
            "license_files" => {}
            "classifiers" => fields.classifiers = list(&file_or_text(value, dynamic)?, ','),
            "keywords" => fields.keywords = list(value, ','),
            "platforms" => fields.platforms = list(value, ','),
            _ => return Err(Reason::new(shown, "what it does is left to setuptools")),
        }
    }
    fields.requires_python =
        python(ini.get("options", "python_requires").map(str::to_owned), &shown_ini("python_requires"))?;
    if let Some(value) = ini.get("options", "install_requires") {
        fields.requires.all = ini_requirements(value, dynamic)?;
    }
    fields.requires.extras = ini_extras(ini, dynamic)?;
    if let Some((extra, _)) = fields.requires.extras.iter().find(|(extra, _)| extra.parse::<ProjectName>().is_err()) {
        return Err(Reason::new("`[options.extras_require]` of `setup.cfg`", format!("`{extra}` is no plain name")));
    }
    fields.entry_points = entry_points::from_ini(ini)?;
    let name = name.ok_or_else(|| Reason::new(shown_ini("name"), "it is missing"))?;
    Ok(Told { name, version, fields })
}
