//! What is done to the folder of an index from outside, whether it is served or not: tokens for users, and yanking.

use std::path::Path;

use serde_json::{Value, json};

use super::identity::{Holder, Issued, Keys, project_id, user_id};
use super::settings::{self, FILE, is_user};
use crate::effects::Effects;
use crate::index::IndexError;
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::secret::Secret;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct TokenFor {
    /// The user.
    pub user: String,
    /// The only project that it is for.
    pub project: Option<ProjectName>,
    /// Seconds that it is good for; for ever without.
    pub seconds: Option<i64>,
}

/// Makes a token for a user of the index in `data`, as its settings know it.
///
/// # Errors
/// There is no such user, or it cannot be kept.
pub fn make_token(effects: Effects<'_>, data: &Path, wanted: &TokenFor) -> Result<Secret, IndexError> {
    let path = data.join(FILE);
    let known = settings::read(effects.inspect().files(), &path)?.unwrap_or_default();
    let unknown = || IndexError::Settings {
        path: path.display().to_string(),
        problem: format!("`users` has no `{}`", if is_user(&wanted.user) { &wanted.user } else { "such name" }),
    };
    known.users.get(&wanted.user).ok_or_else(unknown)?;
    let now = effects.inspect().clock().now().as_second();
    let expires = wanted.seconds.map(|seconds| now.saturating_add(seconds));
    let mut caveats: Vec<Value> = Vec::new();
    if let Some(project) = &wanted.project {
        caveats.push(json!([1, [project.normalized()]]));
        caveats.push(json!([2, [project_id(project.normalized())]]));
    }
    caveats.push(json!([3, user_id(&wanted.user)]));
    caveats.extend(expires.map(|expires| json!([0, expires, now])));
    let issued = Issued { schema: 1, holder: Holder::User(wanted.user.clone()), expires };
    Keys::open(effects, data)?.issue(effects, &issued, known.location(), &caveats)
}

/// Yanks a version of a project, for a reason that may be empty; a server of the folder shows it from its next answer on.
/// Returns whether it was not yanked for that reason before.
///
/// # Errors
/// The settings mean nothing, or cannot be written.
pub fn yank(
    effects: Effects<'_>,
    data: &Path,
    (project, version): (&ProjectName, &Version),
    reason: &str,
) -> Result<bool, IndexError> {
    let path = data.join(FILE);
    effects.files().make_folder(data)?;
    // Another yank at the same moment must not write what it read before this one.
    let _turn = effects.files().take_turns(&data.join("index.json.lock"))?;
    let mut known = settings::read(effects.inspect().files(), &path)?.unwrap_or_default();
    let entry = known.projects.entry(project.normalized().to_owned()).or_default();
    if known_as(entry.yanked.get(&version.to_string()), reason) {
        return Ok(false);
    }
    entry.yanked.retain(|written, _| written.parse::<Version>().ok().as_ref() != Some(version));
    entry.yanked.insert(version.to_string(), reason.to_owned());
    settings::write(effects.files(), &path, &known)?;
    Ok(true)
}

fn known_as(known: Option<&String>, reason: &str) -> bool {
    known.is_some_and(|known| known == reason)
}
