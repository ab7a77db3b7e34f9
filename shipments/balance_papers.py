"""Asking for a signed mass balance: the ledger is frozen as of now, a worker prints, seals and registers it.

Refuses with the engine's WrongStatus, NotAllowed or Incomplete.
"""

from __future__ import annotations

import hashlib
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
from shipments import accounts, balance_printing, balancing, incident_law
from shipments.models import BalancePaper, Lot
from workflow import engine, errands, events
from workflow.law import Miss

PRINT = "shipments.print_balance"
ASKERS = incident_law.REPORTERS
BY_PLACE = (accounts.EXPORTED_PRODUCT, accounts.REEXPORTED)  # their places are countries


@transaction.atomic
def ask(*, certificate: Certificate, by: Actor, at: datetime | None = None) -> BalancePaper:
    """Freeze the balance as of this moment and owe its page; while one is being made, that one is meant.

    The certificate and its lots are held meanwhile: no draw and no posting falls between two of its numbers.
    """
    at = at or timezone.now()
    _may_ask(certificate, by)
    engine.lock(certificate)
    if certificate.status not in certificate_law.WAS_ISSUED:
        raise engine.WrongStatus(_("There is no mass balance before the certificate is issued."))
    papers = BalancePaper.objects.filter(certificate=certificate)
    if waiting := papers.filter(document=None).first():
        return waiting
    lots = Lot.objects.select_for_update(no_key=True).filter(consignment__certificate=certificate)
    list(lots.order_by("pk").values_list("pk"))
    content = _content(certificate, number=papers.count() + 1, at=at)
    if content["balance"]["difference_mg"]:
        raise engine.WrongStatus(_("The ledger does not add up; run check_ledger."))
    if signs := fonts.unprintable(balance_printing.printed_text(content)):
        text = _("These characters cannot be printed: %(signs)s. Please write them another way.")
        raise engine.Incomplete([Miss("", "", text % {"signs": " ".join(signs[:20])})])
    paper = BalancePaper.objects.create(
        certificate=certificate,
        importer=certificate.importer,
        number=content["number"],
        as_of=at,
        content=content,
        content_hash=hashlib.sha256(printing.canonical(content)).hexdigest(),
        asked_by=by.person,
    )
    errands.owe(PRINT, subject=paper)
    events.record(
        book=paper.book, subject=paper, verb="shipments.balance.ask", by=by, at=at,
        details={"number": paper.number, "content_hash": paper.content_hash},
    )  # fmt: skip
    return paper


def _may_ask(certificate: Certificate, by: Actor) -> None:
    is_theirs = by.organisation.pk == certificate.importer_id and bool(incident_law.REPORTERS & by.roles)
    if by.token or not (is_theirs or incident_law.OFFICERS & by.roles):
        raise engine.NotAllowed(_("Your role does not allow this step."))


def _content(certificate: Certificate, *, number: int, at: datetime) -> dict[str, Any]:
    """What the page says, frozen: names as they were signed, numbers as they stand, words in both languages."""
    frozen = certificate.revisions.get(number=certificate.revision_number).content
    parties = frozen["parties"]
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
        "balance": balance,
        "questions_zh": questions_zh,
        "accounts": {name: [english[name], chinese[name]] for name in inside},
        "by_place": list(BY_PLACE),
    }
