"""The verbs on cases and licences: open, report, withdraw a report, decide; hold a licence for a draw.

Nothing sets a case's status but `_restate`, which derives it from the reports. All refuse with the engine's
WrongStatus, NotAllowed or Incomplete. Days are days in China; `at` is a moment in UTC (now by default).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Role
from documents.models import StoredFile
from euc import control
from euc import workflow as certificate_law
from euc.models import Certificate, Serial
from euc.models.certificate import today
from licensing import calendar, deriving, licence_facts, limits, signals, stations, timing
from licensing import grounds as reasons
from licensing.licence_facts import LicenceFacts
from licensing.models import (
    Licence,
    LicenceCase,
    ReportRuling,
    ReportWithdrawal,
    StatusReport,
)
from workflow import engine, events
from workflow.law import Miss

IMPORTER = frozenset({Role.DRAFTER, Role.SIGNATORY})
OFFICERS = frozenset({Role.OFFICER, Role.SENIOR})


@transaction.atomic
def open_case(
    *, certificate: Certificate, by: Actor, refiles: LicenceCase | None = None, at: datetime | None = None
) -> LicenceCase:
    """Follow the exporter's application for the goods of an issued certificate; one open case at a time."""
    at = at or timezone.now()
    engine.lock(certificate)
    if certificate.status not in certificate_law.WAS_ISSUED:
        raise engine.WrongStatus(_("A licence is followed once the certificate is issued."))
    if not (_is_theirs(certificate, by) or Role.CLOCK in by.roles or by.roles & OFFICERS):
        raise engine.NotAllowed(_("Your role does not allow this step."))
    if LicenceCase.objects.open().filter(certificate=certificate).exists():
        raise engine.WrongStatus(_("The application for this certificate is followed already."))
    case = LicenceCase.objects.create(
        reference=Serial.next_reference("LIC", certificate.importer.iec, today(at)),
        importer=certificate.importer,
        certificate=certificate,
        exporter_name=certificate.exporter_name,
        refiles=refiles,
        opened_by=by.person,
        opened_at=at,
        changed_at=at,
    )
    events.record(
        book=case.book,
        subject=case,
        verb="licensing.case.open",
        by=by,
        at=at,
        to_status=case.status,
        details={"certificate": certificate.reference, **({"refiles": refiles.reference} if refiles else {})},
    )
    return case


def to_file_again(certificate: Certificate) -> LicenceCase | None:
    """The last case of a certificate, when it came to nothing and none follows it."""
    last = LicenceCase.objects.filter(certificate=certificate).order_by("-id").first()
    return last if last is not None and last.status in stations.MAY_FILE_AGAIN else None


def _is_theirs(thing: Any, by: Actor) -> bool:
    return bool(by.organisation.pk == thing.importer_id and IMPORTER & by.roles)


def may_report(case: LicenceCase, by: Actor) -> bool:
    """Whether this person may say where the case stands."""
    return _is_theirs(case, by) or bool(by.roles & (OFFICERS | {Role.CLOCK}))


@transaction.atomic
def report(
    *,
    case: LicenceCase,
    by: Actor,
    claimed: str,
    claimed_on: date,
    source: str | None = None,
    confidence: str = StatusReport.Confidence.MEDIUM,
    note: str = "",
    application_number: str = "",
    grounds: Sequence[str] = (),
    licence: LicenceFacts | None = None,
    evidence: StoredFile | None = None,
    evidence_name: str = "",
    key: str = "",
    at: datetime | None = None,
) -> StatusReport:
    """Write down what was said, and derive where the case stands.

    The source is the importer or an officer by who reports it; `source` names another for what came by other ways.
    The same words with the same `key` of a form are one report, however often they are sent.
    """
    at = at or timezone.now()
    engine.lock(case)
    if source is None:
        if not may_report(case, by):
            raise engine.NotAllowed(_("Only the importer's people and officers report here."))
        source = StatusReport.Source.OFFICER if by.roles & OFFICERS else StatusReport.Source.IMPORTER
    told = {
        "claimed": claimed,
        "claimed_on": claimed_on,
        "confidence": confidence,
        "note": note,
        "application_number": application_number,
        "grounds": sorted(set(grounds)),
        "licence": licence,
    }
    posting = fingerprint(key, told, evidence) if key else None
    if posting and (before := case.reports.filter(posting=posting).first()):
        return before
    if misses := [*_misses(case, claimed, claimed_on, licence, at), *_ground_misses(claimed, grounds)]:
        raise engine.Incomplete(misses)
    document = licence_facts.write_down(case, licence) if licence else None
    made = StatusReport.objects.create(
        case=case,
        source=source,
        **{**told, "licence": document},
        evidence=evidence,
        evidence_name=evidence_name,
        recorded_by=by.person,
        received_at=at,
        posting=posting,
    )
    details = {"claimed": claimed, "on": claimed_on.isoformat(), "source": source, "reason": note}
    _restate(case, "report", by=by, at=at, details=details)
    return made


def fingerprint(key: str, told: Mapping[str, Any], evidence: StoredFile | None = None) -> str:
    """What one posting is: its form's key with everything that was said. SHA-256."""
    text = "\x1f".join(f"{name}={told[name]!r}" for name in sorted(told))
    shown = evidence.sha256 if evidence else ""
    return sha256(f"{key}\x1f{shown}\x1f{text}".encode(errors="replace")).hexdigest()


def _misses(
    case: LicenceCase, claimed: str, claimed_on: date, licence: LicenceFacts | None, at: datetime
) -> list[Miss]:
    misses = []
    if claimed not in stations.CLAIMABLE:
        misses.append(Miss("", "claimed", _("Choose what was reported.")))
        return misses
    if claimed_on > control.day_in_china(at):
        misses.append(Miss("", "claimed_on", _("This day lies in the future.")))
    issued = case.certificate.valid_from
    if issued and claimed_on < issued:
        misses.append(Miss("", "claimed_on", _("The certificate was not issued yet on that day.")))
    if claimed == stations.ISSUED and licence is None and case.licence_id is None:
        misses.append(Miss("", "number", _("Enter the licence: number, days and weights.")))
    return misses + (licence_facts.misses_of(case, licence) if licence else [])


def _ground_misses(claimed: str, given: Sequence[str]) -> list[Miss]:
    if not set(given) <= set(reasons.GROUNDS):
        return [Miss("", "grounds", _("There is no such reason."))]
    if given and claimed not in reasons.GIVEN_WITH:
        text = _("A reason belongs to a correction, a non-acceptance or a refusal only.")
        return [Miss("", "grounds", text)]
    return []


@transaction.atomic
def withdraw_report(*, report: StatusReport, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Say that a report was wrong. It stays to be seen; the case stands where the others put it."""
    at = at or timezone.now()
    case = report.case
    engine.lock(case)
    if not may_report(case, by):
        raise engine.NotAllowed(_("Only the importer's people and officers report here."))
    if report.source == StatusReport.Source.OFFICER and not by.roles & OFFICERS:
        raise engine.NotAllowed(_("An officer reported this; only an officer can withdraw it."))
    if not reason:
        raise engine.Incomplete([Miss("", "reason", _("Say why."))])
    if ReportWithdrawal.objects.filter(report=report).exists():
        raise engine.WrongStatus(_("It was withdrawn already."))
    ReportWithdrawal.objects.create(report=report, reason=reason, withdrawn_by=by.person, withdrawn_at=at)
    _restate(case, "withdraw_report", by=by, at=at, details={"report": report.pk, "reason": reason})


@transaction.atomic
def decide(*, report: StatusReport, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Decide between reports that contradict each other: this one stands until something later is reported."""
    at = at or timezone.now()
    case = report.case
    engine.lock(case)
    if not may_report(case, by):
        raise engine.NotAllowed(_("Only the importer's people and officers report here."))
    if not reason:
        raise engine.Incomplete([Miss("", "reason", _("Say why."))])
    if ReportWithdrawal.objects.filter(report=report).exists():
        raise engine.WrongStatus(_("It was withdrawn already."))
    ReportRuling.objects.create(case=case, report=report, reason=reason, decided_by=by.person, decided_at=at)
    _restate(case, "decide", by=by, at=at, details={"report": report.pk, "reason": reason})


# --- the one way a case's status comes about ------------------------------------------------------------


def claims(reports: Iterable[StatusReport]) -> list[deriving.Claim]:
    """Reports as the rule reads them; they come with their withdrawal."""
    return [
        deriving.Claim(
            row.pk, row.claimed, row.claimed_on, row.source, row.received_at, hasattr(row, "withdrawal")
        )
        for row in reports
    ]


def standing_of(case: LicenceCase) -> deriving.Standing:
    """Where the reports put the case. Two queries."""
    reports = case.reports.select_related("withdrawal")
    rulings = [deriving.Ruling(row.report_id, row.decided_at) for row in case.rulings.all()]
    return deriving.standing(claims(reports), rulings)


def _restate(case: LicenceCase, verb: str, *, by: Actor, at: datetime, details: dict[str, Any]) -> None:
    before = case.status
    found = standing_of(case)
    reports = {row.pk: row for row in case.reports.select_related("withdrawal", "licence")}
    counting = [row for row in reports.values() if not hasattr(row, "withdrawal")]
    stands = reports[found.claim.pk] if found.claim else None
    columns: dict[str, Any] = {
        "status": stands.claimed if stands else stations.PREPARED,
        "status_on": stands.claimed_on if stands else None,
        "is_contested": bool(found.contradictions),
        "filed_on": _first_day(counting, {stations.FILED}),
        "accepted_on": _first_day(counting, {stations.ACCEPTED}),
        "application_number": _last(counting, "application_number") or "",
        "licence": _last(counting, "licence"),
        "changed_at": at,
    }
    columns |= timing.due(case, counting, columns["accepted_on"], at)
    _put(case, columns)
    for name, value in columns.items():
        setattr(case, name, value)
    events.record(
        book=case.book,
        subject=case,
        verb=f"licensing.case.{verb}",
        by=by,
        at=at,
        from_status=before,
        to_status=case.status,
        details=details,
    )
    if case.licence is not None and case.station.has_licence:
        _carry(case.licence, stations.LICENCE_STATUS[case.status], by=by, at=at)
    _stop_unfounded(case, list(reports.values()), by=by, at=at)


def _put(case: LicenceCase, columns: dict[str, Any]) -> None:
    """Refuses to open an ended case again while another follows the certificate's application."""
    rows = LicenceCase.objects.filter(pk=case.pk)
    if case.is_open or columns["status"] in stations.ENDS:
        rows.update(**columns)
        return
    try:
        with transaction.atomic():
            rows.update(**columns)
    except IntegrityError:
        raise engine.WrongStatus(_("Another case follows this application now.")) from None


def _stop_unfounded(case: LicenceCase, reports: list[StatusReport], *, by: Actor, at: datetime) -> None:
    """A licence that was told of here and that no case stands for any more allows nothing until one does again."""
    told = {row.licence.pk: row.licence for row in reports if row.licence is not None}
    for licence in told.values():
        is_gone = case.licence_id != licence.pk or (not case.is_open and not case.station.has_licence)
        is_stood_for = licence.cases.filter(status__in=stations.WITH_LICENCE).exists()
        if is_gone and not is_stood_for and licence.status == stations.USABLE:
            _carry(licence, "SUSPENDED", by=by, at=at)


def _first_day(reports: list[StatusReport], claimed: set[str]) -> date | None:
    """The day that the best source claims for a station; of equal sources the one received last."""
    rows = [row for row in reports if row.claimed in claimed]
    best = max(rows, key=lambda row: (-deriving.RANKS[row.source], row.received_at), default=None)
    return best.claimed_on if best else None


def _last(reports: list[StatusReport], name: str) -> Any:
    return next((value for row in reversed(reports) if (value := getattr(row, name))), None)


@transaction.atomic
def count_anew(case: LicenceCase, *, by: Actor, at: datetime) -> None:
    """What bears on the clock from outside has changed: the calendar, or whether a list of China's counts."""
    engine.lock(case)
    if case.is_open:
        _restate(case, "count_anew", by=by, at=at, details={})


def recount(*, by: Actor, at: datetime | None = None) -> int:
    """Count open cases anew whose due day is another by now; how many.

    The calendar was published or corrected, or the suspension of a listing began or ended. Safe to run at any time.
    """
    at, days, known = at or timezone.now(), calendar.stored(), limits.stored()
    waiting = LicenceCase.objects.open().filter(accepted_on__isnull=False).select_related("certificate")
    changed = 0
    for case in waiting.prefetch_related("reports__withdrawal").order_by("pk").iterator(chunk_size=200):
        counting = [row for row in case.reports.all() if not hasattr(row, "withdrawal")]
        now = timing.due(case, counting, case.accepted_on, at, days, known)
        if any(getattr(case, name) != value for name, value in now.items()):
            count_anew(case, by=by, at=at)
            changed += 1
    return changed


# --- licences --------------------------------------------------------------------------------------------


@transaction.atomic
def hold_usable(licence: Licence, *, at: datetime | None = None) -> None:
    """Hold the licence's row until the transaction ends; refuse with WrongStatus what allows no export then."""
    engine.lock(licence)
    if not licence.is_usable(control.day_in_china(at)):
        status = licence.status_label
        if licence.status == stations.USABLE:
            status = _("valid from %(from)s to %(to)s only") % {
                "from": f"{licence.issued_on:%d-%m-%Y}",
                "to": f"{licence.expires_on:%d-%m-%Y}",
            }
        said = {"number": licence.number, "status": status}
        raise engine.WrongStatus(_("The licence %(number)s is %(status)s.") % said)


@transaction.atomic
def mark_used_up(licence: Licence, *, by: Actor, at: datetime | None = None) -> None:
    """A single licence lapses with the export it was used for (Order 792 art. 15); its open cases are told."""
    at = at or timezone.now()
    engine.lock(licence)
    cases = list(licence.cases.open())
    for case in cases:
        report(
            case=case,
            by=by,
            claimed=stations.USED_UP,
            claimed_on=control.day_in_china(at),
            source=StatusReport.Source.LEDGER,
            confidence=StatusReport.Confidence.HIGH,
            note=_("Its consignment was released by Chinese customs."),
            at=at,
        )
    licence.refresh_from_db()
    _carry(licence, "USED_UP", by=by, at=at)


@transaction.atomic
def expire(*, licence: Licence, by: Actor, at: datetime | None = None) -> None:
    """The clock's verb: its last day is over in China; its open cases are told."""
    at = at or timezone.now()
    engine.lock(licence)
    if licence.status not in {"ISSUED", "SUSPENDED"} or licence.expires_on >= control.day_in_china(at):
        return
    for case in licence.cases.open():
        report(
            case=case,
            by=by,
            claimed=stations.EXPIRED,
            claimed_on=licence.expires_on + timedelta(days=1),
            source=StatusReport.Source.CLOCK,
            confidence=StatusReport.Confidence.HIGH,
            note=_("The last day of the licence is over."),
            at=at,
        )
    licence.refresh_from_db()
    _carry(licence, "EXPIRED", by=by, at=at)


def _carry(licence: Licence, status: str, *, by: Actor, at: datetime) -> None:
    """Put the licence where its case stands and announce when it allows nothing more."""
    engine.lock(licence)
    if licence.status == status:
        return
    before = licence.status
    Licence.objects.filter(pk=licence.pk).update(status=status)
    licence.status = status
    events.record(
        book=licence.book,
        subject=licence,
        verb="licensing.licence.restate",
        by=by,
        at=at,
        from_status=before,
        to_status=status,
    )
    if status != stations.USABLE:
        signals.licence_stopped.send(sender=Licence, licence=licence, status=status, at=at, by=by)
