//! The matrix: every rule that is built in, as data. For each finding the first rule whose every row has a
//! predicate that holds is its rule; over all findings the most urgent [`Verdict`] decides.
//!
//! D0 is about the whole state and stands in [`super::hold`]; D12 is what is left.

use Predicate::{
    AnyChange, AtHead, BuildAtHead, Critical, Delivered, DeliveredBuild, DevOnly, Exploited, Floating, HasFix, High,
    Low, Malicious, Medium, NoFix, NotReleased, Open, ReachesUsers, ShippedAtHead,
};

use super::Verdict;
use super::predicate::{Predicate, changed};
use crate::security::state::Kind;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// Rows that must all hold; a row holds where one of its predicates does.
    pub when: &'static [&'static [Predicate]],
    /// What follows.
    pub then: Verdict,
    /// The same in words.
    pub text: &'static str,
}

const fn rule(id: &'static str, when: &'static [&'static [Predicate]], then: Verdict, text: &'static str) -> Rule {
    Rule { id, when, then, text }
}

const NEWS: &[Predicate] = &[
    changed(Kind::New),
    changed(Kind::FixAvailable),
    changed(Kind::SeverityUp),
    changed(Kind::Exploited),
    changed(Kind::Malicious),
];

/// What both rows of D6 mean.
const LATER: &str = "A release of HEAD takes a low flaw from users, or the flaw is only in what builds the archives: \
                     the next regular release is soon enough.";

/// The rule about the whole state.
pub const D0: Rule = rule(
    "D0",
    &[],
    Verdict::Hold,
    "A source failed or did not say everything, the advisories are too old, or too little was judged. Nothing is \
     released, and nothing counts as resolved, until the next whole scan.",
);

/// The rules about findings, in their order.
#[rustfmt::skip]
pub const MATRIX: &[Rule] = &[
    rule("D1", &[&[Open], &[Malicious], &[AtHead]], Verdict::Block,
        "HEAD depends on a package that is an attack, for its users, its build or its developers. Nothing may be \
         released from such a machine or with such a lock."),
    rule("D2", &[&[Open], &[Critical, High], &[ShippedAtHead], &[NotReleased]], Verdict::Block,
        "A release of HEAD would bring a critical or high flaw to users that they do not have now."),
    rule("D3", &[&[Open], &[Delivered], &[Critical, Exploited]], Verdict::ReleaseNow,
        "A release of HEAD takes a critical or exploited flaw from users who have it now."),
    rule("D4", &[&[Open], &[Delivered], &[High]], Verdict::ReleaseNow,
        "A release of HEAD takes a high flaw from users who have it now."),
    rule("D5", &[&[Open], &[Delivered], &[Medium]], Verdict::Ask,
        "A release of HEAD takes a medium flaw, or one that nobody rates, from users. Somebody decides whether it \
         can wait."),
    rule("D6", &[&[Open], &[Delivered], &[Low]], Verdict::Batch,
        LATER),
    rule("D6", &[&[Open], &[DeliveredBuild, BuildAtHead], &[DeliveredBuild, AnyChange]], Verdict::Batch,
        LATER),
    rule("D7", &[&[Open], NEWS, &[ShippedAtHead], &[HasFix]], Verdict::ProposeFix,
        "Users carry the flaw until there is a release, there is a fix, and HEAD does not use it yet: change the \
         requirement, the lock or the bundled copy. The time to do so runs."),
    rule("D8", &[&[Open], NEWS, &[Floating], &[HasFix]], Verdict::Note,
        "Users get the fix without a release, for our requirement admits it. They are told; the lower bound may be \
         raised with the next release."),
    rule("D9", &[&[Open], NEWS, &[Critical, High], &[ReachesUsers], &[NoFix]], Verdict::Ask,
        "A critical or high flaw reaches users and there is no fix. Somebody decides: work around it, exclude the \
         package, yank, or warn. Never automatic."),
    rule("D10", &[&[changed(Kind::AcceptanceExpired), changed(Kind::Reopened)]], Verdict::Ask,
        "An acceptance does not hold any more, or a flaw is back that was gone. Somebody decides anew."),
    rule("D11", &[&[AnyChange], &[DevOnly, changed(Kind::SeverityDown), changed(Kind::Withdrawn), changed(Kind::Suppressed), changed(Kind::Resolved)]],
        Verdict::StatusOnly,
        "It does not reach users, or it got better. The status is published; no release is needed."),
];

/// The rule of the profile `posture`, after D2: every change is a reason to release.
#[rustfmt::skip]
pub const POSTURE: Rule =
    rule("P1", &[&[AnyChange]], Verdict::ReleaseNow,
        "Something has changed, and the profile `posture` releases on every change.");

/// What is left.
pub const D12: Rule = rule("D12", &[], Verdict::None, "No rule calls for anything.");
