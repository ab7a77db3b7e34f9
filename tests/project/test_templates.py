"""Pages keep to the strict content security policy, and nothing is printed unescaped."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path for folder in [ROOT / "templates", *ROOT.glob("*/templates")] for path in folder.rglob("*.html")
)
TEMPLATE_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}


class Offences(HTMLParser):
    """Collects what the policy would block: inline code, handlers and styles, and foreign hosts."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.open_script = False

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.found += [f"<{tag} {name}>" for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(f"inline <{tag}>")
        address = given.get(LOADED.get(tag, ""), "") or ""
        if re.match(r"(https?:)?//", address):
            self.found.append(f"<{tag}> from {address}")
        if (given.get("href") or "").strip().lower().startswith("javascript:"):
            self.found.append(f"<{tag}> javascript:")


def offences(text: str) -> list[str]:
    parser = Offences()
    parser.feed(TEMPLATE_TAGS.sub("", text))
    return parser.found


every_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))


class TestTemplates:
    @every_template
    def test_hold_no_inline_code_or_style_and_no_foreign_host(self, path):
        assert offences(path.read_text()) == []

    @every_template
    def test_print_nothing_unescaped(self, path):
        assert not re.search(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off", path.read_text())


class TestOffences:
    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "<style>p { color: red }</style>",
            '<p style="color: red">',
            '<button onclick="go()">',
            '<script src="https://cdn.example/x.js"></script>',
            '<link rel="stylesheet" href="//cdn.example/x.css">',
            '<a href="javascript:go()">',
        ],
    )
    def test_are_found(self, text):
        assert offences(text)

    def test_are_not_seen_in_an_orderly_page(self):
        text = '{% load static %}<script src="{% static "js/app.js" %}" defer></script><a href="https://example.org">'
        assert offences(text) == []
