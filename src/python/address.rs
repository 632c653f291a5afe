//! Lists of mail addresses, read as Python's `email.utils` reads them: what it takes for an address is what PyPI looks at.
//!
//! Follows `parseaddr` and `getaddresses` with `strict=True` of CPython 3.14. Names and comments are left out.

/// How deep groups may be nested; Python fails a little later.
const DEEPEST: usize = 50;

/// What nobody writes by hand; the readers here take several times as much memory.
const LONGEST: usize = 256 << 10;

const SPECIALS: &str = "()<>@,:;.\"[]";
const BLANKS: &str = " \t\r\n";

/// The address of a field that holds one; nothing where it holds several, or none that can be read.
pub fn only(field: &str) -> Option<String> {
    let mut addresses = addresses(field)?;
    let only = addresses.pop().filter(|only| addresses.is_empty() && !only.is_empty());
    only.filter(|only| !only.contains('['))
}

/// The addresses of a field, each as far as it can be read; nothing where the field itself cannot.
pub fn list(field: &str) -> Option<Vec<String>> {
    let addresses = addresses(field)?;
    let commas = without_quotes(&field.chars().collect::<Vec<_>>()).iter().filter(|&&c| c == ',').count();
    (addresses.len() == commas + 1).then_some(addresses)
}

fn addresses(field: &str) -> Option<Vec<String>> {
    if field.len() > LONGEST {
        return None;
    }
    let field: Vec<char> = field.chars().collect();
    if !parentheses_fit(&without_quotes(&field)) {
        return None;
    }
    let mut reader = Reader { field: &field, at: 0 };
    let mut found = Vec::new();
    while reader.peek().is_some() {
        let start = reader.at;
        match reader.address(0)? {
            more if more.is_empty() => found.push(String::new()),
            more => found.extend(more),
        }
        // Nothing can stand still, but it shall not be for ever either.
        reader.at = reader.at.max(start + 1);
    }
    Some(found)
}

/// The text without what stands in double quotes. A quote that is not closed is none.
fn without_quotes(field: &[char]) -> Vec<char> {
    let (mut plain, mut start, mut open, mut at) = (Vec::new(), 0, None, 0);
    while at < field.len() {
        match (field[at], open) {
            ('\\', _) => at += 1,
            ('"', None) => open = Some(at),
            ('"', Some(begin)) => {
                plain.extend_from_slice(&field[start..begin]);
                start = at + 1;
                open = None;
            }
            _ => {}
        }
        at += 1;
    }
    plain.extend_from_slice(field.get(start..).unwrap_or_default());
    plain
}

fn parentheses_fit(field: &[char]) -> bool {
    let (mut open, mut at) = (0_usize, 0);
    while at < field.len() {
        match field[at] {
            '\\' => at += 1,
            '(' => open += 1,
            ')' if open == 0 => return false,
            ')' => open -= 1,
            _ => {}
        }
        at += 1;
    }
    open == 0
}

struct Reader<'a> {
    field: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.field.get(self.at).copied()
    }

    /// Skips blanks and comments; says whether a blank was among them that an address keeps.
    fn skip(&mut self) -> bool {
        let mut blank = false;
        while let Some(c) = self.peek() {
            match c {
                '(' => self.comment(),
                c if BLANKS.contains(c) => {
                    blank |= c == ' ' || c == '\t';
                    self.at += 1;
                }
                _ => break,
            }
        }
        blank
    }

    /// Skips a comment and those within it.
    fn comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' => self.at += 1,
                '(' => depth += 1,
                ')' | '\r' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }

    /// What stands between two delimiters, the first of which is here.
    fn delimited(&mut self, end: char) -> String {
        let mut text = String::new();
        self.at += 1;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '\\' => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                c if c == end || c == '\r' => break,
                c => text.push(c),
            }
        }
        text
    }

    fn atom(&mut self, ends: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| !ends(c)) {
            self.at += 1;
        }
        self.field[start..self.at].iter().collect()
    }

    /// The first word of a phrase; the others are skipped.
    fn phrase(&mut self) -> Option<String> {
        let mut first = None;
        while let Some(c) = self.peek() {
            let word = match c {
                '(' => {
                    self.comment();
                    continue;
                }
                '"' => self.delimited('"'),
                c if BLANKS.contains(c) => {
                    self.at += 1;
                    continue;
                }
                c if c != '.' && SPECIALS.contains(c) => break,
                _ => self.atom(|c| c != '.' && ends_atom(c)),
            };
            first.get_or_insert(word);
        }
        first
    }

    /// One address, or those of a group. Nothing where groups are nested too deep.
    fn address(&mut self, depth: usize) -> Option<Vec<String>> {
        if depth > DEEPEST {
            return None;
        }
        self.skip();
        let start = self.at;
        let phrase = self.phrase();
        self.skip();
        let mut found = Vec::new();
        match self.peek() {
            Some('.' | '@') => {
                self.at = start;
                found.push(self.plain());
            }
            Some(':') => {
                self.at += 1;
                while self.peek().is_some() {
                    let before = self.at;
                    self.skip();
                    if self.peek() == Some(';') {
                        self.at += 1;
                        break;
                    }
                    found.extend(self.address(depth + 1)?);
                    self.at = self.at.max(before + 1);
                }
            }
            Some('<') => found.push(self.route()),
            Some(c) if phrase.is_none() && SPECIALS.contains(c) => self.at += 1,
            _ => found.extend(phrase),
        }
        self.skip();
        if self.peek() == Some(',') {
            self.at += 1;
        }
        Some(found)
    }

    /// The address between `<` and `>`.
    fn route(&mut self) -> String {
        self.at += 1;
        self.skip();
        let mut route = false;
        let mut address = String::new();
        while let Some(c) = self.peek() {
            match c {
                _ if route => {
                    self.domain();
                    route = false;
                }
                '>' => {
                    self.at += 1;
                    break;
                }
                '@' => {
                    self.at += 1;
                    route = true;
                }
                ':' => self.at += 1,
                _ => {
                    address = self.plain();
                    self.at += 1;
                    break;
                }
            }
            self.skip();
        }
        address
    }

    /// `local@domain`.
    fn plain(&mut self) -> String {
        let mut parts: Vec<String> = Vec::new();
        self.skip();
        while let Some(c) = self.peek() {
            let mut keeps_blank = true;
            match c {
                '.' => {
                    parts.pop_if(|last| last.trim().is_empty());
                    parts.push(".".to_owned());
                    self.at += 1;
                    keeps_blank = false;
                }
                '"' => {
                    let quoted = self.delimited('"').replace('\\', "\\\\").replace('"', "\\\"");
                    parts.push(format!("\"{quoted}\""));
                }
                c if ends_atom(c) => {
                    parts.pop_if(|last| last.trim().is_empty());
                    break;
                }
                _ => parts.push(self.atom(ends_atom)),
            }
            if self.skip() && keeps_blank {
                parts.push(" ".to_owned());
            }
        }
        if self.peek() != Some('@') {
            return parts.concat();
        }
        self.at += 1;
        self.skip();
        match self.domain() {
            domain if domain.is_empty() => domain,
            domain => format!("{}@{domain}", parts.concat()),
        }
    }

    fn domain(&mut self) -> String {
        let mut domain = String::new();
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' => self.at += 1,
                '(' => self.comment(),
                '[' => domain += &format!("[{}]", self.delimited(']')),
                '.' => {
                    domain.push('.');
                    self.at += 1;
                }
                '@' => return String::new(),
                c if ends_atom(c) => break,
                _ => domain += &self.atom(ends_atom),
            }
        }
        domain
    }
}

fn ends_atom(c: char) -> bool {
    SPECIALS.contains(c) || BLANKS.contains(c)
}
