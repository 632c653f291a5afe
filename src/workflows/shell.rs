//! The commands of a script, as far as rules need them: words without quotes, what is piped into what, what
//! stands inside a substitution. No shell: what it cannot follow it leaves as words.

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its words, without assignments in front, keywords and quotes.
    pub words: Vec<String>,
    /// Lines above it in the script.
    pub line: usize,
    /// The command whose output it reads.
    pub reads: Option<usize>,
    /// The command in whose substitution it stands.
    pub inside: Option<usize>,
    /// Whether it replaces the shell.
    pub exec: bool,
    /// Whether it is only the beginning of a command, in front of a substitution; the whole follows.
    pub partial: bool,
}

/// Words in front of a command that are none.
const PREFIXES: [&str; 13] =
    ["if", "then", "do", "else", "elif", "while", "until", "!", "{", "time", "sudo", "env", "command"];

impl Command {
    /// The program, without its folder.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", |word| word.rsplit('/').next().unwrap_or_default())
    }

    /// What follows the program.
    pub fn arguments(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }
}

/// A command that is being read.
#[derive(Default)]
struct Draft {
    words: Vec<String>,
    word: String,
    in_word: bool,
    line: usize,
    reads: Option<usize>,
    quoted: bool,
}

struct Splitter {
    commands: Vec<Command>,
    draft: Draft,
    /// Commands around the one that is read: those whose substitution is not closed.
    outer: Vec<(Draft, Option<usize>)>,
    inside: Option<usize>,
    line: usize,
}

/// The commands of a script, in order.
pub fn commands(script: &str) -> Vec<Command> {
    let mut splitter =
        Splitter { commands: Vec::new(), draft: Draft::default(), outer: Vec::new(), inside: None, line: 0 };
    let mut chars = script.chars().peekable();
    let mut single = false;
    while let Some(c) = chars.next() {
        if c == '\n' {
            splitter.line += 1;
        }
        if single {
            match c {
                '\'' => single = false,
                _ => splitter.draft.word.push(c),
            }
            continue;
        }
        match c {
            '\\' => match chars.next() {
                Some('\n') => splitter.line += 1,
                Some(next) => splitter.push(next),
                None => {}
            },
            '\'' if !splitter.draft.quoted => {
                single = true;
                splitter.draft.in_word = true;
            }
            '"' => {
                splitter.draft.quoted = !splitter.draft.quoted;
                splitter.draft.in_word = true;
            }
            '$' | '<' if chars.peek() == Some(&'(') && splitter.outer.len() < 64 => {
                chars.next();
                splitter.descend();
            }
            ')' if !splitter.draft.quoted && !splitter.outer.is_empty() => splitter.ascend(),
            _ if splitter.draft.quoted => splitter.push(c),
            '#' if !splitter.draft.in_word => {
                while chars.peek().is_some_and(|next| *next != '\n') {
                    chars.next();
                }
            }
            '|' => {
                let piped = chars.peek() != Some(&'|');
                if !piped {
                    chars.next();
                }
                splitter.end(piped);
            }
            '\n' | ';' | '&' | '(' | ')' | '`' => {
                splitter.end(false);
            }
            c if c.is_whitespace() => splitter.end_word(),
            _ => splitter.push(c),
        }
    }
    while !splitter.outer.is_empty() {
        splitter.ascend();
    }
    splitter.end(false);
    splitter.commands
}

impl Splitter {
    fn push(&mut self, c: char) {
        if !self.draft.in_word && self.draft.words.is_empty() {
            self.draft.line = self.line;
        }
        self.draft.in_word = true;
        self.draft.word.push(c);
    }

    fn end_word(&mut self) {
        if self.draft.in_word {
            let word = std::mem::take(&mut self.draft.word);
            self.draft.in_word = false;
            self.draft.words.push(word);
        }
    }

    /// Ends the command; the next one reads its output where it is `piped`.
    fn end(&mut self, piped: bool) {
        self.end_word();
        let draft = std::mem::take(&mut self.draft);
        let mut exec = false;
        let mut words = draft.words.into_iter().skip_while(|word| PREFIXES.contains(&word.as_str()) || assigns(word));
        let mut kept: Vec<String> = Vec::new();
        while let Some(word) = words.next() {
            if kept.is_empty() && word == "exec" {
                exec = true;
                continue;
            }
            kept.push(word);
            kept.extend(words.by_ref());
        }
        let mut made = None;
        if !kept.is_empty() {
            made = Some(self.commands.len());
            self.commands.push(Command {
                words: kept,
                line: draft.line,
                reads: draft.reads,
                inside: self.inside,
                exec,
                partial: false,
            });
        }
        self.draft.reads = if piped { made } else { None };
        self.draft.line = self.line;
    }

    /// Begins a substitution: what is around it gets its place in the list first.
    fn descend(&mut self) {
        let around = std::mem::take(&mut self.draft);
        let outer = self.inside;
        let mut words = around.words.clone();
        words.retain(|word| !PREFIXES.contains(&word.as_str()) && !assigns(word) && word != "exec");
        // A stand-in for the command around, so that what is inside can name it.
        self.inside = match words.is_empty() {
            true => None,
            false => {
                self.commands.push(Command {
                    words,
                    line: around.line,
                    reads: around.reads,
                    inside: outer,
                    exec: false,
                    partial: true,
                });
                Some(self.commands.len() - 1)
            }
        };
        self.outer.push((around, outer));
        self.draft.line = self.line;
    }

    fn ascend(&mut self) {
        self.end(false);
        if let Some((mut around, outer)) = self.outer.pop() {
            around.word.push_str("$()");
            around.in_word = true;
            self.draft = around;
            self.inside = outer;
        }
    }
}

/// `NAME=value` in front of a command.
fn assigns(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    })
}
