//! What can be known of an upload before its first byte: what the token says about itself, whose the name is on the
//! index, what the release has there already, and what of that stops it. Only looks; mints nothing.
//!
//! What is wrong with the files themselves is for `check/`. The rules of PyPI (its 14 days, its one sdist, its names) are
//! applied to PyPI and TestPyPI, and to other indexes where `check.profile` says that they have them.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::config::file::IndexProfile;
use crate::config::origin::Origin;
use crate::config::targets::Index;
use crate::effects::Inspect;
use crate::effects::http::{Url, is_loopback};
use crate::index::ownership::{self, Standing};
use crate::index::token::{NARROWED, Scope, Token};
use crate::index::trusted_publishing::Provider;
use crate::index::{IndexError, Listing, Right, credential};
use crate::python::filename::{SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::stdlib;
use crate::python::version::Version;
use crate::report::text;

/// PyPI takes new files of a release for so long after its first.
const OPEN: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How many bytes a second an upload is expected to make at least.
const SPEED: u64 = 256 * 1024;
/// How long an upload may take beside its bytes, in seconds.
const ASIDE: u64 = 60;

/// Something that is known beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The index.
    pub index: String,
    /// What it is about: `token`, `project`, `release`, `plain http`, `job`.
    pub about: &'static str,
    /// What was seen, one line.
    pub text: String,
}

/// What is known beforehand of an index, and what of that stops the upload.
#[derive(Debug, Default)]
pub struct Preflight {
    /// What is known.
    pub facts: Vec<Fact>,
    /// What stops it.
    pub wrong: Vec<IndexError>,
    /// What to do afterwards.
    pub advice: Vec<String>,
}

/// The files of one project that are sent, and what the index has of it.
pub struct Subject<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// Names, versions and sizes of the files that are not there.
    pub files: Vec<(&'a str, &'a Version, u64)>,
    /// What the index lists.
    pub listing: &'a Listing,
}

/// An index, the right for it, and whether it has the rules of PyPI.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    inspect: Inspect<'a>,
    index: &'a Index,
    right: Option<&'a Right>,
    strict: bool,
}

impl<'a> Place<'a> {
    /// An index and the right for it; `profile` is what the configuration says about its rules.
    pub fn new(
        inspect: Inspect<'a>,
        index: &'a Index,
        right: Option<&'a Right>,
        profile: (IndexProfile, Origin),
    ) -> Self {
        let is_told = matches!(profile.0, IndexProfile::Pypi | IndexProfile::Testpypi) && profile.1 != Origin::Default;
        Place { inspect, index, right, strict: index.is_pypi() || is_told }
    }

    /// Looks at everything; what is there already is no reason to stop.
    pub fn preflight(&self, subjects: &[Subject<'_>]) -> Preflight {
        let mut found = Preflight::default();
        self.plain_http(&mut found);
        if subjects.iter().any(|subject| !subject.files.is_empty()) {
            self.token(&mut found, subjects);
        }
        for subject in subjects.iter().filter(|subject| !subject.files.is_empty()) {
            match subject.listing.known {
                true => self.known(&mut found, subject),
                false => self.new_project(&mut found, subject),
            }
            self.releases(&mut found, subject);
        }
        found
    }

    fn tell(&self, found: &mut Preflight, about: &'static str, text: impl Into<String>) {
        found.facts.push(Fact { index: self.index.name.clone(), about, text: text.into() });
    }

    fn plain_http(&self, found: &mut Preflight) {
        let Ok(url) = Url::parse(&self.index.upload) else { return };
        let host = url.host_str().unwrap_or_default();
        if url.scheme() == "http" && !is_loopback(host) {
            let text = format!("`{host}` is named in `plain-http`: whoever can listen on the way sees the token");
            self.tell(found, "plain http", text);
        }
    }

    fn token(&self, found: &mut Preflight, subjects: &[Subject<'_>]) {
        let Some(right) = self.right else {
            return self.tell(found, "token", "none is found");
        };
        if let Err(error) = right.guard(self.index) {
            found.wrong.push(error);
            return;
        }
        if let Right::Trusted(trusted) = right {
            let text = format!("trusted publishing: {} says who this job is", trusted.provider.name());
            self.tell(found, "token", text);
            if let Provider::Google { guessed: true } = trusted.provider {
                self.tell(found, "token", "this machine is of Google Cloud, and nothing else gives a right");
            }
            return;
        }
        let source_name = right.told();
        let Some(token) = right.token() else {
            return self.tell(found, "token", format!("from {source_name}: it says nothing about itself"));
        };
        let narrowed = match right.is_narrowed(self.index) {
            true => format!("; sent narrowed to one project and {} minutes", NARROWED / 60),
            false => String::new(),
        };
        self.tell(found, "token", format!("from {source_name}: {}{narrowed}", described(&token)));
        self.time(found, &token, subjects);
        for subject in subjects.iter().filter(|subject| !subject.files.is_empty()) {
            self.scope(found, &token, subject);
        }
    }

    /// Whether the token is good now, and for as long as the upload takes.
    fn time(&self, found: &mut Preflight, token: &Token, subjects: &[Subject<'_>]) {
        let now = self.inspect.clock().now().as_second();
        let source_name = self.right.map(Right::told).unwrap_or_default().to_owned();
        if let Some(until) = token.expires.filter(|until| *until <= now) {
            let when = format!("expired {}", moment(until));
            found.wrong.push(IndexError::TokenTime { source_name, when });
        } else if let Some(from) = token.not_before.filter(|from| *from > now) {
            let when = format!("is good from {} on", moment(from));
            found.wrong.push(IndexError::TokenTime { source_name, when });
        } else if let Some(until) = token.expires {
            let bytes: u64 = subjects.iter().flat_map(|subject| &subject.files).map(|(_, _, size)| size).sum();
            let needed = ASIDE + bytes / SPEED;
            if u64::try_from(until - now).unwrap_or(0) < needed {
                let left = until - now;
                let text = format!("it expires in {left} seconds, and the upload may take {needed}");
                self.tell(found, "token", text);
            }
        }
    }

    fn scope(&self, found: &mut Preflight, token: &Token, subject: &Subject<'_>) {
        let source_name = self.right.map(Right::told).unwrap_or_default().to_owned();
        let index = self.index.name.clone();
        match &token.scope {
            Scope::Projects(names) if !names.contains(subject.project) => {
                let names: Vec<&str> = names.iter().map(ProjectName::as_str).take(5).collect();
                let text = format!("it is a token of {}, and this is {}", names.join(", "), subject.project);
                found.wrong.push(IndexError::Scope { index, source_name, text });
            }
            Scope::Projects(_) | Scope::ProjectIds if !subject.listing.known && self.strict => {
                found.wrong.push(IndexError::CannotCreate {
                    index,
                    project: subject.project.to_string(),
                    source_name,
                    why: "it is limited to projects that exist".to_owned(),
                });
            }
            _ => {}
        }
    }

    fn known(&self, found: &mut Preflight, subject: &Subject<'_>) {
        let project = subject.project;
        if let Some(status @ ("archived" | "quarantined")) = subject.listing.status.as_deref() {
            found.wrong.push(IndexError::ProjectStatus {
                index: self.index.name.clone(),
                project: project.to_string(),
                status: status.to_owned(),
            });
        }
        let status = match subject.listing.status.as_deref() {
            Some(status) if status != "active" => format!(", {status}"),
            _ => String::new(),
        };
        let standing = match self.strict {
            true => ownership::detail(self.inspect.http(), self.index, project, subject.listing),
            false => Standing::default(),
        };
        let owners = match standing.owners {
            Some(owners) if !owners.is_empty() => format!(", of {}", owners.join(", ")),
            _ if self.strict => ", and the index does not tell whose it is".to_owned(),
            _ => String::new(),
        };
        self.tell(found, "project", format!("{project} is there{status}{owners}"));
    }

    fn new_project(&self, found: &mut Preflight, subject: &Subject<'_>) {
        let project = subject.project;
        let index = self.index.name.clone();
        if !self.strict {
            return self.tell(found, "project", format!("{project} is not there: this is its first upload"));
        }
        if stdlib::is_module_of_any(project) {
            found.wrong.push(IndexError::NameStandard { index, project: project.to_string() });
            return;
        }
        let http = self.inspect.http();
        if let Some(other) = ownership::similar(http, self.index, project) {
            found.wrong.push(IndexError::NameSimilar { index, project: project.to_string(), other });
            return;
        }
        let needs = match self.right {
            Some(Right::Trusted(_)) => {
                "a pending publisher of this name must be on the index, else the token is refused"
            }
            _ => "it needs a token for the whole account, or trusted publishing with a pending publisher",
        };
        self.tell(found, "project", format!("{project} is not there: this is its first upload; {needs}"));
        if let Some(Scope::User | Scope::Unknown) = self.right.and_then(Right::token).map(|token| token.scope) {
            let variable = credential::variable_for(&self.index.name);
            found.advice.push(format!(
                "{project} is new on `{index}`: make a token of this project alone, use it as `{variable}` from now on, and revoke the one of the whole account"
            ));
        }
        let text = "whether the name is withheld, or too similar to another one, shows at the upload only";
        self.tell(found, "project", text);
    }

    /// The releases that get files: new, begun, or closed.
    fn releases(&self, found: &mut Preflight, subject: &Subject<'_>) {
        let mut versions: Vec<&Version> = subject.files.iter().map(|(_, version, _)| *version).collect();
        versions.sort();
        versions.dedup();
        for version in versions {
            let there: Vec<_> = subject.listing.files.iter().filter(|file| is_of(&file.name, version)).collect();
            let first = there.iter().filter_map(|file| file.uploaded).min();
            let Some(first) = first else {
                let text = match there.len() {
                    0 => format!("{} {version} is new", subject.project),
                    files => format!("{} {version} has {} there", subject.project, text::count(files, "file")),
                };
                self.tell(found, "release", text);
                continue;
            };
            let closes = first.checked_add(OPEN).unwrap_or(Timestamp::MAX);
            if self.strict && closes <= self.inspect.clock().now() {
                found.wrong.push(IndexError::ReleaseClosed {
                    index: self.index.name.clone(),
                    project: subject.project.to_string(),
                    version: version.to_string(),
                    since: first.strftime("%Y-%m-%d").to_string(),
                });
                continue;
            }
            let until = match self.strict {
                true => format!(", and takes more until {}", closes.strftime("%Y-%m-%d %H:%M UTC")),
                false => String::new(),
            };
            let files = text::count(there.len(), "file");
            self.tell(found, "release", format!("{} {version} has {files} there{until}", subject.project));
        }
        self.sdists(found, subject);
    }

    /// One sdist is all that a release has.
    fn sdists(&self, found: &mut Preflight, subject: &Subject<'_>) {
        if !self.strict {
            return;
        }
        for (name, version, _) in &subject.files {
            let is_sdist = |name: &str| name.parse::<SdistName>().is_ok_and(|sdist| sdist.version() == *version);
            let there = subject.listing.files.iter().find(|file| is_sdist(&file.name) && file.name != *name);
            if let (true, Some(there)) = (is_sdist(name), there) {
                found.wrong.push(IndexError::SecondSdist {
                    index: self.index.name.clone(),
                    file: (*name).to_owned(),
                    there: there.name.clone(),
                });
            }
        }
    }
}

/// Whether a file is of this version.
fn is_of(name: &str, version: &Version) -> bool {
    name.parse::<WheelName>().is_ok_and(|wheel| wheel.version() == version)
        || name.parse::<SdistName>().is_ok_and(|sdist| sdist.version() == version)
}

/// What a token says about itself, for people.
pub fn described(token: &Token) -> String {
    let until = match (token.expires, token.unknown) {
        (Some(until), 0) => format!(", until {}", moment(until)),
        (None, 0) => String::new(),
        (_, unknown) => format!(", with {} that nobody here understands", text::count(unknown, "restriction")),
    };
    let of = match &token.scope {
        Scope::Projects(names) => {
            let names: Vec<&str> = names.iter().map(ProjectName::as_str).take(5).collect();
            format!("for {}", names.join(", "))
        }
        Scope::ProjectIds => "for projects that it names by number".to_owned(),
        Scope::User => "for every project of its owner".to_owned(),
        Scope::Publisher => "of a trusted publisher".to_owned(),
        Scope::Unknown => "and it does not say what it is for".to_owned(),
    };
    format!("a token of {}, {of}{until}", token.location)
}

/// A second since 1970, for people.
pub fn moment(second: i64) -> String {
    let time = Timestamp::from_second(second).ok();
    time.map_or_else(
        || "at a time that no calendar has".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}
