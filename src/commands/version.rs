//! `release version`: the version, and what comes next.

use serde_json::json;

use super::{Context, usage};
use crate::effects::Git;
use crate::error::Failure;
use crate::plan::bump::today;
use crate::plan::next::{self, Choice, Resolved, Suggestion};
use crate::project::Project;
use crate::project::history::{self, Released};
use crate::python::bump::{self, Mode, Request, Scheme, Way, semver};
use crate::python::error::ParseError;
use crate::python::version::Version;
use crate::report::{Report, text};

/// Print the version, or what a bump would make of it
///
/// With `--scheme semver` versions are read and printed in the form of SemVer; what has no such form is refused.
/// A version that a bump would refuse, because a tag of its line is not below it, is refused here, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print what this kind gives: `minor`, `rc`, `minor,rc`, `1.4.0`, …
    #[arg(long, value_name = "KIND")]
    next: Option<String>,
    /// Start from this version instead of the project's
    #[arg(long, value_name = "VERSION")]
    from: Option<String>,
    /// What the numbers mean: `pep440`, `semver`, `calver` or `calver:PATTERN` [default: the project's, else pep440]
    #[arg(long, value_name = "SCHEME")]
    scheme: Option<String>,
    /// Always count up, as uv does: `1.3.0rc1` minor is `1.4.0`
    #[arg(long)]
    exact: bool,
    /// List what each kind gives, and mark the one that commits and changelog call for
    #[arg(long, conflicts_with_all = ["next", "exact"])]
    suggest: bool,
}

/// What is asked about.
struct Subject {
    version: Version,
    project: Option<Project>,
    git: Option<Git>,
    releases: Vec<Released>,
    scheme: Scheme,
    /// Whether versions are printed in the form of SemVer.
    spell_semver: bool,
}

impl Subject {
    fn spell(&self, version: &Version) -> Result<String, Failure> {
        Ok(if self.spell_semver { semver::of_version(version)?.to_string() } else { version.to_string() })
    }

    /// The report with what later steps of a workflow may read.
    fn with_outputs(&self, report: Report, version: &Version) -> Result<Report, Failure> {
        let tag = self.project.as_ref().map(|project| project.tag_of(version));
        let mut report = report.output("version", self.spell(version)?);
        report = report.output("is-prerelease", version.is_prerelease().to_string());
        Ok(if let Some(tag) = tag { report.output("tag", tag) } else { report })
    }
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    if args.from.is_none() && args.next.is_none() && !args.suggest && context.projects()?.len() > 1 {
        return Ok(super::show::versions(&context.projects()?));
    }
    let subject = subject(context, args)?;
    let current = subject.spell(&subject.version)?;
    let way = Way { scheme: &subject.scheme, mode: Mode::of(args.exact), today: today(context.inspect()) };
    if args.suggest {
        return suggested(context, &subject, way);
    }
    let Some(kind) = &args.next else {
        let report = Report::new("version").line(current.clone()).result(json!({"version": current, "next": null}));
        return subject.with_outputs(report, &subject.version);
    };
    let request = kind.parse::<Request>()?;
    let resolved = match &subject.project {
        Some(project) => {
            next::free(context.inspect(), subject.git.as_ref(), (project, &subject.releases), (request, way))?
        }
        None => Resolved::Next(bump::next(&subject.version, &request, way)?),
    };
    let next = match resolved {
        Resolved::Next(next) => next,
        Resolved::Nothing(reason) => {
            context.inspect().note(format!("there is nothing to release: {reason}"));
            return Ok(Report::new("version").result(json!({"version": current, "next": null, "notes": [reason]})));
        }
    };
    next.notes.iter().for_each(|note| context.inspect().note(note.clone()));
    let spelled = subject.spell(&next.version)?;
    let result = json!({"version": current, "next": spelled, "notes": next.notes});
    subject.with_outputs(Report::new("version").line(spelled).result(result), &next.version)
}

fn subject(context: &Context<'_>, args: &Args) -> Result<Subject, Failure> {
    let typed: Option<Scheme> = args.scheme.as_deref().map(str::parse).transpose()?;
    let spell_semver = typed == Some(Scheme::Semver);
    let Some(from) = &args.from else {
        let project = context.project()?;
        let git = Git::discover(&project.root)?;
        let releases = git.as_ref().map(|git| history::releases(git, &project)).transpose()?.unwrap_or_default();
        let scheme = typed.unwrap_or_else(|| project.config.scheme.value.clone());
        let version = project.version().clone();
        return Ok(Subject { version, project: Some(project), git, releases, scheme, spell_semver });
    };
    let version = if spell_semver {
        semver::parse(from)?
    } else {
        let wrong = |error: ParseError| usage(format!("`--from {from}` is not a version"), error.to_string());
        from.parse().map_err(wrong)?
    };
    let scheme = typed.unwrap_or_default();
    Ok(Subject { version, project: None, git: None, releases: Vec::new(), scheme, spell_semver })
}

/// Every kind with its result, one of them marked.
fn suggested(context: &Context<'_>, subject: &Subject, way: Way<'_>) -> Result<Report, Failure> {
    let Suggestion { kind: suggested, reason } = match &subject.project {
        Some(project) => next::suggest(context.inspect(), subject.git.as_ref(), project, &subject.releases)?,
        None => Suggestion { kind: None, reason: "without a project there are no changes to judge by".to_owned() },
    };
    let mut choices = next::choices(&subject.version, way, &subject.releases);
    if suggested == Some("--current") {
        choices.insert(0, Choice { kind: "--current", version: subject.version.clone(), exact: None });
    }
    let (mut rows, mut values, mut marked) = (Vec::new(), Vec::new(), None);
    for Choice { kind, version, exact } in choices {
        let spelled = subject.spell(&version)?;
        let exact = exact.map(|exact| subject.spell(&exact)).transpose()?;
        let mark = suggested == Some(kind);
        let remarks = [mark.then(|| reason.clone()), exact.as_ref().map(|exact| format!("{exact} with --exact"))];
        let remarks = remarks.into_iter().flatten().collect::<Vec<_>>().join("; ");
        rows.push(vec![if mark { "*" } else { " " }.to_owned(), kind.to_owned(), spelled.clone(), remarks]);
        values.push(json!({"kind": kind, "version": spelled, "exact": exact}));
        marked = if mark { Some(spelled) } else { marked };
    }
    match (suggested, &marked) {
        (Some(kind), None) => context.inspect().note(format!("`{kind}` is called for and not free: {reason}")),
        (None, _) => context.inspect().note(format!("nothing is suggested: {reason}")),
        (Some(_), Some(_)) => {}
    }
    let (version, kind) = (subject.spell(&subject.version)?, suggested.filter(|_| marked.is_some()));
    let result = json!({"version": version, "next": marked, "suggested": kind, "reason": reason, "choices": values});
    Ok(text::table(&rows).into_iter().fold(Report::new("version").result(result), Report::line))
}
