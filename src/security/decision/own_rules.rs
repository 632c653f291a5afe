//! The project's own rules: data, no expressions. They stand after D2, so that neither malware nor a
//! regression is waved through, unless `allow-unsafe` says otherwise.

use super::Verdict;
use super::predicate::Case;
use crate::config::file::SecurityRuleTable;
use crate::config::resolve::Security;
use crate::python::name::normalize;
use crate::security::error::SecurityError;
use crate::security::exposure::Exposure;
use crate::security::severity::Level;
use crate::security::state::Kind;

/// A rule of the project.
#[derive(Debug, Clone)]
pub struct OwnRule {
    /// Its name.
    pub id: String,
    /// What follows.
    pub then: Verdict,
    /// Why.
    pub reason: String,
    package: Option<String>,
    severity: Option<Level>,
    exposure: Option<Exposure>,
    change: Option<Kind>,
    fix: Option<bool>,
    exploited: Option<bool>,
}

/// Reads the rules of a configuration.
///
/// # Errors
/// A word that means nothing, or a name that is taken.
pub fn read(policy: &Security) -> Result<Vec<OwnRule>, SecurityError> {
    policy.rules.iter().map(read_rule).collect()
}

fn read_rule(table: &SecurityRuleTable) -> Result<OwnRule, SecurityError> {
    let refuse = |key: &'static str, value: &str, known: Vec<&'static str>| SecurityError::OwnRule {
        rule: table.id.clone(),
        key,
        value: value.to_owned(),
        known,
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_built_in = table.id.len() < 4 && table.id.starts_with(['D', 'P']);
    if is_built_in || table.id.is_empty() || table.id.len() > 40 || !table.id.chars().all(is_name) {
        return Err(refuse("id", &table.id, vec!["a short name of letters, digits and `-`"]));
    }
    fn word<T: Copy>(text: &Option<String>, known: &[(&'static str, T)]) -> Result<Option<T>, Vec<&'static str>> {
        let Some(text) = text else { return Ok(None) };
        let found = known.iter().find(|(word, _)| word == text).map(|(_, value)| Some(*value));
        found.ok_or_else(|| known.iter().map(|(word, _)| *word).collect())
    }
    let when = &table.when;
    let levels = Level::ALL.map(|level| (level.word(), level));
    let exposures = Exposure::ALL.map(|exposure| (exposure.word(), exposure));
    let kinds = Kind::ALL.map(|kind| (kind.word(), kind));
    // Only a failed scan holds.
    let verdicts: Vec<(&'static str, Verdict)> =
        Verdict::ALL.into_iter().filter(|(_, verdict)| *verdict != Verdict::Hold).collect();
    let value = |text: &Option<String>| text.clone().unwrap_or_default();
    let then = word(&Some(table.then.clone()), &verdicts).map_err(|known| refuse("then", &table.then, known))?;
    Ok(OwnRule {
        id: table.id.clone(),
        then: then.unwrap_or(Verdict::None),
        reason: table.reason.clone(),
        package: when.package.as_deref().map(normalize),
        severity: word(&when.severity, &levels)
            .map_err(|known| refuse("when.severity", &value(&when.severity), known))?,
        exposure: word(&when.exposure, &exposures)
            .map_err(|known| refuse("when.exposure", &value(&when.exposure), known))?,
        change: word(&when.change, &kinds).map_err(|known| refuse("when.change", &value(&when.change), known))?,
        fix: when.fix,
        exploited: when.exploited,
    })
}

impl OwnRule {
    /// What it asks about a finding, and the answers.
    pub(super) fn rows(&self, case: &Case<'_>) -> Vec<(String, bool)> {
        let finding = case.finding;
        let mut rows = Vec::new();
        if let Some(package) = &self.package {
            rows.push((format!("package {package}"), finding.package == *package));
        }
        if let Some(level) = self.severity {
            rows.push((format!("severity {}", level.word()), finding.severity.level == level));
        }
        if let Some(exposure) = self.exposure {
            rows.push((format!("exposure {}", exposure.word()), finding.at_head() == Some(exposure)));
        }
        if let Some(kind) = self.change {
            rows.push((kind.word().to_owned(), case.changes.contains(&kind)));
        }
        if let Some(fix) = self.fix {
            rows.push((format!("fix {fix}"), finding.fix.is_empty() != fix));
        }
        if let Some(exploited) = self.exploited {
            rows.push((format!("exploited {exploited}"), finding.exploited == exploited));
        }
        rows
    }
}
