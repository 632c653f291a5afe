//! Codes of the changelog.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "changelog/no-file",
        title: "there is no changelog to write into",
        text: "Fragments become a section of a file, and an entry needs a file, too. A first `CHANGELOG.md` needs one line, `# Changelog`; `release init` makes one. Another name or folder stands in `path`: `[tool.release.changelog] path = \"docs/news.rst\"`.",
        follows: "",
    },
    Code {
        code: "changelog/not-kept",
        title: "the project keeps no changelog",
        text: "`kind = \"none\"` in `[tool.release.changelog]` says that releases are told of elsewhere, so there is nothing to add to. Take the line out, or name another kind: `keep-a-changelog`, `fragments`, `generated`.",
        follows: "",
    },
    Code {
        code: "changelog/empty",
        title: "a release about which nothing is said",
        text: "Whoever upgrades wants to know what changes, and the section of the version, its tag and its release on the forge would be empty. Write at least one entry: `release changelog add fixed \"the cache is closed\"`. Where there really is nothing to say, `release bump --allow-empty-notes` goes on. Pre-releases may be silent; a run and a rehearsal only warn.",
        follows: "Keep a Changelog 1.1.0",
    },
    Code {
        code: "changelog/unsaid",
        title: "entries wait beside a section of the version that is there already",
        text: "A section that stands in the changelog is taken as it is: somebody wrote it. What stands under `Unreleased`, or in fragments, would then be in the release and not in its section, and be told with the next version. Move the entries into the section, or remove its heading, so that the bump makes the section of all of them. Where the version was written before (`--current`), this is a warning only.",
        follows: "Keep a Changelog 1.1.0",
    },
    Code {
        code: "changelog/open-twice",
        title: "two sections of what is not released yet",
        text: "A bump closes the first section `Unreleased` under the version. What stands in another one would be released and not be told. Two of them come from merges, and from headings such as `1.3.0 (unreleased)` beside `Unreleased`. Make one section of them.",
        follows: "Keep a Changelog 1.1.0",
    },
    Code {
        code: "changelog/title-format",
        title: "the heading that `title_format` gives is not that of the version",
        text: "`title_format` of `[tool.towncrier]` says how the heading of a release is written, with `{name}`, `{version}` and `{project_date}` in it. The section is found again by that heading, for the notes of the release and for the next bump, so it must begin with the version, or with one word and the version: `{name} {version} ({project_date})`, `## [{version}] - {project_date}`.",
        follows: "towncrier",
    },
    Code {
        code: "changelog/unknown-type",
        title: "no such type of change",
        text: "The type decides the heading and what the next version must be. The usual ones are added, changed, deprecated, removed, fixed and security; towncrier's feature, bugfix, doc, removal and misc are read as well. Own types stand in `[tool.release.changelog] types`, each with `name`, `heading` and `level`.",
        follows: "Keep a Changelog 1.1.0",
    },
    Code {
        code: "changelog/entry",
        title: "text that cannot be an entry",
        text: "An entry is one line below a heading: what begins like a heading, a list or a block of code would end the list that it stands in, and control characters have no place in a document. Longer texts are written into the file, or into a fragment, by hand.",
        follows: "",
    },
    Code {
        code: "changelog/generated",
        title: "entries that are made from commits cannot be added",
        text: "With `kind = \"generated\"` the section is made from conventional commits when the version is bumped. A commit whose subject is not meant for users gets the footer `Release-Note: what changes for them`; `Release-Note: none` keeps it out.",
        follows: "Conventional Commits 1.0.0",
    },
    Code {
        code: "changelog/fragment",
        title: "a fragment that cannot become an entry",
        text: "A fragment is a small text file in the folder of fragments. Its name says what it is about and of what type it is: `123.fixed.md`, `+faster-start.changed.md`. A file with another name or type, without text, with control characters or larger than 64 KiB would be lost silently, so the bump stops. Files that begin with a dot, README and templates are left alone.",
        follows: "towncrier",
    },
    Code {
        code: "changelog/template",
        title: "the template of the section fails",
        text: "The template is Jinja. Its values are `version`, `date`, `tag` and `groups`, each with `heading` (marked up), `name` and `entries`, each with `text`, `issues`, `scope` and `author`. What it gives must stay within one section: a heading of the same level as releases, or a block of code that is never closed, would swallow the sections below.",
        follows: "",
    },
    Code {
        code: "changelog/duplicate",
        title: "a version has two sections",
        text: "Which of the two is right cannot be told, and tools take the first one. It happens after merges, and with tools that write the same section again when they are run twice. Make one of them.",
        follows: "",
    },
    Code {
        code: "changelog/order",
        title: "the newest release does not stand first",
        text: "Readers look at the top, and so does everything that takes the newest section for the newest release. A maintenance release of an older line may stand above a higher version if its day is later. `Unreleased` stands above all.",
        follows: "Keep a Changelog 1.1.0",
    },
    Code {
        code: "changelog/date",
        title: "a day that is none",
        text: "The day of a release is written as ISO 8601 has it, `2026-11-21`: `2026-13-01` or `2026-1-5` is a mistake in writing that nobody sees for years.",
        follows: "ISO 8601",
    },
    Code {
        code: "changelog/link",
        title: "the link of a version leads elsewhere, or nowhere",
        text: "`[Unreleased]` compares from the newest release, and the link of a version compares up to its own tag. A bump keeps both up to date; by hand they are forgotten. A version in brackets without a definition is shown with its brackets.",
        follows: "Keep a Changelog 1.1.0",
    },
    Code {
        code: "changelog/no-section",
        title: "a released version has no section",
        text: "There is a tag of a final release, younger than the oldest section, and the changelog does not mention it. Write what changed from the messages of its commits. Older releases than the oldest section are not asked for, nor are pre-releases.",
        follows: "",
    },
    Code {
        code: "changelog/malformed-fragment",
        title: "a file among the fragments is none",
        text: "See `release explain changelog/fragment`. The bump would stop at this file; in a pull request it is cheaper to put right.",
        follows: "towncrier",
    },
    Code {
        code: "changelog/fragment-markup",
        title: "a fragment in another markup than the changelog",
        text: "The fragment ends in `.md`, and the changelog in `.rst`. It is taken over as it is, so links and code look wrong there. The other way round it is converted.",
        follows: "",
    },
    Code {
        code: "changelog/no-entry",
        title: "what is shipped changed, and nothing says so",
        text: "Since this branch left the reference that `--against` names, files changed that users get: modules of the packages, `pyproject.toml`, or the folders in `[tool.release.changelog] paths`. A fragment or a line below `Unreleased` is missing. If users need not know, say so: `release changelog add misc \"…\"`.",
        follows: "",
    },
    Code {
        code: "changelog/unconventional",
        title: "a commit that a generated changelog would not mention",
        text: "The changelog of this project is made from conventional commits, and this message begins with no type. Write it as `fix: what was wrong` before it is merged, or give it the footer `Release-Note: what changes for users`.",
        follows: "Conventional Commits 1.0.0",
    },
];
