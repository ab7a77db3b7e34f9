"""Moves of stock from a file, as ERP systems write them: all are posted in their order, or none.

Every lot that the file may move is held before the first row is posted, so that no two files wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from documents import sheets
from shipments import stock_rows
from shipments.models import Lot, Posting
from shipments.stock_rows import NAMES, Row
from workflow import engine

NEEDED = ("move", "weight_kg", "happened_on")
MOST_ROWS = 2_000
EXAMPLE = {
    "lot": "H-2611", "move": "issue", "weight_kg": "12.5", "pieces": "1200", "happened_on": "05-10-2026",
    "document": "WO-1", "key": "erp-4711",
}  # fmt: skip
Problem = tuple[int, str, str]


@dataclass
class Posted:
    """What became of a file. With problems nothing was posted; they name row, column or nothing, and the reason.

    `chosen` has, for each row that named no lot, what was taken of which.
    """

    posted: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    chosen: dict[int, list[Posting]] = field(default_factory=dict)

    @contextmanager
    def noting(self, number: int) -> Iterator[None]:
        """Note what a row is refused for, and go on with the next."""
        try:
            yield
        except stock_rows.Wrong as wrong:
            self.problems.append((number, wrong.column, wrong.said))
        except engine.Incomplete as refused:
            columns = stock_rows.COLUMN_OF
            self.problems += [(number, columns.get(m.field, m.field), str(m.message)) for m in refused.misses]
        except engine.Refusal as refused:
            self.problems.append((number, "", str(refused)))

    def note(self, row: Row, made: list[Posting]) -> None:
        self.posted, self.known = self.posted + bool(made), self.known + (not made)
        if made and not isinstance(row.what, Lot):
            self.chosen[row.number] = made


def post(*, content: bytes, by: Actor, dry_run: bool = False, at: datetime | None = None) -> Posted:
    """Post every row, or none where one does not hold. Raises sheets.Unreadable."""
    done, rows = Posted(), []
    with transaction.atomic():
        for number, texts in _rows(content):
            with done.noting(number):
                rows.append(stock_rows.read(number, texts, by))
        held = stock_rows.hold(rows)
        for row in rows:
            with done.noting(row.number), transaction.atomic():
                done.note(row, stock_rows.post(row, held, by=by, at=at))
        done.problems.sort(key=lambda problem: problem[0])
        if done.problems or dry_run:
            transaction.set_rollback(True)
    return done


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    table = sheets.read(content, most_rows=MOST_ROWS + 1).rows
    if len(table) < 2:
        raise sheets.Unreadable(_("The file has no row under its head."))
    head = [name.lower() for name in table[0][1]]
    if len(set(head)) < len(head) or not set(NEEDED) <= set(head):
        said = _("The first row must name each column once, and these among them: %(names)s.")
        raise sheets.Unreadable(said % {"names": ", ".join(NEEDED)})
    if unknown := [name for name in head if name not in NAMES]:
        said = _("Nothing is known by the name %(name)s.")
        raise sheets.Unreadable(said % {"name": unknown[0][:60]})
    for number, cells in table[1:]:
        yield number, {name: text for name, text in zip(head, cells, strict=False) if text}


def example() -> list[tuple[str, ...]]:
    """The head and one row."""
    return [NAMES, tuple(EXAMPLE.get(name, "") for name in NAMES)]
