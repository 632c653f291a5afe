//! What is to be done about a state: a pure function of the state, the configuration, where it runs and the
//! time. [`matrix`] holds the rules, [`predicate`] what they can ask, [`own_rules`] those of the project.
//!
//! One more finding never makes what the rules say less urgent. Only a modifier does, and it only turns
//! `release-now` into `ask`.
//!
//! Every decision carries the trace of every rule for every finding, what would have changed it, and a key:
//! the same key means the same release, so it is started once.

pub mod counterfactual;
pub mod justification;
pub mod matrix;
pub mod own_rules;
pub mod predicate;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use self::matrix::{D0, D12, MATRIX, POSTURE};
use self::own_rules::OwnRule;
use self::predicate::{Case, is_delivered};
use super::error::SecurityError;
use super::severity::Level;
use super::state::{Finding, State, Status};
use crate::config::file::{SecurityAuto, SecurityProfile};
use crate::config::resolve::Security;
use crate::report::json;

/// The version of the document.
const SCHEMA: u32 = 1;

/// How much must have been judged, in percent.
const COVERAGE: usize = 95;

/// What is to be done, the most urgent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing.
    None,
    /// The status is published, no more.
    StatusOnly,
    /// Users are told.
    Note,
    /// It goes into the next regular release.
    Batch,
    /// A change of the project is proposed.
    ProposeFix,
    /// Somebody decides.
    Ask,
    /// A release is started.
    ReleaseNow,
    /// Nothing may be released.
    Block,
    /// Nothing is decided until the next whole scan.
    Hold,
}

impl Verdict {
    const ALL: [(&'static str, Verdict); 9] = [
        ("none", Verdict::None),
        ("status-only", Verdict::StatusOnly),
        ("note", Verdict::Note),
        ("batch", Verdict::Batch),
        ("propose-fix", Verdict::ProposeFix),
        ("ask", Verdict::Ask),
        ("release-now", Verdict::ReleaseNow),
        ("block", Verdict::Block),
        ("hold", Verdict::Hold),
    ];

    /// The word of the JSON document.
    pub fn word(self) -> &'static str {
        Verdict::ALL.iter().find(|(_, verdict)| *verdict == self).map_or("none", |(word, _)| *word)
    }
}

/// Where a decision is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a workflow of a forge.
    Workflow,
    /// On somebody's machine: there a release is never started without asking.
    Local,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The version of the document.
    pub schema: u32,
    /// The project.
    pub project: String,
    /// What is to be done.
    pub decision: Verdict,
    /// By which rule.
    pub rule: String,
    /// The same key means the same release.
    pub key: String,
    /// The sha256 of the state and the configuration that it rests on.
    pub inputs: String,
    /// When it was made.
    pub decided_at: Timestamp,
    /// The commit that would be released.
    pub commit: Option<String>,
    /// The version that users have.
    pub released: Option<String>,
    /// The identities of the findings that a release would take from users.
    pub delivers: Vec<String>,
    /// What is to be done about each finding, the most urgent first.
    pub findings: Vec<Judged>,
    /// Why a release is not started although a rule calls for it.
    pub modifiers: Vec<Modifier>,
    /// Why nothing is decided.
    pub missing: Vec<String>,
    /// For each finding what every rule asked and was told.
    pub trace: Vec<Trace>,
    /// What would have changed the decision.
    pub counterfactual: Vec<String>,
    /// The decision in words, in Markdown.
    pub justification: String,
    /// What users are to be told, in Markdown; empty where there is nothing to tell.
    pub notes: String,
}

/// What is to be done about one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The finding.
    pub finding: String,
    /// The package.
    pub package: String,
    /// The id to show.
    pub id: String,
    /// How bad it is.
    pub severity: Level,
    /// What is to be done.
    pub decision: Verdict,
    /// By which rule.
    pub rule: String,
    /// Until when it is to be gone.
    pub due: Option<Timestamp>,
}

/// Something that turns `release-now` into `ask`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modifier {
    /// Its name.
    pub name: String,
    /// Why it holds.
    pub why: String,
    /// What would lift it, as the end of a sentence that begins with "if".
    pub unless: String,
}

/// What every rule asked about a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The finding.
    pub finding: String,
    /// The rules in their order; the first that holds is its rule.
    pub rules: Vec<Asked>,
}

/// What one rule asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The rule.
    pub rule: String,
    /// Whether every question was answered with yes.
    pub holds: bool,
    /// The questions and their answers.
    pub when: Map<String, Value>,
}

/// What the rules come to, before anybody asks how a release may start.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruling {
    /// The most urgent verdict.
    pub verdict: Verdict,
    /// The first rule with that verdict.
    pub rule: String,
    /// Every finding.
    pub findings: Vec<Judged>,
    /// What every rule asked.
    pub trace: Vec<Trace>,
}

/// Decides.
///
/// # Errors
/// A rule of the project means nothing.
pub fn decide(state: &State, policy: &Security, place: Place, now: Timestamp) -> Result<Decision, SecurityError> {
    let own = own_rules::read(policy)?;
    let ruling = judge(state, policy, &own);
    let missing = hold(state, policy, now);
    let modifiers = match ruling.verdict {
        Verdict::ReleaseNow => modifiers(state, policy, place, now),
        _ => Vec::new(),
    };
    let (verdict, rule) = match ruling.verdict {
        _ if !missing.is_empty() => (Verdict::Hold, D0.id.to_owned()),
        Verdict::ReleaseNow if !modifiers.is_empty() => (Verdict::Ask, ruling.rule.clone()),
        verdict => (verdict, ruling.rule.clone()),
    };
    let delivers: Vec<String> = delivered(state).map(|finding| finding.id.clone()).collect();
    let (kind, about): (&str, BTreeSet<&str>) = match verdict {
        Verdict::ReleaseNow | Verdict::Ask if !delivers.is_empty() => {
            ("release", delivers.iter().map(String::as_str).collect())
        }
        Verdict::Hold => ("hold", BTreeSet::new()),
        _ => (verdict.word(), deciding(&ruling).map(|judged| judged.finding.as_str()).collect()),
    };
    let released = state.released.as_ref().map(|released| released.version.clone());
    let policy_digest = digest(&serde_json::to_value(policy).expect("a configuration has string keys"));
    let parts = [
        "key/1",
        kind,
        &state.project,
        released.as_deref().unwrap_or(""),
        &about.into_iter().collect::<Vec<_>>().join(","),
        &policy_digest,
    ];
    let key = hex(&Sha256::digest(parts.join("\n")))[..16].to_owned();
    let counterfactual = counterfactual::of(state, policy, &own, (&ruling, &missing, &modifiers));
    let mut decision = Decision {
        schema: SCHEMA,
        project: state.project.clone(),
        decision: verdict,
        rule,
        key,
        inputs: hex(&Sha256::digest(format!("{}\n{policy_digest}", state.digest()))),
        decided_at: now,
        commit: state.head.commit.clone(),
        released,
        delivers,
        findings: with_due(ruling.findings, state, policy),
        modifiers,
        missing,
        trace: ruling.trace,
        counterfactual,
        justification: String::new(),
        notes: String::new(),
    };
    (decision.justification, decision.notes) = justification::write(state, &decision, &own)?;
    Ok(decision)
}

/// The findings that a release of HEAD would take from users.
pub fn delivered(state: &State) -> impl Iterator<Item = &Finding> {
    state.findings.iter().filter(|finding| finding.status == Status::Open && is_delivered(finding))
}

/// The findings whose verdict is the decision.
pub(super) fn deciding(ruling: &Ruling) -> impl Iterator<Item = &Judged> {
    ruling.findings.iter().filter(|judged| judged.decision == ruling.verdict && ruling.verdict != Verdict::None)
}

/// D0: why nothing can be decided.
pub fn hold(state: &State, policy: &Security, now: Timestamp) -> Vec<String> {
    let mut missing = state.reasons.clone();
    if !state.complete && missing.is_empty() {
        missing.push("a source did not say everything".to_owned());
    }
    for wanted in &policy.require {
        if !state.sources.iter().any(|source| source.name.eq_ignore_ascii_case(wanted)) {
            missing.push(format!("there is no report of `{}`, which `[security] require` names", shown(wanted)));
        }
    }
    let limit = signed(policy.db_max_age);
    match state.database_time() {
        Some(time) if now.duration_since(time) > limit => {
            missing.push(format!("the newest advisory is of {time}, more than {} hours ago", limit.as_hours()));
        }
        Some(_) => {}
        None => missing.push("no source says how old its advisories are".to_owned()),
    }
    if state.coverage.packages > 0 && state.coverage.percent() < COVERAGE {
        let coverage = state.coverage;
        missing.push(format!("only {} of {} locked packages were judged", coverage.audited, coverage.packages));
    }
    missing.sort();
    missing.dedup();
    missing
}

/// Every finding by the rules.
pub(super) fn judge(state: &State, policy: &Security, own: &[OwnRule]) -> Ruling {
    let mut ruling = Ruling { verdict: Verdict::None, rule: D12.id.to_owned(), findings: vec![], trace: vec![] };
    for finding in &state.findings {
        let case = Case { finding, changes: state.changes_of(&finding.id).collect(), unknown: policy.unknown };
        let rules = ask(&case, policy, own);
        let first = rules.iter().find(|(asked, _)| asked.holds);
        let (rule, verdict) = first.map_or((D12.id, Verdict::None), |(asked, verdict)| (&asked.rule, *verdict));
        if verdict > ruling.verdict {
            rule.clone_into(&mut ruling.rule);
            ruling.verdict = verdict;
        }
        ruling.findings.push(Judged {
            finding: finding.id.clone(),
            package: finding.package.clone(),
            id: finding.shown().to_owned(),
            severity: finding.severity.level,
            decision: verdict,
            rule: rule.to_owned(),
            due: None,
        });
        ruling.trace.push(Trace { finding: finding.id.clone(), rules: rules.into_iter().map(|(a, _)| a).collect() });
    }
    // The first rule of the matrix speaks for several findings with the same verdict.
    let order = |judged: &Judged| {
        let place = MATRIX.iter().position(|rule| rule.id == judged.rule).unwrap_or(MATRIX.len());
        (std::cmp::Reverse(judged.decision), place, std::cmp::Reverse(judged.severity), judged.package.clone())
    };
    ruling.findings.sort_by_key(order);
    if let Some(first) = ruling.findings.first().filter(|first| first.decision != Verdict::None) {
        ruling.rule.clone_from(&first.rule);
    }
    ruling
}

/// What every rule asks about a finding, and what would follow.
fn ask(case: &Case<'_>, policy: &Security, own: &[OwnRule]) -> Vec<(Asked, Verdict)> {
    let safety = MATRIX.iter().take_while(|rule| ["D1", "D2"].contains(&rule.id)).count();
    let built_in = |rule: &matrix::Rule| {
        let rows = rule.when.iter().map(|row| {
            let name: Vec<&str> = row.iter().map(|predicate| predicate.name()).collect();
            (name.join(" or "), row.iter().any(|predicate| predicate.holds(case)))
        });
        (asked(rule.id, rows), rule.then)
    };
    let mut rules: Vec<(Asked, Verdict)> = MATRIX[..safety].iter().map(built_in).collect();
    let own = own.iter().map(|rule| (asked(&rule.id, rule.rows(case)), rule.then));
    let place = if policy.allow_unsafe { 0 } else { rules.len() };
    rules.splice(place..place, own);
    if policy.profile == SecurityProfile::Posture {
        rules.push(built_in(&POSTURE));
    }
    rules.extend(MATRIX[safety..].iter().map(built_in));
    rules
}

fn asked(rule: &str, rows: impl IntoIterator<Item = (String, bool)>) -> Asked {
    let when: Map<String, Value> = rows.into_iter().map(|(name, holds)| (name, Value::Bool(holds))).collect();
    Asked { rule: rule.to_owned(), holds: when.values().all(|value| value == &Value::Bool(true)), when }
}

/// What turns `release-now` into `ask`.
fn modifiers(state: &State, policy: &Security, place: Place, now: Timestamp) -> Vec<Modifier> {
    let modifier = |name: &str, why: String, unless: String| Modifier { name: name.to_owned(), why, unless };
    let mut found = Vec::new();
    let cooldown = signed(policy.cooldown);
    let is_fresh = |finding: &&Finding| {
        let known = finding.fix_since.map(|since| now.duration_since(since));
        !finding.exploited && known.is_some_and(|known| known < cooldown)
    };
    if let Some(fresh) = delivered(state).find(is_fresh) {
        let since = fresh.fix_since.unwrap_or(now);
        found.push(modifier(
            "cool-down",
            format!("the fix of {} is known only since {since}; a fix can be an attack itself", fresh.shown()),
            format!("the fix had been known for {} hours", cooldown.as_hours()),
        ));
    }
    if state.head.feature.is_some() {
        found.push(modifier(
            "features",
            "HEAD has more than fixes since the last release".to_owned(),
            "HEAD had only fixes since the last release, for instance on a branch cut from its tag".to_owned(),
        ));
    }
    let is_enough = |finding: &Finding| match policy.auto {
        SecurityAuto::Never => false,
        SecurityAuto::Critical => finding.severity.level == Level::Critical || finding.exploited || finding.malicious,
        SecurityAuto::High => true,
    };
    let posture = policy.profile == SecurityProfile::Posture && policy.auto != SecurityAuto::Never;
    if !posture && !delivered(state).any(is_enough) {
        found.push(modifier(
            "auto",
            "`[security] auto` asks for it".to_owned(),
            "`[security] auto` allowed it".to_owned(),
        ));
    }
    if place == Place::Local {
        found.push(modifier(
            "local",
            "this is no workflow of a forge".to_owned(),
            "it were decided in a workflow of the forge".to_owned(),
        ));
    }
    found
}

fn with_due(mut findings: Vec<Judged>, state: &State, policy: &Security) -> Vec<Judged> {
    for judged in &mut findings {
        let days = match judged.severity {
            Level::Critical => policy.sla.critical,
            Level::High => policy.sla.high,
            Level::Medium => policy.sla.medium,
            Level::Low | Level::None => policy.sla.low,
            Level::Unknown => policy.sla.unknown,
        };
        let finding = state.finding(&judged.finding).filter(|finding| finding.status == Status::Open);
        let span = SignedDuration::from_hours(i64::from(days) * 24);
        judged.due = finding.and_then(|finding| finding.first_seen.checked_add(span).ok());
    }
    findings
}

impl Decision {
    /// Reads a document that [`Decision::to_json`] wrote.
    ///
    /// # Errors
    /// It is none, or of a newer version.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, SecurityError> {
        let refuse = |reason: String| SecurityError::Decision { file: file.to_owned(), reason };
        let decision: Decision = serde_json::from_slice(bytes).map_err(|error| refuse(error.to_string()))?;
        if decision.schema == SCHEMA { Ok(decision) } else { Err(refuse(format!("its schema is {}", decision.schema))) }
    }

    /// The document.
    pub fn to_json(&self) -> String {
        json::print(&serde_json::to_value(self).expect("a decision has string keys"))
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

fn digest(value: &Value) -> String {
    hex(&Sha256::digest(value.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text of the configuration inside a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && *c != '`').take(60).collect()
}
