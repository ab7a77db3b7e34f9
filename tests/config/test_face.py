"""The face of every page: layout, languages, colours, navigation, error pages, promises of the style sheets."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from config import context, views
from config.templatetags import face

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"


class TestHome:
    def test_tells_a_visitor_what_this_is(self, client, db):
        page = client.get("/").content.decode()
        assert "End-user certificates for rare-earth magnets" in page
        assert 'href="#main"' in page
        assert page.count("<h1") == 1

    def test_offers_the_demonstration_people_only_in_demonstration(self, client, db, settings):
        settings.DEMONSTRATION = False
        assert "people-to-try" not in client.get("/").content.decode()

    def test_says_on_every_page_that_it_is_a_demonstration(self, client, db, settings):
        settings.DEMONSTRATION = True
        assert "demonstration-strip" in client.get("/accessibility/").content.decode()


class TestLanguage:
    @pytest.mark.parametrize(("code", "lang"), [("en", "en"), ("hi", "hi"), ("zh-hans", "zh-hans")])
    def test_switches_by_an_ordinary_form(self, client, db, code, lang):
        answer = client.post("/i18n/setlang/", {"language": code, "next": "/accessibility/"})
        assert answer.url == "/accessibility/"
        assert f'<html lang="{lang}"' in client.get("/accessibility/").content.decode()


class TestTheme:
    def test_is_remembered(self, client, db):
        answer = client.post("/theme/", {"theme": "dark", "next": "/accessibility/"})
        assert answer.url == "/accessibility/"
        assert 'id="dark-theme" media="screen"' in client.get("/accessibility/").content.decode()

    def test_refuses_an_unknown_one(self, client, db):
        client.post("/theme/", {"theme": '"><script>'})
        assert "theme" not in client.cookies

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
    )
    def test_never_leads_to_another_site(self, client, db, elsewhere):
        assert client.post("/theme/", {"theme": "dark", "next": elsewhere}).url == "/"

    def test_ignores_a_forged_cookie(self, rf):
        request = rf.get("/")
        request.COOKIES["theme"] = "<b>"
        assert context.theme(request) == "auto"


class FakeActor:
    def __init__(self, *roles):
        self.roles = frozenset(roles)

    def has(self, *roles):
        return bool(self.roles & set(roles))


class TestNavigation:
    def names(self, actor):
        return [str(entry["label"]) for entry in context.navigation(actor=actor, path="/")]

    def test_of_a_visitor_is_home_and_verify(self):
        assert self.names(None) == ["Home", "Verify"]

    def test_of_an_officer_has_the_queue(self):
        assert "Queue" in self.names(FakeActor("OFFICER"))

    def test_of_a_drafter_has_no_queue(self):
        assert "Queue" not in self.names(FakeActor("DRAFTER"))

    def test_marks_the_current_place(self):
        entries = context.navigation(actor=FakeActor("DRAFTER"), path="/certificates/EUC-1/")
        assert [str(entry["label"]) for entry in entries if entry["is_current"]] == ["Certificates"]


class TestErrorPages:
    @pytest.mark.parametrize(
        ("status", "answer"),
        [
            (400, lambda r: views.bad_request(r, None)),
            (403, lambda r: views.permission_denied(r, None)),
            (403, lambda r: views.csrf_failure(r)),
            (404, lambda r: views.page_not_found(r, None)),
            (500, lambda r: views.server_error(r)),
        ],
    )
    def test_need_no_database(self, status, answer):
        response = answer(RequestFactory().get("/x/"))
        assert response.status_code == status
        assert "<h1>" in response.content.decode()

    def test_answer_a_post_without_token(self, db):
        assert Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"}).status_code == 403

    def test_answer_an_unknown_address(self, client, db):
        answer = client.get("/no-such-page/")
        assert answer.status_code == 404
        assert "Page not found" in answer.content.decode()


class TestStyleGuide:
    def test_shows_every_component(self, client, db):
        page = client.get("/style/").content.decode()
        for mark in (
            "timeline",
            "tasks",
            "notice-danger",
            "table-cards",
            "error-summary",
            "verdict",
            "diff",
            "pager",
        ):
            assert mark in page

    def test_is_closed_in_production(self, client, db, settings):
        settings.DEMONSTRATION, settings.DEBUG, settings.MODE = False, False, "production"
        assert client.get("/style/").status_code == 404

    def test_ties_each_error_to_its_field(self, client, db):
        page = client.get("/style/").content.decode()
        described = re.findall(r'aria-describedby="([^"]*)"', page)
        assert described
        for identifier in " ".join(described).split():
            assert f'id="{identifier}"' in page


class TestSheets:
    def test_use_only_declared_tokens(self):
        sheets = [path.read_text() for path in (STATIC / "css").glob("*.css")]
        declared = set(re.findall(r"(--[\w-]+)\s*:", "\n".join(sheets)))
        used = set(re.findall(r"var\((--[\w-]+)", "\n".join(sheets)))
        assert {name for name in used if not name.startswith("--bs-")} <= declared

    def test_fetch_nothing_from_elsewhere(self):
        for path in (STATIC / "css").glob("*.css"):
            assert not re.search(r"url\(['\"]?(https?:)?//", path.read_text()), path.name

    def test_darken_every_colour_of_the_ground(self):
        light = (STATIC / "css/app.css").read_text().split("}")[0]
        dark = (STATIC / "css/dark.css").read_text().split("}")[0]
        of_a_colour = re.findall(r"(--(?!bs-)[\w-]+):\s*#", light)
        same_in_both = {"--on-band", "--on-band-soft"}
        assert {name for name in of_a_colour if f"{name}:" not in dark} == same_in_both


class TestIcons:
    def test_named_in_templates_exist(self):
        drawn = set(re.findall(r'symbol id="([\w-]+)"', (STATIC / "img/icons.svg").read_text()))
        named = set()
        for path in TEMPLATES.rglob("*.html"):
            named |= set(re.findall(r"\{% icon [\"']([\w-]+)[\"']", path.read_text()))
        named |= set(
            re.findall(r'"icon": "([\w-]+)"', (Path(views.__file__).parent / "style_guide.py").read_text())
        )
        assert named | set(face.TONE_ICONS.values()) <= drawn


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


class TestContrast:
    """WCAG 2.1: 4.5 for text, 3 for the lines of fields and for the focus ring."""

    GROUNDS = ("paper", "surface", "surface-sunk")

    def tokens(self, *sheets):
        found = {}
        for sheet in sheets:
            rules = (STATIC / "css" / sheet).read_text().split("}")[0]
            found |= dict(re.findall(r"--((?!bs-)[\w-]+):\s*(#[0-9a-f]{6});", rules))
        return found

    @pytest.mark.parametrize("sheets", [("app.css",), ("app.css", "dark.css")])
    def test_of_text_is_sufficient(self, sheets):
        tokens = self.tokens(*sheets)
        pairs = [
            (name, ground)
            for name in ("ink", "ink-soft", "ink-faint", "link", "danger")
            for ground in self.GROUNDS
        ]
        pairs += [(tone, f"{tone}-soft") for tone in ("neutral", "info", "success", "warning", "danger")]
        pairs += [("ink", f"{tone}-soft") for tone in ("info", "success", "warning", "danger")]
        pairs += [
            ("on-brand", "brand"),
            ("on-danger", "danger-solid"),
            ("on-band", "band"),
            ("on-band-soft", "band"),
        ]
        assert {
            pair: contrast(tokens[pair[0]], tokens[pair[1]])
            for pair in pairs
            if contrast(tokens[pair[0]], tokens[pair[1]]) < 4.5
        } == {}

    @pytest.mark.parametrize("sheets", [("app.css",), ("app.css", "dark.css")])
    def test_of_lines_and_focus_is_sufficient(self, sheets):
        tokens = self.tokens(*sheets)
        pairs = [(name, ground) for name in ("line-strong", "focus") for ground in self.GROUNDS]
        assert [pair for pair in pairs if contrast(tokens[pair[0]], tokens[pair[1]]) < 3] == []
