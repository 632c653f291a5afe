//! From what was written to what holds: every setting with its value and its origin. Pure; the defaults
//! live here and nowhere else.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::error::ConfigError;
use super::file::{CommandTable, ConfigFile, ForgeTable, GateTable, InitTable, ReferenceTable};
use super::origin::Origin;
use super::targets::Index;

/// A setting and where it came from.
#[derive(Debug, Clone, Serialize)]
pub struct Setting<T> {
    /// What holds.
    pub value: T,
    /// Why.
    pub origin: Origin,
}

impl<T> Setting<T> {
    fn of(written: Option<T>, default: T) -> Self {
        match written {
            Some(value) => Setting { value, origin: Origin::File },
            None => Setting { value: default, origin: Origin::Default },
        }
    }
}

/// The configuration that holds.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from, below the project; nothing where there is none.
    pub file: Option<String>,
    /// The name of the tag of a version, with `{version}`.
    pub tag: Setting<String>,
    /// The branches that releases are made from; empty: any.
    pub branches: Setting<Vec<String>>,
    /// The indexes on the way out.
    pub stages: Setting<Vec<String>>,
    /// Hosts that plain http may reach.
    pub plain_http: Setting<Vec<String>>,
    /// The path of the changelog; nothing: look for one.
    pub changelog: Option<String>,
    /// Other places that name the version.
    pub references: Vec<ReferenceTable>,
    /// Commands that must pass before anything is committed.
    pub gates: Vec<GateTable>,
    /// Every index by name.
    pub indexes: BTreeMap<String, Index>,
    /// Where the code is hosted.
    pub forge: Option<ForgeTable>,
    /// What `release init` keeps up to date, as written.
    pub init: InitTable,
    /// What an installed release must be able to do.
    pub verify: Verify,
    /// What the audit reads.
    pub audit: Audit,
    /// The security status.
    pub status: Status,
    /// The folders of the packages of a workspace.
    pub members: Option<Vec<String>>,
}

/// What an installed release must be able to do.
#[derive(Debug, Clone, Default)]
pub struct Verify {
    /// Modules that must import; nothing: those of the wheel.
    pub imports: Option<Vec<String>>,
    /// Commands of the installed package.
    pub commands: Vec<CommandTable>,
    /// Milliseconds that the slowest import may take.
    pub import_ms: Option<u64>,
    /// Bytes of the wheel.
    pub wheel_bytes: Option<u64>,
    /// Bytes of the sdist.
    pub sdist_bytes: Option<u64>,
    /// The simple API that dependencies come from.
    pub dependencies: Option<String>,
}

/// What the audit reads.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Lock files and pinned requirements; nothing: those that are there.
    pub files: Option<Vec<String>>,
    /// A folder or zip of OSV records.
    pub db: Option<String>,
    /// How old the newest advisory may be.
    pub max_age: Duration,
}

/// The security status.
#[derive(Debug, Clone)]
pub struct Status {
    /// Where it is written.
    pub out: String,
    /// How long it is valid.
    pub valid_for: Duration,
}

const DAY: u64 = 24 * 60 * 60;

/// Resolves a configuration; `file` names it in errors.
///
/// # Errors
/// A value that means nothing.
pub fn resolve(file: Option<&str>, written: ConfigFile) -> Result<Config, ConfigError> {
    let named = file.unwrap_or("pyproject.toml");
    let refuse = |key: &str, problem: &str| ConfigError::Value {
        file: named.to_owned(),
        key: key.to_owned(),
        problem: problem.to_owned(),
    };
    let tag = Setting::of(written.tag, "v{version}".to_owned());
    if tag.value.matches("{version}").count() != 1 {
        return Err(refuse("tag", "must contain `{version}` once"));
    }
    let probe = tag.value.replace("{version}", "1.0");
    if probe.starts_with('-') || probe.contains([' ', '~', '^', ':', '?', '*', '[', '\\']) || probe.contains("..") {
        return Err(refuse("tag", "is not a name that git takes"));
    }
    for reference in &written.references {
        if reference.pattern.matches("{version}").count() != 1 {
            return Err(refuse("references.match", "must contain `{version}` once"));
        }
        if escapes(&reference.path) {
            return Err(refuse("references.path", "must lie below the project"));
        }
    }
    if written.gates.iter().any(|gate| gate.run.is_empty()) {
        return Err(refuse("gates.run", "needs a program"));
    }
    if let Some(url) = written.init.as_ref().and_then(|init| init.badges.as_deref())
        && !is_page(url)
    {
        return Err(refuse("init.badges", "must be the address of a page, such as `https://example.org/status/`"));
    }
    let members = written.workspace.map(|workspace| workspace.members);
    if members.iter().flatten().any(|member| escapes(member)) {
        return Err(refuse("workspace.members", "must lie below the project"));
    }
    let verify = written.verify.unwrap_or_default();
    if verify.commands.iter().any(|command| command.run.is_empty()) {
        return Err(refuse("verify.commands.run", "needs a program"));
    }
    let budgets = verify.budgets.unwrap_or_default();
    let audit = written.audit.unwrap_or_default();
    let status = written.status.unwrap_or_default();
    let mut indexes = Index::built_in();
    indexes.extend(written.index.into_iter().map(|(name, table)| (name.clone(), Index::of_table(&name, table))));
    Ok(Config {
        file: file.map(str::to_owned),
        tag,
        branches: Setting::of(written.branches, Vec::new()),
        stages: Setting::of(written.stages, Vec::new()),
        plain_http: Setting::of(written.plain_http, Vec::new()),
        changelog: written.changelog.and_then(|changelog| changelog.path),
        references: written.references,
        gates: written.gates,
        indexes,
        forge: written.forge,
        init: written.init.unwrap_or_default(),
        verify: Verify {
            imports: verify.imports,
            commands: verify.commands,
            import_ms: budgets.import_ms,
            wheel_bytes: budgets.wheel_bytes,
            sdist_bytes: budgets.sdist_bytes,
            dependencies: verify.dependencies,
        },
        audit: Audit {
            files: audit.files,
            db: audit.db,
            max_age: Duration::from_secs(u64::from(audit.max_age_days.unwrap_or(7)) * DAY),
        },
        status: Status {
            out: status.out.unwrap_or_else(|| "public".to_owned()),
            valid_for: Duration::from_secs(u64::from(status.valid_for_hours.unwrap_or(48)) * 60 * 60),
        },
        members,
    })
}

/// Whether a text is an http address that can stand in Markdown as it is.
pub fn is_page(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/%+=@[]".contains(&byte))
    })
}

/// Whether a path leads out of the folder it is meant for.
fn escapes(path: &str) -> bool {
    let path = std::path::Path::new(path);
    path.components().any(|part| !matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir))
}
