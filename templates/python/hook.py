"""Calls one PEP 517 hook; runs inside the build environment.

Reads {"hook", "backend", "backend_path", "arguments", "sdist", "answer"} as JSON from standard input and
writes {"value"} or {"missing"} to the file `answer`. Standard output belongs to the backend.
"""

import importlib
import json
import os
import sys
import tarfile

task = json.load(sys.stdin)

if task.get("sdist"):
    # The wheel is built from the sdist, so that what the sdist lacks is noticed.
    with tarfile.open(task["sdist"]) as archive:
        archive.extractall(task["into"], filter="data")
    (top,) = os.listdir(task["into"])
    os.chdir(os.path.join(task["into"], top))

for folder in reversed(task["backend_path"]):
    sys.path.insert(0, os.path.abspath(folder))

module, _, attributes = task["backend"].partition(":")
backend = importlib.import_module(module)
for attribute in filter(None, attributes.split(".")):
    backend = getattr(backend, attribute)

hook = getattr(backend, task["hook"], None)
if hook is None:
    answer = {"missing": True}
else:
    answer = {"value": hook(*task["arguments"])}
with open(task["answer"], "w", encoding="utf-8") as file:
    json.dump(answer, file)
