//! With which right the forge is spoken to. A token belongs to one host: what GitHub's variables hold goes to
//! GitHub, or to the server that runs the workflow, and nowhere else. The value is never shown.

use super::place::{Kind, Place, kind_of_actions};
use crate::effects::Inspect;
use crate::secret::Secret;

/// The token for a place, and where it came from; nothing where no variable holds one for it.
pub(super) fn find(inspect: Inspect<'_>, place: &Place) -> Option<(Secret, String)> {
    let runs_here = kind_of_actions(inspect) == Some(place.kind)
        && inspect.variables().get("GITHUB_SERVER_URL").is_some_and(|url| url.trim_end_matches('/') == place.web);
    let names: &[&str] = match place.kind {
        Kind::Github if runs_here || is_hosted(&place.host()) => &["RELEASE_FORGE_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"],
        Kind::Github => &["RELEASE_FORGE_TOKEN"],
        Kind::Gitea if runs_here => &["RELEASE_FORGE_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"],
        Kind::Gitea => &["RELEASE_FORGE_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN"],
    };
    let (name, value) = names.iter().find_map(|name| Some((name, inspect.variables().secret(name)?)))?;
    inspect.redactor().register(&value);
    Some((value, format!("`{name}`")))
}

/// Whether GitHub itself runs the host.
fn is_hosted(host: &str) -> bool {
    host == "github.com" || host.ends_with(".ghe.com")
}

/// The variables to set, for people.
pub(super) fn variables_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Github => "`RELEASE_FORGE_TOKEN`, or `GITHUB_TOKEN` for github.com",
        Kind::Gitea => "`RELEASE_FORGE_TOKEN` or `GITEA_TOKEN`",
    }
}
