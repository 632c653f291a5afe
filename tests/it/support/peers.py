"""What other checkers say of archives and projects, as the names of their rules.

Reads a list of paths as JSON from standard input; a folder is a project in git for check-sdist. Prints for each a sorted
list of `tool rule`, where a tool without names for its rules has those of reference/build-check.md (T1, CS1...).
"""

import contextlib
import io
import json
import logging
import os
import re
import sys

TWINE = [
    ("T1", r"Unknown distribution format|Invalid distribution file|Not a known archive|ReadError|BadZipFile"),
    ("T2", r"Too many top-level|PKG-INFO is not a regular|No PKG-INFO|missing 'Metadata-Version'.*tar|sdist"),
    ("T3", r"No METADATA"),
    ("T5", r"unrecognized or malformed field"),
    ("T6", r"Invalid distribution metadata"),
    ("T7", r"`long_description_content_type` missing"),
    ("T8", r"`long_description` missing"),
    ("T9", r"syntax errors in markup"),
]


def twine(path):
    from twine.commands import check

    output = io.StringIO()
    handler = logging.StreamHandler(output)
    logger = logging.getLogger("twine")
    logger.addHandler(handler)
    failed = False
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            failed = check.check([path], strict=True)
        except Exception as error:
            failed = True
            print(f"{type(error).__name__}: {error}")
    logger.removeHandler(handler)
    said = output.getvalue()
    rules = {f"twine {rule}" for rule, words in TWINE if re.search(words, said)}
    if "twine T5" in rules:
        rules -= {"twine T6"}
    if {"twine T3", "twine T1"} & rules:
        rules -= {"twine T2"}
    return rules or ({"twine other: " + said.strip()[-200:]} if failed else set())


def contents(path):
    from check_wheel_contents.__main__ import main
    from click.testing import CliRunner

    result = CliRunner().invoke(main, ["--no-config", path])
    rules = set(re.findall(r": (W\d\d\d):", result.output))
    if not rules and result.exit_code:
        rules = {"invalid"}
    return {f"check-wheel-contents {rule}" for rule in rules}


def pydistcheck(path):
    from click.testing import CliRunner
    from pydistcheck import cli

    result = CliRunner().invoke(cli.check, [path])
    rules = set(re.findall(r"^\d+\. \[([a-z-]+)\]", result.output, flags=re.M))
    if not rules and result.exit_code:
        rules = {"unreadable"}
    return {f"pydistcheck {rule}" for rule in rules}


def check_sdist(folder):
    from check_sdist.__main__ import compare
    from pathlib import Path

    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = compare(Path(folder), isolated=False, installer="pip")
    return {f"check-sdist {rule}" for bit, rule in ((1, "CS1"), (2, "CS2")) if code & bit}


def said(path):
    if os.path.isdir(path):
        return check_sdist(path)
    # Names alone are said.
    folder, name = os.path.split(path)
    os.chdir(folder)
    rules = twine(name) | pydistcheck(name)
    return rules | contents(name) if name.endswith(".whl") else rules


def main():
    # What builds print goes elsewhere than the answer.
    with os.fdopen(os.dup(1), "w") as answer:
        os.dup2(2, 1)
        json.dump([sorted(said(path)) for path in json.load(sys.stdin)], answer)


main()
