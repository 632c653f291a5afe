//! The whole run: plans as documents, policy, hooks, the ledger, signals.

use super::Code;

/// The codes of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "effects/interrupted",
        title: "Ctrl-C, or another SIGINT",
        text: "The program ended what it had started and stopped, with exit code 130. A bump is either in its journal or not begun, and a run is recorded phase by phase: `release resume`, or the same command again, continues.",
        follows: "",
    },
    Code {
        code: "effects/terminated",
        title: "the program was told to end",
        text: "Something sent SIGTERM, as runners do when a job is cancelled. The program ended what it had started within five seconds, with exit code 143; the same command again continues.",
        follows: "",
    },
    Code {
        code: "effects/remote",
        title: "git could not talk to a remote",
        text: "The `git` program was asked to look at or to push to a remote and refused; the cause is its own words. It never asks for a password here: a credential helper, an ssh key or a token in the job must be set up. Branch and tag go together or not at all, so nothing is half pushed.",
        follows: "git-push(1), --atomic",
    },
    Code {
        code: "plan/not-a-plan",
        title: "a file is no plan of a release",
        text: "`release apply` takes a document that `release plan --out FILE` wrote, of the format `release.plan/1`, with no key more and no key less. A plan of a newer version needs that version.",
        follows: "",
    },
    Code {
        code: "plan/expired",
        title: "the time of a plan is over",
        text: "A plan is good for seven days: what was looked at and approved should be what is released. Plan again, and have the new token approved.",
        follows: "",
    },
    Code {
        code: "plan/moved",
        title: "what a plan relies on has changed",
        text: "A plan names the commit it starts from, the sha256 of the configuration and of every file that it changes. One of them is another one now, for example after a `git pull`. Nothing was done. Plan again.",
        follows: "",
    },
    Code {
        code: "plan/drifted",
        title: "the configuration has changed since a release was begun",
        text: "A release that was begun goes on as it was planned: to the same stages, remote and forge, with the same gates, hooks and policy, and, where the policy asks for approvals, with the very same file. Put the configuration back and continue. Where a hook of the plan cannot work, `release resume --new-hooks` goes on with those of the configuration, unless somebody had to approve the plan. Otherwise `release abandon` gives the release up and says what stays out there.",
        follows: "",
    },
    Code {
        code: "plan/other-token",
        title: "the token is not that of this plan",
        text: "The token is the sha256 of the plan. Another one means that the file is not the plan that was looked at: compare it with what was approved before carrying it out.",
        follows: "",
    },
    Code {
        code: "plan/not-confirmed",
        title: "nobody said yes",
        text: "A release cannot be taken back, so it is confirmed: by `y` on a terminal, by `--yes` elsewhere, or by the token of a plan (`release apply PLAN --token SHA256`).",
        follows: "",
    },
    Code {
        code: "plan/unfinished",
        title: "another release was begun and has not ended",
        text: "One release at a time: the one that was begun is continued with `release resume`, taken back with `release undo` as long as nothing left the machine, or given up with `release abandon`.",
        follows: "",
    },
    Code {
        code: "plan/no-run",
        title: "no release is under way",
        text: "There is nothing to take back or to give up: the last release has ended, or none was begun by `release run` in this repository.",
        follows: "",
    },
    Code {
        code: "plan/left-the-machine",
        title: "a release that others may have seen is not taken back",
        text: "A push or an upload was begun. Indexes never take another file under a name they have seen, and a tag may have started workflows, so pretending that it did not happen helps nobody. Go on with `release resume`, or give it up with `release abandon` and release a higher version.",
        follows: "",
    },
    Code {
        code: "plan/elsewhere",
        title: "the release was begun in another clone, or its tag is gone",
        text: "The ledger travels with `release history sync`, commits and tags do not. A release is taken back only where it was begun: elsewhere nobody can see whether the bump was made. It is continued there, or where its tag was fetched to; a second bump, also by `release bump`, would be another commit under the same version. A tag that names another commit than the ledger has is not that of the release: `git tag -d TAG` removes it, then fetch the right one. If that clone is lost, `release abandon` gives the release up; its version can be released again as long as nothing was pushed or uploaded.",
        follows: "",
    },
    Code {
        code: "plan/head-moved",
        title: "HEAD is not at the release",
        text: "`release undo` takes back the commit and the tag of the bump, and nothing else. Somebody committed or switched branches after it, and that would be lost: move the branch back to the tag yourself, then undo; or give the release up with `release abandon`.",
        follows: "",
    },
    Code {
        code: "plan/other-archive",
        title: "an archive is not the one that was sent",
        text: "Part of this release is on an index, and the archives in `dist/` are gone or others; building again gave other bytes. Every index must get the same bytes: put the recorded files back, for example from the first index or from the cache of the run.",
        follows: "",
    },
    Code {
        code: "plan/not-approved",
        title: "the policy asks for more approvals",
        text: "`[policy] approvals` says how many people must run `release approve TOKEN` before anything leaves the machine; with `four-eyes` the one who started the run does not count, and with `approvers` only those who are named do.",
        follows: "",
    },
    Code {
        code: "plan/not-verified",
        title: "a stage before this one was not verified",
        text: "With `stages = [\"testpypi\", \"pypi\"]` the second index gets the same bytes as the first, and only after they were installed from there and tried. `release resume` does that first.",
        follows: "",
    },
    Code {
        code: "plan/not-visible",
        title: "an index does not show what was sent to it yet",
        text: "Indexes are served by caches that lag by minutes. Nothing is lost: run `release resume` later, which waits again and then goes on.",
        follows: "",
    },
    Code {
        code: "plan/version-taken",
        title: "an index has files of this version",
        text: "Somebody released this version before, or a former try left files behind. An index never takes another file under the same name, also after it was deleted: choose a higher version.",
        follows: "",
    },
    Code {
        code: "plan/other-commit",
        title: "a tag does not name what was planned",
        text: "The tag of a release names one commit on top of the one that was planned from, with the edits of the plan and nothing else. This one does not: the commit was amended, or the tag moved. What was looked at and approved would not be what is released.",
        follows: "",
    },
    Code {
        code: "plan/pushes-elsewhere",
        title: "pushes go elsewhere than the URL of the remote says",
        text: "`remote.NAME.pushurl` or `url.OTHER.pushInsteadOf` in git's configuration sends pushes to another address than the one that the plan shows and that is asked before. Remove it, or make it the remote's URL.",
        follows: "git-config(1), remote.<name>.pushurl",
    },
    Code {
        code: "plan/no-remote",
        title: "the repository has no such remote",
        text: "A remote is named by what `git remote -v` shows, usually `origin`. Add it with `git remote add NAME URL`, or name another one.",
        follows: "",
    },
    Code {
        code: "plan/remote-tag",
        title: "the remote has the tag for another commit",
        text: "The version was tagged elsewhere, and that tag was pushed. Fetch the tags, and choose a higher version.",
        follows: "",
    },
    Code {
        code: "plan/remote-ahead",
        title: "the branch of the remote has commits that are not here",
        text: "Releasing would leave them out, and the push would be refused. Pull first, then release.",
        follows: "",
    },
    Code {
        code: "step/unreadable-entry",
        title: "the ledger has an entry that cannot be read",
        text: "Bringing two ledgers together writes the entries of one on top of those of the other. One of yours cannot be read, so it would be lost: it is damaged, or of a newer version. `release history verify` names it.",
        follows: "",
    },
    Code {
        code: "step/hook",
        title: "a hook stopped the release",
        text: "A command of `[[hooks]]` ended with another exit code than 0, or took longer than its `timeout`; the cause is what it wrote. With `critical = false` it would be a warning.",
        follows: "",
    },
    Code {
        code: "step/hook-changed",
        title: "a hook changed tracked files",
        text: "What is released is what was planned, checked and tagged, so a hook may not change files that git tracks. Let it write elsewhere, or run it before the release and commit.",
        follows: "",
    },
    Code {
        code: "step/encrypted",
        title: "a file of the tag is encrypted in git",
        text: "`release run` builds what is tagged, in a folder of its own, and runs no filters there. The content of this file is readable in the working tree alone (`git crypt`), so the archives would carry its encrypted form. A published package is no place for a secret: move it out of the package.",
        follows: "",
    },
    Code {
        code: "step/not-fetched",
        title: "a file that `git lfs` keeps is not here as it was tagged",
        text: "git has only a pointer with the sha256 of this file. `release run` takes the content from the working tree when it has that very digest, and it has not: it was never fetched, or was changed since. Run `git lfs pull`, look at `git status`, then continue with `release resume`.",
        follows: "",
    },
    Code {
        code: "history/broken-chain",
        title: "the ledger is not what was written",
        text: "Every entry names the sha256 of the entry before. One does not fit: it was changed, removed or put in later, or something that is no ledger was pushed to `refs/release/ledger`. Compare with another clone.",
        follows: "",
    },
];
