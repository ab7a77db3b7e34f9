"""Issuing and consuming without naming a lot: of one goods line in one place, what was received first goes first.

A person is told before which lots it takes; a file names it by leaving the lot out. One move a lot, all in one
transaction. Weights are whole milligrams;
pieces follow the weight of each lot. Refuses with the engine's exceptions, and in words what is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import printing
from euc.models import GoodsLine
from shipments import accounts, custody
from shipments.models import Holding, Lot, Posting
from workflow import engine

VERBS = ("issue", "build_in")
BEGINS = "oldest-"  # the keys of its postings


@dataclass(frozen=True)
class Shelf:
    """One goods line in one account and place: what the lots that lie there have in common."""

    line: GoodsLine
    account: str
    place: str

    @classmethod
    def of(cls, holding: Holding) -> Shelf:
        return cls(holding.lot.goods_line, holding.account, holding.place)

    def holdings(self) -> QuerySet[Holding]:
        """What ever lay there."""
        return Holding.objects.filter(lot__goods_line=self.line, account=self.account, place=self.place)


@dataclass(frozen=True)
class Part:
    """What is taken of one lot, and what stays there."""

    lot: Lot
    weight_mg: int
    pieces: int
    units: int
    left_mg: int


def holdings(shelf: Shelf, day: date, among: Collection[int] | None = None) -> QuerySet[Holding]:
    """What had been received by that day and lies there now, oldest first; `among` narrows it to these lots."""
    there = shelf.holdings().filter(weight_mg__gt=0, lot__consignment__received_on__lte=day)
    there = there if among is None else there.filter(lot__in=among)
    return there.select_related("lot__consignment").order_by("lot__consignment__received_on", "lot_id")


def plan(
    shelf: Shelf, weight_mg: int, day: date, *, units: int = 0, among: Collection[int] | None = None
) -> list[Part]:
    """Which lots it takes, and how much of each. Raises NotThere with what is there when it is not enough."""
    parts: list[Part] = []
    rest, made = weight_mg, 0
    for held in holdings(shelf, day, among).iterator():
        if not rest:
            break
        taken = min(rest, held.weight_mg)
        rest -= taken
        upto = units * (weight_mg - rest) // weight_mg  # so that the parts' units add up to all of them
        pieces = held.pieces * taken // held.weight_mg
        parts.append(Part(held.lot, taken, pieces, upto - made, held.weight_mg - taken))
        made = upto
    if rest:
        raise custody.NotThere(_refusal(shelf, weight_mg - rest, len(parts)))
    return parts


def _refusal(shelf: Shelf, there_mg: int, lots: int) -> str:
    text = _("%(account)s holds %(weight)s kg of this goods line, in %(lots)s lots received by that day.")
    where = " · ".join(filter(None, (str(accounts.ACCOUNTS[shelf.account]), shelf.place)))
    return text % {"account": where, "weight": printing.kilograms(there_mg), "lots": lots}


def fingerprint(parts: list[Part]) -> str:
    """The same for the same plan: what a person saw is what is taken."""
    said = [[part.lot.pk, part.weight_mg, part.pieces, part.units] for part in parts]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class Changed(engine.Refusal):
    """What would be taken, `parts`, is not what the person saw."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        super().__init__(_("It would no longer take what you saw; look again at the lots below."))


@transaction.atomic
def take(
    *,
    shelf: Shelf,
    verb: str,
    by: Actor,
    weight_mg: int,
    happened_on: date,
    key: str,
    seen: str,
    at: datetime | None = None,
    **facts: Any,
) -> list[Posting]:
    """Post what the plan says, if it is still the plan that was `seen`. The same `key` again posts nothing."""
    held = custody.hold_all(Lot.objects.filter(pk__in=shelf.holdings().values("lot")))
    return take_of(
        held,
        shelf=shelf,
        verb=verb,
        by=by,
        weight_mg=weight_mg,
        happened_on=happened_on,
        key=key,
        seen=seen,
        at=at,
        **facts,
    )


@transaction.atomic
def take_of(
    held: Collection[int],
    *,
    shelf: Shelf,
    verb: str,
    by: Actor,
    weight_mg: int,
    happened_on: date,
    key: str,
    seen: str | None = None,
    at: datetime | None = None,
    **facts: Any,
) -> list[Posting]:
    """The same of lots that the caller holds already and of no other; without `seen`, nobody was shown the plan."""
    if verb not in VERBS or shelf.account not in accounts.MOVES[verb].sources:
        raise engine.WrongStatus(_("This cannot be done from there."))
    if before := known(key):
        return _same(before, shelf, verb, weight_mg)
    units = facts.pop("units", None) or 0
    parts = plan(shelf, weight_mg, happened_on, units=units, among=held)
    if seen is not None and fingerprint(parts) != seen:
        raise Changed(parts)
    return [
        custody.move(
            lot=part.lot,
            verb=verb,
            by=by,
            from_account=shelf.account,
            from_place=shelf.place,
            weight_mg=part.weight_mg,
            pieces=part.pieces,
            happened_on=happened_on,
            key=f"{_begins(key)}{number}",
            at=at,
            **facts | ({"units": part.units} if "units" in accounts.MOVES[verb].asks else {}),
        )
        for number, part in enumerate(parts, start=1)
    ]


def _begins(key: str) -> str:
    return f"{BEGINS}{key}-"


def is_one(posting: Posting) -> bool:
    """Whether it was made here rather than of a lot that was named."""
    return posting.key.startswith(BEGINS)


def known(key: str) -> list[Posting]:
    """What was posted under this key before."""
    return list(Posting.objects.filter(key__startswith=_begins(key)).select_related("lot").order_by("pk"))


def _same(before: list[Posting], shelf: Shelf, verb: str, weight_mg: int) -> list[Posting]:
    """What this key posted before, if it was the same; another one under the key is refused."""
    said = {(p.lot.goods_line_id, p.verb, p.from_account, p.from_place) for p in before}
    is_same = said == {(shelf.line.pk, verb, shelf.account, shelf.place)}
    if not is_same or sum(posting.weight_mg for posting in before) != weight_mg:
        raise engine.WrongStatus(_("This form was sent before with other figures; open it again."))
    return before
