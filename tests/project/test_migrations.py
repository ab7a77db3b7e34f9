"""Migrations are complete and named by meaning."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
APPS = ("workflow", "documents", "accounts", "euc")
MIGRATIONS = sorted(path for app in APPS for path in (ROOT / app / "migrations").glob("[0-9]*.py"))
BY_MACHINE = re.compile(r"_(auto|alter|remove|delete|rename|add)_|_and_more|_initial$|_auto\d")


class TestMigrations:
    @pytest.mark.django_db
    def test_are_complete(self):
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)

    @pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}.{path.stem}")
    def test_say_in_their_name_what_they_mean(self, path):
        assert re.fullmatch(r"\d{4}(_[a-z0-9]+)+", path.stem)
        assert not BY_MACHINE.search(path.stem), "Name it by meaning: makemigrations -n ..."
