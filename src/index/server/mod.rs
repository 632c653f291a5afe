//! The embedded index: an index of its own over one folder, for rehearsals and for any client.
//!
//! It applies PyPI's upload rules, in PyPI's order and words where PyPI has them, and refuses archives by
//! the rules of `check/`. It maps requests to answers; the socket is `effects/listen`'s. Follows PEP 503,
//! 592, 658, 691, 700 and 792, and the legacy upload and JSON APIs of PyPI.

mod form;
mod json_api;
mod reply;
mod simple;
mod store;
mod tokens;
mod upload;

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use percent_encoding::percent_decode_str;

use super::error::IndexError;
use crate::check::Policy;
use crate::effects::listen::{Answered, Asked};
use crate::effects::{Clock, Effects};
use crate::python::name::ProjectName;
use crate::python::version::Version;
use store::Store;
use tokens::Tokens;

/// The largest request that is read: PyPI's limit of a file, and room for the form.
pub const BODY_LIMIT: usize = (100 << 20) + (4 << 20);

/// The embedded index.
pub struct Server {
    store: RwLock<Store>,
    tokens: Tokens,
    clock: Clock,
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
        let store = Store::open(effects, data)?;
        let tokens = Tokens::open(effects, data, projects)?;
        Ok(Server { store: RwLock::new(store), tokens, clock: effects.inspect().clock().clone(), policy })
    }

    /// The file of the token for every project.
    pub fn user_token(&self) -> PathBuf {
        self.tokens.user_file()
    }

    /// The files of the tokens for one project each, by its normal name.
    pub fn project_tokens(&self) -> Vec<(String, PathBuf)> {
        self.tokens.project_files()
    }

    /// Answers one request.
    pub fn answer(&self, asked: &Asked) -> Answered {
        let Some(segments) = segments(&asked.path) else {
            return reply::not_found(asked);
        };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let reads = matches!(asked.method.as_str(), "GET" | "HEAD");
        let posts = asked.method == "POST";
        match segments.as_slice() {
            ["legacy"] if posts => reply::redirect(308, "/legacy/", NO_SLASH),
            ["legacy", ""] if posts => self.upload(asked),
            ["legacy"] | ["legacy", ""] => reply::not_allowed(asked, "POST"),
            _ if !reads && is_known(&segments) => reply::not_allowed(asked, "GET, HEAD"),
            _ if !reads => reply::not_found(asked),
            ["simple"] => reply::redirect(301, "/simple/", ""),
            ["simple", ""] => simple::projects(asked, &self.read()),
            ["simple", name] | ["simple", name, ""] => self.project_page(asked, name, segments.len() == 3),
            ["files", project, file] => self.file(asked, project, file),
            ["pypi", name, "json"] => self.json(asked, name, None),
            ["pypi", name, version, "json"] => self.json(asked, name, Some(version)),
            _ => reply::not_found(asked),
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn project_page(&self, asked: &Asked, name: &str, slash: bool) -> Answered {
        let Ok(name) = name.parse::<ProjectName>() else {
            return reply::not_found(asked);
        };
        let store = self.read();
        let files = store.files_of(name.normalized());
        if files.is_empty() {
            return reply::not_found(asked);
        }
        if !slash || name.as_str() != name.normalized() {
            return reply::redirect(301, &format!("/simple/{}/", name.normalized()), "");
        }
        simple::project(asked, name.normalized(), &files)
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
                Some(text) => reply::bytes("text/plain; charset=UTF-8", text.as_bytes().to_vec()),
                None => reply::not_found(asked),
            };
        }
        match store.content(stored) {
            Ok(bytes) => reply::bytes("application/octet-stream", bytes),
            Err(_) => reply::problem(asked, 500, "The file is not in the store."),
        }
    }

    fn json(&self, asked: &Asked, name: &str, version: Option<&str>) -> Answered {
        let (Ok(name), Ok(version)) = (name.parse::<ProjectName>(), version.map(str::parse::<Version>).transpose())
        else {
            return reply::not_found(asked);
        };
        let store = self.read();
        let files = store.files_of(name.normalized());
        if files.is_empty() {
            return reply::not_found(asked);
        }
        if name.as_str() != name.normalized() {
            let below = version.map(|version| format!("{version}/")).unwrap_or_default();
            return reply::redirect(301, &format!("/pypi/{}/{below}json", name.normalized()), "");
        }
        match json_api::document(&files, version.as_ref(), &base_of(asked)) {
            Some(document) => reply::json("application/json", &document),
            None => reply::not_found(asked),
        }
    }
}

const NO_SLASH: &str =
    "An upload was attempted to /legacy but the expected upload URL is /legacy/ (with a trailing slash)";

/// The decoded parts of a path; nothing where one is no text or could be taken for more than one.
fn segments(path: &str) -> Option<Vec<String>> {
    let parts = path.strip_prefix('/')?.split('/').map(|part| {
        let part = percent_decode_str(part).decode_utf8().ok()?.into_owned();
        (!part.contains(['/', '\\', '\0'])).then_some(part)
    });
    parts.collect()
}

fn is_known(segments: &[&str]) -> bool {
    matches!(segments.first(), Some(&"simple") | Some(&"files") | Some(&"pypi") | Some(&"legacy"))
}

/// The address that the client used, where it has the form of one.
fn base_of(asked: &Asked) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    match asked.header("host").filter(|host| host.chars().all(plain)) {
        Some(host) => format!("http://{host}"),
        None => String::new(),
    }
}
