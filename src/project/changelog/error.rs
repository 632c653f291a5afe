//! What is wrong with a changelog.

use crate::error::{Explain, Kind, Location};

/// A changelog that cannot be written, or that says nothing.
#[derive(Debug, thiserror::Error)]
pub enum ChangelogError {
    /// There is no file to write into.
    #[error("there is no changelog to write into")]
    NoFile,
    /// A project that keeps none.
    #[error("this project keeps no changelog: `kind` is `none`")]
    NotKept,
    /// A release with nothing to say.
    #[error("nothing is said about {version}: {missing}")]
    Empty {
        /// The version.
        version: String,
        /// What is empty.
        missing: String,
    },
    /// Entries beside a section that is there already.
    #[error("{waits} would not be told of: `{file}` has a section {version} already")]
    Unsaid {
        /// The version.
        version: String,
        /// The changelog.
        file: String,
        /// The line of the section.
        line: usize,
        /// What waits to be told.
        waits: String,
    },
    /// Two sections of what comes next.
    #[error("`{file}` has two sections of what is not released yet, in lines {} and {}", lines.0, lines.1)]
    OpenTwice {
        /// The changelog.
        file: String,
        /// Their lines.
        lines: (usize, usize),
    },
    /// A heading that cannot be read again.
    #[error("`title_format` of `[tool.towncrier]` gives `{title}`, which is no heading of {version}")]
    TitleFormat {
        /// What it gives.
        title: String,
        /// The version.
        version: String,
    },
    /// A type that nobody named.
    #[error("`{typed}` is no type of change")]
    UnknownType {
        /// What was typed.
        typed: String,
        /// The types that there are.
        known: Vec<String>,
    },
    /// Text that cannot be an entry.
    #[error("this is no entry: {problem}")]
    Entry {
        /// Why.
        problem: String,
    },
    /// Entries that are made from commits cannot be written.
    #[error("the entries of this changelog are made from commits")]
    Generated,
    /// A file that is no fragment.
    #[error("`{file}` is no fragment: {problem}")]
    Fragment {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A template that cannot be used.
    #[error("`{file}` cannot be rendered: {problem}")]
    Template {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Explain for ChangelogError {
    fn code(&self) -> &'static str {
        match self {
            ChangelogError::NoFile => "changelog/no-file",
            ChangelogError::NotKept => "changelog/not-kept",
            ChangelogError::Empty { .. } => "changelog/empty",
            ChangelogError::Unsaid { .. } => "changelog/unsaid",
            ChangelogError::OpenTwice { .. } => "changelog/open-twice",
            ChangelogError::TitleFormat { .. } => "changelog/title-format",
            ChangelogError::UnknownType { .. } => "changelog/unknown-type",
            ChangelogError::Entry { .. } => "changelog/entry",
            ChangelogError::Generated => "changelog/generated",
            ChangelogError::Fragment { .. } => "changelog/fragment",
            ChangelogError::Template { .. } => "changelog/template",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            ChangelogError::UnknownType { .. } | ChangelogError::Entry { .. } => Kind::Usage,
            ChangelogError::Empty { .. }
            | ChangelogError::Unsaid { .. }
            | ChangelogError::OpenTwice { .. }
            | ChangelogError::Generated => Kind::Failed,
            _ => Kind::Setup,
        }
    }

    fn hints(&self) -> Vec<String> {
        vec![match self {
            ChangelogError::NoFile => "make `CHANGELOG.md` with the line `# Changelog`, or name the file in `[tool.release.changelog] path`".to_owned(),
            ChangelogError::NotKept => "set another `kind` in `[tool.release.changelog]`".to_owned(),
            ChangelogError::Empty { .. } => {
                "say what changed (`release changelog add fixed \"…\"`), or bump with `--allow-empty-notes`".to_owned()
            }
            ChangelogError::Unsaid { version, .. } => {
                format!("move the entries into the section {version}, or take the section out: the bump makes it")
            }
            ChangelogError::OpenTwice { .. } => "make one section of the two: only the first one is closed".to_owned(),
            ChangelogError::TitleFormat { .. } => {
                "let it begin with `{version}` or `{name} {version}`, such as `{name} {version} ({project_date})`".to_owned()
            }
            ChangelogError::UnknownType { known, .. } => {
                format!("use one of {}, or name your own in `[tool.release.changelog] types`", known.join(", "))
            }
            ChangelogError::Entry { .. } => "give one sentence that says what changed for users".to_owned(),
            ChangelogError::Generated => {
                "write `Release-Note: …` at the end of a commit's message, or set `kind` in `[tool.release.changelog]`".to_owned()
            }
            ChangelogError::Fragment { .. } => {
                "call it `<number>.<type>.md` or `+<words>.<type>.md`; `release changelog check` lists all that are wrong".to_owned()
            }
            ChangelogError::Template { .. } => {
                "correct the template; `release explain changelog/template` lists its values".to_owned()
            }
        }]
    }

    fn location(&self) -> Option<Location> {
        match self {
            ChangelogError::Fragment { file, .. } | ChangelogError::Template { file, .. } => Some(Location::file(file)),
            ChangelogError::Unsaid { file, line, .. } | ChangelogError::OpenTwice { file, lines: (_, line) } => {
                Some(Location::line(file, *line))
            }
            _ => None,
        }
    }
}
