//! Machine code: what it runs on, and whether that is what the wheel is tagged for.
//!
//! Reads no more than the first header of ELF, Mach-O and PE. What else of the system a library needs is left to
//! auditwheel and delocate.

use std::collections::BTreeSet;

use crate::archive::{Member, Scan, shown};
use crate::python::filename::WheelName;
use crate::report::Severity::{Error, Warning};

use super::contents::files;
use super::judge::Docket;
use super::observed::Observed;
use super::rules::Pass::Contents;
use super::rules::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "check/binary-in-pure-wheel",
        severity: Warning,
        pass: Contents,
        summary: "machine code in a wheel for any platform",
        help: "tag the wheel with its platform",
        peers: &["auditwheel show"],
        follows: "PEP 427",
    },
    Rule {
        code: "check/debug-symbols",
        severity: Warning,
        pass: Contents,
        summary: "machine code carries debug information",
        help: "strip the libraries before the wheel is made",
        peers: &["pydistcheck compiled-objects-have-debug-symbols"],
        follows: "",
    },
    Rule {
        code: "check/machine-mismatch",
        severity: Error,
        pass: Contents,
        summary: "machine code is for another machine than the wheel's tag",
        help: "build the wheel on the platform of its tag, or tag it with the platform of its code",
        peers: &["auditwheel show"],
        follows: "PEP 425",
    },
    Rule {
        code: "check/platform-without-binary",
        severity: Warning,
        pass: Contents,
        summary: "a wheel for one platform has no machine code",
        help: "tag the wheel `any` if it is pure",
        peers: &[],
        follows: "PEP 427",
    },
    Rule {
        code: "check/purelib-with-binary",
        severity: Warning,
        pass: Contents,
        summary: "machine code is installed where only pure Python belongs",
        help: "write `Root-Is-Purelib: false`, and put libraries into `platlib`",
        peers: &["auditwheel show"],
        follows: "PEP 427",
    },
];

/// The format of machine code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Linux, Android and other Unix systems.
    Elf,
    /// macOS and iOS.
    MachO,
    /// Windows.
    Pe,
}

/// A member that is machine code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The member.
    pub member: String,
    /// Its format.
    pub format: Format,
    /// The processors that it is for, as tags of wheels name them; empty where the header tells none that tags know.
    pub processors: Vec<&'static str>,
    /// Whether it carries debug information.
    pub has_debug: bool,
}

impl Machine {
    /// Bytes that tell whether a member is machine code.
    pub(super) const MAGIC: usize = 4;
    /// Bytes that tell what it is for.
    pub(super) const HEAD: usize = 1024;

    /// Whether bytes begin like machine code.
    pub(super) fn begins(head: &[u8]) -> bool {
        const MACH_O: [[u8; 4]; 6] = [
            [0xfe, 0xed, 0xfa, 0xce],
            [0xfe, 0xed, 0xfa, 0xcf],
            [0xce, 0xfa, 0xed, 0xfe],
            [0xcf, 0xfa, 0xed, 0xfe],
            [0xca, 0xfe, 0xba, 0xbe],
            [0xca, 0xfe, 0xba, 0xbf],
        ];
        head.starts_with(b"\x7fELF") || head.starts_with(b"MZ") || MACH_O.iter().any(|magic| head.starts_with(magic))
    }

    /// What the head of a member tells; nothing where it is no machine code.
    pub(super) fn of(head: &[u8], has_debug: bool) -> Option<Self> {
        let (format, processors) = match head.first_chunk::<4>()? {
            b"\x7fELF" => (Format::Elf, elf(head)),
            [0xca, 0xfe, 0xba, 0xbe] => (Format::MachO, universal(head, 20)?),
            [0xca, 0xfe, 0xba, 0xbf] => (Format::MachO, universal(head, 32)?),
            [0xfe, 0xed, 0xfa, 0xce | 0xcf] => (Format::MachO, mach_o(number(head, 4, 4, false)).into_iter().collect()),
            [0xce | 0xcf, 0xfa, 0xed, 0xfe] => (Format::MachO, mach_o(number(head, 4, 4, true)).into_iter().collect()),
            [b'M', b'Z', ..] => (Format::Pe, pe(head)?),
            _ => return None,
        };
        Some(Machine { member: String::new(), format, processors, has_debug })
    }

    pub(super) fn named(mut self, member: &str) -> Self {
        member.clone_into(&mut self.member);
        self
    }

    /// Whether Python imports it: by the ending that only extension modules have.
    fn is_extension(&self) -> bool {
        let file = self.member.rsplit('/').next().unwrap_or(&self.member);
        file.ends_with(".pyd")
            || (file.ends_with(".so") && [".cpython-", ".abi3.", ".pypy"].iter().any(|part| file.contains(part)))
    }

    fn is_library(&self) -> bool {
        let file = self.member.rsplit('/').next().unwrap_or(&self.member);
        [".so", ".pyd", ".dylib", ".dll"].iter().any(|end| file.ends_with(end)) || file.contains(".so.")
    }

    /// What it is for, in words.
    fn described(&self) -> String {
        let system = match self.format {
            Format::Elf => "ELF",
            Format::MachO => "Mach-O",
            Format::Pe => "PE",
        };
        if self.processors.is_empty() {
            system.to_owned()
        } else {
            format!("{system} for {}", self.processors.join(" and "))
        }
    }
}

/// A number in a header, `None` beyond its end.
fn number(head: &[u8], at: usize, bytes: usize, is_little: bool) -> Option<u32> {
    let field = head.get(at..at.checked_add(bytes)?)?;
    let add = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
    Some(if is_little { field.iter().rev().fold(0, add) } else { field.iter().fold(0, add) })
}

fn elf(head: &[u8]) -> Vec<&'static str> {
    let is_little = head.get(5) == Some(&1);
    let processor = match number(head, 18, 2, is_little) {
        Some(3) => "i686",
        Some(20) => "ppc",
        Some(21) if is_little => "ppc64le",
        Some(21) => "ppc64",
        Some(22) => "s390x",
        Some(40) => "armv7l",
        Some(62) => "x86_64",
        Some(183) => "aarch64",
        Some(243) => "riscv64",
        Some(258) => "loongarch64",
        _ => return Vec::new(),
    };
    vec![processor]
}

fn mach_o(processor: Option<u32>) -> Option<&'static str> {
    match processor? {
        7 => Some("i386"),
        0x0100_0007 => Some("x86_64"),
        0x0100_000c => Some("arm64"),
        18 => Some("ppc"),
        0x0100_0012 => Some("ppc64"),
        _ => None,
    }
}

/// Several processors in one file. A Java class begins the same and has a version of 45 and more where the count stands.
fn universal(head: &[u8], size: usize) -> Option<Vec<&'static str>> {
    const MOST: u32 = 20;
    let count = number(head, 4, 4, false).filter(|count| (1..=MOST).contains(count))?;
    let at = |slice: u32| number(head, 8 + slice as usize * size, 4, false);
    Some((0..count).filter_map(|slice| mach_o(at(slice))).collect())
}

/// A program of DOS that is none of Windows is nothing.
fn pe(head: &[u8]) -> Option<Vec<&'static str>> {
    let at = number(head, 0x3c, 4, true)? as usize;
    let signature = head.get(at..at.checked_add(4)?)?;
    let processor = match number(head, at + 4, 2, true)? {
        _ if signature != b"PE\0\0" => return None,
        0x14c => "win32",
        0x8664 => "amd64",
        0xaa64 => "arm64",
        _ => return Some(Vec::new()),
    };
    Some(vec![processor])
}

/// What a platform tag lets expect: a format and processors.
fn expected(platform: &str) -> Option<(Format, Vec<&str>)> {
    const LINUX: [&str; 9] =
        ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "ppc64", "s390x", "riscv64", "loongarch64"];
    let ends = |known: &&&str| platform.ends_with(&format!("_{known}"));
    if platform.contains("linux") {
        let processor = if platform.ends_with("_armv6l") { Some(&"armv7l") } else { LINUX.iter().find(ends) };
        return processor.map(|processor| (Format::Elf, vec![*processor]));
    }
    let processors: &[&str] = match platform {
        "win32" => return Some((Format::Pe, vec!["win32"])),
        "win_amd64" => return Some((Format::Pe, vec!["amd64"])),
        "win_arm64" => return Some((Format::Pe, vec!["arm64"])),
        _ if !platform.starts_with("macosx_") => return None,
        _ if platform.ends_with("_universal2") => &["arm64", "x86_64"],
        _ if platform.ends_with("_x86_64") => &["x86_64"],
        _ if platform.ends_with("_arm64") => &["arm64"],
        _ if platform.ends_with("_intel") => &["i386", "x86_64"],
        _ if platform.ends_with("_i386") => &["i386"],
        // The old kinds for several processors.
        _ => &["i386", "x86_64", "ppc", "ppc64"],
    };
    Some((Format::MachO, processors.to_vec()))
}

/// Tags and machine code go together.
pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, observed: &Observed, name: &WheelName) {
    let native = files(scan).find(|member| is_machine_code(member));
    let pure = name.tags().platforms().iter().all(|platform| platform == "any");
    match native {
        Some(member) if pure => {
            let message = format!("`{}` is machine code in a wheel for any platform", shown(&member.name));
            docket.raise("check/binary-in-pure-wheel", message, Some(&member.name));
        }
        None if !pure => {
            docket.raise("check/platform-without-binary", "the wheel is for one platform and has no machine code", None)
        }
        _ => {}
    }
    if !pure {
        mismatch(docket, observed, name);
        purelib(docket, scan, observed, name);
    }
    for machine in observed.machine.iter().filter(|machine| machine.has_debug) {
        let message = format!("`{}` carries debug information", shown(&machine.member));
        docket.raise("check/debug-symbols", message, Some(&machine.member));
    }
}

/// Extension modules that the machines of the tag cannot load, or nothing at all that they can.
fn mismatch(docket: &mut Docket<'_>, observed: &Observed, name: &WheelName) {
    let platforms = name.tags().platforms();
    let expected: Option<Vec<(Format, Vec<&str>)>> = platforms.iter().map(|platform| expected(platform)).collect();
    // Of a platform that nobody knows nothing can be said.
    let Some(expected) = expected else {
        return;
    };
    let fits = |machine: &&Machine| {
        expected.iter().any(|(format, processors)| {
            machine.format == *format
                && (machine.processors.is_empty() || machine.processors.iter().any(|one| processors.contains(one)))
        })
    };
    let libraries: Vec<&Machine> = observed.machine.iter().filter(|machine| machine.is_library()).collect();
    let foreign: BTreeSet<&str> = if !libraries.is_empty() && !libraries.iter().any(fits) {
        libraries.iter().map(|machine| machine.member.as_str()).collect()
    } else {
        let extensions = libraries.iter().filter(|machine| machine.is_extension());
        extensions.filter(|machine| !fits(machine)).map(|machine| machine.member.as_str()).collect()
    };
    for machine in observed.machine.iter().filter(|machine| foreign.contains(machine.member.as_str())) {
        let tag = platforms.join(".");
        let message = format!("`{}` is {}, the wheel is for `{tag}`", shown(&machine.member), machine.described());
        docket.raise("check/machine-mismatch", message, Some(&machine.member));
    }
}

/// Libraries where the wheel says that only pure Python lies.
fn purelib(docket: &mut Docket<'_>, scan: &Scan, observed: &Observed, name: &WheelName) {
    let wheel = scan.kept.get(&format!("{}/WHEEL", name.dist_info()));
    let text = wheel.map(|text| String::from_utf8_lossy(text).to_lowercase()).unwrap_or_default();
    let is_pure = text.lines().any(|line| {
        line.split_once(':').is_some_and(|(key, value)| key == "root-is-purelib" && value.trim() == "true")
    });
    let data = format!("{}/", name.data());
    let lies_in_purelib = |member: &str| match member.strip_prefix(data.as_str()) {
        Some(rest) => rest.starts_with("purelib/"),
        None => is_pure,
    };
    let libraries = observed.machine.iter().filter(|machine| machine.is_library());
    if let Some(machine) = libraries.into_iter().find(|machine| lies_in_purelib(&machine.member)) {
        let message = format!("`{}` is installed where only pure Python belongs", shown(&machine.member));
        docket.raise("check/purelib-with-binary", message, Some(&machine.member));
    }
}

/// ELF and Mach-O by their first bytes; PE only as an extension module, since a Windows launcher is
/// mere data to a package that writes scripts.
fn is_machine_code(member: &Member) -> bool {
    const MAGICS: [&[u8]; 5] =
        [b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"];
    MAGICS.iter().any(|magic| member.head.starts_with(magic))
        || [".so", ".pyd", ".dylib", ".dll"].iter().any(|suffix| member.name.ends_with(suffix))
        || (member.name.ends_with(".exe") && member.name.contains(".data/scripts/"))
}
