//! What rules over a project have in common. Which project is judged, and what of it, is left to `plan/check.rs`.

/// Names for a message: the first few, and how many more there are.
pub(super) fn some<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = names.into_iter().collect();
    let listed: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", crate::archive::shown(name))).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}
