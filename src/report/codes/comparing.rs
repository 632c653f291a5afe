//! The codes of `release compare`.

use crate::report::codes::Code;

/// The codes of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "compare/bytes",
        title: "two archives have the same contents and other bytes",
        text: "Whoever installs them gets the same files, but the archives have other digests, and `--exact` asks for \
               every byte. Dates of members are the usual reason: set `SOURCE_DATE_EPOCH` to the same second for both \
               builds. Other compressors, orders and owners are reasons, too; the notes beside it name those that \
               are known.",
        follows: "",
    },
    Code {
        code: "compare/differs",
        title: "members have other contents",
        text: "The bytes of a file, or the target of a link, are not the same in both archives. `--diff` shows the \
               lines of texts. For METADATA and PKG-INFO the fields are told, for RECORD the rows that do not follow \
               from other members. Line ends that git converts are a common cause.",
        follows: "",
    },
    Code {
        code: "compare/directories",
        title: "one archive has entries of directories",
        text: "Installers make the folders that files lie in, so an entry for a folder changes nothing, unless it is \
               the entry of an empty one. uv_build writes them, hatchling and flit do not. It is told and does not \
               count.",
        follows: "",
    },
    Code {
        code: "compare/executable-bit",
        title: "members are executable in one archive only",
        text: "A script that is executable where it was built and not where it is installed does not start. Archives \
               made on Windows, or from a checkout that lost its modes, have no such bits. `git update-index \
               --chmod=+x FILE` puts it right at the source.",
        follows: "",
    },
    Code {
        code: "compare/file-name",
        title: "two archives have other file names",
        text: "The name of a wheel says for which project, version, Python and platform it is, and installers go by \
               it: the same contents under another name are another wheel. For an sdist the name says project and \
               version. Compare files of one name, or put up with it where one was renamed on the way.",
        follows: "PEP 427, 625",
    },
    Code {
        code: "compare/generator",
        title: "WHEEL names another generator",
        text: "The line `Generator` of WHEEL says which program built the wheel, with its version. Nothing reads it \
               when a wheel is installed, so it is told and does not count, nor does the row of RECORD that holds the \
               digest of WHEEL.",
        follows: "PEP 427",
    },
    Code {
        code: "compare/kind",
        title: "members are of another kind",
        text: "One archive has a file where the other has a link. Installers on Windows, and those that follow PEP 721 \
               to the letter, may not make links, so the two do not install alike. hatchling and flit keep links in \
               sdists, setuptools and uv_build store what they lead to.",
        follows: "PEP 721",
    },
    Code {
        code: "compare/nothing",
        title: "there was nothing to compare",
        text: "Neither folder has a wheel (`*.whl`) or an sdist (`*.tar.gz`), so nothing can be said about them. Build \
               first, or name the folders that the archives really lie in; folders inside them are not searched.",
        follows: "",
    },
    Code {
        code: "compare/only-in-a",
        title: "something is only in the first",
        text: "The first archive has members, or the first folder has archives, that the second lacks. A file that \
               a build leaves out is most often one that it was not told about: package data, a module outside of the \
               packages, a file that `.gitignore` names. The lines below name each.",
        follows: "",
    },
    Code {
        code: "compare/only-in-b",
        title: "something is only in the second",
        text: "The second archive has members, or the second folder has archives, that the first lacks. What comes in \
               without being asked for is often a cache, an editor's copy or a file left from an earlier build in \
               `build/`. The lines below name each.",
        follows: "",
    },
    Code {
        code: "compare/order",
        title: "the members stand in another order",
        text: "The members that both archives have do not follow one another in the same order. Installers unpack all \
               of them, so it is told and does not count. It makes other bytes and another digest, and comes from a \
               folder that was read unsorted.",
        follows: "",
    },
    Code {
        code: "compare/other-bytes",
        title: "same contents, other bytes of the archive",
        text: "Names, contents and executable bits of all members are the same, and yet the files differ: in the dates \
               of members, in owners or other bits of their modes, or in how they were compressed. It is told and \
               does not count; with `--exact` it does.",
        follows: "",
    },
    Code {
        code: "compare/record-form",
        title: "RECORD is written in another form",
        text: "The rows of RECORD say the same in both wheels, in another order or with other line ends: flit ends them \
               with CR and LF, others with LF. Installers read it as a table, so it is told and does not count.",
        follows: "PEP 376, 627",
    },
    Code {
        code: "compare/top-folder",
        title: "the members lie in other folders",
        text: "All members of an sdist lie in one folder `name-version`, and the metadata of a wheel in one folder \
               `name-version.dist-info`. Those of the two archives are called otherwise, as they are in two versions. \
               Their members are compared below that folder.",
        follows: "PEP 427, 625",
    },
    Code {
        code: "compare/unreadable",
        title: "an archive cannot be compared",
        text: "The strict readers found something that two programs could read differently: a duplicate name, sizes \
               that disagree, data behind the end. Whatever would be said of its contents would hold for one of these \
               programs only, so nothing is said, and the answer is that it cannot tell. `release check FILE` says \
               more.",
        follows: "",
    },
];
