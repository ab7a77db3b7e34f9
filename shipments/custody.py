"""Posting: so much of one lot moves from one account and place to another. Nothing is changed, only posted again.

Weights are whole milligrams. Refuses with the engine's WrongStatus, NotAllowed or Incomplete, and in words what an
account does not hold. Postings of one lot have one order: its row is locked first.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import printing
from euc.models.certificate import today
from shipments import accounts, workflow
from shipments.models import Holding, Lot, Posting
from workflow import engine, events
from workflow.law import Miss

FACTS = ("document", "product", "units", "due_on", "consent", "reason", "witness", "evidence")


class NotThere(engine.Refusal):
    """An account does not hold so much; the message says what it holds."""


@transaction.atomic
def move(
    *,
    lot: Lot,
    verb: str,
    by: Actor,
    from_account: str,
    from_place: str,
    weight_mg: int,
    happened_on: date,
    key: str,
    pieces: int = 0,
    to_place: str = "",
    at: datetime | None = None,
    **facts: Any,
) -> Posting:
    """Make one of `accounts.MOVES`. The same `key` again gives the posting it made and posts nothing."""
    move = accounts.MOVES[verb]
    _may_post(lot, by)
    if from_account not in move.sources:
        raise engine.WrongStatus(_("This cannot be done from there."))
    to_place = (to_place if move.holder else from_place).strip()
    misses = _unsaid(move, to_place, facts) + _wrong_day(lot, happened_on)
    if move.clause:
        misses += _not_promised(lot, move, to_place)
    if not weight_mg:
        misses.append(Miss("", "weight_mg", _("Enter a weight above zero.")))
    if misses:
        _refuse(misses)
    return _post(
        lot,
        verb,
        (from_account, from_place),
        (move.target, to_place),
        weight_mg,
        pieces,
        happened_on=happened_on,
        key=key,
        by=by,
        at=at,
        **facts,
    )


@transaction.atomic
def count(
    *,
    lot: Lot,
    by: Actor,
    account: str,
    place: str,
    counted_mg: int,
    counted_pieces: int,
    happened_on: date,
    witness: str,
    reason: str,
    key: str,
    at: datetime | None = None,
) -> list[Posting]:
    """Post the differences between what was counted and what is booked; nothing where they agree."""
    _may_post(lot, by)
    misses = _wrong_day(lot, happened_on)
    if not witness:
        misses.append(Miss("", "witness", _("Name who witnessed the count.")))
    hold(lot)
    known = list(Posting.objects.filter(key__in=(f"{key}-less", f"{key}-more")))
    if known or misses:
        return known or _refuse(misses)
    held = Holding.objects.filter(lot=lot, account=account, place=place).first()
    less_mg = (held.weight_mg if held else 0) - counted_mg
    less_pieces = (held.pieces if held else 0) - counted_pieces
    if (less_mg or less_pieces) and not reason:
        _refuse([Miss("", "reason", _("Say why the count differs."))])
    here, away = (account, place), (accounts.VARIANCE, "")
    given: dict[str, Any] = {
        "happened_on": happened_on,
        "by": by,
        "at": at,
        "witness": witness,
        "reason": reason,
    }
    made = []
    if less_mg > 0 or less_pieces > 0:
        gone = (max(less_mg, 0), max(less_pieces, 0))
        made.append(_post(lot, "count_less", here, away, *gone, key=f"{key}-less", **given))
    if less_mg < 0 or less_pieces < 0:
        found = (max(-less_mg, 0), max(-less_pieces, 0))
        made.append(_post(lot, "count_more", away, here, *found, key=f"{key}-more", **given))
    return made


@transaction.atomic
def reverse(*, posting: Posting, by: Actor, reason: str, at: datetime | None = None) -> Posting:
    """Post the opposite of a posting, once, while what it moved is still there."""
    lot = posting.lot
    _may_post(lot, by)
    if not reason:
        _refuse([Miss("", "reason", _("Say why."))])
    if posting.reverses_id or posting.verb not in {*accounts.MOVES, "count_less", "count_more"}:
        raise engine.WrongStatus(_("This posting belongs to a step of the consignment and stays."))
    hold(lot)
    if Posting.objects.filter(reverses=posting).exists():
        raise engine.WrongStatus(_("It was reversed already."))
    return _post(
        lot,
        "reverse",
        (posting.to_account, posting.to_place),
        (posting.from_account, posting.from_place),
        posting.weight_mg,
        posting.pieces,
        happened_on=today(at),
        key=f"reverse-{posting.pk}",
        by=by,
        at=at,
        reason=reason,
        reverses=posting,
    )


def ship(lot: Lot, weight_mg: int, *, on: date, by: Actor, at: datetime) -> Posting:
    """The lot left Chinese customs: from the exporter onto its way. Called by the consignment's step."""
    way = ((accounts.SUPPLIER, ""), (accounts.IN_TRANSIT, ""))
    return _post(lot, "ship", *way, weight_mg, lot.pieces, happened_on=on, key=f"ship-{lot.pk}", by=by, at=at)


def turn_back(lot: Lot, *, on: date, by: Actor, at: datetime) -> Posting:
    """The lot did not leave after all: everything that was shipped goes back to the exporter."""
    held = Holding.objects.get(lot=lot, account=accounts.IN_TRANSIT, place="")
    way = ((accounts.IN_TRANSIT, ""), (accounts.SUPPLIER, ""))
    key = f"turn-back-{lot.pk}"
    return _post(lot, "turn_back", *way, held.weight_mg, held.pieces, happened_on=on, key=key, by=by, at=at)


def lose_rest(lot: Lot, *, on: date, reason: str, by: Actor, at: datetime) -> None:
    """Whatever of the lot is still on its way is lost."""
    held = Holding.objects.filter(lot=lot, account=accounts.IN_TRANSIT, weight_mg__gt=0).first()
    if held:
        way = ((accounts.IN_TRANSIT, ""), (accounts.LOSS, ""))
        given: dict[str, Any] = {
            "happened_on": on,
            "key": f"lost-{lot.pk}",
            "by": by,
            "at": at,
            "reason": reason,
        }
        _post(lot, "lose_on_the_way", *way, held.weight_mg, held.pieces, **given)


def take_in(
    lot: Lot,
    *,
    place: str,
    received_mg: int,
    pieces: int,
    damaged_mg: int,
    damaged_pieces: int,
    on: date,
    document: str,
    by: Actor,
    at: datetime,
    evidence: Any = None,
) -> int:
    """Book a goods receipt of one lot; gives what is short in milligrams, negative where more came than left."""
    held = Holding.objects.get(lot=lot, account=accounts.IN_TRANSIT, place="")
    short, missing = held.weight_mg - received_mg - damaged_mg, held.pieces - pieces - damaged_pieces
    given: dict[str, Any] = {
        "happened_on": on,
        "by": by,
        "at": at,
        "document": document,
        "evidence": evidence,
    }
    transit = (accounts.IN_TRANSIT, "")
    if short < 0 or missing < 0:
        more = (max(-short, 0), max(-missing, 0))
        _post(lot, "find", (accounts.SURPLUS, ""), transit, *more, key=f"found-{lot.pk}", **given)
    if received_mg or pieces:
        store = (accounts.ON_HAND, place)
        _post(lot, "receive", transit, store, received_mg, pieces, key=f"received-{lot.pk}", **given)
    if damaged_mg or damaged_pieces:
        aside = (accounts.DAMAGED, place)
        key = f"damaged-{lot.pk}"
        _post(lot, "receive_damaged", transit, aside, damaged_mg, damaged_pieces, key=key, **given)
    if short > 0 or missing > 0:
        less = (max(short, 0), max(missing, 0))
        _post(lot, "miss", transit, (accounts.SHORT, ""), *less, key=f"short-{lot.pk}", **given)
    return short


# --- the one way anything is posted ------------------------------------------------------------------


def hold(lot: Lot) -> None:
    """Hold the lot's row until the transaction ends: nothing is posted of it meanwhile."""
    Lot.objects.select_for_update(no_key=True).filter(pk=lot.pk).values_list("pk").get()


def hold_all(lots: QuerySet[Lot]) -> list[int]:
    """Hold the rows of several lots in the order of their keys, as all do who hold several; the keys.

    Whoever posts of several lots in one transaction holds them all before the first: else two wait for each other.
    """
    rows = Lot.objects.select_for_update(no_key=True).filter(pk__in=lots.order_by().values("pk"))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _post(
    lot: Lot,
    verb: str,
    source: tuple[str, str],
    target: tuple[str, str],
    weight_mg: int,
    pieces: int,
    *,
    happened_on: date,
    key: str,
    by: Actor,
    at: datetime | None,
    reverses: Posting | None = None,
    **facts: Any,
) -> Posting:
    hold(lot)
    if known := Posting.objects.filter(key=key).first():
        return _same(known, lot, verb, source, target, weight_mg, pieces)
    if weight_mg < 0 or pieces < 0 or not (weight_mg or pieces):
        _refuse([Miss("", "weight_mg", _("Enter a weight above zero."))])
    if source == target:
        _refuse([Miss("", "to_place", _("It is there already."))])
    at = at or timezone.now()
    posting = Posting.objects.create(
        lot=lot,
        importer_id=lot.importer_id,
        verb=verb,
        from_account=source[0],
        from_place=source[1],
        to_account=target[0],
        to_place=target[1],
        weight_mg=weight_mg,
        pieces=pieces,
        happened_on=happened_on,
        key=key,
        reverses=reverses,
        posted_by=by.person,
        posted_at=at,
        **{name: value for name, value in facts.items() if name in FACTS and value is not None},
    )
    _add(lot, target, weight_mg, pieces)
    _take(lot, source, weight_mg, pieces)
    events.record(
        book=lot.book,
        subject=lot,
        verb=f"shipments.lot.{verb}",
        by=by,
        at=at,
        details={"posting": posting.pk, "weight_mg": weight_mg, "pieces": pieces, "from": list(source),
                 "to": list(target), "reason": posting.reason},
    )  # fmt: skip
    return posting


def _same(
    known: Posting,
    lot: Lot,
    verb: str,
    source: tuple[str, str],
    target: tuple[str, str],
    weight_mg: int,
    pieces: int,
) -> Posting:
    """The posting that this key made before, if it is the same one; another one under the key is refused."""
    made = (known.lot_id, known.verb, known.from_account, known.from_place, known.to_account, known.to_place)
    if (*made, known.weight_mg, known.pieces) != (lot.pk, verb, *source, *target, weight_mg, pieces):
        raise engine.WrongStatus(_("This form was sent before with other figures; open it again."))
    return known


def _add(lot: Lot, target: tuple[str, str], weight_mg: int, pieces: int) -> None:
    account, place = target
    key = {"lot": lot, "account": account, "place": place}
    Holding.objects.get_or_create(**key, defaults={"importer_id": lot.importer_id})
    Holding.objects.filter(**key).update(weight_mg=F("weight_mg") + weight_mg, pieces=F("pieces") + pieces)


def _take(lot: Lot, source: tuple[str, str], weight_mg: int, pieces: int) -> None:
    account, place = source
    rows = Holding.objects.filter(lot=lot, account=account, place=place)
    if account in accounts.OUTSIDE:
        key = {"lot": lot, "account": account, "place": place}
        Holding.objects.get_or_create(**key, defaults={"importer_id": lot.importer_id})
    else:
        rows = rows.filter(weight_mg__gte=weight_mg, pieces__gte=pieces)
    if not rows.update(weight_mg=F("weight_mg") - weight_mg, pieces=F("pieces") - pieces):
        held = Holding.objects.filter(lot=lot, account=account, place=place).first()
        raise NotThere(
            _("%(account)s holds %(weight)s kg and %(pieces)s pieces of this lot.")
            % {
                "account": " · ".join(filter(None, (str(accounts.ACCOUNTS[account]), place))),
                "weight": printing.kilograms(held.weight_mg if held else 0),
                "pieces": held.pieces if held else 0,
            }
        )


def _refuse(misses: list[Miss]) -> NoReturn:
    raise engine.Incomplete(misses)


# --- what is asked before ----------------------------------------------------------------------------


def _may_post(lot: Lot, by: Actor) -> None:
    if by.organisation.pk != lot.importer_id or not workflow.IMPORTER & by.roles:
        raise engine.NotAllowed(_("Only the importer's own people may do this."))


def _unsaid(move: accounts.Move, to_place: str, facts: dict[str, Any]) -> list[Miss]:
    misses = [Miss("", name, _("This is needed.")) for name in move.asks if facts.get(name) in (None, "")]
    if move.holder and not to_place:
        misses.append(Miss("", "to_place", _("Say where it goes.")))
    return misses


def _wrong_day(lot: Lot, day: date) -> list[Miss]:
    """Not before the goods were received, and not in the future (India)."""
    received = lot.consignment.received_on
    if received is None:
        raise engine.WrongStatus(_("The lot has not been received yet."))
    if not received <= day <= today():
        text = _("The day must lie between the goods receipt, %(first)s, and today.")
        return [Miss("", "happened_on", text % {"first": f"{received:%d-%m-%Y}"})]
    return []


def _not_promised(lot: Lot, move: accounts.Move, to_place: str) -> list[Miss]:
    """The undertakings must hold the exception, and where it names a party, that party it must be."""
    rows = [row for paper in lot.consignment.certificate.promises() for row in paper.rows()]
    rows = [row for row in rows if row.clause.code == move.clause]
    if not rows:
        raise engine.NotAllowed(_("The undertaking given for this certificate does not allow it."))
    named = {row.party_name for row in rows if row.party_name}
    if move.holder and named and to_place not in named:
        text = _("The undertaking names %(names)s.")
        return [Miss("", "to_place", text % {"names": ", ".join(sorted(named))})]
    return []
