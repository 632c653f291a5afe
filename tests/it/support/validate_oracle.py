"""Asks validate-pyproject of each text of a JSON list: the answer is a JSON list of `null` or why it is refused."""

import json
import logging
import sys
import tomllib

from validate_pyproject import api, errors

logging.disable(logging.CRITICAL)
validator = api.Validator()
answers = []
for text in json.load(open(sys.argv[1], encoding="utf-8")):
    try:
        validator(tomllib.loads(text))
        answers.append(None)
    except tomllib.TOMLDecodeError:
        answers.append("no TOML")
    except errors.ValidationError as error:
        answers.append(str(error).split("\n")[0])
    except TypeError:
        # It cannot show a date that stands where none belongs.
        answers.append("a date")
json.dump(answers, sys.stdout)
