//! Compatibility tags: single ones, compressed sets, and which platforms PyPI takes.
//!
//! Follows "Platform compatibility tags" of packaging.python.org (PEP 425, 513, 600, 656, 730, 738,
//! 783). Which tags a machine supports, and which its binaries deserve, is left to others.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::error::{ParseError, shown};

/// How many tags a compressed set may stand for.
pub const MAX_TAGS: usize = 4096;

/// How many characters one interpreter, interface or platform may have.
const MAX_PART: usize = 128;

/// One compatibility tag, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// The interpreter, `py3` or `cp312`.
    pub python: String,
    /// The binary interface, `none`, `abi3` or `cp312`.
    pub abi: String,
    /// The platform, `any` or `manylinux_2_28_x86_64`.
    pub platform: String,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.python, self.abi, self.platform)
    }
}

/// A compressed tag set, `py2.py3-none-any`: each combination of its parts. Kept as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TagSet {
    pythons: Vec<String>,
    abis: Vec<String>,
    platforms: Vec<String>,
}

impl TagSet {
    /// The interpreters as written, at least one.
    pub fn pythons(&self) -> &[String] {
        &self.pythons
    }

    /// The binary interfaces as written, at least one.
    pub fn abis(&self) -> &[String] {
        &self.abis
    }

    /// The platforms as written, at least one.
    pub fn platforms(&self) -> &[String] {
        &self.platforms
    }

    /// All single tags, at most [`MAX_TAGS`].
    pub fn expand(&self) -> BTreeSet<Tag> {
        let mut tags = BTreeSet::new();
        for python in &self.pythons {
            for abi in &self.abis {
                tags.extend(self.platforms.iter().map(|platform| Tag {
                    python: python.to_ascii_lowercase(),
                    abi: abi.to_ascii_lowercase(),
                    platform: platform.to_ascii_lowercase(),
                }));
            }
        }
        tags
    }

    /// Whether each part is in order, as PEP 425 asks.
    pub fn is_sorted(&self) -> bool {
        [&self.pythons, &self.abis, &self.platforms].into_iter().all(|parts| parts.is_sorted())
    }

    /// Whether it fits every interpreter 3 and every platform, and nothing else is said.
    pub fn is_pure(&self) -> bool {
        self.abis.iter().all(|abi| abi.eq_ignore_ascii_case("none"))
            && self.platforms.iter().all(|p| p.eq_ignore_ascii_case("any"))
    }
}

impl FromStr for TagSet {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::Tag`] unless it has three parts of ASCII letters, digits, `_` and `.` that name
    /// at most [`MAX_TAGS`] tags. Stricter than `packaging`, which takes any character.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: String| ParseError::Tag { text: shown(text), reason };
        let mut parts = text.split('-').map(|part| {
            let names: Vec<String> = part.split('.').map(str::to_owned).collect();
            names
        });
        let (Some(pythons), Some(abis), Some(platforms), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refuse("it must have three parts, parted by `-`".to_owned()));
        };
        for name in pythons.iter().chain(&abis).chain(&platforms) {
            if name.is_empty() {
                return Err(refuse("one of its parts is empty".to_owned()));
            }
            if name.len() > MAX_PART {
                return Err(refuse(format!("one of its parts is longer than {MAX_PART} characters")));
            }
            if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(refuse(format!("`{}` has other characters than letters, digits and `_`", shown(name))));
            }
        }
        if let Some(name) = pythons.iter().find(|name| name.starts_with(|c: char| c.is_ascii_digit())) {
            return Err(refuse(format!("the interpreter `{}` begins with a digit", shown(name))));
        }
        let count = pythons.len().saturating_mul(abis.len()).saturating_mul(platforms.len());
        if count > MAX_TAGS {
            return Err(refuse(format!("it stands for {count} tags, more than {MAX_TAGS}")));
        }
        Ok(TagSet { pythons, abis, platforms })
    }
}

impl fmt::Display for TagSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [pythons, abis, platforms] = [&self.pythons, &self.abis, &self.platforms].map(|parts| parts.join("."));
        write!(f, "{pythons}-{abis}-{platforms}")
    }
}

/// The day of PyPI's code that [`pypi_accepts_platform`] follows (warehouse `forklift/legacy.py`).
pub const PYPI_PLATFORMS_AS_OF: &str = "2026-08-21";

const PYPI_PLATFORMS: [&str; 18] = [
    "any",
    "win32",
    "win_arm64",
    "win_amd64",
    "win_ia64",
    "manylinux1_x86_64",
    "manylinux1_i686",
    "manylinux2010_x86_64",
    "manylinux2010_i686",
    "manylinux2014_x86_64",
    "manylinux2014_i686",
    "manylinux2014_aarch64",
    "manylinux2014_armv7l",
    "manylinux2014_ppc64",
    "manylinux2014_ppc64le",
    "manylinux2014_s390x",
    "linux_armv6l",
    "linux_armv7l",
];
const MACOS_MAJORS: [&str; 6] = ["11", "12", "13", "14", "15", "26"];
const MACOS_MACHINES: [&str; 11] =
    ["ppc", "ppc64", "i386", "x86_64", "arm64", "intel", "fat", "fat3", "fat64", "universal", "universal2"];
const LINUX_MACHINES: [&str; 7] = ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"];
const IOS_MACHINES: [&str; 4] =
    ["arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphoneos", "x86_64_iphonesimulator"];
const ANDROID_MACHINES: [&str; 4] = ["armeabi_v7a", "arm64_v8a", "x86", "x86_64"];

/// Whether PyPI takes wheels for this platform, as of [`PYPI_PLATFORMS_AS_OF`].
pub fn pypi_accepts_platform(platform: &str) -> bool {
    let platform = platform.to_ascii_lowercase();
    if PYPI_PLATFORMS.contains(&platform.as_str()) {
        return true;
    }
    let Some((system, rest)) = platform.split_once('_') else {
        return false;
    };
    let Some((first, rest)) = numbered(rest) else {
        return false;
    };
    let second = numbered(rest);
    match system {
        "macosx" => second.is_some_and(|(minor, machine)| {
            (first == "10" || (MACOS_MAJORS.contains(&first) && minor == "0")) && MACOS_MACHINES.contains(&machine)
        }),
        "manylinux" => second.is_some_and(|(_, machine)| LINUX_MACHINES.contains(&machine) || machine == "ppc64"),
        "musllinux" => second.is_some_and(|(_, machine)| LINUX_MACHINES.contains(&machine)),
        "ios" => second.is_some_and(|(_, machine)| IOS_MACHINES.contains(&machine)),
        "android" => ANDROID_MACHINES.contains(&rest),
        // PyPI does not look at what follows.
        "pyemscripten" => second.is_some_and(|(_, machine)| machine.starts_with("wasm32")),
        _ => false,
    }
}

/// Digits and what follows the `_` behind them.
fn numbered(text: &str) -> Option<(&str, &str)> {
    let (number, rest) = text.split_once('_')?;
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    digits.then_some((number, rest))
}
