//! The secrets baseline: values that somebody looked at and found harmless, by fingerprint.
//!
//! A JSON file that `check.secrets-baseline` names. The values themselves never stand in it.

use serde::Deserialize;

use super::ConfigError;

/// A value that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedSecret {
    /// What `release check` calls the value: 16 lowercase hex digits.
    pub fingerprint: String,
    /// The member that holds it, of an sdist with or without its top folder.
    pub member: String,
    /// Why it is harmless.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    accepted: Vec<AcceptedSecret>,
}

/// The values that the file `name` accepts.
///
/// # Errors
/// It is not such a file, or an entry lacks a reason.
pub fn parse(name: &str, text: &str) -> Result<Vec<AcceptedSecret>, ConfigError> {
    let refuse = |problem: String| ConfigError::Value {
        file: name.to_owned(),
        key: "check.secrets-baseline".to_owned(),
        problem: format!("names a file that is no baseline: {problem}"),
    };
    let baseline: Baseline = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
    for (at, entry) in baseline.accepted.iter().enumerate() {
        let AcceptedSecret { fingerprint, member, reason } = entry;
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if fingerprint.len() != 16 || !fingerprint.bytes().all(is_hex) {
            return Err(refuse(format!("the fingerprint of entry {} is not 16 hex digits", at + 1)));
        }
        if member.trim().is_empty() || reason.trim().is_empty() {
            return Err(refuse(format!("entry {} needs a member and a reason", at + 1)));
        }
    }
    Ok(baseline.accepted)
}
