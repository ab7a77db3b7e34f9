"""The rows behind a figure in great number: written as CSV by the database itself, or given as plain values.

Read by their keys a few thousand at a time, so that no statement runs long and nothing grows with their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Organisation
from documents import sheets
from ministry.models import Fact
from ministry.serializers import FACT_FIELDS

CHUNK = 5000
NUMBERS = frozenset({"n", "quantity_mg"})
TYPED = (
    "reference",
    "hs_in",
    "hs_cn",
    "port",
    "country",
    "importer",
    "exporter",
)  # the rest are codes of ours
_LIVE = ", ".join(f"'{sign}'" for sign in sheets.LIVE)


def _value_of(name: str) -> str:
    """One field as SQL over a fact `f` and its importer `o`; values are decimals in text."""
    if name == "importer":
        return "COALESCE(NULLIF(o.iec, ''), f.importer)"
    if name == "value":
        cents = "substr(CAST(100 + f.value_cents % 100 AS varchar(3)), 2)"
        return f"CAST(f.value_cents / 100 AS varchar(20)) || '.' || {cents}"
    return f"f.{name}"


def _written(name: str) -> str:
    """One field as SQL that writes it for CSV: text in quotes, never the beginning of a formula."""
    value = _value_of(name)
    if name not in TYPED:
        return f"CAST({value} AS varchar(20))" if name in NUMBERS else value
    live = f"CASE WHEN substr({value}, 1, 1) IN ({_LIVE}) THEN '''' ELSE '' END"
    return f"""'"' || {live} || replace({value}, '"', '""') || '"'"""


_VALUES = ", ".join(_value_of(name) for name in FACT_FIELDS)
_LINE = " || ',' || ".join(_written(name) for name in FACT_FIELDS).replace("%", "%%")
_VALUES = _VALUES.replace("%", "%%")


def lines(rows: QuerySet[Fact], after: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Lines of CSV without their ends, a few thousand together, each time with the key to go on after."""
    for found in _chunks(rows, _LINE, after):
        yield found[-1][0], [row[1] for row in found]


def values(rows: QuerySet[Fact], after: int = 0) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """FACT_FIELDS of rows, a few thousand together, each time with the key to go on after."""
    for found in _chunks(rows, _VALUES, after):
        yield found[-1][0], [row[1:] for row in found]


def _chunks(rows: QuerySet[Fact], columns: str, after: int) -> Iterator[Sequence[Any]]:
    """In the order of their keys."""
    table = Organisation._meta.db_table
    while True:
        inner, params = rows.filter(pk__gt=after).order_by("pk")[:CHUNK].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT f.id, {columns} FROM ({inner}) f LEFT JOIN "{table}" o '
                "ON CAST(o.id AS varchar(20)) = f.importer ORDER BY f.id",
                params,
            )
            found = cursor.fetchall()
        if not found:
            return
        yield found
        after = found[-1][0]


def as_csv(rows: QuerySet[Fact]) -> Iterator[bytes]:
    """All of them as a file of CSV, piece by piece."""
    yield sheets.csv_of([FACT_FIELDS])
    for _last, found in lines(rows):
        yield "".join(f"{line}\r\n" for line in found).encode()
