//! What the workflows of the repository need: trusted publishers, secrets. Reads the lines of the files as they
//! are usually written; what is written in another way is said to be unreadable, never to be good.

use std::collections::BTreeSet;

use super::{Fact, Subject};
use crate::config::file::ForgeKind;
use crate::effects::Inspect;
use crate::effects::files::What;
use crate::plan::init::{WORKFLOW, publishers};

/// Larger files are no workflows.
const SIZE: u64 = 1024 * 1024;
/// More files than this are not looked at.
const FILES: usize = 100;

/// What was read of the workflows.
#[derive(Debug, Default)]
pub(super) struct Publishing {
    /// Whether a job may ask for the identity that a trusted publisher shows.
    pub(super) trusted: bool,
    jobs: Vec<Job>,
    secrets: BTreeSet<String>,
    unreadable: Vec<String>,
    files: usize,
}

/// A job, as far as it matters here.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Job {
    file: String,
    environment: Option<String>,
    identity: bool,
}

pub(super) fn read(inspect: Inspect<'_>, subject: &Subject<'_>) -> Publishing {
    let files = inspect.files();
    let mut found = Publishing::default();
    for folder in [".github/workflows", ".gitea/workflows", ".forgejo/workflows"] {
        let dir = subject.project.root.join(folder);
        if files.what(&dir) != What::Folder {
            continue;
        }
        for path in files.list(&dir).unwrap_or_default().into_iter().take(FILES) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".yml") && !name.ends_with(".yaml") {
                continue;
            }
            let shown = format!("{folder}/{name}");
            found.files += 1;
            match files.read_text(&path, SIZE) {
                Ok(text) => {
                    found.secrets.extend(secrets(&text));
                    match jobs(&shown, &text) {
                        Some(jobs) => found.jobs.extend(jobs),
                        None => found.unreadable.push(shown),
                    }
                }
                Err(_) => found.unreadable.push(shown),
            }
        }
    }
    // Only GitHub's identity is one that PyPI trusts.
    found.trusted = found.jobs.iter().any(|job| job.identity && job.file.starts_with(".github/"));
    found
}

pub(super) fn facts(subject: &Subject<'_>, publishing: &Publishing) -> Vec<Fact> {
    let mut facts = Vec::new();
    let forges: Vec<ForgeKind> = match &subject.project.config.init.workflows {
        Some(forges) => forges.clone(),
        None => subject.detected.forge.into_iter().collect(),
    };
    for entry in publishers(subject.project, subject.detected.remote.as_ref(), &forges) {
        let file = format!(".github/workflows/{WORKFLOW}");
        facts.push(Fact::note(
            format!("publisher {}", entry.index),
            format!(
                "to be entered at {}: project {}, owner {}, repository {}, workflow {}, environment {}",
                entry.url, entry.project, entry.owner, entry.repository, entry.workflow, entry.environment
            ),
        ));
        let name = format!("workflow {}", entry.index);
        let there: Vec<&Job> = publishing.jobs.iter().filter(|job| job.file == file).collect();
        let job = there.iter().find(|job| job.environment.as_deref() == Some(&entry.environment));
        let wrong = |text: String| Fact::wrong("doctor/workflow", name.clone(), text).help("run `release init`");
        facts.push(match job {
            _ if publishing.unreadable.contains(&file) => Fact::unknown(name, format!("`{file}` cannot be read")),
            _ if there.is_empty() => wrong(format!("`{file}` is not there")),
            None => wrong(format!("`{file}` has no job with the environment `{}`", entry.environment)),
            Some(job) if !job.identity => {
                wrong(format!("the job of `{}` in `{file}` lacks `id-token: write`", entry.environment))
            }
            Some(_) => Fact::ok(name, format!("`{file}` has its job with `id-token: write`")),
        });
    }
    if publishing.files == 0 {
        facts.push(Fact::note("workflows", "there are none"));
    }
    for file in &publishing.unreadable {
        facts.push(Fact::unknown("workflow", format!("`{file}` is written in a way that is not read here")));
    }
    if publishing.files > 0 && publishing.secrets.is_empty() {
        facts.push(Fact::ok("secrets", "the workflows use none"));
    }
    for name in &publishing.secrets {
        facts.push(Fact::unknown(
            format!("secret {name}"),
            "the workflows use it, and whether the forge has it was not asked",
        ));
        if publishing.trusted && ["PYPI", "TWINE", "UV_PUBLISH"].iter().any(|word| name.contains(word)) {
            facts.push(
                Fact::warning(
                    "doctor/stored-token",
                    format!("stored {name}"),
                    "a stored token is used for uploads where a trusted publisher needs none",
                )
                .help("remove the secret, and revoke the token at the index"),
            );
        }
    }
    facts
}

/// The names of the secrets that a workflow uses, but for the token that every run is given.
fn secrets(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        for (at, _) in line.match_indices("secrets") {
            let rest = &line[at + "secrets".len()..];
            let rest = rest.strip_prefix('.').or_else(|| rest.strip_prefix("['")).or_else(|| rest.strip_prefix("[\""));
            let name: String = rest
                .unwrap_or_default()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .take(100)
                .collect();
            if !name.is_empty() && !["GITHUB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN"].contains(&name.as_str()) {
                found.insert(name);
            }
        }
    }
    found
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// `key: value` without its comment and quotes.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim().split_once(':')?;
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    Some((key.trim_matches(['"', '\'']), value))
}

/// The jobs of a workflow; nothing where they are not written one below the other.
fn jobs(file: &str, text: &str) -> Option<Vec<Job>> {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).collect();
    let at = lines.iter().position(|line| pair(line) == Some(("jobs", "")) && indent(line) == 0)?;
    let everywhere = lines[..at].iter().any(|line| pair(line) == Some(("id-token", "write")));
    let below: Vec<&&str> = lines[at + 1..].iter().take_while(|line| indent(line) > 0).collect();
    let level = indent(below.first()?);
    let mut jobs: Vec<Job> = Vec::new();
    let mut in_environment = None;
    for line in below {
        let depth = indent(line);
        if depth <= level {
            jobs.push(Job { file: file.to_owned(), environment: None, identity: everywhere });
            in_environment = None;
            continue;
        }
        let job = jobs.last_mut()?;
        let Some((key, value)) = pair(line) else { continue };
        if in_environment.is_some_and(|outer| depth <= outer) {
            in_environment = None;
        }
        match (key, value) {
            ("environment", "") => in_environment = Some(depth),
            ("environment", flow) if flow.starts_with('{') => {
                let name =
                    flow.trim_matches(['{', '}', ' ']).split(',').find_map(pair).filter(|(key, _)| *key == "name");
                job.environment = name.map(|(_, name)| name.to_owned());
            }
            ("environment", name) if job.environment.is_none() => job.environment = Some(name.to_owned()),
            ("name", name) if in_environment.is_some() => job.environment = Some(name.to_owned()),
            ("id-token", "write") => job.identity = true,
            ("permissions", flow) if flow.starts_with('{') => job.identity = flow.contains("id-token: write"),
            _ => {}
        }
    }
    Some(jobs)
}
