//! The codes of the rules over what lies in members: secrets, obfuscated source, nested archives, machine code.

use crate::report::codes::Code;

/// The codes of this family.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/baseline-stale",
        title: "an entry of the secrets baseline accepts nothing",
        text: "The file that `secrets-baseline` names lists values that somebody looked at and found harmless. An entry \
               whose fingerprint is in none of the archives accepts whatever may come to have it later, and hides that \
               the value is gone. Remove the entry.",
        follows: "",
    },
    Code {
        code: "check/nested-archive",
        title: "an archive lies in the archive",
        text: "A wheel, zip or tar in an archive is installed as it is: its contents are in no RECORD, no installer \
               checks them, and most scanners do not look there. `release check` opens two levels of them and searches \
               for secrets; where it cannot, it says so. Exclude the archive, or ship what is in it as files.",
        follows: "",
    },
    Code {
        code: "check/obfuscated",
        title: "Python source is obfuscated",
        text: "PyPI forbids obfuscated code and refuses files with the marks of PyArmor and SourceDefender, such as \
               `__pyarmor__`. Nobody can review what such a file does. Ship the source; if it must not be read, compile \
               it to an extension module.",
        follows: "",
    },
    Code {
        code: "check/possible-secret",
        title: "a member holds what may be a secret",
        text: "The value has the form of a secret that is often published on purpose: a web token (`eyJ….eyJ….…`) that \
               may have expired long ago, or a private key that a password protects. Look whether it still grants \
               anything. If not, name its fingerprint and the reason in the file of `secrets-baseline`.",
        follows: "",
    },
    Code {
        code: "check/secret",
        title: "a member holds a secret",
        text: "Everybody can download what is on an index, and programs search every new file for tokens within \
               minutes. What was once uploaded cannot be called back: revoke the secret first, then build without it. \
               Compiled files count, too: a token of a PyPI administrator was found in a `.pyc` in 2024. If the value \
               is none, list it in the file of `[tool.release.check] secrets-baseline`: `{\"accepted\": \
               [{\"fingerprint\": \"…\", \"member\": \"demo/x.py\", \"reason\": \"…\"}]}`. The value itself is never \
               shown, only its kind, its first characters and a fingerprint of its SHA-256.",
        follows: "",
    },
    Code {
        code: "check/secret-of-tests",
        title: "a member of tests or documentation holds a secret",
        text: "Tests need keys, and those that were made for them harm nobody. A real one that was put there for an \
               hour does. This is an error where a checksum proves that somebody issued the value. Make sure that it \
               grants nothing, then accept it in the file of `secrets-baseline`.",
        follows: "",
    },
];
