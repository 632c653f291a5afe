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
use crate::error::{Failure, Kind};
use crate::index::upload::{State, Upload};
use crate::index::{IndexError, Right};
use crate::python::name::ProjectName;
use crate::report::Report;

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
    pub right: Option<Right>,
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
        let state = match (&self.right, self.already_there) {
            (_, true) => State::AlreadyThere,
            (None, false) => {
                return Err(IndexError::EmptyToken { source_name: "any place that is looked at".to_owned() }.into());
            }
            (Some(right), false) => self.send(effects, right)?,
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

    fn send(&self, effects: Effects<'_>, right: &Right) -> Result<State, IndexError> {
        let bytes: Arc<[u8]> = effects.inspect().files().read(&self.file, self.size)?.into();
        if Sha256::of(&bytes) != self.sha256 {
            return Err(IndexError::FileChanged { file: self.path.clone() });
        }
        let credential = right.of_now(effects, &self.index, &self.project)?;
        let upload = Upload {
            index: &self.index,
            project: &self.project,
            file: &self.name,
            sha256: self.sha256,
            bytes,
            fields: &self.fields,
            credential: &credential,
        };
        upload.send(effects)
    }
}

/// What publishing came to, with the digest of all files: a report, or the failure with what became of each file.
/// `planned` are all files as they are told when the index refuses them.
///
/// # Errors
/// The failure, which is a partial one where something was done before.
pub fn report(
    mut uploads: Vec<Uploaded>,
    failed: Option<(Failure, Vec<Uploaded>)>,
    workspace: bool,
    digest: String,
) -> Result<Report, Failure> {
    if let Some((mut failure, planned)) = failed {
        if !uploads.is_empty() {
            failure.kind = Kind::Partial;
            failure = failure.hint("run the same command again to continue: what is there is not sent twice");
        }
        if IndexError::is_refusal(failure.code) {
            uploads.extend(planned.into_iter().nth(uploads.len()));
        }
        return Err(failure.after(result(&uploads, workspace)));
    }
    let mut report = Report::new("publish").result(result(&uploads, workspace));
    report.lines = uploads.iter().map(|file| format!("{}: {} {}", file.index, file.state.word(), file.path)).collect();
    let sent = uploads.iter().any(|file| file.state == State::Uploaded);
    let page = uploads.first().map(|file| file.url.clone());
    let report = report.output("released", sent.to_string()).output("digest", digest);
    Ok(report.output("url", page.unwrap_or_default()))
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
