//! License expressions: their grammar.
//!
//! Follows SPDX 2.3 annex D as PEP 639 takes it over. Whether an id is on SPDX's list is left to those
//! who have the list; ids are compared without case.

use std::fmt;
use std::str::FromStr;

use super::error::{ParseError, shown};

/// How deep parentheses may be nested.
const MAX_DEPTH: usize = 50;

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LicenseKind {
    /// A license of SPDX's list, without the `+` behind it.
    License,
    /// An exception of SPDX's list, behind `WITH`.
    Exception,
    /// A license of one's own, `LicenseRef-…`.
    Reference,
}

/// A license expression with its operators in capitals, one space between words and ids as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LicenseExpression {
    text: String,
    ids: Vec<(String, LicenseKind)>,
}

impl LicenseExpression {
    /// The ids as written, from left to right.
    pub fn ids(&self) -> &[(String, LicenseKind)] {
        &self.ids
    }
}

impl fmt::Display for LicenseExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What stands before the word that is read.
#[derive(PartialEq)]
enum Before {
    Operator,
    With,
    License,
    Closed,
}

impl FromStr for LicenseExpression {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::License`].
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: String| Err(ParseError::License { text: shown(text), reason });
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let mut expression = String::with_capacity(spaced.len());
        let (mut ids, mut depth) = (Vec::new(), 0_usize);
        let mut before = Before::Operator;
        for word in spaced.split_whitespace() {
            let operator = ["AND", "OR", "WITH"].into_iter().find(|o| o.eq_ignore_ascii_case(word));
            let shown_word = shown(word);
            before = match (&before, word, operator) {
                (Before::Operator, "(", _) if depth == MAX_DEPTH => {
                    return refuse(format!("parentheses are nested deeper than {MAX_DEPTH}"));
                }
                (Before::Operator, "(", _) => {
                    depth += 1;
                    Before::Operator
                }
                (Before::License | Before::Closed, ")", _) if depth > 0 => {
                    depth -= 1;
                    Before::Closed
                }
                (_, ")", _) if depth == 0 => return refuse("`)` closes nothing".to_owned()),
                (Before::License, _, Some("WITH")) => Before::With,
                (Before::License | Before::Closed, _, Some("AND" | "OR")) => Before::Operator,
                (Before::Operator | Before::With, word, None) if word != "(" && word != ")" => {
                    let (id, kind) = match id(word, before == Before::With) {
                        Ok(found) => found,
                        Err(reason) => return refuse(reason),
                    };
                    ids.push((id, kind));
                    match kind {
                        LicenseKind::Exception => Before::Closed,
                        _ => Before::License,
                    }
                }
                (Before::Operator | Before::With, _, _) => {
                    return refuse(format!("an id was expected, not `{shown_word}`"));
                }
                (_, _, _) => {
                    return refuse(format!("`AND`, `OR` or `WITH` was expected, not `{shown_word}`"));
                }
            };
            let joined = expression.is_empty() || expression.ends_with('(') || word == ")";
            if !joined {
                expression.push(' ');
            }
            expression.push_str(operator.unwrap_or(word));
        }
        if matches!(before, Before::Operator | Before::With) {
            return refuse("an id was expected at its end".to_owned());
        }
        if depth > 0 {
            return refuse("`)` is missing".to_owned());
        }
        Ok(LicenseExpression { text: expression, ids })
    }
}

fn id(word: &str, exception: bool) -> Result<(String, LicenseKind), String> {
    let reference = word.get(..11).filter(|s| s.eq_ignore_ascii_case("LicenseRef-"));
    let (id, kind) = match (exception, reference) {
        (true, _) => (word, LicenseKind::Exception),
        (false, Some(_)) => (word, LicenseKind::Reference),
        (false, None) => (word.strip_suffix('+').unwrap_or(word), LicenseKind::License),
    };
    let rest = reference.map_or(id, |start| &id[start.len()..]);
    let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    match !rest.is_empty() && rest.bytes().all(valid) {
        true => Ok((id.to_owned(), kind)),
        false => Err(format!("`{}` is no id", shown(word))),
    }
}
