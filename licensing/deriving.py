"""Where a case stands, from what was reported of it: a written rule, and what contradicts it. No database.

1. Withdrawn reports do not count.
2. A decision names the report that stood when it was taken; reports received before it count no more, that one apart.
3. Of the rest the better source wins, then the later claimed day, then the one received later.

A report that is dated later than the one that won, or the same day and received later, and claims another station
contradicts it and asks for a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

RANKS = {
    "OFFICER": 0,
    "LEDGER": 0,
    "CLOCK": 0,
    "SUPPLIER_ROOM": 1,
    "IMPORTER": 1,
    "FEED": 1,
    "EMAIL": 2,
}  # the lowest is the best


@dataclass(frozen=True)
class Claim:
    """One report: what it claims, as of which day, from whom, and when it was received (UTC)."""

    pk: int
    station: str
    on: date
    source: str
    received_at: datetime
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Ruling:
    """A decision that this report stood at that moment."""

    report: int
    at: datetime


@dataclass(frozen=True)
class Standing:
    """The report that stands (none before the first), and those that contradict it."""

    claim: Claim | None
    contradictions: tuple[Claim, ...] = ()


def standing(claims: Sequence[Claim], rulings: Sequence[Ruling] = ()) -> Standing:
    """Apply the rule; the order of the arguments does not matter."""
    counting = [claim for claim in claims if not claim.is_withdrawn]
    known = {claim.pk for claim in counting}
    taken = [ruling for ruling in rulings if ruling.report in known]
    ruled = max(taken, key=lambda ruling: (ruling.at, ruling.report), default=None)
    if ruled is None:
        return _best(counting)
    chosen = next(claim for claim in counting if claim.pk == ruled.report)
    later = [claim for claim in counting if claim.received_at > ruled.at]
    # What was decided is as good as any source until something later is reported.
    newer = [claim for claim in later if claim.on >= chosen.on]
    return _best(newer, also=later) if newer else Standing(chosen, _against(chosen, later))


def _best(claims: Sequence[Claim], also: Sequence[Claim] = ()) -> Standing:
    if not claims:
        return Standing(None)
    best = max(claims, key=lambda claim: (-RANKS[claim.source], claim.on, claim.received_at, claim.pk))
    return Standing(best, _against(best, [*claims, *also]))


def _against(best: Claim, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    found = {claim.pk: claim for claim in claims if claim.station != best.station and _is_newer(claim, best)}
    return tuple(sorted(found.values(), key=lambda claim: (claim.on, claim.pk)))


def _is_newer(claim: Claim, than: Claim) -> bool:
    """Later in the course as far as anybody can tell: of one day what was heard last is thought the newest."""
    return (claim.on, claim.received_at) > (than.on, than.received_at)
