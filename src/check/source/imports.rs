//! What importing a package imports at once, and whether its requirements bring it.
//!
//! Only imports at the left edge of a module count, and only in modules that importing the package, or starting one of
//! its commands, reaches by such imports: what stands in functions, below `try` or `if`, or in a module for an optional
//! part need not be there. Which distribution has a module is known for those of `data/imports.txt`, and guessed from
//! equal names for others; where a requirement is left whose modules nobody knows, nothing is told of unknown modules.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use super::super::rules::raise;
use super::{Package, Tree, is_of_tests};
use crate::archive::shown;
use crate::error::Location;
use crate::project::Pyproject;
use crate::python::name::normalize;
use crate::python::requirement::Requirement;
use crate::python::stdlib::is_provided;
use crate::report::Finding;

const DATA: &str = include_str!("../../python/data/imports.txt");

/// Modules with the distributions that have them, names normalised.
static KNOWN: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.collect()))
    };
    DATA.lines().filter(|text| !text.starts_with('#')).filter_map(line).collect()
});

/// Folders in which packages lie.
const ROOTS: [&str; 4] = ["src/", "", "lib/", "python/"];

/// A module of the package.
struct Module {
    path: String,
    imports: Vec<Import>,
}

/// An import at the left edge.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// What is imported, with as many dots before it as were written.
    pub module: String,
    /// What of it.
    pub names: Vec<String>,
    /// The line, counted from 1.
    pub line: usize,
}

pub(super) fn judge(tree: &Tree<'_>, package: &Package<'_>, findings: &mut Vec<Finding>) {
    if package.pyproject.get(&["project"]).is_none() && package.pyproject.get(&["tool", "poetry"]).is_none() {
        return;
    }
    let Some(declared) = Declared::of(package) else { return };
    let modules = modules(tree, package);
    let has_unknown = declared.has_unknown(&modules);
    let own: BTreeSet<&str> = tree
        .own()
        .filter_map(|(path, _)| path.strip_prefix(package.folder))
        .flat_map(|path| ROOTS.iter().filter_map(move |root| path.strip_prefix(root)))
        .filter_map(|path| path.split(['/', '.']).next())
        .collect();
    let mut told = BTreeSet::new();
    for name in reached(&modules, package) {
        let module = &modules[&name];
        for import in module.imports.iter().filter(|import| !import.module.starts_with('.')) {
            let top = import.module.split('.').next().unwrap_or_default();
            if is_provided(top) || own.contains(top) || declared.brings(import) || !told.insert(top.to_owned()) {
                continue;
            }
            let known = KNOWN.get(top).map(|names| names.join("` or `"));
            let hint = match (known, declared.in_groups(import)) {
                (_, Some(group)) => format!("; only the dependency group `{}` has it", shown(&group)),
                (Some(names), None) => format!("; `{names}` has it"),
                (None, None) if has_unknown => continue,
                (None, None) => String::new(),
            };
            let message = format!("`{}` is imported, and no dependency brings it{hint}", shown(top));
            let place = Location::line(format!("{}{}", package.folder, module.path), import.line);
            findings.push(raise("source/undeclared-import", message, place));
        }
    }
}

/// What a package requires.
struct Declared {
    names: BTreeSet<String>,
    groups: BTreeMap<String, String>,
}

impl Declared {
    /// Nothing where the backend works it out.
    fn of(package: &Package<'_>) -> Option<Declared> {
        let pyproject = package.pyproject;
        let dynamic = pyproject.strings(&["project", "dynamic"]);
        if dynamic.iter().any(|field| field.ends_with("dependencies")) {
            return None;
        }
        let mut texts = pyproject.strings(&["project", "dependencies"]);
        for extra in pyproject.keys(&["project", "optional-dependencies"]) {
            texts.extend(pyproject.strings(&["project", "optional-dependencies", &extra]));
        }
        let is_poetry = pyproject.get(&["tool", "poetry", "dependencies"]).is_some();
        if !is_poetry && pyproject.get(&["project"]).is_none() {
            return None;
        }
        let mut names: BTreeSet<String> = texts.iter().filter_map(|text| name_of(text)).collect();
        names.extend(pyproject.keys(&["tool", "poetry", "dependencies"]).iter().map(|name| normalize(name)));
        // setup.py may say more than anybody can read.
        if texts.is_empty() && !is_poetry && pyproject.get(&["project", "name"]).is_none() {
            return None;
        }
        Some(Declared { names, groups: groups(pyproject) })
    }

    /// Whether one of them has modules that nobody knows: no table, and no import of the package that is called so.
    fn has_unknown(&self, modules: &HashMap<String, Module>) -> bool {
        let is_used = |name: &str| modules.values().flat_map(|module| &module.imports).any(|import| has(name, import));
        self.names.iter().any(|name| !is_known(name) && !is_used(name))
    }

    fn brings(&self, import: &Import) -> bool {
        self.names.iter().any(|name| has(name, import))
    }

    fn in_groups(&self, import: &Import) -> Option<String> {
        self.groups.iter().find(|(name, _)| has(name, import)).map(|(_, group)| group.clone())
    }
}

/// The requirements of dependency groups, each with its group.
fn groups(pyproject: &Pyproject) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for group in pyproject.keys(&["dependency-groups"]) {
        for text in pyproject.strings(&["dependency-groups", &group]) {
            found.extend(name_of(&text).map(|name| (name, group.clone())));
        }
    }
    for group in pyproject.keys(&["tool", "poetry", "group"]) {
        for name in pyproject.keys(&["tool", "poetry", "group", &group, "dependencies"]) {
            found.insert(normalize(&name), group.clone());
        }
    }
    found
}

fn name_of(text: &str) -> Option<String> {
    Some(text.parse::<Requirement>().ok()?.name.normalized().to_owned())
}

/// Whether a distribution has a module, as far as anybody knows.
fn has(distribution: &str, import: &Import) -> bool {
    // Many distributions share these, each under names of its own.
    const SHARED: [&str; 14] = [
        "google",
        "azure",
        "zope",
        "jaraco",
        "backports",
        "sphinxcontrib",
        "opentelemetry",
        "airflow",
        "mpl_toolkits",
        "llama_index",
        "ruamel",
        "plone",
        "repoze",
        "paste",
    ];
    let parts: Vec<&str> = import.module.split('.').collect();
    let top = parts[0];
    let mut whole: Vec<String> = (1..=parts.len()).map(|count| normalize(&parts[..count].join("-"))).collect();
    whole.extend(import.names.iter().map(|name| normalize(&format!("{}-{name}", parts.join("-")))));
    let plain = |text: &str| text.replace('-', "");
    let is_same = whole.iter().any(|name| {
        name == distribution
            || plain(name) == plain(distribution)
            || [
                format!("python-{name}"),
                format!("py{name}"),
                format!("py-{name}"),
                format!("{name}-python"),
                format!("{name}-py"),
            ]
            .iter()
            .any(|other| other == distribution)
    });
    is_same
        || (SHARED.contains(&top) && distribution.starts_with(&normalize(&format!("{top}-"))))
        || (1..=parts.len()).any(|count| {
            KNOWN.get(parts[..count].join(".").as_str()).is_some_and(|names| names.contains(&distribution))
        })
}

/// Whether the modules of a distribution are known: those of the table, and those that are called as it is.
fn is_known(distribution: &str) -> bool {
    const AS_THEY_ARE_CALLED: [&str; 46] = [
        "aiohttp",
        "anyio",
        "httpx",
        "requests",
        "urllib3",
        "numpy",
        "pandas",
        "scipy",
        "matplotlib",
        "click",
        "typer",
        "rich",
        "flask",
        "django",
        "fastapi",
        "starlette",
        "pydantic",
        "jinja2",
        "markupsafe",
        "werkzeug",
        "packaging",
        "platformdirs",
        "pluggy",
        "pytest",
        "tomli",
        "tomlkit",
        "tqdm",
        "certifi",
        "idna",
        "cryptography",
        "sqlalchemy",
        "alembic",
        "redis",
        "celery",
        "boto3",
        "botocore",
        "openai",
        "anthropic",
        "httpcore",
        "h11",
        "sniffio",
        "trio",
        "structlog",
        "loguru",
        "uvicorn",
        "gunicorn",
    ];
    AS_THEY_ARE_CALLED.contains(&distribution)
        || distribution == "python"
        || KNOWN.values().flatten().any(|name| *name == distribution)
}

/// The modules of a package by their dotted names.
fn modules(tree: &Tree<'_>, package: &Package<'_>) -> HashMap<String, Module> {
    /// More files than this are not read.
    const MOST: usize = 5_000;
    let tops = tops(package);
    let mut modules = HashMap::new();
    for (path, _) in tree.own() {
        let Some(path) = path.strip_prefix(package.folder).filter(|path| path.ends_with(".py")) else { continue };
        let below =
            ROOTS.iter().filter(|root| !root.is_empty()).find_map(|root| path.strip_prefix(root)).unwrap_or(path);
        let parts: Vec<&str> = below.trim_end_matches(".py").split('/').collect();
        if !tops.contains(&parts[0].to_lowercase()) || is_of_tests(below) || modules.len() >= MOST {
            continue;
        }
        let name = parts.strip_suffix(&["__init__"]).unwrap_or(&parts).join(".");
        if let Some(text) = tree.text(&format!("{}{path}", package.folder)) {
            modules.insert(name, Module { path: path.to_owned(), imports: imports(&text) });
        }
    }
    modules
}

/// The names at the top that a package installs, as far as its configuration or its own name tell, in small letters.
fn tops(package: &Package<'_>) -> BTreeSet<String> {
    let pyproject = package.pyproject;
    let mut names = vec![package.name.replace('-', "_"), package.name.replace('-', "")];
    names.extend(pyproject.string(&["tool", "flit", "module", "name"]).map(str::to_owned));
    names.extend(pyproject.string(&["tool", "uv", "build-backend", "module-name"]).map(str::to_owned));
    for path in [
        &["tool", "uv", "build-backend", "module-name"][..],
        &["tool", "hatch", "build", "targets", "wheel", "packages"],
        &["tool", "setuptools", "packages"],
        &["tool", "setuptools", "py-modules"],
        &["project", "import-names"],
    ] {
        names.extend(pyproject.strings(path));
    }
    let last = |name: &String| {
        let name = name.split(';').next().unwrap_or_default().trim().trim_end_matches('/');
        let name =
            ROOTS.iter().filter(|root| !root.is_empty()).find_map(|root| name.strip_prefix(root)).unwrap_or(name);
        name.split(['.', '/']).next().unwrap_or_default().to_lowercase()
    };
    names.iter().map(last).filter(|name| !name.is_empty()).collect()
}

/// The modules that importing the package reaches, and those of its commands, sorted by name.
fn reached(modules: &HashMap<String, Module>, package: &Package<'_>) -> BTreeSet<String> {
    let mut pending: Vec<String> = modules.keys().filter(|name| !name.contains('.')).cloned().collect();
    for table in ["scripts", "gui-scripts"] {
        for name in package.pyproject.keys(&["project", table]) {
            let target = package.pyproject.string(&["project", table, &name]).unwrap_or_default();
            pending.push(target.split(':').next().unwrap_or_default().trim().to_owned());
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = pending.pop() {
        // Importing a module imports those above it.
        pending.extend(
            name.rsplit_once('.').map(|(parent, _)| parent.to_owned()).filter(|parent| !reached.contains(parent)),
        );
        let Some(module) = modules.get(&name).filter(|_| !reached.contains(&name)) else { continue };
        let is_package = module.path.ends_with("/__init__.py");
        reached.insert(name.clone());
        for import in &module.imports {
            let Some(target) = absolute(&name, is_package, &import.module) else { continue };
            pending.extend(
                import.names.iter().map(|part| format!("{target}.{part}")).filter(|name| modules.contains_key(name)),
            );
            pending.push(target);
        }
    }
    reached
}

/// The whole name of a module that another one imports.
fn absolute(from: &str, is_package: bool, module: &str) -> Option<String> {
    let dots = module.chars().take_while(|c| *c == '.').count();
    if dots == 0 {
        return Some(module.to_owned());
    }
    let mut parts: Vec<&str> = from.split('.').collect();
    let up = if is_package { dots - 1 } else { dots };
    parts.truncate(parts.len().checked_sub(up)?);
    parts.extend(module[dots..].split('.').filter(|part| !part.is_empty()));
    Some(parts.join("."))
}

/// The imports at the left edge of a Python text, outside of strings and brackets.
pub fn imports(text: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    let mut state = Strings::default();
    while let Some((index, line)) = lines.next() {
        let is_edge = state.is_code();
        let mut code = state.code_of(line);
        if !is_edge || !(line.starts_with("import ") || line.starts_with("from ")) {
            continue;
        }
        // The rest of a statement in brackets, or behind a backslash.
        while state.depth > 0 || code.trim_end().ends_with('\\') {
            let Some((_, next)) = lines.next() else { break };
            code.truncate(code.trim_end().trim_end_matches('\\').len());
            code.push(' ');
            code.push_str(&state.code_of(next));
        }
        for statement in code.split(';') {
            found.extend(statement_of(statement.trim(), index + 1));
        }
    }
    found
}

fn statement_of(statement: &str, line: usize) -> Vec<Import> {
    let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    if let Some(rest) = statement.strip_prefix("import ") {
        let modules = rest.split(',').map(word).filter(|module| !module.is_empty());
        return modules.map(|module| Import { module, names: Vec::new(), line }).collect();
    }
    let Some((module, names)) = statement.strip_prefix("from ").and_then(|rest| rest.split_once(" import")) else {
        return Vec::new();
    };
    let names = names.trim().trim_matches(['(', ')']);
    let names = names.split(',').map(word).filter(|name| !name.is_empty()).collect();
    vec![Import { module: module.split_whitespace().collect(), names, line }]
}

/// Where the reader of a Python text stands: in a string over several lines, or in brackets.
#[derive(Default)]
struct Strings {
    quote: Option<&'static str>,
    depth: usize,
}

impl Strings {
    fn is_code(&self) -> bool {
        self.quote.is_none() && self.depth == 0
    }

    /// A line without strings and comments.
    fn code_of(&mut self, line: &str) -> String {
        let mut code = String::new();
        let mut rest = line;
        loop {
            if let Some(quote) = self.quote {
                match end_of_string(rest, quote) {
                    Some(end) => {
                        rest = &rest[end..];
                        self.quote = None;
                    }
                    None => {
                        // A string in one quote ends with its line, but for a backslash.
                        if quote.len() == 1 && !rest.ends_with('\\') {
                            self.quote = None;
                        }
                        return code;
                    }
                }
            }
            let Some(c) = rest.chars().next() else { return code };
            let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote));
            if let Some(quote) = quote {
                self.quote = Some(quote);
                rest = &rest[quote.len()..];
                continue;
            }
            match c {
                '#' => return code,
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
}

/// Where a string ends, behind its closing quote.
fn end_of_string(text: &str, quote: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' {
            is_escaped = true;
        } else if text[at..].starts_with(quote) {
            return Some(at + quote.len());
        }
    }
    None
}
