"""The catalogues: complete where the product promises a language, and never half-made."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CATALOGUES = {
    "hi": ROOT / "locale/hi/LC_MESSAGES/django.po",
    "zh_Hans": ROOT / "locale/zh_Hans/LC_MESSAGES/django.po",
}
LITERAL = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"(?<!\w)(_|gettext|ngettext|pgettext)\({LITERAL}(?:\s*,\s*{LITERAL})?")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "pgettext": None, "pgettext_lazy": None}

EVERY_PAGE = ["base.html", "components/*.html", "bootstrap5/**/*.html"]
VERIFICATION = [
    *EVERY_PAGE,
    "config/home.html",
    "config/_verify_box.html",
    "config/error.html",
    "config/accessibility.html",
    "euc/verify.html",
    "euc/verified.html",
    "euc/_verdict.html",
    "euc/_public.html",
    "euc/_public_undertaking.html",
]
VERIFYING_CODE = ["documents/verifying.py", "euc/views/verify.py", "config/views.py", "config/context.py"]
DRAFTING_CODE = [
    *VERIFYING_CODE,
    "euc/drafting_forms.py",
    "euc/forms.py",
    "euc/completeness.py",
    "euc/kinds.py",
    "euc/workflow.py",
    "euc/worklist.py",
    "euc/presenting.py",
    "euc/library_forms.py",
    "euc/library_words.py",
    "euc/models/clause.py",
    "euc/bars.py",
    "euc/views/clauses.py",
    "euc/views/undertakings.py",
    "euc/pledges.py",
    "euc/pledge_words.py",
    "euc/consequences.py",
    "euc/turns.py",
    "euc/custody.py",
    "euc/originals.py",
    "euc/consequences.py",
    "euc/reminding.py",
    "euc/releasing.py",
    "euc/views/releases.py",
    "euc/drafting.py",
    "euc/dating.py",
    "euc/original_forms.py",
    "euc/original_words.py",
    "euc/models/original.py",
    "euc/views/originals.py",
    "euc/true_copies.py",
    "euc/views/drafting.py",
    "euc/views/certificates.py",
    "accounts/fields.py",
    "accounts/identifiers.py",
    "accounts/text.py",
    "documents/uploads.py",
]


def catalogue(language: str):
    with CATALOGUES[language].open("rb") as source:
        return read_po(source, locale=language)


def translations(language: str) -> set[str]:
    found = set()
    for message in catalogue(language):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(strings):
            found.add(message.id[0] if isinstance(message.id, tuple) else message.id)
    return found


def in_template(path: Path) -> set[str]:
    """What a template asks to be translated; a plural by its singular."""
    found = set()
    for name, first, second in CALL.findall(templatize(path.read_text(), origin=str(path))):
        found.add(ast.literal_eval(second if name == "pgettext" else first))
    return found


def in_code(path: Path) -> set[str]:
    with path.open("rb") as source:
        messages = extract_python(source, list(KEYWORDS), [], {})
        return {
            text[-1] if isinstance(text, tuple) else text for _, _, text, _ in messages if text and any(text)
        }


def asked(templates, code) -> set[str]:
    found = set()
    for pattern in templates:
        paths = list((ROOT / "templates").glob(pattern))
        assert paths, pattern
        for path in paths:
            found |= in_template(path)
    for name in code:
        found |= in_code(ROOT / name)
    return found


class TestReading:
    def test_finds_what_a_template_says(self, tmp_path):
        page = tmp_path / "page.html"
        page.write_text(
            "{% load i18n %}{% translate 'One' %}{% blocktranslate with a=b %}Two {{ a }}{% endblocktranslate %}"
            "{% blocktranslate count n=3 %}{{ n }} hare{% plural %}{{ n }} hares{% endblocktranslate %}"
            '{% translate "Four\'s" as x %}<p>{{ _("Five") }}</p>'
        )
        assert in_template(page) == {"One", "Two %(a)s", "%(n)s hare", "Four's", "Five"}

    def test_finds_what_code_says(self, tmp_path):
        module = tmp_path / "module.py"
        module.write_text('from x import gettext as _\nSIX = _("Six")\nSEVEN = gettext_lazy("Se" "ven")\n')
        assert in_code(module) == {"Six", "Seven"}


@pytest.mark.parametrize("language", CATALOGUES)
class TestCatalogue:
    def test_has_no_guess(self, language):
        assert [message.id for message in catalogue(language) if message.id and message.fuzzy] == []

    def test_keeps_every_placeholder(self, language):
        wrong = []
        for message in catalogue(language):
            source = message.id[-1] if isinstance(message.id, tuple) else message.id
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            for text in filter(None, strings if source else ()):
                if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text)):
                    wrong.append((source, text))
        assert wrong == []

    def test_holds_no_invisible_or_turning_characters(self, language):
        text = CATALOGUES[language].read_text()
        assert not re.search("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)

    def test_speaks_on_every_page_of_verification(self, language):
        assert asked(VERIFICATION, VERIFYING_CODE) - translations(language) == set()


class TestHindi:
    def test_speaks_in_navigation_drafting_and_review(self):
        assert (
            asked([*VERIFICATION, "config/*.html", "euc/*.html"], DRAFTING_CODE) - translations("hi") == set()
        )

    def test_uses_international_digits(self):
        strings = [str(message.string) for message in catalogue("hi")]
        assert not any(re.search("[०-९]", text) for text in strings)
