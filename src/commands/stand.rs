//! `release` without a subcommand: where the project stands, and the next sensible command.

use serde_json::json;

use super::Context;
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::run::progress::{self, Progress};
use crate::plan::bump::FIRST;
use crate::project::{Project, changelog, history};
use crate::report::{Report, text};

pub(crate) fn run(context: &Context<'_>) -> Result<Report, Failure> {
    let projects = context.projects()?;
    let [project] = projects.as_slice() else { return several(&projects) };
    let git = Git::discover(&project.root)?;
    let (last, commits, dirty) = match &git {
        Some(git) => {
            let last = history::releases(git, project)?.pop();
            let commits = history::changes_since(git, project, last.as_ref().map(|release| release.commit.as_str()))?;
            (last, commits, git.changed_files()?)
        }
        None => (None, Vec::new(), Vec::new()),
    };
    let unreleased = changelog::waiting(context.inspect().files(), project)?.entries;
    let tagged = last.as_ref().is_some_and(|release| release.version == *project.version());
    let Begun { unfinished, elsewhere, other } = begun(context, git.as_ref())?;
    let first = format!("release bump {FIRST}");
    let next = match (&git, dirty.is_empty(), tagged, commits.is_empty()) {
        (None, ..) => "git init",
        // It may have ended meanwhile.
        _ if elsewhere => "release history sync",
        _ if unfinished.is_some() => "release resume",
        _ if other.is_some() => "git fetch --tags --force",
        (Some(_), false, ..) => "git commit",
        (Some(_), true, false, _) if project.is_versioned_by_tags() => first.as_str(),
        (Some(_), true, false, _) => "release bump --current",
        (Some(_), true, true, true) => "release publish",
        (Some(_), true, true, false) => "release rehearse",
    };
    let package = &project.packages[0];
    let mut report = Report::new("stand");
    report.lines = vec![
        super::show::title(project),
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
    report.lines.extend(other);
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

/// Where packages with versions of their own stand, a line each.
fn several(projects: &[Project]) -> Result<Report, Failure> {
    let git = Git::discover(&projects[0].root)?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for project in projects {
        let last = match &git {
            Some(git) => history::releases(git, project)?.pop(),
            None => None,
        };
        let since = last.as_ref().map(|release| release.commit.as_str());
        let commits = match &git {
            Some(git) => history::changes_since(git, project, since)?.len(),
            None => 0,
        };
        let (name, tag) = (project.title(), last.map(|release| release.tag));
        rows.push(vec![
            name.clone(),
            project.version().to_string(),
            tag.clone().unwrap_or_else(|| "no tag".to_owned()),
            format!("{} since then", text::count(commits, "commit")),
        ]);
        values
            .push(json!({"name": name, "version": project.version().to_string(), "last_tag": tag, "commits": commits}));
    }
    let mut report = Report::new("stand").result(json!({"packages": values}));
    report.lines = text::table(&rows);
    report.lines.push(format!("next  release --package {}", projects[0].title()));
    Ok(report)
}

/// What the ledger says of the release that was begun last.
#[derive(Default)]
struct Begun {
    /// The release, where it has not ended.
    unfinished: Option<Progress>,
    /// Whether it cannot be continued here.
    elsewhere: bool,
    /// One line, where it has ended with another commit than its tag names here.
    other: Option<String>,
}

fn begun(context: &Context<'_>, git: Option<&Git>) -> Result<Begun, Failure> {
    let Some(git) = git else { return Ok(Begun::default()) };
    let Some(last) = progress::last(git)? else { return Ok(Begun::default()) };
    if last.ended {
        let two = last.two_commits(git)?.filter(|_| last.done.contains(progress::DONE));
        let (version, tag) = (&last.document.to, &last.document.tag);
        let other = two.map(|(here, there)| {
            let (here, there) = (text::commit(&here), text::commit(&there));
            format!("released    {version} of another commit: `{tag}` is {here} here and {there} in the ledger")
        });
        return Ok(Begun { other, ..Begun::default() });
    }
    let elsewhere = last.continues_here(context.inspect(), git).is_err_and(|error| error.code == "plan/elsewhere");
    let unfinished = Some(last).filter(|progress| progress.changed(git));
    Ok(Begun { elsewhere: elsewhere && unfinished.is_some(), unfinished, other: None })
}
