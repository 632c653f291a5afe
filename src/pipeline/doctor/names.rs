//! The name of each package on each index of the way out: free, ours, or somebody else's.

use super::credentials::is_pypi;
use super::{Fact, Subject};
use crate::config::targets::Index;
use crate::effects::Inspect;
use crate::error::Failure;
use crate::index::credential;
use crate::index::ownership::{self, Standing, standard_module};
use crate::index::token::{self, Scope};
use crate::project::Package;
use crate::project::detect::Remote;

pub(super) fn facts(inspect: Inspect<'_>, subject: &Subject<'_>) -> Result<Vec<Fact>, Failure> {
    let mut facts = Vec::new();
    for index in &subject.stages {
        for package in &subject.project.packages {
            let name = format!("{} on {}", package.name, index.name);
            facts.push(match ownership::look(inspect.http(), index, &package.name) {
                Ok(standing) if standing.known => taken(inspect, subject, (index, package), (standing, name)),
                Ok(_) => free(index, package, name),
                Err(error) => Fact::unknown(name, error.to_string()),
            });
        }
    }
    Ok(facts)
}

fn free(index: &Index, package: &Package, name: String) -> Fact {
    if let Some(module) = standard_module(package.name.as_str()).filter(|_| is_pypi(index)) {
        return Fact::wrong(
            "doctor/name",
            name,
            format!("nobody can have it: it looks like `{module}` of the standard library"),
        )
        .help("choose another `name` in `[project]`");
    }
    match is_pypi(index) {
        // The index compares with every name it has and every name it withholds, and tells nobody beforehand.
        true => Fact::ok(name, "nobody has it; whether it is too similar to another one shows at the first upload"),
        false => Fact::ok(name, "nobody has it"),
    }
}

fn taken(
    inspect: Inspect<'_>,
    subject: &Subject<'_>,
    (index, package): (&Index, &Package),
    (standing, name): (Standing, String),
) -> Fact {
    match standing.status.as_deref() {
        Some("archived") => {
            return Fact::wrong("doctor/name-status", name, "archived: it takes no uploads")
                .help("unarchive it in the settings of the project on the index");
        }
        Some("quarantined") => {
            return Fact::wrong("doctor/name-status", name, "quarantined: what is uploaded is not shown to anybody")
                .help("write to the administrators of the index");
        }
        _ => {}
    }
    let deprecated = if standing.status.as_deref() == Some("deprecated") { ", marked as deprecated" } else { "" };
    let owners = match &standing.owners {
        Some(owners) if !owners.is_empty() => format!(", of {}", owners.join(", ")),
        _ => String::new(),
    };
    if named_by_token(inspect, index, package) {
        return Fact::ok(name, format!("ours: the token is for it{owners}{deprecated}"));
    }
    let Some(remote) = &subject.detected.remote else {
        return Fact::unknown(
            name,
            format!("it exists{owners}, and nothing here says whether it is yours{deprecated}"),
        );
    };
    let places: Vec<Remote> = standing.links.iter().filter_map(|link| Remote::of_page(link)).collect();
    let is_here = |place: &Remote| {
        place.host == remote.host
            && place.owner.eq_ignore_ascii_case(&remote.owner)
            && place.repository.eq_ignore_ascii_case(&remote.repository)
    };
    let plain = standing.links.iter().any(|link| link.starts_with(&remote.page()));
    if plain || places.iter().any(is_here) {
        return Fact::ok(name, format!("ours by its links{owners}{deprecated}"));
    }
    match places.first() {
        Some(other) => Fact::wrong("doctor/name", name, format!("taken: it belongs to {}{owners}", other.page()))
            .help("choose another `name` in `[project]`, or correct the remote if the repository has moved"),
        None => Fact::unknown(name, format!("it exists{owners}, and it has no link that says whose it is{deprecated}")),
    }
}

/// Whether a token that would be used was made for this project: only its owners can make one.
fn named_by_token(inspect: Inspect<'_>, index: &Index, package: &Package) -> bool {
    let found = credential::all(inspect, index).unwrap_or_default();
    let Some(first) = found.first().filter(|found| credential::guard(found, index).is_ok()) else { return false };
    matches!(
        token::decode(first.basic.password.reveal()).map(|token| token.scope),
        Ok(Scope::Projects(names)) if names.contains(&package.name)
    )
}
