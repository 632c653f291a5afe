//! When and in which order things happen: triggers, runs beside each other, limits, runners, what is handed
//! on, how a step ends (T9, T10, T12, T13, T15, T16, T18).

use super::Hit;
use crate::config::file::ForgeKind;
use crate::workflows::model::{Job, Step, Workflow, expressions};
use crate::workflows::yaml::Node;

/// T9: one release of a ref at a time, and none is cut off.
pub(super) fn concurrency(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/concurrency";
    const HELP: &str =
        "add `concurrency: {group: \"release-${{ github.ref }}\", cancel-in-progress: false}` at the top";
    match workflow.root.get("concurrency") {
        None => {
            let line = workflow.root.key("jobs").map_or(1, |key| key.line);
            hits.push(Hit::new(CODE, line, "two runs can release the same version at once", HELP));
        }
        Some(settings) => {
            let cancel = settings.get("cancel-in-progress");
            if let Some(cancel) = cancel.filter(|cancel| cancel.text() != Some("false")) {
                let message = "a new run cuts off one that is in the middle of an upload";
                hits.push(Hit::new(CODE, cancel.line, message, HELP));
            }
        }
    }
    for job in &workflow.jobs {
        let cancel = job.node.get("concurrency").and_then(|settings| settings.get("cancel-in-progress"));
        if let Some(cancel) = cancel.filter(|cancel| cancel.text() != Some("false")) {
            let message = format!("a new run cuts off the job `{}`", job.id);
            hits.push(Hit::new(CODE, cancel.line, message, HELP));
        }
    }
}

/// T10: nothing hangs for the six hours that are the default.
pub(super) fn timeout(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for job in workflow.jobs.iter().filter(|job| job.node.get("uses").is_none()) {
        let limit = job.node.get("timeout-minutes").and_then(Node::text).unwrap_or_default();
        if limit.parse::<f64>().is_err() && expressions(limit).is_empty() {
            hits.push(Hit::new(
                "workflow/timeout",
                job.line,
                format!("the job `{}` may hang for six hours", job.id),
                "add `timeout-minutes`",
            ));
        }
    }
}

/// T12: only tags of versions start a release.
pub(super) fn tag_filter(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/tag-filter";
    const HELP: &str = "write `tags: [\"v[0-9]+.[0-9]+.[0-9]+*\"]`, and protect these tags in the forge's settings";
    let Some((_, push)) = workflow.triggers().into_iter().find(|(name, _)| *name == "push") else { return };
    let Some(tags) = push.get("tags") else {
        let guarded = |job: &Job<'_>| {
            let condition = job.node.get("if").and_then(Node::text).unwrap_or_default();
            ["refs/tags/", "ref_type"].iter().any(|word| condition.contains(word))
        };
        for job in workflow.jobs.iter().filter(|job| job.publishes()) {
            if !guarded(job) && !workflow.waits_for(job, guarded) {
                let message = format!("every push reaches the job `{}`, which publishes", job.id);
                hits.push(Hit::new(CODE, push.line, message, HELP));
            }
        }
        return;
    };
    for tag in tags.items() {
        let pattern = tag.text().unwrap_or_default();
        let before = pattern.split('*').next().unwrap_or_default();
        let literal = !pattern.contains(['*', '?', '[', '+']);
        // Numbers and a dot must stand before anything may follow.
        let versioned = before.contains("[0-9]") && before.contains('.')
            || literal && before.contains(|c: char| c.is_ascii_digit());
        if !versioned && !pattern.starts_with('!') {
            let message = format!("`{pattern}` is the tag of a version, and of anything else");
            hits.push(Hit::new(CODE, tag.line, message, HELP));
        }
    }
}

/// T13: a runner that is named exactly, and the forge's own where something is published.
pub(super) fn runner(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/runner";
    for job in workflow.jobs.iter().filter(|job| job.node.get("uses").is_none()) {
        let Some(on) = job.node.get("runs-on") else { continue };
        for label in on.texts() {
            let name = label.text().unwrap_or_default();
            let problem = if name.ends_with("-latest") {
                format!("`{name}` is another machine one day")
            } else if name.contains("self-hosted") && workflow.forge == ForgeKind::Github {
                format!("the job `{}` runs on a machine that keeps what other jobs left", job.id)
            } else if !expressions(name).is_empty() && job.publishes() {
                format!("where the job `{}` runs is decided elsewhere", job.id)
            } else {
                continue;
            };
            hits.push(Hit::new(CODE, label.line, problem, "name one image with its version, such as `ubuntu-24.04`"));
        }
    }
}

/// T15: what is uploaded is what was built, by a hash that came another way than the archives.
pub(super) fn artifact_hash(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for job in workflow.jobs.iter().filter(|job| job.publishes()) {
        let Some(fetched) = job.steps.iter().find(|step| step.calls("actions/download-artifact")) else { continue };
        let from_build = |node: &Node| {
            node.text().is_some_and(|text| {
                expressions(text)
                    .iter()
                    .any(|expression| expression.starts_with("needs.") && expression.contains(".outputs."))
            })
        };
        let compares = |step: &Step<'_>| {
            ["with", "env"].iter().filter_map(|key| step.node.get(key)).flat_map(Node::entries).any(|(name, value)| {
                let name = name.text().unwrap_or_default().to_ascii_lowercase();
                ["expect", "digest", "sha256", "hash"].iter().any(|word| name.contains(word)) && from_build(value)
            })
        };
        if !job.steps.iter().any(compares) {
            hits.push(Hit::new(
                "workflow/artifact-hash",
                fetched.line(),
                format!("the job `{}` uploads whatever the artifact holds", job.id),
                "hand `digest` of the build on as an output of its job, and give it to the upload as `expect`",
            ));
        }
    }
}

/// T16: only the first process of a step is told that it must end.
pub(super) fn signal(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for step in workflow.jobs.iter().flat_map(|job| &job.steps) {
        let Some((run, commands)) = &step.run else { continue };
        for (at, command) in commands.iter().enumerate() {
            let last = at + 1 == commands.len();
            if command.program() == "release" && !command.partial && command.inside.is_none() && !(command.exec && last)
            {
                hits.push(Hit::new(
                    "workflow/signal",
                    run.first_line() + command.line,
                    "a run that is cancelled kills `release` without telling it",
                    "make `exec release …` the last line of the step, so that it gets the signal",
                ));
            }
        }
    }
}

/// T18: users see a release when its files are where they install from, and not half of it.
pub(super) fn release_order(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/release-order";
    const MAKERS: [&str; 3] = ["softprops/action-gh-release", "ncipollo/release-action", "actions/create-release"];
    for job in &workflow.jobs {
        for step in &job.steps {
            let by_us = step.release_commands().iter().any(|command| command == "announce");
            let by_hand = step.commands().iter().find(|command| {
                command.program() == "gh"
                    && command.arguments().starts_with(&["release".to_owned(), "create".to_owned()])
            });
            let by_action = MAKERS.iter().any(|action| step.calls(action));
            if let Some(command) = by_hand
                && !command.arguments().iter().any(|word| word == "--draft" || word == "-d")
            {
                hits.push(Hit::new(
                    CODE,
                    step.run.as_ref().map_or(step.line(), |(run, _)| run.first_line()) + command.line,
                    "the release is public before its files are there",
                    "make a draft, add the files, and publish it last, as `release announce` does",
                ));
            }
            if (by_us || by_hand.is_some() || by_action) && !workflow.waits_for(job, |before| before.publishes()) {
                hits.push(Hit::new(
                    CODE,
                    step.line(),
                    format!("the job `{}` announces what is not published yet", job.id),
                    "let it wait for the upload and its verification with `needs`",
                ));
            }
        }
    }
}
