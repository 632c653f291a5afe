//! `release changelog check`: what is wrong with the changelog, and whether a branch says what it changes.

use serde_json::json;

use crate::commands::Context;
use crate::effects::Git;
use crate::error::Failure;
use crate::project::changelog::against::{self, Verdict};
use crate::project::changelog::judge::{self, Subject};
use crate::project::changelog::{Changelog, Document};
use crate::project::history;
use crate::report::{Finding, Outcome, Report};

/// Judge the changelog: sections twice or out of order, days that are none, links, fragments, missing sections
///
/// With `--against`, changes of what is shipped since the branch left that reference need an entry: a new fragment, a
/// line below `Unreleased`, or for a generated changelog conventional commits.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Compare with where the branch left this reference, such as `origin/main`
    #[arg(long, value_name = "REF")]
    against: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let changelog = Changelog::of(inspect.files(), &project)?;
    let git = Git::discover(&project.root)?;
    let releases = git.as_ref().map(|git| history::releases(git, &project)).transpose()?.unwrap_or_default();
    let mut findings: Vec<Finding> = against::of_fragments(inspect.files(), &project, &changelog)?;
    let mut unknown = Vec::new();
    match changelog.text(inspect.files(), &project)? {
        Some(text) => {
            let document = Document::read(&text, changelog.markup);
            let file = changelog.path.as_deref().unwrap_or_default();
            let subject = Subject { document: &document, file, releases: &releases, tag: &project.config.tag.value };
            findings.extend(judge::judge(&subject));
        }
        None => unknown.push("there is no changelog to judge".to_owned()),
    }
    if let Some(reference) = &args.against {
        match against::of_branch(inspect.files(), (&project, git.as_ref()), &changelog, reference)? {
            Verdict::Found(found) => findings.extend(found),
            Verdict::Unknown(why) => unknown.push(why),
        }
    }
    for why in &unknown {
        inspect.warn(why.clone());
    }
    let is_clean = findings.is_empty() && unknown.is_empty();
    let result = json!({"path": changelog.path, "kind": changelog.kind, "against": args.against, "unknown": unknown});
    let report = Report::new("changelog check").findings(findings).result(result);
    Ok(match (report.outcome, unknown.is_empty()) {
        (Outcome::Ok, false) => report.outcome(Outcome::Inconclusive),
        _ if is_clean => report.line("nothing is wrong with the changelog"),
        _ => report,
    })
}
