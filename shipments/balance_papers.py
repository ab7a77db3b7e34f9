"""Asking for papers about the ledger: it is frozen as of now, a worker prints, seals and registers the paper.

Refuses with the engine's WrongStatus, NotAllowed or Incomplete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from documents import fonts
from euc import printing
from euc import workflow as certificate_law
from euc.models import Certificate
from euc.models.certificate import today
from shipments import (
    accounts,
    balance_printing,
    balancing,
    consumption,
    consumption_printing,
    custody,
    delivery,
    delivery_printing,
    incident_law,
)
from shipments.models import BalancePaper, Consignment, Lot
from shipments.statement import Period
from workflow import engine, errands, events
from workflow.law import Miss

PRINT = "shipments.print_balance"
ASKERS = incident_law.REPORTERS
BY_PLACE = (accounts.EXPORTED_PRODUCT, accounts.REEXPORTED)  # their places are countries


def ask(*, certificate: Certificate, by: Actor, at: datetime | None = None) -> BalancePaper:
    """Freeze the balance as of this moment and owe its page; while one is being made, that one is meant."""
    return _ask(certificate, BalancePaper.Kind.BALANCE, _balance, balance_printing.printed_text, by=by, at=at)


def ask_consumption(
    *, certificate: Certificate, period: Period, by: Actor, at: datetime | None = None
) -> BalancePaper:
    """Freeze what was consumed in a period and owe the paper that an accountant is to sign."""

    def content(certificate: Certificate, at: datetime) -> dict[str, Any]:
        return consumption.content(certificate, period, at=at)

    kind = BalancePaper.Kind.CONSUMPTION
    return _ask(certificate, kind, content, consumption_printing.printed_text, by=by, at=at)


def ask_delivery(*, consignment: Consignment, by: Actor, at: datetime | None = None) -> BalancePaper:
    """Freeze what was received of a consignment and owe the proof of it for the other side.

    Refuses one that is not received, or only in part and not reconciled.
    """

    def content(certificate: Certificate, at: datetime) -> dict[str, Any]:
        return delivery.content(consignment)

    kind, words = BalancePaper.Kind.DELIVERY, delivery_printing.printed_text
    return _ask(consignment.certificate, kind, content, words, by=by, at=at, consignment=consignment)


@transaction.atomic
def _ask(
    certificate: Certificate,
    kind: str,
    freeze: Callable[[Certificate, datetime], dict[str, Any]],
    printed_text: Callable[[dict[str, Any]], str],
    *,
    by: Actor,
    at: datetime | None,
    consignment: Consignment | None = None,
) -> BalancePaper:
    """The certificate and the lots are held meanwhile: no draw and no posting falls between two numbers."""
    at = at or timezone.now()
    _may_ask(certificate, by)
    engine.lock(certificate)
    if certificate.status not in certificate_law.WAS_ISSUED:
        raise engine.WrongStatus(_("There is no mass balance before the certificate is issued."))
    if consignment is not None:
        engine.lock(consignment)
    papers = BalancePaper.objects.filter(certificate=certificate, kind=kind, consignment=consignment)
    if waiting := papers.filter(document=None).first():
        return waiting
    theirs: Any = (
        [consignment.pk] if consignment else Consignment.objects.filter(certificate=certificate).values("pk")
    )
    custody.hold_all(Lot.objects.filter(consignment__in=theirs))
    number = papers.count() + 1
    content = _named(certificate, number=number, at=at) | freeze(certificate, at)
    if content["difference_mg"]:
        raise engine.WrongStatus(_("The ledger does not add up; run check_ledger."))
    if signs := fonts.unprintable(printed_text(content)):
        text = _("These characters cannot be printed: %(signs)s. Please write them another way.")
        raise engine.Incomplete([Miss("", "", text % {"signs": " ".join(signs[:20])})])
    paper = BalancePaper.objects.create(
        certificate=certificate,
        consignment=consignment,
        importer=certificate.importer,
        kind=kind,
        number=number,
        as_of=at,
        content=content,
        content_hash=hashlib.sha256(printing.canonical(content)).hexdigest(),
        asked_by=by.person,
    )
    errands.owe(PRINT, subject=paper)
    events.record(
        book=paper.book, subject=paper, verb="shipments.balance.ask", by=by, at=at,
        details={"kind": kind, "number": number, "content_hash": paper.content_hash},
    )  # fmt: skip
    return paper


def _may_ask(certificate: Certificate, by: Actor) -> None:
    is_theirs = by.organisation.pk == certificate.importer_id and bool(incident_law.REPORTERS & by.roles)
    if by.token or not (is_theirs or incident_law.OFFICERS & by.roles):
        raise engine.NotAllowed(_("Your role does not allow this step."))


def _named(certificate: Certificate, *, number: int, at: datetime) -> dict[str, Any]:
    """Whose paper it is and of when, frozen: names as they were signed."""
    frozen = certificate.revisions.get(number=certificate.revision_number).content
    parties = frozen["parties"]
    return {
        "reference": certificate.reference,
        "number": number,
        "demonstration": frozen["demonstration"],
        "importer": parties["importer"]["name"],
        "importer_zh": parties["importer"].get("name_zh", ""),
        "exporter": parties["exporter"]["name"],
        "exporter_zh": parties["exporter"].get("name_zh", ""),
        "status": certificate.status,
        "as_of": at.isoformat(timespec="seconds"),
        "token": certificate.token,
    }


def _balance(certificate: Certificate, at: datetime) -> dict[str, Any]:
    """The numbers as they stand, with the words in both languages."""
    day = today(at)
    with translation.override("zh-hans"):
        questions_zh = balancing.of(certificate, day=day).questions
        chinese = {name: str(label) for name, label in accounts.ACCOUNTS.items()}
    with translation.override("en"):
        balance = balancing.as_json(balancing.of(certificate, day=day))
        english = {name: str(label) for name, label in accounts.ACCOUNTS.items()}
    inside = [name for name in accounts.ACCOUNTS if name not in accounts.OUTSIDE]
    return {
        "schema": "euc-mass-balance/1",
        "balance": balance,
        "difference_mg": balance["difference_mg"],
        "questions_zh": questions_zh,
        "accounts": {name: [english[name], chinese[name]] for name in inside},
        "by_place": list(BY_PLACE),
    }
