"""Errands of consignments: papers about the ledger. Calls leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts import actors
from documents import signing, storing
from euc import verification
from shipments import balance_papers, balance_printing, consumption_printing, delivery_printing
from shipments.models import BalancePaper
from workflow import errands, events
from workflow.models import Errand

KINDS = BalancePaper.Kind
PRINTED: dict[str, Callable[..., bytes]] = {
    KINDS.BALANCE: balance_printing.balance_pdf,
    KINDS.CONSUMPTION: consumption_printing.consumption_pdf,
    KINDS.DELIVERY: delivery_printing.delivery_pdf,
}
REGISTERED: dict[str, str] = {
    KINDS.BALANCE: verification.MASS_BALANCE,
    KINDS.CONSUMPTION: verification.CONSUMPTION,
    KINDS.DELIVERY: verification.DELIVERY,
}


@dataclass(frozen=True)
class Printed:
    """A sealed page that is not yet registered."""

    content: bytes
    signer_subject: str
    page_count: int
    sealed_at: datetime


def print_balance(errand: Errand) -> Printed:
    """Render and seal what was frozen. Raises NoKey rather than give an unsigned page."""
    signing.current_signer()  # without a key nothing is rendered in vain
    paper = BalancePaper.objects.select_related("certificate", "consignment").get(pk=errand.subject_id)
    address = f"{settings.SITE_URL}/v/{paper.content['token']}/"
    pdf = PRINTED[paper.kind](content=paper.content, verify_url=address)
    at = timezone.now()
    sealed = signing.seal(pdf, reason=paper.reference, at=at)
    return Printed(sealed.content, sealed.signer_subject, sealed.page_count, at)


def register_balance(errand: Errand, printed: Printed) -> None:
    """Register the page, inside the fenced transaction."""
    paper = BalancePaper.objects.select_for_update(no_key=True).get(pk=errand.subject_id)
    document = storing.register(
        content=printed.content,
        kind=REGISTERED[paper.kind],
        reference=paper.reference,
        revision=paper.number,
        content_hash=paper.content_hash,
        signer_subject=printed.signer_subject,
        signed_at=printed.sealed_at,
        page_count=printed.page_count,
        book=paper.book,
        name=paper.file_name,
    )
    BalancePaper.objects.filter(pk=paper.pk).update(document=document)
    events.record(
        book=paper.book,
        subject=paper,
        verb="shipments.balance.seal",
        by=actors.clock(),
        details={"sha256": document.sha256},
    )


errands.handle(balance_papers.PRINT, work=print_balance, settle=register_balance)
