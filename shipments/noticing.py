"""What happens to consignments, in visits and in the watch, and whom it tells."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Notice
from accounts.notices import Telling, declare
from accounts.roles import Kind, Role
from euc.noticing import all_reviewers, people_of
from shipments import watch_law
from shipments.models import Consignment, ExportItem, Incident, Signal, Visit


def _people(subject: Any) -> QuerySet[Membership]:
    return people_of(subject.importer_id)


def to_consignment(consignment: Consignment) -> str:
    return reverse("shipments:consignment-detail", args=[consignment.slug])


def _told(verb: str, text: Any) -> Telling:
    verbs = (f"shipments.consignment.{verb}",)
    return Telling(f"consignment-{verb}", verbs, Notice.Kind.CONSIGNMENT, text, _people, to_consignment)


def _officers(visit: Visit) -> QuerySet[Membership]:
    roles = (Role.OFFICER, Role.SENIOR)
    return Membership.objects.active().filter(organisation=visit.authority_id, role__in=roles)


def to_visit(visit: Visit) -> str:
    return reverse("shipments:visit", args=[visit.slug])


def _visit(verb: str, kind: str, whom: Any, text: Any) -> Telling:
    return Telling(f"visit-{verb}", (f"shipments.visit.{verb}",), kind, text, whom, to_visit)


def to_incident(incident: Incident) -> str:
    return reverse("shipments:incident", args=[incident.slug])


def _reviewers(incident: Incident) -> QuerySet[Membership]:
    return all_reviewers(incident.certificate)


def _incident(verb: str, kind: str, whom: Any, text: Any, code: str = "") -> Telling:
    verbs = (f"shipments.incident.{verb}",)
    return Telling(code or f"incident-{verb}", verbs, kind, text, whom, to_incident)


def _watchers(subject: Signal | ExportItem) -> QuerySet[Membership]:
    """Who decides it: the authority that its certificate addresses, else every one. Never the importer's people."""
    if certificate := getattr(subject, "certificate", None):
        return all_reviewers(certificate)
    roles = (Role.OFFICER, Role.SENIOR)
    return Membership.objects.active().filter(organisation__kind=Kind.AUTHORITY, role__in=roles)


def to_signal(signal: Signal) -> str:
    return reverse("shipments:signal", args=[signal.pk])


def to_export(item: ExportItem) -> str:
    return reverse("shipments:export", args=[item.pk])


def _name_of_importer(subject: Any) -> dict[str, str]:
    return {"importer": subject.importer.name}


def _signal(kind: str, label: Any) -> Telling:
    """One line for each kind, so that its words are those of the reader's language."""
    text = format_lazy(_("%(importer)s: {kind}. The signal waits for a decision."), kind=label)
    return Telling(
        f"signal-{kind.lower()}", ("shipments.signal.raise",), Notice.Kind.WAITING, text, _watchers, to_signal,
        lambda signal, event: signal.kind == kind, _name_of_importer,
    )  # fmt: skip


EXPORT = Telling(
    "export-raise",
    ("shipments.export.raise",),
    Notice.Kind.WAITING,
    _("%(importer)s: magnets as such left India. The case waits for a decision."),
    _watchers,
    to_export,
    says=_name_of_importer,
)

WAITING, DECISION = Notice.Kind.WAITING, Notice.Kind.DECISION

declare(
    _visit("schedule", WAITING, _people, _("%(by)s plans a visit of your plant: %(reference)s.")),
    _visit("reschedule", WAITING, _people, _("Visit %(reference)s was moved to another day.")),
    _visit("demand_action", WAITING, _people, _("Visit %(reference)s: something has to be put right.")),
    _visit("send_back", WAITING, _people, _("Visit %(reference)s: your answer was not enough.")),
    _visit("answer", WAITING, _officers, _("Visit %(reference)s: %(by)s answered what was done.")),
    _visit("cancel", DECISION, _people, _("Visit %(reference)s was called off.")),
    _incident("report", WAITING, _reviewers, _("Incident %(reference)s was reported by %(by)s.")),
    _incident(
        "report", DECISION, _people, _("Incident %(reference)s was reported by %(by)s."), "incident-told"
    ),
    _incident("close", DECISION, _people, _("Incident %(reference)s was decided by %(by)s.")),
    _incident("lift", DECISION, _people, _("Incident %(reference)s no longer holds draws.")),
    _visit("close", DECISION, _people, _("Visit %(reference)s is closed: nothing is open any more.")),
)
declare(
    _told("arrive", _("Consignment %(reference)s has arrived.")),
    _told("query", _("Chinese customs has a question about consignment %(reference)s.")),
    _told("refuse", _("Chinese customs refused consignment %(reference)s.")),
    _told("lose", _("Consignment %(reference)s was reported lost.")),
)
declare(EXPORT, *[_signal(kind, label) for kind, label in watch_law.SIGNAL_KINDS.items()])
