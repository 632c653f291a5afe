"""Starts the program `release` that was installed with this package, so that `uvx pyrelease` works."""

import importlib.metadata
import os
import sys


def main():
    """Becomes the program, with the same arguments."""
    for file in importlib.metadata.files("pyrelease") or []:
        if file.parts[-2:-1] in [("bin",), ("Scripts",)] and file.stem == "release":
            program = os.fspath(file.locate())
            os.execv(program, [program, *sys.argv[1:]])
    sys.exit("the program `release` is missing from this installation of pyrelease")
