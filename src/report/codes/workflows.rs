//! Codes of workflows: what `release check --workflows` finds.

use crate::report::codes::Code;

/// Every code of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "workflow/permissions",
        title: "a workflow grants more than each job needs",
        text: "T1. Without `permissions` every job gets what the repository grants by default, often \
               the right to push. Write `permissions: {}` at the top and give each job what it needs, \
               with the reason in a comment on the same line: `id-token: write # trusted publishing`. \
               Then a job that is taken over can do little, and a reader sees why a right is there.",
        follows: "",
    },
    Code {
        code: "workflow/publish-job",
        title: "the job that publishes does something else, too",
        text: "T2. Whatever runs in a job with `id-token: write` or an upload token can publish in your \
               name: a build backend, a test plugin, an action. In May 2026 malicious releases carried \
               valid attestations because they were built in the job that published. Build and test in \
               other jobs, hand the archives on as an artifact, and let this job have two steps: fetch, \
               upload.",
        follows: "",
    },
    Code {
        code: "workflow/gate",
        title: "nobody has to agree before a workflow publishes",
        text: "T3. Who can push a tag can publish. On GitHub, add `environment: {name: pypi}` to the \
               job, give the environment reviewers, and name it in the trusted publisher on the index, \
               so that no other workflow of the repository can use it. Gitea ignores environments: \
               there, publish only in a run that somebody started by hand (`if: github.event_name == \
               'workflow_dispatch'`).",
        follows: "",
    },
    Code {
        code: "workflow/unpinned-action",
        title: "an action is named by something that can be moved",
        text: "T4. A tag such as `v4` can be pointed at other code by whoever takes over the action's \
               repository; in March 2025 that happened to an action that 23,000 repositories used. Pin \
               the commit, 40 hex digits, and write the version in a comment on the same line, which \
               update bots keep current. 40 zeros stand for a commit that was not known when the \
               workflow was written.",
        follows: "",
    },
    Code {
        code: "workflow/persisted-credentials",
        title: "a checkout leaves its token behind",
        text: "T5. `actions/checkout` writes the token of the job into `.git/config`, where every later \
               step, and everything that packs the folder, finds it. Add `persist-credentials: false`; \
               steps that push get the token in their environment.",
        follows: "",
    },
    Code {
        code: "workflow/cache",
        title: "a release restores what other runs wrote",
        text: "T6. A cache is shared with runs of other branches, and who can write to it can put code \
               into the next release; this is how packages were poisoned in December 2024 and May 2026. \
               Releases are rare: build them without caches.",
        follows: "",
    },
    Code {
        code: "workflow/dangerous-trigger",
        title: "a workflow runs with rights on what strangers send",
        text: "T7. `pull_request_target`, `workflow_run` and comments start workflows with the rights \
               and secrets of the repository, on input that anybody can send. Use `pull_request` for \
               tests. A workflow that publishes starts on a tag or by hand.",
        follows: "",
    },
    Code {
        code: "workflow/template-injection",
        title: "an expression is pasted into a script",
        text: "T8. The runner fills `${{ … }}` in before the shell reads the script, so that a branch, \
               a title or an input that contains `$(…)` is run. Put the value into `env` of the step \
               and write `\"$NAME\"` in the script: a variable is never read as code.",
        follows: "",
    },
    Code {
        code: "workflow/concurrency",
        title: "two runs of a release can meet",
        text: "T9. Two runs for one tag upload the same files at once, and `cancel-in-progress: true` \
               cuts off an upload in the middle. Write `concurrency` at the top with a group for the \
               ref and `cancel-in-progress: false`, so that the second run waits.",
        follows: "",
    },
    Code {
        code: "workflow/timeout",
        title: "a job may hang for six hours",
        text: "T10. A step that waits for a server that never answers holds the job, and the release, \
               until the runner's own limit. Add `timeout-minutes` to each job, a few times what it \
               usually takes.",
        follows: "",
    },
    Code {
        code: "workflow/stored-token",
        title: "an upload uses a token that is stored",
        text: "T11. A token in the secrets of a repository is valid for years and can be read by every \
               workflow. PyPI gives a workflow a token of 15 minutes instead: add `id-token: write` to \
               the job, register the workflow as a trusted publisher, and delete the secret. Where the \
               index has no trusted publishing, name the secret in the step that uploads and nowhere \
               else.",
        follows: "",
    },
    Code {
        code: "workflow/tag-filter",
        title: "more than tags of versions start a release",
        text: "T12. `*` and `v*` match any tag that anybody with the right to push makes. Write \
               `v[0-9]+.[0-9]+.[0-9]+*`, and protect these tags in the settings of the forge, so that \
               only those who release can make them.",
        follows: "",
    },
    Code {
        code: "workflow/runner",
        title: "a job runs on a machine that changes",
        text: "T13. `ubuntu-latest` becomes another system from one day to the next, and a runner of \
               your own keeps what earlier jobs left there. Name the image with its version \
               (`ubuntu-24.04`), and publish on a fresh machine.",
        follows: "",
    },
    Code {
        code: "workflow/unhashed-tool",
        title: "a workflow installs whatever an index has now",
        text: "T14. `pip install build twine`, `uvx tool` and `curl … | sh` run what was uploaded last; \
               stolen scanners and installers were used to take tokens in 2021 and 2026. Install by \
               version and hash: `pip install --require-hashes --no-deps -r FILE`. No other checker of \
               workflows looks for this.",
        follows: "",
    },
    Code {
        code: "workflow/artifact-hash",
        title: "what is uploaded is not compared with what was built",
        text: "T15. Between two jobs the archives lie in the artifact store, where another job of the \
               run can replace them. Hand the output `digest` of the build on as an output of its job, \
               which is another channel, and give it to the upload: `expect: ${{ \
               needs.build.outputs.digest }}`.",
        follows: "",
    },
    Code {
        code: "workflow/signal",
        title: "a cancelled run is killed without a word",
        text: "T16. When a run is cancelled, only the first process of the step gets the signal, and \
               seconds later everything is killed. `release` stops cleanly when it is told. Make `exec \
               release …` the last line of the step, so that it is that process; our action does.",
        follows: "",
    },
    Code {
        code: "workflow/environment-file",
        title: "what is filled in decides what later steps run",
        text: "T17. A line in `$GITHUB_ENV` or `$GITHUB_PATH` changes every later step, and a newline \
               in a value adds lines. Hand values on as outputs of the step. A delimiter that is known \
               (`name<<EOF`) can be ended by the value: use a random one. `release` writes its outputs \
               so.",
        follows: "",
    },
    Code {
        code: "workflow/release-order",
        title: "a release is announced before it is there",
        text: "T18. Users and update bots act on the forge's release. If it is public before the files \
               are on the index, or before its own assets are there, they get half of it, and an \
               immutable release cannot be put right. Make a draft, add the assets, publish it last, in \
               a job that waits for the upload: `release announce` does.",
        follows: "",
    },
    Code {
        code: "workflow/contents-write",
        title: "a job that runs other code may push",
        text: "T19. `contents: write` lets a job change branches, tags and releases. Tests, builds and \
               uploads do not need it. Give it to a job of its own that only tags, or that waits for \
               the upload and then makes the forge's release or publishes the status.",
        follows: "",
    },
    Code {
        code: "workflow/secrets-inherit",
        title: "secrets are handed on as a whole",
        text: "T20. `secrets: inherit` gives a called workflow every secret of the repository, those \
               added later, too. Name the ones it needs. A workflow that publishes is not called by \
               another one at all: PyPI binds the file that is called, and refuses or misleads.",
        follows: "",
    },
    Code {
        code: "workflow/local-action",
        title: "an action is taken from the working tree",
        text: "T21. `uses: ./action` runs what lies there when the step begins, and an earlier step can \
               have changed it. The form `$/action` takes it from the commit of the workflow instead.",
        follows: "",
    },
    Code {
        code: "workflow/third-party-action",
        title: "somebody else's action runs where something can be pushed or published",
        text: "T22. An action sees the rights and secrets of its job. In jobs that push or publish, use \
               the forge's own actions and the uploader, nothing else. harden-runner, which watches \
               what a job connects to, is a choice with reasons on both sides: it is such an action \
               itself. It is a warning here; leave it out with `--ignore` if you chose it.",
        follows: "",
    },
    Code {
        code: "workflow/ignored-by-gitea",
        title: "a workflow relies on something that Gitea has not",
        text: "Gitea mints no id-tokens, so that trusted publishing cannot work there; it takes one \
               label in `runs-on`; and where a bare `actions/checkout` comes from is a setting of the \
               instance. Use a token that is scoped to the project, one label, and whole addresses \
               (`https://github.com/actions/checkout@…`).",
        follows: "",
    },
    Code {
        code: "workflow/unreadable",
        title: "a workflow cannot be read",
        text: "The file is no YAML, is larger or deeper than any workflow, says a key twice, or uses a \
               form that runners read in different ways (merge keys, several documents). What nobody \
               can read alike cannot be judged, so it counts as an error and not as clean.",
        follows: "YAML 1.2",
    },
    Code {
        code: "workflow/none",
        title: "there is no workflow to judge",
        text: "`release check --workflows` looks in `.github/workflows`, `.gitea/workflows` and \
               `.forgejo/workflows` of the repository. Nothing there is not the same as nothing wrong. \
               Run `release init` to get workflows, or name the files.",
        follows: "",
    },
    Code {
        code: "workflow/value",
        title: "a value cannot stand in a workflow",
        text: "A branch, a tag template or a version of Python with quotes, spaces, colons or braces \
               would end its place in the workflow and become something else. Choose another name, or \
               write the workflow by hand and let `release check --workflows` judge it.",
        follows: "",
    },
];
