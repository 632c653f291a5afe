//! The embedded index: an index of its own over one folder, for rehearsals and for any client.
//!
//! It applies PyPI's upload rules, in PyPI's order and words ([`super::words`]), and refuses archives by
//! the rules of `check/`. It maps requests to answers; the socket is `effects/listen`'s. Whom it knows and in which state
//! it is stands in `index.json` of its folder ([`settings`]). Follows PEP 503, 592, 658, 691, 700, 714, 740 and 792, the
//! legacy upload and JSON APIs of PyPI, and its trusted publishing.

mod archives;
mod attested;
mod form;
mod identity;
mod identity_token;
mod json_api;
mod macaroon;
mod metadata;
mod names;
mod refusal;
mod reply;
mod settings;
mod simple;
mod store;
mod tend;
mod tokens;
mod trusted;
mod upload;
mod used;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use percent_encoding::percent_decode_str;

use super::error::IndexError;
use crate::check::Policy;
use crate::effects::listen::{Answered, Asked, Body};
use crate::effects::{Effects, Kept};
use crate::index::words::{Meaning, say};
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::Event;
use identity::Keys;
use identity_token::Issuers;
use names::Rate;
use settings::{Settings, Status, Watched};
use store::{Inbox, Store, Stored};
pub use tend::{TokenFor, make_token, yank};
use tokens::Tokens;
use used::Used;

/// The room for a form and for what is counted and thrown away beyond the largest file.
const ROOM: u64 = 64 << 20;

/// The embedded index.
pub struct Server {
    store: RwLock<Store>,
    inbox: Inbox,
    settings: Mutex<Watched>,
    tokens: Tokens,
    keys: Keys,
    issuers: Issuers,
    rate: Mutex<Rate>,
    /// The numbers of identities that got a token.
    used: Mutex<Used>,
    doors: Kept,
    policy: Policy,
}

impl Server {
    /// Opens the index in the folder `data`, and makes it where it is missing: its tokens, one for every
    /// project and one for each of `projects`, are made then. It refuses what `policy` refuses.
    ///
    /// # Errors
    /// Another server uses the folder, it cannot be written, or holds something else.
    pub fn open(
        effects: Effects<'_>,
        data: &Path,
        projects: &[ProjectName],
        policy: Policy,
    ) -> Result<Self, IndexError> {
        let (store, inbox) = Store::open(effects, data)?;
        let settings = Watched::open(effects.inspect().files(), data)?;
        let tokens = Tokens::open(effects, data, projects)?;
        Ok(Server {
            store: RwLock::new(store),
            inbox,
            settings: Mutex::new(settings),
            tokens,
            keys: Keys::open(effects, data)?,
            issuers: Issuers::default(),
            rate: Mutex::default(),
            used: Mutex::new(Used::open(effects, data)?),
            doors: effects.keep(),
            policy,
        })
    }

    /// The largest request that is read to its end.
    pub fn body_limit(&self) -> u64 {
        self.now().map_or(settings::FILE_LIMIT, |settings| settings.largest_file()).saturating_add(ROOM)
    }

    /// The file of the token for every project.
    pub fn user_token(&self) -> PathBuf {
        self.tokens.user_file()
    }

    /// The files of the tokens for one project each, by its normal name.
    pub fn project_tokens(&self) -> Vec<(String, PathBuf)> {
        self.tokens.project_files()
    }

    /// Answers one request, and tells of it.
    pub fn answer(&self, asked: &Asked, body: &mut Body) -> Answered {
        let answered = match self.now() {
            Ok(settings) => self.answer_by(asked, body, &settings),
            Err(error) => {
                self.doors.inspect().warn(error.to_string());
                reply::meant(asked, Meaning::Fault)
            }
        };
        // No header and no query: they may hold what nobody should read.
        let text = format!("{} {} {}", asked.method, asked.path, answered.status);
        self.doors.inspect().tell(&Event::Detail { text });
        answered
    }

    fn now(&self) -> Result<Arc<Settings>, IndexError> {
        let mut watched = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        watched.now(self.doors.inspect().files())
    }

    fn answer_by(&self, asked: &Asked, body: &mut Body, settings: &Settings) -> Answered {
        let Some(segments) = segments(&asked.path) else {
            return reply::not_found(asked);
        };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let reads = matches!(asked.method.as_str(), "GET" | "HEAD");
        let posts = asked.method == "POST";
        match segments.as_slice() {
            ["legacy"] if posts => {
                let (status, text) = say(Meaning::Slash, &[]);
                reply::redirect(status, "/legacy/", &text)
            }
            ["legacy", ""] if posts => self.upload(asked, body, settings),
            ["legacy"] | ["legacy", ""] => reply::not_allowed(asked, "POST"),
            ["_", "oidc", "mint-token"] | ["_", "oidc", "github", "mint-token"] => match posts {
                true => self.mint(asked, body, settings),
                false => reply::not_allowed(asked, "POST"),
            },
            _ if !reads && is_known(&segments) => reply::not_allowed(asked, "GET, HEAD"),
            _ if !reads => reply::not_found(asked),
            ["_", "oidc", "audience"] => self.audience(asked, settings),
            [".well-known", "pytp"] => self.discovery(asked, settings),
            ["simple"] => reply::redirect(301, "/simple/", ""),
            ["simple", ""] => simple::projects(asked, &self.read().projects(settings)),
            ["simple", name] | ["simple", name, ""] => self.project_page(asked, name, settings),
            ["files", project, file] => self.file(asked, project, file),
            ["pypi", name, "json"] => self.json(asked, name, None, settings),
            ["pypi", name, version, "json"] => self.json(asked, name, Some(version), settings),
            ["integrity", name, version, file, "provenance"] => self.provenance(asked, name, version, file),
            _ => reply::not_found(asked),
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn project_page(&self, asked: &Asked, written: &str, settings: &Settings) -> Answered {
        let Ok(name) = written.parse::<ProjectName>() else {
            return reply::not_found(asked);
        };
        let store = self.read();
        let normal = name.normalized();
        if !store.has(settings, normal) {
            return reply::not_found(asked);
        }
        if !asked.path.ends_with('/') || name.as_str() != normal {
            return reply::redirect(301, &format!("/simple/{normal}/"), "");
        }
        let project = settings.projects.get(normal);
        let status = project.map_or(Status::Active, |project| project.status);
        let lag = u128::from(settings.visible_after) * 1_000;
        let mut files = shown(store.visible(normal, self.doors.inspect().clock().elapsed(), lag), settings);
        // A project without any file that is visible yet is as good as none, unless it was made without.
        if files.is_empty() && project.is_none() && store.made(normal).is_none() {
            return reply::not_found(asked);
        }
        if status == Status::Quarantined {
            files.clear();
        }
        let reason = project.and_then(|project| project.reason.as_deref());
        let page = simple::Page { name: normal, files: &files, status, reason, base: &base_of(asked) };
        simple::project(asked, &page)
    }

    fn file(&self, asked: &Asked, project: &str, file: &str) -> Answered {
        let store = self.read();
        let (name, metadata) = match file.strip_suffix(".metadata") {
            Some(name) => (name, true),
            None => (file, false),
        };
        let Some(stored) = store.file(project, name) else {
            return reply::not_found(asked);
        };
        if metadata {
            return match stored.core_metadata() {
                Some(text) => reply::page(asked, "text/plain; charset=UTF-8", text.as_bytes().to_vec()),
                None => reply::not_found(asked),
            };
        }
        match store.content(stored) {
            Ok(file) => reply::file(asked, file, stored.size),
            Err(_) => reply::meant(asked, Meaning::Fault),
        }
    }

    fn json(&self, asked: &Asked, name: &str, version: Option<&str>, settings: &Settings) -> Answered {
        let (Ok(name), Ok(version)) = (name.parse::<ProjectName>(), version.map(str::parse::<Version>).transpose())
        else {
            return reply::not_found(asked);
        };
        let store = self.read();
        let normal = name.normalized();
        let is_hidden = settings.projects.get(normal).is_some_and(|project| project.status == Status::Quarantined);
        let files = shown(store.files_of(normal), settings);
        if files.is_empty() || is_hidden {
            return reply::not_found(asked);
        }
        if name.as_str() != normal {
            let below = version.map(|version| format!("{version}/")).unwrap_or_default();
            return reply::redirect(301, &format!("/pypi/{normal}/{below}json"), "");
        }
        let mut document = match json_api::document(&files, version.as_ref(), &base_of(asked)) {
            Some(document) => document,
            None => return reply::not_found(asked),
        };
        if settings.has_accounts() {
            document["ownership"] = json_api::ownership(normal, &store, settings);
        }
        reply::page(asked, "application/json", document.to_string().into_bytes())
    }

    /// Who attests a file, and how (PEP 740).
    fn provenance(&self, asked: &Asked, name: &str, version: &str, file: &str) -> Answered {
        const KIND: &str = "application/vnd.pypi.integrity.v1+json";
        let (Ok(name), Ok(version)) = (name.parse::<ProjectName>(), version.parse::<Version>()) else {
            return reply::not_found(asked);
        };
        let store = self.read();
        let stored = store.file(name.normalized(), file).filter(|stored| stored.parsed_version() == Some(version));
        match stored.map(|stored| &stored.provenance) {
            None => reply::not_found(asked),
            Some(Some(provenance)) => reply::page(asked, KIND, provenance.to_string().into_bytes()),
            Some(None) => reply::no_provenance(file),
        }
    }
}

/// A file as it is shown: yanked by its record, or by the settings.
pub(super) struct Shown<'s> {
    file: &'s Stored,
    yanked: Option<&'s str>,
}

fn shown<'s>(files: Vec<&'s Stored>, settings: &'s Settings) -> Vec<Shown<'s>> {
    let yanked = |file: &'s Stored| {
        let set = file.parsed_version().and_then(|version| settings.yanked(file.name.normalized(), &version));
        file.yanked.as_deref().or(set)
    };
    files.into_iter().map(|file| Shown { yanked: yanked(file), file }).collect()
}

/// The decoded parts of a path; nothing where one is no text or could be taken for more than one.
fn segments(path: &str) -> Option<Vec<String>> {
    let parts = path.strip_prefix('/')?.split('/').map(|part| {
        let part = percent_decode_str(part).decode_utf8().ok()?.into_owned();
        (!part.contains(['/', '\\', '\0'])).then_some(part)
    });
    parts.collect()
}

fn is_known(segments: &[&str]) -> bool {
    let known = ["simple", "files", "pypi", "legacy", "_", "integrity", ".well-known"];
    segments.first().is_some_and(|first| known.contains(first))
}

/// The address that the client used, where it has the form of one.
fn base_of(asked: &Asked) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    match asked.header("host").filter(|host| host.chars().all(plain)) {
        Some(host) => format!("http://{host}"),
        None => String::new(),
    }
}
