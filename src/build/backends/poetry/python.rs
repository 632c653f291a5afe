//! What the range of Pythons becomes: `Requires-Python`, classifiers, the tag of the wheel.

use super::constraint::{For, parse, version};
use super::ranges::{Range, Set};

/// What is taken where nothing is said.
const DEFAULT: &str = "~2.7 || >=3.4";
const DEFAULT_OF_CLASSIFIERS: &str = "~2.7 || ^3.4";
/// The newest minor version of Python 3 that poetry knows.
const NEWEST: u64 = 15;

/// The Pythons that a project is for.
pub(super) struct Pythons {
    set: Set,
    is_said: bool,
    /// `Requires-Python`.
    pub(super) requires: Option<String>,
}

impl Pythons {
    /// Of `[project].requires-python` and `python` of `[tool.poetry.dependencies]`; else why poetry refuses them.
    pub(super) fn read(project: Option<&str>, tool: Option<&str>) -> Result<Pythons, String> {
        let read = |text: &str| {
            let set = parse(if text == "*" { DEFAULT } else { text }, For::Python);
            set.filter(|set| !set.is_empty()).ok_or_else(|| format!("`{text}` is no range of versions"))
        };
        let project = project.filter(|text| *text != "*");
        if let (Some(wide), Some(narrow)) = (project, tool)
            && (narrow == "*" || !read(wide)?.has_all_of(&read(narrow)?))
        {
            return Err(format!("`{narrow}` is no subset of `requires-python`, `{wide}`"));
        }
        let said = tool.or(project).unwrap_or("*");
        let set = read(said)?;
        let requires = match project {
            Some(text) => Some(text.to_owned()),
            None if said == "*" => None,
            None => Some(requires(&set)?),
        };
        Ok(Pythons { set, is_said: said != "*", requires })
    }

    /// The classifiers of the versions.
    pub(super) fn classifiers(&self) -> Vec<String> {
        let defaults = parse(DEFAULT_OF_CLASSIFIERS, For::Python).filter(|_| !self.is_said);
        let set = defaults.as_ref().unwrap_or(&self.set);
        let minors = (4..=NEWEST).map(|minor| format!("3.{minor}"));
        let known = ["2", "2.7", "3"].map(str::to_owned).into_iter().chain(minors);
        let is_met = |text: &String| {
            let one = match text.len() {
                1 => parse(&format!("{text}.*"), For::Python),
                _ => version(text).map(|version| Set::of(Range::exactly(&version))),
            };
            one.is_some_and(|one| set.meets(&one))
        };
        known.filter(is_met).map(|text| format!("Programming Language :: Python :: {text}")).collect()
    }

    pub(super) fn supports_python_2(&self) -> bool {
        parse(">=2.0.0 <3.0.0", For::Packages).is_some_and(|two| self.set.meets(&two))
    }
}

fn requires(set: &Set) -> Result<String, String> {
    let one = match &set.0[..] {
        [range] => range,
        _ => return Ok(with_holes(set)),
    };
    let Some(version) = one.only() else { return Ok(one.text()) };
    let again = match version.release() {
        [major] => parse(&format!("^{major}.0"), For::Packages),
        [major, minor] => parse(&format!("~{major}.{minor}"), For::Packages),
        _ => return Ok(format!("=={version}")),
    };
    again.map(|set| set.text()).ok_or_else(|| format!("`{version}` is no range"))
}

/// Minor versions that are left out, from the first one that is not.
fn with_holes(set: &Set) -> String {
    let minors = (0..=NEWEST).map(|minor| format!("3.{minor}"));
    let mut parts = Vec::new();
    let mut first = None;
    for text in std::iter::once("2.7".to_owned()).chain(minors) {
        let is_met = parse(&format!("{text}.*"), For::Packages).is_some_and(|minor| set.meets(&minor));
        match (is_met, &first) {
            (false, _) => parts.push(format!("!={text}.*")),
            (true, None) => first = Some(text),
            (true, Some(_)) => {}
        }
    }
    let lowest = set.0.first().and_then(|range| range.min.as_ref());
    let lowest = lowest.map(|edge| {
        let numbers: Vec<String> = edge.version.release().iter().take(2).map(u64::to_string).collect();
        numbers.join(".")
    });
    if let Some(text) = first.or(lowest) {
        parts.insert(0, format!(">={text}"));
    }
    parts.join(", ")
}
