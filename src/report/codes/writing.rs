//! The codes of the writers of archives.

use crate::report::codes::Code;

/// The codes of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "write/changed",
        title: "a file changed while it was being packed",
        text: "The size of every file is noted when the members are chosen. When it is read it has another one, so \
               something else writes to the project at the same time: an editor, a test run, a generator. Half of an \
               old and half of a new file is no release. Build again when nothing else writes there.",
        follows: "",
    },
    Code {
        code: "write/member",
        title: "a file cannot be a member of the archive",
        text: "Readers would refuse such a member or take it differently: two files of one path, a path with `..` or \
               a control character such as `a\\nb.py`, one of more than 1024 bytes, or a symbolic link in a wheel, \
               for which the format has no form. Rename the file, or leave it out by the settings of the backend.",
        follows: "PEP 427, 721",
    },
    Code {
        code: "write/output",
        title: "an archive could not be written",
        text: "The disk is full, the folder may not be written, or a quota is used up; the cause says which. Nothing \
               half written takes the place of an archive. Make room, or name another folder with `--out-dir`.",
        follows: "",
    },
];
