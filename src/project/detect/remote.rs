//! Where the code is hosted, from the URL of a remote or a link in the metadata. Pure.

use crate::config::file::ForgeKind;

/// A repository on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// `https`, or `http` where the URL says so.
    pub scheme: &'static str,
    /// The host, with a port where the web address has one.
    pub host: String,
    /// The path below the host that the forge is served at: nothing, or `/git`.
    pub prefix: String,
    /// Who owns it.
    pub owner: String,
    /// Its name.
    pub repository: String,
}

impl Remote {
    /// Reads the URL of a git remote: `https://…`, `ssh://git@…`, `git@host:owner/name.git`. Whether a forge
    /// would take the names is for [`Remote::is_plain`].
    pub fn of_remote(url: &str) -> Option<Remote> {
        let Some((scheme, rest)) = url.split_once("://") else {
            let (host, path) = url.split_once(':')?;
            return Remote::new("https", host.rsplit('@').next()?, path);
        };
        let (authority, path) = rest.split_once('/')?;
        let host = authority.rsplit('@').next()?;
        match scheme.to_ascii_lowercase().as_str() {
            "https" | "git+https" => Remote::new("https", host.strip_suffix(":443").unwrap_or(host), path),
            "http" => Remote::new("http", host.strip_suffix(":80").unwrap_or(host), path),
            // The web address of a host that is reached by ssh is taken to be https, without ssh's port.
            "ssh" | "git+ssh" | "git" => Remote::new("https", without_port(host), path),
            _ => None,
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
        remote.kind(false, false).filter(|_| remote.is_plain()).map(|_| remote)
    }

    fn new(scheme: &'static str, host: &str, path: &str) -> Option<Remote> {
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let (before, repository) = path.rsplit_once('/')?;
        let (prefix, owner) = before.rsplit_once('/').unwrap_or(("", before));
        let hosted =
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte));
        hosted.then(|| Remote {
            scheme,
            host: host.to_ascii_lowercase(),
            prefix: if prefix.is_empty() { String::new() } else { format!("/{prefix}") },
            owner: owner.to_owned(),
            repository: repository.to_owned(),
        })
    }

    /// Whether owner and name are such that forges give.
    pub fn is_plain(&self) -> bool {
        let plain = |text: &str| {
            !text.is_empty()
                && text.len() <= 100
                && !text.starts_with('.')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        plain(&self.owner) && plain(&self.repository) && self.prefix.split('/').skip(1).all(plain)
    }

    /// The host without its port.
    pub fn name(&self) -> &str {
        without_port(&self.host)
    }

    /// What kind of forge it is: by its name, else by the folder that the repository keeps for one.
    pub fn kind(&self, has_github: bool, has_gitea: bool) -> Option<ForgeKind> {
        let name = self.name();
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
        format!("{}://{}{}", self.scheme, self.host, self.prefix)
    }

    /// `owner/name`.
    pub fn slug(&self) -> String {
        format!("{}/{}", self.owner, self.repository)
    }

    /// The address of the repository's page.
    pub fn page(&self) -> String {
        format!("{}/{}", self.instance(), self.slug())
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
