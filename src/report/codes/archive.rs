//! The codes of the strict readers: faults of the structure and the names of an archive.

use crate::report::codes::Code;

/// The codes of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "archive/absolute-path",
        title: "a member name is absolute",
        text: "A name such as `/tmp/e.py` makes an unpacker write where the archive likes instead of \
               where the user asked. PyPI lets it pass, pip refuses it. Build the archive from relative \
               paths.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/after-eof",
        title: "data follows the end of a tar",
        text: "Two blocks of zeros end a tar. Readers that stop there never see what follows, others \
               do, so two tools see two sdists. A common cause is `cat a.tar b.tar`; build the tar in \
               one go.",
        follows: "POSIX.1-2017 pax",
    },
    Code {
        code: "archive/backslash",
        title: "a member name has a backslash",
        text: "A backslash parts folders on Windows and is a plain character elsewhere, so `pkg\\x.py` \
               lands in different places. Builds on Windows that join paths themselves are the usual \
               cause. Join with `/`.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/bidi",
        title: "a member name has characters that hide or turn text",
        text: "Characters such as U+202E or a zero-width space make a name look like another: \
               `a<U+202E>yp.exe` reads as `aexe.py`. No project needs them in names. Rename the file.",
        follows: "Unicode TR 36",
    },
    Code {
        code: "archive/bomb",
        title: "the archive unpacks to far more than its size",
        text: "A few kilobytes that unpack to gigabytes fill the disk of whoever installs them. More \
               than 1 GiB in all, or a member above 16 MiB with more than 200 times its packed size, is \
               refused. Data such as a file of zeros can be made at first use instead.",
        follows: "",
    },
    Code {
        code: "archive/compression",
        title: "an entry uses a compression that not all installers know",
        text: "Installers know stored and deflated entries. Bzip2 (12), lzma (14) or zstd (93) entries \
               cannot be unpacked everywhere and PyPI refuses them. Use `zipfile.ZIP_DEFLATED`.",
        follows: "PEP 427",
    },
    Code {
        code: "archive/control-char",
        title: "a member name has a control character",
        text: "A newline, NUL or escape character in a name ends lines in RECORD, cuts names short, or \
               steers the terminal that lists it. `a\\x1b[2Jb.py` clears the screen. Rename the file.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/crc",
        title: "data does not have the checksum that the archive names",
        text: "The bytes are not those that were packed: the file was damaged or edited afterwards. \
               Some readers look at the checksum, others do not. Build again and upload that file.",
        follows: "APPNOTE.TXT 6.3; RFC 1952",
    },
    Code {
        code: "archive/data-descriptor",
        title: "the sizes of an entry follow its data",
        text: "A writer that cannot go back puts the sizes behind the data (flag bit 3). Where the data \
               ends is then a guess, and PyPI refuses the wheel. With Python's `zipfile`, write to a \
               real file or `io.BytesIO` instead of a pipe.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/deflate",
        title: "compressed data is damaged",
        text: "The compressed stream cannot be unpacked. The file was cut, damaged in transfer, or \
               changed as text (line ends!). Build again and compare digests before uploading.",
        follows: "RFC 1951",
    },
    Code {
        code: "archive/dir-with-data",
        title: "a directory carries data",
        text: "An entry whose name or type says directory has contents. Some readers skip it, others \
               write a file. `x.py/` with a body is such an entry.",
        follows: "APPNOTE.TXT 6.3; POSIX.1-2017 pax",
    },
    Code {
        code: "archive/drive-letter",
        title: "a member name begins with a drive letter",
        text: "`C:e.py` is relative to the current folder of drive C on Windows and a plain name \
               elsewhere. Build from relative paths.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/duplicate-entry",
        title: "one name stands in the archive twice",
        text: "Readers take the first or the last of the two, so a reviewer and an installer may see \
               different code. PyPI refuses such wheels. Hatch's `force-include` of a file that is also \
               selected is a usual cause; drop one of them.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/empty",
        title: "the file is empty",
        text: "There is nothing in the file. A build that ran out of disk leaves such files behind. \
               Build again.",
        follows: "",
    },
    Code {
        code: "archive/empty-name",
        title: "a member has no name",
        text: "A member without a name cannot be written anywhere. Only a broken or hostile writer \
               makes one. Build with a known backend.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/encrypted",
        title: "an entry is encrypted",
        text: "Nobody has the password when installing. Wheels never hold encrypted entries. Zip \
               without a password.",
        follows: "PEP 427",
    },
    Code {
        code: "archive/entry-count",
        title: "the end record counts other entries than there are",
        text: "The 16-bit count wraps at 65,536, and readers that trust it see 464 of 66,000 files. A \
               writer with zip64 support writes the true count. Python's `zipfile` has it by default.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/eocd-mismatch",
        title: "an end record does not describe the directory of the zip",
        text: "Size and place of the directory stand in the end record, and once more in the zip64 one. \
               Where these differ from the truth, two readers find two directories. Build again without \
               patching the file afterwards.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/extra-field",
        title: "the extra fields of an entry are malformed",
        text: "Extra fields are a list of id, length and value. A length past the end, or one id twice, \
               is read differently by different tools. Build with a plain zip writer.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/file-as-directory",
        title: "a member lies below another that is no directory",
        text: "With a file `d` and a file `d/x.py` in one archive, one of them cannot be written. \
               Rename one.",
        follows: "",
    },
    Code {
        code: "archive/gnu-format",
        title: "a long name is stored in the GNU format",
        text: "Names above 100 bytes have two notations; sdists use pax, and uv cannot install those \
               with GNU long names. With Python write `tarfile.open(..., format=tarfile.PAX_FORMAT)`.",
        follows: "PEP 721; POSIX.1-2017 pax",
    },
    Code {
        code: "archive/gzip-header",
        title: "the gzip header has fields that nobody needs",
        text: "Comments, extra fields and header checksums in a gzip header carry nothing for an sdist, \
               and hide data from readers that skip them. `gzip -n` and Python's `gzip` write none.",
        follows: "RFC 1952",
    },
    Code {
        code: "archive/header",
        title: "a header of the archive is malformed",
        text: "A checksum, number, flag or marker does not follow the format, so readers guess \
               differently. Sizes in GNU's binary form count among them. Build with a known backend.",
        follows: "APPNOTE.TXT 6.3; POSIX.1-2017 pax",
    },
    Code {
        code: "archive/header-mismatch",
        title: "the two descriptions of an entry differ",
        text: "A zip names every entry twice: before its data and in the directory at the end. A \
               difference in name or size shows one file to streaming readers and another to the rest. \
               Never patch a finished zip; build again.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/link",
        title: "a link leads out of the archive",
        text: "A link to `/etc/passwd` or `../../x` lets the next member write there. Installers that \
               follow PEP 721 refuse the whole sdist. Store a copy of the file.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/link-inside",
        title: "a member is a link",
        text: "Links that stay inside the tree are allowed, but Windows needs rights to make them and \
               some tools skip them. A copy works everywhere.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/missing-central",
        title: "an entry is not in the directory of the zip",
        text: "Streaming readers unpack the entry, all others never see it: a place to hide code. Build \
               again; deleting from a zip in place leaves such entries.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/missing-local",
        title: "the directory of the zip names an entry that is not there",
        text: "The directory points to a place where no entry begins. The file is cut, patched or \
               hostile. Build again.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/name-collision",
        title: "two names are one file where case does not count",
        text: "`Mod.py` and `mod.py`, or two spellings of `é`, overwrite each other on macOS and \
               Windows. The installed package then depends on the system. Rename one.",
        follows: "Unicode NFC",
    },
    Code {
        code: "archive/name-too-long",
        title: "a member name is too long",
        text: "File systems store 255 bytes for each part of a path. Longer names fail when installing, \
               not when building. Names above 1024 bytes in all stop the reading.",
        follows: "",
    },
    Code {
        code: "archive/nested-zip",
        title: "the comment of the zip holds another zip",
        text: "Readers look for the end record from the back or from the front, and find one zip or the \
               other. No build tool writes this. Build again and find out who changed the file.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/non-utf8-name",
        title: "a member name is not UTF-8",
        text: "Bytes that are not UTF-8, or not marked so in a zip, become different names on different \
               systems. `0x81` is `ü` in one code page and nothing in another. Use UTF-8 names.",
        follows: "APPNOTE.TXT 6.3; POSIX.1-2017 pax",
    },
    Code {
        code: "archive/not-gzip",
        title: "the file is not a gzip",
        text: "An sdist ends in `.tar.gz` and is a gzip with a tar in it. A plain tar under that name \
               fails in every installer. Build again instead of renaming.",
        follows: "PEP 625",
    },
    Code {
        code: "archive/not-zip",
        title: "the file is not a zip",
        text: "A wheel is a zip and begins with its first entry. This file begins with something else: \
               a download page or another format. Build again.",
        follows: "PEP 427",
    },
    Code {
        code: "archive/overlap",
        title: "two records of the directory share one entry",
        text: "Overlapping entries are how a small zip unpacks to petabytes. No honest writer makes \
               them. Build again.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/path-form",
        title: "a member name has an empty or a `.` part",
        text: "`./pkg/x.py` and `pkg//x.py` are the same file as `pkg/x.py`, but not the same name: \
               RECORD and installers compare names. `tar czf x.tar.gz ./pkg` makes such names; leave \
               the `./` out.",
        follows: "",
    },
    Code {
        code: "archive/path-traversal",
        title: "a member name leads out with `..`",
        text: "`../e.py` is written beside the folder that the user chose. PyPI lets it pass; pip \
               refuses it (CVE-2026-1703). Build from paths below the project.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/pax",
        title: "a pax header is malformed",
        text: "Pax headers are lines of `length key=value`. A wrong length, a header without a member \
               or another character set is read differently by different tools. Build with a known \
               backend.",
        follows: "POSIX.1-2017 pax",
    },
    Code {
        code: "archive/pax-duplicate",
        title: "a pax header gives one key twice",
        text: "With `path=a` and `path=b`, some readers take the first and some the last. Python never \
               writes this. Build again.",
        follows: "POSIX.1-2017 pax",
    },
    Code {
        code: "archive/pax-global",
        title: "a global pax header names all members",
        text: "A global header with `path` or `size` gives every member the same name or size. Comments \
               of `git archive` are fine, those keys are not.",
        follows: "POSIX.1-2017 pax",
    },
    Code {
        code: "archive/pax-path",
        title: "a pax header renames a member without need",
        text: "Readers without pax support see the other name. A pax `path` is only needed above 100 \
               bytes or beyond ASCII.",
        follows: "POSIX.1-2017 pax",
    },
    Code {
        code: "archive/pax-size-conflict",
        title: "a pax header and the header itself name different sizes",
        text: "A reader that takes the wrong one of the two sizes reads file contents as headers: that \
               is how CVE-2025-62518 smuggled files in. Build again with a known backend.",
        follows: "POSIX.1-2017 pax",
    },
    Code {
        code: "archive/polyglot",
        title: "the file is a zip to some readers and a tar to others",
        text: "Scanner and installer may choose different formats and see different contents. PyPI \
               refuses such files. Build again.",
        follows: "",
    },
    Code {
        code: "archive/prepended-data",
        title: "data stands before the first entry of the zip",
        text: "A script or another archive before the zip is skipped by readers that start at the end, \
               and run or read by others. Self-extracting zips are no wheels. Build again.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/setuid",
        title: "a member has a setuid, setgid or sticky bit",
        text: "Those bits give whoever runs the file the rights of its owner. PEP 721 clears them, \
               older tools do not. Run `chmod u-s,g-s,-t` on the file and build again.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/size-mismatch",
        title: "data does not have the size that its header names",
        text: "More or fewer bytes came out than announced, or bytes are left over behind the \
               compressed data. That room can hide a payload. Build again.",
        follows: "APPNOTE.TXT 6.3; RFC 1952",
    },
    Code {
        code: "archive/sparse",
        title: "a member is stored with holes",
        text: "GNU tar can leave out runs of zeros; many readers do not know how and PyPI refuses it. \
               Leave out `--sparse`.",
        follows: "POSIX.1-2017 pax",
    },
    Code {
        code: "archive/special-file",
        title: "a member is a device, a fifo or of an unknown type",
        text: "An sdist holds files and folders. A device or a fifo makes installers hang or fail. \
               Leave it out, often with an exclude of a test folder.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/special-mode",
        title: "an entry has a mode that does not fit its name",
        text: "The mode says device or directory where the name says file. Tools that restore modes \
               then fail. Build from regular files.",
        follows: "PEP 721",
    },
    Code {
        code: "archive/symlink",
        title: "an entry of a wheel is a symbolic link",
        text: "Wheels have no links: installers write the target's path as text, or follow it. Store a \
               copy of the file; PEP 778 would change this but is deferred.",
        follows: "PEP 778 (deferred)",
    },
    Code {
        code: "archive/text-too-large",
        title: "the texts that judging needs are too large",
        text: "METADATA, RECORD and their like are read into memory and bounded at 32 MiB together. \
               Larger ones belong to no honest project. A description that embeds images is the usual \
               cause.",
        follows: "",
    },
    Code {
        code: "archive/too-large",
        title: "the file is larger than the limit",
        text: "Reading stops at 2 GiB; PyPI stops at 100 MiB, or at 1 GiB for projects that asked. Ship \
               large data apart from the code.",
        follows: "",
    },
    Code {
        code: "archive/too-many-members",
        title: "the archive has too many members",
        text: "More than 100,000 members, or 32 MiB of names, make every installer slow and some fail. \
               Pack data files into one file.",
        follows: "",
    },
    Code {
        code: "archive/trailing-data",
        title: "data follows the end of the archive",
        text: "Bytes behind the end are ignored by some readers and read as a second archive by others. \
               Appended signatures and `cat a b` are usual causes. Ship signatures as files of their \
               own.",
        follows: "APPNOTE.TXT 6.3; RFC 1952",
    },
    Code {
        code: "archive/truncated",
        title: "the archive ends too early",
        text: "The file stops in the middle of a record or without its end blocks: an interrupted copy \
               or a full disk. Build or copy again and compare digests.",
        follows: "",
    },
    Code {
        code: "archive/unicode-extra",
        title: "an extra field gives an entry another name",
        text: "The Unicode path field (0x7075) replaces the name for readers that know it, and for them \
               only. Write the name as UTF-8 with flag bit 11 instead.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/unknown-kind",
        title: "the file is neither a wheel nor an sdist",
        text: "PyPI takes wheels and gzipped tars. Eggs, installers and zipped sdists are of the past. \
               Build with `python -m build` or `release build`.",
        follows: "PEP 427, 625",
    },
    Code {
        code: "archive/unknown-record",
        title: "bytes between the entries belong to no record",
        text: "Gaps between entries can hold anything, and readers that search for signatures find it. \
               Alignment tools (zipalign) leave gaps too. Build again without them.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/unreadable",
        title: "the file cannot be read",
        text: "The system returned an error while reading, so nothing can be said about the contents. \
               Look at the disk and the rights of the file.",
        follows: "",
    },
    Code {
        code: "archive/windows-name",
        title: "a member name cannot be written on Windows",
        text: "`con.py`, `aux`, a trailing dot or space, or one of `<>:\"|?*` fails or changes its \
               meaning on Windows, and with it the installation. Rename the file, or leave it out where \
               it is test data.",
        follows: "",
    },
    Code {
        code: "archive/zip-comment",
        title: "the zip or one of its entries has a comment",
        text: "A comment carries nothing for a wheel and moves the end record to where some readers do \
               not look. PyPI refuses comments of entries. Build without them.",
        follows: "APPNOTE.TXT 6.3",
    },
    Code {
        code: "archive/zip64-unneeded",
        title: "zip64 is used where sizes fit without",
        text: "Zip64 fields are one more place to name sizes, and readers handle them unevenly. \
               Python's `force_zip64=True` writes them for small files; leave it out.",
        follows: "APPNOTE.TXT 6.3",
    },
];
