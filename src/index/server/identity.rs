//! Who sends a request, and what that allows: token files, tokens of users and tokens of trusted publishers.
//!
//! Follows warehouse `macaroons/` as of 2026-08-21: who sends it is looked up first, and what its token allows is verified where
//! the project is known, caveat by caveat and the signature last.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::macaroon::{self, Macaroon};
use super::refusal::Refusal;
use super::settings::{Publisher, Settings, Status};
use super::tokens::{Scope, Tokens};
use crate::archive::Sha256;
use crate::effects::Effects;
use crate::effects::files::Files;
use crate::effects::listen::Asked;
use crate::index::IndexError;
use crate::index::words::Meaning;
use crate::python::name::ProjectName;
use crate::secret::Secret;

const LIMIT: u64 = 4096;

/// What is kept of a token that was given out; its value is nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issued {
    /// The version of this format.
    pub(super) schema: u32,
    /// Whose it is.
    pub(super) holder: Holder,
    /// The second from which it is good for nothing.
    pub(super) expires: Option<i64>,
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Holder {
    /// A user, by name.
    User(String),
    /// A workflow.
    Publisher(Publisher),
}

/// Who sends a request.
#[derive(Debug)]
pub(super) enum Sender {
    /// Whoever can read a token file.
    File(Scope),
    /// Whoever a token was given to.
    Holder(Holder, Macaroon),
}

impl Sender {
    /// The name of the user; nothing where it is none.
    pub(super) fn user(&self) -> Option<&str> {
        match self {
            Sender::Holder(Holder::User(name), _) => Some(name),
            _ => None,
        }
    }

    /// The trusted publisher; nothing where it is none.
    pub(super) fn publisher(&self) -> Option<&Publisher> {
        match self {
            Sender::Holder(Holder::Publisher(publisher), _) => Some(publisher),
            _ => None,
        }
    }
}

/// What is known of the project of an upload.
pub(super) struct Place<'p> {
    /// Its name as it is written there.
    pub(super) name: &'p ProjectName,
    /// Who may upload.
    pub(super) owners: Vec<String>,
    /// Who else may.
    pub(super) publishers: Vec<Publisher>,
    /// Its state.
    pub(super) status: Status,
}

/// The key of the index and the tokens that were made with it.
pub(super) struct Keys {
    folder: PathBuf,
    key: Vec<u8>,
    look: Files,
}

impl Keys {
    /// Opens the keys in the folder of an index, and makes them where they are missing.
    ///
    /// # Errors
    /// They cannot be read or made.
    pub(super) fn open(effects: Effects<'_>, data: &Path) -> Result<Self, IndexError> {
        let (look, folder, path) = (effects.inspect().files(), data.join("issued"), data.join("key"));
        effects.files().make_folder(&folder)?;
        if look.stat(&path).is_none() {
            let mut key = [0; 32];
            effects.random(&mut key)?;
            let written = effects.files().write_new(&path, STANDARD.encode(key).as_bytes(), 0o600);
            // Another process may have made it meanwhile: what is there counts.
            if look.stat(&path).is_none() {
                written?;
            }
        }
        let text = Secret::new(&look.read_text(&path, LIMIT)?);
        effects.inspect().redactor().register(&text);
        let key = STANDARD.decode(text.reveal()).ok().filter(|key| key.len() == 32);
        let key = key.ok_or_else(|| IndexError::EmptyToken { source_name: format!("`{}`", path.display()) })?;
        Ok(Keys { folder, key, look })
    }

    /// Makes a token and remembers whose it is.
    ///
    /// # Errors
    /// That cannot be written.
    pub(super) fn issue(
        &self,
        effects: Effects<'_>,
        issued: &Issued,
        location: &str,
        caveats: &[Value],
    ) -> Result<Secret, IndexError> {
        let mut random = [0; 16];
        effects.random(&mut random)?;
        let identifier = uuid(random);
        let text = serde_json::to_vec(issued).expect("it has string keys");
        effects.files().write_new(&self.folder.join(&identifier), &text, 0o600)?;
        let caveats: Vec<String> = caveats.iter().map(Value::to_string).collect();
        let token = macaroon::make(&self.key, location, &identifier, &caveats);
        effects.inspect().redactor().register(&token);
        Ok(token)
    }

    fn issued(&self, identifier: &str) -> Option<Issued> {
        let plain = identifier.len() == 36 && identifier.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let text = plain.then(|| self.look.read_text(&self.folder.join(identifier), LIMIT).ok())??;
        serde_json::from_str(&text).ok()
    }

    /// Who sends a request.
    ///
    /// # Errors
    /// What PyPI says to somebody it does not know.
    pub(super) fn sender(&self, asked: &Asked, tokens: &Tokens, settings: &Settings) -> Result<Sender, Meaning> {
        let token = credential(asked)?;
        if let Some(scope) = tokens.scope(&token) {
            return Ok(Sender::File(scope));
        }
        let macaroon = Macaroon::read(token.reveal()).ok_or(Meaning::NoRight)?;
        let holder = self.issued(&macaroon.identifier).ok_or(Meaning::NoRight)?.holder;
        match &holder {
            Holder::User(name) if !settings.users.contains_key(name) => Err(Meaning::NoRight),
            _ => Ok(Sender::Holder(holder, macaroon)),
        }
    }

    /// Whether the sender may upload to a project.
    ///
    /// # Errors
    /// What PyPI says to somebody who may not.
    pub(super) fn permit(&self, sender: &Sender, place: &Place<'_>, now: i64) -> Result<(), Refusal> {
        let (holder, macaroon) = match sender {
            Sender::File(Scope::Project(name)) if name != place.name.normalized() => {
                return Err(Refusal::of(Meaning::OtherProject, [place.name.as_str()]));
            }
            Sender::File(_) if place.status == Status::Archived => {
                return Err(Refusal::of(Meaning::NotYours, ["__token__", place.name.as_str()]));
            }
            Sender::File(_) => return Ok(()),
            Sender::Holder(holder, macaroon) => (holder, macaroon),
        };
        for caveat in &macaroon.caveats {
            satisfied(caveat, holder, place, now)?;
        }
        if !macaroon.is_intact(&self.key) {
            return Err(Meaning::Signature.into());
        }
        let is_open = place.status != Status::Archived;
        match holder {
            Holder::User(name) if is_open && place.owners.contains(name) => Ok(()),
            Holder::User(name) => Err(Refusal::of(Meaning::NotYours, [name, place.name.as_str()])),
            Holder::Publisher(publisher) if is_open && place.publishers.contains(publisher) => Ok(()),
            Holder::Publisher(_) => Err(Refusal::of(Meaning::TokenNotYours, [place.name.as_str()])),
        }
    }
}

/// The token of a request.
fn credential(asked: &Asked) -> Result<Secret, Meaning> {
    let header = asked.header("authorization").ok_or(Meaning::NoRight)?;
    let (scheme, value) = header.split_once(' ').ok_or(Meaning::NoRight)?;
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => {
            let decoded = STANDARD.decode(value.trim()).map_err(|_| Meaning::NoRight)?;
            let text = String::from_utf8(decoded).map_err(|_| Meaning::NoRight)?;
            let (user, password) = text.split_once(':').ok_or(Meaning::NoRight)?;
            match user {
                "__token__" => Ok(Secret::new(password)),
                _ => Err(Meaning::Password),
            }
        }
        "bearer" | "token" => Ok(Secret::new(value)),
        _ => Err(Meaning::NoRight),
    }
}

/// Whether one restriction of a token allows this.
fn satisfied(caveat: &str, holder: &Holder, place: &Place<'_>, now: i64) -> Result<(), Refusal> {
    let refused = |text: &str| Err(Refusal::of(Meaning::TokenRefused, [text]));
    let value: Value = serde_json::from_str(caveat).unwrap_or_default();
    let Some(([Value::Number(tag)], values)) = value.as_array().and_then(|items| items.split_at_checked(1)) else {
        return refused("caveat must be an array with a tag");
    };
    let name = place.name.as_str();
    match (tag.as_u64(), values) {
        (Some(0), [expires, not_before]) => match (expires.as_i64(), not_before.as_i64()) {
            (Some(expires), Some(not_before)) if now < expires && now >= not_before => Ok(()),
            (Some(_), Some(_)) => Err(Meaning::Expired.into()),
            _ => refused("invalid values for fields"),
        },
        (Some(1), [Value::Array(names)]) if names.contains(&json!(place.name.normalized())) => Ok(()),
        (Some(2), [Value::Array(ids)]) if ids.contains(&json!(project_id(place.name.normalized()))) => Ok(()),
        (Some(1 | 2), [Value::Array(_)]) => Err(Refusal::of(Meaning::OtherProject, [name])),
        (Some(3), [Value::String(id)]) => match holder {
            Holder::User(user) if user_id(user) == *id => Ok(()),
            Holder::User(_) => refused("current user does not match user restriction in token"),
            Holder::Publisher(_) => refused("token with user restriction without a user"),
        },
        (Some(4), [Value::String(id), ..]) => match holder {
            Holder::Publisher(publisher) if publisher_id(publisher) != *id => {
                refused("current OIDC publisher does not match publisher restriction in token")
            }
            Holder::Publisher(publisher) if place.publishers.contains(publisher) => Ok(()),
            Holder::Publisher(_) => Err(Refusal::of(Meaning::TrustedOtherProject, [name])),
            Holder::User(_) => refused("OIDC scoped token used outside of an OIDC identified request"),
        },
        (Some(0..=4), _) => refused("not enough values"),
        _ => Err(Refusal::of(Meaning::UnknownCaveat, [&tag.to_string()])),
    }
}

/// Bytes in the form of a UUID.
fn uuid(bytes: [u8; 16]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The same for the same thing on every machine.
fn id_of(kind: &str, name: &str) -> String {
    let digest = Sha256::of(format!("{kind} {name}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    uuid(bytes)
}

/// The number of a project, by its normal name.
pub(super) fn project_id(name: &str) -> String {
    id_of("project", name)
}

/// The number of a user.
pub(super) fn user_id(name: &str) -> String {
    id_of("user", name)
}

/// The number of a publisher.
pub(super) fn publisher_id(publisher: &Publisher) -> String {
    let environment = publisher.environment.as_deref().unwrap_or_default();
    id_of("publisher", &format!("{} {} {environment}", publisher.repository.to_ascii_lowercase(), publisher.workflow))
}
