"""Calls one PEP 517 hook; runs inside the build environment.

Reads {"hook", "backend", "backend_path", "arguments", "sdist", "answer"} as JSON from standard input and
writes {"value"}, {"missing"} or {"unknown"} to the file `answer`. Standard output belongs to the backend.
"""

import importlib
import json
import os
import sys
import tarfile


def unpack(path, into):
    """Unpacks an sdist below a folder; nothing of it is written elsewhere."""
    with tarfile.open(path) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(into, filter="data")
            return
        # Python 3.11.0 to 3.11.3 have no filters (PEP 706): files and folders alone, below the folder alone.
        for member in archive:
            parts = member.name.split("/")
            if member.name.startswith("/") or ".." in parts or not (member.isfile() or member.isdir()):
                raise tarfile.ExtractError(f"{member.name!r} is no plain file below the sdist's folder")
            archive.extract(member, into)


def say(answer):
    """Leaves the answer; whatever the backend printed is not in its way."""
    with open(task["answer"], "w", encoding="utf-8") as file:
        json.dump(answer, file)


def load(name):
    """The backend; nothing where it is missing itself, and not something that it needs."""
    module, _, attributes = name.partition(":")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if f"{module}.".startswith(f"{error.name}."):
            say({"unknown": str(error)})
            return None
        raise
    for attribute in filter(None, attributes.split(".")):
        if not hasattr(found, attribute):
            say({"unknown": f"`{module}` has no `{attributes}`"})
            return None
        found = getattr(found, attribute)
    return found


task = json.load(sys.stdin)

if task.get("sdist"):
    # The wheel is built from the sdist, so that what the sdist lacks is noticed.
    unpack(task["sdist"], task["into"])
    (top,) = os.listdir(task["into"])
    os.chdir(os.path.join(task["into"], top))

for folder in reversed(task["backend_path"]):
    sys.path.insert(0, os.path.abspath(folder))

backend = load(task["backend"])
if backend is not None:
    hook = getattr(backend, task["hook"], None)
    say({"missing": True} if hook is None else {"value": hook(*task["arguments"])})
