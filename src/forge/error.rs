//! What can go wrong with a forge.

use crate::effects::EffectsError;
use crate::error::{Explain, Kind, Location};

/// A forge that does not do what is asked of it.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// A door did not open.
    #[error(transparent)]
    Effects(#[from] EffectsError),
    /// Nothing says where the code is hosted.
    #[error("{}", match remote {
        Some(remote) => format!("the remote `origin` is `{remote}`, which is no forge that is known by its name"),
        None => "nothing says which forge the project is on".to_owned(),
    })]
    Unknown {
        /// The remote, without credentials.
        remote: Option<String>,
    },
    /// A key that the remote does not stand in for.
    #[error("`[forge]` has no `{key}`, and there is no remote `origin` that tells")]
    Missing {
        /// The key.
        key: &'static str,
        /// What it may hold.
        example: &'static str,
    },
    /// What should be `owner/name` is not.
    #[error("`{text}` is not the `owner/name` of a repository")]
    Repository {
        /// What was given.
        text: String,
    },
    /// What should be the address of a forge is not.
    #[error("`{text}` is not the address of a forge")]
    Address {
        /// What was given.
        text: String,
    },
    /// No token.
    #[error("there is no token for `{place}`")]
    NoToken {
        /// The repository.
        place: String,
        /// The variables to set.
        variables: &'static str,
    },
    /// The forge does not know the token.
    #[error("`{place}` does not accept the token from {token}: {text}")]
    Token {
        /// The repository.
        place: String,
        /// Where the token came from.
        token: String,
        /// What the forge said.
        text: String,
    },
    /// The token may not do this.
    #[error("the token from {token} may not {doing} on `{place}`: {text}")]
    Forbidden {
        /// The repository.
        place: String,
        /// What was under way, in the infinitive.
        doing: &'static str,
        /// Where the token came from.
        token: String,
        /// What the forge said.
        text: String,
    },
    /// The repository is not there, or not for this token.
    #[error("cannot {doing}: `{place}` does not exist, or this token cannot see it")]
    NotFound {
        /// The repository.
        place: String,
        /// What was under way, in the infinitive.
        doing: &'static str,
    },
    /// The forge wants to be left alone.
    #[error("`{place}` takes no more requests of this token for now; again {until}")]
    RateLimited {
        /// The repository.
        place: String,
        /// When it may be tried again.
        until: String,
    },
    /// The repository has another name now.
    #[error("`{place}` has moved to `{location}`")]
    Moved {
        /// The repository.
        place: String,
        /// Where to.
        location: String,
    },
    /// The forge is not well.
    #[error("cannot {doing}: `{place}` answered {status}")]
    Busy {
        /// The repository.
        place: String,
        /// What was under way, in the infinitive.
        doing: &'static str,
        /// The status.
        status: u16,
    },
    /// The forge says no.
    #[error("cannot {doing}: `{place}` refuses ({status}): {text}")]
    Refused {
        /// The repository.
        place: String,
        /// What was under way, in the infinitive.
        doing: &'static str,
        /// The status.
        status: u16,
        /// What the forge said.
        text: String,
    },
    /// An answer that is none.
    #[error("cannot {doing}: the answer of `{place}` is not understood: {problem}")]
    Format {
        /// The host.
        place: String,
        /// What was under way, in the infinitive.
        doing: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The tag is not in this repository.
    #[error("there is no tag `{tag}` in this repository")]
    NoLocalTag {
        /// The tag.
        tag: String,
    },
    /// The tag was not pushed.
    #[error("`{place}` has no tag `{tag}`")]
    TagMissing {
        /// The repository.
        place: String,
        /// The tag.
        tag: String,
    },
    /// The tag is on another commit.
    #[error("the tag `{tag}` is on commit {there} on `{place}`, and on {here} here")]
    TagDiffers {
        /// The repository.
        place: String,
        /// The tag.
        tag: String,
        /// Its commit on the forge.
        there: String,
        /// Its commit here.
        here: String,
    },
    /// More than one draft for a tag.
    #[error("`{place}` has {} drafts for `{tag}`", urls.len())]
    SeveralDrafts {
        /// The repository.
        place: String,
        /// The tag.
        tag: String,
        /// Their pages.
        urls: Vec<String>,
    },
    /// The release is frozen.
    #[error("the release on `{place}` is immutable and takes no more files")]
    ImmutableRelease {
        /// The repository.
        place: String,
    },
    /// The tag belonged to an immutable release.
    #[error("the tag was used by an immutable release of `{place}` before")]
    TagBurned {
        /// The repository.
        place: String,
    },
    /// A rule protects the tag.
    #[error("a rule of `{place}` protects the tag: {text}")]
    TagProtected {
        /// The repository.
        place: String,
        /// What the forge said.
        text: String,
    },
    /// The forge has other bytes under this name.
    #[error("`{place}` has another `{name}`: {there} there, sha256 {here} here")]
    DifferentAsset {
        /// The repository.
        place: String,
        /// The file.
        name: String,
        /// What it has.
        there: String,
        /// The digest of the file here.
        here: String,
    },
    /// A name that would be changed.
    #[error("`{name}` is a name that forges change or refuse")]
    AssetName {
        /// The name.
        name: String,
    },
    /// Two files of one name.
    #[error("two files are called `{name}`")]
    AssetTwice {
        /// The name.
        name: String,
    },
    /// The forge gave the file another name.
    #[error("`{place}` keeps `{name}` under the name `{there}`")]
    Renamed {
        /// The repository.
        place: String,
        /// The file.
        name: String,
        /// Its name there.
        there: String,
    },
    /// The forge wants files elsewhere.
    #[error("`{place}` wants files to be sent to `{url}`, which is not of that forge")]
    ForeignHost {
        /// The repository.
        place: String,
        /// Where to.
        url: String,
    },
    /// A file is not the one that was planned.
    #[error("`{file}` has changed since it was planned")]
    FileChanged {
        /// The file.
        file: String,
    },
    /// The workflow is not there, or the server starts none by request.
    #[error("{}", match is_old {
        true => format!("`{place}` starts no workflows by request"),
        false => format!("`{place}` has no workflow `{workflow}` that can be started by request"),
    })]
    NoWorkflow {
        /// The repository.
        place: String,
        /// The name of its file.
        workflow: String,
        /// Whether the server does not know of dispatches at all.
        is_old: bool,
    },
    /// More inputs than are taken.
    #[error("the workflow would get {problem}")]
    Inputs {
        /// What is too much.
        problem: String,
    },
    /// What was sent is not what can be read back.
    #[error("the release on `{place}` is not as it should be: {problem}")]
    NotAsSent {
        /// The repository.
        place: String,
        /// What is wrong.
        problem: String,
    },
}

impl ForgeError {
    /// Whether the request may have landed although it failed.
    pub fn is_unclear(&self) -> bool {
        matches!(self, ForgeError::Busy { .. } | ForgeError::Format { .. })
            || matches!(self, ForgeError::Effects(EffectsError::NoAnswer { .. }))
    }
}

impl Explain for ForgeError {
    fn code(&self) -> &'static str {
        match self {
            ForgeError::Effects(error) => error.code(),
            ForgeError::Unknown { .. } => "forge/unknown",
            ForgeError::Missing { .. } => "forge/missing-key",
            ForgeError::Repository { .. } => "forge/repository",
            ForgeError::Address { .. } => "forge/address",
            ForgeError::NoToken { .. } => "forge/no-token",
            ForgeError::Token { .. } => "forge/token",
            ForgeError::Forbidden { .. } => "forge/forbidden",
            ForgeError::NotFound { .. } => "forge/not-found",
            ForgeError::RateLimited { .. } => "forge/rate-limited",
            ForgeError::Moved { .. } => "forge/moved",
            ForgeError::Busy { .. } => "forge/busy",
            ForgeError::Refused { .. } => "forge/refused",
            ForgeError::Format { .. } => "forge/format",
            ForgeError::NoLocalTag { .. } => "forge/no-local-tag",
            ForgeError::TagMissing { .. } => "forge/tag-missing",
            ForgeError::TagDiffers { .. } => "forge/tag-differs",
            ForgeError::SeveralDrafts { .. } => "forge/several-drafts",
            ForgeError::ImmutableRelease { .. } => "forge/immutable-release",
            ForgeError::TagBurned { .. } => "forge/tag-burned",
            ForgeError::TagProtected { .. } => "forge/tag-protected",
            ForgeError::DifferentAsset { .. } => "forge/different-asset",
            ForgeError::AssetName { .. } => "forge/asset-name",
            ForgeError::AssetTwice { .. } => "forge/asset-twice",
            ForgeError::Renamed { .. } => "forge/renamed-asset",
            ForgeError::ForeignHost { .. } => "forge/foreign-host",
            ForgeError::FileChanged { .. } => "forge/file-changed",
            ForgeError::NoWorkflow { .. } => "forge/no-workflow",
            ForgeError::Inputs { .. } => "forge/inputs",
            ForgeError::NotAsSent { .. } => "forge/not-as-sent",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            ForgeError::Effects(error) => error.kind(),
            ForgeError::Unknown { .. }
            | ForgeError::Missing { .. }
            | ForgeError::Repository { .. }
            | ForgeError::Address { .. }
            | ForgeError::NoToken { .. } => Kind::Setup,
            ForgeError::AssetName { .. } | ForgeError::AssetTwice { .. } => Kind::Usage,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            ForgeError::Effects(error) => return error.hints(),
            ForgeError::Unknown { .. } => {
                "set `kind = \"github\"` or `\"gitea\"` in `[forge]` of the configuration, and `url` and `repository` where the remote does not tell them"
            }
            ForgeError::Missing { key, example } => {
                return vec![format!("set `{key} = \"{example}\"` in `[forge]` of the configuration")];
            }
            ForgeError::Repository { .. } => {
                "correct `repository` in `[forge]`, for example `repository = \"acme/demo\"`"
            }
            ForgeError::Address { .. } => "correct `url` in `[forge]`, for example `url = \"https://git.example.org\"`",
            ForgeError::NoToken { variables, .. } => return vec![format!("set {variables}")],
            ForgeError::Token { .. } => "make a new token on the forge, and check which host it is for",
            ForgeError::Forbidden { doing, .. } if doing.contains("issue") || doing.contains("label") => {
                "give the token the right to write issues (GitHub: `permissions: issues: write`, Gitea: `write:issue`)"
            }
            ForgeError::Forbidden { .. } => {
                "give the token the right to write contents (GitHub: `permissions: contents: write`, Gitea: `write:repository`)"
            }
            ForgeError::NotFound { .. } => {
                "check `[forge]` with `release show`, and which repositories the token is for"
            }
            ForgeError::RateLimited { .. } | ForgeError::Busy { .. } => {
                "run the same command again later: what is there already is not sent twice"
            }
            ForgeError::Moved { .. } => "set `repository` in `[forge]`, or run `git remote set-url origin URL`",
            ForgeError::Refused { .. } => "put right what it says, then run the same command again",
            ForgeError::Format { .. } => "check that `url` in `[forge]` is the forge itself, and not a page before it",
            ForgeError::NoLocalTag { .. } => "run `release bump`, or `git fetch --tags` if it was made elsewhere",
            ForgeError::TagMissing { tag, .. } => return vec![format!("run `git push origin refs/tags/{tag}`")],
            ForgeError::TagDiffers { tag, .. } => {
                return vec![format!(
                    "find out who moved it: `git ls-remote origin refs/tags/{tag}`; nothing is released from a tag that moved"
                )];
            }
            ForgeError::SeveralDrafts { urls, .. } => {
                return vec![format!("delete all but one of {}", urls.join(", "))];
            }
            ForgeError::ImmutableRelease { .. } => "release a new version with all its files",
            ForgeError::TagBurned { .. } => "choose a higher version: this tag can never have a release again",
            ForgeError::TagProtected { .. } => {
                "use a token that the rule lets through, or let the rule (Settings, Rules) except it"
            }
            ForgeError::DifferentAsset { name, .. } => {
                return vec![format!(
                    "if the files here are right and the release is a draft, delete `{name}` from it; otherwise release a new version"
                )];
            }
            ForgeError::AssetName { .. } => "use letters, digits and `. _ + -`",
            ForgeError::AssetTwice { .. } => "rename one of them",
            ForgeError::Renamed { .. } => "rename the file here, and delete the other from the draft",
            ForgeError::ForeignHost { .. } => "check `url` in `[forge]`: tokens go to that host alone",
            ForgeError::FileChanged { .. } => "let the build end, then run the same command again",
            ForgeError::NoWorkflow { is_old: true, .. } => "update the server, or start the workflow on its page",
            ForgeError::NoWorkflow { workflow, .. } => {
                return vec![format!(
                    "push `{workflow}` with `on: workflow_dispatch` to the default branch, and check that workflows are enabled"
                )];
            }
            ForgeError::Inputs { .. } => "hand the facts over as a file of the repository, and its name as an input",
            ForgeError::NotAsSent { .. } => "look at the release on the forge, then run the same command again",
        };
        vec![hint.to_owned()]
    }

    fn location(&self) -> Option<Location> {
        match self {
            ForgeError::Effects(error) => error.location(),
            ForgeError::FileChanged { file } => Some(Location::file(file)),
            _ => None,
        }
    }
}
