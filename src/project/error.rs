//! What is wrong with a project.

use crate::error::{Explain, Kind, Location};

/// A project that cannot be released as it is.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// No project here.
    #[error("there is no `pyproject.toml` in `{dir}`")]
    NoPyproject {
        /// Where it was looked for.
        dir: String,
    },
    /// `pyproject.toml` is not TOML.
    #[error("`{file}` is not valid TOML: {message}")]
    Toml {
        /// The file.
        file: String,
        /// What the parser said.
        message: String,
        /// Line and column.
        at: (usize, usize),
    },
    /// Something that a project must say is not said.
    #[error("`{file}` does not say `{key}`")]
    Missing {
        /// The file.
        file: String,
        /// The key.
        key: &'static str,
    },
    /// A value that means nothing.
    #[error("`{key}` in `{file}` is wrong: {problem}")]
    Value {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// What is wrong.
        problem: String,
        /// The line.
        line: Option<usize>,
    },
    /// The version comes from where we cannot read or write it.
    #[error("the version source of `{name}` is not supported: {why}")]
    UnsupportedSource {
        /// The package.
        name: String,
        /// The reason.
        why: String,
    },
    /// The version is not where it is said to be.
    #[error("no version found in `{file}`: {expected}")]
    VersionNotFound {
        /// The file.
        file: String,
        /// What was looked for.
        expected: String,
    },
    /// The version does not parse.
    #[error("`{written}` is not a version")]
    BadVersion {
        /// What is written.
        written: String,
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// What the parser said.
        source: crate::python::error::ParseError,
    },
    /// A version that Cargo and maturin do not read alike.
    #[error("{version} is `{written}` for Cargo, which maturin does not read as the same version")]
    NotForMaturin {
        /// The version.
        version: String,
        /// Its form in SemVer.
        written: String,
        /// The manifest.
        file: String,
        /// The line.
        line: usize,
    },
    /// Members of a workspace disagree.
    #[error("the members of the workspace have different versions: {versions}")]
    VersionsDiffer {
        /// Name and version of each.
        versions: String,
    },
    /// Several packages with versions of their own, and none was named.
    #[error("each package of this workspace has its own version: {packages}")]
    WhichPackage {
        /// Name and version of each.
        packages: String,
        /// The name of one of them.
        example: String,
    },
    /// Packages with versions of their own have the same tags.
    #[error("the tags of {packages} are the same: `{tag}`")]
    SameTags {
        /// The two packages.
        packages: String,
        /// The form of their tags.
        tag: String,
    },
    /// A rule about a file of no package, where each package has its own version.
    #[error("the reference in `{path}` is about no package")]
    ReferenceOfWhom {
        /// The file.
        path: String,
    },
    /// A configured reference is not there, or not as often as it should be.
    #[error("`{pattern}` stands {found} times in `{file}`, {expected} expected")]
    ReferenceCount {
        /// The file.
        file: String,
        /// The pattern.
        pattern: String,
        /// How often it was found.
        found: usize,
        /// How often it should be there.
        expected: String,
    },
    /// A mark speaks for several versions, and none of them is the project's.
    #[error("the mark `release: {form}` speaks for several numbers, and none of them is the version")]
    Mark {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The form that the mark names.
        form: String,
    },
    /// Two references want the same bytes to say different things.
    #[error("two references name the same place, and would write different things there")]
    Overlap {
        /// The file.
        file: String,
        /// The line.
        line: usize,
    },
    /// A file that is not text in an encoding whose bytes below 128 are ASCII.
    #[error("`{file}` is UTF-16")]
    Utf16 {
        /// The file.
        file: String,
    },
    /// A file to be edited is a link, or no regular file.
    #[error("`{file}` is a symbolic link or no regular file")]
    Link {
        /// The file.
        file: String,
    },
    /// A path that cannot be written as text.
    #[error("the path `{dir}` is not UTF-8")]
    NotUtf8Path {
        /// The folder, with what is not UTF-8 replaced.
        dir: String,
    },
    /// Not in a git repository.
    #[error("`{dir}` is not in a git repository")]
    NoRepository {
        /// The folder.
        dir: String,
    },
    /// Configuration in two places.
    #[error("both `release.toml` and `[tool.release]` in `pyproject.toml` configure this project")]
    TwoConfigurations,
    /// A member of the workspace that nobody knows.
    #[error("`{name}` is no package of this project")]
    UnknownPackage {
        /// What was typed.
        name: String,
        /// The packages that there are.
        known: String,
        /// Whether the package in the root of the workspace has that name.
        is_root: bool,
    },
}

impl Explain for ProjectError {
    fn code(&self) -> &'static str {
        match self {
            ProjectError::NoPyproject { .. } => "project/no-pyproject",
            ProjectError::Toml { .. } => "project/toml",
            ProjectError::Missing { .. } => "project/missing-key",
            ProjectError::Value { .. } => "project/value",
            ProjectError::UnsupportedSource { .. } => "project/unsupported-version-source",
            ProjectError::VersionNotFound { .. } => "project/version-not-found",
            ProjectError::BadVersion { .. } => "project/bad-version",
            ProjectError::NotForMaturin { .. } => "project/not-for-maturin",
            ProjectError::VersionsDiffer { .. } => "project/versions-differ",
            ProjectError::WhichPackage { .. } => "project/which-package",
            ProjectError::SameTags { .. } => "project/same-tags",
            ProjectError::ReferenceOfWhom { .. } => "project/reference-of-whom",
            ProjectError::ReferenceCount { .. } => "project/reference-count",
            ProjectError::Mark { .. } => "project/mark",
            ProjectError::Overlap { .. } => "project/overlap",
            ProjectError::Utf16 { .. } => "project/utf-16",
            ProjectError::Link { .. } => "project/link",
            ProjectError::NotUtf8Path { .. } => "project/not-utf8-path",
            ProjectError::NoRepository { .. } => "project/no-repository",
            ProjectError::TwoConfigurations => "project/two-configurations",
            ProjectError::UnknownPackage { .. } => "project/unknown-package",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            ProjectError::UnknownPackage { .. } => Kind::Usage,
            _ => Kind::Setup,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            ProjectError::NoPyproject { .. } => "go to the folder of the package, or name it with `-C DIR`",
            ProjectError::UnsupportedSource { .. } | ProjectError::VersionNotFound { .. } => {
                "write the version literally: `version = \"1.2.3\"` in `[project]`, or `__version__ = \"1.2.3\"` in the module that the build backend reads"
            }
            ProjectError::BadVersion { .. } => "write a version as PEP 440 has it, such as `1.2.3` or `1.3.0rc1`",
            ProjectError::NotForMaturin { .. } => {
                "use `alpha`, `beta` or `rc`, or write the version in `[project]` of `pyproject.toml`"
            }
            ProjectError::VersionsDiffer { .. } => {
                "write the same version everywhere, or `versions = \"independent\"` in `[workspace]`, so that each is released by itself"
            }
            ProjectError::WhichPackage { example, .. } => {
                return vec![format!("name one, such as `--package {example}`, or go to its folder")];
            }
            ProjectError::SameTags { .. } => {
                "write `{name}` into `tag`, or a `tag` of its own into `[workspace.packages.NAME]`"
            }
            ProjectError::ReferenceOfWhom { .. } => "say whose version it names with `package = \"NAME\"`",
            ProjectError::ReferenceCount { .. } => {
                "correct `match` or `expect` of the reference, or the text of the file; `release references` lists what was found"
            }
            ProjectError::Mark { .. } => "write the version there, or let the mark speak for less",
            ProjectError::Overlap { .. } => "remove one of the references, or narrow its `match`",
            ProjectError::Utf16 { .. } => "save the file as UTF-8",
            ProjectError::Link { .. } => "name the file that it points to",
            ProjectError::NotUtf8Path { .. } => "rename the folder",
            ProjectError::NoRepository { .. } => "run `git init` and make a first commit",
            ProjectError::TwoConfigurations => "keep one of the two",
            ProjectError::UnknownPackage { is_root: true, .. } => {
                "the root is no member: write `members = [\".\", …]` in `[tool.release.workspace]`"
            }
            ProjectError::UnknownPackage { known, .. } => {
                return vec![format!("use one of {known}")];
            }
            ProjectError::Toml { .. } | ProjectError::Missing { .. } | ProjectError::Value { .. } => return Vec::new(),
        };
        vec![hint.to_owned()]
    }

    fn location(&self) -> Option<Location> {
        match self {
            ProjectError::Toml { file, at: (line, column), .. } => {
                Some(Location { file: file.clone(), member: None, line: Some(*line), column: Some(*column) })
            }
            ProjectError::Missing { file, .. }
            | ProjectError::VersionNotFound { file, .. }
            | ProjectError::ReferenceCount { file, .. }
            | ProjectError::Utf16 { file } => Some(Location::file(file)),
            ProjectError::Value { file, line, .. } => {
                Some(Location { file: file.clone(), line: *line, ..Location::default() })
            }
            ProjectError::BadVersion { file, line, .. }
            | ProjectError::Mark { file, line, .. }
            | ProjectError::NotForMaturin { file, line, .. }
            | ProjectError::Overlap { file, line } => Some(Location::line(file, *line)),
            _ => None,
        }
    }
}
