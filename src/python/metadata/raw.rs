//! Metadata as it is written: headers in order, the description below them, and every fault.
//!
//! Reads as Python's `email.parser.BytesParser` does with the `compat32` policy, which is what
//! installers and indexes use, but takes all values for UTF-8 and never decodes a body. What the values
//! mean is left to [`super::Metadata`].

use super::MetadataFault;
use crate::python::error::shown;

/// One header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name as written.
    pub name: String,
    /// The value without white space before it and line ends behind it. Folded lines keep their breaks.
    pub value: String,
    /// The line it begins on, counted from 1.
    pub line: usize,
}

/// Metadata as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawMetadata {
    headers: Vec<Header>,
    body: String,
    faults: Vec<MetadataFault>,
    cut: Option<usize>,
}

impl RawMetadata {
    /// Reads any bytes; what is wrong with them is in [`RawMetadata::faults`].
    pub fn parse(bytes: &[u8]) -> Self {
        let mut reader = Reader::default();
        let mut rest = bytes;
        let mut number = 0;
        let mut body = Vec::new();
        while !rest.is_empty() {
            let (line, after) = split_line(rest);
            number += 1;
            if is_line_end(line) {
                rest = after;
                break;
            }
            if !is_header_line(line) {
                reader.fault(number, "is neither a header nor empty, so the description begins there");
                reader.metadata.cut = Some(number);
                break;
            }
            rest = after;
            reader.line(number, line);
            let next = split_line(after).0;
            if line.starts_with(b"From ") && number > 1 && !is_header_line(next) {
                // Python puts such a line back when it is the last one, so it heads the description.
                body.extend_from_slice(line);
            }
        }
        reader.finish_header();
        body.extend_from_slice(rest);
        reader.metadata.body = reader.text(&body, "Description", number + 1);
        reader.metadata
    }

    /// The headers in their order.
    pub fn headers(&self) -> &[Header] {
        &self.headers
    }

    /// What follows the headers: the description of newer metadata.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The values of a header, whose name is compared without case, in their order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.entries(name).map(|header| header.value.as_str())
    }

    /// The first value of a header.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.entries(name).next().map(|header| header.value.as_str())
    }

    /// The headers of this name, which is compared without case, in their order.
    pub fn entries<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Header> {
        self.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name))
    }

    /// The line that ends the headers although it is not empty: what follows it is read as the description.
    pub fn cut(&self) -> Option<usize> {
        self.cut
    }

    /// What was wrong with the file itself.
    pub fn faults(&self) -> &[MetadataFault] {
        &self.faults
    }
}

#[derive(Default)]
struct Reader<'a> {
    metadata: RawMetadata,
    open: Option<(usize, &'a [u8], Vec<u8>)>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, number: usize, line: &'a [u8]) {
        if let [b' ' | b'\t', ..] = line {
            match &mut self.open {
                Some((_, _, value)) => value.extend_from_slice(line),
                None => self.fault(number, "continues a header, but none is above it"),
            }
            return;
        }
        self.finish_header();
        if line.starts_with(b"From ") {
            if number > 1 {
                self.fault(number, "begins with `From `, which is no header");
            }
            return;
        }
        let colon = line.iter().position(|&b| b == b':').unwrap_or(line.len());
        if colon == 0 {
            self.fault(number, "has no name before its `:`");
            return;
        }
        let value = line.get(colon + 1..).unwrap_or_default().to_vec();
        self.open = Some((number, &line[..colon], value));
    }

    fn finish_header(&mut self) {
        let Some((line, name, value)) = self.open.take() else {
            return;
        };
        let name = String::from_utf8_lossy(name).into_owned();
        let value = self.text(&value, &name, line);
        let value = value.trim_start_matches([' ', '\t', '\r', '\n']).trim_end_matches(['\r', '\n']).to_owned();
        self.metadata.headers.push(Header { name, value, line });
    }

    fn text(&mut self, bytes: &[u8], field: &str, line: usize) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                self.metadata.faults.push(MetadataFault {
                    field: field.to_owned(),
                    line: Some(line),
                    message: format!("`{}` is not UTF-8", shown(field)),
                });
                String::from_utf8_lossy(bytes).into_owned()
            }
        }
    }

    fn fault(&mut self, line: usize, what: &str) {
        self.metadata.faults.push(MetadataFault {
            field: String::new(),
            line: Some(line),
            message: format!("line {line} {what}"),
        });
    }
}

/// The first line with its end, which is `\n`, `\r` or `\r\n`, and the rest.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| matches!(b, b'\n' | b'\r'));
    let end = match end {
        None => bytes.len(),
        Some(at) if bytes[at..].starts_with(b"\r\n") => at + 2,
        Some(at) => at + 1,
    };
    bytes.split_at(end)
}

fn is_line_end(line: &[u8]) -> bool {
    matches!(line, [b'\n' | b'\r', ..])
}

fn is_header_line(line: &[u8]) -> bool {
    match line {
        [b' ' | b'\t', ..] => true,
        line if line.starts_with(b"From ") => true,
        line => line.iter().find(|b| **b == b':' || !(33..=126).contains(*b)).is_some_and(|&b| b == b':'),
    }
}
