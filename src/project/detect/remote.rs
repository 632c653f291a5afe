//! Where the code is hosted, from the URL of a remote or a link in the metadata. Pure.

use crate::config::file::ForgeKind;

/// A repository on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// `https`, or `http` where the URL says so.
    pub scheme: &'static str,
    /// The host, with a port where the web address has one.
    pub host: String,
    /// Who owns it.
    pub owner: String,
    /// Its name.
    pub repository: String,
}

impl Remote {
    /// Reads the URL of a git remote: `https://…`, `ssh://git@…`, `git@host:owner/name.git`.
    pub fn of_remote(url: &str) -> Option<Remote> {
        let (scheme, rest) = match url.split_once("://") {
            Some(("https" | "git+https", rest)) => ("https", rest),
            Some(("http", rest)) => ("http", rest),
            // The web address of a host that is reached by ssh is taken to be https, without ssh's port.
            Some(("ssh" | "git+ssh" | "git", rest)) => ("", rest),
            Some(_) => return None,
            None => {
                let (host, path) = url.split_once(':')?;
                return Remote::new("https", host.rsplit('@').next()?, path);
            }
        };
        let (authority, path) = rest.split_once('/')?;
        let host = authority.rsplit('@').next()?;
        match scheme {
            "" => Remote::new("https", host.split(':').next()?, path),
            scheme => Remote::new(scheme, host, path),
        }
    }

    /// Reads a link to a page of the repository: the owner and the name are its first two parts.
    pub fn of_page(url: &str) -> Option<Remote> {
        let (scheme, rest) = match url.split_once("://") {
            Some(("https", rest)) => ("https", rest),
            Some(("http", rest)) => ("http", rest),
            _ => return None,
        };
        let mut parts = rest.split(['/', '?', '#']).filter(|part| !part.is_empty());
        let host = parts.next()?;
        let (owner, name) = (parts.next()?, parts.next()?);
        let remote = Remote::new(scheme, host, &format!("{owner}/{name}"))?;
        // Any site has pages with two parts: only a host that is known to be a forge counts.
        remote.kind(false, false).map(|_| remote)
    }

    fn new(scheme: &'static str, host: &str, path: &str) -> Option<Remote> {
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let (before, repository) = path.rsplit_once('/')?;
        let owner = before.rsplit('/').next()?;
        let plain = |text: &str| {
            !text.is_empty()
                && text.len() <= 100
                && !text.starts_with('.')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        let named = plain(owner) && plain(repository);
        let hosted =
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte));
        (named && hosted).then(|| Remote {
            scheme,
            host: host.to_ascii_lowercase(),
            owner: owner.to_owned(),
            repository: repository.to_owned(),
        })
    }

    /// What kind of forge it is: by its name, else by the folder that the repository keeps for one.
    pub fn kind(&self, has_github: bool, has_gitea: bool) -> Option<ForgeKind> {
        let name = self.host.split(':').next().unwrap_or_default();
        let named = |word: &str| name.split('.').any(|label| label.starts_with(word));
        if name == "github.com" || name.ends_with(".ghe.com") || named("github") {
            Some(ForgeKind::Github)
        } else if named("gitea") || named("forgejo") || name == "codeberg.org" {
            Some(ForgeKind::Gitea)
        } else if named("gitlab") || named("bitbucket") {
            None
        } else if has_gitea {
            Some(ForgeKind::Gitea)
        } else {
            has_github.then_some(ForgeKind::Github)
        }
    }

    /// The address of the instance.
    pub fn instance(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// The address of the repository's page.
    pub fn page(&self) -> String {
        format!("{}/{}/{}", self.instance(), self.owner, self.repository)
    }
}
