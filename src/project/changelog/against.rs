//! Whether a branch says what it changes: fragments, lines below `Unreleased` or conventional commits, against where
//! it left another reference. And what is wrong with the fragments that are there.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Changelog, Markup, fragments, judge};
use crate::config::file::ChangelogKind;
use crate::effects::files::Files;
use crate::effects::git_history::Asked;
use crate::effects::{EffectsError, Git};
use crate::error::{Failure, Location};
use crate::project::history::COMMIT_LIMIT;
use crate::project::{Project, conventional, detect};
use crate::report::{Finding, text};

/// What was found about a branch.
pub enum Verdict {
    /// What is wrong with it.
    Found(Vec<Finding>),
    /// Why nothing can be said.
    Unknown(String),
}

/// What is wrong with the fragments of a project.
///
/// # Errors
/// The folder cannot be read.
pub fn of_fragments(files: Files, project: &Project, changelog: &Changelog) -> Result<Vec<Finding>, Failure> {
    if changelog.kind != ChangelogKind::Fragments {
        return Ok(Vec::new());
    }
    let folder = fragments::read(files, &project.root, changelog)?;
    let malformed = folder.malformed.into_iter().map(|found| {
        Finding::error("changelog/malformed-fragment", format!("this is no fragment: {}", found.problem))
            .at(Location::file(found.file))
            .help("call it `<number>.<type>.md` or `+<words>.<type>.md`, and say what changed in it")
    });
    let mut findings: Vec<Finding> = malformed.collect();
    let foreign = folder.fragments.iter().filter(|fragment| fragment.is_foreign(changelog.markup));
    findings.extend(foreign.map(|fragment| {
        Finding::warning("changelog/fragment-markup", "this fragment is Markdown, and the changelog reStructuredText")
            .at(Location::file(&fragment.file))
            .help("give it the ending `.rst`, and write it so")
    }));
    Ok(findings)
}

/// What a branch owes since it left a reference.
///
/// # Errors
/// Git or a file cannot be read.
pub fn of_branch(
    files: Files,
    (project, git): (&Project, Option<&Git>),
    changelog: &Changelog,
    reference: &str,
) -> Result<Verdict, Failure> {
    let Some(git) = git else { return Ok(Verdict::Unknown("this is no git repository".to_owned())) };
    let Some(head) = git.head()?.commit else { return Ok(Verdict::Unknown("there is no commit yet".to_owned())) };
    let base = git.commit_named(reference).and_then(|commit| git.merge_base(&commit, &head));
    let Some(base) = base else {
        let why = if git.is_shallow() { "; the clone is shallow" } else { "" };
        let why = format!("`{}` and HEAD have no commit in common here{why}", text::inline(reference));
        return Ok(Verdict::Unknown(why));
    };
    let branch = Branch { files, project, git, changelog, base: &base, head: &head };
    Ok(Verdict::Found(branch.owes()?))
}

struct Branch<'a> {
    files: Files,
    project: &'a Project,
    git: &'a Git,
    changelog: &'a Changelog,
    base: &'a str,
    head: &'a str,
}

impl Branch<'_> {
    fn owes(&self) -> Result<Vec<Finding>, Failure> {
        let changed: Vec<String> =
            self.git.changed_between(self.base, self.head)?.into_iter().filter_map(|path| self.below(&path)).collect();
        let shipped: Vec<&String> = changed.iter().filter(|path| self.is_shipped(path)).collect();
        if shipped.is_empty() {
            return Ok(Vec::new());
        }
        let files = text::count(shipped.len(), "file");
        let first = shipped[0];
        let owed = |help: &str| {
            let message = format!(
                "{files} of what is shipped changed, such as `{first}`, and nothing says what it means for users"
            );
            vec![Finding::error("changelog/no-entry", message).help(help.to_owned())]
        };
        Ok(match self.changelog.kind {
            ChangelogKind::None => Vec::new(),
            // A release on the branch says it in its section.
            _ if self.released()? => Vec::new(),
            ChangelogKind::Fragments => {
                let types = &self.changelog.types;
                let prefix = format!("{}/", self.changelog.folder);
                let is_fragment = |path: &String| {
                    let name = path.strip_prefix(&prefix).filter(|name| !name.contains('/'))?;
                    let text = self.files.read_text(&self.project.root.join(path), fragments::LIMIT).ok()?;
                    fragments::parse((path, name), &text, types).ok()
                };
                match changed.iter().any(|path| is_fragment(path).is_some()) || self.says_more()? {
                    true => Vec::new(),
                    false => owed("add a fragment: `release changelog add fixed \"…\"`"),
                }
            }
            ChangelogKind::KeepAChangelog => match self.says_more()? {
                true => Vec::new(),
                false => owed("add an entry: `release changelog add fixed \"…\"`"),
            },
            ChangelogKind::Generated => self.unconventional()?,
        })
    }

    /// A path below the project, of one below the repository.
    fn below(&self, path: &str) -> Option<String> {
        let top = self.git.top();
        let prefix = self.project.root.strip_prefix(&top).unwrap_or(Path::new(""));
        Path::new(path).strip_prefix(prefix).ok().map(|path| path.to_string_lossy().into_owned())
    }

    /// Whether users get a file: it is in the configured folders, or in a module, or is no test, document or tool.
    fn is_shipped(&self, path: &str) -> bool {
        if !self.project.owns(path) {
            return false;
        }
        if !self.changelog.paths.is_empty() {
            return self.changelog.paths.iter().any(|folder| Path::new(path).starts_with(folder));
        }
        let modules = self.project.packages.iter().filter_map(|package| {
            let module = detect::module_of(self.files, self.project, package)?;
            Some(Path::new(&package.folder).join(module))
        });
        let modules: Vec<_> = modules.collect();
        let name = Path::new(path).file_name().unwrap_or_default();
        if name == "pyproject.toml" || name == "setup.py" || name == "setup.cfg" {
            return true;
        }
        if modules.len() == self.project.packages.len() {
            return modules.iter().any(|module| Path::new(path).starts_with(module));
        }
        let first = path.split('/').next().unwrap_or_default();
        let is_apart =
            first.starts_with('.') || ["test", "tests", "doc", "docs", "examples", "benchmarks"].contains(&first);
        !is_apart && path.ends_with(".py")
    }

    fn texts(&self) -> Result<(String, String), EffectsError> {
        let Some(path) = &self.changelog.path else { return Ok(Default::default()) };
        let top = self.git.top();
        let file = self.project.root.strip_prefix(&top).unwrap_or(Path::new("")).join(path);
        let text = |commit: &str| self.git.text_at(commit, &file).unwrap_or_default();
        Ok((text(self.base), text(self.head)))
    }

    /// Whether a release was made since: its section is new.
    fn released(&self) -> Result<bool, EffectsError> {
        let (before, after) = self.texts()?;
        let versions = |text: &str, markup: Markup| {
            let document = super::Document::read(text, markup);
            let titles = document.sections.iter().map(|section| section.title.version.clone());
            titles.flatten().collect::<BTreeSet<_>>()
        };
        let old = versions(&before, self.changelog.markup);
        Ok(versions(&after, self.changelog.markup).iter().any(|version| !old.contains(version)))
    }

    /// Whether a line below `Unreleased` is new.
    fn says_more(&self) -> Result<bool, EffectsError> {
        let (before, after) = self.texts()?;
        let old: BTreeSet<String> = judge::told(&before, self.changelog.markup).into_iter().collect();
        Ok(judge::told(&after, self.changelog.markup).iter().any(|line| !old.contains(line)))
    }

    /// Commits that would be missing in what is made from them.
    fn unconventional(&self) -> Result<Vec<Finding>, Failure> {
        let (own, others) = self.project.folders(&self.git.top());
        let asked = Asked {
            since: Some(self.base),
            first_parent: self.changelog.first_parent,
            paths: &own,
            without: &others,
            limit: COMMIT_LIMIT,
        };
        let commits = self.git.told(&asked)?;
        let untold = commits.iter().filter(|commit| {
            let changes = conventional::changes(&commit.message);
            !changes.is_empty() && changes.iter().all(|change| change.kind.is_none() && change.note.is_none())
        });
        let finding = |subject: &str, id: &str| {
            let message = format!(
                "`{}` ({}) follows no convention, and would not be told of",
                text::inline(subject),
                text::commit(id)
            );
            Finding::error("changelog/unconventional", message)
                .help("begin the subject with a type (`fix: …`), or add the footer `Release-Note: …`")
        };
        Ok(untold.map(|commit| finding(conventional::subject(&commit.message), &commit.id)).collect())
    }
}
