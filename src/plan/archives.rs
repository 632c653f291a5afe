//! Archives that are judged: each read once, several at a time, then all of them together.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Plan, at_once, execute};
use crate::archive::Limits;
use crate::check::description::{self, Markup, Page, Source, preview};
use crate::check::{self, Examined, Policy};
use crate::effects::{EffectsError, Inspect, World};
use crate::error::Failure;
use crate::steps::render_description::RenderDescription;
use crate::steps::write_files::WriteFiles;
use crate::steps::{Produced, Step};

/// An archive and what is wrong with it.
pub struct Judged {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub examined: Examined,
    /// What the rules say.
    pub verdict: check::Verdict,
}

/// Judges archives.
///
/// # Errors
/// One cannot be opened.
pub fn judge(inspect: Inspect<'_>, policy: &Policy, paths: &[PathBuf]) -> Result<Vec<Judged>, EffectsError> {
    if let [path] = paths {
        return Ok(vec![one(inspect, policy, path, check::examine_alone)?]);
    }
    at_once::each(paths, |path| one(inspect, policy, path, check::examine)).into_iter().collect()
}

/// A way to examine an archive.
type Examine = fn(&str, &mut dyn Read, &Limits) -> Examined;

/// Judges one archive.
///
/// # Errors
/// It cannot be opened.
fn one(inspect: Inspect<'_>, policy: &Policy, path: &Path, examine: Examine) -> Result<Judged, EffectsError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = inspect.files().open(path)?;
    let examined = examine(&name, &mut file, &Limits::default());
    let verdict = check::judge(&examined, policy);
    Ok(Judged { path: path.to_owned(), examined, verdict })
}

/// What archives of one release tell only together: those that disagree, and modules that one of them lacks.
pub fn together(policy: &Policy, judged: &[Judged]) -> check::Verdict {
    let examined: Vec<&Examined> = judged.iter().map(|judged| &judged.examined).collect();
    check::judge_together(&examined, policy)
}

/// Has docutils render the descriptions that this program cannot, and judges their archives again.
///
/// # Errors
/// Somebody asked to stop.
pub fn render(world: &World, policy: &Policy, judged: &mut [Judged]) -> Result<(), Failure> {
    let (mut files, mut sources) = (Vec::new(), Vec::new());
    for Judged { examined, verdict, .. } in judged.iter() {
        let unknown = verdict.findings.iter().any(|found| found.code == description::UNVERIFIED);
        let source = Source::of_archive(&examined.scan).map(|(_, source)| source);
        if let Some(source) = source.filter(|source| unknown && source.markup == Markup::ReStructuredText) {
            files.push(examined.name.clone());
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    if sources.is_empty() {
        return Ok(());
    }
    let plan = Plan::of(vec![Step::RenderDescription(RenderDescription { files, sources })]);
    for produced in execute::execute(world, plan)? {
        let Produced::Rendered(all) = produced else { continue };
        for Judged { examined, verdict, .. } in judged.iter_mut() {
            let source = Source::of_archive(&examined.scan).map(|(_, source)| source);
            examined.rendered = all.iter().find(|rendered| Some(&rendered.source) == source.as_ref()).cloned();
            if examined.rendered.is_some() {
                *verdict = check::judge(examined, policy);
            }
        }
    }
    Ok(())
}

/// Plans the page that PyPI would show of these archives.
///
/// Nothing where none renders.
///
/// # Errors
/// The names of two whose descriptions differ.
pub fn preview(judged: &[Judged], file: &Path) -> Result<Option<Plan>, (String, String)> {
    let mut pages: Vec<(&str, Page)> = Vec::new();
    for Judged { examined, .. } in judged {
        if let Some(description::Verdict::Renders(page)) = examined.description() {
            pages.push((&examined.name, page));
        }
    }
    let Some((name, page)) = pages.first() else { return Ok(None) };
    if let Some((other, _)) = pages.iter().find(|(_, other)| other != page) {
        return Err(((*name).to_owned(), (*other).to_owned()));
    }
    let dir = file.parent().unwrap_or(file).to_owned();
    let written = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let files = vec![(written, preview::html(name, page).into_bytes())];
    Ok(Some(Plan::of(vec![Step::WriteFiles(WriteFiles { dir, files })])))
}
