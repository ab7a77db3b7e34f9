"""Briefs to the ministry: facts with their sources and nothing else, frozen when asked for, printed by a worker.

Facts are plain values; days are days in China as ISO text, moments UTC, weights milligrams.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import control
from licensing import calendar, limits, predicting, services, timing
from licensing.models import CaseBrief, LicenceCase, StatusReport
from workflow import engine, errands, events

MAKE = "licensing.make_brief"
MOST_REPORTS = 12
MOST_A_DAY = 10


@transaction.atomic
def prepare(*, case: LicenceCase, by: Actor, asks: str, at: datetime | None = None) -> CaseBrief:
    """Freeze what is known of an open case, in the language of who asks, and owe its PDF."""
    at = at or timezone.now()
    engine.lock(case)
    if not services.may_report(case, by):
        raise engine.NotAllowed(_("Only the importer's people and officers report here."))
    if not case.is_open:
        raise engine.WrongStatus(_("This case has ended: there is nothing to ask for."))
    last = case.briefs.order_by("-number").values_list("number", flat=True).first() or 0
    if case.briefs.filter(prepared_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise engine.WrongStatus(_("Enough briefs were prepared for this case today."))
    brief = CaseBrief.objects.create(
        case=case,
        number=last + 1,
        language=translation.get_language() or "en",
        asks=asks,
        facts=facts(case, control.day_in_china(at)),
        prepared_by=by.person,
        prepared_at=at,
    )
    errands.owe(MAKE, subject=brief)
    events.record(
        book=case.book,
        subject=case,
        verb="licensing.case.brief",
        by=by,
        at=at,
        details={"number": brief.number},
    )
    return brief


def facts(case: LicenceCase, on: date) -> dict[str, Any]:
    """What is known of a case on a day in China: who, what, since when, what was said and by whom."""
    reports = list(case.reports.select_related("withdrawal").order_by("claimed_on", "id"))
    counting = [row for row in reports if not hasattr(row, "withdrawal")]
    return {
        "on": on.isoformat(),
        **_parties(case),
        "status": case.status,
        "status_on": _iso(case.status_on),
        "is_contested": case.is_contested,
        "filed_on": _iso(case.filed_on),
        "accepted_on": _iso(case.accepted_on),
        "clock": _clock(case, on),
        "running": _running(case, on),
        "pauses": [[_iso(first), _iso(last)] for first, last in timing.pauses(counting)],
        "reports": [_report(row) for row in counting[-MOST_REPORTS:]],
        "more_reports": max(len(counting) - MOST_REPORTS, 0),
        "forecast": _forecast(case, on),
        "goods": _goods(case),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _parties(case: LicenceCase) -> dict[str, Any]:
    certificate, importer = case.certificate, case.importer
    return {
        "reference": case.reference,
        "importer": importer.name,
        "iec": importer.iec,
        "exporter": case.exporter_name,
        "application": case.application_number,
        "certificate": certificate.reference,
        "issued_at": certificate.issued_at.isoformat() if certificate.issued_at else None,
        "valid_until": _iso(certificate.valid_until),
        "order": certificate.po_number,
    }


def _clock(case: LicenceCase, on: date) -> dict[str, Any] | None:
    found = timing.clock_of(case, on=on)
    if found is None:
        return None
    return {
        "number": found.number,
        "limit": found.limit,
        "due_on": _iso(found.due_on),
        "overdue": found.overdue,
        "is_provisional": found.provisional,
        "is_paused": found.is_paused,
    }


def _running(case: LicenceCase, on: date) -> dict[str, Any] | None:
    found = limits.running(case, on, calendar.stored)
    if found is None:
        return None
    count = found.count
    known = {"kind": found.kind, "since": _iso(found.since), "due_on": _iso(count.due_on)}
    return known | {"number": count.number, "limit": count.limit, "overdue": count.overdue}


def _report(row: StatusReport) -> dict[str, Any]:
    return {
        "on": _iso(row.claimed_on),
        "claimed": row.claimed,
        "source": row.source,
        "confidence": row.confidence,
        "received_at": row.received_at.isoformat(),
        "has_evidence": row.evidence_id is not None,
    }


def _forecast(case: LicenceCase, on: date) -> dict[str, Any] | None:
    found = predicting.of(case, on=on)
    if found is None or found.found.is_withheld or found.median_on is None:
        return None
    days = {"median_on": found.median_on, "low_on": found.low_on, "high_on": found.high_on}
    return {name: _iso(day) for name, day in days.items()} | {"cases": found.found.cases}


def _goods(case: LicenceCase) -> Sequence[dict[str, Any]]:
    return [
        {
            "number": line.number,
            "description": line.description,
            "hs": line.itc_hs,
            "codes": line.control_codes,
            "weight_mg": line.net_weight_mg,
            "value": str(line.value) if line.value is not None else "",
            "currency": line.currency,
        }
        for line in case.certificate.lines()
    ]
