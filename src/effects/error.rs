//! What can go wrong at a door: a file, a program, the network.

use std::path::PathBuf;

use crate::error::{Explain, Kind, Location};

/// A door did not open.
#[derive(Debug, thiserror::Error)]
pub enum EffectsError {
    /// A file or folder could not be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file or folder could not be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not UTF-8 where text is needed.
    #[error("`{}` is not UTF-8 text (first bad byte at {offset})", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The offset of the first byte that is not UTF-8.
        offset: usize,
    },
    /// A file is larger than what is read of its kind.
    #[error("`{}` is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A program is not on the PATH.
    #[error("`{program}` was not found on PATH")]
    ProgramMissing {
        /// Its name.
        program: String,
        /// What provides it.
        package: &'static str,
    },
    /// A program could not be started.
    #[error("cannot start `{program}`")]
    ProgramStart {
        /// Its name.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// `--offline` and the network do not go together.
    #[error("`{url}` is needed and `--offline` is set")]
    Offline {
        /// What was asked for.
        url: String,
    },
    /// Plain `http` beyond loopback.
    #[error("`{url}` is plain http")]
    PlainHttp {
        /// What was asked for.
        url: String,
    },
    /// A URL that is none.
    #[error("`{url}` is not a URL with a scheme of http or https")]
    Url {
        /// What was given.
        url: String,
    },
    /// No answer from a server.
    #[error("no answer from `{host}` while {doing}")]
    NoAnswer {
        /// The host and port.
        host: String,
        /// What was under way.
        doing: &'static str,
        /// What the client said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A server that takes longer than it may.
    #[error("`{host}` takes more than {seconds} s (`{name}`) while {doing}")]
    Slow {
        /// The host and port.
        host: String,
        /// What was under way.
        doing: &'static str,
        /// The key of the limit.
        name: &'static str,
        /// The limit.
        seconds: u64,
    },
    /// A socket could not be opened.
    #[error("cannot listen on `127.0.0.1:{port}`")]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// git refused something.
    #[error("git cannot {doing}")]
    Git {
        /// What was under way, in the infinitive.
        doing: String,
        /// What libgit2 said.
        source: git2::Error,
    },
    /// The user pressed Ctrl-C, or something sent SIGINT.
    #[error("interrupted")]
    Interrupted,
    /// Something sent SIGTERM.
    #[error("told to end (SIGTERM)")]
    Terminated,
    /// Nothing says where the cache is.
    #[error("there is no folder for the cache")]
    NoCache,
    /// A remote did not do what it was asked for.
    #[error("git cannot talk to `{remote}`")]
    Remote {
        /// The remote.
        remote: String,
        /// What git said.
        #[source]
        said: Said,
    },
    /// The repository's own configuration names a program that git would start.
    #[error("the configuration of this repository names a program: `{key}`")]
    RepositoryProgram {
        /// The key.
        key: String,
    },
    /// A program that signs made no signature.
    #[error("`{program}` cannot sign")]
    Signing {
        /// The program.
        program: String,
        /// What it said.
        #[source]
        said: Said,
    },
    /// Signatures of ssh, and no key for them.
    #[error("`gpg.format` is `ssh` and there is no `user.signingKey`")]
    NoSigningKey,
    /// Nobody is named as author of commits.
    #[error("git does not know who you are")]
    NoIdentity,
}

/// What a program said, as the cause of an error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Said(pub String);

impl Explain for EffectsError {
    fn code(&self) -> &'static str {
        match self {
            EffectsError::Read { .. } => "effects/read",
            EffectsError::Write { .. } => "effects/write",
            EffectsError::NotText { .. } => "effects/not-text",
            EffectsError::TooLarge { .. } => "effects/too-large",
            EffectsError::ProgramMissing { .. } => "effects/program-missing",
            EffectsError::ProgramStart { .. } => "effects/program-start",
            EffectsError::Offline { .. } => "effects/offline",
            EffectsError::PlainHttp { .. } => "effects/plain-http",
            EffectsError::Url { .. } => "effects/url",
            EffectsError::NoAnswer { .. } => "effects/no-answer",
            EffectsError::Slow { .. } => "effects/slow",
            EffectsError::Listen { .. } => "effects/listen",
            EffectsError::Git { .. } => "effects/git",
            EffectsError::Interrupted => "effects/interrupted",
            EffectsError::Terminated => "effects/terminated",
            EffectsError::NoCache => "effects/no-cache",
            EffectsError::Remote { .. } => "effects/remote",
            EffectsError::RepositoryProgram { .. } => "effects/repository-program",
            EffectsError::Signing { .. } => "effects/signing",
            EffectsError::NoSigningKey => "effects/no-signing-key",
            EffectsError::NoIdentity => "effects/no-identity",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            EffectsError::Read { .. }
            | EffectsError::NotText { .. }
            | EffectsError::TooLarge { .. }
            | EffectsError::ProgramMissing { .. }
            | EffectsError::ProgramStart { .. }
            | EffectsError::NoIdentity
            | EffectsError::NoSigningKey
            | EffectsError::Signing { .. }
            | EffectsError::RepositoryProgram { .. }
            | EffectsError::NoCache
            | EffectsError::Url { .. }
            | EffectsError::PlainHttp { .. } => Kind::Setup,
            EffectsError::Interrupted => Kind::Interrupted,
            EffectsError::Terminated => Kind::Terminated,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            EffectsError::ProgramMissing { program, package } => {
                vec![format!("install {package}, or put `{program}` on PATH")]
            }
            EffectsError::Offline { .. } => {
                vec!["run once without `--offline`, so that the cache is filled".to_owned()]
            }
            EffectsError::PlainHttp { .. } => vec![
                "use https, or name the host exactly in `plain-http` of the configuration if it is in your own network"
                    .to_owned(),
            ],
            EffectsError::NoCache => vec!["set `RELEASE_CACHE_DIR`, or `HOME`".to_owned()],
            EffectsError::NoIdentity => {
                vec!["run `git config user.name \"Your Name\"` and `git config user.email you@example.org`".to_owned()]
            }
            EffectsError::RepositoryProgram { key } => vec![format!(
                "if it is yours, keep it in your own configuration: `git config --global {key} …`, and take it out here: `git config --local --unset-all {key}`"
            )],
            EffectsError::Signing { program, .. } => vec![
                match program.as_str() {
                    "ssh-keygen" | "ssh-add" => {
                        "a key with a passphrase must be in the agent: run `ssh-add FILE`; `user.signingKey` names the key".to_owned()
                    }
                    "gpg" | "gpgsm" => {
                        format!("`{program} --list-secret-keys` lists your keys; `git config --global user.signingKey ID` chooses one; where it asks on a terminal, `export GPG_TTY=$(tty)`")
                    }
                    _ => "look at `git config --show-origin --get-regexp '^gpg|signingkey'`".to_owned(),
                },
                "`release bump --sign never` makes this one without".to_owned(),
            ],
            EffectsError::NoSigningKey => vec![
                "run `git config --global user.signingKey FILE`, such as `~/.ssh/id_ed25519.pub`".to_owned(),
                "`release bump --sign never` makes this one without".to_owned(),
            ],
            EffectsError::Remote { remote, .. } => {
                vec![format!(
                    "try `git ls-remote {remote}` and `git push --dry-run {remote}`, then run the same command again"
                )]
            }
            EffectsError::NoAnswer { .. } => {
                vec!["check the URL, the network and the proxy variables, then run the same command again".to_owned()]
            }
            EffectsError::Slow { name, .. } => {
                vec![format!("run the same command again, or raise `{name}` in `timeouts` of `[index.NAME]`")]
            }
            EffectsError::Listen { .. } => {
                vec!["choose another port with `--port`, or leave it out for a free one".to_owned()]
            }
            EffectsError::Interrupted | EffectsError::Terminated => {
                vec!["run the same command again: it continues where this one ended".to_owned()]
            }
            EffectsError::NotText { .. } => vec!["save the file as UTF-8".to_owned()],
            _ => Vec::new(),
        }
    }

    fn location(&self) -> Option<Location> {
        match self {
            EffectsError::NotText { path, .. } | EffectsError::TooLarge { path, .. } => {
                Some(Location::file(path.display().to_string()))
            }
            _ => None,
        }
    }
}
