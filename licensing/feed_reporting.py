"""One record as a report of one case, or what stands against it; nothing half of it is written.

Reports come from a named system user without any role: of the importer's own cases or, for a source of
an authority, of all cases of that exporter.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.roles import Kind
from licensing import services, stations
from licensing.feed_records import Problem, Record
from licensing.licence_facts import LicenceFacts
from licensing.models import FeedDelivery, FeedRecord, FeedSource, LicenceCase, StatusReport
from workflow import engine


def report(delivery: FeedDelivery, record: Record, by: Actor, *, is_other: bool) -> list[Problem]:
    """Report what a record says; what stands against it, when nothing was written."""
    if is_other:
        return [("id", _("A record with this id was sent before and says something else."))]
    case = _case(delivery.source, record)
    if isinstance(case, list):
        return case
    if said := _goes_back(case, record):
        return [("date", said)]
    facts, problems = _facts(case, record)
    if problems:
        return problems
    try:
        with transaction.atomic():
            made = services.report(
                case=case,
                by=by,
                claimed=record.station,
                claimed_on=record.on,
                source=StatusReport.Source.FEED,
                note=record.note,
                application_number=record.application,
                grounds=record.grounds,
                licence=facts,
            )
            FeedRecord.objects.create(
                source=delivery.source,
                delivery=delivery,
                sender_id=record.id,
                fingerprint=record.fingerprint,
                report=made,
            )
    except engine.Incomplete as refused:
        return [(_FIELD_OF.get(miss.field, miss.field), str(miss.message)) for miss in refused.misses]
    except engine.Refusal as refused:
        return [("", str(refused))]
    return []


_FIELD_OF = {"claimed": "station", "claimed_on": "date", "number": "licence_number", "weights": "weights_kg",
             "issued_on": "licence_issued_on", "expires_on": "licence_expires_on", "grounds": "reason"}  # fmt: skip


def _case(source: FeedSource, record: Record) -> LicenceCase | list[Problem]:
    """The one case a record is about, among those the source may report on."""
    cases = LicenceCase.objects.filter(exporter_name__iexact=source.exporter_name)
    if source.organisation.kind == Kind.IMPORTER:
        cases = cases.filter(importer=source.organisation)
    related = cases.select_related("certificate", "licence", "importer").order_by("-id")
    if record.case:
        slashed = record.case if "/" in record.case else _slashed(record.case)
        found = list(related.filter(reference=slashed)[:2])
        if found and record.application and found[0].application_number not in {"", record.application}:
            return [("application", _("The case carries another application number."))]
    else:
        named = related.filter(application_number=record.application).exclude(application_number="")
        found = list(named[:2])
    if not found:
        name = "case" if record.case else "application"
        return [(name, _("No case of this exporter carries it."))]
    if len(found) > 1:
        return [("application", _("Several cases carry it; name our reference of the case."))]
    return found[0]


def _slashed(reference: str) -> str:
    """LIC-0388000001-2026-27-0001, as addresses write it, in the form of the record."""
    parts = reference.split("-")
    return f"{parts[0]}/{parts[1]}/{parts[2]}-{parts[3]}/{parts[4]}" if len(parts) == 5 else reference


def _goes_back(case: LicenceCase, record: Record) -> str:
    """A feed does not take a case back that has ended; a person may."""
    is_later = case.status_on is None or record.on >= case.status_on
    if case.is_open or record.station in stations.ENDS or not is_later:
        return ""
    said = _("The case ended on %(day)s: a feed does not open it again. Report it by hand.")
    return said % {"day": case.status_on}


def _facts(case: LicenceCase, record: Record) -> tuple[LicenceFacts | None, list[Problem]]:
    """The licence a record tells of. One that the case carries already need not be told again."""
    if not record.licence_number:
        told = record.weights or record.licence_expires_on or record.licence_issued_on
        return None, [("licence_number", _("This is needed."))] if told else []
    is_whole = record.licence_expires_on and record.weights
    if not is_whole and case.licence is not None and case.licence.number == record.licence_number:
        return None, []
    if record.licence_expires_on is None:
        return None, [("licence_expires_on", _("This is needed with a licence number."))]
    numbers = list(case.certificate.goods.values_list("number", flat=True)[:2])
    weights = record.weights
    if 0 in weights:
        if len(numbers) != 1:
            return None, [("weights_kg", _("The certificate has several lines: write 1:500; 2:20.5"))]
        weights = {numbers[0]: weights[0]}
    kept = case.licence if case.licence and case.licence.number == record.licence_number else None
    facts = LicenceFacts(
        number=record.licence_number,
        issued_on=record.licence_issued_on or (kept.issued_on if kept else record.on),
        expires_on=record.licence_expires_on,
        weights=weights,
        contract_number=kept.contract_number if kept else "",
        customs_port=kept.customs_port if kept else "",
        **({"type": kept.type} if kept else {}),
    )
    return facts, []
