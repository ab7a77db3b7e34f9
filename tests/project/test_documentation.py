"""Every variable and every command is documented, and documents link only to what exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "config" / "settings.py").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text() + (ROOT / "deploy" / "entrypoint").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

read_by_settings = set(re.findall(r"env(?:\.\w+)?\(\s*[\"']([A-Z0-9_]+)", SETTINGS))
read_by_compose = set(re.findall(r"\$\{([A-Z][A-Z0-9_]+)", COMPOSE))
in_example = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
in_operations = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", OPERATIONS))
targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


class TestVariables:
    def test_were_found_in_the_settings(self):
        assert {
            "EUC_MODE",
            "SECRET_KEY",
            "DATABASE_URL",
            "CELERY_BROKER_URL",
            "LOG_LEVEL",
        } <= read_by_settings

    def test_are_all_in_the_example(self):
        assert in_example == read_by_settings | read_by_compose

    def test_are_all_explained(self):
        assert read_by_settings | read_by_compose <= in_operations


class TestCommands:
    def test_are_all_explained(self):
        assert targets == set(re.findall(r"`make ([a-z]+)", OPERATIONS))


class TestLinks:
    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
    def test_lead_somewhere(self, path):
        links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text())
        assert [link for link in links if not (path.parent / link).exists()] == []
