//! Who may do what: grants, the job that publishes, its gate, tokens (T1, T2, T3, T11, T19, T20).

use super::Hit;
use crate::config::file::ForgeKind;
use crate::workflows::model::{Job, Step, Workflow, secrets_in};
use crate::workflows::yaml::{Node, Value};

/// T1: nothing at the top, everything by the job, with its reason.
pub(super) fn permissions(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/permissions";
    const HELP: &str = "write `permissions: {}` at the top, and what each job needs in the job";
    if workflow.is_action {
        return;
    }
    let publishes = workflow.publishes();
    match workflow.root.get("permissions") {
        None if publishes || workflow.jobs.iter().any(|job| job.node.get("permissions").is_none()) => {
            let line = workflow.root.key("on").map_or(1, |key| key.line);
            hits.push(Hit::new(CODE, line, "jobs get every right that the repository grants by default", HELP));
        }
        Some(top)
            if top.text().is_some_and(|text| text.contains("-all"))
                && (publishes || top.text() != Some("read-all")) =>
        {
            let text = top.text().unwrap_or_default();
            hits.push(Hit::new(CODE, top.line, format!("`permissions: {text}` grants it to every job"), HELP));
        }
        Some(top) if publishes && !top.entries().is_empty() => {
            hits.push(Hit::new(CODE, top.line, "rights at the top are those of every job", HELP));
        }
        _ => {}
    }
    for job in &workflow.jobs {
        let Some(grants) = job.node.get("permissions") else { continue };
        if grants.text().is_some_and(|text| text.ends_with("-all")) {
            let text = grants.text().unwrap_or_default();
            hits.push(Hit::new(CODE, grants.line, format!("the job `{}` has `{text}`", job.id), HELP));
        }
        for (scope, grant) in grants.entries().iter().filter(|(_, grant)| publishes && grant.text() == Some("write")) {
            if workflow.comment(grant.line).is_none_or(str::is_empty) {
                let what = scope.text().unwrap_or_default();
                let message = format!("nothing says why the job `{}` needs `{what}: write`", job.id);
                hits.push(Hit::new(CODE, grant.line, message, "say it in a comment on the same line").warning());
            }
        }
    }
}

/// T2: the job that publishes fetches the archives and uploads them, and does nothing else.
pub(super) fn publish_job(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/publish-job";
    for job in workflow.jobs.iter().filter(|job| job.publishes() && !job.steps.is_empty()) {
        let shape = job.steps.len() == 2 && job.steps[0].calls("actions/download-artifact") && job.steps[1].publishes();
        if !shape {
            let wrong = job.steps.iter().find(|step| !step.publishes() && !step.calls("actions/download-artifact"));
            hits.push(Hit::new(
                CODE,
                wrong.map_or(job.line, Step::line),
                format!("the job `{}` does more than fetch the archives and upload them", job.id),
                "build and test in other jobs, which have no right to publish, and hand the archives on as an artifact",
            ));
        }
    }
}

/// T3: somebody or something says yes before a job publishes.
pub(super) fn gate(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/gate";
    for job in workflow.jobs.iter().filter(|job| job.publishes()) {
        let environment = job.node.get("environment");
        let named = environment.is_some_and(|environment| {
            environment.text().or_else(|| environment.get("name")?.text()).is_some_and(|name| !name.is_empty())
        });
        let condition = job.node.get("if").and_then(Node::text).unwrap_or_default();
        let rehearsal = job.steps.iter().any(|step| index_of(step) == Some("testpypi"));
        match workflow.forge {
            ForgeKind::Github if !named => hits.push(Hit::new(
                CODE,
                job.line,
                format!("the job `{}` publishes without an environment", job.id),
                "add `environment: {name: pypi}`, name it in the trusted publisher, and give it reviewers",
            )),
            ForgeKind::Gitea if !rehearsal && !condition.contains("workflow_dispatch") => hits.push(Hit::new(
                CODE,
                job.line,
                format!("the job `{}` publishes, and nobody starts it", job.id),
                "Gitea ignores `environment`: add `if: github.event_name == 'workflow_dispatch'`",
            )),
            _ => {}
        }
    }
}

/// T11: no token where trusted publishing would do, and elsewhere only in the step that uploads.
pub(super) fn stored_token(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/stored-token";
    for (place, env) in [("the workflow", workflow.root.get("env"))]
        .into_iter()
        .chain(workflow.jobs.iter().map(|job| ("a job", job.node.get("env"))))
    {
        for node in env.map(Node::texts).unwrap_or_default() {
            if let Some(name) = node.text().map(secrets_in).unwrap_or_default().first() {
                let message = format!("the secret `{name}` is in the environment of every step of {place}");
                hits.push(Hit::new(CODE, node.line, message, "name it in the one step that needs it"));
            }
        }
    }
    for step in workflow.jobs.iter().flat_map(|job| &job.steps) {
        let public = matches!(index_of(step), None | Some("pypi" | "testpypi"));
        if workflow.forge != ForgeKind::Github || !step.publishes() || !public {
            continue;
        }
        for node in step.node.texts() {
            if let Some(name) = node.text().map(secrets_in).unwrap_or_default().first() {
                hits.push(Hit::new(
                    CODE,
                    node.line,
                    format!("the upload uses the stored token `{name}`"),
                    "use trusted publishing: `id-token: write` in this job, a publisher on the index, and no secret",
                ));
            }
        }
    }
}

/// T19: the right to push belongs to jobs that tag, announce or publish the status.
pub(super) fn contents_write(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/contents-write";
    for job in workflow.jobs.iter().filter(|job| job.grants("contents")) {
        let line = job
            .node
            .get("permissions")
            .map_or(job.line, |permissions| permissions.get("contents").map_or(permissions.line, |grant| grant.line));
        if let Some(step) = job.steps.iter().find(|step| !writes_only(step)) {
            hits.push(Hit::new(
                CODE,
                line,
                format!("the job `{}` may push, and its step on line {} runs something else", job.id, step.line()),
                "give `contents: write` to a job of its own, behind the upload, that only makes the forge's release",
            ));
        } else if !tags(job) && !workflow.waits_for(job, |before| before.publishes()) {
            hits.push(Hit::new(
                CODE,
                line,
                format!("the job `{}` may push before anything is published", job.id),
                "let it wait for the upload with `needs`",
            ));
        }
    }
}

/// T20: no caller hands on all secrets, and no reusable workflow publishes.
pub(super) fn secrets_inherit(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/secrets-inherit";
    for job in &workflow.jobs {
        if let Some(secrets) = job.node.get("secrets").filter(|secrets| secrets.text() == Some("inherit")) {
            let message = format!("the job `{}` hands every secret on", job.id);
            hits.push(Hit::new(CODE, secrets.line, message, "name the secrets that the called workflow needs"));
        }
        if job.node.get("uses").is_some() && job.grants("id-token") {
            let message = format!("the job `{}` publishes through a reusable workflow", job.id);
            hits.push(Hit::new(CODE, job.line, message, "upload in this file: PyPI cannot bind a reusable workflow"));
        }
    }
    if let Some((_, node)) =
        workflow.triggers().iter().find(|(name, _)| *name == "workflow_call" && workflow.publishes())
    {
        hits.push(Hit::new(
            CODE,
            node.line,
            "a workflow that publishes can be called by others",
            "remove `workflow_call`: PyPI cannot bind a reusable workflow",
        ));
    }
}

/// What Gitea has not, so that nothing may rely on it.
pub(super) fn ignored_by_gitea(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/ignored-by-gitea";
    if workflow.forge != ForgeKind::Gitea {
        return;
    }
    for job in &workflow.jobs {
        if job.grants("id-token") {
            hits.push(Hit::new(
                CODE,
                job.line,
                format!("the job `{}` asks for an id-token, which Gitea does not mint", job.id),
                "use a token that is scoped to the project, in the step that uploads",
            ));
        }
        for uses in job.steps.iter().filter_map(|step| step.uses) {
            if !uses.text.contains("://") && !uses.text.starts_with(['.', '$']) {
                hits.push(Hit::new(
                    CODE,
                    uses.line,
                    format!("where `{}` comes from depends on the settings of the instance", uses.text),
                    "write the whole address: `https://github.com/…`",
                ));
            }
        }
        if let Some(labels) = job.node.get("runs-on").filter(|labels| !matches!(labels.value, Value::Text { .. })) {
            let message = format!("the job `{}` wants several labels", job.id);
            hits.push(Hit::new(CODE, labels.line, message, "name one label in `runs-on`"));
        }
    }
}

/// The index that a step of our action names.
fn index_of<'t>(step: &Step<'t>) -> Option<&'t str> {
    step.with("index").and_then(Node::text).filter(|index| !index.is_empty())
}

/// Whether a step does nothing but read the repository, fetch data, tag, announce, dispatch, or publish the status or the
/// ledger.
fn writes_only(step: &Step<'_>) -> bool {
    const READS: [&str; 2] = ["actions/checkout", "actions/download-artifact"];
    const PROGRAMS: [&str; 8] = ["curl", "gh", "git", "echo", "printf", "set", "test", "["];
    let commands = step.release_commands();
    let writes = |command: &String| {
        let first = command.split(' ').next().unwrap_or_default();
        ["bump", "announce", "status", "version", "security", "history"].contains(&first)
    };
    let runs_known =
        |known: &[&str]| step.run.is_some() && step.commands().iter().all(|command| known.contains(&command.program()));
    if step.uses.is_some_and(|uses| commands.is_empty() && !uses.name.starts_with("actions/")) {
        // Somebody else's action is another finding.
        return true;
    }
    match commands.is_empty() {
        true => READS.iter().any(|action| step.calls(action)) || runs_known(&PROGRAMS),
        false => commands.iter().all(writes) && (step.run.is_none() || runs_known(&["release"])),
    }
}

/// Whether a job is the one that tags, before everything else.
fn tags(job: &Job<'_>) -> bool {
    job.steps.iter().any(|step| step.release_commands().iter().any(|command| command == "bump"))
}
