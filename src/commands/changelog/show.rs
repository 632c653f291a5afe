//! `release changelog show`: what was understood of the changelog, or one section of it.

use serde_json::json;

use crate::commands::Context;
use crate::commands::announce::version_of;
use crate::error::Failure;
use crate::project::changelog::{self, Changelog, Document, Section};
use crate::report::{Outcome, Report, text};

/// Show what was understood of the changelog, or the section of one version as it stands
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version, or its tag; `unreleased` for what comes next
    #[arg(value_name = "VERSION|TAG")]
    version: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let changelog = Changelog::of(inspect.files(), &project)?;
    let source = changelog.text(inspect.files(), &project)?.unwrap_or_default();
    let document = Document::read(&source, changelog.markup);
    if let Some(named) = &args.version {
        let version = match named.eq_ignore_ascii_case("unreleased") {
            true => None,
            false => Some(version_of(&project, Some(named))?),
        };
        let section = document.whole(version.as_ref());
        let report = Report::new("changelog show")
            .result(json!({"version": version.map(|version| version.to_string()), "section": section}));
        return Ok(match section {
            Some(section) => report.line(section),
            None => {
                inspect.warn(format!("the changelog has no section `{named}`"));
                report.outcome(Outcome::Inconclusive)
            }
        });
    }
    let waiting = changelog::waiting(inspect.files(), &project)?.entries;
    let mut report = Report::new("changelog show");
    report.lines.push(format!("file        {}", changelog.path.as_deref().unwrap_or("none")));
    report.lines.push(format!("kind        {}", word(&changelog)));
    report.lines.push(format!("unreleased  {}", text::count(waiting, "entry").replace("entrys", "entries")));
    let released: Vec<&Section> = document.sections.iter().filter(|section| !section.title.unreleased).collect();
    let rows: Vec<Vec<String>> = released
        .iter()
        .map(|section| {
            let title = &section.title;
            let version = title.version.as_ref().map(ToString::to_string).unwrap_or_default();
            let remark = if title.yanked { "yanked" } else { "" };
            vec![version, title.date.clone().unwrap_or_default(), remark.to_owned()]
        })
        .collect();
    report.lines.extend(text::table(&rows));
    let sections: Vec<serde_json::Value> = released
        .iter()
        .map(|section| {
            json!({
                "version": section.title.version.as_ref().map(ToString::to_string),
                "date": section.title.date,
                "yanked": section.title.yanked,
                "line": document.line(section),
                "entries": document.entries(section),
            })
        })
        .collect();
    Ok(report.result(json!({
        "path": changelog.path,
        "kind": changelog.kind,
        "markup": changelog.markup,
        "unreleased": waiting,
        "sections": sections,
    })))
}

fn word(changelog: &Changelog) -> String {
    let kind = serde_json::to_value(changelog.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    let kind = kind.unwrap_or_default();
    match kind == "fragments" {
        true => format!("{kind} in {}/", changelog.folder),
        false => kind,
    }
}
