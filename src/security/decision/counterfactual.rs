//! What would have changed a decision: found by deciding again about a state that differs in one thing, never
//! by guessing.

use super::own_rules::OwnRule;
use super::predicate::is_delivered;
use super::{Modifier, Ruling, Verdict, deciding, judge};
use crate::config::resolve::Security;
use crate::security::exposure::Exposure;
use crate::security::state::{Finding, State};

/// Findings beyond this are not named one by one.
const NAMED: usize = 5;

/// Sentences without a full stop.
pub(super) fn of(
    state: &State,
    policy: &Security,
    own: &[OwnRule],
    (ruling, missing, modifiers): (&Ruling, &[String], &[Modifier]),
) -> Vec<String> {
    let by = |ruling: &Ruling| format!("it would be `{}` by {}", ruling.verdict.word(), ruling.rule);
    if !missing.is_empty() {
        return vec![format!("{} if nothing were missing: {}", by(ruling), missing.join("; "))];
    }
    let mut sentences = Vec::new();
    if !modifiers.is_empty() {
        let unless: Vec<&str> = modifiers.iter().map(|modifier| modifier.unless.as_str()).collect();
        sentences.push(format!("{} if {}", by(ruling), unless.join(", and if ")));
    }
    let decided: Vec<&str> = deciding(ruling).map(|judged| judged.finding.as_str()).collect();
    if decided.is_empty() {
        return sentences;
    }
    let mut without = state.clone();
    without.findings.retain(|finding| !decided.contains(&finding.id.as_str()));
    let names: Vec<String> =
        deciding(ruling).take(NAMED).map(|one| format!("{} in `{}`", one.id, one.package)).collect();
    let names = if decided.len() > NAMED { format!("these {} findings", decided.len()) } else { names.join(", ") };
    sentences.push(format!("{} without {names}", by(&judge(&without, policy, own))));
    if let Some(sentence) = with_the_fix(state, policy, own, ruling) {
        sentences.push(sentence);
    }
    sentences
}

/// What would be decided if HEAD used the fixes that there are.
fn with_the_fix(state: &State, policy: &Security, own: &[OwnRule], ruling: &Ruling) -> Option<String> {
    if ruling.verdict == Verdict::ReleaseNow {
        return None;
    }
    let fixable = |finding: &Finding| finding.at_head().is_some_and(Exposure::is_shipped) && !finding.fix.is_empty();
    let mut fixed = state.clone();
    let mut asked = Vec::new();
    for finding in &mut fixed.findings {
        if fixable(finding) {
            finding.head = None;
            if is_delivered(finding) && asked.len() < NAMED {
                asked.push(format!("`{}` {} or later", finding.package, finding.fix[0]));
            }
        }
    }
    let then = judge(&fixed, policy, own);
    let better = !asked.is_empty() && then.verdict != ruling.verdict;
    better.then(|| {
        format!("it would be `{}` by {} if HEAD asked for {}", then.verdict.word(), then.rule, asked.join(", "))
    })
}
