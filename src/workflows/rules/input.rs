//! What strangers write and a workflow reads: triggers, expressions in scripts, files of the runner (T7, T8, T17).

use super::Hit;
use crate::workflows::model::{Workflow, expressions};
use crate::workflows::yaml::Node;

/// T7: events that run with rights on what strangers send.
pub(super) fn dangerous_trigger(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const DANGEROUS: [&str; 4] = ["pull_request_target", "workflow_run", "issue_comment", "discussion_comment"];
    for (name, node) in workflow.triggers() {
        if DANGEROUS.contains(&name) {
            hits.push(Hit::new(
                "workflow/dangerous-trigger",
                node.line,
                format!("`{name}` runs with the rights of the repository on what strangers send"),
                "trigger on `push` of a tag and on `workflow_dispatch`",
            ));
        }
    }
}

/// T8: an expression is pasted into the script before the shell reads it.
pub(super) fn template_injection(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for step in workflow.jobs.iter().flat_map(|job| &job.steps) {
        let script = step.with("script").filter(|_| step.calls("actions/github-script"));
        for node in step.run.iter().map(|(run, _)| *run).chain(script) {
            let text = node.text().unwrap_or_default();
            for (above, line) in text.lines().enumerate() {
                if let Some(expression) = expressions(line).first() {
                    hits.push(Hit::new(
                        "workflow/template-injection",
                        node.first_line() + above,
                        format!("`${{{{ {expression} }}}}` is pasted into a script"),
                        "put it into `env` of the step and write `\"$NAME\"` in the script",
                    ));
                }
            }
        }
    }
}

/// T17: what is written to the runner's files decides what later steps run.
pub(super) fn environment_file(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/environment-file";
    for step in workflow.jobs.iter().flat_map(|job| &job.steps) {
        let Some((run, commands)) = &step.run else { continue };
        let text = run.text().unwrap_or_default();
        for (above, line) in text.lines().enumerate() {
            let line_of = run.first_line() + above;
            for file in ["GITHUB_ENV", "GITHUB_PATH"] {
                // Constants do no harm; anything that is filled in might.
                if line.contains(file)
                    && line.replace(&format!("${file}"), "").replace(&format!("${{{file}}}"), "").contains('$')
                {
                    let message = format!("what is filled in here reaches every later step through `{file}`");
                    hits.push(Hit::new(CODE, line_of, message, "hand values on as outputs of the step"));
                }
            }
            if ["::set-env", "::set-output", "::add-path"].iter().any(|command| line.contains(command)) {
                let message = "the commands `::set-…` obey whatever is printed";
                hits.push(Hit::new(CODE, line_of, message, "write to the file `$GITHUB_OUTPUT`"));
            }
        }
        for command in commands.iter().filter(|command| ["echo", "printf"].contains(&command.program())) {
            let fixed = |word: &String| {
                word.split_once("<<")
                    .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
            };
            if command.arguments().iter().any(fixed) && text.contains("GITHUB_OUTPUT") {
                hits.push(Hit::new(
                    CODE,
                    run.first_line() + command.line,
                    "the delimiter of an output is known, so that a value can end it and add others",
                    "use a random delimiter, or let `release` write its outputs",
                ));
            }
        }
    }
    let allowed =
        |node: Option<&Node>| node.and_then(|env| env.get("ACTIONS_ALLOW_UNSECURE_COMMANDS")).map(|node| node.line);
    let envs = workflow.jobs.iter().map(|job| job.node.get("env")).chain([workflow.root.get("env")]);
    for line in envs.filter_map(allowed) {
        let message = "`ACTIONS_ALLOW_UNSECURE_COMMANDS` brings commands back that obey whatever is printed";
        hits.push(Hit::new(CODE, line, message, "remove it"));
    }
}
