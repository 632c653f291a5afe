//! Entry points, from wherever they are declared.

use std::collections::BTreeSet;

use super::super::super::declared::Declared;
use super::super::super::metadata::lines;
use super::super::super::native::Reason;
use super::dynamic::Dynamic;
use super::ini::{Ini, list};
use crate::python::entry_points::{CONSOLE_SCRIPTS, EntryPoint, GUI_SCRIPTS};

type Groups = Vec<(String, Vec<(String, String)>)>;

/// Those of `[project]`, or of the file that it names for them.
pub(super) fn declared(declared: &Declared, dynamic: &mut Dynamic<'_>) -> Result<Groups, Reason> {
    const FIELDS: [&str; 3] = ["scripts", "gui-scripts", "entry-points"];
    let is_dynamic = FIELDS.iter().any(|field| declared.is_dynamic(field));
    let is_static = FIELDS.iter().any(|field| declared.keys.iter().any(|key| key == field));
    let mut groups = declared.entry_points.clone();
    if is_dynamic {
        const KEY: &str = "tool.setuptools.dynamic.entry-points";
        if is_static {
            return Err(Reason::new("project.dynamic", "entry points are declared, too"));
        }
        let ini = Ini::parse("entry points", &dynamic.text("entry-points")?, &['='])?;
        for name in ini.names() {
            let field = match name {
                CONSOLE_SCRIPTS => "scripts",
                GUI_SCRIPTS => "gui-scripts",
                _ => "entry-points",
            };
            if field != "entry-points" && !declared.is_dynamic(field) {
                return Err(Reason::new("project.dynamic", format!("`{field}` is not in it")));
            }
            let items = ini.section(name).unwrap_or_default().to_vec();
            if items.iter().any(|(_, value)| value.contains('\n')) {
                return Err(Reason::new(KEY, "a value has several lines"));
            }
            groups.push((name.to_owned(), items));
        }
    } else {
        if let Some((group, _)) = groups.iter().find(|(group, _)| group == CONSOLE_SCRIPTS || group == GUI_SCRIPTS) {
            return Err(Reason::new(format!("project.entry-points.{group}"), "it has a table of its own"));
        }
        groups.push((CONSOLE_SCRIPTS.to_owned(), declared.scripts.clone()));
        groups.push((GUI_SCRIPTS.to_owned(), declared.gui_scripts.clone()));
    }
    checked(groups, "project.entry-points")
}

/// Those of `setup.cfg`.
pub(super) fn from_ini(ini: &Ini) -> Result<Groups, Reason> {
    const KEY: &str = "`[options.entry_points]` of `setup.cfg`";
    let mut groups = Groups::new();
    for (group, value) in ini.section("options.entry_points").unwrap_or_default() {
        let mut items = Vec::new();
        for line in list(value, ',').iter().flat_map(|item| lines(item)).filter(|line| !line.starts_with('#')) {
            let (name, value) = line.split_once('=').ok_or_else(|| Reason::new(KEY, format!("`{line}` has no `=`")))?;
            items.push((name.to_owned(), value.to_owned()));
        }
        groups.push((group.clone(), items));
    }
    checked(groups, KEY)
}

/// The same without blanks around names and values, as long as all can be read again.
fn checked(groups: Groups, shown: &str) -> Result<Groups, Reason> {
    let mut found = Groups::new();
    for (group, items) in groups {
        let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric());
        if !group.split('.').all(is_word) {
            return Err(Reason::new(shown, format!("`{group}` is no name of a group")));
        }
        let mut names = BTreeSet::new();
        let mut plain = Vec::new();
        for (name, value) in items {
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            let is_name = !name.is_empty() && !name.starts_with(['[', '#']) && !name.contains(['=', '\n', '\r']);
            let is_value = value.parse::<EntryPoint>().is_ok()
                && !value.contains(['\n', '\r'])
                && (value.contains(':') || !value.contains('['));
            if !is_name || !is_value || !names.insert(name.clone()) {
                return Err(Reason::new(shown, format!("`{name} = {value}` is no entry point, or there twice")));
            }
            plain.push((name, value));
        }
        found.push((group, plain));
    }
    Ok(found)
}
