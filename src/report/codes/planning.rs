//! Codes of planning and of carrying plans out.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "plan/dirty-tree",
        title: "the working tree has uncommitted changes",
        text: "A release is made from a commit, so that anybody can see what it was made from. Commit or stash the changes, or pass `--allow-dirty` to leave them out; they are never swept into the release commit.",
        follows: "",
    },
    Code {
        code: "plan/wrong-branch",
        title: "releases are not made from this branch",
        text: "`branches` in the configuration names where releases are made from. Switch to one of them, or add this one.",
        follows: "",
    },
    Code {
        code: "plan/detached-head",
        title: "HEAD is on no branch",
        text: "A release commit made there would belong to no branch and be lost. Switch to a branch first.",
        follows: "",
    },
    Code {
        code: "plan/no-commit",
        title: "the repository has no commit yet",
        text: "There is nothing that a release could be made from. Make a first commit.",
        follows: "",
    },
    Code {
        code: "plan/tag-taken",
        title: "the tag exists already",
        text: "A version is released once. Choose a higher one; remove the tag only if nothing of that version was ever published, since indexes never take a second file of a name.",
        follows: "",
    },
    Code {
        code: "plan/below-tag",
        title: "a higher version is tagged already",
        text: "The result must be above every version that is tagged, or users who have the higher one would never get it. Choose a higher version.",
        follows: "PEP 440",
    },
    Code {
        code: "plan/no-kind",
        title: "no kind and no version given",
        text: "`release bump` needs to know what comes next: a kind such as `minor`, or the version itself. The hints show what each kind would give.",
        follows: "",
    },
    Code {
        code: "plan/current-with-kind",
        title: "`--current` and a kind together",
        text: "`--current` releases the version that is already written, so a kind beside it has no meaning.",
        follows: "",
    },
    Code {
        code: "plan/no-archives",
        title: "there are no archives to work on",
        text: "Without file names the archives of the current version in `dist/` are taken, and there are none. Run `release build`, or name the files.",
        follows: "",
    },
    Code {
        code: "plan/no-index",
        title: "no index named",
        text: "Publishing needs a target: `--index testpypi`, a URL, or `stages = [\"testpypi\", \"pypi\"]` in the configuration. There is no default, so that nothing is published by accident.",
        follows: "",
    },
    Code {
        code: "plan/no-token",
        title: "no credentials for an index",
        text: "Uploads need a token. It is read from `RELEASE_TOKEN_<INDEX>`, `RELEASE_TOKEN`, the variables of twine and uv, `.pypirc`, `--token-stdin` or `--token-file`; no option takes the value itself, since others can read command lines.",
        follows: "",
    },
    Code {
        code: "plan/given-clock",
        title: "publishing under a clock that was given",
        text: "`RELEASE_NOW` is for tests and rehearsals. What leaves this machine carries the real time.",
        follows: "",
    },
    Code {
        code: "plan/no-group",
        title: "a gate names a dependency group that does not exist",
        text: "`group` of a gate names a table of `[dependency-groups]` in `pyproject.toml`, whose requirements are installed for it.",
        follows: "PEP 735",
    },
    Code {
        code: "step/locked",
        title: "another `release` is changing this repository",
        text: "Two changes at once would tear each other. The lock is the operating system's and ends with the process that holds it: wait for it and run the command again.",
        follows: "",
    },
    Code {
        code: "step/git-locked",
        title: "another git process holds a lock",
        text: "git is changing the index or a reference, or was killed while it did. Wait for it; if no git process is running, remove the lock file and run the command again.",
        follows: "",
    },
    Code {
        code: "step/stale",
        title: "a file has changed since the change was planned",
        text: "Its content is neither what the plan saw nor what it would write, so it is not overwritten. Restore it or commit your change, then run the command again.",
        follows: "",
    },
    Code {
        code: "step/reference-moved",
        title: "a branch or tag has moved since the change was planned",
        text: "Somebody committed, tagged or fetched in between. Nothing is forced: look at the history and run the command again.",
        follows: "",
    },
    Code {
        code: "step/journal",
        title: "the journal of an interrupted change is unreadable",
        text: "The journal in the repository's git folder says what was under way. It is never guessed: look at `git status`, put the tree right, and remove the journal.",
        follows: "",
    },
    Code {
        code: "step/other-tree",
        title: "an interrupted change of another working tree is in the way",
        text: "Working trees of one repository share their references, so an interrupted change is finished where it began.",
        follows: "",
    },
];
