//! The texts of `pyproject.toml` and their grammars. Each says why it refuses: the end of a sentence that begins with
//! the key.

use crate::archive::shown;
use crate::python::entry_points::EntryPoint;
use crate::python::identifier::is_identifier;
use crate::python::license::LicenseExpression;
use crate::python::metadata::ImportName;
use crate::python::name::ProjectName;
use crate::python::requirement::Requirement;
use crate::python::spdx;
use crate::python::specifier::SpecifierSet;
use crate::python::version::Version;

type Fit = Result<(), String>;

fn parsed<T, E: std::fmt::Display>(result: Result<T, E>) -> Fit {
    result.map(|_| ()).map_err(|error| format!("is refused: {error}"))
}

pub(super) fn name(text: &str) -> Fit {
    parsed(text.parse::<ProjectName>())
}

pub(super) fn version(text: &str) -> Fit {
    parsed(text.parse::<Version>())
}

pub(super) fn specifiers(text: &str) -> Fit {
    parsed(text.parse::<SpecifierSet>())
}

pub(super) fn requirement(text: &str) -> Fit {
    parsed(text.parse::<Requirement>())
}

pub(super) fn import_name(text: &str) -> Fit {
    text.parse::<ImportName>().map(|_| ())
}

/// An expression whose ids are on SPDX's list.
pub(super) fn license(text: &str) -> Fit {
    let expression: LicenseExpression = text.parse().map_err(|error| format!("is refused: {error}"))?;
    let unknown = |id: String| format!("has `{}`, which is not on SPDX's list of licenses", shown(&id));
    spdx::canonical(&expression).map(|_| ()).map_err(unknown)
}

/// A pattern of license files (PEP 639).
pub(super) fn license_pattern(text: &str) -> Fit {
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.starts_with('/') || text.contains('\\') || text.as_bytes().get(1) == Some(&b':') {
        return Err(format!("has `{}`, which must be relative and use `/`", shown(text)));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(format!("has `{}`, which leads out of the project", shown(text)));
    }
    Ok(())
}

/// As validate-pyproject and setuptools have it: one `@`, and a dot behind it.
pub(super) fn email(text: &str) -> Fit {
    let is_address = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.contains('@')
            && domain.char_indices().skip(1).any(|(at, c)| c == '.' && at + 1 < domain.len())
    });
    match is_address && !text.contains(['\n', '\r', '<', '>']) {
        true => Ok(()),
        false => Err(format!("has `{}`, which is no address", shown(text))),
    }
}

pub(super) fn any(_: &str) -> Fit {
    Ok(())
}

pub(super) fn filled(text: &str) -> Fit {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(()) }
}

/// The label of a URL.
pub(super) fn label(text: &str) -> Fit {
    let length = text.chars().count();
    match length {
        0 => Err("must not be empty".to_owned()),
        1..=32 => Ok(()),
        more => Err(format!("has {more} characters, and PyPI takes up to 32")),
    }
}

/// What PyPI takes: a scheme it knows and a host.
pub(super) fn url(text: &str) -> Fit {
    let scheme = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let rest = match (scheme("https://"), scheme("http://")) {
        (true, _) => &text[8..],
        (_, true) => &text[7..],
        _ => return Err(format!("has `{}`, which must begin with `https://` or `http://`", shown(text))),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
    match host.is_empty() || text.contains(char::is_whitespace) {
        true => Err(format!("has `{}`, which is no URL", shown(text))),
        false => Ok(()),
    }
}

/// The content type of a description, as PyPI takes it.
pub(super) fn content_type(text: &str) -> Fit {
    text.parse::<crate::python::metadata::ContentType>().map(|_| ())
}

fn is_dotted(text: &str) -> bool {
    text.split('.').all(|part| is_identifier(part.trim()))
}

/// `module` or `module:object` (PEP 517).
pub(super) fn backend(text: &str) -> Fit {
    let (module, object) = text.split_once(':').map_or((text, None), |(module, object)| (module, Some(object)));
    match is_dotted(module) && object.is_none_or(is_dotted) {
        true => Ok(()),
        false => Err(format!("has `{}`, which is no `module` or `module:object`", shown(text))),
    }
}

pub(super) fn entry_point(text: &str) -> Fit {
    parsed(text.parse::<EntryPoint>())
}

/// What a command refers to: installers write a script that imports a function from a module.
pub(super) fn command(text: &str) -> Fit {
    let entry: EntryPoint = text.parse().map_err(|error| format!("is refused: {error}"))?;
    match entry.attr {
        Some(_) => Ok(()),
        None => Err(format!("has `{}`, which names no function: `{0}:main` would", shown(text))),
    }
}

pub(super) fn command_name(text: &str) -> Fit {
    let is_plain = |c: char| c == '_' || c == '.' || c == '-' || c.is_alphanumeric();
    entry_name(text)?;
    match text.chars().all(is_plain) {
        true => Ok(()),
        false => Err("must be of letters, digits, `_`, `.` and `-`: PyPI refuses others".to_owned()),
    }
}

pub(super) fn entry_name(text: &str) -> Fit {
    let is_odd = text.is_empty()
        || text.starts_with(|c: char| c == '[' || c.is_whitespace())
        || text.ends_with(char::is_whitespace)
        || text.contains('=');
    match is_odd {
        true => Err("has `=`, blanks around it or `[` before it, or is empty".to_owned()),
        false => Ok(()),
    }
}

pub(super) fn entry_group(text: &str) -> Fit {
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c == '_' || c.is_alphanumeric());
    match text {
        "console_scripts" => Err("belongs into `[project.scripts]`".to_owned()),
        "gui_scripts" => Err("belongs into `[project.gui-scripts]`".to_owned()),
        _ if text.split('.').all(is_word) => Ok(()),
        _ => Err("must be words parted by dots".to_owned()),
    }
}

/// A dotted name with `-` allowed inside, as setuptools lets modules be called.
pub(super) fn module(text: &str) -> Fit {
    let is_stub = text.ends_with("-stubs");
    let is_module = |text: &str| text.replace('-', "_").split('.').all(is_identifier);
    match !is_stub && !text.starts_with('-') && !text.ends_with('-') && is_module(text) {
        true => Ok(()),
        false => Err(format!("has `{}`, which is no module", shown(text))),
    }
}

/// A module, or a package of type stubs.
pub(super) fn package(text: &str) -> Fit {
    let (top, rest) = text.split_once('.').map_or((text, None), |(top, rest)| (top, Some(rest)));
    let is_stub = top.strip_suffix("-stubs").is_some_and(is_identifier)
        && rest.is_none_or(|rest| rest.split('.').all(is_identifier));
    if is_stub { Ok(()) } else { module(text) }
}

pub(super) fn package_or_root(text: &str) -> Fit {
    if text.is_empty() { Ok(()) } else { package(text) }
}

pub(super) fn package_or_all(text: &str) -> Fit {
    if text == "*" { Ok(()) } else { package(text) }
}

/// A dotted name of code.
pub(super) fn qualified(text: &str) -> Fit {
    match text.split('.').all(is_identifier) {
        true => Ok(()),
        false => Err(format!("has `{}`, which is no dotted name", shown(text))),
    }
}

/// What a field may be called in `dynamic`.
pub(super) fn dynamic(text: &str) -> Fit {
    match super::schema::FIELDS.contains(&text) {
        true => Ok(()),
        false if text == "name" => Err("has `name`, which must be written".to_owned()),
        false => Err(format!("has `{}`, which is no field", shown(text))),
    }
}
