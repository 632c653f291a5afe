//! What is wrong with a configuration.

use crate::error::{Explain, Kind, Location};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not TOML.
    #[error("`{file}` is not valid TOML: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// What the parser said.
        message: String,
        /// Where, line and column.
        at: (usize, usize),
    },
    /// Keys that mean nothing.
    #[error("unknown {} {}", if keys.len() == 1 { "key" } else { "keys" }, list(keys))]
    UnknownKeys {
        /// The file.
        file: String,
        /// The keys with their lines and the nearest known key.
        keys: Vec<UnknownKey>,
    },
    /// A value of the wrong kind.
    #[error("`{file}` has a value of the wrong kind: {message}")]
    Type {
        /// The file.
        file: String,
        /// What was expected.
        message: String,
        /// Where, line and column.
        at: (usize, usize),
    },
    /// A value that means nothing.
    #[error("`{key}` {problem}")]
    Value {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An index that nobody named.
    #[error("`{name}` is neither a known index nor a URL")]
    UnknownIndex {
        /// What was typed.
        name: String,
        /// The names that are known.
        known: Vec<String>,
    },
}

/// A key that means nothing.
#[derive(Debug, Clone)]
pub struct UnknownKey {
    /// Its dotted path from the table of the configuration.
    pub path: String,
    /// The line it stands on.
    pub line: usize,
    /// The known key that is most like it.
    pub nearest: Option<String>,
}

fn list(keys: &[UnknownKey]) -> String {
    keys.iter().map(|key| format!("`{}`", key.path)).collect::<Vec<_>>().join(", ")
}

impl Explain for ConfigError {
    fn code(&self) -> &'static str {
        match self {
            ConfigError::Syntax { .. } => "config/syntax",
            ConfigError::UnknownKeys { .. } => "config/unknown-key",
            ConfigError::Type { .. } => "config/type",
            ConfigError::Value { .. } => "config/value",
            ConfigError::UnknownIndex { .. } => "config/unknown-index",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Setup
    }

    fn hints(&self) -> Vec<String> {
        match self {
            ConfigError::UnknownKeys { keys, .. } => {
                let suggestions = keys.iter().filter_map(|key| Some((key, key.nearest.as_ref()?)));
                let mut hints: Vec<String> = suggestions
                    .map(|(key, nearest)| {
                        format!("line {}: did you mean `{nearest}` instead of `{}`", key.line, key.path)
                    })
                    .collect();
                hints.push("`release schema config` prints every key".to_owned());
                hints
            }
            ConfigError::UnknownIndex { known, .. } => {
                vec![format!(
                    "use one of {}, a URL, or name it in `[index.NAME]` of the configuration",
                    known.join(", ")
                )]
            }
            ConfigError::Type { .. } | ConfigError::Value { .. } => {
                vec!["`release schema config` prints every key with its kind".to_owned()]
            }
            ConfigError::Syntax { .. } => Vec::new(),
        }
    }

    fn location(&self) -> Option<Location> {
        match self {
            ConfigError::Syntax { file, at: (line, column), .. }
            | ConfigError::Type { file, at: (line, column), .. } => {
                Some(Location { file: file.clone(), member: None, line: Some(*line), column: Some(*column) })
            }
            ConfigError::UnknownKeys { file, keys } => {
                Some(Location::line(file, keys.first().map_or(1, |key| key.line)))
            }
            ConfigError::Value { file, .. } => Some(Location::file(file)),
            ConfigError::UnknownIndex { .. } => None,
        }
    }
}
