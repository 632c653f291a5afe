//! Codes of the room `python`.

use super::Code;

/// All of them.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "python/name",
        title: "a text is not a project name",
        text: "A project name is made of ASCII letters, digits, `.`, `_` and `-`, and begins and ends with a letter or digit. Capitals and the kind of separator do not tell projects apart: `My.Pkg` and `my-pkg` are the same. `-pkg` and `my pkg` are no names. Change `name` in `[project]`, or the place that the message shows.",
        follows: "packaging.python.org: Names and normalization (PEP 508, PEP 503)",
    },
    Code {
        code: "python/version",
        title: "a text is not a version",
        text: "Python's versions are numbers parted by dots, perhaps followed by a pre-release, a post-release, a development release and a local label: `1.4.0rc1`, `1.4.0.post1`, `1.4.0.dev3+linux`. Versions of other schemes, such as `1.0.0-alpha.beta`, have no meaning here. Mind that `1.0-1` is a post-release. Write the version in the form that Python knows.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/version-number",
        title: "a number in a version is too large",
        text: "The standard sets no limit, but numbers above 18446744073709551615 are refused here because many tools read them wrongly. They come from timestamps such as `1.0.dev20240101123456789012`. Shorten the timestamp, for example to the date.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/specifier",
        title: "a text is not a version specifier",
        text: "A specifier is an operator and a version, several are parted by commas: `>=3.10,!=3.11.*`. `.*` goes with `==` and `!=` only, `~=` needs at least two numbers, and a local label goes with `==` and `!=` only. So `>=3.6.*` must become `>=3.6`, and Poetry's `^1.2` must become `>=1.2,<2`.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/marker",
        title: "a text is not an environment marker",
        text: "A marker compares variables of the machine with quoted texts: `python_version < \"3.12\" and sys_platform == \"linux\"`. The message names the character where reading stopped. Usual causes are `=` for `==`, a value without quotes, and a variable that does not exist.",
        follows: "packaging.python.org: Dependency specifiers (PEP 508)",
    },
    Code {
        code: "python/marker-value",
        title: "a marker cannot be evaluated",
        text: "Each comparison of a marker needs one variable and one quoted value, and `~=` and `===` need something that is a version. `\"a\" == \"b\"` and `os_name ~= \"posix\"` have no value. `extras` and `dependency_groups` exist in lock files only; in metadata write `extra == \"name\"`.",
        follows: "packaging.python.org: Dependency specifiers (PEP 508)",
    },
    Code {
        code: "python/requirement",
        title: "a text is not a requirement",
        text: "A requirement is a name, perhaps with extras, versions or a URL, and a marker: `httpx[http2]>=0.27; python_version >= \"3.10\"`. The message names the character where reading stopped. Parts that only one tool knows, such as Poetry's `||` or `^`, are refused by PyPI too. Behind a URL, a space must come before `;`.",
        follows: "packaging.python.org: Dependency specifiers (PEP 508)",
    },
    Code {
        code: "python/sdist-name",
        title: "a file is not named like a source distribution",
        text: "A source distribution is called `{name}-{version}.tar.gz`, with both parts normalised: `my_pkg-1.0rc1.tar.gz` for version `1.0-rc1` of `My.Pkg`. PyPI takes no other spelling, and `.zip` no more. Build the file again with a current backend instead of renaming it: the folder inside bears the same name.",
        follows: "packaging.python.org: Source distribution file name (PEP 625)",
    },
    Code {
        code: "python/wheel-name",
        title: "a file is not named like a wheel",
        text: "A wheel is called `{name}-{version}-{python}-{abi}-{platform}.whl`, with a build tag that begins with a digit before the tags if there is one. For example `my_pkg-1.0-py3-none-any.whl`. Installers take everything they know about a wheel from its name, so it must be right. Build the file again with a current backend instead of renaming it.",
        follows: "packaging.python.org: Binary distribution format (PEP 427)",
    },
    Code {
        code: "python/tag",
        title: "a text is not a compatibility tag",
        text: "A tag says where a wheel runs, by interpreter, binary interface and platform: `cp312-abi3-manylinux_2_28_x86_64`. Each part can name several, parted by dots, as in `py2.py3-none-any`. Empty parts and other characters than letters, digits and `_` are refused, and so is a set that stands for thousands of tags. Set the tag where the build is configured.",
        follows: "packaging.python.org: Platform compatibility tags (PEP 425)",
    },
    Code {
        code: "python/entry-points",
        title: "a file of entry points cannot be read",
        text: "`entry_points.txt` has `[group]` headings and below them lines `name = module:attribute`. PyPI refuses lines without `=`, and a group or name that stands twice. The file comes from `[project.scripts]`, `[project.gui-scripts]` and `[project.entry-points]`: put it right there and build again.",
        follows: "packaging.python.org: Entry points specification",
    },
    Code {
        code: "python/entry-point",
        title: "an entry point refers to nothing that can be imported",
        text: "An entry point is `module` or `module:attribute`, both Python names parted by dots: `tool = \"my_pkg.cli:main\"`. File names (`my_pkg/cli.py`) and names with `-` cannot be imported. Names of groups are words parted by dots, and no name stands twice in a group. Change it in `[project.scripts]` or `[project.entry-points]`.",
        follows: "packaging.python.org: Entry points specification",
    },
    Code {
        code: "python/license",
        title: "a text is not a license expression",
        text: "A license expression is made of SPDX ids, `AND`, `OR`, `WITH` and parentheses: `MIT OR Apache-2.0`. Names such as `MIT License` are no ids. A license that SPDX does not list is called `LicenseRef-` and a name of your choice. Change `license` in `[project]`.",
        follows: "packaging.python.org: License expression (PEP 639), SPDX 2.3 annex D",
    },
    Code {
        code: "python/bump-unknown",
        title: "neither a step nor a version was named",
        text: "What comes next is named by steps or by a version. Steps are `major`, `minor`, `patch`, `a`, `b`, `rc`, `pre`, `dev`, `post`, `release`, `epoch` and `auto`; a level, a phase and `dev` can be joined, as in `minor,rc`. A version is written in full, as in `1.4.0`.",
        follows: "",
    },
    Code {
        code: "python/bump-conflict",
        title: "two steps exclude each other",
        text: "One level, one phase and `dev` go together, as in `minor,rc,dev`. Two levels or two phases do not, and `post`, `release` and `epoch` stand alone. For anything beyond that, name the version in full: `1.4.0.post1.dev1`.",
        follows: "",
    },
    Code {
        code: "python/bump-phase-back",
        title: "the phase that was asked for is over",
        text: "Phases follow each other: `a`, `b`, `rc`, then the final version. From `1.3.0rc1` there is no way to a higher `1.3.0b1`, and installers would not take it for an update. Use `pre` for the next candidate, or begin a new version with `minor,b`.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/bump-nothing-to-release",
        title: "the version is final already",
        text: "`release` turns a pre-release or development release into the final version it announces: `1.3.0rc2` becomes `1.3.0`. The current version announces nothing. Use `patch`, `minor` or `major` to go on.",
        follows: "",
    },
    Code {
        code: "python/bump-post-of-pre",
        title: "a version that is not final gets no post-release",
        text: "A post-release mends something around a final version, such as its description, without changing the code. The standard strongly discourages one of a pre-release. Use `pre` for the next pre-release or `release` for the final version; `--exact` allows it as uv does.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/bump-epoch-dropped",
        title: "the version drops the epoch",
        text: "An epoch goes before all other numbers: `1!1.2` is above `2.0`. Once a version with an epoch is out, every later one needs it. Write it with the version, as in `1!2.0`.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/bump-same",
        title: "the version is the current one",
        text: "Zeros at the end do not count, so `1.2` and `1.2.0` are the same version, and so are `1.0rc1` and `1.0-rc.1`. A file that is on PyPI can never be replaced. Name a higher version.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/bump-lower",
        title: "the version is below the current one",
        text: "Installers take the highest version, so a lower one would never reach anybody who has the current one. This is refused without an exception. If a release was wrong, publish a higher one that mends it and yank the wrong one.",
        follows: "packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/scheme",
        title: "there is no such scheme of versions",
        text: "The scheme says what the numbers of a version mean. `pep440` allows whatever Python does, `semver` only what SemVer 2.0.0 can say in the same order, `calver` takes the first numbers from the day; `calver:YYYY.MM.DD` and the like name the pattern. Correct `--scheme`, or `scheme` of the configuration.",
        follows: "",
    },
    Code {
        code: "python/calver-pattern",
        title: "a text is not a pattern of calendar versions",
        text: "A pattern goes from the year down, parted by dots: `YYYY` or `YY`; then nothing, `MM`, `MM.DD` or `WW`; then counters: `MINOR`, and `MICRO` (also `PATCH` or `INC0`, from 0) or `INC1` (from 1). So `YYYY.MM.MICRO`, `YY.MINOR.MICRO`, `YYYY.MM.DD`. Words that fill up with zeros, such as `0M`, are refused: PEP 440 drops those zeros, so that the file, its name on PyPI and the tag would differ. Other orders are refused, since their versions would fall.",
        follows: "calver.org, packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/calver-level",
        title: "the level means nothing in the pattern",
        text: "In a calendar version the day gives the first numbers, so there is no `major`. `minor` counts up `MINOR`, where the pattern has it, and `patch` the last counter; when the day has moved on, either begins anew with the numbers of the day. Use `patch` or `auto`, or name the version in full.",
        follows: "calver.org",
    },
    Code {
        code: "python/calver-stuck",
        title: "the day has its version already, and there is nothing to count",
        text: "With a pattern such as `YYYY.MM.DD` there is one version a day, with `YYYY.MM` one a month. To release again at once, use `post` where only something around the code was mended; else end the pattern with `.MICRO`, so that the next one is counted: `2026.11.21` is followed by `2026.11.21.1`.",
        follows: "calver.org",
    },
    Code {
        code: "python/calver-misfit",
        title: "the version is not of the pattern",
        text: "The scheme of the project takes its versions from the calendar, and this one cannot be of its pattern: it has too few or too many numbers, or a month, week or day that does not exist. Correct it, or change `scheme` of the configuration if the project leaves the calendar.",
        follows: "calver.org",
    },
    Code {
        code: "python/not-semver",
        title: "a text is not a version of SemVer",
        text: "SemVer has exactly three numbers without leading zeros, perhaps a pre-release behind `-` and build metadata behind `+`: `1.4.0`, `1.4.0-rc.1`. What is valid in PEP 440 need not be: `1.4` and `1.4.0rc1` are not. Write it in full, or leave `--scheme semver` out.",
        follows: "semver.org 2.0.0",
    },
    Code {
        code: "python/no-semver-form",
        title: "SemVer cannot say this version",
        text: "Only what both schemes sort alike is mapped. SemVer has no epochs and no more than three numbers. A post-release would be a pre-release there, below the release that it mends. A development release of a pre-release (`1.4.0a1.dev2`) would be above the pre-release that it leads to. `1.4.0.dev3` is `1.4.0-0.dev.3`, since `-dev.3` would be above `-alpha.1`. Choose another version, or the scheme `pep440`.",
        follows: "semver.org 2.0.0, packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/no-pep440-form",
        title: "PEP 440 cannot say this version",
        text: "Python knows the pre-releases `alpha`, `beta` and `rc` with a number, and development releases (`-0.dev.1`). `1.0.0-alpha.beta` has no counterpart. `1.0.0-1` has one that means the opposite: a pre-release in SemVer, a post-release in PEP 440. `1.0.0-rc10` is refused because SemVer compares it as text, below `rc9`. Nothing is converted to something near it: write one of the forms that both know.",
        follows: "semver.org 2.0.0, packaging.python.org: Version specifiers (PEP 440)",
    },
    Code {
        code: "python/bump-too-large",
        title: "a number cannot be counted up",
        text: "The largest number in a version is 18446744073709551615, and one that must grow is there already. Most likely it is a timestamp. Name the next version in full.",
        follows: "",
    },
];
