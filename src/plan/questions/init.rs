//! The questions of `release init`: one line each, with the default that was seen.

use super::one;
use crate::config::file::{ConfigFile, ForgeKind};
use crate::config::resolve;
use crate::effects::Inspect;
use crate::error::Failure;
use crate::plan::init::Answers;
use crate::report::text;

/// Asks what cannot be seen for sure; `forges_given` where an option decided the first of it.
///
/// # Errors
/// Standard input ended, or there was no usable answer.
pub fn ask(inspect: Inspect<'_>, seen: &Answers, forges_given: bool) -> Result<Answers, Failure> {
    let mut answers = seen.clone();
    if !forges_given {
        let words = ["github", "gitea", "both", "none"].join(", ");
        let question = format!("workflows for which forge ({words})");
        answers.forges = one(inspect, &question, forges_word(&seen.forges), |text| {
            forges_of(text).ok_or_else(|| format!("one of {words}"))
        })?;
    }
    answers.branch = one(inspect, "branch that releases are made from", &seen.branch, |text| {
        let bad =
            text.is_empty() || text.contains([' ', '~', '^', ':', '?', '*', '[', '\\', '"']) || text.starts_with('-');
        if bad { Err("the name of a branch".to_owned()) } else { Ok(text.to_owned()) }
    })?;
    answers.tag = one(inspect, "name of a tag", &seen.tag, |text| {
        let probe = ConfigFile { tag: Some(text.to_owned()), ..ConfigFile::default() };
        resolve::resolve(None, probe)
            .map(|config| config.tag.value)
            .map_err(|_| "a name with `{version}` in it".to_owned())
    })?;
    answers.stages = one(inspect, "indexes on the way out, in order", &seen.stages.join(", "), |text| {
        let config = resolve::resolve(None, ConfigFile::default()).map_err(|_| "names of indexes".to_owned())?;
        let names = text.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty());
        names
            .map(|name| {
                config.index(name).map(|_| name.to_owned()).map_err(|_| "`pypi`, `testpypi`, or a URL".to_owned())
            })
            .collect()
    })?;
    let none = seen.badges.as_deref().unwrap_or("none");
    answers.badges =
        one(inspect, "address where the security status will be served, for badges", none, |text| match text {
            "none" => Ok(None),
            url if resolve::is_page(url) => Ok(Some(url.to_owned())),
            _ => Err("an address such as `https://example.org/acme`, or `none`".to_owned()),
        })?;
    Ok(answers)
}

/// The last question.
///
/// # Errors
/// As [`ask`].
pub fn confirm(inspect: Inspect<'_>, files: usize) -> Result<bool, Failure> {
    one(inspect, &format!("write {} (yes, no)", text::count(files, "file")), "yes", |answer| {
        match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("`yes` or `no`".to_owned()),
        }
    })
}

fn forges_word(forges: &[ForgeKind]) -> &'static str {
    match forges {
        [] => "none",
        [ForgeKind::Github] => "github",
        [ForgeKind::Gitea] => "gitea",
        _ => "both",
    }
}

fn forges_of(word: &str) -> Option<Vec<ForgeKind>> {
    match word {
        "github" => Some(vec![ForgeKind::Github]),
        "gitea" => Some(vec![ForgeKind::Gitea]),
        "both" => Some(vec![ForgeKind::Github, ForgeKind::Gitea]),
        "none" => Some(Vec::new()),
        _ => None,
    }
}
