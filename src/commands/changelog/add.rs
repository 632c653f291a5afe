//! `release changelog add`: one more entry.

use serde_json::json;

use crate::commands::{Context, Done};
use crate::config::file::ChangelogKind;
use crate::effects::files::What;
use crate::error::Failure;
use crate::plan::Plan;
use crate::project::changelog::{Changelog, ChangelogError, Document, fragment_file};
use crate::project::{Project, ProjectError, edit};
use crate::report::Report;
use crate::steps::Step;
use crate::steps::write_files::WriteFiles;

/// Say what changed: one entry below `Unreleased`, or one fragment
///
/// TYPE is a type of change: added, changed, deprecated, removed, fixed, security, or one of your own. The heading is
/// made where it is missing, in the customary order. The same entry is not added twice.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The type of change
    #[arg(value_name = "TYPE")]
    kind: String,
    /// What changed, for users
    #[arg(value_name = "TEXT")]
    text: String,
    /// The issue or request that it is about
    #[arg(long, value_name = "NUMBER")]
    issue: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let changelog = Changelog::of(inspect.files(), &project)?;
    let entry = entry(args)?;
    let kind = changelog.change_type(&args.kind).ok_or_else(|| ChangelogError::UnknownType {
        typed: args.kind.clone(),
        known: changelog.types.iter().map(|known| format!("`{}`", known.name)).collect(),
    })?;
    let (file, bytes) = match changelog.kind {
        ChangelogKind::None => return Err(ChangelogError::NotKept.into()),
        ChangelogKind::Generated => return Err(ChangelogError::Generated.into()),
        ChangelogKind::Fragments => {
            let named = (kind.name.as_str(), args.issue.as_deref().map(|issue| issue.trim_start_matches('#')));
            (fragment_file(&project.root, &changelog, named, &entry), format!("{entry}\n").into_bytes())
        }
        ChangelogKind::KeepAChangelog => {
            let path = changelog.path.clone().ok_or(ChangelogError::NoFile)?;
            let source = changelog.text(inspect.files(), &project)?.unwrap_or_default();
            let issue = args.issue.as_deref().map(|issue| format!(" (#{})", issue.trim_start_matches('#')));
            let item = format!("{entry}{}", issue.unwrap_or_default());
            let edits = Document::read(&source, changelog.markup).add(&kind.heading, &item);
            (path, edit::apply(source.as_bytes(), &edits))
        }
    };
    refuse_link(context, &project, &file)?;
    let step = WriteFiles { dir: project.root.clone(), files: vec![(file.clone(), bytes)] };
    match context.carry_out("changelog add", Plan::of(vec![Step::WriteFiles(step)]))? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => {
            let result = json!({"file": file, "type": kind.name, "text": entry});
            Ok(Report::new("changelog add")
                .line(format!("{}: {entry}", kind.heading))
                .line(format!("  in {file}"))
                .result(result))
        }
    }
}

/// What was typed, as an entry: one that is no heading, no fence and not empty.
fn entry(args: &Args) -> Result<String, ChangelogError> {
    let refuse = |problem: &str| ChangelogError::Entry { problem: problem.to_owned() };
    let text = args.text.trim();
    if text.is_empty() {
        return Err(refuse("it is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(refuse("it has line ends or other control characters"));
    }
    if text.starts_with(['#', '>'])
        || ["- ", "* ", "+ ", "```", "~~~", ".. ", "---"].iter().any(|mark| text.starts_with(mark))
    {
        return Err(refuse("it begins like a heading, a list or code"));
    }
    let is_number = |issue: &str| {
        let issue = issue.trim_start_matches('#');
        !issue.is_empty() && issue.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if args.issue.as_deref().is_some_and(|issue| !is_number(issue)) {
        return Err(refuse("`--issue` takes a number, or letters, digits, `-` and `_`"));
    }
    Ok(text.to_owned())
}

/// A link would be replaced by what it leads to.
fn refuse_link(context: &Context<'_>, project: &Project, file: &str) -> Result<(), Failure> {
    let path = project.root.join(file);
    let files = context.inspect().files();
    let folder = path.parent().unwrap_or(&project.root);
    let is_own = |path: &std::path::Path| files.canonical(path).is_ok_and(|real| real == path);
    let fits = match files.what(&path) {
        What::Missing => files.what(folder) == What::Missing || is_own(folder),
        What::File => is_own(&path),
        What::Folder | What::Other => false,
    };
    if fits { Ok(()) } else { Err(ProjectError::Link { file: file.to_owned() }.into()) }
}
