//! Forms: what a value of `pyproject.toml` has to be, as data, and the comparison of a value with its form.

use super::node::{Entry, Node, Shape};
use crate::archive::shown;

/// Whether a text is taken, and if not, why: the end of a sentence that begins with the key.
pub(super) type Fits = fn(&str) -> Result<(), String>;

/// What a value has to be.
pub(super) enum Form {
    /// Anything.
    Any,
    Flag,
    Text,
    /// A text that fits.
    Word(Fits),
    /// Any table.
    Table,
    /// A list, each entry of this form.
    Each(&'static Form),
    /// A table with these keys and no others.
    Keys(&'static [(&'static str, Form)]),
    /// A table in which these keys have these forms.
    Open(&'static [(&'static str, Form)]),
    /// A table of any keys that fit, each value of this form.
    Names(Fits, &'static Form),
    /// Of one of these forms; the text says which.
    Either(&'static [Form], &'static str),
}

/// Something that is not of its form.
#[derive(Debug)]
pub(super) struct Wrong {
    /// The key, with dots.
    pub(super) key: String,
    /// Where.
    pub(super) at: Option<usize>,
    /// What is wrong, the end of a sentence that begins with the key; nothing: nobody knows the key.
    pub(super) why: Option<String>,
    /// For a key that nobody knows, the one that was probably meant.
    pub(super) meant: Option<&'static str>,
}

/// Compares a value with its form, and collects what is wrong.
pub(super) fn compare(node: &Node<'_>, form: &Form, key: &str, wrong: &mut Vec<Wrong>) {
    let mut is_not = |what: &str| {
        wrong.push(Wrong { key: key.to_owned(), at: node.at, why: Some(format!("must be {what}")), meant: None });
    };
    match (form, &node.shape) {
        (Form::Any, _)
        | (Form::Flag, Shape::Flag(_))
        | (Form::Text, Shape::Text(_))
        | (Form::Table, Shape::Table(_)) => {}
        (Form::Flag, _) => is_not("`true` or `false`"),
        (Form::Text | Form::Word(_), shape) if !matches!(shape, Shape::Text(_)) => is_not("a string"),
        (Form::Word(fits), Shape::Text(text)) => {
            if let Err(why) = fits(text) {
                wrong.push(Wrong { key: key.to_owned(), at: node.at, why: Some(why), meant: None });
            }
        }
        (Form::Each(form), Shape::List(list)) => {
            for (index, node) in list.iter().enumerate() {
                compare(node, form, &format!("{key}[{index}]"), wrong);
            }
        }
        (Form::Each(_), _) => is_not("an array"),
        (Form::Keys(known), Shape::Table(entries)) => keys(entries, (known, true), key, wrong),
        (Form::Open(known), Shape::Table(entries)) => keys(entries, (known, false), key, wrong),
        (Form::Names(fits, form), Shape::Table(entries)) => {
            for entry in entries {
                let key = format!("{key}.{}", quoted(entry.key));
                if let Err(why) = fits(entry.key) {
                    let why = format!("is no name that can stand here: it {why}");
                    wrong.push(Wrong { key: key.clone(), at: entry.at, why: Some(why), meant: None });
                }
                compare(&entry.node, form, &key, wrong);
            }
        }
        (Form::Table | Form::Keys(_) | Form::Open(_) | Form::Names(..), _) => is_not("a table"),
        (Form::Either(forms, what), _) => either(node, (forms, what), key, wrong),
        (Form::Text | Form::Word(_), _) => {}
    }
}

/// Where one of the forms is of the same kind as the value, its own words say more.
fn either(node: &Node<'_>, (forms, what): (&'static [Form], &str), key: &str, wrong: &mut Vec<Wrong>) {
    let mut closest: Option<Vec<Wrong>> = None;
    for form in forms {
        let mut found = Vec::new();
        compare(node, form, key, &mut found);
        if found.is_empty() {
            return;
        }
        let is_text = matches!((form, &node.shape), (Form::Word(_), Shape::Text(_)));
        let is_inside = is_text || found.iter().all(|wrong| wrong.key != key);
        if is_inside && closest.is_none() {
            closest = Some(found);
        }
    }
    match closest {
        Some(found) => wrong.extend(found),
        None => {
            wrong.push(Wrong { key: key.to_owned(), at: node.at, why: Some(format!("must be {what}")), meant: None });
        }
    }
}

fn keys(
    entries: &[Entry<'_>],
    (known, is_closed): (&'static [(&'static str, Form)], bool),
    key: &str,
    wrong: &mut Vec<Wrong>,
) {
    for entry in entries {
        let key = if key.is_empty() { quoted(entry.key) } else { format!("{key}.{}", quoted(entry.key)) };
        match known.iter().find(|(name, _)| *name == entry.key) {
            Some((_, form)) => compare(&entry.node, form, &key, wrong),
            None if is_closed => {
                let meant = nearest(entry.key, known.iter().map(|(name, _)| *name));
                wrong.push(Wrong { key, at: entry.at, why: None, meant });
            }
            None => {}
        }
    }
}

/// The name most like a word, if any is like it.
pub(super) fn nearest(word: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let plain = word.replace('_', "-");
    names
        .map(|name| (strsim::jaro_winkler(&plain, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// A key as it has to be written in a path of keys.
pub(super) fn quoted(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if is_bare { key.to_owned() } else { format!("\"{}\"", shown(key)) }
}
