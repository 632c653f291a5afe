//! Workflows as a tree with lines. Reading is bounded: size, depth, nodes (what aliases repeat counts again),
//! and whatever a runner would read in another way than a person (duplicate keys, merge keys, several
//! documents) is refused.
//!
//! Follows YAML 1.2, so that `on` is a word. Values stay text as written; rules say what they mean.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle};

/// The largest workflow that is read, in bytes. GitHub's own limit is below it.
pub const SIZE_LIMIT: u64 = 512 * 1024;
const DEPTH_LIMIT: usize = 64;
const NODE_LIMIT: usize = 50_000;

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The line that it begins on, counted from 1; of a block of text, that of its `|`.
    pub line: usize,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text, as the document means it; nothing at all is the empty text.
    Text {
        /// The text.
        text: String,
        /// Whether it is a block (`|` or `>`), whose first line is the one below.
        block: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the document.
    Map(Vec<(Node, Node)>),
}

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong: a lowercase fragment.
    pub message: String,
    /// Where, counted from 1.
    pub line: usize,
}

impl Node {
    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The key itself, for its line.
    pub fn key(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key)).map(|(name, _)| name)
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; a lone text is a list of one, as runners take it for `needs` and `on`.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Text { .. } => std::slice::from_ref(self),
            Value::Map(_) => &[],
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Every text below, keys left out.
    pub fn texts(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        let mut pending = vec![self];
        while let Some(node) = pending.pop() {
            match &node.value {
                Value::Text { .. } => found.push(node),
                Value::List(items) => pending.extend(items.iter().rev()),
                Value::Map(entries) => pending.extend(entries.iter().rev().map(|(_, value)| value)),
            }
        }
        found
    }

    /// The line of the first line of the text.
    pub fn first_line(&self) -> usize {
        match &self.value {
            Value::Text { block: true, .. } => self.line + 1,
            _ => self.line,
        }
    }

    fn count(&self) -> usize {
        1 + match &self.value {
            Value::Text { .. } => 0,
            Value::List(items) => items.iter().map(Node::count).sum(),
            Value::Map(entries) => entries.iter().map(|(key, value)| key.count() + value.count()).sum(),
        }
    }
}

/// A list or mapping that is not closed yet.
struct Open {
    node: Node,
    key: Option<Node>,
    seen: BTreeSet<String>,
    anchor: usize,
}

struct Reader {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

/// Reads one document.
///
/// # Errors
/// It is no YAML, too large or deep, or says something twice.
pub fn read(text: &str) -> Result<Node, Unreadable> {
    if text.len() as u64 > SIZE_LIMIT {
        return Err(Unreadable { message: format!("it is larger than {SIZE_LIMIT} bytes"), line: 1 });
    }
    let mut reader = Reader { open: Vec::new(), anchors: BTreeMap::new(), nodes: 0, root: None };
    let mut parser = Parser::new_from_str(text);
    let mut documents = 0_usize;
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| Unreadable {
            message: format!("it is no YAML: {}", error.info()),
            line: error.marker().line().max(1),
        })?;
        let line = span.start.line();
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(Unreadable { message: "it holds several documents".to_owned(), line });
                }
            }
            Event::Scalar(text, style, anchor, _) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let plain_nothing = matches!(style, ScalarStyle::Plain) && matches!(&*text, "~" | "null");
                let text = if plain_nothing { String::new() } else { text.into_owned() };
                reader.put(Node { value: Value::Text { text, block }, line }, anchor)?;
            }
            Event::SequenceStart(anchor, _) => reader.open(Value::List(Vec::new()), line, anchor)?,
            Event::MappingStart(anchor, _) => reader.open(Value::Map(Vec::new()), line, anchor)?,
            Event::SequenceEnd | Event::MappingEnd => reader.close()?,
            Event::Alias(anchor) => {
                let unknown = || Unreadable { message: "an alias stands inside its own anchor".to_owned(), line };
                // What is repeated counts again, so that a few lines cannot become gigabytes.
                let nodes = reader.anchors.get(&anchor).ok_or_else(unknown)?.count();
                reader.count(nodes, line)?;
                let node = reader.anchors.get(&anchor).ok_or_else(unknown)?.clone();
                reader.put(node, 0)?;
            }
            _ => {}
        }
    }
    reader.root.ok_or_else(|| Unreadable { message: "it is empty".to_owned(), line: 1 })
}

impl Reader {
    fn count(&mut self, more: usize, line: usize) -> Result<(), Unreadable> {
        self.nodes += more;
        if self.nodes > NODE_LIMIT {
            return Err(Unreadable { message: format!("it holds more than {NODE_LIMIT} values"), line });
        }
        Ok(())
    }

    fn open(&mut self, value: Value, line: usize, anchor: usize) -> Result<(), Unreadable> {
        if self.open.len() >= DEPTH_LIMIT {
            return Err(Unreadable { message: format!("it is nested deeper than {DEPTH_LIMIT} levels"), line });
        }
        self.open.push(Open { node: Node { value, line }, key: None, seen: BTreeSet::new(), anchor });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        let closed = self.open.pop().expect("the parser closes what it opened");
        self.put(closed.node, closed.anchor)
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Unreadable> {
        self.count(1, node.line)?;
        if anchor > 0 {
            self.count(node.count(), node.line)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut parent.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match parent.key.take() {
                None => {
                    let refused = |message: String| Err(Unreadable { message, line: node.line });
                    match node.text() {
                        None => return refused("a key is no text".to_owned()),
                        Some("<<") => return refused("merge keys (`<<`) are read by some runners only".to_owned()),
                        Some(key) if !parent.seen.insert(key.to_owned()) => {
                            return refused(format!("the key `{key}` stands twice"));
                        }
                        Some(_) => parent.key = Some(node),
                    }
                }
                Some(key) => {
                    // The reader says where the content of a block begins; its `|` stands behind the key.
                    let is_block = matches!(node.value, Value::Text { block: true, .. });
                    let line = if is_block { key.line } else { node.line };
                    entries.push((key, Node { line, ..node }));
                }
            },
            Value::Text { .. } => unreachable!("a text is never open"),
        }
        Ok(())
    }
}
