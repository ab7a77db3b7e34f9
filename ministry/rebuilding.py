"""Facts and totals made anew from certificates, cases and ledger, or compared with them. Both in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, transaction

from ministry import boards, folding, telling
from ministry.models import Fact, Fold, Pointer, Total
from ministry.reading import snapshot

BATCH = 500
MOST_SHOWN = 20
COLUMNS = f"period, a, b, {', '.join(boards.MEASURES)}"
# The three lengths of period, and how the totals of each are told apart.
_PERIOD = {
    "": "period = ''",
    "year": "substr(period, 1, 2) = 'FY'",
    "month": "period <> '' AND substr(period, 1, 2) <> 'FY'",
}


@dataclass(frozen=True)
class Difference:
    """Something kept that a recomputation does not give, or the reverse; `kept` and `found` in words."""

    what: str
    kept: str
    found: str


def _batches(source: str) -> Iterator[list[int]]:
    """The keys of a source's rows, some at a time."""
    rows, last = telling.MODELS[source]._base_manager.order_by("pk").values_list("pk", flat=True), 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1]


def _unbounded() -> None:
    """No time limit for the statements of this transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


@transaction.atomic
def rebuild() -> int:
    """Make all facts and totals anew; how many facts. What changes meanwhile is pointed at and added afterwards."""
    folding.hold()
    Fold.objects.update(shape=boards.shape())
    _unbounded()
    last = Pointer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    Fact.objects.all()._raw_delete(Fact.objects.db)
    count = 0
    for source in telling.MODELS:
        for batch in _batches(source):
            facts = telling.of(source, batch)
            Fact.objects.bulk_create(facts, batch_size=500)
            count += len(facts)
    Pointer.objects.filter(pk__lte=last).delete()
    Total.objects.all()._raw_delete(Total.objects.db)
    into = f'INSERT INTO "{Total._meta.db_table}" (board, dims, {COLUMNS}) SELECT %s, %s, s.* FROM'
    with connection.cursor() as cursor:
        for board, dims, period in _families():
            cursor.execute(f"{into} ({_summed(dims, period)}) s", [board, ",".join(dims), board])
    return count


def tell_planner() -> None:
    """After very many rows were written at once: how many there are. PostgreSQL would find out by itself, in time.

    SQLite is told of facts and totals alone: what it knows of a small database it would believe for ever, and rather
    sort a whole list than walk an index to the page.
    """
    tables = (
        [f'"{model._meta.db_table}"' for model in (Fact, Total)] if connection.vendor == "sqlite" else [""]
    )
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def is_outgrown() -> bool:
    """Whether totals were made by an earlier release, which counted less, or by less."""
    return not Fold.objects.filter(shape=boards.shape()).exists()


def differences() -> list[Difference]:
    """What is kept otherwise than a recomputation of everything gives, MOST_SHOWN of each kind; none is right."""
    folding.fold()
    with snapshot():
        _unbounded()
        pending = folding.refs_of(folding.pending())
        return [*islice(_wrong_facts(pending), MOST_SHOWN), *islice(_wrong_totals(), MOST_SHOWN)]


def _wrong_facts(pending: folding.Refs) -> Iterator[Difference]:
    """Facts of rows that nobody points at; those pointed at are not added yet."""
    for source in telling.MODELS:
        first = 0
        for batch in _batches(source):
            waiting = pending.get(source, set())
            kept = Fact.objects.filter(source=source, ref__gt=first, ref__lte=batch[-1])
            yield from _compared(
                {folding.content_of(fact) for fact in kept if fact.ref not in waiting},
                {folding.content_of(fact) for fact in telling.of(source, set(batch) - waiting)},
            )
            first = batch[-1]
        beyond = Fact.objects.filter(source=source, ref__gt=first)
        yield from _compared({folding.content_of(fact) for fact in beyond}, set())


def _compared(kept: set[tuple[Any, ...]], found: set[tuple[Any, ...]]) -> Iterator[Difference]:
    for said in sorted(kept - found):
        yield Difference(f"{said[2]} {said[4]} {said[3]}", _words(said), "–")
    for said in sorted(found - kept):
        yield Difference(f"{said[2]} {said[4]} {said[3]}", "–", _words(said))


def _words(said: tuple[Any, ...]) -> str:
    return " ".join(str(value) for value in said[5:] if value != "")


def _wrong_totals() -> Iterator[Difference]:
    """Totals that are not the sums of the facts."""
    nonzero = " OR ".join(f"{name} <> 0" for name in boards.MEASURES)
    with connection.cursor() as cursor:
        for board, dims, period in _families():
            summed, name = _summed(dims, period), ",".join(dims)
            kept = (
                f'SELECT {COLUMNS} FROM "{Total._meta.db_table}" '
                f"WHERE board = %s AND dims = %s AND {_PERIOD[period]} AND ({nonzero})"
            )
            for ours, theirs, params, word in (
                (kept, summed, [board, name, board], "kept"),
                (summed, kept, [board, board, name], "found"),
            ):
                cursor.execute(f"SELECT * FROM ({ours}) x EXCEPT SELECT * FROM ({theirs}) y", params)
                for row in cursor.fetchmany(MOST_SHOWN):
                    what = " ".join(filter(None, (board, name, *row[:3])))
                    said = " ".join(str(value) for value in row[3:])
                    yield Difference(what, said if word == "kept" else "–", said if word == "found" else "–")


def _families() -> Iterator[tuple[str, tuple[str, ...], str]]:
    for board in boards.BOARDS:
        for dims in boards.sets_of(board):
            for period in _PERIOD:
                yield board, dims, period


def _summed(dims: tuple[str, ...], period: str) -> str:
    """The totals of one board by these dimensions and this length of period, as SQL; the board is its parameter."""
    columns = [period or "''", *dims, *["''"] * (2 - len(dims))]
    names = ", ".join(
        f"{column} AS {name}" for column, name in zip(columns, ("period", "a", "b"), strict=True)
    )
    sums = ", ".join(f"CAST(SUM({name}) AS bigint) AS {name}" for name in boards.MEASURES)
    having = " OR ".join(f"SUM({name}) <> 0" for name in boards.MEASURES)
    dated = f" AND {period} <> ''" if period else ""
    table = Fact._meta.db_table
    return f'SELECT {names}, {sums} FROM "{table}" WHERE board = %s{dated} GROUP BY 1, 2, 3 HAVING {having}'
