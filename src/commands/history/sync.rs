//! `release history sync`: the ledger travels between machines.

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::plan::{Plan, PlanError, push};
use crate::report::Report;
use crate::steps::sync_ledger::SyncLedger;
use crate::steps::{Produced, Step};

/// Fetch entries of the ledger from a remote, and push those that it does not have
///
/// Approvals, runs and recorded findings of other machines become visible, and yours to them. Never by force. The
/// forge's token is used where the remote is an address of that forge.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The remote
    #[arg(long, value_name = "NAME", default_value = "origin")]
    remote: String,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let git = super::repository(context)?;
    let url = git.remote_url(&args.remote).ok_or_else(|| PlanError::NoRemote { remote: args.remote.clone() })?;
    // The ledger of a folder that is no project travels, too: with git's own logins.
    let login = context.project().ok().and_then(|project| push::login(context.inspect(), &project, &git, &args.remote));
    let step = SyncLedger { top: git.top(), remote: args.remote.clone(), url, login };
    match context.carry_out("history sync", Plan::of(vec![Step::SyncLedger(step)]))? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(produced) => {
            let synced = produced.into_iter().find_map(|made| match made {
                Produced::Synced(synced) => Some(synced),
                _ => None,
            });
            let synced = synced.unwrap_or_default();
            let entries = |count: usize| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
            let line = format!(
                "{} from `{remote}`, {} to it",
                entries(synced.fetched),
                entries(synced.pushed),
                remote = args.remote
            );
            Ok(Report::new("history sync").line(line).result(synced))
        }
    }
}
