//! The modules of Python's standard library; `data/stdlib.txt` says from where and of which date.
//!
//! Follows warehouse (`packaging/services.py`), which refuses new projects named after any module of any Python.

use super::name::{ProjectName, normalize};

const LIST: &str = include_str!("data/stdlib.txt");

/// The newest Python of the list.
pub const NEWEST: &str = "3.14";

/// Modules that Python itself is made of, which the list leaves out: `sys.stdlib_module_names` of CPython 3.10.13, 3.11.7,
/// 3.12.1 and 3.13.0, and the news of 3.14; read 2026-11-22.
const PRIVATE: &str = "\
__future__ _abc _aix_support _android_support _ast _ast_unparse _asyncio _bisect _blake2 _bootsubprocess _bz2 \
_codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc \
_colorize _compat_pickle _compression _contextvars _crypt _csv _ctypes _curses _curses_panel _datetime _dbm \
_decimal _elementtree _frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib _heapq _hmac _imp \
_interpchannels _interpqueues _interpreters _io _ios_support _json _locale _lsprof _lzma _markupbase _md5 _msi \
_multibytecodec _multiprocessing _opcode _opcode_metadata _operator _osx_support _overlapped _pickle \
_posixshmem _posixsubprocess _py_abc _py_warnings _pydatetime _pydecimal _pyio _pylong _pyrepl _queue _random \
_remote_debugging _scproxy _sha1 _sha2 _sha256 _sha3 _sha512 _signal _sitebuiltins _socket _sqlite3 _sre _ssl \
_stat _statistics _string _strptime _struct _suggestions _symtable _sysconfig _thread _threading_local \
_tkinter _tokenize _tracemalloc _types _typing _uuid _warnings _weakref _weakrefset _winapi _wmi _zoneinfo \
_zstd";

/// The release of stdlib-list that the list comes from.
pub fn version() -> &'static str {
    LIST.split(' ').nth(2).unwrap_or_default()
}

/// Whether a module of any Python has this name, so that PyPI takes no new project of it. Modules below packages count,
/// too: `xml-dom` is refused.
pub fn is_module_of_any(name: &ProjectName) -> bool {
    const SIGNS: [char; 3] = ['-', '_', '.'];
    // To normalize all of them would take longer than to judge a small wheel.
    let first = name.normalized().chars().next();
    let lines = LIST.lines().skip(1).map(|line| line.trim_start_matches(SIGNS));
    let mut alike = lines.filter(|line| line.chars().next().map(|c| c.to_ascii_lowercase()) == first);
    alike.any(|line| {
        let module = line.split(' ').next().unwrap_or_default();
        normalize(module.trim_end_matches(SIGNS)) == name.normalized()
    })
}

/// The newest Python that has a top-level module of this name.
fn last(name: &str) -> Option<&'static str> {
    if name.contains(['.', ' ', '\n']) {
        return None;
    }
    let line = format!("\n{name} ");
    let at = memchr::memmem::find(LIST.as_bytes(), line.as_bytes())?;
    LIST[at + line.len()..].lines().next()?.split(' ').nth(1)
}

/// Whether the newest Python has a top-level module of this name, which then wins over an installed one.
pub fn is_module(name: &str) -> bool {
    last(name) == Some(NEWEST)
}

/// Whether a Python that is still in use (3.10 and newer) has a top-level module of this name, so that an import of it
/// needs nobody.
pub fn is_provided(name: &str) -> bool {
    const IN_USE: [&str; 5] = ["3.10", "3.11", "3.12", "3.13", NEWEST];
    last(name).is_some_and(|last| IN_USE.contains(&last)) || PRIVATE.split(' ').any(|private| private == name)
}
