"""Giving up part of what an issued certificate allows. Refuses with the engine's exceptions; never taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from euc import bars, printing, services, workflow
from euc.models import Certificate, GoodsLine, QuantityRelease
from workflow import engine, events
from workflow.law import Miss


@transaction.atomic
def give_up(
    *,
    certificate: Certificate,
    by: Actor,
    number: int,
    weight_mg: int,
    reason: str,
    pieces: int = 0,
    at: datetime | None = None,
) -> QuantityRelease:
    """Give up part of one goods line, in whole milligrams. The signatory's verb, while the certificate is in force.

    Refuses more than is left, and the whole of everything: that is for the authority to revoke.
    """
    at = at or timezone.now()
    services.hold_in_force(certificate, at=at)
    if reason_why_not := bars.not_of_the_importer(certificate, by):
        raise engine.NotAllowed(reason_why_not)
    if not workflow.SIGNATORY & by.roles:
        raise engine.NotAllowed(_("Your role does not allow this step."))
    lines = list(GoodsLine.objects.select_for_update(no_key=True).filter(certificate=certificate))
    line = next((line for line in lines if line.number == number), None)
    if line is None:
        raise engine.WrongStatus(_("There is no such goods line."))
    if misses := _misses(line, weight_mg, pieces, reason):
        raise engine.Incomplete(misses)
    if sum(line.left_mg + line.reserved_mg + line.drawn_mg for line in lines) == weight_mg:
        raise engine.NotAllowed(
            _("Nothing would be left; ask the authority to revoke the certificate instead.")
        )
    GoodsLine.objects.filter(pk=line.pk).update(
        released_mg=F("released_mg") + weight_mg, released_pieces=F("released_pieces") + pieces
    )
    release = QuantityRelease.objects.create(
        certificate=certificate,
        line=number,
        weight_mg=weight_mg,
        pieces=pieces,
        reason=reason,
        released_by=by.person,
        released_at=at,
    )
    events.record(
        book=certificate.book,
        subject=certificate,
        verb="euc.certificate.give_up",
        by=by,
        at=at,
        details={"line": number, "weight_mg": weight_mg, "pieces": pieces, "reason": reason},
    )
    return release


def _misses(line: GoodsLine, weight_mg: int, pieces: int, reason: str) -> list[Miss]:
    misses = []
    if not 0 < weight_mg <= line.left_mg:
        text = _("At least something and at most %(left)s kg can be given up.")
        misses.append(Miss("", "weight_mg", text % {"left": printing.kilograms(line.left_mg)}))
    left_pieces = (line.pieces or 0) - line.released_pieces
    if not 0 <= pieces <= left_pieces:
        misses.append(
            Miss("", "pieces", _("At most %(left)d pieces can be given up.") % {"left": left_pieces})
        )
    if not reason:
        misses.append(Miss("", "reason", _("Say why.")))
    return misses
