//! What only Gitea and Forgejo do in their own way (API v1).

use serde::Deserialize;
use serde_json::{Value, json};

use super::issues::{LABEL, MEANING};
use super::place::encoded_whole;
use super::release::{Asset, LocalFile, Release};
use super::{Forge, ForgeError};
use crate::effects::http::{Method, Sending};
use crate::effects::{Effects, HttpLook};

#[derive(Deserialize)]
struct Tag {
    commit: Commit,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
}

/// The commit of a tag.
pub(super) fn tag_commit(forge: &Forge, http: HttpLook<'_>, tag: &str) -> Result<Option<String>, ForgeError> {
    let found: Option<Tag> = forge.find(http, "look at the tag", &format!("/tags/{}", encoded_whole(tag)))?;
    Ok(found.map(|tag| tag.commit.sha))
}

#[derive(Deserialize)]
struct Label {
    id: u64,
    name: String,
}

/// The label of our issues as issues name it, by its number, made where it is missing.
pub(super) fn label(forge: &Forge, effects: Effects<'_>) -> Result<Value, ForgeError> {
    let known: Vec<Label> = forge.list(effects.inspect().http(), "list the labels", "/labels")?;
    if let Some(label) = known.iter().find(|label| label.name == LABEL) {
        return Ok(json!(label.id));
    }
    let doing = "make the label of issues";
    let document = json!({"name": LABEL, "color": "#b60205", "description": MEANING});
    let answer = forge.send(effects, doing, (Method::Post, "/labels"), Some(&document))?;
    Ok(json!(forge.read::<Label>(doing, &answer)?.id))
}

/// Where the bytes of an asset are. The address that the API names has the host of the server's own
/// configuration, which need not be the one that we may send the token to.
pub(super) fn asset_url(forge: &Forge, asset: &Asset) -> Result<String, ForgeError> {
    let uuid = asset.uuid.as_deref().ok_or_else(|| ForgeError::Format {
        place: forge.place.to_string(),
        doing: "fetch a file of the release",
        problem: "the file has no `uuid`".to_owned(),
    })?;
    Ok(format!("{}/attachments/{}", forge.place.web, encoded_whole(uuid)))
}

/// Where a file is sent to.
pub(super) fn upload_target(forge: &Forge, release: &Release, file: &LocalFile) -> (String, Sending) {
    let below = format!("/releases/{}/assets?name={}", release.id, encoded_whole(&file.name));
    (format!("{}{}", forge.api.base, forge.path(&below)), Sending::Field("attachment"))
}
