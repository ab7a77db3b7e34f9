"""Adding to the totals what pointers say has changed: minus what was added before, plus what it counts for now.

Only `fold` and the rebuild write facts and totals, one at a time, so that no writer of certificates or postings ever
waits for a hot total. What is pointed at and not added yet, a figure adds when it is read (`reading`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ministry import boards, pointing, telling
from ministry.boards import Cell, Measures
from ministry.models import Fact, Fold, Pointer, Total

BATCH = 200
Refs = dict[str, set[int]]
_KEY = ("board", "dims", "period", "a", "b")


def fold() -> int:
    """Add what is pointed at, BATCH pointers a transaction; how many are done. Safe to run anywhere twice."""
    done = 0
    while True:
        folded = _fold_some()
        done += folded
        if folded < BATCH:
            return done


@transaction.atomic
def _fold_some() -> int:
    hold()
    pointers = list(Pointer.objects.order_by("pk")[:BATCH])
    if not pointers:
        return 0
    before, after = changes(refs_of(pointers))
    Fact.objects.filter(pk__in=[fact.pk for fact in before]).delete()
    Fact.objects.bulk_create(after, batch_size=500)
    _add(deltas(before, after))
    Pointer.objects.filter(pk__in=[pointer.pk for pointer in pointers]).delete()
    return len(pointers)


def hold() -> Fold:
    """The one row of whoever changes totals, locked until the transaction ends."""
    Fold.objects.get_or_create(pk=1)
    held = Fold.objects.select_for_update(no_key=True).get(pk=1)
    Fold.objects.filter(pk=1).update(number=held.number + 1, at=timezone.now())
    return held


def refs_of(pointers: Iterable[Pointer]) -> Refs:
    """What pointers name, by source; a case takes its licence along, an importer all that was added for it."""
    refs: Refs = defaultdict(set)
    for pointer in pointers:
        refs[pointer.source].add(pointer.ref)
    if moved := refs.pop(pointing.IMPORTER, None):
        theirs = Fact.objects.filter(importer__in=[f"{pk}" for pk in moved]).order_by()
        for source, ref in theirs.values_list("source", "ref").distinct():
            refs[source].add(ref)
    if cases := refs.get(pointing.CASE):
        refs[pointing.LICENCE].update(telling.licences_of_cases(cases))
    return refs


def changes(refs: Refs) -> tuple[list[Fact], list[Fact]]:
    """The facts of these rows as they were added, and as they are now, without those that stayed."""
    before: dict[tuple[Any, ...], Fact] = {}
    after: dict[tuple[Any, ...], Fact] = {}
    for source, numbers in refs.items():
        if numbers:
            before |= {content_of(f): f for f in Fact.objects.filter(source=source, ref__in=numbers)}
            after |= {content_of(fact): fact for fact in telling.of(source, numbers)}
    gone = [fact for said, fact in before.items() if said not in after]
    return gone, [fact for said, fact in after.items() if said not in before]


def values_of(fact: Fact) -> dict[str, str]:
    return {name: getattr(fact, name) for name in boards.DIMENSIONS}


def measures_of(fact: Fact) -> Measures:
    return fact.n, fact.quantity_mg, fact.value_cents


def deltas(before: Iterable[Fact], after: Iterable[Fact]) -> dict[Cell, Measures]:
    """By how much each total changes; totals that stay are absent."""
    found: dict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0])
    for sign, facts in ((-1, before), (1, after)):
        for fact in facts:
            measures = measures_of(fact)
            for cell in boards.cells(fact.board, fact.month, values_of(fact)):
                sums = found[cell]
                for place, measure in enumerate(measures):
                    sums[place] += sign * measure
    return {cell: (n, mg, cents) for cell, (n, mg, cents) in found.items() if n or mg or cents}


def _identity(fact: Fact) -> tuple[Any, ...]:
    return fact.source, fact.ref, fact.board, fact.part


def content_of(fact: Fact) -> tuple[Any, ...]:
    """Everything a fact says, to be compared."""
    said = (fact.reference, fact.month, *values_of(fact).values(), *measures_of(fact))
    return (*_identity(fact), *said)


def _add(changed: dict[Cell, Measures]) -> None:
    """One upsert a total, in one order everywhere."""
    rows = [(c.board, c.dims, c.period, c.a, c.b, *changed[c]) for c in sorted(changed, key=_sorted)]
    table = Total._meta.db_table
    into = f'INSERT INTO "{table}" ({", ".join(_KEY)}, {", ".join(boards.MEASURES)}) VALUES'
    sums = ", ".join(f'{name} = "{table}".{name} + excluded.{name}' for name in boards.MEASURES)
    settle = f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {sums}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_values

            execute_values(cursor.cursor, f"{into} %s {settle}", rows, page_size=500)
        else:
            marks = ", ".join(["%s"] * (len(_KEY) + len(boards.MEASURES)))
            cursor.executemany(f"{into} ({marks}) {settle}", rows)


def _sorted(cell: Cell) -> tuple[str, ...]:
    return cell.board, cell.dims, cell.period, cell.a, cell.b


def pending(most: int | None = None) -> list[Pointer]:
    """What is pointed at and not added yet, the oldest first."""
    return list(Pointer.objects.order_by("pk")[:most])
