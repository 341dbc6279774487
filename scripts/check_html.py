#!/usr/bin/env python3
"""Holds reports against the HTML standard: html5lib's strict parser, no id twice, no script, nothing from the network.

    check_html.py report.html comparison.html …

Exits with status 1 where a page has a problem. Needs: pip install html5lib (a throwaway virtual environment will do).
"""

import re
import sys

import html5lib

ALLOWED = re.compile(r"^(data:image/png;base64,[A-Za-z0-9+/=]+|(?!/)[A-Za-z0-9._~%/-]+/report\.html)$")


def problems(path):
    with open(path, "rb") as file:
        source = file.read()
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=False)
    tree = parser.parse(source, transport_encoding="utf-8")
    for (line, column), code, values in parser.errors:
        yield f"line {line}, column {column}: {code} {values}"
    seen = set()
    for element in tree.iter():
        name = element.tag.split("}")[-1] if isinstance(element.tag, str) else ""
        if name in {"script", "link", "iframe", "object", "embed", "base", "form"}:
            yield f"<{name}>"
        for key, value in element.attrib.items():
            if key == "id":
                if value in seen:
                    yield f"the id {value} is there twice"
                seen.add(value)
            if key.startswith("on"):
                yield f"<{name} {key}>"
            if key in {"href", "src", "srcset", "action"} and not ALLOWED.match(value):
                yield f"<{name} {key}=\"{value[:60]}\"> points elsewhere"
    text = source.decode("utf-8")
    for style in re.findall(r"<style>(.*?)</style>", text, re.S):
        if re.search(r"url\(|@import|https?:", style):
            yield "the style sheet points elsewhere"
    counts = {}
    for element in tree.iter():
        name = element.tag.split("}")[-1] if isinstance(element.tag, str) else ""
        counts[name] = counts.get(name, 0) + 1
    if len(tree.findall("./head/title")) != 1:
        yield "the head has not one <title>"
    for required in ["main", "h1"]:
        if counts.get(required) != 1:
            yield f"there are {counts.get(required, 0)} <{required}>"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    failed = False
    for path in sys.argv[1:]:
        found = list(problems(path))
        failed |= bool(found)
        print(f"{path}: {'valid' if not found else f'{len(found)} problems'}")
        for problem in found[:20]:
            print("  " + problem)
    sys.exit(1 if failed else 0)
