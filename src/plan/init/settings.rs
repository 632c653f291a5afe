//! The configuration that `release init` writes, as text: appended to `pyproject.toml`, or a file of its own. Pure.

use std::fmt::Write;

use crate::config::file::{ForgeKind, Form, GateTable, On, ReferenceTable, Versions};
use crate::project::detect::{Members, Remote};

/// What is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub(super) tag: String,
    pub(super) branches: Vec<String>,
    pub(super) stages: Vec<String>,
    pub(super) plain_http: Vec<String>,
    pub(super) changelog: Option<String>,
    pub(super) members: Option<Members>,
    pub(super) forge: Option<(ForgeKind, Remote)>,
    pub(super) workflows: Option<Vec<ForgeKind>>,
    pub(super) badges: Option<String>,
    pub(super) references: Vec<ReferenceTable>,
    pub(super) gates: Vec<GateTable>,
    pub(super) imports: Vec<String>,
}

impl Settings {
    /// The tables below `table` (`tool.release`); the keys of a whole file where that is empty.
    pub(super) fn text(&self, table: &str) -> String {
        let mut out = Lines::below(table);
        out.header("");
        out.key("tag", &string(&self.tag));
        out.key("branches", &list(&self.branches));
        out.key("stages", &list(&self.stages));
        if !self.plain_http.is_empty() {
            out.key("plain-http", &list(&self.plain_http));
        }
        if let Some(path) = &self.changelog {
            out.header("changelog");
            out.key("path", &string(path));
        }
        if let Some(members) = &self.members {
            out.header("workspace");
            out.key("members", &list(&members.folders));
            if members.versions == Versions::Independent {
                out.key("versions", &string("independent"));
            }
        }
        if let Some((kind, remote)) = &self.forge {
            out.header("forge");
            out.key("kind", &string(word(*kind)));
            out.key("url", &string(&remote.instance()));
            out.key("repository", &string(&format!("{}/{}", remote.owner, remote.repository)));
        }
        if self.workflows.is_some() || self.badges.is_some() {
            self.init(&mut out);
        }
        references(&mut out, &self.references);
        for gate in &self.gates {
            out.entry("gates");
            out.gate(gate);
        }
        if !self.imports.is_empty() {
            out.header("verify");
            out.key("imports", &list(&self.imports));
        }
        out.text
    }

    /// The table of `release init` alone, for a configuration that has none.
    pub(super) fn init_text(&self, table: &str) -> String {
        let mut out = Lines::below(table);
        self.init(&mut out);
        out.text
    }

    fn init(&self, out: &mut Lines) {
        out.header("init");
        if let Some(forges) = &self.workflows {
            out.key("workflows", &list(&forges.iter().map(|kind| word(*kind).to_owned()).collect::<Vec<_>>()));
        }
        if let Some(url) = &self.badges {
            out.key("badges", &string(url));
        }
    }
}

/// The tables of references alone, for a configuration that is there.
pub(in crate::plan) fn references_text(rules: &[ReferenceTable], table: &str) -> String {
    let mut out = Lines::below(table);
    references(&mut out, rules);
    out.text
}

fn references(out: &mut Lines, rules: &[ReferenceTable]) {
    for reference in rules {
        out.entry("references");
        out.key("path", &string(&reference.path));
        if let Some(pattern) = &reference.pattern {
            out.key("match", &string(pattern));
        }
        if reference.form != Form::Version {
            out.key("form", &string(&reference.form.to_string()));
        }
        if let Some(package) = &reference.package {
            out.key("package", &string(package));
        }
        if let Some(count) = reference.keep {
            out.key("keep", &count.to_string());
        }
        if reference.on == On::Final {
            out.key("on", &string("final"));
        }
        if let Some(count) = reference.expect {
            out.key("expect", &count.to_string());
        }
    }
}

/// The word of a forge, as the configuration has it.
pub(super) fn word(kind: ForgeKind) -> &'static str {
    match kind {
        ForgeKind::Github => "github",
        ForgeKind::Gitea => "gitea",
    }
}

/// A text under way.
struct Lines {
    table: String,
    text: String,
}

impl Lines {
    fn below(table: &str) -> Self {
        Lines { table: table.to_owned(), text: String::new() }
    }

    fn path(&self, name: &str) -> String {
        let parts = [self.table.as_str(), name];
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".")
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.line("");
        }
    }

    fn header(&mut self, name: &str) {
        let path = self.path(name);
        if !path.is_empty() {
            self.gap();
            self.line(&format!("[{path}]"));
        }
    }

    fn entry(&mut self, name: &str) {
        self.gap();
        self.line(&format!("[[{}]]", self.path(name)));
    }

    fn key(&mut self, name: &str, value: &str) {
        self.line(&format!("{name} = {value}"));
    }

    fn gate(&mut self, gate: &GateTable) {
        self.key("run", &list(&gate.run));
        if let Some(seconds) = gate.timeout {
            self.key("timeout", &seconds.to_string());
        }
        if let Some(group) = &gate.group {
            self.key("group", &string(group));
        }
        if let Some(extra) = &gate.extra {
            self.key("extra", &string(extra));
        }
        if gate.dependencies == Some(true) {
            self.key("dependencies", "true");
        }
        if !gate.env.is_empty() {
            let pairs: Vec<String> =
                gate.env.iter().map(|(name, value)| format!("{name} = {}", string(value))).collect();
            self.key("env", &format!("{{ {} }}", pairs.join(", ")));
        }
    }
}

fn list(values: &[String]) -> String {
    format!("[{}]", values.iter().map(|value| string(value)).collect::<Vec<_>>().join(", "))
}

/// A string as TOML: literal where that saves escapes, else basic.
fn string(text: &str) -> String {
    let escapes = text.contains(['"', '\\']);
    if escapes && !text.contains('\'') && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                write!(out, "\\u{:04X}", u32::from(control)).expect("a String takes everything");
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
