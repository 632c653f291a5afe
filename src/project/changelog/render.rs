//! Entries under their headings as the text of a section: by the built-in template, or one of the project's own
//! (Jinja, by `minijinja`). Values are text already: nothing in them is a template.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};
use serde::Serialize;

use super::document::{Closing, Document};
use super::error::ChangelogError;

/// The built-in template.
const TEMPLATE: &str = include_str!("../../../templates/changes.md");

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its text, in the markup of the changelog.
    pub text: String,
    /// What it is about, as it is shown: `#12`.
    pub issues: Vec<String>,
    /// The scope of a commit.
    pub scope: Option<String>,
    /// Who wrote the commit, where that is asked for.
    pub author: Option<String>,
}

/// The entries of one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entries {
    /// The heading.
    pub heading: String,
    /// The entries, in their order.
    pub entries: Vec<Entry>,
}

/// The text of a section. `template` is the project's own: its name and text.
///
/// # Errors
/// The template fails, or writes the heading of a release.
pub fn render(
    groups: &[Entries],
    document: &Document<'_>,
    closing: &Closing<'_>,
    template: Option<&(String, String)>,
) -> Result<String, ChangelogError> {
    let (name, text) = template.map_or(("changes.md", TEMPLATE), |(name, text)| (name.as_str(), text.as_str()));
    let refuse = |problem: String| ChangelogError::Template { file: name.to_owned(), problem };
    let mut environment = Environment::new();
    // A template that does not end is stopped; what can only grow or look around is not needed.
    environment.set_fuel(Some(1_000_000));
    environment.remove_global("namespace");
    environment.remove_global("debug");
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters differ from each other"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let entry = |entry: &Entry| {
        context! {
            text => indented(&entry.text),
            issues => entry.issues.clone(),
            scope => entry.scope.clone(),
            author => entry.author.clone(),
        }
    };
    let group = |group: &Entries| {
        context! {
            heading => document.group_heading(&group.heading),
            name => group.heading.clone(),
            entries => group.entries.iter().map(entry).collect::<Vec<_>>(),
        }
    };
    let shown: Vec<_> = groups.iter().map(group).collect();
    let values = context! {
        version => closing.version.to_string(),
        date => closing.date,
        tag => closing.tag,
        groups => shown,
    };
    let written = environment.render_str(text, values).map_err(|error| refuse(error.to_string().replace('\n', " ")))?;
    let lines: Vec<&str> = written.lines().map(str::trim_end).collect();
    let body = lines.join("\n").trim().to_owned();
    if body.is_empty() && groups.iter().any(|group| !group.entries.is_empty()) {
        return Err(refuse("it gives no text, and there are entries to tell of".to_owned()));
    }
    if document.breaks_out(&body) {
        return Err(refuse("what it gives does not stay within one section".to_owned()));
    }
    Ok(body)
}

/// The lines after the first belong to the same item of a list.
fn indented(text: &str) -> String {
    text.trim().replace("\r\n", "\n").split('\n').collect::<Vec<_>>().join("\n  ")
}
