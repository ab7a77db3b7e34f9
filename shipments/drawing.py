"""Reserving and drawing: 0 <= given up + reserved + drawn <= licensed on every line, whoever is first.

Each change is one row written once, and one conditional UPDATE a line in the same transaction; the database's check
constraint stands behind it. Callers hold the certificate and the licence (`services`). Weights are whole milligrams.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import printing
from euc.models import GoodsLine
from licensing.models import LicenceLine
from shipments.models import Draw, Lot
from workflow import engine


class Exceeded(engine.Refusal):
    """More than what is left; the message says what remains and where."""


def reserve(lot: Lot, *, by: Actor, at: datetime) -> Draw:
    """Reserve the lot's weight on its certificate line and licence line."""
    return _write(lot, Draw.Kind.RESERVE, reserved_mg=lot.weight_mg, drawn_mg=0, of=None, by=by, at=at)


def commit(lot: Lot, weight_mg: int, *, by: Actor, at: datetime) -> Draw:
    """Draw what was really released, in place of what was reserved; it may be less, or more where more is left."""
    held = _reserved(lot)
    return _write(
        lot, Draw.Kind.COMMIT, reserved_mg=-held.reserved_mg, drawn_mg=weight_mg, of=held, by=by, at=at
    )


def free(lot: Lot, *, by: Actor, at: datetime) -> Draw:
    """Give the reservation back."""
    held = _reserved(lot)
    return _write(lot, Draw.Kind.RELEASE, reserved_mg=-held.reserved_mg, drawn_mg=0, of=held, by=by, at=at)


def reverse(lot: Lot, *, by: Actor, at: datetime) -> Draw:
    """Undo the draw of a lot that did not leave."""
    drawn = Draw.objects.filter(lot=lot, kind=Draw.Kind.COMMIT, settled_by=None).get()
    return _write(lot, Draw.Kind.REVERSE, reserved_mg=0, drawn_mg=-drawn.drawn_mg, of=drawn, by=by, at=at)


def _reserved(lot: Lot) -> Draw:
    return Draw.objects.get(lot=lot, kind=Draw.Kind.RESERVE, settled_by=None)


def _write(
    lot: Lot, kind: str, *, reserved_mg: int, drawn_mg: int, of: Draw | None, by: Actor, at: datetime
) -> Draw:
    """The row first and the hot lines last, so that their locks are held shortest."""
    draw = Draw.objects.create(
        kind=kind,
        lot=lot,
        goods_line_id=lot.goods_line_id,
        licence_line_id=lot.licence_line_id,
        reserved_mg=reserved_mg,
        drawn_mg=drawn_mg,
        of=of,
        made_by=by.person,
        made_at=at,
    )
    if lot.licence_line_id:
        _shift_licence(lot, lot.licence_line_id, reserved_mg, drawn_mg)
    _shift_goods(lot, reserved_mg, drawn_mg)
    return draw


def _shift_goods(lot: Lot, reserved_mg: int, drawn_mg: int) -> None:
    line = GoodsLine.objects.filter(pk=lot.goods_line_id)
    after = F("released_mg") + F("reserved_mg") + F("drawn_mg") + (reserved_mg + drawn_mg)
    fits = line.filter(net_weight_mg__gte=after)
    if not fits.update(reserved_mg=F("reserved_mg") + reserved_mg, drawn_mg=F("drawn_mg") + drawn_mg):
        found = line.get()
        text = _(
            "Goods line %(number)s of the certificate has %(left)s kg left; %(asked)s kg more were asked for."
        )
        raise Exceeded(text % _said(found.number, found.left_mg, reserved_mg + drawn_mg))


def _shift_licence(lot: Lot, key: int, reserved_mg: int, drawn_mg: int) -> None:
    """By the row's own key: found through its lots, it would be judged as it was before the winner changed it."""
    line = LicenceLine.objects.filter(pk=key)
    fits = line.filter(authorised_mg__gte=F("reserved_mg") + F("drawn_mg") + (reserved_mg + drawn_mg))
    if not fits.update(reserved_mg=F("reserved_mg") + reserved_mg, drawn_mg=F("drawn_mg") + drawn_mg):
        found = line.get()
        text = _("Line %(number)s of the licence has %(left)s kg left; %(asked)s kg more were asked for.")
        raise Exceeded(text % _said(lot.goods_line.number, found.left_mg, reserved_mg + drawn_mg))


def _said(number: int, left_mg: int, asked_mg: int) -> dict[str, object]:
    kilograms = printing.kilograms
    return {"number": number, "left": kilograms(left_mg), "asked": kilograms(asked_mg)}
