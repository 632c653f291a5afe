"""Answers lines of JSON with what PyPA's packaging and Python's standard library say.

Reads the file named on the command line, writes one line of JSON for each. `null` means refused.
Where this project is stricter on purpose, the oracle is made as strict, and says so.
"""

import configparser
import email.parser
import email.policy
import json
import re
import sys

from packaging.markers import Marker
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version


def version(case):
    parsed = Version(case["text"])
    return [
        str(parsed), parsed.public, parsed.local, parsed.epoch, list(parsed.release),
        list(parsed.pre) if parsed.pre else None, parsed.post, parsed.dev, parsed.is_prerelease,
    ]


def compare(case):
    left, right = Version(case["left"]), Version(case["right"])
    return [(left > right) - (left < right), hash(left) == hash(right) if left == right else None]


def specifier(case):
    parsed = SpecifierSet(case["text"])
    versions = [Version(text) for text in case["versions"]]
    return [
        str(parsed),
        [parsed.contains(v) for v in versions],
        [parsed.contains(v, prereleases=False) for v in versions],
        bool(parsed.prereleases),
        SpecifierSet(str(parsed)) == parsed,
    ]


def requirement(case):
    parsed = Requirement(case["text"])
    # Stricter: names and extras must be valid names.
    for name in [parsed.name, *parsed.extras]:
        canonicalize_name(name, validate=True)
    return [
        str(parsed), parsed.name, sorted(parsed.extras), str(parsed.specifier), parsed.url,
        str(parsed.marker) if parsed.marker else None,
    ]


def two_sided(marker):
    """Whether each comparison has one variable and one value; stricter than packaging."""
    for item in marker:
        if isinstance(item, list):
            if not two_sided(item):
                return False
        elif isinstance(item, tuple):
            left, _, right = item
            if type(left).__name__ == type(right).__name__:
                return False
    return True


def marker(case):
    parsed = Marker(case["text"])
    value = None
    if two_sided(parsed._markers):
        try:
            value = parsed.evaluate(case["environment"])
        except (ValueError, KeyError):
            value = None
    return [str(parsed), value]


def wheel(case):
    name, version, build, tags = parse_wheel_filename(case["text"])
    canonicalize_name(case["text"].split("-")[0], validate=True)
    if any(character.isspace() for character in case["text"]):
        raise ValueError("stricter: white space")
    if build and not re.fullmatch(r"[A-Za-z0-9_.]*", build[1]):
        raise ValueError("stricter: characters of the build tag")
    return [name, str(version), list(build), sorted(str(tag) for tag in tags)]


def sdist(case):
    name, version = parse_sdist_filename(case["text"])
    stem, _, part = case["text"].rpartition("-")
    canonicalize_name(stem, validate=True)
    if any(character.isspace() for character in part):
        raise ValueError("stricter: white space")
    return [name, str(version)]


def metadata(case):
    # Text in place of bytes, since compat32 hides what is not ASCII behind its own Header class.
    parsed = email.parser.Parser(policy=email.policy.compat32).parsestr(case["text"])
    # Pythons before 3.13 keep line ends before the first word.
    headers = [[name, value.lstrip(" \t\r\n")] for name, value in parsed.items()]
    return [headers, parsed.get_payload()]


def validate(case):
    try:
        Metadata.from_email(case["text"].encode("utf-8"))
    except Exception as error:  # an ExceptionGroup is no ValueError
        if type(error).__name__ not in ("ExceptionGroup", "InvalidMetadata"):
            raise
        return [False]
    return [True]


def entry_points(case):
    parser = configparser.ConfigParser(delimiters="=", interpolation=None)
    parser.optionxform = str
    parser.read_string(case["text"])
    if parser.defaults() or "[DEFAULT]" in case["text"]:
        raise ValueError("stricter: DEFAULT")
    for group in parser.sections():
        for value in parser[group].values():
            if not re.fullmatch(r"[\w.]+\s*(:\s*[\w.]+\s*)?(\[.*\])?", value):
                raise ValueError("stricter: no reference")
    return [{group: sorted(parser[group]) for group in parser.sections()}]


def answer(case):
    try:
        return globals()[case["kind"]](case)
    except (ValueError, configparser.Error):
        return None


def main():
    with open(sys.argv[1], encoding="utf-8") as cases:
        for line in cases:
            sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")


main()
