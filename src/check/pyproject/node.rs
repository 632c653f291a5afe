//! The values of `pyproject.toml` in one shape, however they are written: tables in brackets, inline or by dotted keys.

use toml_edit::{Item, TableLike, Value};

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub(in crate::check) struct Node<'a> {
    /// What it is.
    pub(in crate::check) shape: Shape<'a>,
    /// The offset of its first byte, or of its key.
    pub(in crate::check) at: Option<usize>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(in crate::check) enum Shape<'a> {
    Text(&'a str),
    Flag(bool),
    /// A number or a date, as written.
    Other(String),
    List(Vec<Node<'a>>),
    Table(Vec<Entry<'a>>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(in crate::check) struct Entry<'a> {
    pub(in crate::check) key: &'a str,
    /// The offset of the key.
    pub(in crate::check) at: Option<usize>,
    pub(in crate::check) node: Node<'a>,
}

impl<'a> Node<'a> {
    /// The value of an item. Nesting is as deep as the reader of TOML lets it be.
    pub(in crate::check) fn of(item: &'a Item) -> Node<'a> {
        let at = item.span().map(|span| span.start);
        let shape = match item {
            Item::Value(value) => return Node::of_value(value),
            Item::Table(table) => Shape::Table(entries(table)),
            Item::ArrayOfTables(list) => {
                let table = |table: &'a toml_edit::Table| Node {
                    shape: Shape::Table(entries(table)),
                    at: table.span().map(|span| span.start),
                };
                Shape::List(list.iter().map(table).collect())
            }
            Item::None => Shape::Other(String::new()),
        };
        Node { shape, at }
    }

    fn of_value(value: &'a Value) -> Node<'a> {
        let shape = match value {
            Value::String(text) => Shape::Text(text.value()),
            Value::Boolean(flag) => Shape::Flag(*flag.value()),
            Value::Array(list) => Shape::List(list.iter().map(Node::of_value).collect()),
            Value::InlineTable(table) => Shape::Table(entries(table)),
            other => Shape::Other(other.to_string().trim().to_owned()),
        };
        Node { shape, at: value.span().map(|span| span.start) }
    }

    /// The entries of a table; nothing for anything else.
    pub(in crate::check) fn table(&self) -> Option<&[Entry<'a>]> {
        match &self.shape {
            Shape::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of a key.
    pub(in crate::check) fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        self.table()?.iter().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub(in crate::check) fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The values of a list; none for anything else.
    pub(in crate::check) fn list(&self) -> &[Node<'a>] {
        match &self.shape {
            Shape::List(list) => list,
            _ => &[],
        }
    }

    /// The text, where it is one.
    pub(in crate::check) fn text(&self) -> Option<&'a str> {
        match self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list, others left out.
    pub(in crate::check) fn texts(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.list().iter().filter_map(Node::text)
    }

    /// Whether two say the same, in whatever order of keys.
    pub(in crate::check) fn same(&self, other: &Node<'_>) -> bool {
        match (&self.shape, &other.shape) {
            (Shape::Text(one), Shape::Text(two)) => one == two,
            (Shape::Flag(one), Shape::Flag(two)) => one == two,
            (Shape::Other(one), Shape::Other(two)) => one == two,
            (Shape::List(one), Shape::List(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.same(two))
            }
            (Shape::Table(one), Shape::Table(two)) => {
                one.len() == two.len()
                    && one.iter().all(|entry| other.get(entry.key).is_some_and(|two| entry.node.same(two)))
            }
            _ => false,
        }
    }
}

fn entries(table: &dyn TableLike) -> Vec<Entry<'_>> {
    let entry = |(key, item): (&'_ str, &'_ Item)| -> Option<usize> {
        let _ = item;
        table.get_key_value(key).and_then(|(key, _)| key.span()).map(|span| span.start)
    };
    table
        .iter()
        .map(|(key, item)| {
            let at = entry((key, item));
            let mut node = Node::of(item);
            node.at = node.at.or(at);
            Entry { key, at, node }
        })
        .collect()
}
