//! Who says who a job is: the services whose jobs have an identity (OpenID Connect), each with its own way to ask. Which
//! of them PyPI trusts is docs.pypi.org, "Trusted Publishers", as of 2026-11.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::{claims, expected};
use crate::config::file::Identity;
use crate::config::targets::Index;
use crate::effects::http::Url;
use crate::effects::process::{Environment, Program};
use crate::effects::{Effects, Inspect};
use crate::index::error::IndexError;
use crate::secret::Secret;

/// What the firmware of a machine of Google Cloud says.
const PRODUCT: &str = "/sys/class/dmi/id/product_name";
/// The longest that is read of it.
const PRODUCT_LIMIT: u64 = 4096;
/// Where such a machine asks who it is.
const METADATA: &str = "metadata.google.internal";
/// How long a program of the service may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Identities are some thousand characters.
const LONGEST: usize = 64 * 1024;

/// A service that can say who the job is.
#[derive(Debug, Clone)]
pub enum Provider {
    /// GitHub Actions: the runner is asked over http.
    Github {
        /// Where.
        url: String,
        /// With what.
        token: Secret,
    },
    /// GitLab CI: a variable for each audience.
    Gitlab,
    /// Google Cloud: the metadata server; whether nobody but the firmware says that this is such a machine.
    Google {
        /// Whether it is only a guess.
        guessed: bool,
    },
    /// CircleCI: a program.
    Circleci,
    /// Buildkite: a program.
    Buildkite,
}

/// Whether this job can prove who it is, and what to do where it cannot.
#[derive(Debug, Clone)]
pub enum Ambient {
    /// It can.
    Job(Provider),
    /// It cannot; the advice, where there is any.
    Nowhere(Option<&'static str>),
}

/// What runs this job, as far as an index is concerned.
pub fn ambient(inspect: Inspect<'_>, index: Option<&Index>) -> Ambient {
    let variables = inspect.variables();
    let is = |name: &str| variables.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let wanted = index.and_then(|index| index.identity);
    match wanted {
        Some(Identity::None) => return Ambient::Nowhere(None),
        Some(Identity::Google) => return Ambient::Job(Provider::Google { guessed: false }),
        Some(Identity::Circleci) => return Ambient::Job(Provider::Circleci),
        Some(Identity::Buildkite) => return Ambient::Job(Provider::Buildkite),
        Some(Identity::Gitlab) => return Ambient::Job(Provider::Gitlab),
        Some(Identity::Github) | None => {}
    }
    // Gitea and Forgejo say that they are GitHub, too.
    if (is("GITEA_ACTIONS") || is("FORGEJO_ACTIONS")) && wanted.is_none() {
        return Ambient::Nowhere(Some(
            "PyPI trusts no runner of Gitea or Forgejo: use a token of this project as a secret of the job",
        ));
    }
    if is("GITHUB_ACTIONS") || wanted == Some(Identity::Github) {
        return match (variables.get("ACTIONS_ID_TOKEN_REQUEST_URL"), variables.secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
        {
            (Some(url), Some(token)) => Ambient::Job(Provider::Github { url: url.to_owned(), token }),
            _ => Ambient::Nowhere(Some("for trusted publishing give this job `permissions: id-token: write`")),
        };
    }
    if is("GITLAB_CI") {
        return gitlab(inspect, index);
    }
    let on_pypi = index.is_some_and(Index::is_pypi);
    match (is("CIRCLECI"), is("BUILDKITE")) {
        (true, _) if on_pypi => {
            Ambient::Nowhere(Some("PyPI trusts no jobs of CircleCI: use a token of this project as a variable of it"))
        }
        (true, _) => Ambient::Job(Provider::Circleci),
        (_, true) if on_pypi => {
            Ambient::Nowhere(Some("PyPI trusts no jobs of Buildkite: use a token of this project as a variable of it"))
        }
        (_, true) => Ambient::Job(Provider::Buildkite),
        _ if is_google(inspect) => Ambient::Job(Provider::Google { guessed: true }),
        _ => Ambient::Nowhere(None),
    }
}

/// A job of GitLab has identities for the audiences that its file names.
fn gitlab(inspect: Inspect<'_>, index: Option<&Index>) -> Ambient {
    let given = match index.and_then(expected) {
        Some(audience) => inspect.variables().get(&variable_of(audience)).is_some(),
        None => !inspect.variables().matching(|name| name.ends_with("_ID_TOKEN")).is_empty(),
    };
    match given {
        true => Ambient::Job(Provider::Gitlab),
        false => Ambient::Nowhere(Some(
            "for trusted publishing give this job `id_tokens: PYPI_ID_TOKEN: aud: pypi` (`TESTPYPI_ID_TOKEN` with `testpypi` for TestPyPI)",
        )),
    }
}

fn is_google(inspect: Inspect<'_>) -> bool {
    let text = inspect.files().read_text_if_there(Path::new(PRODUCT), PRODUCT_LIMIT).ok().flatten();
    text.is_some_and(|name| name.contains("Google"))
}

/// The variable of GitLab that holds the identity for an audience.
pub(super) fn variable_of(audience: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("{}_ID_TOKEN", audience.chars().map(upper).collect::<String>())
}

/// What GitHub's runner says of a job.
#[derive(Deserialize)]
struct Said {
    value: String,
}

impl Provider {
    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Provider::Github { .. } => "GitHub Actions",
            Provider::Gitlab => "GitLab CI",
            Provider::Google { .. } => "Google Cloud",
            Provider::Circleci => "CircleCI",
            Provider::Buildkite => "Buildkite",
        }
    }

    /// Whether only the firmware of the machine says so: everything that somebody gave comes first then.
    pub fn is_guessed(&self) -> bool {
        matches!(self, Provider::Google { guessed: true })
    }

    /// An identity for an audience; a new one wherever the service makes several.
    pub(super) fn identity(&self, effects: Effects<'_>, index: &Index, audience: &str) -> Result<Secret, IndexError> {
        let refuse = |problem: String| IndexError::NoTrust { index: index.name.clone(), problem };
        let found = match self {
            Provider::Github { url, token } => {
                let mut url = Url::parse(url).map_err(|_| refuse("the runner's address is no URL".to_owned()))?;
                url.query_pairs_mut().append_pair("audience", audience);
                let answer = effects.http().get_with_bearer(url.as_str(), token)?;
                match serde_json::from_slice::<Said>(&answer.body) {
                    Ok(said) if answer.status == 200 => Secret::new(&said.value),
                    _ => {
                        let text = format!("the runner answers {} when asked who this job is", answer.status);
                        return Err(refuse(text));
                    }
                }
            }
            Provider::Gitlab => {
                let name = variable_of(audience);
                let variables = effects.inspect().variables();
                variables.secret(&name).ok_or_else(|| {
                    refuse(format!("this job has no `{name}`: add it to `id_tokens` with `aud: {audience}`"))
                })?
            }
            Provider::Google { .. } => {
                let host = effects.inspect().variables().get("GCE_METADATA_HOST").unwrap_or(METADATA);
                let answer = effects.http().get_of_metadata_server(host, audience)?;
                match answer.status {
                    200 => Secret::new(&answer.text()),
                    status => {
                        return Err(refuse(format!("the metadata server answers {status} when asked who this job is")));
                    }
                }
            }
            Provider::Circleci => {
                let claims = serde_json::json!({"aud": audience}).to_string();
                let arguments = ["run", "oidc", "get", "--root-issuer", "--claims", &claims];
                ask_program(effects, index, ("circleci", "CIRCLE"), &arguments)?
            }
            Provider::Buildkite => {
                let arguments = ["oidc", "request-token", "--audience", audience];
                ask_program(effects, index, ("buildkite-agent", "BUILDKITE"), &arguments)?
            }
        };
        match found.reveal().split('.').count() {
            3 if found.reveal().len() <= LONGEST && !found.reveal().contains(char::is_whitespace) => {
                match claims::is_for(&found, audience) {
                    true => Ok(found),
                    false => Err(refuse(format!("what {} says of this job is not for `{audience}`", self.name()))),
                }
            }
            _ => Err(refuse(format!("what {} says of this job is no identity", self.name()))),
        }
    }
}

/// Asks the program of a service, which needs the service's own variables for that.
fn ask_program(
    effects: Effects<'_>,
    index: &Index,
    (name, prefix): (&'static str, &str),
    arguments: &[&str],
) -> Result<Secret, IndexError> {
    let path = effects.programs().find(name, "the agent of the service that runs this job")?;
    let mut program =
        Program::new(path, Path::new("/")).args(arguments).environment(Environment::Home).timeout(PATIENCE);
    for (name, value) in effects.inspect().variables().matching(|name| name.starts_with(prefix)) {
        program = program.env(&name, value);
    }
    let (ran, out) = effects.programs().run_for_bytes(&program)?;
    if !ran.ok() {
        let problem = format!("`{name}` says nothing of this job: {}", ran.ending());
        return Err(IndexError::NoTrust { index: index.name.clone(), problem });
    }
    Ok(Secret::new(&String::from_utf8_lossy(&out)))
}
