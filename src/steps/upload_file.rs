//! One archive to one index: the bytes that were checked, and nothing where they are there already.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use super::record::RecordedFile;
use super::{Produced, Step};
use crate::archive::{Kind, Sha256};
use crate::config::targets::Index;
use crate::effects::Effects;
use crate::effects::http::Field;
use crate::error::{Failure, Kind as FailureKind};
use crate::index::upload::{State, Upload};
use crate::index::{IndexError, Right};
use crate::python::name::ProjectName;
use crate::report::Report;

/// How many files are sent at once: PyPI takes four about twice as fast as one, and more no faster.
pub(super) const AT_ONCE: usize = 4;

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
    /// Whether it is the first file of its release there, which fixes what is shown of it: it goes alone.
    #[serde(skip)]
    pub opens: bool,
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

    /// Whether it may be sent while others are: the first file of a release goes alone, since an index that has two of
    /// them at once makes the release twice; sdists go after all wheels, since with an sdist alone everybody would build.
    pub(super) fn may_run_beside(&self, other: &UploadFile) -> bool {
        let is_alone = self.project == other.project && (self.opens || other.opens);
        self.index.name == other.index.name && Kind::of(&self.name) == Kind::of(&other.name) && !is_alone
    }

    fn send(&self, effects: Effects<'_>, right: &Right) -> Result<State, IndexError> {
        let held = effects.inspect().files().hold(&self.file)?;
        let upload = Upload {
            index: &self.index,
            project: &self.project,
            file: &self.name,
            path: &self.path,
            sha256: self.sha256,
            size: self.size,
            held: &held,
            fields: &self.fields,
            right,
        };
        upload.send(effects)
    }
}

/// The files of a plan, none of which is there yet.
pub fn planned(steps: &[Step]) -> Vec<Uploaded> {
    let uploads = steps.iter().filter_map(|step| match step {
        Step::UploadFile(upload) => Some(upload.told(State::NotSent)),
        _ => None,
    });
    uploads.collect()
}

/// The files that steps brought where they belong.
pub fn uploaded(produced: Vec<Produced>) -> Vec<Uploaded> {
    let uploads = produced.into_iter().filter_map(|made| match made {
        Produced::Uploaded(uploaded) => Some(uploaded),
        _ => None,
    });
    uploads.collect()
}

/// All files of a plan with where they stand: what is there, and of the rest what the index refused; `failed` are the
/// positions of those that failed, and the codes.
pub fn standing(planned: Vec<Uploaded>, there: Vec<Uploaded>, failed: &[(usize, &str)]) -> Vec<Uploaded> {
    let mut there = there.into_iter().peekable();
    let mut files = Vec::new();
    for (at, mut file) in planned.into_iter().enumerate() {
        let is_there = there.peek().is_some_and(|there| there.path == file.path && there.index == file.index);
        if let Some(done) = there.next_if(|_| is_there) {
            files.push(done);
            continue;
        }
        let is_refused = failed.iter().any(|(failed, code)| *failed == at && IndexError::is_refusal(code));
        file.state = if is_refused { State::Refused } else { State::NotSent };
        files.push(file);
    }
    files
}

/// What publishing came to, with the digest of all files: a report, or the failure with where each file stands.
///
/// # Errors
/// The failure, which is a partial one where something is there.
pub fn report(
    files: Vec<Uploaded>,
    failed: Option<Failure>,
    workspace: bool,
    digest: String,
) -> Result<Report, Failure> {
    let uploads = files;
    if let Some(mut failure) = failed {
        let is_there = |file: &Uploaded| matches!(file.state, State::Uploaded | State::AlreadyThere);
        if uploads.iter().any(is_there) {
            // Who ended it must be told that it was ended.
            if !matches!(failure.kind, FailureKind::Interrupted | FailureKind::Terminated) {
                failure.kind = FailureKind::Partial;
            }
            failure = failure.hint("run the same command again to continue: what is there is not sent twice");
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
