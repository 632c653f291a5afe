//! From what was written to what holds: every setting with its value and its origin. Pure; the defaults
//! live here and nowhere else.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::CheckSettings;
use super::error::ConfigError;
use super::file::{
    Attestations, CommandTable, ConfigFile, ForgeTable, Form, GateTable, HookTable, InitTable, PolicyTable,
    ReferenceTable, SecurityAuto, SecurityProfile, SecurityRuleTable, SecurityTable, StatusDetail, StatusTable,
    TimeoutsTable, UnknownSeverity, VerifyTable, Versions,
};
use super::origin::Origin;
use super::release::{Changelog, GitSettings, Workspace, escapes, tag_problem};
use super::targets::Index;
use crate::python::bump::Scheme;
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// A setting and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting<T> {
    /// What holds.
    pub value: T,
    /// Why.
    pub origin: Origin,
}

impl<T> Setting<T> {
    pub(super) fn of(written: Option<T>, default: T) -> Self {
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
    /// What the numbers of a version mean.
    pub scheme: Setting<Scheme>,
    /// The name of the tag of a version, with `{version}`.
    pub tag: Setting<String>,
    /// The branches that releases are made from; empty: any.
    pub branches: Setting<Vec<String>>,
    /// The indexes on the way out.
    pub stages: Setting<Vec<String>>,
    /// Those of pre-releases, where they are others.
    pub stages_of_pre_releases: Option<Vec<String>>,
    /// Hosts that plain http may reach.
    pub plain_http: Setting<Vec<String>>,
    /// The changelog.
    pub changelog: Changelog,
    /// How a bump commits and tags.
    pub git: GitSettings,
    /// Other places that name the version.
    pub references: Vec<ReferenceTable>,
    /// How many seconds each hook of a build backend may take.
    pub build_timeout: u64,
    /// How archives and the project are judged.
    pub check: CheckSettings,
    /// Commands that must pass before anything is committed.
    pub gates: Vec<GateTable>,
    /// Commands before and after phases of a run.
    pub hooks: Vec<HookTable>,
    /// What must be given before anything leaves the machine.
    pub policy: Policy,
    /// Every index by name.
    pub indexes: BTreeMap<String, Index>,
    /// Where the code is hosted.
    pub forge: Option<ForgeTable>,
    /// What `release init` keeps up to date, as written.
    pub init: InitTable,
    /// What `release build --verify-native` found: the digest of a configuration, or a word that is none.
    pub verified: Option<String>,
    /// What an installed release must be able to do.
    pub verify: Verify,
    /// What the audit reads.
    pub audit: Audit,
    /// What is done about findings.
    pub security: Security,
    /// The security status.
    pub status: Status,
    /// The packages of a workspace.
    pub workspace: Option<Workspace>,
}

impl Config {
    /// The indexes on the way out of a version.
    pub fn stages_of(&self, version: &Version) -> &[String] {
        match &self.stages_of_pre_releases {
            Some(stages) if version.is_prerelease() => stages,
            _ => &self.stages.value,
        }
    }

    /// Whether the packages of the workspace have versions of their own.
    pub fn is_independent(&self) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.versions == Versions::Independent)
    }

    /// The form of the tags of a package, with `{version}` where its version stands.
    pub fn tag_form(&self, name: &ProjectName) -> String {
        let own = self.workspace.as_ref().and_then(|workspace| workspace.packages.get(name.normalized()));
        let form = own.and_then(|own| own.tag.as_ref()).unwrap_or(&self.tag.value);
        form.replace("{name}", name.normalized())
    }
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
    /// Milliseconds that the installation may take.
    pub install_ms: Option<u64>,
    /// Whether the index must say who published a file; nothing: `prefer`.
    pub provenance: Option<Attestations>,
    /// The file of the workflow that publishes.
    pub workflow: Option<String>,
}

impl Verify {
    fn of(written: VerifyTable) -> Self {
        let budgets = written.budgets.unwrap_or_default();
        Verify {
            imports: written.imports,
            commands: written.commands,
            import_ms: budgets.import_ms,
            wheel_bytes: budgets.wheel_bytes,
            sdist_bytes: budgets.sdist_bytes,
            dependencies: written.dependencies,
            install_ms: budgets.install_ms,
            provenance: written.provenance,
            workflow: written.workflow,
        }
    }
}

/// What must be given before anything leaves the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Policy {
    /// How many people must approve the plan.
    pub approvals: u32,
    /// Whose approval counts; empty: anybody's.
    pub approvers: Vec<String>,
    /// Whether the approval of the one who started the run does not count.
    pub four_eyes: bool,
}

/// The phases of a run that hooks can be tied to.
pub const HOOK_PHASES: [&str; 9] =
    ["gates", "bump", "build", "check", "push", "publish", "verify", "announce", "status"];

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

/// What is done about findings.
#[derive(Debug, Clone, Serialize)]
pub struct Security {
    /// When a release starts.
    pub profile: SecurityProfile,
    /// From which severity a release may start without anybody being asked.
    pub auto: SecurityAuto,
    /// How a severity that nobody rates is treated.
    pub unknown: UnknownSeverity,
    /// How many days a finding may stay open.
    pub sla: Sla,
    /// How old the newest advisory may be.
    pub db_max_age: Duration,
    /// How long a fix must be known.
    pub cooldown: Duration,
    /// Scanners whose reports must be there.
    pub require: Vec<String>,
    /// Whether users install exactly what is locked.
    pub ships_lock: bool,
    /// Who may approve; empty: anybody.
    pub approvers: Vec<String>,
    /// The workflow that is started.
    pub workflow: String,
    /// The branch or tag that it runs on.
    pub reference: String,
    /// The project's own rules.
    pub rules: Vec<SecurityRuleTable>,
    /// Whether they come before D1 and D2.
    pub allow_unsafe: bool,
}

/// How many days a finding may stay open, by severity.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Sla {
    /// Critical ones.
    pub critical: u32,
    /// High ones.
    pub high: u32,
    /// Medium ones.
    pub medium: u32,
    /// Low ones.
    pub low: u32,
    /// Those that nobody rates.
    pub unknown: u32,
}

impl Security {
    fn of(table: SecurityTable, branches: &[String]) -> Self {
        let hours = |hours: u32| Duration::from_secs(u64::from(hours) * 60 * 60);
        let sla = table.sla.unwrap_or_default();
        Security {
            profile: table.profile.unwrap_or_default(),
            auto: table.auto.unwrap_or_default(),
            unknown: table.unknown_severity.unwrap_or_default(),
            sla: Sla {
                critical: sla.critical.unwrap_or(7),
                high: sla.high.unwrap_or(30),
                medium: sla.medium.unwrap_or(90),
                low: sla.low.unwrap_or(180),
                unknown: sla.unknown.unwrap_or(30),
            },
            db_max_age: hours(table.db_max_age_hours.unwrap_or(48)),
            cooldown: hours(table.cooldown_hours.unwrap_or(72)),
            require: table.require.unwrap_or_default(),
            ships_lock: table.ships_lock.unwrap_or(false),
            approvers: table.approvers.unwrap_or_default(),
            workflow: table.workflow.unwrap_or_else(|| "release.yml".to_owned()),
            reference: table
                .reference
                .unwrap_or_else(|| branches.first().map_or_else(|| "main".to_owned(), Clone::clone)),
            rules: table.rules,
            allow_unsafe: table.allow_unsafe.unwrap_or(false),
        }
    }
}

impl Default for Security {
    fn default() -> Self {
        Security::of(SecurityTable::default(), &[])
    }
}

/// The security status.
#[derive(Debug, Clone)]
pub struct Status {
    /// Where it is written.
    pub out: String,
    /// How long it is valid.
    pub valid_for: Duration,
    /// The time between two, as planned.
    pub interval: Duration,
    /// Where its folder is served.
    pub url: Option<String>,
    /// The branch it is put on.
    pub branch: String,
    /// How much of the findings is published.
    pub detail: StatusDetail,
}

impl Status {
    fn of(written: StatusTable) -> Self {
        let hours = |hours: u32| Duration::from_secs(u64::from(hours) * 60 * 60);
        let interval = written.interval_hours.unwrap_or(24);
        Status {
            out: written.out.unwrap_or_else(|| "public".to_owned()),
            valid_for: hours(written.valid_for_hours.unwrap_or(interval.saturating_mul(2))),
            interval: hours(interval),
            url: written.url,
            branch: written.branch.unwrap_or_else(|| "gh-pages".to_owned()),
            detail: written.detail.unwrap_or_default(),
        }
    }
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
    refuse_meaningless(&written).map_err(|(key, problem)| refuse(key, problem))?;
    let scheme = written.scheme.map(|text| text.parse::<Scheme>()).transpose();
    let scheme = scheme.map_err(|error| refuse("scheme", &format!("is refused: {error}")))?;
    let workspace = written.workspace.map(Workspace::of).transpose();
    let workspace = workspace.map_err(|(key, problem)| refuse(key, problem))?;
    let independent = workspace.as_ref().is_some_and(|workspace| workspace.versions == Versions::Independent);
    let default = if independent { "{name}-v{version}" } else { "v{version}" };
    let tag = Setting::of(written.tag, default.to_owned());
    if let Some(problem) = tag_problem(&tag.value) {
        return Err(refuse("tag", problem));
    }
    if independent && written.changelog.as_ref().is_some_and(|changelog| changelog.path.is_some()) {
        let problem = "is one file, and the packages have versions of their own: write `changelog` in `[workspace.packages.NAME]`";
        return Err(refuse("changelog.path", problem));
    }
    let policy = run_policy(&written.hooks, written.policy.unwrap_or_default())
        .map_err(|(key, problem)| refuse(key, &problem))?;
    let git = GitSettings::of(written.git.unwrap_or_default(), independent);
    let git = git.map_err(|problem| refuse("git.message", problem))?;
    let build = written.build.unwrap_or_default();
    let stages = Setting::of(written.stages, Vec::new());
    let early = written.stages_of_pre_releases;
    let is_stage = |name: &String| stages.value.contains(name);
    if early.as_ref().is_some_and(|early| !early.iter().all(is_stage)) {
        return Err(refuse("stages-of-pre-releases", "must name some of `stages`"));
    }
    let check = CheckSettings::of(written.check.unwrap_or_default(), &stages.value);
    let check = check.map_err(|(key, problem)| refuse(key, problem))?;
    let verify = written.verify.unwrap_or_default();
    if verify.commands.iter().any(|command| command.run.is_empty()) {
        return Err(refuse("verify.commands.run", "needs a program"));
    }
    let audit = written.audit.unwrap_or_default();
    let status = written.status.unwrap_or_default();
    if status.url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        return Err(refuse("status.url", "must begin with `https://`"));
    }
    let branches = Setting::of(written.branches, Vec::new());
    let security = Security::of(written.security.unwrap_or_default(), &branches.value);
    if security.workflow.contains(['/', '\\']) || security.workflow.is_empty() {
        return Err(refuse("security.workflow", "must be the name of a file in the folder of workflows"));
    }
    let mut indexes = Index::built_in();
    indexes.extend(written.index.into_iter().map(|(name, table)| (name.clone(), Index::of_table(&name, table))));
    Ok(Config {
        file: file.map(str::to_owned),
        scheme: Setting::of(scheme, Scheme::default()),
        tag,
        branches,
        stages,
        stages_of_pre_releases: early,
        plain_http: Setting::of(written.plain_http, Vec::new()),
        changelog: Changelog::of(written.changelog.unwrap_or_default()),
        git,
        references: written.references,
        build_timeout: build.timeout.unwrap_or(900),
        check,
        gates: written.gates,
        hooks: written.hooks,
        policy,
        indexes,
        forge: written.forge,
        init: written.init.unwrap_or_default(),
        verified: build.verified,
        verify: Verify::of(verify),
        audit: Audit {
            files: audit.files,
            db: audit.db,
            max_age: Duration::from_secs(u64::from(audit.max_age_days.unwrap_or(7)) * DAY),
        },
        security,
        status: Status::of(status),
        workspace,
    })
}

/// Refuses tables whose values mean nothing by themselves, with the key and what is wrong with it.
fn refuse_meaningless(written: &ConfigFile) -> Result<(), (&'static str, &'static str)> {
    for reference in &written.references {
        if reference.pattern.as_ref().is_some_and(|pattern| pattern.matches("{version}").count() != 1) {
            return Err(("references.match", "must contain `{version}` once"));
        }
        let (switcher, next) = (reference.form == Form::Switcher, reference.form == Form::Next);
        if switcher && reference.pattern.is_some() {
            return Err(("references.match", "means nothing for a `switcher`: the whole file is one"));
        }
        if next && reference.pattern.is_none() {
            return Err(("references.match", "must say what stands around the word `next`"));
        }
        if reference.keep.is_some_and(|keep| !switcher || keep < 2) {
            return Err(("references.keep", "is at least 2, and belongs to the form `switcher`"));
        }
        if escapes(&reference.path) {
            return Err(("references.path", "must lie below the project"));
        }
    }
    if let Some(changelog) = &written.changelog {
        let named = [&changelog.path, &changelog.folder, &changelog.template].into_iter().flatten();
        if named.chain(changelog.paths.iter().flatten()).any(|path| escapes(path)) {
            return Err(("changelog", "names a path that does not lie below the project"));
        }
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        if !changelog.types.iter().all(|kind| is_name(&kind.name)) {
            return Err(("changelog.types.name", "must be a word: letters, digits, `-` and `_`"));
        }
        let is_line = |heading: &str| !heading.trim().is_empty() && !heading.contains(char::is_control);
        if !changelog.types.iter().filter_map(|kind| kind.heading.as_deref()).all(is_line) {
            return Err(("changelog.types.heading", "must be one line of text"));
        }
    }
    if written.gates.iter().any(|gate| gate.run.is_empty()) {
        return Err(("gates.run", "needs a program"));
    }
    let timeouts = written.index.values().filter_map(|index| index.timeouts.as_ref());
    if timeouts.flat_map(TimeoutsTable::all).any(|seconds| seconds == Some(0)) {
        return Err(("index.NAME.timeouts", "are at least 1 second each"));
    }
    if written.init.as_ref().and_then(|init| init.badges.as_deref()).is_some_and(|url| !is_page(url)) {
        return Err(("init.badges", "must be the address of a page, such as `https://example.org/status/`"));
    }
    Ok(())
}

/// Hooks that mean something, and the policy that holds; else the key and what is wrong with it.
fn run_policy(hooks: &[HookTable], written: PolicyTable) -> Result<Policy, (&'static str, String)> {
    for hook in hooks {
        if hook.run.is_empty() {
            return Err(("hooks.run", "needs a program".to_owned()));
        }
        let phase = hook.at.strip_prefix("before-").or_else(|| hook.at.strip_prefix("after-"));
        if !phase.is_some_and(|phase| HOOK_PHASES.contains(&phase)) {
            return Err(("hooks.at", format!("is `before-` or `after-` and one of {}", HOOK_PHASES.join(", "))));
        }
    }
    let policy = Policy {
        approvals: written.approvals.unwrap_or(0),
        approvers: written.approvers.unwrap_or_default(),
        four_eyes: written.four_eyes.unwrap_or(true),
    };
    if !policy.approvers.is_empty() && (policy.approvers.len() as u64) < u64::from(policy.approvals) {
        return Err(("policy.approvals", "is more than there are `approvers`".to_owned()));
    }
    Ok(policy)
}

/// Whether a text is an http address that can stand in Markdown as it is.
pub fn is_page(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/%+=@[]".contains(&byte))
    })
}
