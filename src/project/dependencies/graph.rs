//! Who asks for whom in a `uv.lock`: enough to tell what is installed with a release from what only its
//! developers use. Versions and markers are left out, so a package counts where any of its versions does.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Document, Item, TableLike, Value};

use crate::python::name::normalize;

/// The edges of a lock file, by normalised names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Reads the edges of a `uv.lock`; nothing where the text is none.
    pub fn of_uv_lock(text: &str) -> Option<Self> {
        let document: Document<&str> = Document::parse(text).ok()?;
        let packages = document.get("package")?.as_array_of_tables()?;
        let mut graph = Graph::default();
        for package in packages {
            let Some(name) = package.get("name").and_then(Item::as_str) else { continue };
            let edges = graph.edges.entry(normalize(name)).or_default();
            add(package.get("dependencies"), edges);
            // Extras are installed with a release; groups of developers are not followed.
            let extras = package.get("optional-dependencies").and_then(Item::as_table_like);
            extras.into_iter().flat_map(TableLike::iter).for_each(|(_, list)| add(Some(list), edges));
        }
        Some(graph)
    }

    /// The packages that these lead to, themselves among them.
    pub fn reachable(&self, from: &BTreeSet<String>) -> BTreeSet<String> {
        let mut found = from.clone();
        let mut pending: Vec<&str> = from.iter().map(String::as_str).collect();
        while let Some(name) = pending.pop() {
            for next in self.edges.get(name).into_iter().flatten() {
                if found.insert(next.clone()) {
                    pending.push(next);
                }
            }
        }
        found
    }
}

fn add(list: Option<&Item>, edges: &mut BTreeSet<String>) {
    let entries = list.and_then(Item::as_array).into_iter().flatten();
    let names = entries.filter_map(Value::as_inline_table).filter_map(|edge| edge.get("name")?.as_str());
    edges.extend(names.map(normalize));
}
