//! The codes of the rules over archives.

use crate::report::codes::Code;

/// The codes of this room.
pub(super) const CODES: &[Code] = &[
    Code {
        code: "check/bytecode",
        title: "compiled bytecode is in the archive",
        text: "Bytecode belongs to one version of Python, hides code from reviewers, and once leaked a \
               token of a PyPI administrator. Exclude `*.py[co]` in the build configuration.",
        follows: "PEP 427",
    },
    Code {
        code: "check/classifier-deprecated",
        title: "a classifier is deprecated",
        text: "PyPI refuses deprecated classifiers, naming the replacement where there is one. `Natural \
               Language :: Ukranian` became `Natural Language :: Ukrainian`. Change it in \
               pyproject.toml.",
        follows: "trove-classifiers",
    },
    Code {
        code: "check/classifier-private",
        title: "a classifier keeps the project off PyPI",
        text: "PyPI refuses every classifier that begins with `Private ::`, which is what it is for. If \
               the project should be published now, remove the line.",
        follows: "trove-classifiers",
    },
    Code {
        code: "check/classifier-unknown",
        title: "a classifier is not on the list",
        text: "PyPI takes only classifiers of its list and refuses the whole upload for one typing \
               error, as in `Programming Language :: Pyton`. The list here is dated; a newer classifier \
               may be right all the same.",
        follows: "trove-classifiers",
    },
    Code {
        code: "check/common-top-level",
        title: "the wheel installs a top-level name that many projects use",
        text: "Two projects that both install `tests` overwrite each other's files. Usually the folder \
               was not meant to ship at all. Exclude it, or use a `src` layout.",
        follows: "",
    },
    Code {
        code: "check/data-folder",
        title: "a file lies in a data folder that installers do not know",
        text: "Only `NAME-VERSION.data/` with `purelib`, `platlib`, `headers`, `scripts` and `data` \
               below it is installed. Any other spelling stays a stray folder in site-packages.",
        follows: "PEP 427",
    },
    Code {
        code: "check/data-scheme",
        title: "a file is installed outside of the package",
        text: "`NAME.data/data/etc/x` is written to `etc/x` below the environment, or below `/usr` for \
               system Pythons. Read data with `importlib.resources` from inside the package instead. \
               Man pages and shell completions are honest uses.",
        follows: "PEP 427",
    },
    Code {
        code: "check/dist-info",
        title: "the dist-info folder is missing or has another name",
        text: "A wheel has exactly one top-level `.dist-info` folder, named after its file name: \
               `demo-1.0.dist-info`. A second one, or one left behind by renaming the wheel, makes \
               installers disagree about what this is.",
        follows: "PEP 427",
    },
    Code {
        code: "check/empty-wheel",
        title: "the wheel holds nothing but metadata",
        text: "The wheel installs no file. That is right for a meta package and otherwise means that \
               the backend did not find the code: look at its include settings.",
        follows: "",
    },
    Code {
        code: "check/entry-point",
        title: "an entry point is malformed",
        text: "Installers make a command out of each entry point, so a name such as `../../x` would \
               write outside of the scripts folder. PyPI takes letters, digits, `_`, `.` and `-`. Put \
               it right under `[project.scripts]`.",
        follows: "Entry points specification",
    },
    Code {
        code: "check/file-size",
        title: "the file is larger than PyPI takes by default",
        text: "PyPI takes 100 MiB for each file, or up to 1 GiB for projects that asked. The limit \
               shows only when uploading, perhaps after other files went through. Ask first, or split \
               the project.",
        follows: "",
    },
    Code {
        code: "check/filename",
        title: "the file name is not the normal one",
        text: "The name is part of the metadata: normalized project, normalized version, tags. PyPI \
               refuses `Demo-1.0.tar.gz` and takes `demo-1.0.tar.gz`. An old setuptools is the usual \
               cause.",
        follows: "PEP 427, 625",
    },
    Code {
        code: "check/install-collision",
        title: "two members are installed to one place",
        text: "The root of a wheel and the folders `purelib` and `platlib` of its `.data` are unpacked into one folder, and so \
               is `data/lib/python3.12/site-packages`. Where two members meet there, the installer decides which one is \
               left, and RECORD tells the truth about one of them only. Ship the file once.",
        follows: "PEP 427",
    },
    Code {
        code: "check/installer-file",
        title: "the wheel carries a file that installers write",
        text: "INSTALLER, REQUESTED and direct_url.json tell how a project was installed. A wheel that \
               brings its own makes pip and uv tell untruths. They appear when an installed folder is \
               zipped; build instead.",
        follows: "PEP 376, 610",
    },
    Code {
        code: "check/layout",
        title: "the sdist does not have one top folder with PKG-INFO",
        text: "An sdist unpacks to one folder named like the file, `demo-1.0/`, with PKG-INFO in it. A \
               tar made by hand or by a forge has other names. Run `python -m build --sdist` or \
               `release build`.",
        follows: "PEP 625",
    },
    Code {
        code: "check/license-file",
        title: "a licence file that the metadata names is missing",
        text: "From metadata 2.4 on every License-File must lie in the archive: below `dist- \
               info/licenses/` in wheels, below the top folder in sdists. PyPI refuses the file \
               otherwise. Look at `license-files` in pyproject.toml.",
        follows: "PEP 639",
    },
    Code {
        code: "check/local-version",
        title: "the version has a local label",
        text: "Local labels (`1.0+cu121`) are for rebuilds by others; PyPI refuses them. setuptools-scm \
               adds one to builds that are not on a tag: commit, tag, and build again.",
        follows: "PEP 440",
    },
    Code {
        code: "check/metadata-duplicate",
        title: "a field of the metadata is given twice",
        text: "With two `Name` lines one reader takes the first and another the last. Look for metadata \
               that a plugin writes a second time.",
        follows: "PEP 566",
    },
    Code {
        code: "check/metadata-early",
        title: "License-File stands in metadata older than 2.4",
        text: "Older setuptools wrote License-File before the specification had it. PyPI refuses the \
               field in older metadata, so uploaders leave it out. Require `setuptools>=77`, which \
               writes metadata 2.4.",
        follows: "PEP 639",
    },
    Code {
        code: "check/metadata-invalid",
        title: "the metadata does not follow its specification",
        text: "A value does not parse, a field is unknown, or newer than the Metadata-Version. PyPI \
               judges the same rules on the upload form, so the release would fail after the build. The \
               message names field and line.",
        follows: "PEP 566, 639, 643",
    },
    Code {
        code: "check/metadata-mismatch",
        title: "the metadata names another project or version than the file name",
        text: "The file name says `demo 1.0`, METADATA says something else. PyPI does not compare the \
               two, but pip refuses to install the wheel. Renaming a wheel makes this; build it with \
               the right version.",
        follows: "PEP 427",
    },
    Code {
        code: "check/metadata-missing",
        title: "the wheel has no METADATA",
        text: "Without METADATA nobody knows what the wheel is. It lies in the dist-info folder. Build \
               the wheel instead of zipping a folder.",
        follows: "PEP 427",
    },
    Code {
        code: "check/metadata-old",
        title: "the metadata of an sdist is older than 2.2",
        text: "From Metadata-Version 2.2 on resolvers can trust the dependencies of an sdist without \
               building it. An old setuptools writes 2.1; require a newer one in `[build-system]`.",
        follows: "PEP 643",
    },
    Code {
        code: "check/metadata-refused",
        title: "PyPI refuses a value of the metadata",
        text: "The value follows the specification and PyPI takes it nevertheless not: a dependency by \
               URL, a link that is neither http nor https, an address without a domain, a summary above \
               512 characters. The message names the field.",
        follows: "",
    },
    Code {
        code: "check/metadata-version",
        title: "the Metadata-Version is missing or unknown",
        text: "PyPI takes 1.0 to 1.2 and 2.1 to 2.5. Version 2.0 never became one, 2.6 is too new. A \
               backend that writes a newer one can often be told an older (`core-metadata-version` in \
               hatchling).",
        follows: "Core metadata specifications",
    },
    Code {
        code: "check/platform-tag",
        title: "PyPI takes no wheels for this platform",
        text: "`linux_x86_64` says nothing about the C library that is needed, so PyPI refuses it. \
               Build in a manylinux or musllinux image and repair the wheel with auditwheel. The list \
               of platforms is dated.",
        follows: "PEP 600, 656",
    },
    Code {
        code: "check/pyproject-missing",
        title: "the sdist has no pyproject.toml",
        text: "Without it, installers guess setuptools in whatever version they find. The sdist format \
               asks for the file. Three lines of `[build-system]` are enough.",
        follows: "PEP 517",
    },
    Code {
        code: "check/record-duplicate",
        title: "RECORD lists a file twice",
        text: "Two lines for one file can hold two digests, and readers pick one. Tools that append to \
               RECORD without looking cause it. Build again, or rewrite RECORD with `wheel pack`.",
        follows: "PEP 376",
    },
    Code {
        code: "check/record-hash",
        title: "a file does not have the digest of RECORD",
        text: "RECORD proves what the builder packed. A file that was changed afterwards (patched, \
               signed, stripped) fails that proof, and PyPI does not look. Repack with `wheel pack`, \
               which writes RECORD anew.",
        follows: "PEP 376, 627",
    },
    Code {
        code: "check/record-hash-missing",
        title: "RECORD gives no digest for a file",
        text: "Every file but RECORD itself needs a digest; `demo/__init__.py,,` has none. Without it \
               nobody notices a changed file. Repack with `wheel pack`.",
        follows: "PEP 376, 627",
    },
    Code {
        code: "check/record-hash-unread",
        title: "a digest in RECORD is not compared",
        text: "sha384 and sha512 are allowed and not computed here, so this file is not proven. Every \
               current backend writes sha256.",
        follows: "PEP 376",
    },
    Code {
        code: "check/record-hash-weak",
        title: "RECORD uses a digest that is too weak",
        text: "md5 and sha1 can be forged and are forbidden in wheels. Only very old tools write them. \
               Build with a current backend.",
        follows: "PEP 427",
    },
    Code {
        code: "check/record-invalid",
        title: "RECORD cannot be read",
        text: "RECORD is CSV in UTF-8 with three fields a line: path, digest, size. PyPI refuses \
               others. Paths with commas need quotes, which hand-written RECORDs forget.",
        follows: "PEP 376",
    },
    Code {
        code: "check/record-mismatch",
        title: "RECORD and the contents of the wheel differ",
        text: "A file that RECORD does not list stays behind when uninstalling, and one that it lists \
               and is absent fails checks. PyPI warns by mail today and has announced to refuse. Repack \
               with `wheel pack`.",
        follows: "PEP 376, 627",
    },
    Code {
        code: "check/record-missing",
        title: "the wheel has no RECORD",
        text: "Installers refuse a wheel without RECORD: they could not uninstall it. A zipped folder \
               is no wheel. Build it with a backend.",
        follows: "PEP 376, 427",
    },
    Code {
        code: "check/record-signature",
        title: "RECORD has a signature that nobody reads",
        text: "These files are deprecated and no installer verifies them. Attestations (PEP 740) took \
               their place.",
        follows: "PEP 815",
    },
    Code {
        code: "check/record-size",
        title: "RECORD gives another size than the file has",
        text: "The size is the third field of a line. A wrong one shows that the file was changed after \
               the build. Repack with `wheel pack`.",
        follows: "PEP 376",
    },
    Code {
        code: "check/secret-file",
        title: "a file that usually holds secrets is in the archive",
        text: "`.env`, `.pypirc`, `.git/config`, SSH keys: thousands of live secrets were found in \
               published archives. Exclude the file in the build configuration. If it was ever \
               published, revoke what it holds; deleting a release does not call it back.",
        follows: "",
    },
    Code {
        code: "check/secret-file-of-tests",
        title: "a file that usually holds secrets is among the tests",
        text: "Projects ship `.env`, `.netrc` and keys that were made for their tests, and that is fine as long as nothing \
               in them opens anything: flask and httpx do. Look once whether it is so, and exclude the file if it is \
               not; what was published must be revoked.",
        follows: "",
    },
    Code {
        code: "check/startup-code",
        title: "a file runs whenever Python starts",
        text: "A top-level `.pth`, `sitecustomize.py` or `usercustomize.py` runs in every Python \
               process of the environment, imported or not; stolen releases of 2026 used this. If the \
               project needs it, as setuptools does, allow the file in the configuration.",
        follows: "PEP 829",
    },
    Code {
        code: "check/stray-file",
        title: "a file of the project lies at the top of the wheel",
        text: "`setup.py` or `__init__.py` at the top is installed straight into site-packages, where \
               the next project overwrites it. Exclude it, or use a `src` layout.",
        follows: "",
    },
    Code {
        code: "check/wheel-file",
        title: "the file WHEEL is missing or malformed",
        text: "WHEEL tells installers the format and the target library; `Root-Is-Purelib: true` or \
               `false` must be in it. Build the wheel instead of zipping a folder.",
        follows: "PEP 427",
    },
    Code {
        code: "check/wheel-tags",
        title: "the tags in WHEEL are not those of the file name",
        text: "`py2.py3-none-any` in the file name means the lines `Tag: py2-none-any` and `Tag: \
               py3-none-any` in WHEEL. They differ where a wheel was renamed. `wheel tags` changes \
               both.",
        follows: "PEP 425, 427",
    },
    Code {
        code: "check/wheel-version",
        title: "the Wheel-Version is not 1",
        text: "Installers refuse a major version that they do not know, and only `1.0` exists. Build \
               with a released backend.",
        follows: "PEP 427",
    },
    Code {
        code: "check/zip-ratio",
        title: "the wheel unpacks to more than PyPI allows",
        text: "PyPI refuses a zip that unpacks to more than 64 MiB and more than 50 times its size. \
               Large tables of zeros or repeated text do this; compress them inside, or make them at \
               first use.",
        follows: "",
    },
];
