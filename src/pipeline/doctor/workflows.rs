//! What the workflows of the repository need: trusted publishers and secrets. Whether they are safe is judged by
//! `release check --workflows`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Fact, Subject};
use crate::config::file::ForgeKind;
use crate::effects::Inspect;
use crate::effects::files::What;
use crate::forge::Forge;
use crate::plan::init::{WORKFLOW, publishers};
use crate::workflows::model::{self, Workflow};
use crate::workflows::{FOLDERS, forge_of, yaml};

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
    /// The names of secrets with the forges whose workflows use them.
    secrets: BTreeSet<(String, bool)>,
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
    for folder in FOLDERS {
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
                Ok(text) => match parse(&shown, &text) {
                    Some((jobs, secrets)) => {
                        found.jobs.extend(jobs);
                        let on_github = forge_of(Path::new(&shown)) == ForgeKind::Github;
                        found.secrets.extend(secrets.into_iter().map(|name| (name, on_github)));
                    }
                    None => found.unreadable.push(shown),
                },
                Err(_) => found.unreadable.push(shown),
            }
        }
    }
    // Only GitHub's identity is one that PyPI trusts.
    found.trusted = found.jobs.iter().any(|job| job.identity && job.file.starts_with(".github/"));
    found
}

pub(super) fn facts(inspect: Inspect<'_>, subject: &Subject<'_>, publishing: &Publishing) -> Vec<Fact> {
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
        facts.push(Fact::unknown("workflow", format!("`{file}` is no workflow that can be read")));
    }
    if publishing.files > 0 && publishing.secrets.is_empty() {
        facts.push(Fact::ok("secrets", "the workflows use none"));
    }
    let there = if publishing.secrets.is_empty() { None } else { Some(forge_secrets(inspect, subject)) };
    for (name, on_github) in &publishing.secrets {
        let kind = if *on_github { ForgeKind::Github } else { ForgeKind::Gitea };
        let about = format!("secret {name}");
        facts.push(match &there {
            Some(Ok((asked, names))) if *asked == kind && names.contains(name) => Fact::ok(about, "the forge has it"),
            Some(Ok((asked, _))) if *asked == kind => {
                let text = "the workflows use it, and the repository has none of this name";
                Fact::warning("doctor/secret", about, text)
                    .help("add it in the settings of the repository, unless the organisation has it")
            }
            Some(Err(why)) => Fact::unknown(about, format!("the workflows use it; whether the forge has it: {why}")),
            _ => Fact::unknown(about, "the workflows of another forge use it, which was not asked"),
        });
        if *on_github && publishing.trusted && ["PYPI", "TWINE", "UV_PUBLISH"].iter().any(|word| name.contains(word)) {
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

/// The secrets that the forge has, by name; else why that cannot be told.
fn forge_secrets(inspect: Inspect<'_>, subject: &Subject<'_>) -> Result<(ForgeKind, BTreeSet<String>), String> {
    let forge = Forge::of_project(inspect, &subject.project.config, &subject.project.root)
        .map_err(|error| error.to_string())?;
    if forge.token_from.is_none() {
        return Err("there is no token of the forge to ask with".to_owned());
    }
    match forge.secret_names(inspect.http()) {
        Ok(Some(names)) => Ok((forge.place.kind, names.into_iter().map(|secret| secret.name).collect())),
        Ok(None) => Err("the forge does not tell".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The jobs of a workflow, and the names of the secrets that it uses; nothing where it is no workflow.
fn parse(file: &str, text: &str) -> Option<(Vec<Job>, BTreeSet<String>)> {
    let root = yaml::read(text).ok()?;
    let workflow = Workflow::of(&root, text, forge_of(Path::new(file)));
    root.get("jobs")?;
    let everywhere = root.get("permissions").is_some_and(|permissions| {
        permissions.text() == Some("write-all")
            || permissions.get("id-token").is_some_and(|grant| grant.text() == Some("write"))
    });
    let of = |job: &model::Job<'_>| {
        let environment = job.node.get("environment");
        let name = environment.and_then(|node| node.text().or_else(|| node.get("name").and_then(yaml::Node::text)));
        Job {
            file: file.to_owned(),
            environment: name.map(str::to_owned),
            identity: job.grants("id-token") || (everywhere && job.node.get("permissions").is_none()),
        }
    };
    let texts = root.texts();
    let used = texts.iter().filter_map(|node| node.text()).flat_map(model::secrets_in);
    Some((workflow.jobs.iter().map(of).collect(), used.map(str::to_owned).collect()))
}
