"""Moves of stock from a file, as ERP systems write them: all are posted in their order, or none.

Each row is read by the form of the page for its move, so that a file is refused for the same reasons as a person. A
row is posted once: by a key of its own, else by all it says. Weights are whole milligrams.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from documents import sheets
from shipments import accounts, custody, forms
from shipments.models import Holding, Lot, Posting
from workflow import engine

NAMES = (
    "lot", "move", "from_account", "from_place", "to_place", "weight_kg", "pieces", "happened_on", "document",
    "product", "units", "due_on", "consent", "reason", "key",
)  # fmt: skip
NEEDED = ("lot", "move", "weight_kg", "happened_on")
MOST_ROWS = 2_000
EXAMPLE = {
    "lot": "H-2611", "move": "issue", "weight_kg": "12.5", "pieces": "1200", "happened_on": "05-10-2026",
    "document": "WO-1", "key": "erp-4711",
}  # fmt: skip
Problem = tuple[int, str, str]
_COLUMN_OF = {"weight_mg": "weight_kg"}


@dataclass
class Posted:
    """What became of a file. With problems nothing was posted; they name row, column or nothing, and the reason."""

    posted: int = 0
    known: int = 0
    problems: list[Problem] = field(default_factory=list)


class _Wrong(Exception):
    """A row does not hold; `column` may be empty."""

    def __init__(self, column: str, said: str) -> None:
        self.column, self.said = column, said
        super().__init__(said)


def post(*, content: bytes, by: Actor, dry_run: bool = False, at: datetime | None = None) -> Posted:
    """Post every row, or none where one does not hold. Raises sheets.Unreadable."""
    done = Posted()
    with transaction.atomic():
        for number, texts in _rows(content):
            try:
                with transaction.atomic():
                    is_new = _post(texts, by, at)
            except _Wrong as wrong:
                done.problems.append((number, wrong.column, wrong.said))
            except engine.Incomplete as refused:
                done.problems += [
                    (number, _COLUMN_OF.get(m.field, m.field), str(m.message)) for m in refused.misses
                ]
            except engine.Refusal as refused:
                done.problems.append((number, "", str(refused)))
            else:
                done.posted, done.known = done.posted + is_new, done.known + (not is_new)
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


def _post(texts: dict[str, str], by: Actor, at: datetime | None) -> bool:
    """Post one row; whether it is new."""
    move = accounts.MOVES.get(texts.get("move", "").lower())
    if move is None:
        raise _Wrong(
            "move", _("There is no such move. Known are: %(names)s.") % {"names": ", ".join(accounts.MOVES)}
        )
    lot = _lot(texts.get("lot", ""), by)
    key = _key(texts, by)
    known = Posting.objects.filter(key=key).first()
    if known and known.lot_id == lot.pk and known.verb == move.verb:
        return False
    if known:
        raise _Wrong("key", _("Another row was posted under this key."))
    holding = _holding(lot, move, texts)
    form = forms.MoveForm(_given(texts, key, move), move=move, holding=holding)
    for name, errors in form.errors.items():
        raise _Wrong(_COLUMN_OF.get(name, name), " ".join(map(str, errors)))
    custody.move(
        lot=lot,
        verb=move.verb,
        by=by,
        from_account=holding.account,
        from_place=holding.place,
        at=at,
        **form.answers(),
    )
    return True


def _lot(text: str, by: Actor) -> Lot:
    """The received lot that is called so: by its own number, or by consignment and place in it."""
    mine = Lot.objects.filter(importer=by.organisation, consignment__received_on__isnull=False)
    reference, _slash, number = text.rpartition("/")
    called = Q(batch=text) if text else Q(pk=None)
    if number.isascii() and number.isdigit() and len(number) < 5:
        called |= Q(consignment__reference=reference.upper(), number=int(number))
    found = list(mine.filter(called).select_related("consignment__certificate", "goods_line")[:2])
    if not found:
        raise _Wrong("lot", _("No received lot is called so."))
    if len(found) > 1:
        raise _Wrong("lot", _("Several lots are called so. Write consignment and number, like CON/…/0001/1."))
    return found[0]


def _holding(lot: Lot, move: accounts.Move, texts: dict[str, str]) -> Holding:
    """The only place from which this move can take, of those that the row leaves open."""
    rows = Holding.objects.filter(lot=lot, account__in=move.sources).exclude(weight_mg=0, pieces=0)
    if account := texts.get("from_account"):
        rows = rows.filter(account=account.upper())
    if place := texts.get("from_place"):
        rows = rows.filter(place=place)
    found = list(rows.order_by("pk")[:9])
    if not found:
        raise _Wrong("from_place", _("Nothing of this lot lies where this move could take it from."))
    if len(found) > 1:
        places = ", ".join(" · ".join(filter(None, (row.account, row.place))) for row in found)
        raise _Wrong("from_place", _("Say from where; it lies at: %(places)s.") % {"places": places})
    return found[0]


def _key(texts: dict[str, str], by: Actor) -> str:
    """32 signs, the same for the same row of the same importer."""
    said = ["key", texts["key"]] if texts.get("key") else [texts.get(name, "") for name in NAMES]
    return hashlib.sha256(
        "\x1f".join([str(by.organisation.pk), *said]).encode("utf-8", "replace")
    ).hexdigest()[:32]


def _given(texts: dict[str, str], key: str, move: accounts.Move) -> dict[str, Any]:
    given: dict[str, Any] = {**texts, "key": key, "weight_mg": texts.get("weight_kg", "")}
    if move.holder == accounts.COUNTRY:
        given["to_place"] = texts.get("to_place", "").upper()
    return given


def example() -> list[tuple[str, ...]]:
    """The head and one row."""
    return [NAMES, tuple(EXAMPLE.get(name, "") for name in NAMES)]
