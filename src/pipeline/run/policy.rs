//! Who must have said yes before anything leaves the machine.
//!
//! Names are what git says of the one who wrote the record: they hold among people who trust each other's
//! machines. A forge's protected environment is the stronger lock, and the workflows use it.

use super::progress::Progress;
use crate::plan::PlanError;

/// The address of `Name <address>`.
fn address(by: &str) -> &str {
    by.rsplit_once('<').map_or(by, |(_, rest)| rest.trim_end_matches('>'))
}

/// Whether enough people approved the plan.
///
/// # Errors
/// [`PlanError::NotApproved`].
pub fn check(progress: &Progress) -> Result<(), PlanError> {
    let policy = &progress.document.policy;
    let counts = |by: &&String| {
        let named = policy.approvers.is_empty() || policy.approvers.iter().any(|one| one == address(by));
        named && !(policy.four_eyes && address(by) == address(&progress.started_by))
    };
    let people: std::collections::BTreeSet<&str> =
        progress.approvals.iter().filter(counts).map(|by| address(by)).collect();
    if people.len() as u64 >= u64::from(policy.approvals) {
        return Ok(());
    }
    Err(PlanError::NotApproved { have: people.len(), need: policy.approvals, token: progress.token.clone() })
}
