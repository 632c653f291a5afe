//! Python, git, the repository and the cache.

use super::Fact;
use crate::build::environment::Interpreter;
use crate::effects::files::What;
use crate::effects::process::Program;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::Project;
use crate::python::specifier::SpecifierSet;
use crate::python::version::Version;

/// The oldest git whose options are relied on.
const OLDEST_GIT: (u32, u32) = (2, 30);

pub(super) fn facts(inspect: Inspect<'_>, project: Option<&Project>) -> Result<Vec<Fact>, Failure> {
    let mut facts = python(inspect, project);
    facts.push(git_program(inspect));
    facts.extend(repository(inspect)?);
    facts.push(cache(inspect));
    Ok(facts)
}

fn python(inspect: Inspect<'_>, project: Option<&Project>) -> Vec<Fact> {
    let interpreter = match Interpreter::find(inspect) {
        Ok(interpreter) => interpreter,
        Err(failure) => {
            return vec![Fact::wrong("doctor/python", "python", failure.message).help(failure.hints.join("; "))];
        }
    };
    let mut facts = vec![Fact::ok("python", format!("{}, with venv and pip", interpreter.version))];
    let ask = Program::new(&interpreter.program, inspect.dir()).args(["-I", "-m", "venv", "--help"]);
    facts.push(match inspect.programs().run(&ask) {
        Ok(ran) if ran.ok() => Fact::ok("venv", "answers"),
        Ok(ran) => Fact::wrong("doctor/python", "venv", format!("does not answer: {}", ran.ending()))
            .help("install the package that brings venv, such as python3-venv"),
        Err(error) => Fact::wrong("doctor/python", "venv", error.to_string()),
    });
    for package in project.into_iter().flat_map(|project| &project.packages) {
        let Some(wanted) = package.pyproject.string(&["project", "requires-python"]) else { continue };
        let parsed = (wanted.parse::<SpecifierSet>(), interpreter.version.parse::<Version>());
        let name = format!("requires-python {}", package.name);
        facts.push(match parsed {
            (Ok(set), Ok(version)) if set.contains(&version) => Fact::ok(name, format!("{wanted} allows it")),
            (Ok(_), Ok(version)) => Fact::wrong("doctor/python", name, format!("{wanted} does not allow {version}"))
                .help("put a `python3` that it allows first on PATH"),
            (Err(error), _) => Fact::wrong("doctor/python", name, error.to_string()),
            (_, Err(error)) => Fact::unknown(name, error.to_string()),
        });
    }
    facts
}

fn git_program(inspect: Inspect<'_>) -> Fact {
    let found = inspect.programs().find("git", "git 2.30 or newer");
    let ran = found.and_then(|git| inspect.programs().run(&Program::new(git, inspect.dir()).arg("--version")));
    let text = match ran {
        Ok(ran) => ran.stdout.trim().to_owned(),
        Err(error) => return Fact::wrong("doctor/git", "git", error.to_string()).help("install git 2.30 or newer"),
    };
    let number = text.split(' ').nth(2).unwrap_or_default();
    let mut parts = number.split('.').filter_map(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_GIT => Fact::ok("git", number),
        (Some(_), Some(_)) => Fact::wrong("doctor/git", "git", format!("{number} is older than 2.30")),
        _ => Fact::unknown("git", "its version cannot be read"),
    }
}

fn repository(inspect: Inspect<'_>) -> Result<Vec<Fact>, Failure> {
    let Some(git) = Git::discover(inspect.dir())? else {
        return Ok(vec![Fact::wrong("doctor/git", "repository", "there is none").help("run `git init`")]);
    };
    let mut facts = vec![match git.identity(0) {
        Ok(who) => Fact::ok("identity", format!("{} <{}>", who.name, who.email)),
        Err(error) => Fact::wrong("doctor/git", "identity", error.to_string())
            .help("run `git config user.name \"Your Name\"` and `git config user.email you@example.org`"),
    }];
    let head = git.head()?;
    facts.push(match (&head.branch, git.in_progress()) {
        (_, Some(what)) => Fact::wrong("doctor/git", "repository", format!("git is in the middle of a {what}"))
            .help(format!("conclude it, or run `git {what} --abort`")),
        (None, None) => Fact::wrong("doctor/git", "repository", "HEAD is on no branch").help("run `git switch BRANCH`"),
        (Some(_), None) if head.commit.is_none() => Fact::wrong("doctor/git", "repository", "there is no commit yet"),
        (Some(_), None) if git.is_shallow() => {
            Fact::warning("doctor/git", "repository", "its history is cut off, so that tags and commits are missing")
                .help("run `git fetch --unshallow --tags`")
        }
        (Some(branch), None) => Fact::ok("repository", format!("on {}", branch.trim_start_matches("refs/heads/"))),
    });
    let signed = ["tag.gpgsign", "commit.gpgsign"].iter().any(|key| git.setting(key).as_deref() == Some("true"));
    facts.push(match signed {
        true => Fact::note("signing", "git is told to sign, and `release bump` does not sign yet"),
        false => Fact::note("signing", "tags and commits are not signed"),
    });
    Ok(facts)
}

fn cache(inspect: Inspect<'_>) -> Fact {
    let Some(dir) = inspect.variables().cache_dir() else {
        return Fact::wrong("doctor/cache", "cache", "there is no folder for it")
            .help("set `RELEASE_CACHE_DIR`, or `HOME`");
    };
    let files = inspect.files();
    let there = dir.ancestors().find(|folder| files.what(folder) != What::Missing).unwrap_or(&dir);
    let wrong =
        |text: String| Fact::wrong("doctor/cache", "cache", text).help("set `RELEASE_CACHE_DIR` to a folder of yours");
    // A cache may be reached through a link.
    let folder = files.canonical(there).unwrap_or_else(|_| there.to_owned());
    if files.what(&folder) != What::Folder {
        return wrong(format!("`{}` is no folder", there.display()));
    }
    match files.may_write(&folder) {
        true => Fact::ok("cache", dir.display().to_string()),
        false => wrong(format!("`{}` cannot be written", folder.display())),
    }
}
