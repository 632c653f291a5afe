//! Metadata as text: headers in the order that a backend writes them, then the description.

use super::declared::Person;

/// PKG-INFO or METADATA in the making.
#[derive(Debug, Default)]
pub struct Headers(String);

impl Headers {
    /// One header; a value of several lines is folded by the caller, each backend in its own way.
    pub fn add(&mut self, name: &str, value: impl AsRef<str>) -> &mut Self {
        self.0.push_str(name);
        self.0.push_str(": ");
        self.0.push_str(value.as_ref());
        self.0.push('\n');
        self
    }

    /// One header where there is a value.
    pub fn add_if(&mut self, name: &str, value: Option<impl AsRef<str>>) -> &mut Self {
        if let Some(value) = value {
            self.add(name, value);
        }
        self
    }

    /// One header for each value.
    pub fn add_all<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) -> &mut Self {
        for value in values {
            self.add(name, value);
        }
        self
    }

    /// What was written so far.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The whole text, with whatever follows the headers.
    pub fn finish(self, rest: &str) -> String {
        self.0 + rest
    }
}

/// The lines of a text as Python's `str.splitlines` parts them.
pub fn lines(text: &str) -> Vec<&str> {
    const ENDS: [char; 10] =
        ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(at) = rest.find(ENDS) else {
            found.push(rest);
            break;
        };
        found.push(&rest[..at]);
        let width =
            if rest[at..].starts_with("\r\n") { 2 } else { rest[at..].chars().next().map_or(1, char::len_utf8) };
        rest = &rest[at + width..];
    }
    found
}

/// A text of several lines with each line after the first indented.
pub fn folded(text: &str, indent: &str) -> String {
    lines(text).join(&format!("\n{indent}"))
}

/// The names of those without an address, and the addresses of the others with their names (RFC 5322), as
/// hatchling, setuptools and flit write them; nothing where there are none.
pub fn people(people: &[Person]) -> (Option<String>, Option<String>) {
    let mut names = Vec::new();
    let mut mails = Vec::new();
    for Person { name, email } in people {
        match (name, email) {
            (Some(name), Some(email)) => mails.push(format!("{} <{email}>", phrase(name))),
            (None, Some(email)) => mails.push(email.clone()),
            (Some(name), None) => names.push(name.clone()),
            (None, None) => {}
        }
    }
    let joined = |list: Vec<String>| (!list.is_empty()).then(|| list.join(", "));
    (joined(names), joined(mails))
}

/// A name as a phrase of RFC 5322: quoted where it has a special character.
fn phrase(name: &str) -> String {
    if name.contains(['(', ')', '<', '>', '@', ',', ':', ';', '"', '.', '\\', '[', ']']) {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        name.to_owned()
    }
}
