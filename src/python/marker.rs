//! Environment markers: on which machines a requirement counts.
//!
//! Follows "Dependency specifiers" of packaging.python.org (PEP 508, PEP 685), shown and evaluated as
//! `packaging` does. Escapes in quoted values mean nothing, as the grammar has none; `packaging` reads
//! them as Python does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::cursor::{Cursor, Unexpected, is_word};
use super::error::{ParseError, shown};
use super::name::normalize;
use super::specifier::{Operator, Specifier};
use super::version::Version;

/// How deep parentheses may be nested.
const MAX_DEPTH: usize = 50;

/// What a marker can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// `os_name`
    OsName,
    /// `sys_platform`
    SysPlatform,
    /// `platform_machine`
    PlatformMachine,
    /// `platform_python_implementation`
    PlatformPythonImplementation,
    /// `platform_release`
    PlatformRelease,
    /// `platform_system`
    PlatformSystem,
    /// `platform_version`
    PlatformVersion,
    /// `python_version`
    PythonVersion,
    /// `python_full_version`
    PythonFullVersion,
    /// `implementation_name`
    ImplementationName,
    /// `implementation_version`
    ImplementationVersion,
    /// `extra`
    Extra,
    /// `extras`, a set in lock files
    Extras,
    /// `dependency_groups`, a set in lock files
    DependencyGroups,
}

const VARIABLES: [(&str, Variable); 14] = [
    ("os_name", Variable::OsName),
    ("sys_platform", Variable::SysPlatform),
    ("platform_machine", Variable::PlatformMachine),
    ("platform_python_implementation", Variable::PlatformPythonImplementation),
    ("platform_release", Variable::PlatformRelease),
    ("platform_system", Variable::PlatformSystem),
    ("platform_version", Variable::PlatformVersion),
    ("python_version", Variable::PythonVersion),
    ("python_full_version", Variable::PythonFullVersion),
    ("implementation_name", Variable::ImplementationName),
    ("implementation_version", Variable::ImplementationVersion),
    ("extra", Variable::Extra),
    ("extras", Variable::Extras),
    ("dependency_groups", Variable::DependencyGroups),
];

/// Spellings of old.
const ALIASES: [(&str, Variable); 6] = [
    ("os.name", Variable::OsName),
    ("sys.platform", Variable::SysPlatform),
    ("platform.version", Variable::PlatformVersion),
    ("platform.machine", Variable::PlatformMachine),
    ("platform.python_implementation", Variable::PlatformPythonImplementation),
    ("python_implementation", Variable::PlatformPythonImplementation),
];

impl Variable {
    /// As it is written.
    pub fn name(self) -> &'static str {
        let entry = VARIABLES.iter().find(|(_, variable)| *variable == self);
        entry.map_or("", |(name, _)| name)
    }

    fn parse(word: &str) -> Option<Self> {
        let mut known = VARIABLES.iter().chain(&ALIASES);
        known.find(|(name, _)| *name == word).map(|(_, variable)| *variable)
    }

    fn is_version(self) -> bool {
        matches!(
            self,
            Variable::PythonVersion
                | Variable::PythonFullVersion
                | Variable::ImplementationVersion
                | Variable::PlatformRelease
        )
    }
}

/// What the variables stand for on one machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// `os.name`, such as `posix`
    pub os_name: String,
    /// `sys.platform`, such as `linux`
    pub sys_platform: String,
    /// `platform.machine()`, such as `x86_64`
    pub platform_machine: String,
    /// `platform.python_implementation()`, such as `CPython`
    pub platform_python_implementation: String,
    /// `platform.release()`
    pub platform_release: String,
    /// `platform.system()`, such as `Linux`
    pub platform_system: String,
    /// `platform.version()`
    pub platform_version: String,
    /// Major and minor version of the language, `3.14`
    pub python_version: String,
    /// `platform.python_version()`, `3.14.2`
    pub python_full_version: String,
    /// `sys.implementation.name`, such as `cpython`
    pub implementation_name: String,
    /// `sys.implementation.version` as text
    pub implementation_version: String,
    /// The extra that is asked for, empty for none
    pub extra: String,
}

impl Environment {
    fn value(&self, variable: Variable) -> Option<String> {
        let value = match variable {
            Variable::OsName => &self.os_name,
            Variable::SysPlatform => &self.sys_platform,
            Variable::PlatformMachine => &self.platform_machine,
            Variable::PlatformPythonImplementation => &self.platform_python_implementation,
            Variable::PlatformRelease => &self.platform_release,
            Variable::PlatformSystem => &self.platform_system,
            Variable::PlatformVersion => &self.platform_version,
            Variable::PythonVersion => &self.python_version,
            // Builds between two releases call themselves `3.14.2+`.
            Variable::PythonFullVersion if self.python_full_version.ends_with('+') => {
                return Some(format!("{}local", self.python_full_version));
            }
            Variable::PythonFullVersion => &self.python_full_version,
            Variable::ImplementationName => &self.implementation_name,
            Variable::ImplementationVersion => &self.implementation_version,
            Variable::Extra => return Some(normalize(&self.extra)),
            Variable::Extras | Variable::DependencyGroups => return None,
        };
        Some(value.clone())
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operand {
    /// What the machine says.
    Variable(Variable),
    /// A quoted text; extras are normalised.
    Value(String),
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Variable(variable) => f.write_str(variable.name()),
            Operand::Value(value) if value.contains('"') => write!(f, "'{value}'"),
            Operand::Value(value) => write!(f, "\"{value}\""),
        }
    }
}

/// How the two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The left is within the right.
    In,
    /// The left is not within the right.
    NotIn,
    /// As versions where the variable is one, else as texts.
    Operator(Operator),
}

impl Comparison {
    fn text(self) -> &'static str {
        match self {
            Comparison::In => "in",
            Comparison::NotIn => "not in",
            Comparison::Operator(operator) => operator.text(),
        }
    }
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Condition {
    /// The left side.
    pub left: Operand,
    /// How they are compared.
    pub comparison: Comparison,
    /// The right side.
    pub right: Operand,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.comparison.text(), self.right)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Atom {
    Condition(Condition),
    Group(Marker),
}

/// A marker: alternatives of conditions that all must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Marker {
    alternatives: Vec<Vec<Atom>>,
}

impl Marker {
    /// Whether the marker holds. As in `packaging` every comparison must have a value, also one that
    /// could not change the answer.
    ///
    /// # Errors
    /// [`ParseError::MarkerValue`] for a comparison of two variables or two values, of `~=` and `===`
    /// with what is no version, and of `extras` and `dependency_groups`, which only lock files have.
    pub fn evaluate(&self, environment: &Environment) -> Result<bool, ParseError> {
        let mut holds = false;
        for atoms in &self.alternatives {
            let mut all = true;
            for atom in atoms {
                all &= match atom {
                    Atom::Condition(condition) => condition.evaluate(environment)?,
                    Atom::Group(marker) => marker.evaluate(environment)?,
                };
            }
            holds |= all;
        }
        Ok(holds)
    }

    /// Every comparison in it, from left to right.
    pub fn conditions(&self) -> Vec<&Condition> {
        let atoms = self.alternatives.iter().flatten();
        atoms
            .flat_map(|atom| match atom {
                Atom::Condition(condition) => vec![condition],
                Atom::Group(marker) => marker.conditions(),
            })
            .collect()
    }

    /// The only atom of a marker that has no `and` and no `or`.
    fn only(&self) -> Option<&Atom> {
        match &self.alternatives[..] {
            [atoms] => match &atoms[..] {
                [atom] => Some(atom),
                _ => None,
            },
            _ => None,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, outermost: bool) -> fmt::Result {
        match self.only() {
            Some(Atom::Condition(condition)) => return write!(f, "{condition}"),
            Some(Atom::Group(marker)) => return marker.write(f, outermost),
            None => {}
        }
        if !outermost {
            f.write_str("(")?;
        }
        for (index, atoms) in self.alternatives.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            for (index, atom) in atoms.iter().enumerate() {
                if index > 0 {
                    f.write_str(" and ")?;
                }
                match atom {
                    Atom::Condition(condition) => write!(f, "{condition}")?,
                    Atom::Group(marker) => marker.write(f, false)?,
                }
            }
        }
        if !outermost {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl Condition {
    fn evaluate(&self, environment: &Environment) -> Result<bool, ParseError> {
        let fail = |reason: &str| ParseError::MarkerValue { text: shown(&self.to_string()), reason: reason.to_owned() };
        let lock_file = || fail("only lock files have a value for it");
        let (variable, left, right) = match (&self.left, &self.right) {
            (Operand::Variable(variable), Operand::Value(value)) => {
                let known = environment.value(*variable).ok_or_else(lock_file)?;
                (*variable, known, value.clone())
            }
            (Operand::Value(value), Operand::Variable(variable)) => {
                let known = environment.value(*variable).ok_or_else(lock_file)?;
                (*variable, value.clone(), known)
            }
            (Operand::Variable(_), Operand::Variable(_)) => {
                return Err(fail("both sides are variables"));
            }
            (Operand::Value(_), Operand::Value(_)) => return Err(fail("both sides are values")),
        };
        let operator = match self.comparison {
            Comparison::In => return Ok(right.contains(&left)),
            Comparison::NotIn => return Ok(!right.contains(&left)),
            Comparison::Operator(operator) => operator,
        };
        if variable.is_version()
            && let Ok(specifier) = format!("{}{right}", operator.text()).parse::<Specifier>()
        {
            return Ok(match left.parse::<Version>() {
                _ if operator == Operator::Arbitrary => left.eq_ignore_ascii_case(specifier.version_text()),
                Ok(version) => specifier.contains(&version),
                Err(_) => false,
            });
        }
        match operator {
            Operator::Equal | Operator::LessEqual | Operator::GreaterEqual => Ok(left == right),
            Operator::NotEqual => Ok(left != right),
            Operator::Less | Operator::Greater => Ok(false),
            Operator::Compatible | Operator::Arbitrary => Err(fail("this operator has a meaning for versions only")),
        }
    }
}

impl FromStr for Marker {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::Marker`].
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut cursor = Cursor::new(text);
        let marker = parse(&mut cursor).and_then(|marker| match cursor.at_end() {
            true => Ok(marker),
            false => Err(cursor.unexpected("`and`, `or` or the end was expected")),
        });
        marker.map_err(|Unexpected { reason, column }| ParseError::Marker { text: shown(text), reason, column })
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, true)
    }
}

impl Serialize for Marker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Marker {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A marker up to where it ends, with the space behind it.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Marker, Unexpected> {
    parse_nested(cursor, 0)
}

fn parse_nested(cursor: &mut Cursor<'_>, depth: usize) -> Result<Marker, Unexpected> {
    let mut alternatives = vec![vec![parse_atom(cursor, depth)?]];
    loop {
        if cursor.take_word("and") {
            let atom = parse_atom(cursor, depth)?;
            match alternatives.last_mut() {
                Some(atoms) => atoms.push(atom),
                None => alternatives.push(vec![atom]),
            }
        } else if cursor.take_word("or") {
            alternatives.push(vec![parse_atom(cursor, depth)?]);
        } else {
            return Ok(Marker { alternatives });
        }
    }
}

fn parse_atom(cursor: &mut Cursor<'_>, depth: usize) -> Result<Atom, Unexpected> {
    cursor.skip_space();
    let atom = if cursor.take("(") {
        if depth == MAX_DEPTH {
            return Err(cursor.unexpected(format!("parentheses are nested deeper than {MAX_DEPTH}")));
        }
        let marker = parse_nested(cursor, depth + 1)?;
        if !cursor.take(")") {
            return Err(cursor.unexpected("`)` was expected"));
        }
        Atom::Group(marker)
    } else {
        let left = parse_operand(cursor)?;
        cursor.skip_space();
        let comparison = parse_comparison(cursor)?;
        cursor.skip_space();
        let right = parse_operand(cursor)?;
        Atom::Condition(normalized(left, comparison, right))
    };
    cursor.skip_space();
    Ok(atom)
}

/// Extras are compared by their normal form (PEP 685), and shown by it.
fn normalized(left: Operand, comparison: Comparison, right: Operand) -> Condition {
    let (left, right) = match (left, right) {
        (Operand::Variable(Variable::Extra), Operand::Value(value)) => {
            (Operand::Variable(Variable::Extra), Operand::Value(normalize(&value)))
        }
        (
            Operand::Value(value),
            Operand::Variable(variable @ (Variable::Extra | Variable::Extras | Variable::DependencyGroups)),
        ) => (Operand::Value(normalize(&value)), Operand::Variable(variable)),
        sides => sides,
    };
    Condition { left, comparison, right }
}

fn parse_operand(cursor: &mut Cursor<'_>) -> Result<Operand, Unexpected> {
    for quote in ["\"", "'"] {
        if !cursor.rest().starts_with(quote) {
            continue;
        }
        let start = cursor.clone();
        cursor.take(quote);
        let value = cursor.take_while(|c| !quote.starts_with(c));
        if !cursor.take(quote) {
            return Err(start.unexpected(format!("the closing `{quote}` is missing for the value")));
        }
        if value.contains(['\n', '\r', '\0']) {
            return Err(start.unexpected("a value must be one line"));
        }
        return Ok(Operand::Value(value.to_owned()));
    }
    let start = cursor.clone();
    let word = cursor.take_while(is_word);
    match Variable::parse(word) {
        Some(variable) => Ok(Operand::Variable(variable)),
        None if word.is_empty() => Err(start.unexpected("a variable or a quoted value was expected")),
        None => Err(start.unexpected(format!("`{}` is no variable", shown(word)))),
    }
}

fn parse_comparison(cursor: &mut Cursor<'_>) -> Result<Comparison, Unexpected> {
    if cursor.take_word("in") {
        return Ok(Comparison::In);
    }
    if cursor.take_word("not") {
        return match cursor.skip_space() && cursor.take_word("in") {
            true => Ok(Comparison::NotIn),
            false => Err(cursor.unexpected("`in` was expected after `not`")),
        };
    }
    match Operator::ALL.into_iter().find(|o| cursor.take(o.text())) {
        Some(operator) => Ok(Comparison::Operator(operator)),
        None => Err(cursor.unexpected("`==`, `>=` or another comparison was expected")),
    }
}
