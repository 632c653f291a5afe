//! Codes of the published status.

use crate::report::codes::Code;

/// Every code of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "status/valid-for",
        title: "a status cannot be valid for that long",
        text: "A status says until when it may be relied on, at least a second and within the \
               calendar. Twice the time between two scans is a good value and the default: set \
               `interval-hours = 24`, or `valid-for-hours = 48`, under `[tool.release.status]`.",
        follows: "",
    },
    Code {
        code: "status/page",
        title: "the status page cannot be rendered",
        text: "The template of the page is part of this tool, and no input may make it fail. This \
               is a bug of ours; please report it together with the `index.json` that was being \
               rendered.",
        follows: "",
    },
    Code {
        code: "status/previous",
        title: "the status before cannot be read",
        text: "A status goes on from the last one: its sequence, its history, and since when each finding is \
               known. What is there is no status of this version, was cut short, or was changed by hand. Name \
               the published one with `--previous https://acme.github.io/demo/`, or remove the folder to begin \
               anew; then the history is lost and there is no grade until the next build.",
        follows: "",
    },
    Code {
        code: "status/unanswered",
        title: "a server does not give the last status out",
        text: "It answered with an error that is not \"there is none\" (404 or 410). Beginning anew would lose the \
               sequence and the history, so nothing is written. Run the same command again later, or look at \
               what the server says to `curl -i URL`.",
        follows: "",
    },
    Code {
        code: "status/decision",
        title: "a decision cannot be read",
        text: "`decision.json` is written by `release security decide` and has at least `decision`, `rule` and \
               `key`. This file is no JSON or lacks one of them. Write it again, or remove it: the status is \
               then published without a last decision.",
        follows: "",
    },
    Code {
        code: "status/not-built",
        title: "there is no status to publish",
        text: "`status publish` puts out what `status build` wrote, all of it or nothing. A file of it is not \
               there. Run `release status build` with the same `--out`, or name its folder with `--from DIR`.",
        follows: "",
    },
    Code {
        code: "status/older",
        title: "a newer status is published already",
        text: "Each status has a sequence, one more than that of the status before, and it never goes back: \
               readers take a lower one for an old copy. What is published is newer than what was built, or \
               another build of the same number. Fetch it and build on top of it: `release status build \
               --previous URL`.",
        follows: "",
    },
    Code {
        code: "status/given-clock",
        title: "the time of a status was given",
        text: "`RELEASE_NOW` is for tests and rehearsals. A status whose time did not come from a clock could \
               claim to be fresh, so it is published only to a folder or to this machine, and `status check` \
               warns about it. Unset the variable and build the status again.",
        follows: "",
    },
    Code {
        code: "status/no-url",
        title: "it is not known where the status is served",
        text: "`status publish --to pages` waits until the new status is served. Say where: `url = \
               \"https://acme.github.io/demo/\"` under `[tool.release.status]`, or `--url`; it is the address \
               that `security-status/` lies below.",
        follows: "",
    },
    Code {
        code: "status/push",
        title: "git cannot publish the status",
        text: "The remote could not be reached, did not let us in, or has a rule against it; git's own words are \
               the cause. Nothing was changed there. Credentials are those of git: a helper, an ssh agent, or \
               what `actions/checkout` leaves in the repository.",
        follows: "",
    },
    Code {
        code: "status/rejected",
        title: "others pushed to the branch each time",
        text: "Somebody else pushed between our look at the branch and our push, several times. Nothing is \
               forced and nothing of theirs is lost. Run the same command again; in workflows, give the jobs \
               that push to the branch one `concurrency` group.",
        follows: "",
    },
    Code {
        code: "status/missing",
        title: "there is no status at that place",
        text: "The folder has no `index.json`, or the server answers 404. Check the address: it is the one that \
               `security-status/` lies below, or that folder itself. A first status is published with `release \
               status publish`.",
        follows: "",
    },
    Code {
        code: "status/no-answer",
        title: "it cannot be told how a status is served",
        text: "The server did not answer, answered with an error of its own, or its name could not be looked up, \
               which may be the fault of this machine's network. The verdict is neither good nor bad. Run the \
               same command again later.",
        follows: "",
    },
    Code {
        code: "status/invalid",
        title: "what is served is no status",
        text: "`index.json` is no JSON, lacks a key, has one too many, or holds what a status never holds, such as \
               control characters. Programs that read it would be misled or fail. Build it again and publish \
               the folder as it was built.",
        follows: "",
    },
    Code {
        code: "status/expired",
        title: "a status is no longer valid",
        text: "A status says until when it may be relied on, and that time has passed: whoever makes it has \
               stopped. GitHub switches scheduled workflows off after 60 days without activity; a token may \
               have ended. What the status says of the project is not known to hold any more.",
        follows: "",
    },
    Code {
        code: "status/too-old",
        title: "a status is older than `--max-age` allows",
        text: "It is still valid by its own word, and older than you asked for. Lower `interval-hours`, run the \
               workflow that builds it more often, or allow more hours.",
        follows: "",
    },
    Code {
        code: "status/future",
        title: "a status is dated in the future",
        text: "Its time is more than an hour ahead of this machine's clock. One of the two clocks is wrong, or \
               the status was made to look fresh for longer. Compare both with a third clock.",
        follows: "",
    },
    Code {
        code: "status/badge",
        title: "a badge does not say what the status says",
        text: "Badges are made from the same document. One is missing or says something else: it comes from \
               another build, a cache, or a hand. Publish the folder as it was built.",
        follows: "shields.io endpoint badge",
    },
    Code {
        code: "status/behind",
        title: "an older status is served than was built",
        text: "The sequence that is served is lower than that of the folder named with `--against`. Pages are \
               cached for about ten minutes; after that the publication failed or went elsewhere.",
        follows: "",
    },
    Code {
        code: "status/other",
        title: "another status is served than was built",
        text: "What is served is as new as or newer than what was built, and not the same: another machine built \
               and published one, too. Build again on top of it with `--previous URL`.",
        follows: "",
    },
    Code {
        code: "status/slow",
        title: "the status is served slowly",
        text: "On a warm connection the first byte took longer than `--limit-ms` in 95 of 100 requests. Visitors \
               still get it. A cache or network in front of the pages helps; the time on a new connection is \
               shown beside it and is not judged.",
        follows: "",
    },
    Code {
        code: "status/down",
        title: "the status cannot be read where it is served",
        text: "Two tries of three had no answer, or an answer other than 200. Look at the address, at the pages \
               of the forge, and at the workflow that published last.",
        follows: "",
    },
];
