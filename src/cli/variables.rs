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
    FORMAT = "RELEASE_FORMAT": "How results are written, as `--format`.";
    COLOR = "RELEASE_COLOR": "When colour is used, as `--color`.";
    OFFLINE = "RELEASE_OFFLINE": "Use no network beyond this machine, as `--offline`, unless it is `0` or `false`.";
    NOW = "RELEASE_NOW": "The time that counts as now (`2026-11-21T12:00:00Z`), for tests; publishing beyond loopback is refused under it.";
    CACHE_DIR = "RELEASE_CACHE_DIR": "Where wheels of build backends, rehearsals and logs are kept. Default: `pyrelease` in the user's cache folder.";
    TOKEN = "RELEASE_TOKEN": "The upload token for any index.";
    TOKEN_INDEX = "RELEASE_TOKEN_<INDEX>": "The upload token for one index, its name in capitals with `_` for everything else; wins over `RELEASE_TOKEN`.";
    TWINE_USERNAME = "TWINE_USERNAME": "The user for uploads, as twine reads it.";
    TWINE_PASSWORD = "TWINE_PASSWORD": "The password or token for uploads, as twine reads it.";
    UV_PUBLISH_TOKEN = "UV_PUBLISH_TOKEN": "The upload token, as uv reads it.";
    UV_PUBLISH_USERNAME = "UV_PUBLISH_USERNAME": "The user for uploads, as uv reads it.";
    UV_PUBLISH_PASSWORD = "UV_PUBLISH_PASSWORD": "The password for uploads, as uv reads it.";
    SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH": "The date of the members of archives, in seconds since 1970. Default: the time of the commit.";
    NO_COLOR = "NO_COLOR": "Use no colour.";
    GITHUB_ACTIONS = "GITHUB_ACTIONS": "Set to `true` by GitHub and Gitea Actions: results are written for the runner.";
    GITHUB_OUTPUT = "GITHUB_OUTPUT": "The runner's file for the outputs of a step.";
    GITHUB_STEP_SUMMARY = "GITHUB_STEP_SUMMARY": "The runner's file for the summary of a step.";
}
