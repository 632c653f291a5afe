//! Places in documents, workflows and Dockerfiles: what a reader types, addresses, badges, images, hooks. Pure.

use super::super::occurrences::{Place, last_name};
use super::address::ENDS;
use super::judge::File;
use super::names::Names;
use super::spot::{Kind, Spot, Verdict};
use crate::python::name::normalize;

/// The suffixes of archives behind the version.
const ARCHIVES: [&str; 4] = [".tar.gz", "-py", "-cp", ".zip"];
/// Where the downloads of a release lie, behind the repository.
const DOWNLOAD: &str = "/releases/download/";

/// Whether `-blue` or `-py3` behind a version is no part of it.
pub(super) fn may_go_on(place: &Place<'_>) -> bool {
    let downloaded = || token(place.before).contains(DOWNLOAD) && is_platform(place.after);
    place.before.contains("img.shields.io/badge/")
        || ARCHIVES.iter().any(|suffix| place.after.starts_with(suffix))
        || downloaded()
}

/// Whether what follows is the name of a system (`-linux-x64`), and not more of a version (`-rc1`).
fn is_platform(after: &str) -> bool {
    const STAGES: [&str; 12] = ["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "dev", "post", "r", "rev"];
    let Some(rest) = after.strip_prefix('-') else { return false };
    let word = &rest[..rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())];
    !word.is_empty() && !STAGES.contains(&word.to_ascii_lowercase().as_str())
}

/// What a place is by the text around it; nothing where that says nothing.
pub(super) fn judge(names: &Names, file: &File<'_>, place: &Place<'_>) -> Option<Verdict> {
    badge(names, place)
        .or_else(|| pinned(place))
        .or_else(|| hook(names, file, place))
        .or_else(|| label(file, place))
        .or_else(|| address(names, place))
        .or_else(|| archive(names, place))
        .or_else(|| download(names, place))
        .or_else(|| installed(names, place))
        .or_else(|| image(names, place))
        .or_else(|| variable(names, place))
        .or_else(|| spoken(names, place))
}

/// `uses: ana/acme@0123… # v1.2.3`.
fn pinned(place: &Place<'_>) -> Option<Verdict> {
    let (_, pin) = place.before.split_once("uses:")?.1.split_once('@')?;
    let hash = pin.find(|c: char| !c.is_ascii_hexdigit())?;
    (hash >= 40 && pin[hash..].contains('#'))
        .then(|| Verdict::stays("a pin by hash needs the commit of the release, which is made later"))
}

/// A static badge: its label is the first part of its path.
fn badge(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    const HOST: &str = "img.shields.io/badge/";
    let at = place.before.rfind(HOST)?;
    let label = place.before[at + HOST.len()..].trim_end_matches(['-', 'v', '_']).to_ascii_lowercase();
    let ours = ["version", "release", "pypi", "latest", "stable", "package"].contains(&label.as_str());
    let own = names.is_own(&label.replace("--", "-").replace("__", "_"));
    let spot = Spot::of(Kind::Badge, place, place.before.len() - at).with_after(1);
    Some(match (ours || own) && place.after.starts_with('-') {
        true => Verdict::Follows(Spot { named: own, ..spot }),
        false => Verdict::stays("it is a badge of something else"),
    })
}

/// `rev:` below `repo:` in what pre-commit reads, in documents too.
fn hook(names: &Names, file: &File<'_>, place: &Place<'_>) -> Option<Verdict> {
    let bare = place.before.trim_start().trim_start_matches("- ");
    bare.strip_prefix("rev:").filter(|rest| rest.trim().trim_start_matches(['"', '\'', 'v']).is_empty())?;
    let above = file.above(place, 3);
    let repo = above.into_iter().find_map(|(at, line)| {
        let start = line.find("repo:")?;
        Some((at + start, line[start + "repo:".len()..].trim().trim_matches(['"', '\''])))
    });
    let Some((from, url)) = repo else {
        return Some(Verdict::stays("no `repo:` above it says whose hook it is"));
    };
    Some(match own_path(names, url).is_some_and(|rest| rest.trim_end_matches('/').is_empty()) {
        true => Verdict::Follows(Spot::of(Kind::Hook, place, 0).from(from).quoted(place)),
        false => Verdict::Stays(format!("it is the version of `{}`", url.trim_end_matches(".git"))),
    })
}

/// What stands behind the repository in an address of it: `/releases/…`, `@v`, nothing.
fn own_path<'t>(names: &Names, address: &'t str) -> Option<&'t str> {
    let (host, slug) = names.repository.as_ref()?;
    let lower = address.to_ascii_lowercase();
    let slug = slug.to_ascii_lowercase();
    let at = lower.match_indices(&slug).find_map(|(at, _)| {
        let starts = lower[..at].chars().next_back().is_none_or(|c| matches!(c, '/' | ':' | ' ' | '"' | '\''));
        let ends = lower[at + slug.len()..].chars().next().is_none_or(|c| matches!(c, '/' | '@' | ':' | '.'));
        (starts && ends).then_some(at)
    })?;
    // On another forge it is another repository.
    let of_host = lower[..at].rsplit("://").next().unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    let of_host = of_host.rsplit('@').next().unwrap_or_default();
    let family = |name: &str| name.contains("github") && host.contains("github");
    let badges = of_host.ends_with("shields.io") || of_host.ends_with("ghcr.io");
    let same = of_host == *host || family(of_host) || badges || !lower[..at].contains("://");
    let rest = &address[at + slug.len()..];
    same.then(|| rest.strip_prefix(".git").unwrap_or(rest))
}

/// The run of characters before a place that an address can have.
fn token(before: &str) -> &str {
    let at = before.rfind([' ', '\t', '"', '\'', '(', '<', '[', '`', '|', '>', ',', '=']);
    &before[at.map_or(0, |at| at + 1)..]
}

/// An address with the version in its path.
fn address(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let token = token(place.before);
    let is_url = token.contains("://");
    if token.contains("files.pythonhosted.org/packages/") && !token.contains("/packages/source/") {
        return Some(Verdict::stays("its address has a hash that only the index knows"));
    }
    if let Some(rest) = own_path(names, token) {
        let count = names.repository.as_ref().map_or(0, |(_, slug)| slug.len()) + rest.len();
        let git = usize::from(token[..token.len() - rest.len()].ends_with(".git")) * ".git".len();
        return of_repository(place, rest, token.len().min(count + git));
    }
    let at_place = last_part(token).0;
    if let Some((repository, _)) = token.split_once('@').filter(|_| place.before.contains("uses:")) {
        return Some(Verdict::Stays(format!("it is the version of `{repository}`")));
    }
    if !is_url {
        return None;
    }
    let path = token.split_once("://").map_or("", |(_, rest)| rest);
    let host = path.split('/').next().unwrap_or_default();
    let documents =
        host.split_once('.').is_some_and(|(name, rest)| rest.starts_with("readthedocs.") && names.is_own(name));
    let before_it = at_place.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if documents || (at_place.ends_with('/') && names.is_own(before_it)) {
        return Some(Verdict::Follows(Spot::of(Kind::Url, place, token.len())));
    }
    const FORGES: [&str; 4] = ["github.com", "gitlab.com", "codeberg.org", "bitbucket.org"];
    FORGES.contains(&host).then(|| Verdict::stays("it is a link into another project"))
}

/// A token without the beginning of a tag at its end (`v`), and that beginning.
fn last_part(token: &str) -> (&str, &str) {
    let at = token.rfind('/').map_or(0, |at| at + 1);
    token.split_at(at)
}

/// A place behind the repository's own name.
fn of_repository(place: &Place<'_>, rest: &str, count: usize) -> Option<Verdict> {
    let follows = |kind: Kind| Some(Verdict::Follows(Spot::of(kind, place, count)));
    if let Some(tag) = rest.strip_prefix('@').or_else(|| rest.split_once('@').map(|(_, tag)| tag)) {
        return match place.before.contains("uses:") {
            true => follows(Kind::Action),
            false => follows(Kind::Url).filter(|_| tag.len() < 40),
        };
    }
    if rest.starts_with(':') {
        return follows(Kind::Image);
    }
    if rest.starts_with("/compare/") {
        let to_branch = place
            .after
            .strip_prefix("...")
            .is_some_and(|next| !next.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit()));
        let after = "...".len()
            + place.after.get(3..).map_or(0, |next| next.find(|c: char| !c.is_alphanumeric()).unwrap_or(next.len()));
        return match to_branch && !rest.contains("...") {
            true => Some(Verdict::Follows(Spot::of(Kind::Url, place, count).with_after(after))),
            false => Some(Verdict::stays("a comparison of two releases stays")),
        };
    }
    const TREES: [&str; 9] =
        [DOWNLOAD, "/archive/", "/archive/refs/tags/", "/blob/", "/tree/", "/raw/", "/raw/tag/", "/src/tag/", "/"];
    let (path, prefix) = last_part(rest);
    let plain = !prefix.contains(['.', ':', '#', '?']);
    match TREES.contains(&path) && plain {
        true => follows(Kind::Url),
        // An archive in the downloads of a release is known by its own name.
        false if path.starts_with(DOWNLOAD) || path.starts_with("/archive/") => None,
        false => Some(Verdict::stays("it is a link into one release, which may be meant to stay")),
    }
}

/// `acme-1.2.3.tar.gz`, `acme-1.2.3-py3-none-any.whl`.
fn archive(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let suffix = ARCHIVES.iter().find(|suffix| place.after.starts_with(**suffix))?;
    let name = last_name(place.before).strip_suffix('-')?;
    names.is_own(name).then(|| Verdict::Follows(Spot::of(Kind::Url, place, name.len() + 1).with_after(suffix.len())))
}

/// `…/releases/download/v1.2.3/tool_1.2.3_linux.zip`: what the release of this version offers has its version.
fn download(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let (path, prefix) = last_part(own_path(names, token(place.before))?);
    let tag = path.strip_prefix(DOWNLOAD)?.strip_suffix('/')?;
    let same = names.needles.iter().any(|(needle, _)| tag.ends_with(needle.as_str()));
    let end = place.after.find(ENDS).unwrap_or(place.after.len());
    same.then(|| Verdict::Follows(Spot::of(Kind::Url, place, prefix.len() + 1).with_after(end)))
}

/// `uvx acme@1.2.3`, `poetry add acme@1.2.3`, `conda install acme=1.2.3`.
fn installed(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let bare = place.before.trim_end_matches('v');
    let (sign, named) = match bare.chars().next_back()? {
        '@' => ('@', &bare[..bare.len() - 1]),
        '=' => ('=', &bare[..bare.len() - 1]),
        _ => return None,
    };
    let without = match named.strip_suffix(']') {
        Some(inner) => &named[..inner.rfind('[')?],
        None => named,
    };
    let name = last_name(without);
    let starts = without[..without.len() - name.len()].chars().next_back().is_none_or(|c| c != '/' && c != '@');
    let conda = ["conda", "mamba", "pixi "].iter().any(|tool| place.before.contains(tool));
    if !starts || name.is_empty() || (sign == '=' && !conda) {
        return None;
    }
    let count = place.before.len() - (without.len() - name.len());
    Some(match names.is_own(name) {
        true => Verdict::Follows(Spot::of(Kind::InstallLine, place, count)),
        false => Verdict::Stays(format!("it is the version of `{}`", normalize(name))),
    })
}

/// `FROM ghcr.io/ana/acme:1.2.3`, `image: ana/acme:1.2.3`.
fn image(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let named = place.before.trim_end_matches('v').strip_suffix(':')?;
    let token = token(named);
    let name = token.rsplit('/').next().unwrap_or_default();
    let words = ["image:", "FROM ", "docker ", "podman ", "COPY --from"];
    let is_image = !token.contains("://") && !name.is_empty() && last_name(name) == name;
    let said = token.contains('/') || words.iter().any(|word| place.before.contains(word));
    // `key: 1.2.3` has a space; what is left is a port or an image.
    if !is_image || !said {
        return None;
    }
    Some(match names.is_own(name) || names.is_repository(token) {
        true => Verdict::Follows(Spot::of(Kind::Image, place, place.before.len() - named.len() + token.len())),
        false => Verdict::Stays(format!("it is the version of `{token}`")),
    })
}

/// `LABEL org.opencontainers.image.version="1.2.3"` and `LABEL version=1.2.3`.
fn label(file: &File<'_>, place: &Place<'_>) -> Option<Verdict> {
    let key = super::judge::key(place.before)?;
    if let Some(at) = key.rfind("org.opencontainers.image.version") {
        let ends = at + "org.opencontainers.image.version".len() == key.len();
        return ends
            .then(|| Verdict::Follows(Spot::of(Kind::Image, place, place.before.len() - at).unnamed().quoted(place)));
    }
    let docker = file.name.contains("dockerfile") || file.name.contains("containerfile");
    (docker && key.trim() == "LABEL version").then(|| {
        Verdict::Follows(Spot::of(Kind::Image, place, place.before.trim_start().len()).unnamed().quoted(place))
    })
}

/// `ARG ACME_VERSION=1.2.3`, `ACME_VERSION: '1.2.3'`.
fn variable(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let key = super::judge::key(place.before.trim_end_matches('v'))?;
    let at = key.rfind(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).map_or(0, |at| at + 1);
    let name = key.get(at..)?;
    let whose = ["_VERSION", "_TAG", "_REF", "_REV"].iter().find_map(|suffix| name.strip_suffix(suffix))?;
    Some(match names.is_own(whose) {
        true => Verdict::Follows(Spot::of(Kind::Image, place, place.before.len() - at).quoted(place)),
        false => Verdict::Stays(format!("it is the version of `{whose}`")),
    })
}

/// "acme 1.2.3" may be this very release, or the current one.
fn spoken(names: &Names, place: &Place<'_>) -> Option<Verdict> {
    let bare = place.before.trim_end_matches('v').strip_suffix(' ')?;
    names
        .is_own(last_name(bare.trim_end_matches(['`', '*'])))
        .then(|| Verdict::stays("it may speak of this very release: a mark in a comment makes it follow"))
}
