//! The tokens that would be used at each stage, read without a network and never shown.

use super::workflows::Publishing;
use super::{Fact, State, Subject};
use crate::config::targets::Index;
use crate::effects::http::Url;
use crate::effects::{Inspect, files::What};
use crate::error::{Explain, Failure};
use crate::index::IndexError;
use crate::index::credential::{self, Credential};
use crate::index::token::{self, Scope, Token, TokenError};
use crate::index::trusted_publishing::{self, Ambient, Provider, claims};
use crate::plan::preflight::moment;

pub(super) fn facts(
    inspect: Inspect<'_>,
    subject: &Subject<'_>,
    publishing: &Publishing,
) -> Result<Vec<Fact>, Failure> {
    let mut facts = Vec::new();
    for index in &subject.stages {
        let found = match credential::all(inspect, index) {
            Ok(found) => found,
            Err(error) => {
                facts.push(Fact::wrong("doctor/credential", format!("token {}", index.name), error.to_string()));
                continue;
            }
        };
        if found.is_empty() {
            facts.push(none(index, publishing));
        }
        if let Err(error @ IndexError::TwoCredentials { .. }) = credential::find(inspect, index) {
            let help = error.hints().join("; ");
            facts
                .push(Fact::wrong("doctor/credential", format!("tokens {}", index.name), error.to_string()).help(help));
        }
        for (number, credential) in found.iter().enumerate() {
            let name = format!("token {}", index.name);
            let used = if number == 0 { "used" } else { "not used: another comes first" };
            let mut fact = judge(inspect, subject, (index, credential), name);
            fact.text = format!("{} ({used}): {}", credential.source, fact.text);
            // What is not used stops no release.
            match fact.state {
                State::Wrong if number > 0 => fact.state = State::Warning,
                State::CannotTell if number > 0 => fact.state = State::Note,
                _ => {}
            }
            facts.push(fact);
        }
        if is_pypi(index) && !found.is_empty() {
            let text = "uploads need an account with a second factor and a verified address, and nothing tells beforehand whether it has them";
            facts.push(Fact::note(format!("account {}", index.name), text));
        }
        let stored = found.iter().any(|credential| credential.source.contains(".pypirc"));
        if stored && publishing.trusted && is_pypi(index) {
            facts.push(
                Fact::warning(
                    "doctor/stored-token",
                    format!("stored {}", index.name),
                    "`~/.pypirc` holds a token that is good until somebody revokes it, and the workflow needs none",
                )
                .help("revoke it at the index and remove it from `~/.pypirc`"),
            );
        }
    }
    facts.extend(pypirc(inspect));
    facts.extend(job(inspect, subject));
    Ok(facts)
}

pub(super) fn is_pypi(index: &Index) -> bool {
    let host = host_of(index);
    ["upload.pypi.org", "pypi.org", "test.pypi.org"].contains(&host.as_str())
}

fn host_of(index: &Index) -> String {
    Url::parse(&index.upload).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn none(index: &Index, publishing: &Publishing) -> Fact {
    let name = format!("token {}", index.name);
    let variable = credential::variable_for(&index.name);
    match publishing.trusted && is_pypi(index) {
        true => Fact::ok(name, "none here, and none is needed: the workflow is a trusted publisher"),
        false => Fact::warning("doctor/credential", name, "none is found on this machine")
            .help(format!("set `{variable}` where the upload runs")),
    }
}

fn judge(
    inspect: Inspect<'_>,
    subject: &Subject<'_>,
    (index, credential): (&Index, &Credential),
    name: String,
) -> Fact {
    if let Err(IndexError::TokenForm { problem, .. }) = credential::guard(credential, index) {
        return Fact::wrong("doctor/credential", name, format!("it {problem}")).help(problem.hint());
    }
    let read = token::decode(credential.basic.password.reveal());
    let token = match (read, is_pypi(index)) {
        (Ok(token), _) => token,
        (Err(_), false) => {
            return Fact::note(name, "no token of PyPI, so nothing can be read from it");
        }
        (Err(TokenError::Prefix), true) => {
            return Fact::wrong("doctor/credential", name, "no token, and the index takes no passwords")
                .help("make a token in the account settings of the index");
        }
        (Err(error), _) => {
            return Fact::wrong("doctor/credential", name, error.to_string()).help("copy the whole token again");
        }
    };
    if credential::guard(credential, index).is_err() {
        let text = format!("of {}, and good for nothing at {}", token.location, host_of(index));
        return Fact::wrong("doctor/credential", name, text).help("give the token of this index");
    }
    let now = inspect.clock().now().as_second();
    if token.expires.is_some_and(|until| until <= now) {
        let until = day(token.expires);
        return Fact::wrong("doctor/credential", name, format!("expired {until}")).help("make a new one at the index");
    }
    if token.not_before.is_some_and(|from| from > now) {
        return Fact::wrong("doctor/credential", name, format!("is good from {} on", day(token.not_before)));
    }
    scope(subject, &token, name)
}

fn scope(subject: &Subject<'_>, token: &Token, name: String) -> Fact {
    let limits = match (token.expires, token.unknown) {
        (Some(_), 0) => format!(", until {}", day(token.expires)),
        (None, 0) => String::new(),
        (_, unknown) => format!(", with {unknown} restrictions that are not understood"),
    };
    let issued = format!("of {}", token.location);
    match &token.scope {
        Scope::Projects(names) => {
            let shown: Vec<&str> = names.iter().map(crate::python::name::ProjectName::as_str).take(5).collect();
            let missing = subject.project.packages.iter().find(|package| !names.contains(&package.name));
            match missing {
                Some(package) => Fact::wrong(
                    "doctor/credential",
                    name,
                    format!("{issued}, for {} and not for {}{limits}", shown.join(", "), package.name),
                )
                .help("make a token of this project"),
                None => Fact::ok(name, format!("{issued}, for {}{limits}", shown.join(", "))),
            }
        }
        Scope::ProjectIds => Fact::unknown(name, format!("{issued}, for projects that it names by number{limits}")),
        Scope::Publisher => Fact::ok(name, format!("{issued}, of a trusted publisher{limits}")),
        Scope::User => {
            Fact::warning("doctor/user-token", name, format!("{issued}, for every project of its owner{limits}"))
                .help("make a token that is limited to this project, once the project exists")
        }
        Scope::Unknown => Fact::unknown(name, format!("{issued}; it does not say what it is for{limits}")),
    }
}

fn day(second: Option<i64>) -> String {
    second.map_or_else(|| "at a time that no calendar has".to_owned(), moment)
}

/// Who an index would take this job for, read without asking anybody: no token is got, since that may make a project.
fn job(inspect: Inspect<'_>, subject: &Subject<'_>) -> Vec<Fact> {
    let Some(index) = subject.stages.iter().find(|index| trusted_publishing::is_offered(index)) else {
        return Vec::new();
    };
    let claims = match trusted_publishing::ambient(inspect, Some(index)) {
        Ambient::Job(Provider::Github { .. }) => claims::of_variables(inspect.variables()),
        Ambient::Job(Provider::Gitlab) => {
            let name = if index.host() == "test.pypi.org" { "TESTPYPI_ID_TOKEN" } else { "PYPI_ID_TOKEN" };
            inspect.variables().secret(name).map(|identity| claims::of(&identity)).unwrap_or_default()
        }
        Ambient::Job(_) => return Vec::new(),
        Ambient::Nowhere(advice) => {
            return advice.into_iter().map(|advice| Fact::note("this job", advice)).collect();
        }
    };
    let told: Vec<String> = claims.iter().map(|(name, value)| format!("{name} `{value}`")).collect();
    let text = format!("the publisher on the index must fit: {}", told.join(", "));
    let mut facts = vec![Fact::note("this job", text)];
    let warning = |text| {
        Fact::warning("doctor/publisher", "this job", text).help("publish from the workflow itself, started by a tag")
    };
    facts.extend(claims::warnings(&claims).into_iter().map(warning));
    facts
}

fn pypirc(inspect: Inspect<'_>) -> Option<Fact> {
    let path = inspect.variables().home()?.join(".pypirc");
    let files = inspect.files();
    if files.what(&path) == What::Missing {
        return None;
    }
    Some(match files.mode(&path) {
        Ok(mode) if mode & 0o077 == 0 => Fact::ok(".pypirc", "only you can read it"),
        Ok(mode) => {
            Fact::warning("doctor/pypirc", ".pypirc", format!("others can read it (mode {mode:o}), so it is not used"))
                .help("run `chmod 600 ~/.pypirc`")
        }
        Err(error) => Fact::unknown(".pypirc", error.to_string()),
    })
}
