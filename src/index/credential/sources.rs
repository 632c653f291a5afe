//! Where credentials are looked for, in order: `RELEASE_TOKEN_<INDEX>`, `RELEASE_TOKEN`, the variables of twine and uv,
//! for PyPI those that workflows call the token by, then `.pypirc`. What is typed, a file or standard input comes before
//! all of them, and trusted publishing after our own variables ([`super::super::right`]).
//!
//! The keyring is no source: reading it needs a service of the desktop, which the static program does not speak to.

use super::{Credential, issuer_elsewhere, pypirc, variable_of};
use crate::config::targets::Index;
use crate::effects::{Inspect, Variables};
use crate::index::error::IndexError;

/// Variables that give a right to publish: ours, those of other tools, and what proves to an index who a job is.
const VARIABLES: [&str; 17] = [
    "RELEASE_TOKEN",
    "RELEASE_FORGE_TOKEN",
    "TWINE_PASSWORD",
    "UV_PUBLISH_TOKEN",
    "UV_PUBLISH_PASSWORD",
    "FLIT_PASSWORD",
    "HATCH_INDEX_AUTH",
    "PDM_PUBLISH_PASSWORD",
    "MATURIN_PASSWORD",
    "MATURIN_PYPI_TOKEN",
    "PYPI_TOKEN",
    "PYPI_API_TOKEN",
    "PYPI_PASSWORD",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    // Jobs of GitLab: docs.pypi.org, "Trusted Publishers".
    "PYPI_ID_TOKEN",
    "TESTPYPI_ID_TOKEN",
    "SIGSTORE_ID_TOKEN",
];
/// Beginnings and ends of those that have the name of an index between them.
const NAMED_BY_INDEX: [(&str, &str); 3] =
    [("RELEASE_TOKEN_", ""), ("POETRY_PYPI_TOKEN_", ""), ("POETRY_HTTP_BASIC_", "_PASSWORD")];
/// No tool reads them, and many workflows call the token so.
const HABITS: [&str; 2] = ["PYPI_TOKEN", "PYPI_API_TOKEN"];

/// A variable of another tool: the user's, the password's, and those that name the index it is for.
struct Foreign {
    user: Option<&'static str>,
    password: &'static str,
    url: &'static str,
    name: &'static str,
}

const FOREIGN: [Foreign; 3] = [
    Foreign {
        user: Some("TWINE_USERNAME"),
        password: "TWINE_PASSWORD",
        url: "TWINE_REPOSITORY_URL",
        name: "TWINE_REPOSITORY",
    },
    Foreign { user: None, password: "UV_PUBLISH_TOKEN", url: "UV_PUBLISH_URL", name: "UV_PUBLISH_INDEX" },
    Foreign {
        user: Some("UV_PUBLISH_USERNAME"),
        password: "UV_PUBLISH_PASSWORD",
        url: "UV_PUBLISH_URL",
        name: "UV_PUBLISH_INDEX",
    },
];

impl Foreign {
    /// Whether it is for this index: it says so, or says nothing.
    fn is_for(&self, variables: &Variables, index: &Index) -> bool {
        let bare = |url: &str| url.trim_end_matches('/').to_owned();
        match (variables.get(self.url), variables.get(self.name)) {
            (Some(url), _) => bare(url) == bare(&index.upload),
            (None, Some(name)) => name == index.name,
            (None, None) => true,
        }
    }
}

/// The credentials for an index in our own variables.
///
/// # Errors
/// Another source holds others.
pub fn own(inspect: Inspect<'_>, index: &Index) -> Result<Option<Credential>, IndexError> {
    let Some(found) = of_own(inspect.variables(), index).into_iter().next() else { return Ok(None) };
    let mut others = of_others(inspect.variables(), index);
    // What others can read is not used, and does not matter where it is not needed.
    others.extend(pypirc::credential(inspect, index).unwrap_or_default());
    agree(inspect, index, found, &others).map(Some)
}

/// The credentials for an index in the variables of other tools and in `.pypirc`.
///
/// # Errors
/// Two of them differ, `.pypirc` is needed and others can read it, or our own variable is there and empty.
pub fn others(inspect: Inspect<'_>, index: &Index) -> Result<Option<Credential>, IndexError> {
    let mut found = of_others(inspect.variables(), index).into_iter();
    if let Some(first) = found.next() {
        let mut rest: Vec<Credential> = found.collect();
        rest.extend(pypirc::credential(inspect, index).unwrap_or_default());
        return agree(inspect, index, first, &rest).map(Some);
    }
    let mut habits = of_habits(inspect.variables(), index).into_iter();
    if let Some(first) = habits.next() {
        return agree(inspect, index, first, &habits.collect::<Vec<_>>()).map(Some);
    }
    if let Some(found) = pypirc::credential(inspect, index)? {
        return agree(inspect, index, found, &[]).map(Some);
    }
    let own = variable_of(&index.name).into_iter().chain(["RELEASE_TOKEN".to_owned()]);
    match own.into_iter().find(|name| inspect.variables().is_blank(name)) {
        Some(name) => Err(IndexError::EmptyToken { source_name: format!("`{name}`") }),
        None => Ok(None),
    }
}

/// The credentials for an index from variables and `.pypirc`; nothing where there are none.
///
/// # Errors
/// As [`own`] and [`others`].
pub fn find(inspect: Inspect<'_>, index: &Index) -> Result<Option<Credential>, IndexError> {
    match own(inspect, index)? {
        Some(found) => Ok(Some(found)),
        None => others(inspect, index),
    }
}

/// Every source that has credentials for an index, the one that is used first.
///
/// # Errors
/// `.pypirc` cannot be read, or others can read it.
pub fn all(inspect: Inspect<'_>, index: &Index) -> Result<Vec<Credential>, IndexError> {
    let variables = inspect.variables();
    let mut found = of_own(variables, index);
    found.extend(of_others(variables, index));
    if found.is_empty() {
        found.extend(of_habits(variables, index));
    }
    match pypirc::credential(inspect, index) {
        // What others can read is not used, and does not matter where it is not needed.
        Err(IndexError::PypircOpen { .. }) if !found.is_empty() => {}
        other => found.extend(other?),
    }
    for credential in &found {
        inspect.redactor().register(&credential.basic.password);
    }
    Ok(found)
}

/// Every right to publish, for whatever index, that code running here could read: names of variables and files, as
/// people call them. Other tools' are among them: whoever finds one asks nobody which tool it is for.
pub fn visible(inspect: Inspect<'_>) -> Vec<String> {
    let variables = inspect.variables();
    let names = |name: &str| {
        let is_among = |parts: (&str, &str)| name.starts_with(parts.0) && name.ends_with(parts.1);
        VARIABLES.contains(&name) || NAMED_BY_INDEX.into_iter().any(is_among)
    };
    let is_token = |name: &str| variables.get(name).is_some_and(|value| value.starts_with("pypi-"));
    let all = variables.matching(|name| variables.get(name).is_some() && (names(name) || is_token(name)));
    let mut found: Vec<String> = all.into_iter().map(|(name, _)| name).collect();
    if pypirc::has_password(inspect) {
        found.push("~/.pypirc".to_owned());
    }
    found
}

/// The variables that hold credentials of some kind, and no identity: where none was found for an index, the right one may
/// be among them under a name that is not read for it.
pub fn unread(inspect: Inspect<'_>) -> Vec<String> {
    let is_meant = |name: &String| !name.contains("ID_TOKEN") && name != "RELEASE_FORGE_TOKEN" && !name.contains('/');
    visible(inspect).into_iter().filter(is_meant).collect()
}

/// The first of several sources, where the others hold the same or are for another index.
fn agree(
    inspect: Inspect<'_>,
    index: &Index,
    found: Credential,
    others: &[Credential],
) -> Result<Credential, IndexError> {
    for credential in others.iter().chain([&found]) {
        inspect.redactor().register(&credential.basic.password);
    }
    let differs = |other: &&Credential| !found.is_same(other) && issuer_elsewhere(other, index).is_none();
    // That it is for another index is the better thing to say.
    if issuer_elsewhere(&found, index).is_none()
        && let Some(other) = others.iter().find(differs)
    {
        return Err(IndexError::TwoCredentials {
            index: index.name.clone(),
            first: found.source.clone(),
            second: other.source.clone(),
        });
    }
    Ok(found)
}

fn of_own(variables: &Variables, index: &Index) -> Vec<Credential> {
    let names = variable_of(&index.name).into_iter().chain(["RELEASE_TOKEN".to_owned()]);
    names.filter_map(|name| of_variable(variables, &name)).collect()
}

fn of_habits(variables: &Variables, index: &Index) -> Vec<Credential> {
    let is_fit = index.host() == "upload.pypi.org";
    HABITS.into_iter().filter(|_| is_fit).filter_map(|name| of_variable(variables, name)).collect()
}

fn of_variable(variables: &Variables, name: &str) -> Option<Credential> {
    let token = variables.secret(name).filter(|token| !token.is_empty())?;
    Some(Credential::token(token, format!("`{name}`")))
}

fn of_others(variables: &Variables, index: &Index) -> Vec<Credential> {
    let fitting = FOREIGN.iter().filter(|foreign| foreign.is_for(variables, index));
    let of = |foreign: &Foreign| {
        let secret = variables.secret(foreign.password).filter(|secret| !secret.is_empty())?;
        let user = foreign.user.and_then(|user| variables.get(user));
        Some(Credential::password(user, secret, format!("`{}`", foreign.password)))
    };
    fitting.filter_map(of).collect()
}
