//! What others wrote and a workflow runs: actions, caches, installed tools (T4, T5, T6, T14, T21, T22).

use super::Hit;
use crate::workflows::NO_COMMIT;
use crate::workflows::model::{Job, OWN_ACTION, Uses, Workflow};
use crate::workflows::shell::Command;
use crate::workflows::yaml::Node;

/// Every action that is called, those of called workflows too.
fn uses<'t>(workflow: &Workflow<'t>) -> Vec<Uses<'t>> {
    let mut found: Vec<Uses<'t>> =
        workflow.jobs.iter().flat_map(|job| job.steps.iter().filter_map(|step| step.uses)).collect();
    found.extend(workflow.jobs.iter().filter_map(|job| Uses::of(job.node.get("uses")?)));
    found
}

/// T4: a commit, not a name that can be moved.
pub(super) fn unpinned_action(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const CODE: &str = "workflow/unpinned-action";
    for uses in uses(workflow).into_iter().filter(|uses| !uses.is_local() && !uses.text.starts_with('$')) {
        let image = uses.text.starts_with("docker:");
        let hex = |text: &str, digits: usize| text.len() == digits && text.chars().all(|c| c.is_ascii_hexdigit());
        let fixed = if image {
            uses.version.strip_prefix("sha256:").is_some_and(|digest| hex(digest, 64))
        } else {
            hex(uses.version, 40)
        };
        if !fixed {
            let message = format!("`{}` can be moved to other code", uses.text);
            hits.push(Hit::new(
                CODE,
                uses.line,
                message,
                "pin the commit: 40 hex digits, and the version in a comment",
            ));
        } else if uses.version == NO_COMMIT {
            let message = format!("`{}` names no commit yet", uses.name);
            hits.push(Hit::new(
                CODE,
                uses.line,
                message,
                "put the commit of the release that you want to use in its place",
            ));
        } else if !image
            && !workflow.comment(uses.line).is_some_and(|comment| comment.contains(|c: char| c.is_ascii_digit()))
        {
            let message = format!("nothing says which version of `{}` the commit is", uses.name);
            hits.push(Hit::new(CODE, uses.line, message, "write the version in a comment on the same line").warning());
        }
    }
}

/// T5: the token of the checkout stays out of `.git/config`.
pub(super) fn persisted_credentials(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for step in workflow.jobs.iter().flat_map(|job| &job.steps).filter(|step| step.calls("actions/checkout")) {
        if step.with("persist-credentials").and_then(Node::text) != Some("false") {
            hits.push(Hit::new(
                "workflow/persisted-credentials",
                step.line(),
                "the checkout leaves its token in `.git/config` for every later step",
                "add `persist-credentials: false`",
            ));
        }
    }
}

/// T6: nothing that another run wrote is restored.
pub(super) fn cache(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for step in workflow.jobs.iter().flat_map(|job| &job.steps) {
        let Some(uses) = step.uses else { continue };
        let set = |key: &str| step.with(key).and_then(Node::text).filter(|value| !["", "false"].contains(value));
        let caches = uses.name.starts_with("actions/cache")
            || uses.name.eq_ignore_ascii_case("Swatinem/rust-cache")
            || set("cache").is_some()
            || set("enable-cache").is_some()
            || (step.calls("astral-sh/setup-uv") && step.with("enable-cache").is_none());
        if caches {
            hits.push(Hit::new(
                "workflow/cache",
                uses.line,
                format!("`{}` restores what other runs wrote", uses.name),
                "release without caches: remove it, or switch it off (`enable-cache: false` for setup-uv)",
            ));
        }
    }
}

/// T14: tools by version and hash.
pub(super) fn unhashed_tool(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for step in workflow.jobs.iter().flat_map(|job| &job.steps) {
        let Some((run, commands)) = &step.run else { continue };
        for (at, command) in commands.iter().enumerate().filter(|(_, command)| !command.partial) {
            let what = if is_download(command) && into_interpreter(commands, at) {
                Some("a download is run as it comes".to_owned())
            } else {
                unhashed(command).map(|what| format!("`{what}` installs whatever the index has now"))
            };
            if let Some(message) = what {
                hits.push(Hit::new(
                    "workflow/unhashed-tool",
                    run.first_line() + command.line,
                    message,
                    "install by version and hash: `pip install --require-hashes --no-deps -r FILE`",
                ));
            }
        }
    }
}

fn is_download(command: &Command) -> bool {
    ["curl", "wget"].contains(&command.program())
}

/// Whether the output of a command, or what becomes of it in a pipe, is a program for an interpreter.
fn into_interpreter(commands: &[Command], at: usize) -> bool {
    const SHELLS: [&str; 10] = ["sh", "bash", "zsh", "dash", "python", "python3", "node", "eval", "source", "."];
    let interprets = |command: &Command| SHELLS.contains(&command.program());
    let mut reader = at;
    // Pipes point to the front, so this ends.
    while let Some(next) =
        commands.iter().enumerate().skip(reader + 1).find(|(_, command)| command.reads == Some(reader))
    {
        if interprets(next.1) {
            return true;
        }
        reader = next.0;
    }
    commands[at].inside.is_some_and(|outer| interprets(&commands[outer]))
}

/// The command as people write it, where it installs something by its name alone.
fn unhashed(command: &Command) -> Option<String> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let (tool, rest): (&str, &[&str]) = match words.as_slice() {
        [_, "-m", module @ ("pip" | "pipx"), rest @ ..] if command.program().starts_with("python") => (module, rest),
        ["uv", "pip", rest @ ..] => ("pip", rest),
        ["uv", "tool", rest @ ..] => ("uv tool", rest),
        [_, rest @ ..] => (command.program(), rest),
        [] => return None,
    };
    let named = |rest: &[&str]| {
        rest.iter().any(|word| !word.starts_with('-') && !word.starts_with('.') && !word.starts_with('/'))
    };
    let has = |flag: &str| rest.contains(&flag);
    let first = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
    let behind = rest.iter().position(|word| *word == first).map_or(&[][..], |at| &rest[at + 1..]);
    let loose = match tool {
        "pip" | "pip3" => first == "install" && !has("--require-hashes") && named(behind),
        "pipx" => ["install", "run", "inject"].contains(&first),
        "uv tool" => ["install", "run"].contains(&first),
        "uvx" | "npx" => true,
        "uv" => first == "run" && (has("--with") || has("--with-requirements")),
        "npm" => ["install", "i", "add"].contains(&first) && named(behind),
        "cargo" => first == "install" && !has("--locked"),
        "gem" => first == "install",
        _ => false,
    };
    loose.then(|| words.join(" "))
}

/// T21: an action of this repository, as the commit of the workflow has it.
pub(super) fn local_action(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    for uses in uses(workflow).into_iter().filter(Uses::is_local) {
        hits.push(Hit::new(
            "workflow/local-action",
            uses.line,
            format!("`{}` is whatever lies in the working tree when the step begins", uses.text),
            "write `$/…` for an action of this repository, so that an earlier step cannot swap it",
        ));
    }
}

/// T22: where something can be pushed or published, only the forge's own actions and the uploader run.
pub(super) fn third_party_action(workflow: &Workflow<'_>, hits: &mut Vec<Hit>) {
    const KNOWN: [&str; 2] = [OWN_ACTION, "pypa/gh-action-pypi-publish"];
    for job in workflow.jobs.iter().filter(|job| is_privileged(job)) {
        for uses in job.steps.iter().filter_map(|step| step.uses) {
            let owner = uses.name.split('/').next().unwrap_or_default();
            if ["actions", "github", ".", "..", "$"].contains(&owner) || KNOWN.contains(&uses.name) {
                continue;
            }
            let hit = Hit::new(
                "workflow/third-party-action",
                uses.line,
                format!("`{}` runs in the job `{}`, which may push or publish", uses.name, job.id),
                "move it to a job without rights; harden-runner is a choice of yours, and accepted as a warning",
            );
            hits.push(if uses.name == "step-security/harden-runner" { hit.warning() } else { hit });
        }
    }
}

fn is_privileged(job: &Job<'_>) -> bool {
    ["id-token", "contents", "packages", "actions", "attestations"].iter().any(|scope| job.grants(scope))
        || job.names_secrets()
}
