//! Codes of package indexes and of publishing.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "index/busy",
        title: "an index did not take a file in several attempts",
        text: "It answered with faults of its own (5xx), was silent, or broke the connection, and after each attempt its listing did not have the file. The cause of the last attempt is in the message. Sending the same bytes again is safe: run the same command later, and what is there by then is left alone. `timeouts` and `retries` of `[index.NAME]` set how long and how often it is tried.",
        follows: "",
    },
    Code {
        code: "index/credential",
        title: "an index does not accept the credentials",
        text: "The token is wrong, expired, revoked, or of another index; the message says where it was read from. PyPI takes only tokens, with the user `__token__`, and no passwords. Make a new token on the index and store it where the old one was.",
        follows: "https://pypi.org/help/#invalid-auth",
    },
    Code {
        code: "index/different-file",
        title: "an index has other bytes under this file name",
        text: "The same name with another sha256 means that the files here are not those that were published, for example because they were built again from other sources. Indexes never replace a file, and users who pinned its digest would rightly refuse another. Publish a new version, or fetch the published files to continue with them.",
        follows: "https://pypi.org/help/#file-name-reuse",
    },
    Code {
        code: "index/no-trust",
        title: "trusted publishing does not come about",
        text: "The job can prove who it is, and the index gives no token for it: it has no trusted publishing, names an audience that belongs to another index, or the runner does not answer. An identity for PyPI goes to PyPI alone, whoever asks. Use a token of the project.",
        follows: "docs.pypi.org, Trusted Publishers",
    },
    Code {
        code: "index/mint",
        title: "the index does not know this job as a publisher",
        text: "The job said who it is and the index refused; the message has its code, the hints have the values that it compares: repository, the file name of the workflow, environment. Under Publishing of the project on the index, add a publisher with exactly these, or correct the one that is there. A reusable workflow is matched by the file that is called.",
        follows: "docs.pypi.org, Trusted Publishers",
    },
    Code {
        code: "index/empty-token",
        title: "there is no token where one should be",
        text: "Standard input or the file that was named for the token is empty. In a pipeline this is often a secret that the runner did not hand out, for example to a pull request from a fork. Put the token there, and nothing else.",
        follows: "",
    },
    Code {
        code: "index/file-changed",
        title: "a file has changed since it was checked",
        text: "The bytes that would be sent are not those that the check saw a moment ago: somebody is building into the same folder. Let the build end, then run the command again.",
        follows: "",
    },
    Code {
        code: "index/listing",
        title: "an index does not say what it has",
        text: "Before anything is sent, the simple API of the index is asked which files it has; it answered with a status that is neither a listing nor `404`. Correct `simple` in `[index.NAME]`, for example `simple = \"https://example.org/simple/\"`, or wait until the index is well again.",
        follows: "PEP 503, PEP 691",
    },
    Code {
        code: "index/listing-format",
        title: "what should be a simple API is none",
        text: "The URL answered with something else than the JSON or HTML of a simple API, or led in circles. It is often the page for people instead of the API, such as `https://pypi.org/project/…` instead of `https://pypi.org/simple/`. Correct `simple` in `[index.NAME]`.",
        follows: "PEP 503, PEP 691",
    },
    Code {
        code: "index/other-name",
        title: "the index has the same bytes under another name",
        text: "PyPI takes the same bytes once, whatever they are called, and its listing has a file with this very digest under another name. Nearly always one of two files in `dist/` is a copy of the other, for example a wheel that was renamed instead of built for another platform. Remove the copy; a file that is really another one has other bytes.",
        follows: "https://pypi.org/help/#file-name-reuse",
    },
    Code {
        code: "index/project-status",
        title: "the project takes no files",
        text: "The index lists the project as archived by its owners, or as quarantined by the people of the index, and refuses every file of it, in words that sound as if the token were wrong. An archived project is opened again by an owner; a quarantined one is looked into by the people of the index, who write to its owners.",
        follows: "PEP 792",
    },
    Code {
        code: "index/rate-limited",
        title: "an index takes no more uploads for now",
        text: "It answered 429 and asked for a longer pause than the five minutes that are waited in all. PyPI limits new projects to 20 an hour for each user. Run the same command again after the time in the message; what is there is not sent twice.",
        follows: "RFC 9110, section 10.2.3",
    },
    Code {
        code: "index/record",
        title: "a record in the folder of the embedded index is broken",
        text: "Beside each archive in `files/` of the folder lies a record in JSON, and one cannot be read or is about another file. Somebody changed the folder by hand, or the disk failed. Remove the record and its archive, and upload the archive again.",
        follows: "",
    },
    Code {
        code: "index/settings",
        title: "the state of the embedded index means nothing",
        text: "`index.json` in the folder of an embedded index says whom it knows and in which state it is: users, owners, publishers, limits, pauses. A key that nobody knows is refused rather than ignored, since a rehearsal against another state than the one that was meant proves nothing. Correct the key that is named; the README lists all of them. A server that runs answers 500 until the file can be read again.",
        follows: "",
    },
    Code {
        code: "index/redirected",
        title: "an index redirects uploads",
        text: "Tokens are never sent to where a redirect leads. Often only a slash is missing at the end: PyPI's URL is `https://upload.pypi.org/legacy/`. Set `upload` in `[index.NAME]` to the new address if you trust its host.",
        follows: "",
    },
    Code {
        code: "index/refused",
        title: "an index does not take a file",
        text: "The message carries the words of the index: the metadata break a rule, the file name was used before, the release is older than 14 days, or the file is too large. It is not sent again, since the answer would be the same. Put right what it says, under a new version where the name is burned. After 409 it has a file of this name that its simple API does not list: that is often elsewhere than next to the URL for uploads, as with devpi, where `simple` of `[index.NAME]` is `https://devpi.example.org/USER/INDEX/+simple/`.",
        follows: "https://docs.pypi.org/api/upload/",
    },
    Code {
        code: "index/scope",
        title: "the credentials are not for this project",
        text: "The index knows the token, and it may not upload to this project: it is limited to another one, or its user is no maintainer here. A token that is limited to a project can never create a new one, so the first upload of a project needs one of the user. An archived project answers in the same way.",
        follows: "https://pypi.org/help/#project-name",
    },
    Code {
        code: "index/served",
        title: "another server uses the folder of an index",
        text: "Two servers over one folder would not know of each other's files. End the other one, or choose another folder with `release index serve --data DIR`.",
        follows: "",
    },
    Code {
        code: "index/token-of-other-index",
        title: "a token would go to an index that did not issue it",
        text: "PyPI's tokens name the index that issued them, and this one names another than the upload goes to. Nothing was sent, since a token in the wrong hands is a lost token. Give each index its own, for example `RELEASE_TOKEN_TESTPYPI` beside `RELEASE_TOKEN_PYPI`.",
        follows: "",
    },
    Code {
        code: "index/token-form",
        title: "what stands where a token should be is none",
        text: "A token is one word, and is sent as it stands. White space or a second line in it, quotes around it, `__token__:` before it, or a part that was cut off while copying make it something that no index knows, and an index that takes only tokens knows no password either. Nothing was sent. The hint says what to take away; where the token is damaged, copy it again or make a new one, since an index shows it only once.",
        follows: "",
    },
    Code {
        code: "index/two-credentials",
        title: "two sources hold different credentials for one index",
        text: "Credentials are looked for in an order, and the first would be used. Where a second place holds others for the same index, nobody can tell which are meant: a token that was replaced in one place, or a variable that is left from another project. Nothing was sent. Remove one of them, or say which is meant with `--token-file FILE` or `--token-stdin`. The same value in two places is fine, and so is `RELEASE_TOKEN` beside `RELEASE_TOKEN_<INDEX>`: the second is the more exact.",
        follows: "",
    },
    Code {
        code: "index/pypirc",
        title: "others can read the passwords in `.pypirc`",
        text: "`~/.pypirc` holds tokens that are good until somebody revokes them, and its mode lets other users of this machine read it. It is refused before anything of it is used, as ssh does with keys. Run `chmod 600 ~/.pypirc`; where others have an account here, make a new token, too.",
        follows: "packaging.python.org, The .pypirc file",
    },
    Code {
        code: "index/first-upload",
        title: "the project is not there, and this token cannot make it",
        text: "A token that is limited to a project can upload to that project and never make one, and the index lists none of this name. The first upload of a project needs a token for the whole account, or a pending publisher: an entry on the index that lets one workflow make one new project. Afterwards replace the account's token by one of the project.",
        follows: "https://pypi.org/help/#project-name",
    },
    Code {
        code: "publish/same-job",
        title: "a build backend ran in the job that would publish",
        text: "A build backend is code of others, and so is everything that it depends on. In the job that holds a token, or may ask for one, it can read that from memory or wait for it: packages were published with a stolen right and valid signatures in this way. Build in one job without any right, hand the archives and their digest on, and publish in another. `--same-job` publishes nevertheless; native builds run no code of others and are not meant.",
        follows: "docs.pypi.org, Trusted publishers, security model",
    },
    Code {
        code: "publish/other-project",
        title: "a file is of another project than the configured one",
        text: "Trusted publishing makes a new project as soon as a token is asked for, by the name that was entered on the index. When the archive then names another, the upload fails and an empty project is left, so the names are compared before. Correct `project.name`, or publish from the folder of the project that the file is of.",
        follows: "docs.pypi.org, Trusted publishers, troubleshooting",
    },
    Code {
        code: "publish/other-archives",
        title: "the archives are not those that were built",
        text: "`--expect` names the output `digest` of `release build`: one sha256 over the names and hashes \
               of all archives. What is about to be uploaded has another one, so a file was changed, added \
               or lost on the way, for instance in the artifact store of a workflow. Nothing was sent. \
               Find out what happened, and build again.",
        follows: "",
    },
    Code {
        code: "publish/no-manifest",
        title: "what `--expect` names is no manifest",
        text: "`--expect` takes the output `digest` of `release build`, 64 hexadecimal digits, or the path of the `release-manifest.json` that `release build --manifest` wrote beside the archives. The file that was named is something else, or only a part of it arrived. Nothing was sent.",
        follows: "",
    },
    Code {
        code: "publish/check-failed",
        title: "the check found errors in what would be published",
        text: "Every file is checked before the first byte leaves this machine, since a version that is half published cannot be taken back. The causes are the findings of `release check`, each with its code. Put them right and build again.",
        follows: "",
    },
    Code {
        code: "index/attestation",
        title: "an attestation beside an archive proves nothing of it",
        text: "`NAME.publish.attestation` or `NAME.slsa.attestation` lies beside an archive and does not hold: its signature, certificate or entry in the log is wrong, or it is about another file, or was signed by another repository, workflow or branch than this project's. PyPI would refuse the file with it. Sign again in the job that publishes, from the files that it sends.",
        follows: "PEP 740",
    },
    Code {
        code: "index/no-attestation",
        title: "an archive has no attestation and one is required",
        text: "`attestations = \"require\"` of this index says that nothing is published without one, and neither `NAME.publish.attestation` nor `NAME.slsa.attestation` lies beside the archive. Sign it in the job that publishes, for example with PyPI's own action, or say `prefer` in `[index.NAME]`.",
        follows: "PEP 740",
    },
    Code {
        code: "index/provenance",
        title: "what an index says of who published a file is not in its form",
        text: "The provenance of a file is one JSON document on the index itself, with a version, and bundles of attestations by publisher. What came is cut off, of another version, without any attestation, or lies on another host than the index. Without it nothing can be said of who published the file.",
        follows: "PEP 740",
    },
];
