"""What certificates announce and licensing answers: an original on its way opens a case; an end shows open cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import actors
from euc import assessing, control, signals
from euc.consequences import Consequence
from euc.models import Certificate, ScreeningHit
from licensing import services
from licensing.models import LicenceCase
from workflow.events import recorded
from workflow.models import Event


def listen() -> None:
    """Called once, when the app is ready."""
    signals.original_sent.connect(open_for_controlled_goods, dispatch_uid="licensing.original_sent")
    recorded.connect(count_anew_when_judged, dispatch_uid="licensing.hit_judged")
    signals.asked_for_consequences.connect(cases_at_stake, dispatch_uid="licensing.consequences")


def count_anew_when_judged(events: list[Event], subject: Any = None, **_given: Any) -> None:
    """A hit was confirmed or cleared: where the list has an effect, the open cases are counted anew."""
    if not isinstance(subject, ScreeningHit) or not subject.on_list.effect:
        return
    if any(event.verb in {"euc.hit.confirm", "euc.hit.clear"} for event in events):
        for case in LicenceCase.objects.open().filter(certificate=subject.certificate_id):
            services.count_anew(case, by=actors.clock(), at=events[-1].at)


def open_for_controlled_goods(certificate: Certificate, at: datetime, **_given: Any) -> None:
    """The paper is on its way: follow the application, when any line needs a licence and no case is open yet."""
    if LicenceCase.objects.open().filter(certificate=certificate).exists():
        return
    day = control.day_in_china(at)
    if any(assessing.line(line, day).found.licence_needed is not False for line in certificate.lines()):
        services.open_case(certificate=certificate, by=actors.clock(), at=at)


def cases_at_stake(certificate: Certificate, by: Any, **_given: Any) -> list[Consequence]:
    """Applications in China that rest on it."""
    cases = list(LicenceCase.objects.visible_to(by).open().filter(certificate=certificate)[:20])
    if not cases:
        return []
    links = tuple((case.reference, reverse("licensing:case-detail", args=[case.slug])) for case in cases)
    return [Consequence(_("The exporter's application in China rests on it; tell the exporter."), links)]
