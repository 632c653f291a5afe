//! Markers as poetry prints them, as far as it prints what was written.
//!
//! poetry merges conditions on the same variable. Where it might, what comes out is not known here, and the marker is
//! refused. What was tried against poetry: two levels of `and` and `or` with every variable once come out as written.

use super::constraint::version;

/// A comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Atom {
    variable: &'static str,
    operator: String,
    value: String,
    /// Whether the value stands first.
    is_swapped: bool,
}

/// A marker of two levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marker {
    /// All of these, each of which is a list of alternatives.
    All(Vec<Vec<Atom>>),
    /// One of these, each of which is a list of conditions.
    Any(Vec<Vec<Atom>>),
}

const NAMES: [(&str, &str); 18] = [
    ("implementation_version", "implementation_version"),
    ("platform_python_implementation", "platform_python_implementation"),
    ("implementation_name", "implementation_name"),
    ("python_full_version", "python_full_version"),
    ("platform_release", "platform_release"),
    ("platform_version", "platform_version"),
    ("platform_machine", "platform_machine"),
    ("platform_system", "platform_system"),
    ("python_version", "python_version"),
    ("sys_platform", "sys_platform"),
    ("os_name", "os_name"),
    ("os.name", "os_name"),
    ("sys.platform", "sys_platform"),
    ("platform.version", "platform_version"),
    ("platform.machine", "platform_machine"),
    ("platform.python_implementation", "platform_python_implementation"),
    ("python_implementation", "platform_python_implementation"),
    ("extra", "extra"),
];
const OPERATORS: [&str; 10] = ["===", "==", ">=", "<=", ">", "<", "!=", "~=", "not in", "in"];
const DEPTH: usize = 20;

impl Atom {
    pub(super) fn new(variable: &'static str, operator: &str, value: &str) -> Atom {
        Atom { variable, operator: operator.to_owned(), value: value.to_owned(), is_swapped: false }
    }

    fn text(&self) -> String {
        let Atom { variable, operator, value, is_swapped } = self;
        if *is_swapped {
            format!("\"{value}\" {operator} {variable}")
        } else {
            format!("{variable} {operator} \"{value}\"")
        }
    }

    /// poetry takes the two variables of Python's version for one.
    fn subject(&self) -> &'static str {
        if self.variable == "python_full_version" { "python_version" } else { self.variable }
    }

    /// Refuses what poetry might refuse or read in a way of its own, and completes the version.
    fn checked(mut self) -> Result<Atom, String> {
        let odd = || format!("`{}` is not known how poetry reads it", self.text());
        let is_plain = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._-+ ".contains(c)) && text.trim() == text
        };
        let is_member = matches!(self.operator.as_str(), "in" | "not in");
        let is_number = |text: &str| version(text).is_some() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let is_fine = match self.variable {
            "extra" => self.operator == "==" && !self.is_swapped && is_plain(&self.value) && !self.value.contains(' '),
            _ if self.is_swapped => is_member && is_plain(&self.value) && !self.subject().starts_with("python"),
            "python_version" | "python_full_version" if is_member => self.value.split(' ').all(is_number),
            "python_version" | "python_full_version" => {
                let bare = match self.operator.as_str() {
                    "==" | "!=" if self.variable == "python_version" => self.value.strip_suffix(".*"),
                    "===" => Some(""),
                    _ => None,
                };
                is_number(bare.unwrap_or(&self.value))
            }
            "platform_release" => {
                is_number(&self.value) && matches!(self.operator.as_str(), "==" | "!=" | ">=" | "<" | ">" | "<=")
            }
            _ => is_plain(&self.value) && (is_member || !self.value.contains(' ')) && self.operator != "===",
        };
        if !is_fine {
            return Err(odd());
        }
        if self.variable == "python_full_version" && !is_member {
            for _ in self.value.split('.').count()..3 {
                self.value.push_str(".0");
            }
        }
        Ok(self)
    }
}

impl Marker {
    pub(super) fn of(atoms: Vec<Atom>) -> Marker {
        Marker::All(atoms.into_iter().map(|atom| vec![atom]).collect())
    }

    pub(super) fn any_of(atoms: Vec<Atom>) -> Marker {
        Marker::All(vec![atoms])
    }

    /// Reads a marker; else why it is not known what poetry makes of it.
    pub(super) fn parse(text: &str) -> Result<Marker, String> {
        let mut rest = text;
        let tree = alternatives(&mut rest, 0)?;
        if !rest.trim_matches([' ', '\t']).is_empty() {
            return Err(format!("`{text}` is no marker"));
        }
        let deep = || format!("the marker `{text}` has more than two levels");
        let marker = match tree {
            Tree::Atom(atom) => Some(Marker::All(vec![vec![atom]])),
            Tree::All(members) => {
                members.into_iter().map(|tree| tree.one_level(false)).collect::<Option<_>>().map(Marker::All)
            }
            Tree::Any(members) => {
                let groups = members.into_iter().map(|tree| tree.one_level(true)).collect::<Option<Vec<_>>>();
                groups.map(|groups| match groups.iter().all(|group| group.len() == 1) {
                    true => Marker::All(vec![groups.into_iter().flatten().collect()]),
                    false => Marker::Any(groups),
                })
            }
        };
        marker.ok_or_else(deep)
    }

    /// Both; the order is poetry's.
    pub(super) fn and(self, other: Marker) -> Result<Marker, String> {
        match (self, other) {
            (Marker::All(mut one), Marker::All(mut two)) => {
                let is_single = |groups: &[Vec<Atom>]| groups.len() == 1;
                if is_single(&one) && one[0].len() == 1 && !is_single(&two) {
                    two.extend(one);
                    return Ok(Marker::All(two));
                }
                one.extend(two);
                Ok(Marker::All(one))
            }
            _ => Err("alternatives of several conditions are joined with others".to_owned()),
        }
    }

    /// The extras that it asks for.
    pub(super) fn extras(&self) -> Vec<&str> {
        let atoms = self.groups().iter().flatten();
        atoms.filter(|atom| atom.variable == "extra").map(|atom| atom.value.as_str()).collect()
    }

    fn groups(&self) -> &[Vec<Atom>] {
        match self {
            Marker::All(groups) | Marker::Any(groups) => groups,
        }
    }

    /// As poetry prints it; else what it might merge.
    pub(super) fn text(&self) -> Result<String, String> {
        match self {
            Marker::Any(groups) => {
                let mut seen = Vec::new();
                for atom in groups.iter().flatten() {
                    once(atom, &mut seen)?;
                }
                let shown: Vec<String> = groups.iter().map(|group| joined(group, " and ")).collect();
                Ok(shown.join(" or "))
            }
            Marker::All(groups) => {
                let groups = merged(groups)?;
                if let [group] = &groups[..] {
                    return Ok(joined(group, " or "));
                }
                let shown = groups.iter().map(|group| match group.len() {
                    1 => group[0].text(),
                    _ => format!("({})", joined(group, " or ")),
                });
                Ok(shown.collect::<Vec<_>>().join(" and "))
            }
        }
    }
}

fn joined(atoms: &[Atom], word: &str) -> String {
    atoms.iter().map(Atom::text).collect::<Vec<_>>().join(word)
}

fn once(atom: &Atom, seen: &mut Vec<&'static str>) -> Result<(), String> {
    if seen.contains(&atom.subject()) {
        return Err(format!("two conditions on `{}`, which poetry may merge", atom.subject()));
    }
    seen.push(atom.subject());
    Ok(())
}

/// Conditions that all hold, as poetry merges them, where that is known: several values of one variable next to each
/// other, and two ends of a range of Pythons.
fn merged(groups: &[Vec<Atom>]) -> Result<Vec<Vec<Atom>>, String> {
    let mut groups = groups.to_vec();
    let is_python = |group: &Vec<Atom>| group.iter().any(|atom| atom.subject() == "python_version");
    let pythons: Vec<usize> = (0..groups.len()).filter(|at| is_python(&groups[*at])).collect();
    let mut seen = Vec::new();
    if let [first, second] = pythons[..]
        && groups[first].len() == 1
        && groups[second].len() == 1
    {
        match minor_between(&groups[first][0], &groups[second][0])? {
            Some(atom) => {
                groups[first] = vec![atom];
                groups.remove(second);
            }
            None => {
                seen.push("python_version");
                let (others, two) = (&groups, [first, second]);
                for (at, group) in others.iter().enumerate() {
                    if !two.contains(&at) {
                        distinct(group, &mut seen, others.get(at.wrapping_sub(1)))?;
                    }
                }
                return Ok(groups);
            }
        }
    }
    for (at, group) in groups.iter().enumerate() {
        distinct(group, &mut seen, groups.get(at.wrapping_sub(1)))?;
    }
    Ok(groups)
}

/// Alternatives must ask for different values of one variable, or for different variables; `!=` may stand beside
/// another `!=` of the same variable.
fn distinct(group: &[Atom], seen: &mut Vec<&'static str>, before: Option<&Vec<Atom>>) -> Result<(), String> {
    let is_version = |atom: &Atom| atom.subject() == "python_version" || atom.variable == "platform_release";
    if let ([atom], Some([previous])) = (group, before.map(Vec::as_slice))
        && atom.variable == previous.variable
        && atom.operator == "!="
        && previous.operator == "!="
        && !is_version(atom)
        && atom.value != previous.value
    {
        // A third one may repeat the first; poetry drops it then.
        if seen.contains(&"!=") {
            return Err("several `!=` on one variable".to_owned());
        }
        seen.push("!=");
        return Ok(());
    }
    for (at, atom) in group.iter().enumerate() {
        let is_another_value = at > 0
            && group[at - 1].variable == atom.variable
            && group[..=at].iter().all(|atom| atom.operator == "==" && atom.variable == group[0].variable)
            && !is_version(atom)
            && group[..at].iter().all(|known| known.value != atom.value);
        if !is_another_value {
            once(atom, seen)?;
        }
    }
    Ok(())
}

/// The one minor version that is left between two ends; nothing where they stay.
fn minor_between(one: &Atom, two: &Atom) -> Result<Option<Atom>, String> {
    let unknown = || Err(format!("`{}` and `{}` may be merged by poetry", one.text(), two.text()));
    let is_low = |atom: &Atom| matches!(atom.operator.as_str(), ">=" | ">");
    let is_high = |atom: &Atom| matches!(atom.operator.as_str(), "<" | "<=");
    let (low, high) = match (is_low(one) && is_high(two), is_high(one) && is_low(two)) {
        (true, _) => (one, two),
        (_, true) => (two, one),
        _ => return unknown(),
    };
    let (Some(from), Some(to)) = (version(&low.value), version(&high.value)) else { return unknown() };
    if from >= to || one.is_swapped || two.is_swapped {
        return unknown();
    }
    if low.variable != "python_version" || high.variable != "python_version" {
        return Ok(None);
    }
    if low.operator != ">=" || high.operator != "<" {
        return unknown();
    }
    let minor = |parts: &[u64]| (parts[0], parts.get(1).copied().unwrap_or(0));
    let (first, last) = (minor(from.release()), minor(to.release()));
    if first.0 != last.0 || first.1 + 1 != last.1 {
        return if from.release().len() > 2 || to.release().len() > 2 { unknown() } else { Ok(None) };
    }
    match (from.release().len(), to.release().len()) {
        (2, 2) => Ok(Some(Atom::new("python_version", "==", &low.value))),
        _ => unknown(),
    }
}

enum Tree {
    Atom(Atom),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Tree {
    /// The atoms of a list of one level; `all` says of which kind.
    fn one_level(self, all: bool) -> Option<Vec<Atom>> {
        let members = match (self, all) {
            (Tree::Atom(atom), _) => return Some(vec![atom]),
            (Tree::All(members), true) | (Tree::Any(members), false) => members,
            _ => return None,
        };
        let atom = |tree: Tree| match tree {
            Tree::Atom(atom) => Some(atom),
            _ => None,
        };
        members.into_iter().map(atom).collect()
    }
}

fn skip(rest: &mut &str) {
    *rest = rest.trim_start_matches([' ', '\t']);
}

fn take(rest: &mut &str, word: &str) -> bool {
    skip(rest);
    match rest.strip_prefix(word) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

fn alternatives(rest: &mut &str, depth: usize) -> Result<Tree, String> {
    let mut members = vec![conditions(rest, depth)?];
    while take(rest, "or") {
        members.push(conditions(rest, depth)?);
    }
    let mut flat = Vec::new();
    for member in members {
        match member {
            Tree::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    Ok(if flat.len() == 1 { flat.remove(0) } else { Tree::Any(flat) })
}

fn conditions(rest: &mut &str, depth: usize) -> Result<Tree, String> {
    let mut flat = Vec::new();
    loop {
        match condition(rest, depth)? {
            Tree::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
        if !take(rest, "and") {
            return Ok(if flat.len() == 1 { flat.remove(0) } else { Tree::All(flat) });
        }
    }
}

fn condition(rest: &mut &str, depth: usize) -> Result<Tree, String> {
    if take(rest, "(") {
        if depth == DEPTH {
            return Err("parentheses are nested too deep".to_owned());
        }
        let tree = alternatives(rest, depth + 1)?;
        return if take(rest, ")") { Ok(tree) } else { Err("`)` is missing in a marker".to_owned()) };
    }
    let one = operand(rest)?;
    skip(rest);
    let operator = OPERATORS.into_iter().find(|operator| take(rest, operator));
    let operator = operator.ok_or_else(|| "a marker has no operator that is known".to_owned())?.to_owned();
    let two = operand(rest)?;
    let (variable, value, is_swapped) = match (one, two) {
        (Operand::Name(variable), Operand::Value(value)) => (variable, value, false),
        (Operand::Value(value), Operand::Name(variable)) => (variable, value, true),
        _ => return Err("a marker must compare a variable with a value".to_owned()),
    };
    Atom { variable, operator, value, is_swapped }.checked().map(Tree::Atom)
}

enum Operand {
    Name(&'static str),
    Value(String),
}

fn operand(rest: &mut &str) -> Result<Operand, String> {
    skip(rest);
    for quote in ['"', '\''] {
        if let Some(inside) = rest.strip_prefix(quote) {
            let (value, after) = inside.split_once(quote).ok_or("a quote is missing in a marker")?;
            *rest = after;
            return Ok(Operand::Value(value.to_owned()));
        }
    }
    let length = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_' || c == '.')).unwrap_or(rest.len());
    let (word, after) = rest.split_at(length);
    let found = NAMES.iter().find(|(name, _)| *name == word);
    *rest = after;
    found.map(|(_, variable)| Operand::Name(variable)).ok_or_else(|| format!("`{word}` is no variable of markers"))
}
