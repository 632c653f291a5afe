//! Where a setting came from, for errors and `release show`.

use serde::Serialize;

/// The source of a setting; the first in this list wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// An option of the command line.
    Flag,
    /// A variable.
    Variable,
    /// The configuration.
    File,
    /// What the project shows by itself.
    Detected,
    /// The default.
    Default,
}

impl Origin {
    /// The word that people read.
    pub fn word(&self) -> &'static str {
        match self {
            Origin::Flag => "flag",
            Origin::Variable => "variable",
            Origin::File => "file",
            Origin::Detected => "detected",
            Origin::Default => "default",
        }
    }
}
