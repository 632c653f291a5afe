//! Python identifiers: what may stand in an import statement.
//!
//! Follows "Identifiers and keywords" of the language reference (3.14), with Rust's alphabetic and
//! alphanumeric characters for `XID_Start` and `XID_Continue`, which differ in a few rare ones.

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Whether it is an identifier; keywords are too.
pub fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && characters.all(|c| c == '_' || c.is_alphanumeric())
}

/// Whether it is a reserved word; the soft keywords (`match`, `type` …) are not.
pub fn is_keyword(text: &str) -> bool {
    KEYWORDS.contains(&text)
}

/// Whether it is identifiers parted by dots, none of them a keyword: a module that can be imported.
pub fn is_module_path(text: &str) -> bool {
    text.split('.').all(|part| is_identifier(part) && !is_keyword(part))
}
