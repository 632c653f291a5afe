//! The security status as files: document, page, badges.

use std::path::Path;

use jiff::SignedDuration;

use super::Plan;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::{Project, history};
use crate::security::audit::Audit;
use crate::status::document::{Clock, Input};
use crate::status::{Document, badge, page};
use crate::steps::Step;
use crate::steps::write_files::WriteFiles;

/// Makes the document of an audit.
///
/// # Errors
/// The history cannot be read, or a time is out of range.
pub fn document(inspect: Inspect<'_>, project: &Project, audit: &Audit) -> Result<Document, Failure> {
    let (released, commit) = match Git::discover(&project.root)? {
        Some(git) => (history::releases(&git, project)?.pop(), git.head()?.commit),
        None => (None, None),
    };
    let valid_for = i64::try_from(project.config.status.valid_for.as_secs()).unwrap_or(i64::MAX);
    Ok(Document::new(&Input {
        project: crate::status::document::Project {
            name: project.title(),
            version_released: released.map(|release| release.version.to_string()),
            commit,
        },
        audit,
        database: "osv",
        now: inspect.clock().now(),
        clock: if inspect.clock().is_given() { Clock::Given } else { Clock::System },
        valid_for: SignedDuration::from_secs(valid_for),
    })?)
}

/// Plans the files of a status below `out`.
///
/// # Errors
/// The page cannot be rendered.
pub fn plan(document: &Document, out: &Path) -> Result<Plan, Failure> {
    let files = vec![
        ("security-status/index.json".to_owned(), document.to_json().into_bytes()),
        ("security-status/index.html".to_owned(), page::render(document)?.into_bytes()),
        (
            "security-status/schema/v1.json".to_owned(),
            crate::report::json::print(&crate::status::document::schema()).into_bytes(),
        ),
        ("security-status/badge/security.json".to_owned(), badge::Endpoint::of(document).to_json().into_bytes()),
        ("security-status/badge/security.svg".to_owned(), badge::svg(document).into_bytes()),
    ];
    Ok(Plan::of(vec![Step::WriteFiles(WriteFiles { dir: out.to_owned(), files })]))
}
