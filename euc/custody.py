"""The law of the paper original: what may follow what, who holds it, when it is overdue. Pure Python, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Protocol

from django.utils.translation import gettext as _

INK, OFFICE, COURIER = "INK", "OFFICE", "COURIER"  # stages of a paper's way

# what happens to it
SIGNED, HANDED_IN, ATTESTED, REFUSED = "SIGNED", "HANDED_IN", "ATTESTED", "REFUSED"
SENT, DELIVERED, MISLAID = "SENT", "DELIVERED", "MISLAID"
VOIDED, REVERSED = "VOIDED", "REVERSED"
KINDS = (SIGNED, HANDED_IN, ATTESTED, REFUSED, SENT, DELIVERED, MISLAID, VOIDED)
AT_STEPS = (HANDED_IN, ATTESTED, REFUSED)
WITH_SCAN = (SIGNED, ATTESTED)
ONLY_IN_FORCE = frozenset({SIGNED, HANDED_IN, SENT})  # nobody stamps or sends a paper that no longer counts
ONLY_AFTER_END = frozenset({VOIDED})  # and nobody spoils one that does

# where it lies
AWAITED, WITH_IMPORTER, AT_OFFICE = "AWAITED", "IMPORTER", "OFFICE"
ON_THE_WAY, ABROAD, LOST, VOID = "COURIER", "ABROAD", "LOST", "VOID"


class Impossible(Exception):
    """The happenings do not follow from one another; the message is a sentence for the person."""


class Happening(Protocol):
    """One entry of the ledger, as far as the law reads it."""

    slot: Any
    version: Any
    kind: Any
    step_id: Any
    happened_on: Any


@dataclass(frozen=True)
class Where:
    """Where the paper lies after what happened: its place, the office it is at, which stations have stamped it."""

    place: str = AWAITED
    step: int | None = None
    since: date | None = None
    stamped: frozenset[int] = field(default_factory=frozenset)


def counting(entries: Iterable[Happening]) -> list[Happening]:
    """The happenings that count, in order: the last version of each slot, without what was reversed."""
    last: dict[int, Happening] = {}
    for entry in entries:
        if entry.slot not in last or entry.version > last[entry.slot].version:
            last[entry.slot] = entry
    return [last[slot] for slot in sorted(last) if last[slot].kind != REVERSED]


def follow(entries: Iterable[Happening], chain: Sequence[int]) -> Where:
    """Where the paper is after these happenings; `chain` are its offices in order. Raises Impossible."""
    where, latest = Where(), date.min
    for entry in counting(entries):
        if entry.happened_on < latest:
            raise Impossible(_("The days would decrease: what happened later cannot be dated earlier."))
        latest = entry.happened_on
        where = _after(where, entry, chain)
    return where


def _after(where: Where, entry: Happening, chain: Sequence[int]) -> Where:
    if entry.kind not in possible(where, chain):
        raise Impossible(_("The paper is not where this could happen to it; look at where it lies now."))
    on = entry.happened_on
    if entry.kind == HANDED_IN:
        if entry.step_id != next_step(where, chain):
            raise Impossible(_("The offices stamp in their order; another one comes first."))
        return replace(where, place=AT_OFFICE, step=entry.step_id, since=on)
    if entry.kind in {ATTESTED, REFUSED}:
        if entry.step_id != where.step:
            raise Impossible(_("The paper is with another office."))
        stamped = where.stamped | {entry.step_id} if entry.kind == ATTESTED else where.stamped
        return Where(WITH_IMPORTER, None, on, stamped)
    if entry.kind == SIGNED:  # a new paper carries no stamps
        return Where(WITH_IMPORTER, None, on)
    place = {SENT: ON_THE_WAY, DELIVERED: ABROAD, MISLAID: LOST, VOIDED: VOID}[entry.kind]
    return replace(where, place=place, step=None, since=on)


def possible(where: Where, chain: Sequence[int]) -> tuple[str, ...]:
    """What may happen next to a paper that lies there."""
    if where.place in {AWAITED, LOST}:
        return (SIGNED,)
    if where.place == WITH_IMPORTER:
        return (HANDED_IN if next_step(where, chain) else SENT, MISLAID, VOIDED)
    if where.place == AT_OFFICE:
        return (ATTESTED, REFUSED, MISLAID)
    return (DELIVERED, MISLAID) if where.place == ON_THE_WAY else ()


def next_step(where: Where, chain: Sequence[int]) -> int | None:
    """The office that has to stamp it next; None when all have."""
    return next((step for step in chain if step not in where.stamped), None)


def due_on(where: Where, *, since: date, days: dict[Any, int]) -> date | None:
    """The last day it may lie there. `days` by office, and under INK for the importer's own moves and COURIER."""
    if where.place in {ABROAD, VOID}:
        return None
    key: Any = {AT_OFFICE: where.step, ON_THE_WAY: COURIER}.get(where.place, INK)
    return since + timedelta(days=days[key]) if key in days else None
