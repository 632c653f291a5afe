//! `release` without a subcommand: where the project stands, and the next sensible command.

use serde_json::json;

use super::Context;
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::run::progress;
use crate::project::{FILE_LIMIT, Project, changelog, history};
use crate::report::{Report, text};

pub(crate) fn run(context: &Context<'_>) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let git = Git::discover(&project.root)?;
    let (last, commits, dirty) = match &git {
        Some(git) => {
            let last = history::releases(git, &project)?.pop();
            let commits =
                git.commits_since(last.as_ref().map(|release| release.commit.as_str()), history::COMMIT_LIMIT)?;
            (last, commits, git.changed_files()?)
        }
        None => (None, Vec::new(), Vec::new()),
    };
    let unreleased = unreleased(context, &project)?;
    let tagged = last.as_ref().is_some_and(|release| release.version == *project.version());
    let unfinished = match &git {
        Some(git) => progress::last(git)?.filter(|progress| !progress.ended && progress.changed(git)),
        None => None,
    };
    let elsewhere = match (&git, &unfinished) {
        (Some(git), Some(progress)) => progress.continues_here(inspect, git).is_err(),
        _ => false,
    };
    let next = match (&git, dirty.is_empty(), tagged, commits.is_empty()) {
        (None, ..) => "git init",
        // It may have ended meanwhile.
        _ if elsewhere => "release history sync",
        _ if unfinished.is_some() => "release resume",
        (Some(_), false, ..) => "git commit",
        (Some(_), true, false, _) if project.is_versioned_by_tags() => "release bump 0.1.0",
        (Some(_), true, false, _) => "release bump --current",
        (Some(_), true, true, true) => "release publish",
        (Some(_), true, true, false) => "release rehearse",
    };
    let package = &project.packages[0];
    let mut report = Report::new("stand");
    report.lines = vec![
        super::show::title(&project),
        format!("source      {}", package.source.shown("")),
        format!("last tag    {}", last.as_ref().map_or("none", |release| release.tag.as_str())),
        format!(
            "since then  {}, {} in the changelog",
            text::count(commits.len(), "commit"),
            text::count(unreleased, "unreleased change")
        ),
        format!(
            "tree        {}",
            match (&git, dirty.len()) {
                (None, _) => "not in a repository".to_owned(),
                (_, 0) => "clean".to_owned(),
                (_, changes) => text::count(changes, "uncommitted change"),
            }
        ),
    ];
    if let Some(progress) = &unfinished {
        let document = &progress.document;
        let place = if elsewhere { ", begun in another clone" } else { "" };
        let left: Vec<&str> =
            document.phases.iter().filter(|phase| !progress.done.contains(*phase)).map(String::as_str).collect();
        report.lines.push(format!("under way   the release of {}{}: {} left", document.to, place, left.join(", ")));
    }
    report.lines.push(format!("next        {next}"));
    Ok(report.result(json!({
        "name": project.title(),
        "version": project.version().to_string(),
        "source": package.source,
        "last_tag": last.map(|release| release.tag),
        "commits": commits.len(),
        "unreleased": unreleased,
        "dirty": dirty,
        "under_way": unfinished.map(|progress| progress.document.to),
        "next": next,
    })))
}

/// How many changes the changelog has under `Unreleased`.
fn unreleased(context: &Context<'_>, project: &Project) -> Result<usize, Failure> {
    let Some(path) = &project.changelog else { return Ok(0) };
    let text = context.inspect().files().read_text(&project.root.join(path), FILE_LIMIT)?;
    let notes = changelog::notes(&text, None).unwrap_or_default();
    Ok(notes.lines().filter(|line| line.trim_start().starts_with(['-', '*'])).count())
}
