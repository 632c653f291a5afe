//! Whose a name is on an index, as far as anybody may see: its listing, its status (PEP 792), its owners and
//! links by the JSON API where there is one; and names that PyPI never gives out. Looks only.

use serde_json::Value;

use super::error::IndexError;
use super::listing::Listing;
use crate::config::targets::Index;
use crate::effects::http::HttpLook;
use crate::python::name::ProjectName;

/// More owners or links than these are not shown.
const MOST: usize = 20;

/// What an index shows of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the index has a project of this name.
    pub known: bool,
    /// How many files it has.
    pub files: usize,
    /// `active`, `archived`, `quarantined`, `deprecated`; nothing where the index does not tell.
    pub status: Option<String>,
    /// The users who own or maintain it; nothing where the index does not tell.
    pub owners: Option<Vec<String>>,
    /// The links of the newest release.
    pub links: Vec<String>,
}

/// Asks an index about a name.
///
/// # Errors
/// It does not answer, or with something else than a simple API.
pub fn look(http: HttpLook<'_>, index: &Index, name: &ProjectName) -> Result<Standing, IndexError> {
    let listing = Listing::of(http, index, name)?;
    Ok(if listing.known { detail(http, index, name, &listing) } else { Standing::default() })
}

/// The same of a project whose files are known.
pub fn detail(http: HttpLook<'_>, index: &Index, name: &ProjectName, listing: &Listing) -> Standing {
    let mut standing =
        Standing { known: true, files: listing.files.len(), status: listing.status.clone(), ..Standing::default() };
    let Some(base) = index.simple.strip_suffix("/simple/") else { return standing };
    let url = format!("{base}/pypi/{}/json", name.normalized());
    // An index without this document says nothing more; that is no fault of it.
    let Ok(answer) = http.get(&url, "application/json") else { return standing };
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == 200 {
        standing.owners = owners(&value);
        standing.links = links(&value["info"]);
    }
    standing
}

/// A project of the index whose name PyPI calls too similar to a new one, as far as it can be asked for: an index looks
/// up names, and does not search. No answer is no such project, and no promise.
pub fn similar(http: HttpLook<'_>, index: &Index, name: &ProjectName) -> Option<String> {
    let own = name.normalized();
    let bare: String = own.chars().filter(|c| *c != '-').collect();
    let swap = |from: char, to: char| bare.replace(from, &to.to_string());
    let mut candidates =
        vec![bare.clone(), swap('0', 'o'), swap('o', '0'), swap('1', 'l'), swap('l', '1'), swap('i', 'l')];
    candidates.sort();
    candidates.dedup();
    let wanted = confusable(own);
    let fitting = candidates.into_iter().filter(|candidate| candidate != own && confusable(candidate) == wanted);
    fitting.filter_map(|candidate| candidate.parse::<ProjectName>().ok()).find_map(|candidate| {
        let listing = Listing::of(http, index, &candidate).ok()?;
        listing.known.then(|| candidate.to_string())
    })
}

fn owners(value: &Value) -> Option<Vec<String>> {
    let roles = value["ownership"]["roles"].as_array()?;
    let mut users: Vec<String> =
        roles.iter().filter_map(|role| role["user"].as_str()).take(MOST).map(str::to_owned).collect();
    users.extend(value["ownership"]["organization"].as_str().map(str::to_owned));
    users.sort();
    users.dedup();
    Some(users)
}

fn links(info: &Value) -> Vec<String> {
    let mut found: Vec<String> =
        info["home_page"].as_str().filter(|url| !url.is_empty()).map(str::to_owned).into_iter().collect();
    let urls = info["project_urls"].as_object();
    found.extend(urls.into_iter().flatten().filter_map(|(_, url)| url.as_str().map(str::to_owned)));
    found.truncate(MOST);
    found
}

/// A name as PyPI compares it when somebody wants a new one: without separators, and with letters and digits
/// that look alike made the same.
pub fn confusable(name: &str) -> String {
    let letters = name.chars().filter(|c| !matches!(c, '.' | '-' | '_'));
    letters
        .map(|c| match c.to_ascii_lowercase() {
            'l' | 'i' => '1',
            'o' => '0',
            other => other,
        })
        .collect()
}

/// The module of the standard library that a name looks like: PyPI gives no such name to anybody.
pub fn standard_module(name: &str) -> Option<&'static str> {
    let wanted = confusable(name);
    MODULES.iter().find(|module| confusable(module) == wanted).copied()
}

/// The top-level modules of Python 3.14 and of the versions before it that are still in use.
const MODULES: &[&str] = &[
    "abc",
    "annotationlib",
    "antigravity",
    "argparse",
    "array",
    "ast",
    "asynchat",
    "asyncio",
    "asyncore",
    "atexit",
    "base64",
    "bdb",
    "binascii",
    "bisect",
    "builtins",
    "bz2",
    "calendar",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "compression",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "cprofile",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "distutils",
    "doctest",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "idlelib",
    "imaplib",
    "imp",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "lib2to3",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "nntplib",
    "nt",
    "ntpath",
    "nturl2path",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "pyclbr",
    "pydoc",
    "pyexpat",
    "py_compile",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtpd",
    "smtplib",
    "socket",
    "socketserver",
    "sqlite3",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "tempfile",
    "termios",
    "textwrap",
    "this",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "turtledemo",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
];
