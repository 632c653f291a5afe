//! Codes of lock files.

use crate::report::codes::Code;

/// Every code of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "dependencies/too-large",
        title: "a lock file is larger than any real one",
        text: "Lock files are read whole, so a limit keeps a wrong or hostile file from filling the \
               memory. Files of thousands of packages stay far below it. Check that the path names \
               the lock file of this project, for instance `uv.lock`, and not an archive beside it.",
        follows: "",
    },
    Code {
        code: "dependencies/too-many",
        title: "a lock file locks more packages than any real one",
        text: "Each locked package is compared with every advisory about it, so their number is \
               limited. A real project locks hundreds of packages, rarely thousands. Check that the \
               file was written by a tool and belongs to this project.",
        follows: "",
    },
    Code {
        code: "dependencies/toml",
        title: "a lock file is no TOML",
        text: "The file cannot be parsed, often because a merge left its markers in it, such as \
               `<<<<<<< HEAD`. A part of a lock file is not audited, for the rest could hold what \
               matters. Write it anew with `uv lock`.",
        follows: "TOML 1.0",
    },
    Code {
        code: "dependencies/lock-version",
        title: "a lock file has a layout that is not known",
        text: "`uv.lock` begins with `version = 1`; a higher number means that entries may mean \
               something else. Reading them anyway could miss packages without a word. Export the \
               lock with `uv export --output-file requirements.txt` and audit that file, or use a \
               newer `release`.",
        follows: "uv: Lockfile versioning",
    },
    Code {
        code: "dependencies/malformed",
        title: "an entry of a lock file has another shape than its format says",
        text: "An entry lacks its name, names a source of no known kind, or has a version that is \
               no text. Leaving it out would count it as safe. Write the lock file anew with \
               `uv lock`, and do not edit it by hand.",
        follows: "uv: Lockfile",
    },
];
