//! The documents that `release init` starts or keeps: RELEASING.md, CHANGELOG.md, SECURITY.md, the badges of the
//! README and the line of `.gitignore`. Pure.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};

use super::Publisher;
use crate::config::file::ForgeKind;
use crate::project::Project;
use crate::project::detect::Remote;

const RELEASING: &str = include_str!("../../../templates/RELEASING.md");
const CHANGELOG: &str = include_str!("../../../templates/CHANGELOG.md");
const SECURITY: &str = include_str!("../../../templates/SECURITY.md");

/// What stands around the badges.
const BADGES: (&str, &str) = ("<!-- release:badges -->", "<!-- /release:badges -->");

/// What the documents say.
pub(super) struct Subject<'p> {
    pub(super) project: &'p Project,
    pub(super) remote: Option<&'p Remote>,
    pub(super) forge: Option<ForgeKind>,
    pub(super) workflows: &'p [ForgeKind],
    pub(super) publishers: &'p [Publisher],
}

impl Subject<'_> {
    fn render(&self, template: &str) -> String {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.expect("the usual delimiters differ from each other"));
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let config = &self.project.config;
        let names: Vec<String> = self.project.packages.iter().map(|package| package.name.as_str().to_owned()).collect();
        let branch = config.branches.value.first().cloned().unwrap_or_else(|| "main".to_owned());
        let values = context! {
            title => self.project.title(),
            names => names,
            page => self.remote.map(Remote::page),
            github => self.forge == Some(ForgeKind::Github),
            gitea => self.forge == Some(ForgeKind::Gitea),
            on_github => self.workflows.contains(&ForgeKind::Github),
            on_gitea => self.workflows.contains(&ForgeKind::Gitea),
            branch => branch,
            config => config.file.clone().unwrap_or_else(|| "pyproject.toml".to_owned()),
            tag => config.tag.value.replace("{version}", "X.Y.Z"),
            stages => config.stages.value.clone(),
            gates => config.gates.iter().map(|gate| gate.run.join(" ")).collect::<Vec<_>>(),
            changelog => self.project.changelog.clone().unwrap_or_else(|| "CHANGELOG.md".to_owned()),
            publishers => Serde(self.publishers),
        };
        environment.render_str(template, values).expect("the templates are fixed, and every value is given")
    }

    pub(super) fn releasing(&self) -> String {
        self.render(RELEASING)
    }

    pub(super) fn changelog(&self) -> String {
        self.render(CHANGELOG)
    }

    pub(super) fn security(&self) -> String {
        self.render(SECURITY)
    }
}

/// The README with the badges below its title, or with those between its marks made new. Nothing where the
/// marks are damaged or there is no title to put them below.
pub(super) fn with_badges(readme: &str, url: &str) -> Option<String> {
    let newline = if readme.contains("\r\n") { "\r\n" } else { "\n" };
    let base = url.trim_end_matches('/');
    let badge =
        format!("[![security status]({base}/security-status/badge/security.svg)]({base}/security-status/index.html)");
    let block = [BADGES.0, &badge, BADGES.1].join(newline);
    match (readme.find(BADGES.0), readme.find(BADGES.1)) {
        (Some(start), Some(end)) if start < end => {
            Some(format!("{}{block}{}", &readme[..start], &readme[end + BADGES.1.len()..]))
        }
        (None, None) => {
            let mut offset = 0;
            for line in readme.split_inclusive('\n') {
                offset += line.len();
                if line.starts_with("# ") && line.ends_with('\n') {
                    return Some(format!("{}{newline}{block}{newline}{}", &readme[..offset], &readme[offset..]));
                }
            }
            None
        }
        _ => None,
    }
}

/// `.gitignore` with a line for built archives; nothing where one is there.
pub(super) fn with_ignored_archives(text: &str) -> Option<String> {
    let there = text.lines().map(str::trim).any(|line| matches!(line.trim_matches('/'), "dist" | "dist/*" | "**/dist"));
    if there {
        return None;
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
    Some(format!("{text}{gap}dist/{newline}"))
}
