"""One row of a file of moves: what it moves, a lot or the oldest lots of a goods line, and its posting, once.

Each row is read by the form of the page for its move, so that it is refused for the same reasons as a person.
Weights are whole milligrams. Refuses with `Wrong`, and the engine's exceptions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc.models import GoodsLine
from shipments import accounts, custody, forms, oldest_first
from shipments.models import Holding, Lot, Posting
from shipments.oldest_first import Shelf

FIRST_NAMES = (
    "lot", "move", "from_account", "from_place", "to_place", "weight_kg", "pieces", "happened_on", "document",
    "product", "units", "due_on", "consent", "reason", "key",
)  # fmt: skip
LINE_NAMES = ("certificate", "line")
NAMES = FIRST_NAMES + LINE_NAMES
COLUMN_OF = {"weight_mg": "weight_kg"}
SHOWN_PLACES = 9


class Wrong(Exception):
    """A row does not hold; `column` may be empty."""

    def __init__(self, column: str, said: str) -> None:
        self.column, self.said = column, said
        super().__init__(said)


@dataclass(frozen=True)
class Row:
    """A row whose move is known, and what it moves: a lot, or the oldest lots of a goods line."""

    number: int
    texts: dict[str, str]
    move: accounts.Move
    what: Lot | GoodsLine


def read(number: int, texts: dict[str, str], by: Actor) -> Row:
    """What a row means. Writes nothing and holds nothing."""
    move = accounts.MOVES.get(texts.get("move", "").lower())
    if move is None:
        raise Wrong(
            "move", _("There is no such move. Known are: %(names)s.") % {"names": ", ".join(accounts.MOVES)}
        )
    return Row(number, texts, move, _lot(texts, by) if texts.get("lot") else _line(texts, move, by))


def _lot(texts: dict[str, str], by: Actor) -> Lot:
    """The received lot that is called so: by its own number, or by consignment and place in it."""
    text = texts["lot"]
    called = Q(batch=text)
    reference, _slash, last = text.rpartition("/")
    if number := _number(last):
        called |= Q(consignment__reference=reference.upper(), number=number)
    mine = Lot.objects.filter(importer=by.organisation, consignment__received_on__isnull=False)
    if certificate := texts.get("certificate"):
        mine = mine.filter(consignment__certificate__reference=certificate.upper())
    if line := texts.get("line"):
        mine = mine.filter(goods_line__number=_number(line))
    found = list(mine.filter(called).select_related("consignment__certificate", "goods_line")[:2])
    if not found:
        raise Wrong("lot", _("No received lot is called so."))
    if len(found) > 1:
        raise Wrong("lot", _("Several lots are called so. Write consignment and number, like CON/…/0001/1."))
    return found[0]


def _line(texts: dict[str, str], move: accounts.Move, by: Actor) -> GoodsLine:
    """The goods line whose oldest lots the row takes, for the moves that may."""
    if move.verb not in oldest_first.VERBS:
        said = _("This move needs a lot. Only these take the oldest lots first: %(names)s.")
        raise Wrong("lot", said % {"names": ", ".join(oldest_first.VERBS)})
    if not all(texts.get(name) for name in LINE_NAMES):
        raise Wrong("lot", _("Name the lot; or certificate and line, and the oldest lots are taken first."))
    if texts.get("pieces"):
        raise Wrong("pieces", _("Without a lot the pieces follow the weight; leave them out."))
    mine = GoodsLine.objects.filter(certificate__importer=by.organisation, number=_number(texts["line"]))
    found = mine.filter(certificate__reference=texts["certificate"].upper()).first()
    if found is None:
        raise Wrong("line", _("This certificate has no such goods line."))
    return found


def _number(text: str) -> int:
    """A small number as it is written; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def hold(rows: Iterable[Row]) -> list[int]:
    """Hold every lot that these rows may move, before the first is posted; their keys."""
    what = [row.what for row in rows]
    lots = [one.pk for one in what if isinstance(one, Lot)]
    lines = [one.pk for one in what if isinstance(one, GoodsLine)]
    received = Lot.objects.filter(goods_line__in=lines, consignment__received_on__isnull=False)
    return custody.hold_all(Lot.objects.filter(Q(pk__in=lots) | Q(pk__in=received.values("pk"))))


def post(row: Row, held: Collection[int], *, by: Actor, at: datetime | None = None) -> list[Posting]:
    """Post one row of lots that are `held`; nothing where it was posted before."""
    key = _key(row.texts, by)
    known = [*Posting.objects.filter(key=key).select_related("lot"), *oldest_first.known(key)]
    if known:
        if not all(_is_of(posting, row) for posting in known):
            raise Wrong("key", _("Another row was posted under this key."))
        return []
    if isinstance(row.what, Lot):
        return [_post_lot(row, row.what, key, by=by, at=at)]
    return _post_line(row, row.what, key, held, by=by, at=at)


def _is_of(posting: Posting, row: Row) -> bool:
    """Whether a posting may have been made by this row."""
    if posting.verb != row.move.verb:
        return False
    if isinstance(row.what, Lot):
        return posting.lot_id == row.what.pk and not oldest_first.is_one(posting)
    return posting.lot.goods_line_id == row.what.pk and oldest_first.is_one(posting)


def _post_lot(row: Row, lot: Lot, key: str, *, by: Actor, at: datetime | None) -> Posting:
    holding = _holding(row, lot)
    form = forms.MoveForm(_given(row, key), move=row.move, holding=holding)
    _refuse_wrong(form)
    return custody.move(
        lot=lot,
        verb=row.move.verb,
        by=by,
        from_account=holding.account,
        from_place=holding.place,
        at=at,
        **form.answers(),
    )


def _post_line(
    row: Row, line: GoodsLine, key: str, held: Collection[int], *, by: Actor, at: datetime | None
) -> list[Posting]:
    shelf = _shelf(row, line, held)
    form = forms.OldestFirstForm(_given(row, key), move=row.move, holding=Holding())
    _refuse_wrong(form)
    answers = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    return oldest_first.take_of(held, shelf=shelf, verb=row.move.verb, by=by, at=at, **answers)


def _holding(row: Row, lot: Lot) -> Holding:
    """The only place from which this move can take of the lot, of those that the row leaves open."""
    there = _open(Holding.objects.filter(lot=lot).exclude(weight_mg=0, pieces=0), row)
    found = list(there.order_by("pk")[:SHOWN_PLACES])
    if not found:
        raise Wrong("from_place", _("Nothing of this lot lies where this move could take it from."))
    _refuse_several([(holding.account, holding.place) for holding in found])
    return found[0]


def _shelf(row: Row, line: GoodsLine, held: Collection[int]) -> Shelf:
    """The only shelf of the goods line from which this move can take."""
    there = _open(Holding.objects.filter(lot__goods_line=line, lot__in=held, weight_mg__gt=0), row)
    found = list(there.order_by("account", "place").values_list("account", "place").distinct()[:SHOWN_PLACES])
    if not found:
        raise Wrong("from_place", _("Nothing of this goods line lies where this move could take it from."))
    _refuse_several(found)
    return Shelf(line, *found[0])


def _open(rows: QuerySet[Holding], row: Row) -> QuerySet[Holding]:
    rows = rows.filter(account__in=row.move.sources)
    if account := row.texts.get("from_account"):
        rows = rows.filter(account=account.upper())
    if place := row.texts.get("from_place"):
        rows = rows.filter(place=place)
    return rows


def _refuse_several(places: list[tuple[str, str]]) -> None:
    if len(places) > 1:
        named = ", ".join(" · ".join(filter(None, place)) for place in places)
        raise Wrong("from_place", _("Say from where; it lies at: %(places)s.") % {"places": named})


def _refuse_wrong(form: forms.MoveForm) -> None:
    for name, errors in form.errors.items():
        raise Wrong(COLUMN_OF.get(name, name), " ".join(map(str, errors)))


def _key(texts: dict[str, str], by: Actor) -> str:
    """32 signs, the same for the same row of the same importer."""
    said = ["key", texts["key"]] if texts.get("key") else [texts.get(name, "") for name in FIRST_NAMES]
    if not texts.get("key"):
        said += [f"{name}={texts[name]}" for name in LINE_NAMES if texts.get(name)]
    return hashlib.sha256(
        "\x1f".join([str(by.organisation.pk), *said]).encode("utf-8", "replace")
    ).hexdigest()[:32]


def _given(row: Row, key: str) -> dict[str, Any]:
    given: dict[str, Any] = {**row.texts, "key": key, "weight_mg": row.texts.get("weight_kg", "")}
    if row.move.holder == accounts.COUNTRY:
        given["to_place"] = row.texts.get("to_place", "").upper()
    return given
