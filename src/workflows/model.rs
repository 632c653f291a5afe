//! A workflow or a composite action as rules see it: triggers, jobs, steps, and what publishes.

use std::collections::BTreeSet;

use super::shell;
use super::yaml::Node;
use crate::config::file::ForgeKind;

/// A workflow, or the steps of a composite action as its only job.
#[derive(Debug)]
pub struct Workflow<'t> {
    /// Where it runs.
    pub forge: ForgeKind,
    /// The document.
    pub root: &'t Node,
    /// The text, line by line, for comments.
    pub lines: Vec<&'t str>,
    /// Its jobs, in order.
    pub jobs: Vec<Job<'t>>,
    /// Whether it is a composite action.
    pub is_action: bool,
}

/// A job.
#[derive(Debug)]
pub struct Job<'t> {
    /// Its id.
    pub id: &'t str,
    /// The line of its id.
    pub line: usize,
    /// The mapping.
    pub node: &'t Node,
    /// The jobs that it waits for.
    pub needs: Vec<&'t str>,
    /// Its steps; none where it calls a reusable workflow.
    pub steps: Vec<Step<'t>>,
}

/// A step.
#[derive(Debug)]
pub struct Step<'t> {
    /// The mapping.
    pub node: &'t Node,
    /// What it calls.
    pub uses: Option<Uses<'t>>,
    /// Its script, and the commands in it.
    pub run: Option<(&'t Node, Vec<shell::Command>)>,
}

/// The action of a step.
#[derive(Debug, Clone, Copy)]
pub struct Uses<'t> {
    /// The line.
    pub line: usize,
    /// As written.
    pub text: &'t str,
    /// `owner/name` or the path, without host, subfolder and version.
    pub name: &'t str,
    /// What stands behind the `@`.
    pub version: &'t str,
}

/// Our own action.
pub const OWN_ACTION: &str = "pyrelease/pyrelease";

impl<'t> Workflow<'t> {
    /// The workflow that a document is.
    pub fn of(root: &'t Node, text: &'t str, forge: ForgeKind) -> Self {
        let is_action = root.get("runs").is_some() && root.get("jobs").is_none();
        let jobs = match root.get("runs").filter(|_| is_action) {
            Some(runs) => vec![Job::of("runs", root.key("runs").map_or(1, |key| key.line), runs)],
            None => root
                .get("jobs")
                .map_or(&[][..], Node::entries)
                .iter()
                .map(|(id, node)| Job::of(id.text().unwrap_or_default(), id.line, node))
                .collect(),
        };
        Workflow { forge, root, lines: text.lines().collect(), jobs, is_action }
    }

    /// The triggers with their settings.
    pub fn triggers(&self) -> Vec<(&'t str, &'t Node)> {
        let Some(on) = self.root.get("on") else { return Vec::new() };
        match on.entries() {
            [] => on.items().iter().filter_map(|item| Some((item.text()?, item))).collect(),
            entries => entries.iter().filter_map(|(name, node)| Some((name.text()?, node))).collect(),
        }
    }

    /// Whether it sends anything to an index.
    pub fn publishes(&self) -> bool {
        !self.is_action && self.jobs.iter().any(Job::publishes)
    }

    /// Whether a job waits, directly or not, for one that passes.
    pub fn waits_for(&self, job: &Job<'_>, wanted: impl Fn(&Job<'_>) -> bool) -> bool {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut pending: Vec<&str> = job.needs.clone();
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(found) = self.jobs.iter().find(|job| job.id == id) {
                if wanted(found) {
                    return true;
                }
                pending.extend(&found.needs);
            }
        }
        false
    }

    /// The rest of a line behind its `#`.
    pub fn comment(&self, line: usize) -> Option<&'t str> {
        let text = self.lines.get(line.checked_sub(1)?)?;
        text.split_once(" #").map(|(_, comment)| comment.trim())
    }
}

impl<'t> Job<'t> {
    fn of(id: &'t str, line: usize, node: &'t Node) -> Self {
        let needs = node.get("needs").map_or(&[][..], Node::items).iter().filter_map(Node::text).collect();
        let steps = node.get("steps").map_or(&[][..], Node::items).iter().map(Step::of).collect();
        Job { id, line, node, needs, steps }
    }

    /// Whether one of its grants is this one.
    pub fn grants(&self, scope: &str) -> bool {
        self.node.get("permissions").is_some_and(|permissions| {
            permissions.text() == Some("write-all")
                || permissions.get(scope).is_some_and(|grant| grant.text() == Some("write"))
        })
    }

    /// Whether it sends anything to an index.
    pub fn publishes(&self) -> bool {
        self.steps.iter().any(Step::publishes)
            || (self.grants("id-token") && !self.steps.iter().any(|step| step.calls("actions/deploy-pages")))
    }

    /// Whether a secret is named anywhere in it, besides the token of the job.
    pub fn names_secrets(&self) -> bool {
        self.node.texts().iter().any(|node| node.text().is_some_and(|text| !secrets_in(text).is_empty()))
    }
}

impl<'t> Step<'t> {
    fn of(node: &'t Node) -> Self {
        let run = node.get("run").and_then(|run| Some((run, shell::commands(run.text()?))));
        Step { node, uses: node.get("uses").and_then(Uses::of), run }
    }

    /// The line of the step.
    pub fn line(&self) -> usize {
        self.node.line
    }

    /// A value of `with`.
    pub fn with(&self, key: &str) -> Option<&'t Node> {
        self.node.get("with")?.get(key)
    }

    /// Whether it calls this action, in whatever folder of its repository.
    pub fn calls(&self, action: &str) -> bool {
        self.uses.is_some_and(|uses| uses.name.eq_ignore_ascii_case(action))
    }

    /// The subcommand of `release` that it runs, through our action or a script.
    pub fn release_commands(&self) -> Vec<String> {
        let mut found = Vec::new();
        // In its own repository it is `$/`: the action at the commit of the workflow.
        if self.calls(OWN_ACTION) || self.uses.is_some_and(|uses| uses.text == "$/") {
            found.extend(self.with("command").and_then(Node::text).map(str::to_owned));
        }
        for command in self.commands().iter().filter(|command| command.program() == "release") {
            found.extend(command.arguments().first().cloned());
        }
        found
    }

    /// The commands of its script.
    pub fn commands(&self) -> &[shell::Command] {
        self.run.as_ref().map_or(&[], |(_, commands)| commands.as_slice())
    }

    /// Whether it sends anything to an index.
    pub fn publishes(&self) -> bool {
        let sends = ["publish", "upload", "run", "resume", "apply"];
        self.calls("pypa/gh-action-pypi-publish")
            || self.release_commands().iter().any(|command| sends.contains(&command.as_str()))
            || self.commands().iter().any(|command| {
                let first = command.arguments().first().map_or("", String::as_str);
                match command.program() {
                    "twine" => first == "upload",
                    "uv" | "poetry" | "hatch" | "flit" | "pdm" | "maturin" => ["publish", "upload"].contains(&first),
                    "python" | "python3" => {
                        command.arguments().windows(3).any(|words| words == ["-m", "twine", "upload"])
                    }
                    _ => false,
                }
            })
    }
}

impl<'t> Uses<'t> {
    /// What a `uses` names.
    pub fn of(node: &'t Node) -> Option<Self> {
        let text = node.text()?;
        let (path, version) = text.rsplit_once('@').unwrap_or((text, ""));
        let below = match path.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, below)| below),
            None => path,
        };
        let end = below.match_indices('/').nth(1).map_or(below.len(), |(at, _)| at);
        let name = if path.starts_with(['.', '$']) || path.starts_with("docker:") { path } else { &below[..end] };
        Some(Uses { line: node.line, text, name, version })
    }

    /// Whether it lies in the same repository.
    pub fn is_local(&self) -> bool {
        self.text.starts_with("./") || self.text.starts_with("../")
    }
}

/// The secrets that expressions of a text name, but for the job's own token.
pub fn secrets_in(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for expression in expressions(text) {
        for (at, _) in expression.match_indices("secrets") {
            let rest = expression[at + "secrets".len()..].trim_start_matches(['.', '[', '\'', '"', ' ']);
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            if !["GITHUB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN"].contains(&&rest[..end]) {
                found.push(&rest[..end]);
            }
        }
    }
    found
}

/// What stands between `${{` and `}}`.
pub fn expressions(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${{") {
        rest = &rest[at + 3..];
        let end = rest.find("}}").unwrap_or(rest.len());
        found.push(rest[..end].trim());
        rest = &rest[end..];
    }
    found
}
