//! The configuration as written: every key that exists, with its documentation, and no defaults.
//!
//! The doc comments here are the reference: `release schema config` and `docs/configuration.md` are made
//! from them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml_edit::{Document, Item};

use super::error::{ConfigError, UnknownKey};
pub use super::publishing::{
    Attestations, BudgetsTable, CommandTable, Identity, IndexTable, TimeoutsTable, VerifyTable,
};

/// Configuration of `release`: `[tool.release]` in `pyproject.toml`, or these keys in `release.toml`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ConfigFile {
    /// What the numbers of a version mean: `pep440`, `semver` (only what SemVer can say, too), or `calver:` and a
    /// pattern such as `YYYY.MM.MICRO`. Default: `pep440`.
    pub scheme: Option<String>,
    /// The name of the tag of a version, with `{version}` in it; `{name}` stands for the name of the package.
    /// Default: `v{version}`; where packages have versions of their own, `{name}-v{version}`.
    pub tag: Option<String>,
    /// The branches that releases are made from. Default: any.
    pub branches: Option<Vec<String>>,
    /// The indexes on the way out, in order: each gets the same bytes. Default: none, so that `publish` needs
    /// `--index`.
    pub stages: Option<Vec<String>>,
    /// The stages of pre-releases, where they end before the last: `["testpypi"]`. Default: those of every release.
    pub stages_of_pre_releases: Option<Vec<String>>,
    /// Hosts (`name` or `name:port`) in a private network that plain http may reach, and `release check --online`.
    pub plain_http: Option<Vec<String>>,
    /// The changelog.
    pub changelog: Option<ChangelogTable>,
    /// How a bump commits and tags.
    pub git: Option<GitTable>,
    /// Other places that name the version and must follow it.
    #[serde(default)]
    pub references: Vec<ReferenceTable>,
    /// How archives are built.
    pub build: Option<BuildTable>,
    /// How archives and the project are judged.
    pub check: Option<CheckTable>,
    /// Commands that must pass before anything is committed.
    #[serde(default)]
    pub gates: Vec<GateTable>,
    /// Commands of the project that run before or after a phase of `release run`, in their order here.
    #[serde(default)]
    pub hooks: Vec<HookTable>,
    /// What must be given before anything leaves the machine.
    pub policy: Option<PolicyTable>,
    /// Package indexes by name, besides `pypi` and `testpypi`.
    #[serde(default)]
    pub index: BTreeMap<String, IndexTable>,
    /// Where the code is hosted, where the remote does not tell.
    pub forge: Option<ForgeTable>,
    /// What `release init` keeps up to date.
    pub init: Option<InitTable>,
    /// What an installed release must be able to do.
    pub verify: Option<VerifyTable>,
    /// What the audit reads.
    pub audit: Option<AuditTable>,
    /// What is done about findings.
    pub security: Option<SecurityTable>,
    /// The security status.
    pub status: Option<StatusTable>,
    /// A repository of several packages.
    pub workspace: Option<WorkspaceTable>,
}

/// The changelog.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangelogTable {
    /// Its path; `.rst` is reStructuredText, anything else Markdown. Default: `CHANGELOG.md`, `CHANGES.md`,
    /// `HISTORY.md`, or the same and `NEWS.rst` as reStructuredText, where there is one.
    pub path: Option<String>,
    /// Where its entries come from: `keep-a-changelog` (the section `Unreleased`), `fragments` (a file for each change),
    /// `generated` (conventional commits), or `none`. Default: `fragments` where their folder is there, else
    /// `keep-a-changelog`.
    pub kind: Option<ChangelogKind>,
    /// The folder of fragments. Default: towncrier's `directory`, else `changes`.
    pub folder: Option<String>,
    /// The types of fragments or commits, in the order of their headings. Default: towncrier's; else for fragments
    /// `added`, `changed`, `deprecated`, `removed`, `fixed`, `security`, `doc`, `misc` (towncrier's names, too), for commits
    /// `feat`, `perf`, `deprecate`, `remove`, `fix`, `revert`, `security`, `deps`.
    #[serde(default)]
    pub types: Vec<ChangeTypeTable>,
    /// A template (Jinja) for what fragments and commits become. Default: a list below a heading for each type.
    pub template: Option<String>,
    /// Whether only the first parents of merges are told of, so that a merged branch counts by its merge. Default:
    /// false.
    pub first_parent: Option<bool>,
    /// The folders whose commits are told of. Default: all.
    pub paths: Option<Vec<String>>,
    /// Whether what is made from commits names their authors. Default: false.
    pub authors: Option<bool>,
    /// Whether the section of a final release takes over those of its own pre-releases. Default: false, they stay as
    /// they are.
    pub merge_prereleases: Option<bool>,
}

/// Where the entries of a changelog come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangelogKind {
    /// The section `Unreleased`, which people write.
    KeepAChangelog,
    /// One file a change, in a folder.
    Fragments,
    /// Messages of commits.
    Generated,
    /// There is none.
    None,
}

/// A type of change.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeTypeTable {
    /// Its name: in the name of a fragment, or as the type of a commit.
    pub name: String,
    /// The heading that it stands below. Default: the known one, or the name with a capital letter.
    pub heading: Option<String>,
    /// What it calls for. Default: the known one, else `patch`.
    pub level: Option<ChangeLevel>,
}

/// What a change calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeLevel {
    /// It breaks something.
    Major,
    /// Something new works.
    Minor,
    /// Something works better.
    Patch,
    /// It is no reason for a release.
    None,
}

/// How archives and the project are judged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CheckTable {
    /// The kind of index whose rules count: `pypi`, `testpypi`, `gitea` or `private`. The last two take what PyPI alone
    /// refuses, such as private classifiers and local versions. Default: `private` where `stages` names neither `pypi`
    /// nor `testpypi`, else `pypi`.
    pub profile: Option<IndexProfile>,
    /// Findings that are accepted.
    #[serde(default)]
    pub ignore: Vec<IgnoreTable>,
    /// Files of the wheel that run whenever Python starts, and should, such as `demo.pth`.
    #[serde(default)]
    pub startup_code: Vec<String>,
    /// The top-level names that the wheel installs. Default: any.
    pub top_level: Option<Vec<String>>,
    /// Members that every archive must have, as globs below its top, such as `*/py.typed`.
    #[serde(default)]
    pub expect: Vec<String>,
    /// A JSON file of secrets that are accepted, each with its fingerprint and a reason.
    pub secrets_baseline: Option<String>,
    /// How many seconds one address may take that `release check --online` visits. Default: 15.
    pub link_timeout: Option<u64>,
    /// Bytes of an archive beyond which it is called large. Default: 52428800 (50 MiB).
    pub max_size: Option<u64>,
    /// Unpacked bytes beyond which an archive is called large. Default: 78643200 (75 MiB).
    pub max_unpacked: Option<u64>,
    /// Files of an archive beyond which they are called many. Default: 2000.
    pub max_files: Option<usize>,
}

/// Findings that are accepted. They are counted and never shown as if they were not there; an error of structure that
/// is accepted leaves the contents unjudged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IgnoreTable {
    /// Their code, or how codes begin.
    pub code: String,
    /// Only in this file or member, as a glob. Default: everywhere.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
}

/// A kind of package index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IndexProfile {
    /// pypi.org.
    Pypi,
    /// test.pypi.org: the rules of PyPI.
    Testpypi,
    /// The package registry of Gitea or Forgejo.
    Gitea,
    /// Any other.
    Private,
}

impl IndexProfile {
    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            IndexProfile::Pypi => "pypi",
            IndexProfile::Testpypi => "testpypi",
            IndexProfile::Gitea => "gitea",
            IndexProfile::Private => "private",
        }
    }
}

/// How a bump commits and tags.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GitTable {
    /// The message of the commit, with `{name}`, `{version}`, `{previous}`, `{tag}` and `{comment}`, the text of `-m`;
    /// a comment that it does not name follows after an empty line. Default: `chore(release): {version}`; where
    /// packages have versions of their own, `chore(release): {name} {version}`.
    pub message: Option<String>,
    /// Whether commit and tag are signed: `auto` as `commit.gpgsign` and `tag.gpgsign` of your own git configuration say
    /// (never the repository's), `always`, `never`. Default: `auto`.
    pub sign: Option<GitSign>,
    /// What becomes of hooks that git would run (`pre-commit`, `commit-msg` and others): `skip` says which and does not
    /// run them, `refuse` stops, `run` runs them on a copy of the tree. Default: `skip`.
    pub hooks: Option<GitHooks>,
}

/// Whether commit and tag are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum GitSign {
    /// As the user's own git configuration says.
    #[default]
    Auto,
    /// Both.
    Always,
    /// Neither.
    Never,
}

/// What becomes of the hooks that git would run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GitHooks {
    /// They are named and not run.
    #[default]
    Skip,
    /// They stop the bump.
    Refuse,
    /// They run.
    Run,
}

/// A place that names the version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReferenceTable {
    /// The file, below the project; with `*`, `**`, `?` or `{a,b}` all files of that form that git tracks.
    pub path: String,
    /// The literal text around the version, with `{version}` where it stands. `\n` is the end of a line in files with
    /// either kind of line ends; at its beginning it is the beginning of a line. Default: the marks in the file say
    /// where, `# release: version` for its line, `<!-- release: tag -->…<!-- /release -->` for what lies between.
    #[serde(rename = "match")]
    pub pattern: Option<String>,
    /// What stands in the place of `{version}`: `version` as PEP 440 has it, `semver`, the whole `tag`, `short` for
    /// the first two numbers, `major` for the first, `tuple` for `1, 2, 3`, `range` for `>=1.2.3,<1.3`, `date` for the
    /// day of the release, `zero` for a number that begins again at 0, `next` for the word `next` that the version
    /// takes the place of. `switcher` stands without `match`: the list of versions that documents switch between
    /// gets an entry. Default: `version`.
    #[serde(default)]
    pub form: Form,
    /// How many versions a `switcher` keeps. Default: all.
    pub keep: Option<usize>,
    /// How many times it stands there, over all files. Default: at least once.
    pub expect: Option<usize>,
    /// The package whose version it names, where the packages of a workspace have versions of their own. Default: the
    /// one that the file lies in.
    pub package: Option<String>,
    /// Which releases it follows: `any`, or `final` ones only, so that documents go on naming the last one that is
    /// no pre-release. Default: `any`.
    #[serde(default)]
    pub on: On,
}

/// How a reference writes the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The version of PEP 440: `1.3.0rc1`.
    #[default]
    Version,
    /// SemVer, for files of other ecosystems: `1.3.0-rc.1`.
    Semver,
    /// The whole tag: `v1.3.0rc1`.
    Tag,
    /// The first two numbers: `1.3`.
    Short,
    /// The first number: `1`.
    Major,
    /// The numbers as Python writes them in a tuple: `1, 3, 0`.
    Tuple,
    /// From the version up to the next that may break: `>=1.3.0,<1.4`, with as many numbers as there are.
    Range,
    /// The day of the release: `2026-11-21`.
    Date,
    /// A number that counts within a version and begins again at `0`, such as the build number of a recipe.
    Zero,
    /// The word `next` (or `next release`) in a document, which becomes the next version that is no pre-release.
    Next,
    /// The list of versions that documents switch between: a copy of the entry of the version before, put before
    /// it, and the mark `preferred` with it. Follows versions that are no pre-releases.
    Switcher,
}

/// Which releases a reference follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// Every one.
    #[default]
    Any,
    /// Those that are no pre-release.
    Final,
}

/// How archives are built.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BuildTable {
    /// How many seconds each hook of a build backend may take in an isolated build. Default: 900.
    pub timeout: Option<u64>,
    /// The digest of the configuration whose native archives were compared with those of the backend, or `differs`:
    /// written by `release build --verify-native`. Where it does not fit any more, the backend itself builds. Default:
    /// none, so that native building is not tied to a comparison.
    pub verified: Option<String>,
}

/// A command that must pass before anything is committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GateTable {
    /// The program and its arguments; no shell reads them. `python` is the environment's.
    pub run: Vec<String>,
    /// How many seconds it may take. Default: 600.
    pub timeout: Option<u64>,
    /// Whether its failure stops the release. Default: true.
    pub critical: Option<bool>,
    /// Variables for it.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// A dependency group (PEP 735) that is installed for it. Default: none, and nothing is fetched.
    pub group: Option<String>,
    /// An extra of the project that is installed for it, without the project itself. Default: none.
    pub extra: Option<String>,
    /// Whether the project's own dependencies are installed for it, too. Default: false.
    pub dependencies: Option<bool>,
}

/// A command that runs before or after a phase of `release run`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct HookTable {
    /// When: `before-` or `after-` and one of `gates`, `bump`, `build`, `check`, `push`, `publish`, `verify`,
    /// `announce`, `status`.
    #[schemars(regex(pattern = "^(before|after)-(gates|bump|build|check|push|publish|verify|announce|status)$"))]
    pub at: String,
    /// The program and its arguments; no shell reads them. It sees no token, and `RELEASE_VERSION`,
    /// `RELEASE_TAG`, `RELEASE_PHASE`, `RELEASE_STAGE`. It runs in the project's folder; `before-build` runs
    /// where the tag is checked out to be built, and what it makes there is built, too.
    pub run: Vec<String>,
    /// How many seconds it may take. Default: 600.
    pub timeout: Option<u64>,
    /// Whether its failure stops the release. Default: true.
    pub critical: Option<bool>,
    /// Variables for it.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// What must be given before anything leaves the machine.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PolicyTable {
    /// How many people must approve the plan with `release approve`. Default: 0.
    pub approvals: Option<u32>,
    /// The addresses, as git knows them, of those whose approval counts. Default: anybody's.
    pub approvers: Option<Vec<String>>,
    /// Whether the approval of the one who started the run does not count. Default: true.
    pub four_eyes: Option<bool>,
}

/// Where the code is hosted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ForgeTable {
    /// `github` or `gitea`.
    pub kind: ForgeKind,
    /// The address of the instance, as browsers have it. Default: that of the remote `origin`.
    pub url: Option<String>,
    /// The repository, as `owner/name`. Default: that of the remote `origin`.
    pub repository: Option<String>,
    /// Whether `release run` announces there. Default: true.
    pub announce: Option<bool>,
}

/// A kind of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForgeKind {
    /// GitHub.
    Github,
    /// Gitea or Forgejo.
    Gitea,
}

/// What `release init` keeps up to date.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct InitTable {
    /// The forges that it writes workflows for; empty: none. Default: where the code is hosted.
    pub workflows: Option<Vec<ForgeKind>>,
    /// The address where the security status is served: badges in the README lead there. Default: no badges.
    pub badges: Option<String>,
}

/// What the audit reads.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AuditTable {
    /// Lock files and pinned requirements. Default: those that are there.
    pub files: Option<Vec<String>>,
    /// A folder or zip of OSV records. Default: `--db`, or nothing, which is inconclusive.
    pub db: Option<String>,
    /// How many days old the newest advisory may be. Default: 7.
    pub max_age_days: Option<u32>,
}

/// What is done about findings.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SecurityTable {
    /// `delivers`: release when that takes a finding from users. `posture`: release on every change. Default:
    /// `delivers`.
    pub profile: Option<SecurityProfile>,
    /// From which severity a release may start without anybody being asked: `critical`, `high` or `never`.
    /// Default: `high`.
    pub auto: Option<SecurityAuto>,
    /// How a severity that nobody rates is treated: `medium` or `high`. Default: `medium`.
    pub unknown_severity: Option<UnknownSeverity>,
    /// How many days a finding may stay open, by severity.
    pub sla: Option<SlaTable>,
    /// How many hours old the newest advisory may be for anything to be decided. Default: 48.
    pub db_max_age_hours: Option<u32>,
    /// How many hours a fix must be known before a release ships it without anybody being asked. Default: 72.
    pub cooldown_hours: Option<u32>,
    /// Scanners whose reports `security record` must get, such as `["pip-audit", "bandit"]`. Default: none.
    pub require: Option<Vec<String>>,
    /// Whether users install exactly what is locked, as they do with an application. Default: false.
    pub ships_lock: Option<bool>,
    /// Addresses, as git knows them, of those who may approve. Default: anybody.
    pub approvers: Option<Vec<String>>,
    /// The workflow file that `security trigger` starts. Default: `release.yml`.
    pub workflow: Option<String>,
    /// The branch or tag that it runs on. Default: the first of `branches`, else `main`.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// Rules of your own; they come before D3 and those after it.
    #[serde(default)]
    pub rules: Vec<SecurityRuleTable>,
    /// Whether your own rules come before D1 and D2, too. Default: false.
    pub allow_unsafe: Option<bool>,
}

/// When a release starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityProfile {
    /// When it takes a finding from users.
    #[default]
    Delivers,
    /// On every change.
    Posture,
}

/// From which severity a release may start without anybody being asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityAuto {
    /// Only for critical findings, and those known to be exploited.
    Critical,
    /// For high ones, too.
    #[default]
    High,
    /// Never.
    Never,
}

/// How a severity that nobody rates is treated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownSeverity {
    /// As medium.
    #[default]
    Medium,
    /// As high.
    High,
}

/// How many days a finding may stay open, by severity.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SlaTable {
    /// Default: 7.
    pub critical: Option<u32>,
    /// Default: 30.
    pub high: Option<u32>,
    /// Default: 90.
    pub medium: Option<u32>,
    /// Default: 180.
    pub low: Option<u32>,
    /// Default: 30.
    pub unknown: Option<u32>,
}

/// A rule of your own: data, no expressions.
#[derive(Debug, Clone, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SecurityRuleTable {
    /// Its name, such as `legacy-py`; not one of D0 to D12.
    pub id: String,
    /// When it holds: every key that is there must fit.
    pub when: SecurityWhenTable,
    /// `block`, `release-now`, `ask`, `propose-fix`, `batch`, `note`, `status-only` or `none`.
    pub then: String,
    /// Why, for those who read the decision.
    pub reason: String,
}

/// When a rule of your own holds.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SecurityWhenTable {
    /// The package.
    pub package: Option<String>,
    /// `critical`, `high`, `medium`, `low`, `none` or `unknown`.
    pub severity: Option<String>,
    /// How it reaches users of HEAD: `own`, `bundled`, `pinned`, `capped`, `floating`, `build` or `dev`.
    pub exposure: Option<String>,
    /// What has changed: `new`, `reopened`, `severity_up`, `fix_available`, …
    pub change: Option<String>,
    /// Whether there is a fix.
    pub fix: Option<bool>,
    /// Whether it is known to be exploited.
    pub exploited: Option<bool>,
}

/// The security status.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StatusTable {
    /// Where `status build` writes. Default: `public`.
    pub out: Option<String>,
    /// How many hours a status is valid. Default: twice `interval-hours`.
    pub valid_for_hours: Option<u32>,
    /// How many hours lie between two statuses, as planned. Default: 24.
    pub interval_hours: Option<u32>,
    /// Where the folder of `out` is served, such as `https://acme.github.io/demo/`.
    pub url: Option<String>,
    /// The branch that `status publish --to branch` and `--to pages` put it on. Default: `gh-pages`.
    pub branch: Option<String>,
    /// How much of the findings is published: `full`, `ids` or `counts`. Default: `full`.
    pub detail: Option<StatusDetail>,
}

/// How much of the findings is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StatusDetail {
    /// Everything.
    #[default]
    Full,
    /// Packages and ids, without versions, fixes, reasons and the names of skipped packages.
    Ids,
    /// Numbers alone.
    Counts,
}

/// A repository of several packages.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkspaceTable {
    /// The folders of the packages; `*` stands for any name of one folder.
    pub members: Vec<String>,
    /// `shared`: all packages have the same version and are released together. `independent`: each has its own
    /// version, tags and changelog, and `--package` says which one is meant. Default: `shared`.
    pub versions: Option<Versions>,
    /// What is different for one of the packages, by its name, where each has its own version.
    #[serde(default)]
    pub packages: BTreeMap<String, MemberTable>,
}

/// How the packages of a workspace are versioned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Versions {
    /// All have the same one.
    #[default]
    Shared,
    /// Each has its own.
    Independent,
}

/// What is different for one package of a workspace.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MemberTable {
    /// The name of the tag of its version, with `{version}` in it. Default: that of the workspace.
    pub tag: Option<String>,
    /// The path of its changelog, below the workspace. Default: `CHANGELOG.md` in its folder where there is one.
    pub changelog: Option<String>,
}

/// Line and column, counted from 1, of an offset.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Reads the configuration in the table `at` (empty: the whole file) of a TOML file; nothing where there is
/// no such table.
///
/// # Errors
/// It is no TOML, has unknown keys (all are named), or values of the wrong kind.
pub fn parse(file: &str, text: &str, at: &[&str]) -> Result<Option<ConfigFile>, ConfigError> {
    let document: Document<&str> = Document::parse(text).map_err(|error| ConfigError::Syntax {
        file: file.to_owned(),
        message: error.message().replace('\n', " "),
        at: position(text, error.span().map_or(0, |span| span.start)),
    })?;
    let mut item = document.as_item();
    for key in at {
        match item.get(key) {
            Some(inner) => item = inner,
            None => return Ok(None),
        }
    }
    let mut unknown = Vec::new();
    let root = item.clone();
    let deserializer =
        toml_edit::de::Deserializer::<&str>::parse(text).map_err(|error| type_error(file, text, &error))?;
    // The values are read from the whole document, so that the spans in errors are those of the file.
    let config = if at.is_empty() {
        serde_ignored::deserialize(deserializer, |path| unknown.push(path.to_string()))
    } else {
        let nested: Result<Nested, _> = serde_ignored::deserialize(deserializer, |path| {
            if let Some(path) = path.to_string().strip_prefix("tool.release.") {
                unknown.push(path.to_owned());
            }
        });
        nested.map(|nested| nested.tool.release)
    };
    let config: ConfigFile = config.map_err(|error| type_error(file, text, &error))?;
    if !unknown.is_empty() {
        let keys = unknown.iter().map(|path| unknown_key(path, &root, text)).collect();
        return Err(ConfigError::UnknownKeys { file: file.to_owned(), keys });
    }
    Ok(Some(config))
}

/// `pyproject.toml` as far as this room reads it.
#[derive(Deserialize)]
struct Nested {
    tool: NestedTool,
}

#[derive(Deserialize)]
struct NestedTool {
    #[serde(default)]
    release: ConfigFile,
}

fn type_error(file: &str, text: &str, error: &toml_edit::de::Error) -> ConfigError {
    ConfigError::Type {
        file: file.to_owned(),
        message: error.message().replace('\n', " "),
        at: position(text, error.span().map_or(0, |span| span.start)),
    }
}

fn unknown_key(path: &str, root: &Item, text: &str) -> UnknownKey {
    // serde_ignored writes `?` for an `Option` in between.
    let parts: Vec<&str> = path.split('.').filter(|part| *part != "?").collect();
    let mut item = root;
    let mut offset = 0;
    for part in &parts {
        let next = match (part.parse::<usize>(), item) {
            (Ok(index), Item::ArrayOfTables(tables)) => {
                offset = tables.get(index).and_then(toml_edit::Table::span).map_or(offset, |span| span.start);
                item.get(index)
            }
            (Ok(index), _) => item.get(index),
            (Err(_), _) => {
                let key =
                    item.as_table_like().and_then(|table| table.get_key_value(part)).and_then(|(key, _)| key.span());
                offset = key.map_or(offset, |span| span.start);
                item.get(part)
            }
        };
        match next {
            Some(inner) => item = inner,
            None => break,
        }
    }
    let last = parts.last().copied().unwrap_or_default();
    UnknownKey { path: parts.join("."), line: position(text, offset).0, nearest: nearest(last) }
}

/// The known key most like a word, if any is like it.
fn nearest(word: &str) -> Option<String> {
    let schema = schemars::schema_for!(ConfigFile).to_value();
    let mut keys = Vec::new();
    property_names(&schema, &mut keys);
    keys.into_iter()
        // A key of that name in another table is no help here.
        .filter(|key| key != word)
        .map(|key| (strsim::jaro_winkler(word, &key), key))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, key)| key)
}

fn property_names(schema: &serde_json::Value, names: &mut Vec<String>) {
    if let Some(properties) = schema.get("properties").and_then(serde_json::Value::as_object) {
        names.extend(properties.keys().cloned());
    }
    if let Some(definitions) = schema.get("$defs").and_then(serde_json::Value::as_object) {
        definitions.values().for_each(|definition| property_names(definition, names));
    }
}
