"""Fixtures that are made once in a module: later tests get the rows they wrote put back, not made anew.

A fixture marked `@remembered` is run the first time and its rows are kept as literals. When another test of the
module asks for it after the same fixtures in the same order, and nothing else has written since the test began, the
rows go back with the ids they had, and the test gets a copy of what the fixture returned. Otherwise, as in tests with
real transactions or at a time of their own, it is simply run. Tests roll back as ever.
"""

import contextlib
import copy
import functools
import re
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

READS = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ", "SHOW", "PRAGMA", "EXPLAIN")
WRITES = re.compile(r'(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM) "(\w+)"')
AT_ONCE = 200  # rows in one INSERT
SECONDS_APART = 2  # a test's clock that differs more from the machine's is its own
_STARTED = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)


def remembered(function):
    """Use instead of `@pytest.fixture` where what is made are rows, and files under FILES_DIR."""

    @functools.wraps(function)
    def fixture(**given):
        return _memory.fixture(function, given)

    return pytest.fixture(fixture)


@dataclass
class Made:
    """What one fixture left: literals by table and key, its value, and its files."""

    added: dict[str, list[tuple]] = field(default_factory=dict)
    changed: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)
    value: object = None
    same_as: int | None = None
    files: tuple[Path, Path] | None = None

    def statements(self):
        for table, rows in self.added.items():
            columns, key = _shapes()[table]
            names = ", ".join(f'"{name}"' for name in columns)
            for start in range(0, len(rows), AT_ONCE):
                some = rows[start : start + AT_ONCE]
                yield f'INSERT INTO "{table}" ({names}) VALUES ' + ", ".join(
                    f"({', '.join(row)})" for row in some
                )
            for pk, row in self.changed[table].items():
                moved = ", ".join(f'"{name}" = {literal}' for name, literal in row.items())
                yield f'UPDATE "{table}" SET {moved} WHERE "{key}" = {pk}'
            for pk in self.gone[table]:
                yield f'DELETE FROM "{table}" WHERE "{key}" = {pk}'


class Memory:
    """Of one module: what was made, by the fixtures that came before it in the test."""

    def __init__(self):
        self.made: dict[tuple, Made] = {}
        self.module: str | None = None
        self.before: dict[str, dict[str, tuple]] | None = None
        self.forget()

    def forget(self) -> None:
        """From here to the end of the test fixtures are simply run."""
        self.history: tuple | None = None
        self.values: list[object] = []

    def begin(self, item, folder: Path) -> None:
        self.folder = folder
        if item.module.__name__ != self.module:
            self.module = item.module.__name__
            self.made.clear()
        mark = item.get_closest_marker("django_db")
        real = (mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames
        self.forget()
        if not real and "live_server" not in item.fixturenames:
            self.history = ()
        if self.watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.watch)

    def watch(self, execute, sql, params, many, context):
        """Whoever else writes ends remembering in this test; before a fixture writes, its table is read."""
        if self.history is not None and connection.in_atomic_block and not sql.lstrip().startswith(READS):
            written = WRITES.match(sql)
            if self.before is None or not written or written[1] not in _shapes():
                self.forget()
            elif written[1] not in self.before:
                self.before[written[1]] = _rows(written[1])
        return execute(sql, params, many, context)

    def fixture(self, function, given):
        now = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
        if self.history is None or not connection.in_atomic_block or abs(now - _STARTED) > SECONDS_APART:
            self.forget()
            return function(**given)
        self.history = (*self.history, function)
        made = self.made.get(self.history)
        value = self._again(made) if made else self._first(function, given)
        self.values.append(value)
        return value

    def _first(self, function, given):
        self.before, made, history = {}, Made(), self.history
        try:
            value = function(**given)
            if self.history is None:
                return value
            for table, before in self.before.items():
                columns, _key = _shapes()[table]
                after = _rows(table)
                made.added[table] = [row for pk, row in after.items() if pk not in before]
                made.gone[table] = [pk for pk in before if pk not in after]
                made.changed[table] = {
                    pk: {c: new for c, new, old in zip(columns, row, before[pk], strict=True) if new != old}
                    for pk, row in after.items()
                    if before.get(pk, row) != row
                }
        finally:
            self.before = None
        made.same_as = next((n for n, known in enumerate(self.values) if known is value), None)
        made.value = copy.deepcopy(value)
        made.files = self._keep_files()
        self.made[history] = made
        return value

    def _again(self, made: Made):
        with contextlib.closing(connection.connection.cursor()) as raw:
            for statement in made.statements():
                raw.execute(statement)
        if made.files and made.files[0] != Path(settings.FILES_DIR):
            shutil.copytree(made.files[1], settings.FILES_DIR, dirs_exist_ok=True)
        value = copy.deepcopy(made.value)
        if made.same_as is None or not hasattr(value, "__dict__"):
            return value
        known = self.values[made.same_as]
        known.__dict__.clear()
        known.__dict__.update(value.__dict__)
        return known

    def _keep_files(self) -> tuple[Path, Path] | None:
        here = Path(settings.FILES_DIR)
        if not here.is_relative_to(self.folder) or not here.exists():
            return None
        kept = Path(tempfile.mkdtemp(prefix="remembered-", dir=self.folder))
        shutil.copytree(here, kept, dirs_exist_ok=True)
        return here, kept


@functools.cache
def _shapes() -> dict[str, tuple[list[str], str]]:
    """Columns and key by table."""
    models = apps.get_models(include_auto_created=True)
    return {
        m._meta.db_table: (
            [f.column for f in m._meta.local_concrete_fields if not f.generated],
            m._meta.pk.column,
        )
        for m in models
    }


def _rows(table: str) -> dict[str, tuple[str, ...]]:
    """Each row as literals of the database's language, by its key as such a literal."""
    columns, key = _shapes()[table]
    quoted = 'quote("{}")' if connection.vendor == "sqlite" else 'quote_nullable("{}"::text)'
    with contextlib.closing(connection.connection.cursor()) as raw:
        raw.execute(f'SELECT {", ".join(quoted.format(name) for name in [key, *columns])} FROM "{table}"')
        return {pk: tuple(row) for pk, *row in raw.fetchall()}


_memory = Memory()


def forget() -> None:
    """Nothing that was made stands any more: rows that several tests share have come or gone."""
    _memory.made.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    _memory.begin(item, item.config._tmp_path_factory.getbasetemp())
