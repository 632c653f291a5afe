//! Every variable that is read, with its meaning: the reference in `docs/variables.md` is made from this.

/// A variable of the environment.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, one sentence.
    pub meaning: &'static str,
}

macro_rules! variables {
    ($($constant:ident = $name:literal: $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $constant: Variable = Variable { name: $name, meaning: $meaning };
        )*
        /// All of them, in the order of the reference.
        pub const ALL: &[Variable] = &[$($constant),*];
    };
}

variables! {
    PROJECT = "RELEASE_PROJECT": "The folder to work in, as `-C`.";
    CONFIG = "RELEASE_CONFIG": "The configuration file, as `--config`.";
    PACKAGE = "RELEASE_PACKAGE": "The package of a workspace, as `--package`.";
    FORMAT = "RELEASE_FORMAT": "How results are written, as `--format`.";
    COLOR = "RELEASE_COLOR": "When colour is used, as `--color`.";
    OFFLINE = "RELEASE_OFFLINE": "Use no network beyond this machine, as `--offline`, unless it is `0` or `false`.";
    NOW = "RELEASE_NOW": "The time that counts as now (`2026-11-21T12:00:00Z`), for tests; publishing beyond loopback is refused under it.";
    CACHE_DIR = "RELEASE_CACHE_DIR": "Where wheels of build backends, rehearsals and logs are kept. Default: `pyrelease` in the user's cache folder.";
    TOKEN = "RELEASE_TOKEN": "The upload token for any index.";
    TOKEN_INDEX = "RELEASE_TOKEN_<INDEX>": "The upload token for one index, its name in capitals with `_` for everything else; wins over `RELEASE_TOKEN`.";
    TWINE_REPOSITORY_URL = "TWINE_REPOSITORY_URL": "The URL of the index that twine's variables are for; they are left alone where it is another one.";
    TWINE_REPOSITORY = "TWINE_REPOSITORY": "The name of the index that twine's variables are for.";
    TWINE_USERNAME = "TWINE_USERNAME": "The user for uploads, as twine reads it.";
    TWINE_PASSWORD = "TWINE_PASSWORD": "The password or token for uploads, as twine reads it.";
    UV_PUBLISH_TOKEN = "UV_PUBLISH_TOKEN": "The upload token, as uv reads it.";
    UV_PUBLISH_USERNAME = "UV_PUBLISH_USERNAME": "The user for uploads, as uv reads it.";
    UV_PUBLISH_PASSWORD = "UV_PUBLISH_PASSWORD": "The password for uploads, as uv reads it.";
    UV_PUBLISH_URL = "UV_PUBLISH_URL": "The URL of the index that uv's variables are for; they are left alone where it is another one.";
    UV_PUBLISH_INDEX = "UV_PUBLISH_INDEX": "The name of the index that uv's variables are for.";
    PYPI_TOKEN = "PYPI_TOKEN": "The upload token for PyPI, where no variable of ours, of twine or of uv holds one: no tool reads it, and many workflows call it so.";
    PYPI_API_TOKEN = "PYPI_API_TOKEN": "The same as `PYPI_TOKEN`.";
    FORGE_TOKEN = "RELEASE_FORGE_TOKEN": "The token for the forge that the project is on; wins over the variables of the forges.";
    GITHUB_TOKEN = "GITHUB_TOKEN": "The token for GitHub, in Gitea Actions for Gitea; used for `github.com`, `ghe.com` and the server that runs the workflow.";
    GH_TOKEN = "GH_TOKEN": "The token for GitHub, as its program `gh` reads it; used as `GITHUB_TOKEN`.";
    GITEA_TOKEN = "GITEA_TOKEN": "The token for Gitea or Forgejo.";
    FORGEJO_TOKEN = "FORGEJO_TOKEN": "The token for Forgejo or Gitea, after `GITEA_TOKEN`.";
    SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH": "The date of the members of archives, in seconds since 1970. Default: the time of the commit.";
    NO_COLOR = "NO_COLOR": "Use no colour.";
    CI = "CI": "Set by nearly every service that runs jobs: there `release build` runs no build backend where a right to publish can be read.";
    GITHUB_ACTIONS = "GITHUB_ACTIONS": "Set to `true` by GitHub and Gitea Actions: results are written for the runner.";
    ACTIONS_ID_TOKEN_REQUEST_URL = "ACTIONS_ID_TOKEN_REQUEST_URL": "Where GitHub's runner says who the job is, for trusted publishing.";
    ACTIONS_ID_TOKEN_REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "What the runner is asked with.";
    GITLAB_CI = "GITLAB_CI": "Set to `true` by GitLab CI: its job can be a trusted publisher.";
    PYPI_ID_TOKEN = "PYPI_ID_TOKEN": "Who the job of GitLab is, for PyPI; for another index the variable is called by its audience.";
    CIRCLECI = "CIRCLECI": "Set to `true` by CircleCI: its job can prove who it is to indexes other than PyPI.";
    BUILDKITE = "BUILDKITE": "Set to `true` by Buildkite: its job can prove who it is to indexes other than PyPI.";
    GCE_METADATA_HOST = "GCE_METADATA_HOST": "Where a machine of Google Cloud asks who it is. Default: `metadata.google.internal`.";
    GITHUB_RUN_ID = "GITHUB_RUN_ID": "The run of the workflow: `release publish` does not run in the job of it that ran a build backend.";
    GITHUB_RUN_ATTEMPT = "GITHUB_RUN_ATTEMPT": "Which attempt at that run it is.";
    GITHUB_JOB = "GITHUB_JOB": "The job of that run.";
    GITEA_ACTIONS = "GITEA_ACTIONS": "Set to `true` by Gitea Actions: `GITHUB_*` are of that server.";
    FORGEJO_ACTIONS = "FORGEJO_ACTIONS": "Set to `true` by Forgejo Actions: `GITHUB_*` are of that server.";
    GITHUB_SERVER_URL = "GITHUB_SERVER_URL": "The server that runs the workflow.";
    GITHUB_API_URL = "GITHUB_API_URL": "The API of that server.";
    GITHUB_REPOSITORY = "GITHUB_REPOSITORY": "The repository that the workflow is of, `owner/name`.";
    GITHUB_REF_TYPE = "GITHUB_REF_TYPE": "Set to `tag` where a tag started the workflow.";
    GITHUB_REF_NAME = "GITHUB_REF_NAME": "The tag that started the workflow: in a workspace whose packages have versions of their own it says which one is meant.";
    GITHUB_OUTPUT = "GITHUB_OUTPUT": "The runner's file for the outputs of a step.";
    GITHUB_STEP_SUMMARY = "GITHUB_STEP_SUMMARY": "The runner's file for the summary of a step.";
}
