//! The simple API: JSON (PEP 691, 700, 792) or HTML (PEP 503, 592, 658), as the client prefers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::reply::{self, escaped};
use super::store::{Store, Stored};
use crate::archive::Sha256;
use crate::effects::listen::{Answered, Asked};
use crate::python::version::Version;

const JSON: &str = "application/vnd.pypi.simple.v1+json";
const HTML: &str = "application/vnd.pypi.simple.v1+html";
const TEXT_HTML: &str = "text/html";
const API: &str = "1.4";

/// The page of all projects.
pub(super) fn projects(asked: &Asked, store: &Store) -> Answered {
    match preferred(asked) {
        JSON => {
            let projects: Vec<Value> = store.projects().map(|name| json!({"name": name})).collect();
            page(JSON, json!({"meta": {"api-version": API}, "projects": projects}).to_string())
        }
        kind => {
            let links = store.projects().map(|name| format!("    <a href=\"/simple/{0}/\">{0}</a>\n", escaped(name)));
            page(kind, html("Simple index", &links.collect::<String>()))
        }
    }
}

/// The page of one project.
pub(super) fn project(asked: &Asked, name: &str, files: &[&Stored]) -> Answered {
    match preferred(asked) {
        JSON => page(JSON, document(name, files).to_string()),
        kind => {
            let links: String = files.iter().map(|file| link(name, file)).collect();
            page(kind, html(&format!("Links for {name}"), &links))
        }
    }
}

fn page(kind: &str, body: String) -> Answered {
    let content_type = match kind {
        TEXT_HTML => "text/html; charset=UTF-8",
        other => other,
    };
    let mut answered = reply::bytes(content_type, body.into_bytes());
    answered.headers.push(("vary", "Accept".to_owned()));
    answered
}

fn document(name: &str, files: &[&Stored]) -> Value {
    let versions: BTreeSet<Version> = files.iter().filter_map(|file| file.parsed_version()).collect();
    let files: Vec<Value> = files.iter().map(|file| entry(name, file)).collect();
    json!({
        "meta": {"api-version": API},
        "name": name,
        "project-status": {"status": "active"},
        "versions": versions.iter().map(Version::to_string).collect::<Vec<_>>(),
        "files": files,
    })
}

fn entry(name: &str, file: &Stored) -> Value {
    let metadata = match metadata_digest(file) {
        Some(digest) => json!({"sha256": digest}),
        None => json!(false),
    };
    json!({
        "filename": file.file,
        "url": url(name, file),
        "hashes": {"sha256": file.sha256},
        "size": file.size,
        "upload-time": file.uploaded,
        "requires-python": file.requires_python,
        "yanked": yanked(file),
        "core-metadata": metadata,
        "dist-info-metadata": metadata,
        "provenance": null,
    })
}

pub(super) fn yanked(file: &Stored) -> Value {
    match file.yanked.as_deref() {
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

fn link(name: &str, file: &Stored) -> String {
    let mut attributes = String::new();
    let mut attribute = |name: &str, value: &str| attributes.push_str(&format!(" {name}=\"{}\"", escaped(value)));
    if let Some(requires) = &file.requires_python {
        attribute("data-requires-python", requires);
    }
    if let Some(digest) = metadata_digest(file) {
        attribute("data-dist-info-metadata", &format!("sha256={digest}"));
        attribute("data-core-metadata", &format!("sha256={digest}"));
    }
    if let Some(reason) = &file.yanked {
        attribute("data-yanked", reason);
    }
    let href = format!("{}#sha256={}", url(name, file), file.sha256);
    format!("    <a href=\"{}\"{attributes}>{}</a><br />\n", escaped(&href), escaped(&file.file))
}

fn html(title: &str, links: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"{API}\">\n    <title>{0}</title>\n  </head>\n  <body>\n    <h1>{0}</h1>\n{links}  </body>\n</html>\n",
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
