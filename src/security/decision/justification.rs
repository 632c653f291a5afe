//! The decision in words, for those who sign it and those who read it: Markdown from `templates/security/`,
//! one template a kind of decision.
//!
//! Whatever a template prints is escaped, unless it was made safe here: names and versions become code, in
//! which neither Markdown nor HTML nor mentions mean anything. Findings in the project's own code appear as
//! numbers only.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Output, State as Engine, UndefinedBehavior, context};

use super::matrix::{D0, D12, MATRIX, POSTURE};
use super::own_rules::OwnRule;
use super::{Decision, Judged, Verdict};
use crate::report::text::count;
use crate::security::error::SecurityError;
use crate::security::exposure::Exposure;
use crate::security::severity::Level;
use crate::security::state::{Coverage, Finding, State, Status};

/// How many findings are named one by one.
const NAMED: usize = 50;

macro_rules! templates {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("../../../templates/security/", $name, ".md")))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = templates!(
    "finding",
    "why",
    "security-fix",
    "dependency-floor",
    "regression-blocked",
    "malware-blocked",
    "hold",
    "ask",
    "posture",
    "propose-fix",
    "batch",
    "note",
    "status-only",
    "none",
    "notes"
);

/// Writes the justification and the notes for users.
///
/// # Errors
/// [`SecurityError::Template`] where a template fails, a bug of ours.
pub(super) fn write(state: &State, decision: &Decision, own: &[OwnRule]) -> Result<(String, String), SecurityError> {
    let writer = Writer { engine: engine()?, state, decision };
    Ok((writer.justification(own)?, writer.notes()?))
}

struct Writer<'a> {
    engine: Environment<'static>,
    state: &'a State,
    decision: &'a Decision,
}

impl Writer<'_> {
    fn justification(&self, own: &[OwnRule]) -> Result<String, SecurityError> {
        let about = self.about();
        let own_rule = own.iter().find(|rule| rule.id == self.decision.rule);
        let built_in = MATRIX.iter().chain([&D0, &D12, &POSTURE]).find(|rule| rule.id == self.decision.rule);
        let rule_text = own_rule.map_or_else(|| built_in.map_or("", |rule| rule.text), |rule| &rule.reason);
        let why = self.render(
            "why",
            context! {
                rule => self.decision.rule.as_str(),
                rule_text,
                modifiers => self.decision.modifiers.iter().map(|one| context! { why => one.why.as_str() }).collect::<Vec<_>>(),
                counterfactual => self.decision.counterfactual.clone(),
                evidence => self.evidence(),
                unknown => self.unknown(),
                key => self.decision.key.as_str(),
                decided_at => self.decision.decided_at.to_string(),
            },
        )?;
        let released = self.decision.released.clone();
        let commit = self.decision.commit.as_deref().map_or("", |commit| &commit[..commit.len().min(12)]);
        let head = if commit.is_empty() { "HEAD".to_owned() } else { format!("HEAD ({})", code(commit)) };
        let number = about.len();
        let users_have = match &released {
            Some(version) => format!(
                "Users of {} {} carry {}. Upgrading a dependency does not take {} from them, only a release does:",
                code(&self.decision.project),
                code(version),
                count(number, "known vulnerability").replace("vulnerabilitys", "vulnerabilities"),
                if number == 1 { "it" } else { "them" }
            ),
            None => "There is no release yet. With the next one users would carry:".to_owned(),
        };
        let text = self.render(
            self.template(),
            context! {
                project => self.decision.project.as_str(),
                released,
                decision => self.decision.decision.word(),
                head => Value::from_safe_string(head),
                them => if number == 1 { "it" } else { "them" },
                users_have => Value::from_safe_string(users_have),
                findings => Value::from_safe_string(self.findings(&about)?),
                missing => self.decision.missing.clone(),
                edits => about.iter().filter_map(|(finding, _)| edit(finding)).collect::<Vec<_>>(),
                open => self.open(),
                todo => self.todo(),
                why => Value::from_safe_string(why),
            },
        )?;
        Ok(tidy(&text))
    }

    fn template(&self) -> &'static str {
        let delivered = || self.decision.delivers.iter().filter_map(|id| self.state.finding(id));
        match (self.decision.decision, self.decision.rule.as_str()) {
            (Verdict::Hold, _) => "hold",
            (Verdict::Block, "D1") => "malware-blocked",
            (Verdict::Block, _) => "regression-blocked",
            (Verdict::ReleaseNow | Verdict::Ask, _) if delivered().next().is_some() => {
                let is_code = |finding: &Finding| finding.at_release() >= Some(Exposure::Bundled);
                if delivered().any(is_code) { "security-fix" } else { "dependency-floor" }
            }
            (Verdict::ReleaseNow | Verdict::Ask, "P1") => "posture",
            (Verdict::ReleaseNow | Verdict::Ask, _) => "ask",
            (Verdict::ProposeFix, _) => "propose-fix",
            (Verdict::Batch, _) => "batch",
            (Verdict::Note, _) => "note",
            (Verdict::StatusOnly, _) => "status-only",
            (Verdict::None, _) => "none",
        }
    }

    /// The findings that the decision is about; where there is none, those that are known all the same.
    fn about(&self) -> Vec<(&Finding, &Judged)> {
        let all =
            self.decision.findings.iter().filter_map(|judged| Some((self.state.finding(&judged.finding)?, judged)));
        let of_release = matches!(self.decision.decision, Verdict::ReleaseNow | Verdict::Ask);
        all.filter(|(finding, judged)| match self.decision.decision {
            Verdict::Hold => finding.status == Status::Open && judged.decision >= Verdict::ProposeFix,
            Verdict::None => false,
            _ if of_release && !self.decision.delivers.is_empty() => self.decision.delivers.contains(&finding.id),
            Verdict::Ask => matches!(judged.decision, Verdict::Ask | Verdict::ReleaseNow),
            verdict => judged.decision == verdict,
        })
        .collect()
    }

    fn findings(&self, about: &[(&Finding, &Judged)]) -> Result<String, SecurityError> {
        let mut text = String::new();
        for (finding, judged) in about.iter().take(NAMED) {
            let place = match self.decision.decision {
                Verdict::Hold | Verdict::Block | Verdict::Note => finding.head.as_ref().or(finding.released.as_ref()),
                _ => finding.released.as_ref().or(finding.head.as_ref()),
            };
            let versions = place.map(|place| place.versions.join(", ")).filter(|versions| !versions.is_empty());
            let meaning = place.map_or(String::new(), |place| format!("It {}.", place.exposure.meaning()));
            let fixed = match finding.fix.as_slice() {
                [] => "No fix is known.".to_owned(),
                [fix, ..] => format!("Fixed in {}.", code(fix)),
            };
            text.push_str(&self.render(
                "finding",
                context! {
                    finding => context! {
                        id => finding.shown(),
                        url => Value::from_safe_string(format!("https://osv.dev/vulnerability/{}", finding.shown())),
                        package => finding.package.as_str(),
                        versions,
                        severity => severity(finding),
                        exploited => finding.exploited,
                        malicious => finding.malicious,
                        reach => meaning,
                        fixed => Value::from_safe_string(fixed),
                        first_seen => day(finding.first_seen),
                        due => judged.due.filter(|_| judged.decision >= Verdict::ProposeFix).map(day),
                        also => finding.ids.iter().skip(1).take(8).cloned().collect::<Vec<_>>().join(", "),
                    },
                },
            )?);
            text.push('\n');
        }
        if about.len() > NAMED {
            text.push_str(&format!("- and {} more, in `decision.json`\n", about.len() - NAMED));
        }
        Ok(text)
    }

    /// Who said so, as of when, and how much was looked at.
    fn evidence(&self) -> Vec<String> {
        let state = self.state;
        let mut evidence: Vec<String> = state
            .sources
            .iter()
            .map(|source| {
                let version = source.version.as_ref().map_or(String::new(), |version| format!(" `{version}`"));
                let age = source.db_time.map_or(String::new(), |time| format!(", newest advisory of {}", day(time)));
                let failed = if source.ok { "" } else { ", which did not say everything" };
                format!("`{}`{version}{age}{failed}", source.name)
            })
            .collect();
        let Coverage { packages, audited } = state.coverage;
        evidence.push(format!(
            "{audited} of {} judged, recorded {}",
            count(packages, "locked package"),
            day(state.recorded_at)
        ));
        evidence
    }

    /// What the reader must not take for known.
    fn unknown(&self) -> Vec<String> {
        let mut unknown = vec![
            "Whether the affected code is ever reached. Advisories for Python packages do not say which functions \
             they mean."
                .to_owned(),
            "Flaws that nobody has published.".to_owned(),
        ];
        let coverage = self.state.coverage;
        if coverage.audited < coverage.packages {
            let left = coverage.packages - coverage.audited;
            unknown.push(format!("{} of {} locked packages, which were not judged.", left, coverage.packages));
        }
        match &self.state.released {
            Some(released) => unknown.push(format!(
                "What users really have installed. What is said about {} rests on {}.",
                released.version, released.from
            )),
            None => unknown.push("What users have: there is no release.".to_owned()),
        }
        let code = &self.state.code;
        if !code.is_empty() {
            let numbers: Vec<String> = Level::ALL
                .into_iter()
                .map(|level| (code.iter().filter(|finding| finding.level == level).count(), level.word()))
                .filter(|(number, _)| *number > 0)
                .map(|(number, word)| format!("{number} {word}"))
                .collect();
            unknown.push(format!(
                "What findings in our own code mean ({}): scanners differ, and they take no part in the decision.",
                numbers.join(", ")
            ));
        }
        unknown
    }

    fn open(&self) -> String {
        let open = self.state.findings.iter().filter(|finding| finding.status == Status::Open).count();
        if open == 0 { String::new() } else { count(open, "finding") }
    }

    fn todo(&self) -> String {
        if self.decision.decision == Verdict::ReleaseNow {
            "Release a patch version now. Users upgrade; nothing else is asked of them.".to_owned()
        } else {
            format!(
                "Approve the release with `release security approve {}`, or let it wait for the next regular one. \
                 Users upgrade; nothing else is asked of them.",
                self.decision.key
            )
        }
    }

    fn notes(&self) -> Result<String, SecurityError> {
        let delivered = self.decision.delivers.iter().filter_map(|id| self.state.finding(id)).take(NAMED);
        let fixed: Vec<Value> = delivered
            .map(|finding| {
                let id = escape(finding.shown());
                let package = code(&finding.package);
                let what = if finding.at_release() >= Some(Exposure::Bundled) {
                    format!("The copy of {package} in our archives no longer has")
                } else {
                    format!("{package} is no longer held at a version with")
                };
                let url = format!("https://osv.dev/vulnerability/{}", finding.shown());
                Value::from_safe_string(format!("{what} [{id}]({url}) ({}).", severity(finding)))
            })
            .collect();
        let is_release = matches!(self.decision.decision, Verdict::ReleaseNow | Verdict::Ask | Verdict::Batch);
        if fixed.is_empty() || !is_release {
            return Ok(String::new());
        }
        Ok(tidy(&self.render("notes", context! { fixed })?))
    }

    fn render(&self, name: &str, values: Value) -> Result<String, SecurityError> {
        let rendered = self.engine.get_template(name).and_then(|template| template.render(values));
        rendered.map_err(|cause| SecurityError::Template { cause })
    }
}

/// The change of the project that uses a fix.
fn edit(finding: &Finding) -> Option<String> {
    let fix = finding.fix.first()?;
    let exposure = finding.at_head()?;
    let package = &finding.package;
    Some(match exposure {
        Exposure::Bundled | Exposure::Own => format!("replace the bundled copy of `{package}` by `{fix}` or later"),
        Exposure::Pinned => format!("in `[project] dependencies`: `{package}=={fix}`, or better `{package}>={fix}`"),
        _ => format!("in `[project] dependencies`: `{package}>={fix}`, and a cap that admits it"),
    })
}

fn severity(finding: &Finding) -> String {
    match finding.severity.level {
        Level::Unknown => "not rated by anyone".to_owned(),
        level => level.word().to_owned(),
    }
}

fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}

fn engine() -> Result<Environment<'static>, SecurityError> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    engine.set_syntax(syntax.map_err(|cause| SecurityError::Template { cause })?);
    engine.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    engine.set_formatter(|output: &mut Output<'_>, _: &mut Engine<'_, '_>, value: &Value| {
        let text = value.to_string();
        let text = if value.is_safe() { text } else { escape(&text) };
        Ok(output.write_str(&text)?)
    });
    engine.add_filter("code", |text: String| Value::from_safe_string(code(&text)));
    engine.add_filter("known", |text: String| Value::from_safe_string(known(&text)));
    for (name, template) in TEMPLATES {
        engine.add_template(name, template).map_err(|cause| SecurityError::Template { cause })?;
    }
    Ok(engine)
}

/// At most one empty line between paragraphs, and one line feed at the end.
fn tidy(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && (out.is_empty() || out.ends_with("\n\n"))) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// Text as Markdown that shows exactly it: nothing in it is markup, a link, a mention or a control.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for character in clean(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    // Bare addresses become links without any markup.
    out.replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
}

/// Text as code in Markdown, whatever is in it.
pub fn code(text: &str) -> String {
    let text = clean(text);
    let text = text.trim();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("{fence}{text}{fence}") } else { format!("{fence} {text} {fence}") }
}

/// A sentence of ours with literals in backticks: they stay code, everything around them is escaped.
fn known(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { code(part) } else { escape(part) }).collect()
}

/// Without controls and marks that reorder what is read, on one line.
fn clean(text: &str) -> String {
    let is_harmless = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.replace(['\n', '\r', '\t'], " ").chars().filter(is_harmless).collect()
}
