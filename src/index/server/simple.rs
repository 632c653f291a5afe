//! The simple API: JSON (PEP 691, 700, 740, 792) or HTML (PEP 503, 592, 658), as the client prefers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Shown;
use super::reply::{self, escaped};
use super::settings::Status;
use super::store::Stored;
use crate::archive::Sha256;
use crate::effects::listen::{Answered, Asked};
use crate::python::version::Version;

const JSON: &str = "application/vnd.pypi.simple.v1+json";
const HTML: &str = "application/vnd.pypi.simple.v1+html";
const TEXT_HTML: &str = "text/html";
const API: &str = "1.4";

/// What a page of one project tells.
pub(super) struct Page<'p> {
    pub(super) name: &'p str,
    pub(super) files: &'p [Shown<'p>],
    pub(super) status: Status,
    pub(super) reason: Option<&'p str>,
    /// The address of the index, for what must be whole.
    pub(super) base: &'p str,
}

/// The page of all projects.
pub(super) fn projects(asked: &Asked, names: &BTreeSet<&str>) -> Answered {
    match preferred(asked) {
        JSON => {
            let projects: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
            let serial = projects.len();
            let document = json!({"meta": {"api-version": API, "_last-serial": serial}, "projects": projects});
            page(asked, JSON, document.to_string())
        }
        kind => {
            let links = names.iter().map(|name| format!("    <a href=\"/simple/{0}/\">{0}</a>\n", escaped(name)));
            page(asked, kind, html("Simple index", "", &links.collect::<String>()))
        }
    }
}

/// The page of one project.
pub(super) fn project(asked: &Asked, project: &Page<'_>) -> Answered {
    match preferred(asked) {
        JSON => {
            let mut answered = page(asked, JSON, document(project).to_string());
            answered.headers.push(("x-pypi-last-serial", serial(project).to_string()));
            answered
        }
        kind => {
            let links: String = project.files.iter().map(|file| link(project, file)).collect();
            let status = match project.status {
                Status::Active => String::new(),
                _ => status(project),
            };
            page(asked, kind, html(&format!("Links for {}", project.name), &status, &links))
        }
    }
}

fn page(asked: &Asked, kind: &str, body: String) -> Answered {
    let content_type = match kind {
        TEXT_HTML => "text/html; charset=UTF-8",
        other => other,
    };
    let mut answered = reply::page(asked, content_type, body.into_bytes());
    answered.headers.push(("vary", "Accept".to_owned()));
    answered
}

/// The state of a project in HTML (PEP 792).
fn status(project: &Page<'_>) -> String {
    let status = serde_json::to_value(project.status).expect("a word is JSON");
    let mut lines = format!("    <meta name=\"pypi:project-status\" content={status}>\n");
    if let Some(reason) = project.reason {
        lines.push_str(&format!("    <meta name=\"pypi:project-status-reason\" content=\"{}\">\n", escaped(reason)));
    }
    lines
}

fn serial(project: &Page<'_>) -> u64 {
    project.files.iter().map(|shown| shown.file.serial).max().unwrap_or_default()
}

fn document(project: &Page<'_>) -> Value {
    let versions: BTreeSet<Version> = project.files.iter().filter_map(|shown| shown.file.parsed_version()).collect();
    let files: Vec<Value> = project.files.iter().map(|file| entry(project, file)).collect();
    let mut status = json!({"status": project.status});
    if let Some(reason) = project.reason {
        status["reason"] = json!(reason);
    }
    json!({
        "meta": {"api-version": API, "_last-serial": serial(project)},
        "name": project.name,
        "project-status": status,
        "versions": versions.iter().map(Version::to_string).collect::<Vec<_>>(),
        "files": files,
    })
}

fn entry(project: &Page<'_>, shown: &Shown<'_>) -> Value {
    let file = shown.file;
    let metadata = match metadata_digest(file) {
        Some(digest) => json!({"sha256": digest}),
        None => json!(false),
    };
    json!({
        "filename": file.file,
        "url": url(project.name, file),
        "hashes": {"sha256": file.sha256},
        "size": file.size,
        "upload-time": file.uploaded,
        "requires-python": file.requires_python,
        "yanked": yanked(shown),
        "core-metadata": metadata,
        "dist-info-metadata": metadata,
        "provenance": provenance(project, file),
    })
}

/// Where the attestations of a file are; nothing where it has none.
fn provenance(project: &Page<'_>, file: &Stored) -> Option<String> {
    let path = format!("{}/integrity/{}/{}/{}/provenance", project.base, project.name, file.version, file.file);
    file.provenance.as_ref().map(|_| path)
}

pub(super) fn yanked(shown: &Shown<'_>) -> Value {
    match shown.yanked {
        None => json!(false),
        Some("") => json!(true),
        Some(reason) => json!(reason),
    }
}

/// Relative to the page, so that it holds under every name that this machine has.
fn url(name: &str, file: &Stored) -> String {
    format!("../../files/{name}/{}", file.file)
}

fn metadata_digest(file: &Stored) -> Option<String> {
    file.core_metadata().map(|text| Sha256::of(text.as_bytes()).to_string())
}

fn link(project: &Page<'_>, shown: &Shown<'_>) -> String {
    let file = shown.file;
    let mut attributes = String::new();
    let mut attribute = |name: &str, value: &str| attributes.push_str(&format!(" {name}=\"{}\"", escaped(value)));
    if let Some(requires) = &file.requires_python {
        attribute("data-requires-python", requires);
    }
    if let Some(digest) = metadata_digest(file) {
        attribute("data-dist-info-metadata", &format!("sha256={digest}"));
        attribute("data-core-metadata", &format!("sha256={digest}"));
    }
    if let Some(reason) = shown.yanked {
        attribute("data-yanked", reason);
    }
    if let Some(url) = provenance(project, file) {
        attribute("data-provenance", &url);
    }
    let href = format!("{}#sha256={}", url(project.name, file), file.sha256);
    format!("    <a href=\"{}\"{attributes}>{}</a><br />\n", escaped(&href), escaped(&file.file))
}

fn html(title: &str, more: &str, links: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"{API}\">\n{more}    <title>{0}</title>\n  </head>\n  <body>\n    <h1>{0}</h1>\n{links}  </body>\n</html>\n",
        escaped(title)
    )
}

/// The format that a client likes best; HTML to those who take none of ours, as PyPI has it.
fn preferred(asked: &Asked) -> &'static str {
    /// In the order of our own taste where the client has none.
    const OFFERS: [(&str, &str); 5] = [
        (TEXT_HTML, TEXT_HTML),
        (HTML, HTML),
        (JSON, JSON),
        ("application/vnd.pypi.simple.latest+json", JSON),
        ("application/vnd.pypi.simple.latest+html", HTML),
    ];
    let accept = asked.header("accept").unwrap_or_default().to_ascii_lowercase();
    let mut best = (0, TEXT_HTML);
    for (name, kind) in OFFERS {
        let quality = quality(&accept, name);
        if quality > best.0 {
            best = (quality, kind);
        }
    }
    best.1
}

/// How much a client likes a media type, in thousandths (RFC 9110, section 12.5.1).
fn quality(accept: &str, name: &str) -> u32 {
    let mut found = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let exactness = match range {
            _ if range == name => 3,
            "*/*" => 1,
            _ if range.strip_suffix("/*").is_some_and(|kind| name.split('/').next() == Some(kind)) => 2,
            _ => continue,
        };
        let quality = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(Some(1.0), |text| text.trim().parse::<f32>().ok())
            .filter(|quality| (0.0..=1.0).contains(quality))
            .unwrap_or(0.0);
        if exactness > found.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 1000")]
            let thousandths = (quality * 1000.0) as u32;
            found = (exactness, thousandths);
        }
    }
    found.1
}
