//! Reading a requirement or marker from left to right, knowing the character for messages.

/// A place in a text.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// What was expected, and where in characters counted from 1.
pub(super) struct Unexpected {
    pub(super) reason: String,
    pub(super) column: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Cursor { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// Spaces and tabs, the only white space that PEP 508 knows.
    pub(super) fn skip_space(&mut self) -> bool {
        !self.take_while(|c| c == ' ' || c == '\t').is_empty()
    }

    pub(super) fn take(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Letters, digits, `_` and `.` if they are this word.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let mut ahead = self.clone();
        let found = ahead.take_while(is_word) == word;
        if found {
            *self = ahead;
        }
        found
    }

    pub(super) fn unexpected(&self, reason: impl Into<String>) -> Unexpected {
        Unexpected { reason: reason.into(), column: self.text[..self.at].chars().count() + 1 }
    }
}

pub(super) fn is_word(character: char) -> bool {
    character == '_' || character == '.' || character.is_ascii_alphanumeric()
}
