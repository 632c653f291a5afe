//! What can go wrong while a status is made or published.

use crate::error::{Explain, Kind};

/// A status that cannot be made or published.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// The end of validity lies outside the calendar, or before the beginning.
    #[error("the status cannot be valid for {hours} hours")]
    ValidFor {
        /// How long it should be valid.
        hours: i64,
    },
    /// The page's template does not render, which no input may cause.
    #[error("the status page cannot be rendered")]
    Page {
        /// What the template engine says.
        #[source]
        cause: minijinja::Error,
    },
    /// The status before cannot be read.
    #[error("the status in `{place}` cannot be read: {problem}")]
    Previous {
        /// The folder or URL.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The status before could not be had.
    #[error("`{url}` answers {status}")]
    Unanswered {
        /// What was asked for.
        url: String,
        /// The status code.
        status: u16,
    },
    /// The decision cannot be read.
    #[error("`{file}` is no decision: {problem}")]
    Decision {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// There is nothing to publish.
    #[error("there is no `{file}` in `{dir}`")]
    NotBuilt {
        /// The folder.
        dir: String,
        /// The file that is missing.
        file: String,
    },
    /// Another status is served that is as new or newer.
    #[error("sequence {served} is published already, and {built} was built")]
    Older {
        /// The sequence that is published.
        served: u64,
        /// The one that should be.
        built: u64,
    },
    /// The time of the status was not read from a clock.
    #[error("a status whose time was given does not leave this machine for `{remote}`")]
    GivenClock {
        /// The remote.
        remote: String,
    },
    /// Nobody says where the status is served.
    #[error("it is not known where the status is served")]
    NoUrl,
    /// git could not reach or change the remote.
    #[error("git cannot publish to `{remote}`")]
    Push {
        /// The remote.
        remote: String,
        /// What git said.
        #[source]
        said: Said,
    },
    /// Others pushed faster, each time.
    #[error("branch `{branch}` of `{remote}` moved each time the status was pushed")]
    Rejected {
        /// The remote.
        remote: String,
        /// The branch.
        branch: String,
        /// What git said last.
        #[source]
        said: Said,
    },
}

/// What git said.
#[derive(Debug)]
pub struct Said(pub String);

impl std::fmt::Display for Said {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

impl Explain for StatusError {
    fn code(&self) -> &'static str {
        match self {
            StatusError::ValidFor { .. } => "status/valid-for",
            StatusError::Page { .. } => "status/page",
            StatusError::Previous { .. } => "status/previous",
            StatusError::Unanswered { .. } => "status/unanswered",
            StatusError::Decision { .. } => "status/decision",
            StatusError::NotBuilt { .. } => "status/not-built",
            StatusError::Older { .. } => "status/older",
            StatusError::GivenClock { .. } => "status/given-clock",
            StatusError::NoUrl => "status/no-url",
            StatusError::Push { .. } => "status/push",
            StatusError::Rejected { .. } => "status/rejected",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            StatusError::ValidFor { .. }
            | StatusError::Previous { .. }
            | StatusError::Decision { .. }
            | StatusError::NotBuilt { .. }
            | StatusError::NoUrl => Kind::Setup,
            StatusError::Page { .. } => Kind::Bug,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            StatusError::ValidFor { .. } => {
                "set `valid-for-hours` under `[tool.release.status]` to a few days, such as 48"
            }
            StatusError::Page { .. } => return Vec::new(),
            StatusError::Previous { .. } => {
                "name the last status that was published with `--previous URL|DIR`, or remove this one to begin anew"
            }
            StatusError::Unanswered { .. } => {
                "run the same command again later: without the last status its sequence and history would be lost"
            }
            StatusError::Decision { .. } => "write it again with `release security decide`, or remove it",
            StatusError::NotBuilt { .. } => "run `release status build` first, or name its folder with `--from DIR`",
            StatusError::Older { .. } => {
                "build it again on top of what is published: `release status build --previous URL|DIR`"
            }
            StatusError::GivenClock { .. } => "unset `RELEASE_NOW` and run `release status build` again",
            StatusError::NoUrl => "set `url` under `[tool.release.status]`, or pass `--url URL`",
            StatusError::Push { .. } => {
                "look at `git remote -v`, and whether `git push` works there with the same credentials"
            }
            StatusError::Rejected { .. } => "run the same command again",
        };
        vec![hint.to_owned()]
    }
}
