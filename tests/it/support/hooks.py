"""Builds projects with a backend of this environment, without isolation: the sdist from the project, the wheel from
the unpacked sdist, as `build` does.

Reads {"preload": [modules], "jobs": N, "tasks": [{"source", "out"}]} as JSON from standard input. Every hook runs in
a process of its own, forked from this one, which has the backend loaded already. In the folder `out` of a task are
afterwards `dist/` with the archives, and `failure` with what the failing hook printed where one failed.
"""

import importlib
import json
import os
import signal
import sys
import tarfile
import tomllib
import traceback

SECONDS = 300


def backend_of(folder):
    """The backend of the project in this folder (PEP 517, PEP 518)."""
    try:
        with open(os.path.join(folder, "pyproject.toml"), "rb") as file:
            table = tomllib.load(file).get("build-system", {})
    except FileNotFoundError:
        table = {}
    for path in reversed(table.get("backend-path", [])):
        sys.path.insert(0, os.path.join(folder, path))
    module, _, attributes = table.get("build-backend", "setuptools.build_meta:__legacy__").partition(":")
    backend = importlib.import_module(module)
    for attribute in filter(None, attributes.split(".")):
        backend = getattr(backend, attribute)
    return backend


def forked(action):
    """The process that does this and ends."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        action()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def hook(name, folder, dist):
    signal.alarm(SECONDS)
    os.chdir(folder)
    getattr(backend_of(folder), name)(dist)


def succeeds(name, folder, out):
    """Whether the hook does; what it prints is kept where it fails."""
    log = os.path.join(out, "failure")
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    kept = os.dup(1), os.dup(2)
    os.dup2(output, 1)
    os.dup2(output, 2)
    _, status = os.waitpid(forked(lambda: hook(name, folder, os.path.join(out, "dist"))), 0)
    if status:
        print(f"{name} failed: {status}", flush=True)
    for number, descriptor in enumerate(kept, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.close(output)
    if status == 0:
        os.remove(log)
    return status == 0


def build(source, out):
    dist = os.path.join(out, "dist")
    os.makedirs(dist)
    if not succeeds("build_sdist", source, out):
        return
    (name,) = os.listdir(dist)
    unpacked = os.path.join(out, "unpacked")
    with tarfile.open(os.path.join(dist, name)) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(unpacked, filter="data")
        else:
            archive.extractall(unpacked)
    (top,) = os.listdir(unpacked)
    succeeds("build_wheel", os.path.join(unpacked, top), out)


def main():
    os.umask(0o022)
    work = json.load(sys.stdin)
    for module in work["preload"]:
        importlib.import_module(module)
    running = {}
    failed = []
    for task in work["tasks"]:
        if len(running) >= work["jobs"]:
            wait(running, failed)
        running[forked(lambda task=task: build(task["source"], task["out"]))] = task["source"]
    while running:
        wait(running, failed)
    if failed:
        sys.exit(f"not the backend, but this script failed for {failed}")


def wait(running, failed):
    child, status = os.wait()
    source = running.pop(child)
    if status:
        failed.append(source)


main()
