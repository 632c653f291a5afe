"""What PyPI's renderer and twine make of descriptions.

Reads a list of pairs, content type (or null) and text, as JSON from standard input. Prints for each an object: `html`,
what `readme_renderer` makes of it as PyPI calls it (null where PyPI refuses the upload), and `twine`, whether
`twine check` takes it. Colours are taken out of code, where they change no text.
"""

import email.message
import io
import json
import re
import sys

import readme_renderer.markdown
import readme_renderer.rst
import readme_renderer.txt
from twine.commands import check

RENDERERS = {
    "": readme_renderer.rst,
    "text/plain": readme_renderer.txt,
    "text/x-rst": readme_renderer.rst,
    "text/markdown": readme_renderer.markdown,
}


def kind(content_type):
    message = email.message.EmailMessage()
    message["content-type"] = content_type
    return message.get_content_type()


def without_colours(html):
    def plain(match):
        return match[1] + re.sub(r"</?span[^>]*>", "", match[2]).strip("\n").rstrip() + match[3]

    return re.sub(r'(<pre lang="[^"]*">)(.*?)(</pre>)', plain, html, flags=re.S)


def rendered(content_type, text):
    known = kind(content_type) if content_type else ""
    html = RENDERERS.get(known, readme_renderer.txt).render(text)
    if html is None:
        return None
    return f"<pre>{html}</pre>" if known == "text/plain" else without_colours(html)


def taken_by_twine(content_type, text):
    renderer = check._RENDERERS.get(kind(content_type or "text/x-rst"), readme_renderer.rst)
    return renderer is None or renderer.render(text, stream=io.StringIO()) is not None


def main():
    answers = []
    for content_type, text in json.load(sys.stdin):
        answers.append({"html": rendered(content_type, text), "twine": taken_by_twine(content_type, text)})
    print(json.dumps(answers))


main()
