//! What an index has of a project, by its simple API: JSON (PEP 691), or HTML (PEP 503) from indexes that
//! have nothing else, such as pypiserver and Gitea.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::error::IndexError;
use crate::archive::Sha256;
use crate::config::targets::Index;
use crate::effects::Inspect;
use crate::effects::http::{Answer, HttpLook, Url, Waits};
use crate::python::filename::{SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::version::Version;

const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
/// Redirects to another spelling of the name or to a slash at the end.
const REDIRECTS: usize = 3;
/// How long is waited before it is asked again.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_500)];
/// No listing may take longer.
const LONGEST: Duration = Duration::from_secs(60);

/// The files of a project on an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Whether the index knows the project at all.
    pub known: bool,
    /// Its files, as listed.
    pub files: Vec<ListedFile>,
    /// Its status (PEP 792), where the index tells it.
    pub status: Option<String>,
    /// Why it has this status, in the words of the index.
    pub reason: Option<String>,
}

/// A listing as it was seen, so that the next look only asks whether it is another one by now.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What was listed.
    pub listing: Listing,
    url: String,
    etag: Option<String>,
}

/// A file on an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Its digest, where the index tells it.
    pub sha256: Option<Sha256>,
    /// Its size in bytes, where the index tells it.
    pub size: Option<u64>,
    /// Why it was yanked, empty without a reason; nothing where it was not.
    pub yanked: Option<String>,
    /// The digest of its metadata, where the index serves them beside it (PEP 658).
    pub metadata: Option<Sha256>,
    /// When it was uploaded, where the index tells it (PEP 700).
    pub uploaded: Option<Timestamp>,
    /// Where the index says who published it (PEP 740).
    pub provenance: Option<String>,
}

impl Listing {
    /// Asks an index, past every cache.
    ///
    /// # Errors
    /// It does not answer, or with something else than a simple API.
    pub fn of(http: HttpLook<'_>, index: &Index, project: &ProjectName) -> Result<Listing, IndexError> {
        Ok(Listing::since(http, index, project, None)?.listing)
    }

    /// The same, knowing what was seen before: an index that keeps to it says so in a word.
    ///
    /// # Errors
    /// As [`Listing::of`].
    pub fn since(
        http: HttpLook<'_>,
        index: &Index,
        project: &ProjectName,
        before: Option<Seen>,
    ) -> Result<Seen, IndexError> {
        let waits = Waits { total: index.timeouts.total.min(LONGEST), ..index.timeouts };
        let mut url = format!("{}{}/", index.simple, project.normalized());
        for _ in 0..=REDIRECTS {
            let known = before.as_ref().filter(|seen| seen.url == url);
            let etag = known.and_then(|seen| seen.etag.as_deref());
            let answer = http.get_since(&url, ACCEPT, waits, etag)?;
            let failed = |status| IndexError::Listing { url: url.clone(), status };
            let none = || Seen { listing: Listing::default(), url: String::new(), etag: None };
            match answer.status {
                304 if known.is_some() => return known.cloned().ok_or_else(|| failed(304)),
                200 => {
                    let listing = parse(&url, &answer)?;
                    return Ok(Seen { listing, url, etag: answer.etag });
                }
                404 | 410 => return Ok(none()),
                301 | 302 | 303 | 307 | 308 => match target(&url, answer.location.as_deref()) {
                    Some(next) => url = next,
                    // pypiserver sends those who ask for what it does not have to PyPI.
                    None => return Ok(none()),
                },
                status => return Err(failed(status)),
            }
        }
        Err(IndexError::ListingFormat { url, problem: format!("more than {REDIRECTS} redirects") })
    }

    /// The same, up to two times more after faults that pass: a moment of the index must not end a release.
    ///
    /// # Errors
    /// As [`Listing::of`], of the last time; somebody asked to stop.
    pub fn patiently(inspect: Inspect<'_>, index: &Index, project: &ProjectName) -> Result<Listing, IndexError> {
        let mut pauses = PAUSES.into_iter().take(usize::try_from(index.retries).unwrap_or(usize::MAX));
        loop {
            let error = match Listing::of(inspect.http(), index, project) {
                Ok(listing) => return Ok(listing),
                Err(error) => error,
            };
            let Some(pause) = pauses.next().filter(|_| error.passes()) else { return Err(error) };
            inspect.note(format!("{error}; asked again in a moment"));
            inspect.clock().sleep(pause);
            inspect.go_on()?;
        }
    }

    /// The file of this name.
    pub fn file(&self, name: &str) -> Option<&ListedFile> {
        self.files.iter().find(|file| file.name == name)
    }

    /// The files of a version, by their names.
    pub fn of_version<'l>(&'l self, version: &'l Version) -> impl Iterator<Item = &'l ListedFile> {
        self.files.iter().filter(move |file| version_of(&file.name).is_some_and(|found| found == *version))
    }

    /// The versions that there are files of, lowest first.
    pub fn versions(&self) -> Vec<Version> {
        let mut versions: Vec<Version> = self.files.iter().filter_map(|file| version_of(&file.name)).collect();
        versions.sort();
        versions.dedup();
        versions
    }
}

/// The version in the name of an archive.
pub fn version_of(name: &str) -> Option<Version> {
    let wheel = name.parse::<WheelName>().ok().map(|wheel| wheel.version().clone());
    wheel.or_else(|| name.parse::<SdistName>().ok().map(|sdist| sdist.version().clone()))
}

/// Where a redirect leads, if it stays on the index.
fn target(url: &str, location: Option<&str>) -> Option<String> {
    let from = Url::parse(url).ok()?;
    let to = from.join(location?).ok()?;
    (to.origin() == from.origin()).then(|| to.to_string())
}

fn parse(url: &str, answer: &Answer) -> Result<Listing, IndexError> {
    let refuse = |problem: &str| IndexError::ListingFormat { url: url.to_owned(), problem: problem.to_owned() };
    let kind = answer.content_type.split(';').next().unwrap_or_default().trim();
    let base = Url::parse(url).map_err(|_| refuse("its URL is none"))?;
    let (mut status, mut reason) = (None, None);
    let files = if kind.ends_with("json") {
        let value: Value = serde_json::from_slice(&answer.body).map_err(|_| refuse("it is not JSON"))?;
        status = value["project-status"]["status"].as_str().map(str::to_owned);
        reason = value["project-status"]["reason"].as_str().map(str::to_owned);
        from_json(&base, &value).ok_or_else(|| refuse("it has no `files`"))?
    } else if kind.ends_with("html") {
        from_html(&base, &answer.text())
    } else {
        return Err(refuse(&format!("its content type is `{kind}`")));
    };
    Ok(Listing { known: true, files, status, reason })
}

fn from_json(base: &Url, value: &Value) -> Option<Vec<ListedFile>> {
    let digest = |value: &Value| value["sha256"].as_str().and_then(Sha256::from_hex);
    let files = value["files"].as_array()?.iter().filter_map(|file| {
        Some(ListedFile {
            name: file["filename"].as_str()?.to_owned(),
            url: base.join(file["url"].as_str()?).ok()?.to_string(),
            sha256: digest(&file["hashes"]),
            size: file["size"].as_u64(),
            yanked: match &file["yanked"] {
                Value::String(reason) => Some(reason.clone()),
                Value::Bool(true) => Some(String::new()),
                _ => None,
            },
            metadata: digest(&file["core-metadata"]).or_else(|| digest(&file["dist-info-metadata"])),
            uploaded: file["upload-time"].as_str().and_then(|time| time.parse().ok()),
            provenance: file["provenance"].as_str().and_then(|url| base.join(url).ok()).map(Url::into),
        })
    });
    Some(files.collect())
}

/// The links of a page. An index that wants to deceive could do so in JSON as well, so that this only
/// needs to read what indexes write.
fn from_html(base: &Url, page: &str) -> Vec<ListedFile> {
    let mut files = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let Some(tag) = rest.strip_prefix(['a', 'A']) else {
            continue;
        };
        if !tag.starts_with(|c: char| c.is_ascii_whitespace()) {
            continue;
        }
        let (attributes, after) = attributes(tag);
        rest = after;
        let value = |name: &str| {
            let found = attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let Some(mut url) = value("href").and_then(|href| base.join(href.trim()).ok()) else {
            continue;
        };
        let fragment = url.fragment().unwrap_or_default().to_owned();
        url.set_fragment(None);
        let Some(name) = url.path_segments().and_then(|mut parts| parts.next_back()) else {
            continue;
        };
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
        let digest = |text: &str| text.strip_prefix("sha256=").and_then(Sha256::from_hex);
        let metadata = value("data-core-metadata").or_else(|| value("data-dist-info-metadata"));
        files.push(ListedFile {
            name,
            url: url.to_string(),
            // Old templates of Gitea put a dash there.
            sha256: digest(&fragment.replacen("sha256-", "sha256=", 1)),
            size: None,
            yanked: value("data-yanked").map(str::to_owned),
            metadata: metadata.and_then(digest),
            uploaded: None,
            provenance: value("data-provenance").and_then(|url| base.join(url.trim()).ok()).map(Url::into),
        });
    }
    files
}

/// The attributes of a tag, unescaped, and what follows the tag.
fn attributes(tag: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = tag.trim_start();
    loop {
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        if let Some(value) = after.strip_prefix('=') {
            let value = value.trim_start();
            let (value, after) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(value.len())),
            };
            found.push((name.to_owned(), unescaped(value)));
            rest = after.trim_start();
        } else {
            if !name.is_empty() {
                found.push((name.to_owned(), String::new()));
            }
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        if rest.is_empty() {
            return (found, rest);
        }
        if name.is_empty() {
            // A stray character: step over it, so that every round gets on.
            let step = rest.chars().next().map_or(0, char::len_utf8);
            rest = rest[step..].trim_start();
        }
    }
}

/// A text of a page, with the characters that pages have other words for.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#039;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ] {
        if out.contains(entity) {
            out = out.replace(entity, character);
        }
    }
    out
}
