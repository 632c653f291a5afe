//! SPDX's list of licenses and exceptions, as PyPI and the build backends know it; `data/spdx.txt` says of which date.

use std::sync::OnceLock;

use super::license::{LicenseExpression, LicenseKind};

const LIST: &str = include_str!("data/spdx.txt");

struct Ids {
    licenses: Vec<&'static str>,
    exceptions: Vec<&'static str>,
}

fn ids() -> &'static Ids {
    static IDS: OnceLock<Ids> = OnceLock::new();
    IDS.get_or_init(|| {
        let lines = || LIST.lines().skip(1);
        Ids {
            licenses: lines().take_while(|line| !line.is_empty()).collect(),
            exceptions: lines().skip_while(|line| !line.is_empty()).skip(1).collect(),
        }
    })
}

/// The version of the list.
pub fn version() -> &'static str {
    LIST.split(' ').nth(4).unwrap_or_default()
}

/// The id as SPDX spells it; nothing where it is not on the list. Case does not count.
pub fn spelled(id: &str, kind: LicenseKind) -> Option<String> {
    let find = |list: &[&'static str], id: &str| {
        let at = list.binary_search_by(|known| known.to_ascii_lowercase().cmp(&id.to_ascii_lowercase())).ok()?;
        Some(list[at].to_owned())
    };
    match kind {
        LicenseKind::License => match id.strip_suffix('+') {
            Some(bare) => find(&ids().licenses, bare).map(|id| format!("{id}+")),
            None => find(&ids().licenses, id),
        },
        LicenseKind::Exception => find(&ids().exceptions, id),
        LicenseKind::Reference => Some(format!("LicenseRef-{}", id.get("LicenseRef-".len()..)?)),
    }
}

/// The expression with every id as SPDX spells it; else the first id that is not on the list.
///
/// # Errors
/// The id.
pub fn canonical(expression: &LicenseExpression) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = expression.to_string();
    for (id, kind) in expression.ids() {
        let Some(at) = rest.find(id.as_str()) else { return Err(id.clone()) };
        text.push_str(&rest[..at]);
        text.push_str(&spelled(id, *kind).ok_or_else(|| id.clone())?);
        rest = rest[at + id.len()..].to_owned();
    }
    Ok(text + &rest)
}
