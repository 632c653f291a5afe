//! The issue about what a person has to decide: whether there is to be one, and what it says. It may be read by
//! everybody, so it names packages with ids of published advisories and counts the rest.

use super::Plan;
use crate::effects::Inspect;
use crate::error::Failure;
use crate::forge::Forge;
use crate::project::Project;
use crate::report::text::count;
use crate::security::decision::justification::{code, escape};
use crate::security::decision::{Decision, Judged, Verdict};
use crate::steps::Step;
use crate::steps::keep_issue::{KeepIssue, Wanted};

/// How many findings, and how many gaps, are named one by one.
const NAMED: usize = 50;

/// Plans to keep the issue of a decision; `waits`: nothing happens before a person does something.
///
/// # Errors
/// The forge is not known, or there is no token for it.
pub fn plan(inspect: Inspect<'_>, project: &Project, (decision, waits): (&Decision, bool)) -> Result<Plan, Failure> {
    let forge = Forge::of_project(inspect, &project.config, &project.root)?;
    forge.require_token()?;
    let wanted = what(decision).filter(|_| waits).map(|(title, todo)| Wanted {
        key: decision.key.clone(),
        title: format!("{}: {title}", decision.project),
        body: body(decision, &todo),
    });
    Ok(Plan::of(vec![Step::KeepIssue(Box::new(KeepIssue {
        place: forge.place.clone(),
        project: decision.project.clone(),
        wanted,
        forge,
    }))]))
}

/// What is asked of a person, as a title and as what to do; nothing where nobody is asked.
fn what(decision: &Decision) -> Option<(&'static str, String)> {
    let approve =
        format!("run `release security approve {} --reason WHY`, then `release security trigger`", decision.key);
    match decision.decision {
        Verdict::Hold => Some((
            "a scan is incomplete, and nothing is released",
            "put right what is missing, and scan again".to_owned(),
        )),
        Verdict::Block => Some((
            "security blocks every release",
            "change the dependency that brings it, and scan again; until then nothing is to be released".to_owned(),
        )),
        Verdict::Ask if decision.delivers.is_empty() => Some((
            "a security decision is needed",
            "work around it, exclude the package, or accept it with a reason and a date in `.release/security.toml`"
                .to_owned(),
        )),
        Verdict::Ask => Some(("a security decision is needed", format!("to release it, {approve}"))),
        Verdict::ReleaseNow => {
            Some(("security releases failed twice", format!("find out why they failed; to try again, {approve}")))
        }
        Verdict::ProposeFix => Some((
            "a dependency has a flaw and a fix",
            "change the requirement, the lock or the bundled copy to a version with the fix".to_owned(),
        )),
        _ => None,
    }
}

fn body(decision: &Decision, todo: &str) -> String {
    let released = decision.released.as_deref().map_or(String::new(), |version| format!(" {}", code(version)));
    let mut lines = vec![format!(
        "The decision about {}{released} is **{}**, by rule {}.",
        code(&decision.project),
        decision.decision.word(),
        code(&decision.rule)
    )];
    let deciding: Vec<&Judged> =
        decision.findings.iter().filter(|judged| judged.decision >= Verdict::ProposeFix).collect();
    let (published, others): (Vec<&Judged>, Vec<&Judged>) =
        deciding.into_iter().partition(|judged| is_published(&judged.id));
    let mut items: Vec<String> = published.iter().take(NAMED).map(|judged| item(judged)).collect();
    let unnamed = others.len() + published.len().saturating_sub(NAMED);
    if unnamed > 0 {
        items.push(format!("- {} that this list does not name: `release security explain`", count(unnamed, "finding")));
    }
    items.extend(decision.missing.iter().take(NAMED).map(|missing| format!("- missing: {}", escape(missing))));
    if decision.missing.len() > NAMED {
        items.push(format!("- missing: {} more", decision.missing.len() - NAMED));
    }
    if !items.is_empty() {
        lines.push(items.join("\n"));
    }
    lines.push(format!("What to do: {todo}."));
    lines.push(format!(
        "Kept by `release security trigger --issue` (key `{}`): it is changed with the facts, and closed when nobody has \
         to decide any more. Close it yourself, and it stays closed as long as the facts are the same.",
        decision.key
    ));
    lines.join("\n\n") + "\n"
}

fn item(judged: &Judged) -> String {
    let id = &judged.id;
    let level = judged.severity.word();
    format!(
        "- {} has [{id}](https://osv.dev/vulnerability/{id}), {level}, rule {}",
        code(&judged.package),
        code(&judged.rule)
    )
}

/// Whether an id is one of those that are given to published advisories; such an id has no markup in it.
pub fn is_published(id: &str) -> bool {
    let Some((kind, rest)) = id.split_once('-') else { return false };
    let known = ["CVE", "GHSA", "PYSEC", "MAL", "OSV"].contains(&kind);
    known && rest.len() <= 40 && rest.split('-').count() >= 2 && {
        rest.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }
}
