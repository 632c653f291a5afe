//! Where the values of a JSON text stand, for edits that leave every other byte as it is. What is no JSON (RFC 8259)
//! has none.

use std::ops::Range;

/// A value with the bytes that hold it.
#[derive(Debug, Clone)]
pub enum Node {
    /// A string: the bytes between its quotes, as written.
    Text(Range<usize>),
    /// The values of an array.
    List(Range<usize>, Vec<Node>),
    /// The entries of an object: the bytes between the quotes of the key, and the value.
    Table(Range<usize>, Vec<(Range<usize>, Node)>),
    /// A number, `true`, `false`, `null`.
    Plain(Range<usize>),
}

/// Values inside of values up to this depth; a file of people is flat.
const DEPTH: usize = 64;

impl Node {
    /// Reads a text.
    pub fn parse(text: &str) -> Option<Node> {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        // The scanner below relies on it.
        serde_json::from_str::<serde::de::IgnoredAny>(bare).ok()?;
        let mut scanner = Scanner { bytes: text.as_bytes(), at: text.len() - bare.len() };
        scanner.value(0)
    }

    /// The bytes of the whole value, quotes included.
    pub fn range(&self) -> Range<usize> {
        match self {
            Node::Text(range) => range.start - 1..range.end + 1,
            Node::List(range, _) | Node::Table(range, _) | Node::Plain(range) => range.clone(),
        }
    }

    /// The value of a key, where this is an object.
    pub fn get(&self, text: &str, key: &str) -> Option<&Node> {
        match self {
            Node::Table(_, entries) => {
                entries.iter().find(|(name, _)| &text[name.clone()] == key).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    /// The string that this is, as written.
    pub fn text<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Node::Text(range) => text.get(range.clone()),
            _ => None,
        }
    }
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > DEPTH {
            return None;
        }
        match self.peek()? {
            b'"' => self.string().map(Node::Text),
            b'[' => {
                let start = self.at;
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    match self.peek()? {
                        b']' => break,
                        b',' => self.at += 1,
                        _ => items.push(self.value(depth + 1)?),
                    }
                }
                self.at += 1;
                Some(Node::List(start..self.at, items))
            }
            b'{' => {
                let start = self.at;
                self.at += 1;
                let mut entries = Vec::new();
                loop {
                    match self.peek()? {
                        b'}' => break,
                        b',' => self.at += 1,
                        _ => {
                            let key = self.string()?;
                            (self.peek()? == b':').then_some(())?;
                            self.at += 1;
                            entries.push((key, self.value(depth + 1)?));
                        }
                    }
                }
                self.at += 1;
                Some(Node::Table(start..self.at, entries))
            }
            _ => {
                let start = self.at;
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b",]}".contains(byte);
                self.at += self.bytes[start..].iter().position(ends).unwrap_or(self.bytes.len() - start);
                (self.at > start).then_some(Node::Plain(start..self.at))
            }
        }
    }

    /// The bytes between the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        (self.bytes.get(self.at) == Some(&b'"')).then_some(())?;
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.bytes.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        Some(start..end)
    }
}
