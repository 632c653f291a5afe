//! The network: the clock against the index, hosts on plain http, and the remote.

use std::path::Path;
use std::time::Duration;

use super::{Fact, Subject};
use crate::effects::files::What;
use crate::effects::http::{Url, is_loopback};
use crate::effects::process::{Environment, Program};
use crate::effects::{EffectsError, Git, Inspect};
use crate::error::Failure;

/// Signatures and identities are refused when the clocks differ by more.
const APART: i64 = 60;
/// How long the remote may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn facts(inspect: Inspect<'_>, subject: &Subject<'_>) -> Result<Vec<Fact>, Failure> {
    let mut facts = vec![clock(inspect, subject)];
    facts.extend(plain(subject));
    facts.push(remote(inspect, subject)?);
    Ok(facts)
}

fn clock(inspect: Inspect<'_>, subject: &Subject<'_>) -> Fact {
    if inspect.clock().is_given() {
        return Fact::note("clock", "given by `RELEASE_NOW`, so it is compared with nothing");
    }
    let Some(index) = subject.stages.first() else { return Fact::unknown("clock", "no index to compare it with") };
    let url = format!("{}{}/", index.simple, subject.project.packages[0].name.normalized());
    let answer = match inspect.http().get_up_to(&url, "application/vnd.pypi.simple.v1+json", 1) {
        Ok(answer) => answer,
        Err(error) => return Fact::unknown("clock", error.to_string()),
    };
    let theirs = answer.date.as_deref().and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
    let Some(theirs) = theirs else {
        return Fact::unknown("clock", format!("`{}` does not tell the time", index.name));
    };
    let apart = inspect.clock().now().as_second() - theirs.timestamp().as_second();
    match apart.abs() {
        0..=APART => Fact::ok("clock", format!("agrees with {}", index.name)),
        seconds => {
            let way = if apart > 0 { "ahead of" } else { "behind" };
            Fact::wrong("doctor/clock", "clock", format!("{seconds} seconds {way} {}", index.name))
                .help("set the clock of this machine: identities and signatures are refused otherwise")
        }
    }
}

fn plain(subject: &Subject<'_>) -> Vec<Fact> {
    let config = &subject.project.config;
    let mut facts: Vec<Fact> = config
        .plain_http
        .value
        .iter()
        .map(|host| {
            Fact::warning("doctor/plain-http", "plain http", format!("`{host}`: whoever can listen sees the tokens"))
                .help("use https there, and remove the host from `plain-http`")
        })
        .collect();
    for index in &subject.stages {
        for url in [&index.upload, &index.simple] {
            let Ok(parsed) = Url::parse(url) else {
                facts.push(Fact::wrong(
                    "doctor/configuration",
                    format!("index {}", index.name),
                    format!("`{url}` is no URL"),
                ));
                continue;
            };
            let host = parsed.host_str().unwrap_or_default();
            let named = format!("{host}:{}", parsed.port_or_known_default().unwrap_or_default());
            let allowed = config.plain_http.value.iter().any(|known| known == host || *known == named);
            if parsed.scheme() == "http" && !is_loopback(host) && !allowed {
                facts.push(
                    Fact::wrong("doctor/plain-http", format!("index {}", index.name), format!("`{url}` is plain http"))
                        .help("use https, or name the host in `plain-http` if it is in your own network"),
                );
            }
        }
    }
    facts
}

fn remote(inspect: Inspect<'_>, subject: &Subject<'_>) -> Result<Fact, Failure> {
    let Some(git) = Git::discover(&subject.project.root)? else {
        return Ok(Fact::unknown("remote", "there is no repository"));
    };
    let Some(url) = git.remote_url("origin") else {
        return Ok(Fact::warning("doctor/remote", "remote", "there is no `origin` to push to")
            .help("run `git remote add origin URL`"));
    };
    if holds_password(&url) {
        let text = "its address holds a password or token, which git shows to everybody who asks";
        let help = "run `git remote set-url origin URL` without it, and let a credential helper keep it";
        return Ok(Fact::warning("doctor/remote", "remote", text).help(help));
    }
    let local = url.strip_prefix("file://").map(str::to_owned).or_else(|| is_path(&url).then(|| url.clone()));
    let (shown, target) = match &local {
        Some(path) => {
            let path = git.top().join(path);
            (path.display().to_string(), path.display().to_string())
        }
        None => (without_user(&url), url.clone()),
    };
    if local.is_none() && (url.contains("::") || url.starts_with('-')) {
        return Ok(Fact::unknown("remote", "its address runs a program, so it was not asked"));
    }
    if let Some(refused) = refused(inspect, &url, local.is_some()) {
        return Ok(Fact::unknown("remote", refused));
    }
    if local.is_some() && inspect.files().what(Path::new(&target)) == What::Missing {
        return Ok(Fact::wrong("doctor/remote", "remote", format!("`{shown}` is not there")));
    }
    let program = inspect.programs().find("git", "git 2.30 or newer")?;
    // Outside of the repository, so that nothing its own configuration names is run.
    let mut ask = Program::new(program, Path::new("/"))
        .args(["-c", "protocol.ext.allow=never", "ls-remote", "--", &target, "HEAD"])
        .environment(Environment::Home)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
        .timeout(PATIENCE);
    if let Some(agent) = inspect.variables().get("SSH_AUTH_SOCK") {
        ask = ask.env("SSH_AUTH_SOCK", agent);
    }
    let ran = inspect.programs().run(&ask)?;
    Ok(match ran.ok() {
        true => Fact::ok("remote", format!("`{shown}` answers")),
        false => Fact::wrong("doctor/remote", "remote", format!("`{shown}` does not answer: {}", ran.ending()))
            .help("run `git ls-remote origin` and put right what it says"),
    })
}

/// Whether an http address has something before its host.
fn holds_password(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.split('/').next().unwrap_or_default().contains('@'))
}

fn is_path(url: &str) -> bool {
    url.starts_with(['/', '.']) || (!url.contains("://") && !url.contains(':'))
}

/// Why the remote is not asked.
fn refused(inspect: Inspect<'_>, url: &str, local: bool) -> Option<String> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return inspect.http().permit(&without_user(url)).err().map(|error: EffectsError| error.to_string());
    }
    (!local && inspect.offline()).then(|| "`--offline` is set".to_owned())
}

/// The address without a name or password in it.
fn without_user(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            format!("{scheme}://{}{path}", authority.rsplit('@').next().unwrap_or_default())
        }
        None => url.to_owned(),
    }
}
