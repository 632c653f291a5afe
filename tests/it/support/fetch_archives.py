"""Download the pinned archives of a corpus.

Usage: fetch_archives.py TABLE.csv FOLDER

Reads the columns `name`, `filename` and `sha256`, asks the index that pip is
configured to use (PIP_INDEX_URL, else `pip config get global.index-url`, else
PyPI) by the simple API, and leaves every file in FOLDER with its hash checked.
Where that index is PyPI, a column `url` saves the question.
Files that are there already with the right hash are not fetched again.
"""

import base64
import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

PYPI = "https://pypi.org/simple"
JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"
TIMEOUT = 60


class Links(HTMLParser):
    """Collects the files that an HTML page of the simple API links to."""

    def __init__(self):
        super().__init__()
        self.files = {}

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href") if tag == "a" else None
        if href:
            path = urllib.parse.urlsplit(href).path
            self.files[urllib.parse.unquote(path.rsplit("/", 1)[-1])] = href


def index_url():
    """The address of the index, without a slash at its end."""
    url = os.environ.get("PIP_INDEX_URL", "")
    if not url:
        command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        url = done.stdout.strip() if done.returncode == 0 else ""
    return (url or PYPI).rstrip("/")


def request(index, url, accept="*/*"):
    """Open `url`; the user and password of the index go to its own host only."""
    home, parts = urllib.parse.urlsplit(index), urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    url = urllib.parse.urlunsplit(parts._replace(netloc=host))
    wanted = urllib.request.Request(url, headers={"Accept": accept, "User-Agent": "fetch_archives"})
    if home.username is not None and (parts.scheme, host) == (home.scheme, home.netloc.rpartition("@")[2]):
        user = urllib.parse.unquote(f"{home.username}:{home.password or ''}")
        header = "Basic " + base64.b64encode(user.encode()).decode()
        wanted.add_unredirected_header("Authorization", header)
    return urllib.request.urlopen(wanted, timeout=TIMEOUT)


def file_url(index, name, filename):
    """The address of one file of a project."""
    page = f"{index}/{re.sub(r'[-_.]+', '-', name).lower()}/"
    with request(index, page, f"{JSON}, {HTML};q=0.5") as answer:
        kind = answer.headers.get_content_type()
        base = answer.geturl()
        text = answer.read().decode()
    if kind == JSON:
        files = {file["filename"]: file["url"] for file in json.loads(text)["files"]}
    else:
        links = Links()
        links.feed(text)
        files = links.files
    if filename not in files:
        sys.exit(f"{filename} is not on the index")
    return urllib.parse.urldefrag(urllib.parse.urljoin(base, files[filename])).url


def fetch(index, row, folder):
    """Put the file of one row into the folder; returns what was done."""
    target = folder / row["filename"]
    if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == row["sha256"]:
        return "there"
    known = row.get("url") if index == PYPI else None
    url = known or file_url(index, row["name"], row["filename"])
    with request(index, url) as answer:
        data = answer.read()
    found = hashlib.sha256(data).hexdigest()
    if found != row["sha256"]:
        sys.exit(f"{row['filename']}: expected sha256 {row['sha256']}, found {found}")
    part = target.with_name(target.name + ".part")
    part.write_bytes(data)
    part.replace(target)
    return "fetched"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    index = index_url()
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            print(f"{row['filename']}: {fetch(index, row, folder)}", flush=True)


if __name__ == "__main__":
    main()
