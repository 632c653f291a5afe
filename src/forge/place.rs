//! Which forge, and which repository on it: from `[forge]` of the configuration, else from the variables of
//! the workflow that runs this, else from the remote `origin`.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::error::ForgeError;
use crate::config::Config;
use crate::config::file::{ForgeKind, ForgeTable};
use crate::effects::http::Url;
use crate::effects::{Git, Inspect};
use crate::project::detect::Remote;
use crate::secret::without_userinfo;

pub use crate::config::file::ForgeKind as Kind;

/// A repository on a forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The kind of forge.
    pub kind: Kind,
    /// The address that browsers have, without a slash at the end.
    pub web: String,
    /// The address of the API, without a slash at the end.
    pub api: String,
    /// The owner.
    pub owner: String,
    /// The repository.
    pub repository: String,
    /// What said so.
    pub found_in: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = self.web.split_once("://").map_or(self.web.as_str(), |(_, rest)| rest);
        write!(formatter, "{bare}/{}/{}", self.owner, self.repository)
    }
}

impl Place {
    fn of(kind: Kind, web: &str, repository: &str, found_in: &'static str) -> Result<Place, ForgeError> {
        let bad = || ForgeError::Repository { text: repository.to_owned() };
        let (owner, name) = repository.split_once('/').ok_or_else(bad)?;
        let plain = |part: &str| {
            !part.is_empty()
                && !part.bytes().all(|byte| byte == b'.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        if !plain(owner) || !plain(name) {
            return Err(bad());
        }
        let url = Url::parse(web).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.host().is_some());
        let mut url = url.ok_or_else(|| ForgeError::Address { text: without_userinfo(web) })?;
        // Neither fails on a URL with a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        let web = url.as_str().trim_end_matches('/').to_owned();
        let host = url.host_str().unwrap_or_default();
        let api = match kind {
            Kind::Github if host == "github.com" => "https://api.github.com".to_owned(),
            Kind::Github if host.ends_with(".ghe.com") => format!("https://api.{host}"),
            Kind::Github => format!("{web}/api/v3"),
            Kind::Gitea => format!("{web}/api/v1"),
        };
        Ok(Place { kind, web, api, owner: owner.to_owned(), repository: name.to_owned(), found_in })
    }

    /// The host, with the port where it is not the usual one.
    pub fn host(&self) -> String {
        let rest = self.web.split_once("://").map_or(self.web.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default().to_owned()
    }

    /// `owner/name`.
    pub fn slug(&self) -> String {
        format!("{}/{}", self.owner, self.repository)
    }

    /// Where the token may go: the API, where assets are sent to, and on Gitea where they are fetched from.
    pub(super) fn origins(&self) -> Vec<String> {
        let mut origins = vec![self.api.clone()];
        match self.kind {
            Kind::Github => {
                origins.extend(self.api.strip_prefix("https://api.").map(|rest| format!("https://uploads.{rest}")))
            }
            Kind::Gitea => origins.push(self.web.clone()),
        }
        origins
    }

    /// The page of a file at a tag.
    pub fn file_url(&self, tag: &str, path: &str) -> String {
        let middle = match self.kind {
            Kind::Github => "blob",
            Kind::Gitea => "src/tag",
        };
        format!("{}/{}/{middle}/{}/{path}", self.web, self.slug(), encoded(tag))
    }

    /// The bytes of a file at a tag, for images.
    pub fn raw_url(&self, tag: &str, path: &str) -> String {
        let middle = match self.kind {
            Kind::Github => "raw",
            Kind::Gitea => "raw/tag",
        };
        format!("{}/{}/{middle}/{}/{path}", self.web, self.slug(), encoded(tag))
    }
}

/// Text as part of a path, slashes kept.
pub(super) fn encoded(text: &str) -> String {
    text.split('/').map(encoded_whole).collect::<Vec<_>>().join("/")
}

/// Text as one segment of a path or one value of a query.
pub(super) fn encoded_whole(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

/// Finds the place of the repository that `dir` lies in.
pub(super) fn find(inspect: Inspect<'_>, config: &Config, dir: &Path) -> Result<Place, ForgeError> {
    let remote = Git::discover(dir)?.and_then(|git| git.remote_url("origin"));
    let parsed = remote.as_deref().and_then(Remote::of_remote);
    if let Some(table) = &config.forge {
        return of_table(table, parsed.as_ref());
    }
    if let Some(place) = of_actions(inspect)? {
        return Ok(place);
    }
    let unknown = || ForgeError::Unknown { remote: remote.as_deref().map(without_userinfo) };
    let remote = parsed.as_ref().ok_or_else(unknown)?;
    let kind = match remote.name() {
        "github.com" => Kind::Github,
        host if host.ends_with(".ghe.com") => Kind::Github,
        "gitea.com" | "codeberg.org" => Kind::Gitea,
        _ => return Err(unknown()),
    };
    Place::of(kind, &remote.instance(), &remote.slug(), "the remote `origin`")
}

fn of_table(table: &ForgeTable, remote: Option<&Remote>) -> Result<Place, ForgeError> {
    let repository = match (&table.repository, remote) {
        (Some(repository), _) => repository.clone(),
        (None, Some(remote)) => remote.slug(),
        (None, None) => return Err(ForgeError::Missing { key: "repository", example: "acme/demo" }),
    };
    let web = match (&table.url, remote, table.kind) {
        (Some(url), _, _) => url.clone(),
        (None, Some(remote), _) => remote.instance(),
        (None, None, ForgeKind::Github) => "https://github.com".to_owned(),
        (None, None, ForgeKind::Gitea) => {
            return Err(ForgeError::Missing { key: "url", example: "https://git.example.org" });
        }
    };
    Place::of(table.kind, &web, &repository, "`[forge]` of the configuration")
}

/// The server that runs the workflow, where one does.
fn of_actions(inspect: Inspect<'_>) -> Result<Option<Place>, ForgeError> {
    let variables = inspect.variables();
    let Some(kind) = kind_of_actions(inspect) else { return Ok(None) };
    let (Some(web), Some(repository)) = (variables.get("GITHUB_SERVER_URL"), variables.get("GITHUB_REPOSITORY")) else {
        return Ok(None);
    };
    let mut place = Place::of(kind, web, repository, "the variables of the workflow")?;
    if let Some(api) = variables.get("GITHUB_API_URL") {
        place.api = api.trim_end_matches('/').to_owned();
    }
    Ok(Some(place))
}

/// The kind of forge whose workflow runs this. Gitea sets `GITHUB_ACTIONS`, too.
pub(super) fn kind_of_actions(inspect: Inspect<'_>) -> Option<Kind> {
    let is_set = |name: &str| inspect.variables().get(name) == Some("true");
    match () {
        () if is_set("GITEA_ACTIONS") || is_set("FORGEJO_ACTIONS") => Some(Kind::Gitea),
        () if is_set("GITHUB_ACTIONS") => Some(Kind::Github),
        () => None,
    }
}
