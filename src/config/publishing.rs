//! The configuration as written, as far as it is about publishing: the indexes, and what an installed release must be
//! able to do. The same rules as in [`super::file`], which names these tables, hold here.

use schemars::JsonSchema;
use serde::Deserialize;

/// A package index.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IndexTable {
    /// The URL that files are posted to.
    pub upload: String,
    /// The URL of its simple API.
    pub simple: String,
    /// How long it is waited for.
    pub timeouts: Option<TimeoutsTable>,
    /// How many times an upload is tried again after a passing fault. Default: 4.
    pub retries: Option<u32>,
    /// Whether tokens are narrowed to one project and ten minutes before they leave this machine. Default: where the
    /// token was issued by PyPI, TestPyPI or an index on this machine.
    pub narrow: Option<bool>,
    /// Who says to the index who a job is (trusted publishing); `none` switches it off. Default: whoever runs the job.
    pub identity: Option<Identity>,
    /// Whether attestations that lie beside the archives are sent: `require`, `prefer` or `off`. Default: `prefer` for
    /// PyPI and TestPyPI, which are the ones that take them, else `off`.
    pub attestations: Option<Attestations>,
}

/// Who can say who a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// The runner of GitHub Actions.
    Github,
    /// The variable of a job of GitLab CI.
    Gitlab,
    /// The metadata server of Google Cloud.
    Google,
    /// The program `circleci`.
    Circleci,
    /// The program `buildkite-agent`.
    Buildkite,
    /// Nobody.
    None,
}

/// Whether attestations are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attestations {
    /// Without them nothing goes on.
    Require,
    /// Those that there are must hold.
    Prefer,
    /// They are not looked at.
    Off,
}

/// How long an index is waited for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TimeoutsTable {
    /// How many seconds it may take until the connection stands. Default: 10.
    #[schemars(range(min = 1))]
    pub connect: Option<u64>,
    /// How many seconds the answer may take to begin, from the last byte sent. Default: 60.
    #[schemars(range(min = 1))]
    pub first_byte: Option<u64>,
    /// Within how many seconds another kilobyte must move while sending and while reading. Default: 30.
    #[schemars(range(min = 1))]
    pub progress: Option<u64>,
    /// How many seconds one sending of a file may take in all. Default: 600.
    #[schemars(range(min = 1))]
    pub total: Option<u64>,
}

impl TimeoutsTable {
    /// All of them.
    pub(super) fn all(&self) -> [Option<u64>; 4] {
        [self.connect, self.first_byte, self.progress, self.total]
    }
}

/// What an installed release must be able to do.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VerifyTable {
    /// Modules that must import. Default: what the wheel holds at its top level.
    pub imports: Option<Vec<String>>,
    /// Commands of the installed package.
    #[serde(default)]
    pub commands: Vec<CommandTable>,
    /// Limits that are reported when they are passed.
    pub budgets: Option<BudgetsTable>,
    /// The simple API that dependencies come from, and nothing else does. Default: the index that is verified, of
    /// `testpypi` PyPI's, in a rehearsal the embedded one.
    pub dependencies: Option<String>,
    /// Whether the index must say who published a file, and it must be this project (PEP 740): `require`, `prefer` or
    /// `off`. Default: `prefer`.
    pub provenance: Option<Attestations>,
    /// The file of the workflow that publishes, `release.yml`: files signed in another one are none of ours. Default: any of
    /// the repository, which is told as not checked.
    pub workflow: Option<String>,
}

/// A command of the installed package.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CommandTable {
    /// The program and its arguments; the environment's own scripts come first.
    pub run: Vec<String>,
    /// The exit code it must end with. Default: 0.
    pub exit: Option<i32>,
    /// Text that its standard output must contain; `{version}` is filled in.
    pub prints: Option<String>,
    /// The member of a workspace that it belongs to. Default: all.
    pub package: Option<String>,
}

/// Limits that are reported when they are passed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct BudgetsTable {
    /// Milliseconds that the slowest import may take.
    pub import_ms: Option<u64>,
    /// Milliseconds that the installation may take.
    pub install_ms: Option<u64>,
    /// Bytes of the wheel.
    pub wheel_bytes: Option<u64>,
    /// Bytes of the sdist.
    pub sdist_bytes: Option<u64>,
}
