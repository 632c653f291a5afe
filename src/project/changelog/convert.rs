//! reStructuredText as the Markdown that a forge shows: headings, lists, paragraphs, links, code, roles and notes.
//! What has no counterpart (tables, other directives) stays readable, as a literal block of its source. Follows
//! docutils' reStructuredText specification and CommonMark 0.31.

use std::collections::{BTreeMap, BTreeSet};

use super::outline::{self, Markup};

/// Deeper indentation than this is cut.
const DEEPEST: usize = 12;

/// A text as Markdown; `whole` is the document that its named links are defined in.
pub fn to_markdown(text: &str, whole: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let targets: BTreeMap<String, String> = whole
        .lines()
        .filter_map(|line| outline::definition(line, Markup::Restructured))
        .map(|(label, target)| (label.replace("\\:", ":").to_lowercase(), target.to_owned()))
        .collect();
    let mut writer = Writer { targets, used: BTreeSet::new(), out: Vec::new() };
    writer.blocks(&text);
    let used: Vec<String> = writer
        .used
        .iter()
        .filter_map(|label| writer.targets.get(label).map(|target| format!("[{label}]: {target}")))
        .collect();
    let mut out = squeezed(&writer.out);
    if !used.is_empty() {
        out.push_str("\n\n");
        out.push_str(&used.join("\n"));
    }
    out
}

/// The lines without blank ones at the ends, and no two in a row outside of code.
fn squeezed(lines: &[String]) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut open: Option<&str> = None;
    for line in lines {
        let bare = line.trim_start();
        match open {
            Some(fence) if bare == fence => open = None,
            None if bare.starts_with("```") => open = Some(&bare[..bare.len() - bare.trim_start_matches('`').len()]),
            _ => {}
        }
        if open.is_some() || !line.is_empty() || out.last().is_some_and(|last| !last.is_empty()) {
            out.push(line);
        }
    }
    out.join("\n").trim_matches('\n').to_owned()
}

struct Writer {
    targets: BTreeMap<String, String>,
    used: BTreeSet<String>,
    out: Vec<String>,
}

/// The column where a line's text begins.
fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The mark of an item: what Markdown writes for it, and how many characters it takes.
fn item(text: &str) -> Option<(String, usize)> {
    if ["- ", "* ", "+ "].iter().any(|mark| text.starts_with(mark)) {
        return Some(("-".to_owned(), 2));
    }
    if text.starts_with("#. ") {
        return Some(("1.".to_owned(), 3));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=9).contains(&digits) && [". ", ") "].iter().any(|mark| text[digits..].starts_with(mark));
    is_number.then(|| (format!("{}.", &text[..digits]), digits + 2))
}

impl Writer {
    fn blocks(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let headings = outline::headings(text, Markup::Restructured);
        let starts: BTreeMap<usize, &outline::Heading> =
            headings.iter().map(|found| (found.whole.start, found)).collect();
        let (mut at, mut offset) = (0, 0);
        // Where the lines of the text are, by number.
        let offsets: Vec<usize> = text
            .split_inclusive('\n')
            .map(|line| {
                let start = offset;
                offset += line.len();
                start
            })
            .collect();
        while at < lines.len() {
            if let Some(heading) = offsets.get(at).and_then(|offset| starts.get(offset)) {
                let title = self.inline(&text[heading.title.clone()]);
                self.out.push(format!("{} {title}", "#".repeat((heading.level + 2).min(6))));
                self.out.push(String::new());
                at += text[heading.whole.clone()].lines().count();
                continue;
            }
            at = self.block(&lines, at);
        }
    }

    /// Writes the block that begins at a line; returns the line after it.
    fn block(&mut self, lines: &[&str], at: usize) -> usize {
        let line = lines[at];
        let (indent, text) = (indent_of(line), line.trim_start());
        let lead = " ".repeat(indent.min(DEEPEST));
        if text.is_empty() {
            self.out.push(String::new());
            return at + 1;
        }
        if outline::is_definition(text, Markup::Restructured) {
            return at + 1;
        }
        if let Some(directive) = text.strip_prefix(".. ") {
            return self.explicit(lines, at, directive);
        }
        let is_table = text.starts_with("+-")
            || (text.starts_with("==") && text.contains(' ') && text.chars().all(|c| matches!(c, '=' | ' ')));
        if is_table || text.starts_with(">>> ") {
            let end = (at..lines.len()).find(|next| lines[*next].is_empty()).unwrap_or(lines.len());
            self.literal(&lines[at..end], "", &lead);
            return end;
        }
        if text.len() >= 4
            && text.chars().all(|c| c == text.chars().next().unwrap_or(' '))
            && text.starts_with(|c: char| c.is_ascii_punctuation())
        {
            self.out.push(format!("{lead}---"));
            return at + 1;
        }
        // A paragraph, or the first one of an item: all lines that go on at its own column.
        let mark = item(text);
        let column = indent + mark.as_ref().map_or(0, |(_, width)| *width);
        let mut words = vec![text[column - indent..].trim().to_owned()];
        let mut end = at + 1;
        while end < lines.len()
            && !lines[end].is_empty()
            && indent_of(lines[end]) == column
            && (mark.is_none() || item(lines[end].trim_start()).is_none())
        {
            words.push(lines[end].trim().to_owned());
            end += 1;
        }
        let opens_literal = words.last().is_some_and(|last| last.ends_with("::"));
        if opens_literal && let Some(last) = words.last_mut() {
            let bare = last.trim_end_matches(':').trim_end().to_owned();
            *last = if bare.is_empty() || last.ends_with(" ::") { bare } else { format!("{bare}:") };
        }
        let said = self.inline(&words.join("\n"));
        let (first, rest) = match &mark {
            Some((mark, width)) => (format!("{lead}{mark} "), format!("{lead}{}", " ".repeat(*width))),
            None => (lead.clone(), lead),
        };
        for (number, line) in said.lines().enumerate() {
            let before = if number == 0 { &first } else { &rest };
            self.out.push(format!("{before}{}", guarded(line)).trim_end().to_owned());
        }
        if !opens_literal {
            return end;
        }
        let body = end_of_block(lines, end, indent);
        self.literal(&lines[end..body], "", &rest);
        body
    }

    /// What begins with `..`: a comment, a directive, a target.
    fn explicit(&mut self, lines: &[&str], at: usize, text: &str) -> usize {
        let indent = indent_of(lines[at]);
        let end = end_of_block(lines, at + 1, indent);
        let lead = " ".repeat(indent.min(DEEPEST));
        let body = &lines[at + 1..end];
        let Some((name, rest)) = text.split_once("::").filter(|(name, _)| is_name(name)) else {
            // A comment, or a target that nothing defines.
            return end;
        };
        let options = body.iter().take_while(|line| line.trim_start().starts_with(':')).count();
        let content = &body[options..];
        match name {
            "code" | "code-block" | "sourcecode" => self.literal(content, rest.trim(), &lead),
            "note" | "warning" | "important" | "attention" | "caution" | "danger" | "hint" | "tip" | "error"
            | "versionadded" | "versionchanged" | "deprecated" | "versionremoved" => {
                let title = match name {
                    "versionadded" => format!("Added in {}", rest.trim()),
                    "versionchanged" => format!("Changed in {}", rest.trim()),
                    "deprecated" => format!("Deprecated since {}", rest.trim()),
                    "versionremoved" => format!("Removed in {}", rest.trim()),
                    other => format!("{}{}", other[..1].to_uppercase(), &other[1..]),
                };
                let first = if name.starts_with("version") || name == "deprecated" { "" } else { rest.trim() };
                let words: Vec<&str> = std::iter::once(first).chain(content.iter().map(|line| line.trim())).collect();
                let said = self.inline(words.join("\n").trim());
                self.out.push(format!("{lead}> **{title}:**"));
                self.out.extend(said.lines().map(|line| format!("{lead}> {}", guarded(line)).trim_end().to_owned()));
                self.out.push(String::new());
            }
            _ => self.literal(&lines[at..end], "rst", &lead),
        }
        end
    }

    /// Lines as they are, in a fence that they cannot close.
    fn literal(&mut self, lines: &[&str], language: &str, lead: &str) {
        let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
        let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |at| at + 1);
        let lines = &lines[first..last];
        if lines.is_empty() {
            return;
        }
        let margin = lines.iter().filter(|line| !line.is_empty()).map(|line| indent_of(line)).min().unwrap_or(0);
        let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let language: String =
            language.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+')).collect();
        self.out.push(String::new());
        self.out.push(format!("{lead}{fence}{language}"));
        self.out.extend(
            lines.iter().map(|line| format!("{lead}{}", line.get(margin..).unwrap_or_default()).trim_end().to_owned()),
        );
        self.out.push(format!("{lead}{fence}"));
        self.out.push(String::new());
    }

    /// The inline markup of a paragraph.
    fn inline(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if let Some((written, length)) = self.span(rest, out.chars().last()) {
                out.push_str(&written);
                rest = &rest[length..];
                continue;
            }
            let length = character.len_utf8();
            match character {
                '\\' => {
                    // What is escaped is text; a blank that is escaped is nothing.
                    let next = rest[1..].chars().next();
                    match next {
                        Some(next) if next.is_whitespace() => {}
                        Some(next) if next.is_ascii_punctuation() => out.push_str(&format!("\\{next}")),
                        Some(next) => out.push(next),
                        None => {}
                    }
                    rest = &rest[1 + next.map_or(0, char::len_utf8)..];
                    continue;
                }
                '<' => out.push_str("&lt;"),
                '[' | ']' | '`' => {
                    out.push('\\');
                    out.push(character);
                }
                character => out.push(character),
            }
            rest = &rest[length..];
        }
        out
    }

    /// A span that begins here: what is written for it, and its length.
    fn span(&mut self, rest: &str, before: Option<char>) -> Option<(String, usize)> {
        if before.is_some_and(char::is_alphanumeric) {
            return None;
        }
        if let Some(inner) = rest.strip_prefix("``") {
            let end = inner.find("``").filter(|end| *end > 0)?;
            // The run may be longer: the last two close.
            let longer = inner[end + 2..].bytes().take_while(|byte| *byte == b'`').count();
            let code = &inner[..end + longer];
            return Some((span_of_code(code), 4 + code.len()));
        }
        if rest.starts_with("**") || rest.starts_with('*') {
            let mark = if rest.starts_with("**") { "**" } else { "*" };
            let inner = &rest[mark.len()..];
            let end = inner.find(mark).filter(|end| *end > 0 && !inner.starts_with(char::is_whitespace))?;
            let said = inner[..end].replace('<', "&lt;").replace('[', "\\[");
            return Some((format!("{mark}{said}{mark}"), mark.len() * 2 + end));
        }
        if let Some((role, inner)) =
            rest.strip_prefix(':').and_then(|rest| rest.split_once(":`")).filter(|(role, _)| is_name(role))
        {
            let end = inner.find('`')?;
            return Some((of_role(role, &inner[..end]), role.len() + 4 + end));
        }
        if let Some(inner) = rest.strip_prefix('`') {
            let end = inner.find('`').filter(|end| *end > 0)?;
            let (said, after) = (inner[..end].replace('\n', " "), &inner[end + 1..]);
            let marks = if after.starts_with("__") { 2 } else { usize::from(after.starts_with('_')) };
            let length = end + 2 + marks;
            return Some((if marks == 0 { span_of_code(&said) } else { self.link(&said) }, length));
        }
        // `name_`
        let end =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | '+' | '_'))).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches(['.', '-', '+']);
        let name = word.strip_suffix('_').filter(|name| !name.is_empty() && !name.ends_with('_'))?;
        self.targets.contains_key(&name.to_lowercase()).then(|| (self.link(name), word.len()))
    }

    /// `text <target>` or a name that is defined elsewhere.
    fn link(&mut self, said: &str) -> String {
        let shown = |text: &str| text.replace('\\', "").replace('[', "\\[").replace(']', "\\]").replace('<', "&lt;");
        if let Some((text, target)) = said.strip_suffix('>').and_then(|said| said.rsplit_once('<')) {
            let (text, target) = (text.trim(), target.trim());
            let url = match target.strip_suffix('_') {
                Some(name) => self.targets.get(&name.to_lowercase()).cloned(),
                None => Some(target.to_owned()),
            };
            let text = if text.is_empty() { target } else { text };
            return match url.filter(|url| is_address(url)) {
                Some(url) => format!("[{}]({url})", shown(text)),
                None => shown(text),
            };
        }
        let label = said.to_lowercase();
        match self.targets.get(&label).filter(|url| is_address(url)) {
            Some(_) => {
                self.used.insert(label.clone());
                format!("[{}][{label}]", shown(said))
            }
            None => shown(said),
        }
    }
}

/// Whether a link may lead there: to the web, by mail, or to a file.
fn is_address(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let known = scheme.is_none_or(|scheme| matches!(scheme.as_str(), "http" | "https" | "mailto"));
    known && !url.contains([' ', '(', ')', '<', '>', '\n'])
}

/// Where the lines end that belong to a block by their indentation.
fn end_of_block(lines: &[&str], from: usize, indent: usize) -> usize {
    let end = (from..lines.len()).find(|at| !lines[*at].is_empty() && indent_of(lines[*at]) <= indent);
    let end = end.unwrap_or(lines.len());
    // Blank lines behind it separate.
    (from..end).rev().find(|at| !lines[*at].is_empty()).map_or(from, |at| at + 1)
}

/// The name of a directive or a role.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '+'))
}

fn span_of_code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// What a role shows: issues and people by their marks, all else as code.
fn of_role(role: &str, text: &str) -> String {
    let text = text.replace('\n', " ");
    let (shown, target) = match text.strip_suffix('>').and_then(|said| said.rsplit_once('<')) {
        Some((shown, target)) => (shown.trim().to_owned(), Some(target.trim().to_owned())),
        None => (text.clone(), None),
    };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match role.rsplit(':').next().unwrap_or(role) {
        "issue" | "pr" | "pull" | "gh" | "ghpull" | "bpo" | "cvs" if is_number => format!("#{text}"),
        "pep" if is_number => format!("[PEP {text}](https://peps.python.org/pep-{text:0>4}/)"),
        "doc" | "ref" | "term" | "abbr" => shown.replace('<', "&lt;").replace('[', "\\["),
        _ if target.is_some() => span_of_code(&shown),
        // `~package.module.name` is shown by its last part.
        _ => span_of_code(text.strip_prefix('~').map_or(text.as_str(), |path| path.rsplit('.').next().unwrap_or(path))),
    }
}

/// A line of text that does not begin a block of Markdown by accident.
fn guarded(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && item(line).is_some() {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    let is_block = ["#", ">", "~~~", "---", "==="].iter().any(|mark| line.starts_with(mark)) || item(line).is_some();
    if is_block { format!("\\{line}") } else { line.to_owned() }
}
