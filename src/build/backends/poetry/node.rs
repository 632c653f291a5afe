//! A TOML table without its spelling: whether it is inline, dotted or a list of tables makes no difference to poetry.

use toml_edit::{Item, TableLike, Value};

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(String),
    Flag(bool),
    /// A number or a date.
    Other,
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn of(item: &Item) -> Node {
        match item {
            Item::Value(value) => Node::of_value(value),
            Item::Table(table) => Node::of_table(table),
            Item::ArrayOfTables(tables) => Node::List(tables.iter().map(|table| Node::of_table(table)).collect()),
            Item::None => Node::Other,
        }
    }

    fn of_table(table: &dyn TableLike) -> Node {
        Node::Table(table.iter().map(|(key, item)| (key.to_owned(), Node::of(item))).collect())
    }

    fn of_value(value: &Value) -> Node {
        match value {
            Value::String(text) => Node::Text(text.value().clone()),
            Value::Boolean(flag) => Node::Flag(*flag.value()),
            Value::Array(array) => Node::List(array.iter().map(Node::of_value).collect()),
            Value::InlineTable(table) => Node::of_table(table),
            Value::Integer(_) | Value::Float(_) | Value::Datetime(_) => Node::Other,
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.table()?.iter().find(|(known, _)| known == key).map(|(_, node)| node)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self {
            Node::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Node]> {
        match self {
            Node::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn table(&self) -> Option<&[(String, Node)]> {
        match self {
            Node::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The strings of a list of strings.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        self.list()?.iter().map(|node| node.text().map(str::to_owned)).collect()
    }

    /// Whether a table has no other keys than these.
    pub(super) fn has_only(&self, keys: &[&str]) -> bool {
        self.table().is_some_and(|table| table.iter().all(|(key, _)| keys.contains(&key.as_str())))
    }
}
