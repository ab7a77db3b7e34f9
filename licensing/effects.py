"""What stands against an application before it is filed, and what lists of China's do to it while it runs.

Watch List (Order 792 art. 26): no general licence, no export by registration, a risk report, and no time limit.
Control List (arts. 28 to 30): no China-origin dual-use items at all. Which list does what is kept with the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from euc import inspecting, workflow
from euc.models import Certificate, ScreeningHit, ScreeningList
from licensing.models import LicenceCase

TOLD_BEFORE_FILING = frozenset({"MILITARY", "SEMICONDUCTOR", "US_PARTY", "US_MARKET", "VAGUE_USE"})


@dataclass(frozen=True)
class Effect:
    """One confirmed entry of a Chinese list with what it does to the case, as of a day in China."""

    hit: Any
    effect: str
    is_suspended: bool

    @property
    def label(self) -> Any:
        return ScreeningList.Effect(self.effect).label

    @property
    def consequence(self) -> Any:
        return CONSEQUENCES[ScreeningList.Effect(self.effect)]

    @property
    def tone(self) -> str:
        if self.is_suspended:
            return "info"
        return "danger" if self.effect == ScreeningList.Effect.CONTROL_LIST else "warning"


CONSEQUENCES = {
    ScreeningList.Effect.CONTROL_LIST: _(
        "Exporters may not deliver dual-use items of Chinese origin to it; running business stops at once."
    ),
    ScreeningList.Effect.WATCH_LIST: _(
        "No general licence and no export by registration; a single licence needs a risk report and promises, "
        "and the 45 working days do not apply."
    ),
}


def of(certificate: Certificate, on: date) -> list[Effect]:
    """The confirmed hits of a certificate's parties on lists of China's that have an effect. One query."""
    hits = ScreeningHit.objects.filter(certificate=certificate, status=workflow.CONFIRMED)
    listed = hits.exclude(on_list__effect="").select_related("on_list").order_by("id")
    return [Effect(hit, hit.on_list.effect, hit.is_suspended(on)) for hit in listed]


def has_no_limit(found: Iterable[Effect]) -> bool:
    """Whether a list takes the time limit away."""
    return any(not one.is_suspended for one in found)


def before_filing(case: LicenceCase) -> list[inspecting.Answered]:
    """What the checks of the certificate found that a desk refuses or examines case by case."""
    found = inspecting.of_revision(case.certificate)
    return [one for one in found if one.finding.check in TOLD_BEFORE_FILING]
