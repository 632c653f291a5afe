//! The files of a status and their names. Publishing touches these names and no others.

use super::document::schema;
use super::error::StatusError;
use super::{Status, badge, feed, page};

/// The folder that all of them lie in.
pub const FOLDER: &str = "security-status";

/// Their names below [`FOLDER`], in the order in which they are written: the document comes last, so that
/// whoever sees its new sequence finds everything else in place.
pub const NAMES: [&str; 15] = [
    "schema/v1.json",
    "badge/grade.json",
    "badge/grade.svg",
    "badge/vulns.json",
    "badge/vulns.svg",
    "badge/updated.json",
    "badge/updated.svg",
    "badge/release.json",
    "badge/release.svg",
    "history.json",
    "feed.atom",
    "releases.html",
    "index.html",
    "v1/index.json",
    "index.json",
];

/// Renders every file of a status, with its path from the folder that [`FOLDER`] lies in. `url` is where the
/// folder is served.
///
/// # Errors
/// [`StatusError::Page`], a bug of ours.
pub fn render(status: &Status, url: Option<&str>) -> Result<Vec<(String, Vec<u8>)>, StatusError> {
    let document = &status.document;
    let badges = badge::all(document);
    let shown = |name: &str| badges.iter().find(|badge| badge.name == name).expect("each name of a badge has one");
    NAMES
        .iter()
        .map(|&name| {
            let text = match name {
                "schema/v1.json" => serde_json::to_string_pretty(&schema()).expect("a schema is JSON") + "\n",
                "history.json" => status.history.to_json(),
                "feed.atom" => feed::render(status, url),
                "index.html" => page::render(status, url)?,
                "releases.html" => page::render_releases(status)?,
                "index.json" | "v1/index.json" => document.to_json(),
                badge => match badge.trim_start_matches("badge/").split_once('.') {
                    Some((name, "svg")) => shown(name).svg(),
                    Some((name, _)) => shown(name).endpoint.to_json(),
                    None => String::new(),
                },
            };
            Ok((format!("{FOLDER}/{name}"), text.into_bytes()))
        })
        .collect()
}

/// The URL of the folder of a status, with a slash at the end: of itself, of a file in it, or of the place
/// that the folder lies in.
pub fn base(url: &str) -> String {
    let bare = url.trim_end_matches('/');
    let bare = ["/index.json", "/index.html"].iter().find_map(|file| bare.strip_suffix(file)).unwrap_or(bare);
    let last = bare.rsplit('/').next().unwrap_or_default();
    if last == FOLDER { format!("{bare}/") } else { format!("{bare}/{FOLDER}/") }
}
