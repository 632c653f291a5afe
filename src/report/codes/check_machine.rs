//! The codes of the rules over machine code.

use crate::report::codes::Code;

/// The codes of this family.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/binary-in-pure-wheel",
        title: "machine code in a wheel for any platform",
        text: "A shared library runs on one platform, but the tag `any` offers the wheel to all. A \
               wheel with `_native.so` needs a tag such as `cp312-cp312-manylinux_2_28_x86_64`; run \
               auditwheel or delocate on it.",
        follows: "PEP 427",
    },
    Code {
        code: "check/debug-symbols",
        title: "machine code carries debug information",
        text: "Sections such as `.debug_info` are for debuggers; they often make a library five times as large, and \
               they name the folders of the machine that built it. Build with `-g0`, or run `strip --strip-debug` on \
               the library before the wheel is packed.",
        follows: "",
    },
    Code {
        code: "check/machine-mismatch",
        title: "machine code is for another machine than the wheel's tag",
        text: "The header of each library says which system and processor it is for. A wheel tagged \
               `manylinux_2_28_aarch64` with a library for x86_64 installs and then fails at the first import; a \
               cross-compiling job that forgot to set its target makes such wheels. Build it again for the platform \
               of the tag.",
        follows: "PEP 425",
    },
    Code {
        code: "check/platform-without-binary",
        title: "a wheel for one platform has no machine code",
        text: "The tag keeps users of other platforms from a wheel that would run there. If there is no \
               extension module, let the backend tag it `py3-none-any`.",
        follows: "PEP 427",
    },
    Code {
        code: "check/purelib-with-binary",
        title: "machine code is installed where only pure Python belongs",
        text: "Some systems keep pure Python in a folder that machines of several kinds share. `Root-Is-Purelib: true` \
               in WHEEL, or the folder `NAME-VERSION.data/purelib`, puts the library there, and the other machines \
               load it, too. Write `Root-Is-Purelib: false`, as backends do when they know of the library.",
        follows: "PEP 427",
    },
];
