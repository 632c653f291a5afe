//! One archive to one index: the bytes that were checked, and nothing where they are there already.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::record::RecordedFile;
use crate::archive::Sha256;
use crate::config::targets::Index;
use crate::effects::Effects;
use crate::effects::http::Field;
use crate::error::Failure;
use crate::index::upload::{State, Upload};
use crate::index::{Credential, IndexError};
use crate::python::name::ProjectName;

/// An upload.
#[derive(Debug, Clone, Serialize)]
pub struct UploadFile {
    /// The file as people name it.
    pub path: String,
    /// The project that it is of.
    pub project: ProjectName,
    /// The digest of the bytes that were checked.
    pub sha256: Sha256,
    /// How many there are.
    pub size: u64,
    /// Where it goes.
    pub index: Index,
    /// Whether the index listed it, with these bytes, when this was planned.
    pub already_there: bool,
    /// Where it will be, or is.
    pub url: String,
    /// The file itself.
    #[serde(skip)]
    pub file: PathBuf,
    /// Its name.
    #[serde(skip)]
    pub name: String,
    /// The form that goes with it.
    #[serde(skip)]
    pub fields: Vec<Field>,
    /// The right to send it.
    #[serde(skip)]
    pub credential: Option<Credential>,
}

/// What became of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Uploaded {
    /// The file as people name it.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256,
    /// Where it stands.
    pub state: State,
    /// Where it is.
    pub url: String,
    /// The index.
    #[serde(skip)]
    pub index: String,
    /// The project.
    #[serde(skip)]
    pub project: ProjectName,
}

impl Uploaded {
    pub(super) fn recorded(&self) -> RecordedFile {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        RecordedFile { name: name.to_owned(), sha256: self.sha256.to_string() }
    }
}

impl UploadFile {
    pub(super) fn describe(&self) -> String {
        let (path, index) = (&self.path, &self.index.name);
        match self.already_there {
            true => format!("skip `{path}`: `{index}` has it already"),
            false => format!("upload `{path}` to `{index}`"),
        }
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Uploaded, Failure> {
        let state = match (&self.credential, self.already_there) {
            (_, true) => State::AlreadyThere,
            (None, false) => {
                return Err(IndexError::EmptyToken { source_name: "any place that is looked at".to_owned() }.into());
            }
            (Some(credential), false) => self.send(effects, credential)?,
        };
        Ok(self.told(state))
    }

    /// The file as results tell it.
    pub fn told(&self, state: State) -> Uploaded {
        Uploaded {
            path: self.path.clone(),
            sha256: self.sha256,
            state,
            url: self.url.clone(),
            index: self.index.name.clone(),
            project: self.project.clone(),
        }
    }

    fn send(&self, effects: Effects<'_>, credential: &Credential) -> Result<State, IndexError> {
        let bytes: Arc<[u8]> = effects.inspect().files().read(&self.file, self.size)?.into();
        if Sha256::of(&bytes) != self.sha256 {
            return Err(IndexError::FileChanged { file: self.path.clone() });
        }
        let upload = Upload {
            index: &self.index,
            project: &self.project,
            file: &self.name,
            sha256: self.sha256,
            bytes,
            fields: &self.fields,
            credential,
        };
        upload.send(effects)
    }
}

/// `{index, files}`, or `{stages}` of several indexes; in a workspace one such a package.
pub fn result(uploads: &[Uploaded], workspace: bool) -> Value {
    if workspace {
        let mut packages: BTreeMap<&str, Vec<&Uploaded>> = BTreeMap::new();
        for upload in uploads {
            packages.entry(upload.project.normalized()).or_default().push(upload);
        }
        let packages: Vec<Value> = packages
            .into_iter()
            .map(|(name, uploads)| {
                let mut package = stages(&uploads);
                package["name"] = json!(name);
                package
            })
            .collect();
        return json!({"packages": packages});
    }
    stages(&uploads.iter().collect::<Vec<_>>())
}

fn stages(uploads: &[&Uploaded]) -> Value {
    let mut stages: Vec<(&str, Vec<&Uploaded>)> = Vec::new();
    for upload in uploads {
        match stages.iter_mut().find(|(index, _)| *index == upload.index) {
            Some((_, files)) => files.push(upload),
            None => stages.push((&upload.index, vec![upload])),
        }
    }
    let mut stages: Vec<Value> =
        stages.into_iter().map(|(index, files)| json!({"index": index, "files": files})).collect();
    match stages.len() {
        1 => stages.remove(0),
        _ => json!({"stages": stages}),
    }
}
