//! What only GitHub does in its own way (REST API, version 2022-11-28).

use serde::Deserialize;
use serde_json::{Value, json};

use super::issues::{LABEL, MEANING};
use super::place::{encoded, encoded_whole};
use super::release::{Asset, LocalFile, Release};
use super::{Forge, ForgeError};
use crate::effects::http::{Method, Sending};
use crate::effects::{Effects, HttpLook};

/// A tag of a tag of a tag … ends here.
const NESTED: usize = 5;

#[derive(Deserialize)]
struct Pointer {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    sha: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The commit of a tag.
pub(super) fn tag_commit(forge: &Forge, http: HttpLook<'_>, tag: &str) -> Result<Option<String>, ForgeError> {
    let doing = "look at the tag";
    let found: Option<Pointer> = forge.find(http, doing, &format!("/git/ref/tags/{}", encoded(tag)))?;
    let Some(mut pointer) = found else { return Ok(None) };
    for _ in 0..NESTED {
        if pointer.object.kind != "tag" {
            break;
        }
        match forge.find(http, doing, &format!("/git/tags/{}", encoded_whole(&pointer.object.sha)))? {
            Some(next) => pointer = next,
            None => return Ok(None),
        }
    }
    Ok(Some(pointer.object.sha))
}

/// The label of our issues as issues name it, made where it is missing.
pub(super) fn label(forge: &Forge, effects: Effects<'_>) -> Result<Value, ForgeError> {
    let there: Option<Value> =
        forge.find(effects.inspect().http(), "look at the label", &format!("/labels/{LABEL}"))?;
    if there.is_none() {
        let document = json!({"name": LABEL, "color": "b60205", "description": MEANING});
        forge.send(effects, "make the label of issues", (Method::Post, "/labels"), Some(&document))?;
    }
    Ok(json!(LABEL))
}

/// Where the bytes of an asset are: the same address that describes it.
pub(super) fn asset_url(forge: &Forge, asset: &Asset) -> String {
    format!("{}{}", forge.api.base, forge.path(&format!("/releases/assets/{}", asset.id)))
}

/// Where a file is sent to: the release names the address, with a template behind it.
pub(super) fn upload_target(release: &Release, file: &LocalFile) -> (String, Sending) {
    let url = release.upload_url.as_deref().unwrap_or_default().split('{').next().unwrap_or_default();
    let media_type = match file.name.rsplit('.').next() {
        Some("gz") => "application/gzip",
        Some("whl" | "zip") => "application/zip",
        Some("json") => "application/json",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    (format!("{url}?name={}", encoded_whole(&file.name)), Sending::Body(media_type))
}
