"""What twine and check-wheel-contents say of archives.

Reads a list of paths as JSON from standard input, and prints for each a list of what was said, without the folder.
"""

import contextlib
import io
import json
import logging
import os
import sys

from check_wheel_contents.__main__ import main as contents
from click.testing import CliRunner
from twine.commands import check


def said_by_twine(path):
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    logging.getLogger("twine").addHandler(handler)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            failed = check.check([path], strict=True)
            verdict = "failed" if failed else "passed"
        except Exception as error:
            verdict = f"{type(error).__name__}: {error}"
    logging.getLogger("twine").removeHandler(handler)
    return f"twine: {verdict}\n{output.getvalue()}"


def said_by_contents(path):
    result = CliRunner().invoke(contents, ["--no-config", path])
    return f"check-wheel-contents: {result.exit_code}\n{result.output}"


def main():
    answers = []
    for path in json.load(sys.stdin):
        folder, name = os.path.split(path)
        # Names alone are said, and lines are broken by nothing else.
        os.chdir(folder)
        said = [said_by_twine(name)]
        if name.endswith(".whl"):
            said.append(said_by_contents(name))
        answers.append(said)
    print(json.dumps(answers))


main()
