//! The messages of the commit and the tag of a bump: a conventional subject line, and what the user has to say.
//!
//! What `-m` takes is a comment: one line, and more of it after an empty line. The commit's message is the template
//! `[git] message` of the configuration (<https://www.conventionalcommits.org/>); the tag's is for people, with the
//! section of the changelog. Neither ever holds a secret, and no error quotes one.

use super::PlanError;
use crate::project::Project;
use crate::secret::Redactor;

/// A subject longer than this is cut by most programs that show history.
const SUBJECT: usize = 72;

/// What the places of a message stand for.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The name of the package or workspace.
    pub name: &'a str,
    /// Whether others in the repository have versions of their own, so that a release says whose it is.
    pub is_one_of_several: bool,
    /// The version after.
    pub version: &'a str,
    /// The version before.
    pub previous: &'a str,
    /// The tag.
    pub tag: &'a str,
    /// What the user has to say.
    pub comment: Option<&'a str>,
}

/// Whether a comment can stand in a message.
///
/// # Errors
/// It is empty, has a control character, or a second line that is not empty.
pub fn check_comment(comment: &str) -> Result<(), PlanError> {
    let refuse = |problem| Err(PlanError::Comment { problem });
    if comment.trim().is_empty() {
        return refuse("it is empty");
    }
    if comment.chars().any(|c| c.is_control() && c != '\n') {
        return refuse("it has a control character in it");
    }
    let mut lines = comment.trim_end().lines();
    if lines.next().is_none_or(|first| first.trim().is_empty()) {
        return refuse("its first line is empty");
    }
    if lines.next().is_some_and(|second| !second.trim().is_empty()) {
        return refuse("its first line is followed by text, so it has no subject");
    }
    Ok(())
}

/// Why this cannot be the comment of a release of a project, in words; nothing where it can.
pub fn refused(redactor: &Redactor, project: &Project, comment: Option<&str>) -> Option<String> {
    let (name, version) = (project.title(), project.version().to_string());
    let places = Places {
        name: &name,
        is_one_of_several: project.neighbours.is_some(),
        version: &version,
        previous: &version,
        tag: &project.tag_of(project.version()),
        comment,
    };
    let checked = comment.map_or(Ok(()), check_comment);
    let error = checked
        .and_then(|()| refuse_secret(redactor, "it", comment.unwrap_or_default()))
        .and_then(|()| of_commit(&project.config.git.message, places).map(|_| ()))
        .err()?;
    Some(match error {
        PlanError::Comment { problem } => problem.to_owned(),
        error => error.to_string(),
    })
}

/// The message of the commit.
///
/// # Errors
/// Nothing is left of the template.
pub fn of_commit(template: &str, places: Places<'_>) -> Result<String, PlanError> {
    let comment = places.comment.map(str::trim).unwrap_or_default();
    // In one pass: a `{` of the comment is no place.
    let mut message = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        message.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        message.push_str(match name {
            "name" => places.name,
            "version" => places.version,
            "previous" => places.previous,
            "tag" => places.tag,
            _ => comment,
        });
        rest = behind;
    }
    message.push_str(rest);
    let mut message = message.trim().to_owned();
    if !comment.is_empty() && !template.contains("{comment}") {
        message = format!("{message}\n\n{comment}");
    }
    if message.is_empty() {
        return Err(PlanError::NoComment);
    }
    // A comment of several paragraphs in the middle of a subject would tear it apart.
    if message.lines().nth(1).is_some_and(|second| !second.trim().is_empty()) {
        return Err(PlanError::Comment { problem: "the template has text after it, so it must be one line" });
    }
    Ok(format!("{message}\n"))
}

/// The message of the tag: the version, the comment, and the section of the changelog.
pub fn of_tag(places: Places<'_>, notes: Option<&str>) -> String {
    let title = match places.is_one_of_several {
        true => format!("Release {} {}", places.name, places.version),
        false => format!("Release {}", places.version),
    };
    let parts = [Some(title.as_str()), places.comment.map(str::trim), notes.map(str::trim)];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n") + "\n"
}

/// No secret leaves with a message.
///
/// # Errors
/// It holds one; which is not said.
pub fn refuse_secret(redactor: &Redactor, place: &'static str, message: &str) -> Result<(), PlanError> {
    match redactor.secret_in(message) {
        Some(kind) => Err(PlanError::SecretInMessage { place, kind }),
        None => Ok(()),
    }
}

/// What is odd about a message that is allowed.
pub fn odd(message: &str) -> Option<String> {
    let length = message.lines().next().unwrap_or_default().chars().count();
    (length > SUBJECT).then(|| {
        format!("the first line of the commit's message has {length} characters; most programs cut it at {SUBJECT}")
    })
}
