//! The kinds of change, one file each: data, what it says of itself, whether it is done already, and
//! carrying it out. A step holds the state it expects, so that a rerun of anything is safe.

pub mod announce_release;
pub mod append_record;
pub mod ask_remote;
pub mod await_files;
pub mod await_status;
pub mod await_yank;
pub mod build_archives;
pub mod check_out;
pub mod compare_builds;
pub mod dispatch_workflow;
pub mod error;
pub mod keep_files;
pub mod keep_issue;
pub mod mark_release;
pub mod mint_token;
pub mod prepare_rehearsal;
pub mod probe_right;
pub mod publish_branch;
pub mod push;
pub mod push_answer;
pub mod push_local;
pub mod record;
pub mod remove_leftovers;
pub mod render_description;
pub mod run_gates;
pub mod run_hook;
pub mod serve;
pub mod sync_ledger;
pub mod tend_index;
pub mod transaction;
pub mod upload_file;
pub mod verify_install;
pub mod write_files;
pub mod write_manifest;

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
    Transaction(Box<transaction::Transaction>),
    /// The project's own commands.
    RunGates(run_gates::RunGates),
    /// A command before or after a phase.
    RunHook(run_hook::RunHook),
    /// A commit in a scratch folder.
    CheckOut(check_out::CheckOut),
    /// Sdist and wheel.
    BuildArchives(build_archives::BuildArchives),
    /// Native archives and those of the backend.
    CompareBuilds(Box<compare_builds::CompareBuilds>),
    /// What earlier builds left.
    RemoveLeftovers(remove_leftovers::RemoveLeftovers),
    /// A release on the forge.
    AnnounceRelease(Box<announce_release::AnnounceRelease>),
    /// What a remote has.
    AskRemote(ask_remote::AskRemote),
    /// Until an index shows files.
    AwaitFiles(await_files::AwaitFiles),
    /// A workflow of the forge.
    DispatchWorkflow(Box<dispatch_workflow::DispatchWorkflow>),
    /// Until a status is served.
    AwaitStatus(await_status::AwaitStatus),
    /// Until a release is yanked.
    AwaitYank(await_yank::AwaitYank),
    /// A release on the forge that was yanked.
    MarkRelease(Box<mark_release::MarkRelease>),
    /// An archive, installed and tried.
    VerifyInstall(Box<verify_install::VerifyInstall>),
    /// The throw-away repository of a rehearsal.
    PrepareRehearsal(prepare_rehearsal::PrepareRehearsal),
    /// Branch and tag to the remote.
    Push(push::Push),
    /// The ledgers here and of a remote.
    SyncLedger(sync_ledger::SyncLedger),
    /// References to a repository on this machine.
    PushLocal(push_local::PushLocal),
    /// Files beside those of a branch, pushed.
    PublishBranch(publish_branch::PublishBranch),
    /// Copies of files.
    KeepFiles(keep_files::KeepFiles),
    /// Only the newest runs.
    KeepNewest(keep_files::KeepNewest),
    /// An issue on the forge.
    KeepIssue(Box<keep_issue::KeepIssue>),
    /// An entry of the ledger that stands for itself.
    AppendRecord(append_record::AppendRecord),
    /// Descriptions in reStructuredText, by docutils.
    RenderDescription(render_description::RenderDescription),
    /// Files as they are.
    WriteFiles(write_files::WriteFiles),
    /// What archives are, beside them.
    WriteManifest(write_manifest::WriteManifest),
    /// A token by trusted publishing.
    MintToken(mint_token::MintToken),
    /// Whether a right is good.
    ProbeRight(Box<probe_right::ProbeRight>),
    /// One archive to one index.
    UploadFile(upload_file::UploadFile),
    /// The embedded index.
    Serve(serve::Serve),
    /// A token or a yanked version of the embedded index.
    TendIndex(tend_index::TendIndex),
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
    /// Whether native archives are those of the backend.
    Compared(compare_builds::Compared),
    /// What was removed.
    Removed(Vec<std::path::PathBuf>),
    /// What became of a release on the forge.
    Announced(announce_release::Announced),
    /// What an index shows.
    Shown(await_files::Shown),
    /// What is served.
    Served(await_status::Served),
    /// What became of a branch.
    Published(publish_branch::Published),
    /// What was tried of an archive.
    Verified(Box<verify_install::Verified>),
    /// Whether a release is yanked.
    Yanked(await_yank::Yanked),
    /// What became of the mark of a release.
    Marked(mark_release::Marked),
    /// What is in a new repository, one line.
    Prepared(String),
    /// How many entries of the ledger went each way.
    Synced(sync_ledger::Synced),
    /// Whether anything was pushed.
    Pushed(bool),
    /// What a remote has.
    References(Vec<crate::effects::git_program::RemoteReference>),
    /// What became of an issue.
    Issue(keep_issue::Kept),
    /// What became of descriptions.
    Rendered(Vec<crate::check::description::Rendered>),
    /// Nothing that anybody asks for.
    Nothing,
    /// The files that had another content before.
    Written(Vec<std::path::PathBuf>),
    /// A right to upload.
    Minted(Box<crate::index::Credential>),
    /// What an index says of a right.
    Probed(probe_right::Probed),
    /// What became of an upload.
    Uploaded(upload_file::Uploaded),
    /// A server under way.
    Serving(serve::Serving),
    /// Whether anything was changed.
    Tended(bool),
}

impl Produced {
    /// Whether nothing was left to do.
    pub fn was_done(&self) -> bool {
        match self {
            Produced::Written(files) => files.is_empty(),
            Produced::Pushed(pushed) => !pushed,
            Produced::Tended(changed) => !changed,
            Produced::Uploaded(uploaded) => uploaded.state == crate::index::upload::State::AlreadyThere,
            Produced::Announced(release) => release.state == announce_release::State::AlreadyThere,
            Produced::Published(published) => published.commit.is_none(),
            Produced::Served(served) => served.at_once,
            Produced::Issue(issue) => !issue.state.changed(),
            Produced::Marked(marked) => !marked.changed,
            Produced::Yanked(_) => true,
            _ => false,
        }
    }

    /// What became of an issue.
    pub fn issue(&self) -> Option<&keep_issue::Kept> {
        match self {
            Produced::Issue(kept) => Some(kept),
            _ => None,
        }
    }

    /// The archives it is about, for the ledger.
    pub fn files(&self) -> Vec<record::RecordedFile> {
        match self {
            Produced::Archives(built) => built
                .iter()
                .map(|file| record::RecordedFile { name: file.name(), sha256: file.sha256.clone() })
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
            Step::RunHook(step) => step.describe(),
            Step::CheckOut(step) => step.describe(),
            Step::BuildArchives(step) => step.describe(),
            Step::CompareBuilds(step) => step.describe(),
            Step::RemoveLeftovers(step) => step.describe(),
            Step::AnnounceRelease(step) => step.describe(),
            Step::AskRemote(step) => step.describe(),
            Step::AwaitFiles(step) => step.describe(),
            Step::DispatchWorkflow(step) => step.describe(),
            Step::AwaitStatus(step) => step.describe(),
            Step::AwaitYank(step) => step.describe(),
            Step::MarkRelease(step) => step.describe(),
            Step::VerifyInstall(step) => step.describe(),
            Step::PrepareRehearsal(step) => step.describe(),
            Step::Push(step) => step.describe(),
            Step::SyncLedger(step) => step.describe(),
            Step::PushLocal(step) => step.describe(),
            Step::PublishBranch(step) => step.describe(),
            Step::KeepFiles(step) => step.describe(),
            Step::KeepNewest(step) => step.describe(),
            Step::KeepIssue(step) => step.describe(),
            Step::AppendRecord(step) => step.describe(),
            Step::RenderDescription(step) => step.describe(),
            Step::WriteFiles(step) => step.describe(),
            Step::WriteManifest(step) => step.describe(),
            Step::MintToken(step) => step.describe(),
            Step::ProbeRight(step) => step.describe(),
            Step::UploadFile(step) => step.describe(),
            Step::Serve(step) => step.describe(),
            Step::TendIndex(step) => step.describe(),
        }
    }

    /// Whether it may be carried out while these are: it needs nothing that they make.
    pub fn may_run_beside(&self, others: &[Step]) -> bool {
        others.iter().all(|other| match (self, other) {
            (Step::BuildArchives(step), Step::BuildArchives(other)) => {
                step.task.siblings.iter().all(|sibling| sibling.name != other.package)
            }
            (Step::UploadFile(step), Step::UploadFile(other)) => step.may_run_beside(other),
            _ => false,
        })
    }

    /// How many of its kind are carried out at once; nothing where that is a matter of the machine.
    pub fn at_once(&self) -> Option<usize> {
        matches!(self, Step::UploadFile(_)).then_some(upload_file::AT_ONCE)
    }

    /// Does it, unless it is done already.
    ///
    /// # Errors
    /// It failed; what it had begun is undone, or finished by a rerun.
    pub fn carry_out(&self, effects: Effects<'_>) -> Result<Produced, Failure> {
        match self {
            Step::Transaction(step) => step.carry_out(effects).map(Produced::Transaction),
            Step::RunGates(step) => step.carry_out(effects).map(Produced::Gates),
            Step::RunHook(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::CheckOut(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::BuildArchives(step) => step.carry_out(effects).map(Produced::Archives),
            Step::CompareBuilds(step) => step.carry_out(effects).map(Produced::Compared),
            Step::RemoveLeftovers(step) => step.carry_out(effects).map(Produced::Removed),
            Step::AnnounceRelease(step) => step.carry_out(effects).map(Produced::Announced),
            Step::AskRemote(step) => step.carry_out(effects).map(Produced::References),
            Step::AwaitFiles(step) => step.carry_out(effects).map(Produced::Shown),
            Step::DispatchWorkflow(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::AwaitStatus(step) => step.carry_out(effects).map(Produced::Served),
            Step::AwaitYank(step) => step.carry_out(effects).map(Produced::Yanked),
            Step::MarkRelease(step) => step.carry_out(effects).map(Produced::Marked),
            Step::VerifyInstall(step) => step.carry_out(effects).map(|verified| Produced::Verified(Box::new(verified))),
            Step::PrepareRehearsal(step) => step.carry_out(effects).map(Produced::Prepared),
            Step::Push(step) => step.carry_out(effects).map(Produced::Pushed),
            Step::SyncLedger(step) => step.carry_out(effects).map(Produced::Synced),
            Step::PushLocal(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::PublishBranch(step) => step.carry_out(effects).map(Produced::Published),
            Step::KeepFiles(step) => step.carry_out(effects).map(Produced::Written),
            Step::KeepNewest(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::KeepIssue(step) => step.carry_out(effects).map(Produced::Issue),
            Step::AppendRecord(step) => step.carry_out(effects).map(|()| Produced::Nothing),
            Step::RenderDescription(step) => step.carry_out(effects).map(Produced::Rendered),
            Step::WriteFiles(step) => step.carry_out(effects).map(Produced::Written),
            Step::WriteManifest(step) => step.carry_out(effects).map(Produced::Written),
            Step::MintToken(step) => step.carry_out(effects).map(|credential| Produced::Minted(Box::new(credential))),
            Step::ProbeRight(step) => step.carry_out(effects).map(Produced::Probed),
            Step::UploadFile(step) => step.carry_out(effects).map(Produced::Uploaded),
            Step::Serve(step) => step.carry_out(effects).map(Produced::Serving),
            Step::TendIndex(step) => step.carry_out(effects).map(Produced::Tended),
        }
    }
}
