//! What a rule can ask about one finding.

use std::collections::BTreeSet;

use crate::config::file::UnknownSeverity;
use crate::security::exposure::Exposure;
use crate::security::severity::Level;
use crate::security::state::{Finding, Kind, Status};

/// A finding with what has changed about it.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// What has changed since the last decision.
    pub changes: BTreeSet<Kind>,
    /// How a severity that nobody rates is treated.
    pub unknown: UnknownSeverity,
}

/// A question about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Predicate {
    /// It is neither accepted nor resolved.
    Open,
    /// The package is an attack.
    Malicious,
    /// It is known to be exploited.
    Exploited,
    /// It is critical.
    Critical,
    /// It is high.
    High,
    /// It is medium.
    Medium,
    /// It is low, or rated with 0.
    Low,
    /// It is at HEAD.
    AtHead,
    /// Users of HEAD would carry it until there is another release.
    ShippedAtHead,
    /// Users of the last release do not carry it.
    NotReleased,
    /// Users of the last release carry it, and those of HEAD would not.
    Delivered,
    /// What built the last release has it, and what builds HEAD has not.
    DeliveredBuild,
    /// At HEAD it is only in what builds the archives.
    BuildAtHead,
    /// At HEAD our requirement admits the fix.
    Floating,
    /// It reaches users of HEAD, with or without a release.
    ReachesUsers,
    /// It is only in tools of the developers.
    DevOnly,
    /// There is a fix.
    HasFix,
    /// There is none.
    NoFix,
    /// Anything has changed about it.
    AnyChange,
    /// This has changed about it.
    Changed(Kind),
}

/// For tables of constants.
pub(super) const fn changed(kind: Kind) -> Predicate {
    Predicate::Changed(kind)
}

impl Predicate {
    /// Its name in a trace.
    pub fn name(self) -> &'static str {
        match self {
            Predicate::Open => "open",
            Predicate::Malicious => "malicious",
            Predicate::Exploited => "exploited",
            Predicate::Critical => "critical",
            Predicate::High => "high",
            Predicate::Medium => "medium",
            Predicate::Low => "low",
            Predicate::AtHead => "at HEAD",
            Predicate::ShippedAtHead => "shipped at HEAD",
            Predicate::NotReleased => "not in the last release",
            Predicate::Delivered => "delivered",
            Predicate::DeliveredBuild => "delivered for the build",
            Predicate::BuildAtHead => "build only",
            Predicate::Floating => "floating",
            Predicate::ReachesUsers => "reaches users",
            Predicate::DevOnly => "developers only",
            Predicate::HasFix => "has a fix",
            Predicate::NoFix => "has no fix",
            Predicate::AnyChange => "changed",
            Predicate::Changed(kind) => kind.word(),
        }
    }

    /// Whether it holds.
    pub fn holds(self, case: &Case<'_>) -> bool {
        let finding = case.finding;
        let (head, released) = (finding.at_head(), finding.at_release());
        match self {
            Predicate::Open => finding.status == Status::Open,
            Predicate::Malicious => finding.malicious,
            Predicate::Exploited => finding.exploited,
            Predicate::Critical => case.level() == Level::Critical || finding.malicious,
            Predicate::High => case.level() == Level::High,
            Predicate::Medium => case.level() == Level::Medium,
            Predicate::Low => case.level() <= Level::Low,
            Predicate::AtHead => head.is_some(),
            Predicate::ShippedAtHead => head.is_some_and(Exposure::is_shipped),
            Predicate::NotReleased => !released.is_some_and(Exposure::is_shipped),
            Predicate::Delivered => is_delivered(finding),
            Predicate::DeliveredBuild => released == Some(Exposure::Build) && head.is_none(),
            Predicate::BuildAtHead => head == Some(Exposure::Build),
            Predicate::Floating => head == Some(Exposure::Floating),
            Predicate::ReachesUsers => head.is_some_and(|exposure| exposure >= Exposure::Floating),
            Predicate::DevOnly => head == Some(Exposure::Dev) && !released.is_some_and(Exposure::is_shipped),
            Predicate::HasFix => !finding.fix.is_empty(),
            Predicate::NoFix => finding.fix.is_empty(),
            Predicate::AnyChange => !case.changes.is_empty(),
            Predicate::Changed(kind) => case.changes.contains(&kind),
        }
    }
}

impl Case<'_> {
    /// How bad it is, where nobody rates it as the configuration says.
    pub fn level(&self) -> Level {
        match (self.finding.severity.level, self.unknown) {
            (Level::Unknown, UnknownSeverity::Medium) => Level::Medium,
            (Level::Unknown, UnknownSeverity::High) => Level::High,
            (level, _) => level,
        }
    }
}

/// Whether a release of HEAD takes a finding from users: those of the last release carry it until there is
/// another one, and those of HEAD would not.
pub fn is_delivered(finding: &Finding) -> bool {
    finding.at_release().is_some_and(Exposure::is_shipped) && !finding.at_head().is_some_and(Exposure::is_shipped)
}
