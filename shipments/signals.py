"""The verbs of signals: weigh an importer's books against the limits of the day, decide what was raised.

Weighing twice raises once. Refuses with the engine's exceptions; weights in milligrams.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Organisation
from euc.models.certificate import today
from shipments import signal_limits, signal_sums, signalling, watch_law
from shipments.models import Consignment, Signal
from shipments.signalling import Finding, Known
from workflow import engine, events


@dataclass(frozen=True)
class Weighed:
    """How many signals one weighing raised, and of how many open ones it found more."""

    raised: int = 0
    grown: int = 0

    def __add__(self, other: Weighed) -> Weighed:
        return Weighed(self.raised + other.raised, self.grown + other.grown)


def weigh_all(*, by: Actor, at: datetime | None = None) -> Weighed:
    """Weigh every importer's books, each in a transaction of its own; by lot, so that no cut meets the same ones."""
    whole = Weighed()
    having = Consignment.objects.order_by().values("importer").distinct()
    for importer in Organisation.objects.filter(pk__in=having).order_by("?"):
        whole += weigh(importer=importer, by=by, at=at)
    return whole


@transaction.atomic
def weigh(*, importer: Organisation, by: Actor, at: datetime | None = None) -> Weighed:
    """Raise what the books show and nobody was asked about yet; the importer's row is held meanwhile."""
    at = at or timezone.now()
    engine.lock(importer)
    known = signal_limits.on(today(at))
    findings = found_in(importer, known)
    whole = Weighed()
    for finding in findings:
        whole += _weigh(importer, finding, known, by=by, at=at)
    still = {(finding.kind, finding.subject) for finding in findings}
    for signal in Signal.objects.filter(importer=importer, status=watch_law.OPEN):
        stands = (signal.kind, signal.subject) in still
        if stands != signal.stands:
            Signal.objects.filter(pk=signal.pk).update(stands=stands)
    return whole


def found_in(importer: Organisation, known: Known) -> list[Finding]:
    """What does not fit in the importer's books, by these limits. Reads only."""
    return [
        *signalling.scrap(signal_sums.plants(importer), known),
        *signalling.consumption(signal_sums.products(importer), known),
        *signalling.counts(signal_sums.counted(importer), known),
        *signalling.ports(signal_sums.calls(importer), known),
    ]


def _weigh(importer: Organisation, finding: Finding, known: Known, *, by: Actor, at: datetime) -> Weighed:
    """A new signal; the open one, if there is more of it; nothing where it was decided and there is not."""
    about = Signal.objects.filter(importer=importer, kind=finding.kind, subject=finding.subject)
    last = about.order_by("-id").first()
    if last is None or (
        last.status != watch_law.OPEN and signalling.has_grown(finding.measure, last.measure, known)
    ):
        _raise(importer, finding, by=by, at=at)
        return Weighed(raised=1)
    if last.status != watch_law.OPEN or finding.measure <= last.measure:
        return Weighed()
    Signal.objects.filter(pk=last.pk).update(**_columns(importer, finding))
    _record(last, "grow", finding, by=by, at=at)
    return Weighed(grown=1)


def _raise(importer: Organisation, finding: Finding, *, by: Actor, at: datetime) -> None:
    signal = Signal.objects.create(
        importer=importer,
        kind=finding.kind,
        subject=finding.subject,
        certificate_id=finding.certificate,
        consignment_id=finding.consignment,
        place=finding.place,
        raised_at=at,
        **_columns(importer, finding),
    )
    _record(signal, "raise", finding, by=by, at=at)


def _columns(importer: Organisation, finding: Finding) -> dict[str, Any]:
    return {
        "score": finding.score,
        "reasons": [list(reason) for reason in finding.reasons],
        "facts": finding.facts,
        "measure": finding.measure,
        "rests_on": signal_sums.rests_on(importer, finding),
    }


def _record(signal: Signal, verb: str, finding: Finding, *, by: Actor, at: datetime) -> None:
    events.record(
        book=signal.book, subject=signal, verb=f"shipments.signal.{verb}", by=by, at=at, to_status=signal.status,
        details={"kind": finding.kind, "score": finding.score, "measure": finding.measure, **finding.facts},
    )  # fmt: skip


def explain(*, signal: Signal, by: Actor, reason: str, at: datetime | None = None) -> None:
    """There is nothing wrong, for this reason."""
    _decide(signal, "explain", by=by, reason=reason, at=at)


def confirm(*, signal: Signal, by: Actor, reason: str, at: datetime | None = None) -> None:
    """It is irregular, for this reason."""
    _decide(signal, "confirm", by=by, reason=reason, at=at)


@transaction.atomic
def _decide(signal: Signal, verb: str, *, by: Actor, reason: str, at: datetime | None) -> None:
    at = at or timezone.now()
    sets = {"reason": reason, "decided_by": by.person, "decided_at": at}
    engine.take(watch_law.SIGNAL, verb, signal, by=by, at=at, sets=sets, details={"reason": reason})
