//! What can go wrong while a status is made.

use crate::error::{Explain, Kind};

/// A status that cannot be made.
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
}

impl Explain for StatusError {
    fn code(&self) -> &'static str {
        match self {
            StatusError::ValidFor { .. } => "status/valid-for",
            StatusError::Page { .. } => "status/page",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            StatusError::ValidFor { .. } => Kind::Setup,
            StatusError::Page { .. } => Kind::Bug,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            StatusError::ValidFor { .. } => {
                vec!["set `valid-for` under `[tool.release.status]` to a few days, such as `48h`".to_owned()]
            }
            StatusError::Page { .. } => Vec::new(),
        }
    }
}
