//! The kinds of change, one file each: data, what it says of itself, whether it is done already, and
//! carrying it out. A step holds the state it expects, so that a rerun of anything is safe.

pub mod announce_release;
pub mod await_files;
pub mod build_archives;
pub mod dispatch_workflow;
pub mod error;
pub mod keep_files;
pub mod prepare_rehearsal;
pub mod push_local;
pub mod record;
pub mod run_gates;
pub mod serve;
pub mod transaction;
pub mod upload_file;
pub mod verify_install;
pub mod write_files;

use serde::Serialize;

pub use error::StepError;

use crate::build::isolated::Built;
use crate::effects::Effects;
use crate::error::Failure;

/// One change.
#[derive(Debug, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Files, commit and tag in one transaction.
    Transaction(transaction::Transaction),
    /// The project's own commands.
    RunGates(run_gates::RunGates),
    /// Sdist and wheel.
    BuildArchives(build_archives::BuildArchives),
    /// A release on the forge.
    AnnounceRelease(Box<announce_release::AnnounceRelease>),
    /// Until an index shows files.
    AwaitFiles(await_files::AwaitFiles),
    /// A workflow of the forge.
    DispatchWorkflow(Box<dispatch_workflow::DispatchWorkflow>),
    /// An archive, installed and tried.
    VerifyInstall(verify_install::VerifyInstall),
    /// The throw-away repository of a rehearsal.
    PrepareRehearsal(prepare_rehearsal::PrepareRehearsal),
    /// References to a repository on this machine.
    PushLocal(push_local::PushLocal),
    /// Copies of files.
    KeepFiles(keep_files::KeepFiles),
    /// Only the newest runs.
    KeepNewest(keep_files::KeepNewest),
    /// Files as they are.
    WriteFiles(write_files::WriteFiles),
    /// One archive to one index.
    UploadFile(upload_file::UploadFile),
    /// The embedded index.
    Serve(serve::Serve),
}

/// What a step leaves behind for the report.
#[derive(Debug)]
pub enum Produced {
    /// What a transaction moved.
    Transaction(transaction::Moved),
    /// How the gates ended.
    Gates(Vec<run_gates::GateResult>),
    /// What was built.
    Archives(Vec<Built>),
    /// What became of a release on the forge.
    Announced(announce_release::Announced),
    /// What an index shows.
    Shown(await_files::Shown),
    /// What was tried of an archive.
    Verified(Box<verify_install::Verified>),
    /// What is in a new repository, one line.
    Prepared(String),
    /// Nothing that anybody asks for.
    Nothing,
    /// The files that had another content before.
    Written(Vec<std::path::PathBuf>),
    /// What became of an upload.
    Uploaded(upload_file::Uploaded),
    /// A server under way.
    Serving(serve::Serving),
}

impl Produced {
    /// Whether nothing was left to do.
    pub fn was_done(&self) -> bool {
        match self {
            Produced::Written(files) => files.is_empty(),
            Produced::Uploaded(uploaded) => uploaded.state == crate::index::upload::State::AlreadyThere,
            Produced::Announced(release) => release.state == announce_release::State::AlreadyThere,
            _ => false,
        }
    }

    /// The archives it is about, for the ledger.
    pub fn files(&self) -> Vec<record::RecordedFile> {
        match self {
            Produced::Archives(built) => built
                .iter()
                .map(|file| record::RecordedFile {
                    name: file.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                    sha256: file.sha256.clone(),
                })
                .collect(),
            Produced::Uploaded(uploaded) => vec![uploaded.recorded()],
            Produced::Announced(release) => release.recorded(),
            _ => Vec::new(),
        }
    }
}

impl Step {
    /// What it does, in the imperative, one line.
    pub fn describe(&self) -> String {
        match self {
            Step::Transaction(step) => step.describe(),
            Step::RunGates(step) => step.describe(),
            Step::BuildArchives(step) => step.describe(),
            Step::AnnounceRelease(step) => step.describe(),
            Step::AwaitFiles(step) => step.describe(),
            Step::DispatchWorkflow(step) => step.describe(),
            Step::VerifyInstall(step) => step.describe(),
            Step::PrepareRehearsal(step) => step.describe(),
            Step::PushLocal(step) => step.describe(),
            Step::KeepFiles(step) => step.describe(),
            Step::KeepNewest(step) => step.describe(),
            Step::WriteFiles(step) => step.describe(),
            Step::UploadFile(step) => step.describe(),
            Step::Serve(step) => step.describe(),
        }
    }

    /// Does it, unless it is done already.
    ///
    /// # Errors
    /// It failed; what it had begun is undone, or finished by a rerun.
    pub fn carry_out(&self, effects: Effects<'_>) -> Result<Produced, Failure> {
        match self {
            Step::Transaction(step) => step.carry_out(effects).map(Produced::Transaction),
            Step::RunGates(step) => step.carry_out(effects).map(Produced::Gates),
            Step::BuildArchives(step) => step.carry_out(effects).map(Produced::Archives),
            Step::AnnounceRelease(step) => step.carry_out(effects).map(Produced::Announced),
            Step::AwaitFiles(step) => step.carry_out(effects).map(Produced::Shown),
            Step::DispatchWorkflow(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::VerifyInstall(step) => step.carry_out(effects).map(|verified| Produced::Verified(Box::new(verified))),
            Step::PrepareRehearsal(step) => step.carry_out(effects).map(Produced::Prepared),
            Step::PushLocal(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::KeepFiles(step) => step.carry_out(effects).map(Produced::Written),
            Step::KeepNewest(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::WriteFiles(step) => step.carry_out(effects).map(Produced::Written),
            Step::UploadFile(step) => step.carry_out(effects).map(Produced::Uploaded),
            Step::Serve(step) => step.carry_out(effects).map(Produced::Serving),
        }
    }
}
