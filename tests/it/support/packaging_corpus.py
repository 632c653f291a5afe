"""Prints what PyPA's packaging says about versions, as one JSON document.

The first argument is packaging's own source distribution, whose tests hold its corpus: an ordered list of versions,
and spellings with their normal form. They are read as data, nothing of them is run. The second is a file of texts,
one JSON string a line: each gets its normal form, or null, and its rank among all that are versions.
"""

import ast
import json
import sys
import tarfile

from packaging.version import InvalidVersion, Version


def tests(path):
    with tarfile.open(path) as archive:
        name = next(n for n in archive.getnames() if n.endswith("/tests/test_version.py"))
        return ast.parse(archive.extractfile(name).read())


def ordered(tree):
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "VERSIONS":
            return ast.literal_eval(node.value)
    raise SystemExit("packaging's tests have no VERSIONS any more")


def spellings(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        try:
            names, cases = ast.literal_eval(node.args[0]), ast.literal_eval(node.args[1])
        except ValueError:
            continue
        if names == ("version", "normalized"):
            return cases
    raise SystemExit("packaging's tests have no normal forms any more")


def parsed(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def main():
    tree = tests(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as lines:
        versions = [parsed(json.loads(line)) for line in lines]
    ranks, rank, before = {}, 0, None
    for version in sorted({v for v in versions if v is not None}):
        rank += before is not None and before < version
        before = version
        ranks[version] = rank
    answers = [None if v is None else [str(v), ranks[v]] for v in versions]
    json.dump({"ordered": ordered(tree), "spellings": spellings(tree), "answers": answers}, sys.stdout)


main()
