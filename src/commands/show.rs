//! `release show`: what was understood of the project.

use serde_json::json;

use super::Context;
use crate::config::Config;
use crate::config::resolve::Setting;
use crate::error::Failure;
use crate::project::{Package, Project};
use crate::report::{Report, text};

/// Show what was understood: version and source, references, backend, and where each setting came from
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(context: &Context<'_>, _args: &Args) -> Result<Report, Failure> {
    let projects = context.projects()?;
    let shown = projects.iter().map(|project| shown(context, project)).collect::<Result<Vec<_>, _>>()?;
    let lines = shown.iter().map(|(lines, _)| lines.clone()).collect::<Vec<_>>().join(&String::new());
    let mut values: Vec<serde_json::Value> = shown.into_iter().map(|(_, value)| value).collect();
    let result = if values.len() == 1 { values.remove(0) } else { json!({"packages": values}) };
    Ok(lines.into_iter().fold(Report::new("show"), Report::line).result(result))
}

/// What was understood of one project, for people and for programs.
fn shown(context: &Context<'_>, project: &Project) -> Result<(Vec<String>, serde_json::Value), Failure> {
    let references = crate::project::references::find(context.inspect().files(), project)?;
    let mut lines = Vec::new();
    for package in &project.packages {
        lines.extend(package_lines(package));
        lines.push(String::new());
    }
    let places: usize = references.iter().map(|reference| reference.places.len()).sum();
    lines.push(format!("references  {} by {}", text::count(places, "place"), text::count(references.len(), "rule")));
    lines.push(format!("changelog   {}", project.changelog.as_deref().unwrap_or("none")));
    lines.push(format!("gates       {}", project.config.gates.len()));
    lines.push(String::new());
    lines.extend(setting_lines(&project.config));
    let packages: Vec<serde_json::Value> = project.packages.iter().map(package_value).collect();
    let result = json!({
        "root": project.root,
        "config": project.config.file,
        "packages": packages,
        "references": references.iter().flat_map(|reference| &reference.places).collect::<Vec<_>>(),
        "changelog": project.changelog,
        "gates": project.config.gates.iter().map(|gate| &gate.run).collect::<Vec<_>>(),
        "indexes": project.config.indexes,
        "forge": project.config.forge.as_ref().map(|forge| json!({"kind": forge.kind, "url": forge.url})),
        "settings": {
            "scheme": project.config.scheme,
            "tag": project.config.tag,
            "branches": project.config.branches,
            "stages": project.config.stages,
            "plain-http": project.config.plain_http,
        },
    });
    Ok((lines, result))
}

fn package_lines(package: &Package) -> Vec<String> {
    vec![
        format!("name        {}", package.name),
        format!("version     {}", package.version),
        format!("source      {}", package.source.shown(&package.folder)),
        format!("backend     {}", package.pyproject.backend()),
    ]
}

fn package_value(package: &Package) -> serde_json::Value {
    json!({
        "name": package.name.as_str(),
        "folder": package.folder,
        "version": package.version.to_string(),
        "source": package.source,
        "backend": package.pyproject.backend(),
    })
}

fn setting_lines(config: &Config) -> Vec<String> {
    let list = |setting: &Setting<Vec<String>>| {
        if setting.value.is_empty() { "none".to_owned() } else { setting.value.join(", ") }
    };
    let row = |name: &str, value: String, origin: &crate::config::Origin| {
        vec![name.to_owned(), value, format!("({})", origin.word())]
    };
    let mut rows = vec![
        row("scheme", config.scheme.value.to_string(), &config.scheme.origin),
        row("tag", config.tag.value.clone(), &config.tag.origin),
        row("branches", list(&config.branches), &config.branches.origin),
        row("stages", list(&config.stages), &config.stages.origin),
        row("plain-http", list(&config.plain_http), &config.plain_http.origin),
    ];
    if let Some(forge) = &config.forge {
        let kind = serde_json::to_value(forge.kind).expect("a kind of forge is a word");
        let url = forge.url.as_deref().unwrap_or_default();
        rows.push(row(
            "forge",
            format!("{} {url}", kind.as_str().unwrap_or_default()).trim().to_owned(),
            &crate::config::Origin::File,
        ));
    }
    text::table(&rows)
}

/// The one line that names a project and its version.
pub(crate) fn title(project: &Project) -> String {
    format!("{} {}", project.title(), project.version())
}

/// The versions of packages that each have their own.
pub(super) fn versions(projects: &[Project]) -> Report {
    let rows = projects.iter().map(|project| vec![project.title(), project.version().to_string()]);
    let value = |project: &Project| json!({"name": project.title(), "version": project.version().to_string()});
    let values: Vec<_> = projects.iter().map(value).collect();
    let mut report = Report::new("version").result(json!({"packages": values}));
    report.lines = text::table(&rows.collect::<Vec<_>>());
    report
}
