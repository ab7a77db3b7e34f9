"""The other side, played: an exporter whose reports are late, doubled, out of order, contradictory or silent.

For trials and tests. Each case has a true course; what is sent of it goes through the product's own verbs, and the
journal keeps what was sent, so that nothing lost and no wrong status can hide.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from accounts.actors import Actor
from euc.models import Certificate
from licensing import deriving, services, stations
from licensing.models import LicenceCase, StatusReport
from licensing.services import LicenceFacts
from workflow import engine

FAULTS = ("late", "doubled", "out_of_order", "contradictory", "corrected", "silent")
LONGEST = 110  # days from filing to the end of a course
SOURCES = (StatusReport.Source.IMPORTER, StatusReport.Source.FEED, StatusReport.Source.SUPPLIER_ROOM)


@dataclass(frozen=True)
class Message:
    """One report as it is sent: the station, its day in China, the source, and the moment it arrives (UTC)."""

    station: str
    on: date
    source: str
    at: datetime
    is_wrong: bool = False


@dataclass
class Played:
    """What became of one case: what was sent, and where the product put it."""

    case: LicenceCase
    sent: list[Message] = field(default_factory=list)
    refused: int = 0


def course(chance: random.Random, first: date) -> list[tuple[str, date]]:
    """A true course from filing to an end, as stations with their days."""
    day = first + timedelta(days=chance.randint(0, 5))
    steps = [(stations.FILED, day)]
    for station, least, most in ((stations.PROVINCE, 1, 6), (stations.ACCEPTED, 2, 12)):
        day += timedelta(days=chance.randint(least, most))
        steps.append((station, day))
    if chance.random() < 0.3:
        day += timedelta(days=chance.randint(5, 15))
        steps.append((stations.PAUSED, day))
        day += timedelta(days=chance.randint(3, 10))
        steps.append((stations.REVIEW, day))
    day += timedelta(days=min(round(chance.lognormvariate(3.2, 0.4)), 50))
    if chance.random() < 0.15:
        return [*steps, (stations.REFUSED, day)]
    steps += [(stations.APPROVED, day), (stations.ISSUED, day + timedelta(days=chance.randint(1, 7)))]
    return [*steps, (stations.SURRENDERED, steps[-1][1] + timedelta(days=1))]


def messages(
    chance: random.Random, steps: Sequence[tuple[str, date]], faults: Sequence[str]
) -> list[Message]:
    """What the exporter sends of a course, with these faults, in the order of arrival; the end always arrives."""
    sent = []
    for position, (station, day) in enumerate(steps):
        is_last = position == len(steps) - 1
        if "silent" in faults and not is_last and station != stations.ISSUED and chance.random() < 0.2:
            continue
        delay = chance.randint(1, 9) if "late" in faults and chance.random() < 0.4 else 0
        at = datetime.combine(day + timedelta(days=delay), time(4, position), UTC)
        sent.append(Message(station, day, chance.choice(SOURCES), at))
        if "doubled" in faults and chance.random() < 0.15:
            sent.append(Message(station, day, chance.choice(SOURCES), at + timedelta(minutes=1)))
        if "contradictory" in faults and not is_last and chance.random() < 0.15:
            early = day - timedelta(days=1)
            source = StatusReport.Source.EMAIL
            sent.append(Message(stations.CORRECTION, early, source, at + timedelta(minutes=2), is_wrong=True))
    if "out_of_order" not in faults:
        sent.sort(key=lambda message: (message.on, message.at))
    return sorted(sent, key=lambda message: message.at)


def play(
    certificate: Certificate, *, by: Actor, cases: int, seed: int, faults: Sequence[str], until: date
) -> Iterator[Played]:
    """Play so many cases one after the other under one certificate, each to its end."""
    chance = random.Random(seed)  # noqa: S311 - a play, no secret
    first = certificate.valid_from or until
    room = max((until - first).days - LONGEST, 0)
    for number in range(cases):
        case = services.open_case(certificate=certificate, by=by)
        played = Played(case)
        steps = course(chance, first + timedelta(days=chance.randint(0, room)))
        steps = [(station, min(day, until)) for station, day in steps]
        for message in messages(chance, steps, faults):
            _send(played, message, f"SIM-{seed}-{number}", by=by, corrected="corrected" in faults)
        played.case = LicenceCase.objects.get(pk=case.pk)
        yield played


def _send(played: Played, message: Message, number: str, *, by: Actor, corrected: bool) -> None:
    case = played.case
    facts = None
    if message.station == stations.ISSUED:
        line = case.certificate.goods.first()
        weight = {line.number: 1_000_000} if line else {}
        facts = LicenceFacts(number, message.on, message.on + timedelta(days=300), weight, type="GENERAL")
    try:
        made = services.report(
            case=case,
            by=by,
            claimed=message.station,
            claimed_on=message.on,
            source=message.source,
            licence=facts,
            at=max(message.at, datetime.combine(message.on, time(16), UTC)),
        )
    except engine.Refusal:
        played.refused += 1
        return
    played.sent.append(message)
    if message.is_wrong and corrected:
        services.withdraw_report(report=made, by=by, reason="Sent by mistake (simulated)")


def faults_of(played: Played) -> list[str]:
    """What is wrong with a played case: reports lost, a status that the rule does not give, a case that hangs."""
    case, found = played.case, []
    kept = list(case.reports.select_related("withdrawal"))
    if len(kept) != len(played.sent):
        found.append(f"{case}: {len(played.sent)} reports sent, {len(kept)} kept")
    standing = deriving.standing(services.claims(kept))
    expected = standing.claim.station if standing.claim else stations.PREPARED
    if case.status != expected:
        found.append(f"{case}: stands at {case.status}, the rule says {expected}")
    if case.is_open:
        found.append(f"{case}: never ended, it stands at {case.status}")
    return found
