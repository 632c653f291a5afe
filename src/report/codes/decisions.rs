//! Codes on the way from recorded findings to a release.

use crate::report::codes::Code;

const fn code(code: &'static str, title: &'static str, text: &'static str) -> Code {
    Code { code, title, text, follows: "" }
}

/// Every code of this subject.
pub(super) const CODES: &[Code] = &[
    code(
        "security/source-failed",
        "a source did not say everything",
        "Our own audit could not be made wholly, a report is missing, broken or says that its scanner failed, or \
         something of the project could not be read. The record is kept, nothing counts as resolved, and \
         `release security decide` answers `hold`. Silence of a broken scanner looks like safety, so it is not \
         taken for it. Put right what the message names and record again.",
    ),
    code(
        "security/no-state",
        "there is no recorded state",
        "`changes`, `decide` and what follows rest on what `release security record` wrote, by default \
         `release/security/state.json` in the git directory. In a workflow that starts from a fresh clone, carry \
         that file along and name it with `--state`, or record in the same job.",
    ),
    code(
        "security/state",
        "a file is no recorded state",
        "The file that is named, or the one in the git directory, was not written by `release security record`, \
         was cut off, or comes from a newer version of the program. Without it the next record starts anew: \
         everything that is found is new then, and first seen now. Restore it if you can, else remove it.",
    ),
    code(
        "security/no-decision",
        "nothing was decided yet",
        "`explain`, `approve` and `trigger` rest on the decision that `release security decide` wrote, by default \
         `release/security/decision.json` in the git directory. Run it first, or name the file with `--decision`.",
    ),
    code(
        "security/decision",
        "a file is no decision",
        "The file was not written by `release security decide`, was cut off, or comes from a newer version of the \
         program. A release is never started from something half read. Run `release security decide` again.",
    ),
    code(
        "security/own-rule",
        "a rule of the configuration means nothing",
        "A rule in `[[tool.release.security.rules]]` has a name that is taken or a word that is not known, such as \
         `severity = \"hihg\"`. A rule that never holds would look like one that is not needed, so it is an error. \
         Names D0 to D12 and P1 are taken; `then` cannot be `hold`, which only a failed source decides.",
    ),
    code(
        "security/no-rule",
        "there is no rule of that name",
        "`release security explain --rule` knows D0 to D12, P1 of the profile `posture`, and your own rules in \
         `[[tool.release.security.rules]]`. Run it with one of those that the hint names, for instance \
         `--rule D4`.",
    ),
    code(
        "security/other-key",
        "the key is not that of the last decision",
        "A key stands for exactly one set of facts: the released version, the findings that a release would take \
         from users, and the rules. When one of them changes there is another key, and what was said about the old \
         one does not count for it. Read the last decision with `release security explain` and use its key.",
    ),
    code(
        "security/not-asked",
        "the decision asks for no approval",
        "Only `ask` waits for somebody, and `release-now` where the last releases failed. A `hold` is lifted by a \
         whole scan, a `block` by a change of the project or by an acceptance in `.release/security.toml`, and \
         neither by an approval.",
    ),
    code(
        "security/no-approver",
        "somebody may not approve",
        "`[tool.release.security] approvers` lists the addresses, as git knows them, of those who may approve a \
         decision, and yours is not among them. Have one of them approve it. The ledger keeps the name; where that \
         must be proof, protect the environment of the workflow at the forge as well.",
    ),
    code(
        "security/outdated",
        "the decision is about another commit",
        "What is approved or released is a commit. HEAD moved since the decision, or the project had changes that \
         were not committed when it was recorded, so nobody has decided about what would be released now. Commit, \
         then record and decide again.",
    ),
    code(
        "security/other-state",
        "the facts were recorded anew",
        "After the decision `release security record` ran again, so that the decision may rest on facts that are \
         not true any more. Run `release security decide`; with the same facts it gives the same key.",
    ),
    code(
        "security/old-decision",
        "the decision is too old",
        "A decision holds as long as its advisories may be old: `[tool.release.security] db-max-age-hours`, 48 by \
         default. After that something may have become known that would change it. Record and decide again.",
    ),
    code(
        "security/too-often",
        "too many releases were started lately",
        "Releases that start by themselves are at least six hours apart, at most two in a day and five in a week, \
         so that a mistake in a rule or a database cannot flood the index and those who follow it. The same key \
         starts later, or at once when somebody approves a decision that asks.",
    ),
    code(
        "security/circuit",
        "two releases in a row have failed, or nothing is known of their end",
        "Starting a third by itself would most likely fail the same way, or leave the index with half of a \
         release. What was started counts as failed until the ledger has a release that was announced (`release announce`) or \
         run to its end (`release run`) after it: a runner that dies records nothing. A workflow of your own that \
         releases by other programs tells it with `release announce` and `release history sync`. Find the cause \
         with `release history` and the run at the forge, put it right, then approve the key: that counts from \
         then on.",
    ),
    code(
        "security/template",
        "the text of a decision cannot be written",
        "A template that is part of the program failed, which no input may cause. Nothing was decided or written. \
         This is a bug: please report it with the command and what it printed.",
    ),
    code(
        "security/acceptance-other-package",
        "an acceptance names the wrong package",
        "The id belongs to a flaw of another locked package than the entry names, so it silences nothing and looks \
         as if it did. Correct `package` in the `[[accepted]]` block, or remove the block.",
    ),
    code(
        "security/acceptance-too-long",
        "an acceptance holds longer than it should",
        "A critical or high finding should be looked at again after 90 days, any other after 365. Write an earlier \
         `until`. With `created = 2026-11-20` the limit counts from that day, and the entry ends with it.",
    ),
    code(
        "security/acceptance-ends-soon",
        "an acceptance ends in less than two weeks",
        "After `until` the finding counts again and a decision asks for somebody. Upgrade the package before, or \
         look at the flaw anew and write another day with a reason that still holds.",
    ),
];
