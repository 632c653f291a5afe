//! What can go wrong with a package index.

use std::time::Duration;

use super::credential::{Malformed, variable_for};
use super::outcome::Told;
use super::trusted_publishing::claims;
use super::words;
use crate::effects::EffectsError;
use crate::error::{Explain, Kind, Location};

/// An index that does not do what is asked of it.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A door did not open.
    #[error(transparent)]
    Effects(#[from] EffectsError),
    /// The simple API answered with a status that means nothing here.
    #[error("`{url}` answered {status}")]
    Listing {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// The simple API answered with something else than its formats.
    #[error("`{url}` is no simple API: {problem}")]
    ListingFormat {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The index has other bytes under this name.
    #[error("`{index}` has another `{file}`: sha256 {there} there, {here} here")]
    DifferentFile {
        /// The index.
        index: String,
        /// The file.
        file: String,
        /// The digest on the index; `unknown` where it does not tell.
        there: String,
        /// The digest of the file here.
        here: String,
    },
    /// The index does not take the file.
    #[error("`{index}` refuses `{file}` ({status}): {text}")]
    Refused {
        /// The index.
        index: String,
        /// The file.
        file: String,
        /// The status.
        status: u16,
        /// What it said.
        text: String,
    },
    /// The index has these bytes under another name.
    #[error("`{index}` has these bytes already, as `{other}`, and does not take them as `{file}`")]
    OtherName {
        /// The index.
        index: String,
        /// The file.
        file: String,
        /// Its name there.
        other: String,
    },
    /// The index refuses the file in words that are known.
    #[error("`{}` refuses `{}`{} ({}): {}", told.index, told.file, with(told), told.status, told.text)]
    Said {
        /// What it said, and about what.
        told: Box<Told>,
        /// How long it wants to be left alone, where that is too long.
        wait: Option<Duration>,
    },
    /// The project takes no files.
    #[error("`{project}` is {status} on `{index}`")]
    ProjectStatus {
        /// The index.
        index: String,
        /// The project.
        project: String,
        /// `archived` or `quarantined`.
        status: String,
    },
    /// The index does not know the token.
    #[error("`{index}` does not accept the credentials from {source_name}: {text}")]
    Credential {
        /// The index.
        index: String,
        /// Where the credentials came from.
        source_name: String,
        /// What it said.
        text: String,
    },
    /// The token is valid and not for this project.
    #[error("the credentials from {source_name} do not allow uploads of this project to `{index}`: {text}")]
    Scope {
        /// The index.
        index: String,
        /// Where the credentials came from.
        source_name: String,
        /// What it said.
        text: String,
    },
    /// The index wants to be left alone for longer than is waited.
    #[error("`{index}` takes no more uploads for {} seconds", wait.as_secs())]
    RateLimited {
        /// The index.
        index: String,
        /// How long.
        wait: Duration,
    },
    /// The index could not be brought to take the file.
    #[error("`{index}` did not take `{file}` in {attempts} attempts: {last}")]
    Busy {
        /// The index.
        index: String,
        /// The file.
        file: String,
        /// How many times it was sent.
        attempts: u32,
        /// What came of the last.
        last: String,
    },
    /// The index sends us elsewhere.
    #[error("`{url}` redirects uploads to `{location}`")]
    Redirected {
        /// The URL that was posted to.
        url: String,
        /// Where to.
        location: String,
        /// Whether only the slash at the end is missing.
        is_slash: bool,
    },
    /// A file is not the one that was checked.
    #[error("`{file}` has changed since it was checked")]
    FileChanged {
        /// The file.
        file: String,
    },
    /// The token was issued by another index.
    #[error("the token from {source_name} is for `{issuer}`, not for `{host}`")]
    TokenOfOtherIndex {
        /// Where the token came from.
        source_name: String,
        /// The index that issued it.
        issuer: String,
        /// The host that it would be sent to.
        host: String,
        /// The variable to give its own in.
        variable: String,
    },
    /// An index and this job do not get to trusted publishing at all.
    #[error("`{index}` gives no token by trusted publishing: {problem}")]
    NoTrust {
        /// The index.
        index: String,
        /// Why.
        problem: String,
    },
    /// An index does not know this job as a publisher.
    #[error("`{index}` gives this job no token ({code}){}{description}", if description.is_empty() { "" } else { ": " })]
    Mint {
        /// The index.
        index: String,
        /// Its word for why.
        code: String,
        /// Its words.
        description: String,
        /// Who the job said it is.
        claims: Vec<(String, String)>,
    },
    /// There is no token where one should be.
    #[error("there is no token in {source_name}")]
    EmptyToken {
        /// Where it should be.
        source_name: String,
    },
    /// A token that cannot be one.
    #[error("the token from {source_name} {problem}")]
    TokenForm {
        /// Where it came from.
        source_name: String,
        /// What is wrong with it.
        problem: Malformed,
    },
    /// Two sources with different credentials for one index.
    #[error("{first} and {second} hold different credentials for `{index}`")]
    TwoCredentials {
        /// The index.
        index: String,
        /// The source that comes first.
        first: String,
        /// The other one.
        second: String,
    },
    /// Others can read the user's passwords.
    #[error("others can read the passwords in `{path}` (mode {mode:o})")]
    PypircOpen {
        /// The file.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// The token is good for nothing at this time.
    #[error("the token from {source_name} {when}")]
    TokenTime {
        /// Where it came from.
        source_name: String,
        /// `expired 2026-11-01 00:00 UTC`.
        when: String,
    },
    /// The project is not there, and the token is not one that can make it.
    #[error("`{index}` has no project `{project}`, and the token from {source_name} can make none: {why}")]
    CannotCreate {
        /// The index.
        index: String,
        /// The project.
        project: String,
        /// Where the token came from.
        source_name: String,
        /// Why not.
        why: String,
    },
    /// Nobody gets this name.
    #[error("`{index}` gives nobody the name `{project}`: it is that of a module of Python")]
    NameStandard {
        /// The index.
        index: String,
        /// The project.
        project: String,
    },
    /// The name looks like that of another project.
    #[error("`{index}` gives nobody the name `{project}`: it looks like `{other}`, which exists")]
    NameSimilar {
        /// The index.
        index: String,
        /// The project.
        project: String,
        /// The other project.
        other: String,
    },
    /// The release takes no more files.
    #[error(
        "`{index}` takes no new files of {project} {version}: its first file came on {since}, more than 14 days ago"
    )]
    ReleaseClosed {
        /// The index.
        index: String,
        /// The project.
        project: String,
        /// The version.
        version: String,
        /// The day of its first file.
        since: String,
    },
    /// The release has an sdist of another name.
    #[error("`{index}` has the sdist `{there}` of this release, and takes no second one: `{file}`")]
    SecondSdist {
        /// The index.
        index: String,
        /// The file here.
        file: String,
        /// The file there.
        there: String,
    },
    /// An attestation beside an archive that proves nothing of it.
    #[error("`{file}` is no attestation to send: {problem}")]
    Attestation {
        /// Its name.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An archive without an attestation where one is required.
    #[error("`{file}` has no attestation beside it")]
    NoAttestation {
        /// The archive.
        file: String,
    },
    /// What an index says of who published a file is not in its form.
    #[error("`{url}` is no provenance: {problem}")]
    Provenance {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Two servers of one folder.
    #[error("another server uses `{data}`")]
    Served {
        /// The folder.
        data: String,
    },
    /// A record of the store cannot be read.
    #[error("`{path}` is no record of this index: {problem}")]
    Record {
        /// The record.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The state of an embedded index means nothing.
    #[error("`{path}` is no state of an index: {problem}")]
    Settings {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl IndexError {
    /// Whether an index may answer otherwise in a moment.
    pub fn passes(&self) -> bool {
        match self {
            IndexError::Listing { status, .. } => matches!(status, 408 | 429 | 500..),
            IndexError::Effects(error) => matches!(error, EffectsError::NoAnswer { .. }),
            _ => false,
        }
    }

    /// Whether a code means that an index does not take a file, rather than that it is unwell.
    pub fn is_refusal(code: &str) -> bool {
        const OWN: [&str; 7] = [
            "index/refused",
            "index/different-file",
            "index/other-name",
            "index/project-status",
            "index/credential",
            "index/scope",
            "index/redirected",
        ];
        const PASSING: [&str; 3] = ["index/busy", "index/uploads-paused", "index/too-many-projects"];
        OWN.contains(&code) || (!PASSING.contains(&code) && words::rows().any(|row| row.code == code))
    }
}

impl Explain for IndexError {
    fn code(&self) -> &'static str {
        match self {
            IndexError::Effects(error) => error.code(),
            IndexError::Listing { .. } => "index/listing",
            IndexError::ListingFormat { .. } => "index/listing-format",
            IndexError::DifferentFile { .. } => "index/different-file",
            IndexError::Refused { .. } => "index/refused",
            IndexError::OtherName { .. } => "index/other-name",
            IndexError::Said { told, .. } => words::row(told.meaning).code,
            IndexError::ProjectStatus { .. } => "index/project-status",
            IndexError::Credential { .. } => "index/credential",
            IndexError::Scope { .. } => "index/scope",
            IndexError::RateLimited { .. } => "index/rate-limited",
            IndexError::Busy { .. } => "index/busy",
            IndexError::Redirected { .. } => "index/redirected",
            IndexError::FileChanged { .. } => "index/file-changed",
            IndexError::TokenOfOtherIndex { .. } => "index/token-of-other-index",
            IndexError::NoTrust { .. } => "index/no-trust",
            IndexError::Mint { .. } => "index/mint",
            IndexError::EmptyToken { .. } => "index/empty-token",
            IndexError::TokenForm { .. } => "index/token-form",
            IndexError::TwoCredentials { .. } => "index/two-credentials",
            IndexError::PypircOpen { .. } => "index/pypirc",
            IndexError::TokenTime { .. } => "index/token-expired",
            IndexError::CannotCreate { .. } => "index/first-upload",
            IndexError::NameStandard { .. } => "index/name-standard",
            IndexError::NameSimilar { .. } => "index/name-similar",
            IndexError::ReleaseClosed { .. } => "index/release-closed",
            IndexError::SecondSdist { .. } => "index/second-sdist",
            IndexError::Attestation { .. } => "index/attestation",
            IndexError::NoAttestation { .. } => "index/no-attestation",
            IndexError::Provenance { .. } => "index/provenance",
            IndexError::Served { .. } => "index/served",
            IndexError::Record { .. } => "index/record",
            IndexError::Settings { .. } => "index/settings",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            IndexError::Effects(error) => error.kind(),
            IndexError::TokenOfOtherIndex { .. }
            | IndexError::EmptyToken { .. }
            | IndexError::TokenForm { .. }
            | IndexError::TwoCredentials { .. }
            | IndexError::PypircOpen { .. }
            | IndexError::TokenTime { .. }
            | IndexError::Record { .. }
            | IndexError::Settings { .. } => Kind::Setup,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            IndexError::Effects(error) => return error.hints(),
            IndexError::Listing { .. } | IndexError::ListingFormat { .. } => {
                "correct `simple` of the index in `[index.NAME]`, or wait until the index answers again"
            }
            IndexError::DifferentFile { .. } => {
                "an index never takes a second file of a name: run `release bump`, build and publish the new version"
            }
            IndexError::Refused { status: 404 | 410, .. } => {
                "put the URL that takes files into `upload` of `[index.NAME]`"
            }
            IndexError::Refused { status: 409, .. } => {
                "it has a file of this name that its simple API does not list: correct `simple` of the index in \
                 `[index.NAME]` (that of devpi ends with `/+simple/`), then run the same command"
            }
            IndexError::Refused { .. } => "put right what it says, build again, and run the same command",
            IndexError::OtherName { .. } => {
                "remove one of the two files: an index takes the same bytes once; a new version makes other bytes"
            }
            IndexError::Said { told, wait } => return said_hints(told, *wait),
            IndexError::ProjectStatus { status, .. } => match status.as_str() {
                "archived" => "take it out of the archive in the settings of the project on the index",
                _ => "write to the administrators of the index: what is uploaded is shown to nobody",
            },
            IndexError::Credential { .. } => {
                "make a new token on the index, and check which index it is from; where it takes passwords, check the \
                 user and the password"
            }
            IndexError::Scope { .. } => "use a token of this project, or of a user who may upload to it",
            IndexError::RateLimited { .. } => "run the same command again after that time",
            IndexError::Busy { .. } => "run the same command again: what is there already is not sent twice",
            IndexError::Redirected { is_slash: true, url, .. } => {
                return vec![format!("end `upload` of the index with a slash: `{url}/`")];
            }
            IndexError::Redirected { location, .. } => {
                return vec![format!("use `{location}` as `upload` of the index, if you trust that host")];
            }
            IndexError::FileChanged { .. } => "let the build end, then run the same command again",
            IndexError::TokenOfOtherIndex { host, variable, .. } => {
                return vec![format!("give a token of `{host}`, in `{variable}` or with `--token-file FILE`")];
            }
            IndexError::NoTrust { index, .. } => {
                let variable = variable_for(index);
                return vec![format!("give a token of this project, in `{variable}` or with `--token-file FILE`")];
            }
            IndexError::Mint { code, claims, .. } => return claims::hints(code, claims),
            IndexError::EmptyToken { source_name } if source_name.starts_with('`') => {
                return vec![
                    "put the token there, and nothing else".to_owned(),
                    "a job that was started from a fork is given no secrets: its variables are empty".to_owned(),
                ];
            }
            IndexError::EmptyToken { .. } => "put the token there, and nothing else",
            IndexError::Served { .. } => "end it, or choose another folder with `--data`",
            IndexError::Record { path, .. } => {
                return vec![format!("remove `{path}` and the file beside it, then upload it again")];
            }
            IndexError::Settings { path, .. } => {
                return vec![format!("correct `{path}`; the README has its keys under \"An index of your own\"")];
            }
            before => return before_sending(before),
        };
        vec![hint.to_owned()]
    }

    fn location(&self) -> Option<Location> {
        match self {
            IndexError::Effects(error) => error.location(),
            IndexError::Record { path, .. } | IndexError::Settings { path, .. } => Some(Location::file(path)),
            IndexError::FileChanged { file }
            | IndexError::Attestation { file, .. }
            | IndexError::NoAttestation { file } => Some(Location::file(file)),
            _ => None,
        }
    }
}

/// What to do about what is known before anything is sent.
fn before_sending(error: &IndexError) -> Vec<String> {
    let hint = match error {
        IndexError::TokenForm { problem, .. } => problem.hint(),
        IndexError::TwoCredentials { first, second, .. } => {
            return vec![
                format!("take {first} or {second} away where it is not meant"),
                "or say which one is meant: `--token-file FILE` and `--token-stdin` come before all others".to_owned(),
            ];
        }
        IndexError::PypircOpen { path, .. } => return vec![format!("run `chmod 600 {path}`")],
        IndexError::TokenTime { .. } => {
            "make a new token on the index; if this one should be good, set the clock of this machine"
        }
        IndexError::CannotCreate { index, project, .. } => {
            return vec![
                format!(
                    "make the first upload with a token for the whole account, for example in `{}`",
                    variable_for(index)
                ),
                format!("or add a pending publisher for `{project}` on the index, and publish from that workflow"),
                "if the project is new and exists, run the same command again in some minutes".to_owned(),
            ];
        }
        IndexError::NameStandard { .. } | IndexError::NameSimilar { .. } => "choose another `name` in `[project]`",
        IndexError::ReleaseClosed { .. } => "run `release bump`, build and publish the new version",
        IndexError::SecondSdist { there, .. } => {
            return vec![format!("publish without it, or build a new version: `{there}` stays")];
        }
        IndexError::Attestation { .. } => {
            "sign the archive again in the job that publishes, or set `attestations = \"off\"` of the index in `[index.NAME]`"
        }
        IndexError::NoAttestation { .. } => {
            "sign it in the job that publishes, or set `attestations = \"prefer\"` of the index in `[index.NAME]`"
        }
        IndexError::Provenance { .. } => {
            "ask those who run the index; `provenance = \"off\"` in `[verify]` does not look at it"
        }
        _ => return Vec::new(),
    };
    vec![hint.to_owned()]
}

/// With which right, where that is what the refusal is about.
fn with(told: &Told) -> String {
    match told.status {
        401 | 403 => format!(" with the credentials from {}", told.source_name),
        _ => String::new(),
    }
}

/// What to do about a refusal, and when.
fn said_hints(told: &Told, wait: Option<Duration>) -> Vec<String> {
    let mut hints = vec![words::advice(told.meaning, &told.values)];
    hints.extend(wait.map(|wait| format!("the index says: {} seconds from now", wait.as_secs())));
    hints
}
