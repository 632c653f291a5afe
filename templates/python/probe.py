"""Looks at an installed distribution from within its environment.

Reads {"package", "imports"} as JSON from standard input and writes one JSON document to standard output:
what was tried, whether it worked, and how long it took. Run with -I from an empty folder, so that nothing
but the environment is seen.
"""

import contextlib
import importlib
import importlib.metadata
import io
import json
import os
import sys
import time

task = json.load(sys.stdin)
tried = []
installed = []
# What compiled modules and children print must not spoil the document either.
answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def attempt(kind, name, action):
    started = time.perf_counter()
    # What the package prints must not spoil the document.
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            action()
            error = None
        except BaseException as raised:  # noqa: BLE001 - SystemExit at import is a finding, too
            error = f"{type(raised).__name__}: {raised}"
    milliseconds = round((time.perf_counter() - started) * 1000)
    tried.append({"kind": kind, "name": name, "error": error, "milliseconds": milliseconds})


distribution = importlib.metadata.distribution(task["package"])
modules = task["imports"]
if modules is None:
    code = (".py", ".so", ".pyd")
    tops = {file.parts[0].split(".")[0] for file in distribution.files or [] if file.suffix in code}
    # An editable installation has only what leads to the project.
    tops = {name for name in tops if name.isidentifier() and "editable" not in name}
    modules = sorted(tops or [task["package"].replace("-", "_")])
for module in modules:
    attempt("import", module, lambda: importlib.import_module(module))
scripts = os.path.dirname(sys.executable)
for entry in distribution.entry_points:
    name = f"{entry.group}: {entry.name} = {entry.value}"
    # Without what its extra brings, an entry point that asks for one cannot load.
    if entry.extras:
        continue
    attempt("entry-point", name, entry.load)
    if entry.group != "console_scripts":
        continue
    if os.path.exists(os.path.join(scripts, entry.name)):
        if tried[-1]["error"] is None:
            installed.append(entry.name)
    else:
        tried.append({"kind": "script", "name": entry.name, "error": "is not installed", "milliseconds": 0})
with answer:
    json.dump({"version": distribution.version, "modules": modules, "scripts": installed, "tried": tried}, answer)
