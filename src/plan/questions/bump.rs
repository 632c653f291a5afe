//! The questions of `release bump`: which package, which version, what to say, and whether to go on.

use super::{one, unrepeated};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::plan::bump::{Bump, today};
use crate::plan::message;
use crate::plan::next::{self, Choice, Suggestion};
use crate::project::Project;
use crate::project::history;
use crate::python::bump::{Mode, Request, Way};
use crate::report::{Event, text};

/// The widest line that is shown.
const COLUMNS: usize = 79;
/// The most lines of a plan that are shown unasked.
const SHOWN: usize = 12;
/// What is typed to leave.
const NONE: &str = "none";

/// Which of the packages with versions of their own is meant, by its name (`--package`).
///
/// # Errors
/// Standard input ended, or there was no usable answer.
pub fn package(inspect: Inspect<'_>, projects: &[Project]) -> Result<String, Failure> {
    let rows = projects.iter().map(|project| vec![project.title(), project.version().to_string()]);
    list(inspect, &rows.collect::<Vec<_>>());
    one(inspect, "package: its number or name", "1", |answer| {
        let known = projects.iter().map(Project::title).collect::<Vec<_>>();
        let named = |name: &&String| name.as_str() == answer;
        picked(answer, known.len())
            .map(|at| known[at].clone())
            .or_else(|| known.iter().find(named).cloned())
            .ok_or_else(|| format!("a number from 1 to {}, or a name", known.len()))
    })
}

/// What somebody wants.
pub struct Answers {
    /// The kind or version, or `--current`, as it could have been typed.
    pub wanted: String,
    /// The message of commit and tag; nothing for the one that is made of the version.
    pub message: Option<String>,
}

/// Where the project stands, which version is wanted, and what is to be said of it; nothing for no bump.
///
/// # Errors
/// Standard input ended, there was no usable answer, or history cannot be read.
pub fn ask(
    inspect: Inspect<'_>,
    project: &Project,
    (mode, message): (Mode, Option<String>),
) -> Result<Option<Answers>, Failure> {
    let Some(wanted) = wanted(inspect, project, mode)? else { return Ok(None) };
    let asked = match message {
        // It may be a secret that was pasted.
        None => unrepeated(inspect, "comment for the commit and the tag", NONE, |answer| {
            let comment = (answer != NONE).then_some(answer);
            match message::refused(inspect.redactor(), project, comment) {
                Some(why) => Err(format!("this cannot be the comment: {why}; give another one")),
                None => Ok(comment.map(str::to_owned)),
            }
        })?,
        given => given,
    };
    Ok(Some(Answers { wanted, message: asked }))
}

fn wanted(inspect: Inspect<'_>, project: &Project, mode: Mode) -> Result<Option<String>, Failure> {
    let git = Git::discover(&project.root)?;
    let releases = git.as_ref().map(|git| history::releases(git, project)).transpose()?.unwrap_or_default();
    let way = Way { scheme: &project.config.scheme.value, mode, today: today(inspect) };
    let Suggestion { kind: suggested, reason } = next::suggest(inspect, git.as_ref(), project, &releases)?;
    let mut choices = next::choices(project.version(), way, &releases);
    if suggested == Some("--current") {
        choices.insert(0, Choice { kind: "--current", version: project.version().clone(), exact: None });
    }
    // What is called for comes first, so that Enter takes it.
    let first = choices.iter().position(|choice| suggested == Some(choice.kind));
    if let Some(at) = first {
        choices[..=at].rotate_right(1);
    }
    let branch = git.as_ref().and_then(|git| git.head().ok()?.branch);
    let branch = branch.map(|name| format!(" on {}", name.trim_start_matches("refs/heads/"))).unwrap_or_default();
    let last = releases.iter().rev().find(|release| release.version <= *project.version());
    let commits = match &git {
        Some(git) => history::changes_since(git, project, last.map(|release| release.commit.as_str()))?.len(),
        None => 0,
    };
    let since = last.map_or_else(
        || "never released".to_owned(),
        |last| format!("{} since {}", text::count(commits, "commit"), last.tag),
    );
    show(inspect, vec![format!("{} {}{branch}, {since}", project.title(), project.version()), reason]);
    let row = |choice: &Choice| {
        let exact = choice.exact.as_ref().map(|exact| format!("{exact} with --exact"));
        vec![choice.kind.to_owned(), choice.version.to_string(), exact.unwrap_or_default()]
    };
    list(inspect, &choices.iter().map(row).collect::<Vec<_>>());
    let default = if first.is_some() { "1" } else { NONE };
    one(inspect, "next version: its number, a kind, a version, or `none`", default, |answer| {
        if answer == NONE {
            return Ok(None);
        }
        let beyond = answer.parse::<usize>().is_ok_and(|number| number == 0 || number > choices.len());
        if beyond {
            return Err(format!("a number from 1 to {}, a kind or a version", choices.len()));
        }
        let typed = picked(answer, choices.len()).map_or(answer, |at| choices[at].kind);
        if typed == "--current" {
            return Ok(Some(typed.to_owned()));
        }
        let request: Request =
            typed.parse().map_err(|_| format!("a number from 1 to {}, a kind or a version", choices.len()))?;
        match next::free(inspect, git.as_ref(), (project, &releases), (request, way)) {
            Ok(_) => Ok(Some(typed.to_owned())),
            Err(failure) => Err(format!("another one: {}", failure.message)),
        }
    })
}

/// Shows what would be done, and asks whether to do it (`--yes`).
///
/// # Errors
/// Standard input ended, or there was no usable answer.
pub fn apply(inspect: Inspect<'_>, bump: &Bump) -> Result<bool, Failure> {
    let mut lines = vec![format!("{} -> {}", bump.from, bump.to)];
    lines.extend(bump.plan.preview.iter().take(SHOWN).map(|line| format!("  {line}")));
    if let Some(more) = bump.plan.preview.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  and {}, which `diff` shows", text::count(more, "more line")));
    }
    lines.extend(bump.plan.steps.iter().map(|step| format!("would {}", step.describe())));
    show(inspect, lines);
    loop {
        let answer = one(inspect, "go on: yes, diff, or no", "no", |answer| match answer {
            "y" | "yes" => Ok(Some(true)),
            "n" | "no" => Ok(Some(false)),
            "d" | "diff" => Ok(None),
            _ => Err("`yes`, `diff` or `no`".to_owned()),
        })?;
        match answer {
            Some(answer) => return Ok(answer),
            None => inspect.tell(&Event::Lines { lines: bump.diff() }),
        }
    }
}

/// The place in a list that a number names.
fn picked(answer: &str, length: usize) -> Option<usize> {
    answer.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < length)
}

/// Shows rows with their numbers.
fn list(inspect: Inspect<'_>, rows: &[Vec<String>]) {
    let numbered = rows.iter().enumerate().map(|(at, row)| {
        let mut cells = vec![format!("{:>4}", at + 1)];
        cells.extend(row.iter().cloned());
        cells
    });
    show(inspect, text::table(&numbered.collect::<Vec<_>>()));
}

fn show(inspect: Inspect<'_>, lines: Vec<String>) {
    let cut = |line: String| match line.char_indices().nth(COLUMNS) {
        Some(_) => format!("{}…", line.chars().take(COLUMNS - 1).collect::<String>()),
        None => line,
    };
    inspect.tell(&Event::Lines { lines: lines.into_iter().map(cut).collect() });
}
