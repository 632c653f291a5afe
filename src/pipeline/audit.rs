//! Gathers what an audit needs (lock files, advisories, accepted findings) and has it judged. Looks only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::effects::Inspect;
use crate::effects::files::What;
use crate::error::Failure;
use crate::project::dependencies::{Dependencies, IncludeKind, requirements, uv_lock};
use crate::project::{FILE_LIMIT, Project};
use crate::security::acceptance::Acceptances;
use crate::security::audit::{self, Audit, Request};
use crate::security::sources::Database;

/// Names that are looked for where no file is named.
pub(super) const LOCK_FILES: [&str; 2] = ["uv.lock", "requirements.txt"];

/// A record of one advisory is small.
const RECORD_LIMIT: u64 = 8 * 1024 * 1024;

/// What the user named instead of what the configuration says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// Lock files; empty: those of the configuration, else those that are there.
    pub files: &'a [PathBuf],
    /// A folder or zip of OSV records.
    pub database: Option<&'a Path>,
}

/// Everything that an audit rests on.
pub struct Inputs {
    /// What is locked.
    pub dependencies: Dependencies,
    /// What is known to be vulnerable.
    pub database: Option<Database>,
    /// What the maintainers accept.
    pub acceptances: Acceptances,
    max_age: SignedDuration,
}

impl Inputs {
    /// Judges what is locked, or what was.
    pub fn judge(&self, inspect: Inspect<'_>, dependencies: &Dependencies) -> Audit {
        audit::audit(&Request {
            dependencies,
            database: self.database.as_ref(),
            acceptances: &self.acceptances,
            now: inspect.clock().now(),
            max_age: self.max_age,
        })
    }
}

/// Audits a project.
///
/// # Errors
/// A file that was named cannot be read or parsed.
pub fn audit(inspect: Inspect<'_>, project: &Project, named: Named<'_>) -> Result<Audit, Failure> {
    let database = database(inspect, project, named.database)?;
    let inputs = inputs(inspect, project, named.files, database)?;
    Ok(inputs.judge(inspect, &inputs.dependencies))
}

/// Gathers what an audit rests on, with a database that was read before.
///
/// # Errors
/// A lock file or the list of accepted findings cannot be read or parsed.
pub fn inputs(
    inspect: Inspect<'_>,
    project: &Project,
    files: &[PathBuf],
    database: Option<Database>,
) -> Result<Inputs, Failure> {
    let acceptances =
        match inspect.files().read_text_if_there(&project.root.join(".release/security.toml"), FILE_LIMIT)? {
            Some(text) => Acceptances::parse(".release/security.toml", &text)?,
            None => Acceptances::default(),
        };
    let max_age = i64::try_from(project.config.audit.max_age.as_secs()).unwrap_or(i64::MAX);
    Ok(Inputs {
        dependencies: dependencies(inspect, project, files)?,
        database,
        acceptances,
        max_age: SignedDuration::from_secs(max_age),
    })
}

fn dependencies(inspect: Inspect<'_>, project: &Project, named: &[PathBuf]) -> Result<Dependencies, Failure> {
    let files = inspect.files();
    let mut pending: Vec<PathBuf> = match (named, &project.config.audit.files) {
        ([], Some(configured)) => configured.iter().map(|file| project.root.join(file)).collect(),
        ([], None) => {
            let all = LOCK_FILES.iter().map(|name| project.root.join(name));
            all.filter(|path| files.what(path) == What::File).collect()
        }
        (named, _) => named.iter().map(|path| inspect.dir().join(path)).collect(),
    };
    let mut seen = BTreeSet::new();
    let mut parts = Vec::new();
    while let Some(path) = pending.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let text = files.read_text(&path, FILE_LIMIT)?;
        let shown = path.strip_prefix(&project.root).unwrap_or(&path).display().to_string();
        let mut part = match path.extension().is_some_and(|extension| extension == "lock") {
            true => uv_lock::parse(&shown, &text)?,
            false => requirements::parse(&shown, &text)?,
        };
        let folder = path.parent().unwrap_or(&project.root);
        // An include that leads out of the project stays unread, which makes the audit inconclusive.
        part.includes.retain(|include| {
            let target = folder.join(&include.path);
            let readable = files.canonical(&target).is_ok_and(|target| target.starts_with(&project.root));
            if readable && include.kind == IncludeKind::Requirements {
                pending.push(target);
            }
            !readable
        });
        parts.push(part);
    }
    Ok(Dependencies::join(parts))
}

/// Reads the database of advisories; nothing where none is named.
///
/// # Errors
/// It cannot be read.
pub fn database(inspect: Inspect<'_>, project: &Project, named: Option<&Path>) -> Result<Option<Database>, Failure> {
    let path = match (named, &project.config.audit.db) {
        (Some(named), _) => inspect.dir().join(named),
        (None, Some(configured)) => project.root.join(configured),
        (None, None) => return Ok(None),
    };
    let files = inspect.files();
    if files.what(&path) == What::Folder {
        let mut records = Vec::new();
        for file in files.list(&path)? {
            if file.extension().is_some_and(|extension| extension == "json") {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                records.push((name, files.read(&file, RECORD_LIMIT)?));
            }
        }
        return Ok(Some(Database::from_records(records)?));
    }
    Ok(Some(Database::from_zip(std::io::BufReader::new(files.open(&path)?))?))
}
