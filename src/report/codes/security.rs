//! Codes of the audit, its database and its list of accepted findings.

use crate::report::codes::Code;

/// Every code of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "security/vulnerable-dependency",
        title: "a locked package has a known vulnerability",
        text: "The locked version is listed by an advisory or lies in one of its ranges. Upgrade to \
               the version that is named, for instance with `uv lock --upgrade-package jinja2`. \
               Where no fix exists, or the flaw cannot be reached, accept it in \
               `.release/security.toml` with a reason and a last day.",
        follows: "OSV schema 1.7.5",
    },
    Code {
        code: "security/accepted",
        title: "a known vulnerability is accepted until a day",
        text: "An entry of `.release/security.toml` covers this finding, so it does not fail the \
               audit. It stays visible, in the published status too, and counts again on the day \
               after `until`.",
        follows: "",
    },
    Code {
        code: "security/unparsable-version",
        title: "a locked version cannot be compared",
        text: "Ranges of advisories are ordered by PEP 440, and this version is none, such as \
               `0.1-bulbasaur`. It is only looked up letter by letter among listed versions, so that \
               nothing is found proves nothing. Lock a version that follows PEP 440.",
        follows: "PEP 440",
    },
    Code {
        code: "security/unparsable-bound",
        title: "an advisory cannot be decided",
        text: "The record names a package that is locked, and its range has a bound that is no \
               version, such as `2019-09-12`, or says nothing about versions. The audit goes on and \
               ends inconclusive, for the package may be affected. Read the advisory; where it does \
               not concern you, lock a version that another range decides, or report the record.",
        follows: "OSV schema 1.7.5",
    },
    Code {
        code: "security/inconclusive",
        title: "the audit cannot tell",
        text: "Nothing open was found and that cannot be relied on: no package was read, there is no \
               database, it is older than `max-age`, or some of it could not be read. Silence of a \
               broken check looks like safety, so it is not called clean. Put right what the message \
               names and run again, for instance with a fresh `--db`.",
        follows: "",
    },
    Code {
        code: "security/acceptance-expired",
        title: "an acceptance has ended",
        text: "The day in `until` is past, or what the entry names has changed: another version is \
               locked, the flaw is rated above `max_severity`, or there is a fix although it says \
               `until_fixed = true`. So the finding counts again. Upgrade the package, or look at the \
               flaw anew and set another day with a reason that still holds.",
        follows: "",
    },
    Code {
        code: "security/acceptance-unused",
        title: "an acceptance matches no finding",
        text: "No locked package has the flaw any more, or `id` and `package` do not belong \
               together. An entry that is kept would silence the flaw when it returns. Remove the \
               `[[accepted]]` block, or correct its `package`.",
        follows: "",
    },
    Code {
        code: "security/database-archive",
        title: "the advisory database is no zip archive",
        text: "OSV exports one zip archive for each ecosystem, with a JSON file for each record. \
               What was given is something else or breaks off, often an error page or half a \
               download. Fetch it again, or name another file with `--db`.",
        follows: "OSV data dumps",
    },
    Code {
        code: "security/database-records",
        title: "the advisory database has too many records",
        text: "The export of PyPI has some ten thousand records; the limit is far above. An archive \
               of all ecosystems, or one that is made to exhaust memory, is not read. Name the \
               export of PyPI with `--db`.",
        follows: "OSV data dumps",
    },
    Code {
        code: "security/database-size",
        title: "the advisory database is too large when unpacked",
        text: "A zip archive can grow a thousandfold when it is unpacked, so the sum is limited. \
               The export of PyPI stays far below. Name it with `--db`.",
        follows: "OSV data dumps",
    },
    Code {
        code: "security/acceptance-syntax",
        title: "the list of accepted findings is no TOML",
        text: "`.release/security.toml` decides what does not fail the audit, so it is read \
               strictly. Correct the line that is named; texts stand in quotes, dates do not: \
               `until = 2027-06-30`.",
        follows: "TOML 1.0",
    },
    Code {
        code: "security/acceptance-unknown-key",
        title: "the list of accepted findings has an unknown key",
        text: "A key that means nothing is most often a spelling mistake, and `untill` would then \
               leave an entry without end. Each `[[accepted]]` block has `id`, `package`, `reason`, \
               `by` and `until`. It may have `created`, `status`, `justification`, `versions`, \
               `max_severity`, `until_fixed`, `owner`, `approved_by` and `issue`, and nothing else.",
        follows: "",
    },
    Code {
        code: "security/acceptance-missing-key",
        title: "an accepted finding lacks a key",
        text: "An acceptance without a reason, a name or a last day cannot be judged later by \
               anybody. Add the key that is named, for instance `until = 2027-06-30`.",
        follows: "",
    },
    Code {
        code: "security/acceptance-value",
        title: "an accepted finding has a value of the wrong kind",
        text: "`id`, `package`, `reason` and `by` are texts that are not empty; `until` and `created` \
               are dates without quotes and without a time. Write `until = 2027-06-30`, not \
               `until = \"2027-06-30\"`. `status` is one of `accepted`, `not_affected`, \
               `false_positive`, `mitigated`, `in_triage` and `will_not_fix`; `justification` is a label \
               of OpenVEX and must be there for `not_affected`; `versions` are those of PEP 440.",
        follows: "",
    },
];
