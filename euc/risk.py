"""How urgently a reviewer should look: points with reasons, computed once at submission. Not a judgement."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from euc import assessing
from euc.models import Certificate

REASONS = {
    "heavy": _("contains medium or heavy rare earths"),
    "codes": _("declared control codes differ from the assessment"),
    "us": _("the United States appear among parties or markets"),
    "third_party": _("the end user is not the importer"),
    "first": _("first certificate of this importer"),
    "large": _("more than one tonne"),
    "resubmitted": _("was returned before"),
}
POINTS = {"heavy": 30, "codes": 20, "us": 40, "third_party": 15, "first": 10, "large": 10, "resubmitted": 5}
ONE_TONNE_MG = 10**9


def reasons(certificate: Certificate) -> list[str]:
    """The codes of REASONS that hold for this certificate."""
    return list(_reasons(certificate))


def points(codes: list[str]) -> int:
    return sum(POINTS[code] for code in codes)


def _reasons(certificate: Certificate) -> Iterator[str]:
    lines = certificate.lines()
    if any(line.medium_and_heavy() for line in lines):
        yield "heavy"
    if assessing.has_mismatch(certificate):
        yield "codes"
    if _touches_us(certificate):
        yield "us"
    if "END_USER" in certificate.parties_by_role():
        yield "third_party"
    others = Certificate.objects.filter(importer_id=certificate.importer_id, issued_at__isnull=False)
    if not others.exclude(pk=certificate.pk).exists():
        yield "first"
    if sum(line.net_weight_mg or 0 for line in lines) > ONE_TONNE_MG:
        yield "large"
    if certificate.revision_number:
        yield "resubmitted"


def _touches_us(certificate: Certificate) -> bool:
    market = certificate.end_use.destination_market.lower()
    words = ("united states", "usa", "u.s.", "america", "美国")
    named = any(word in market for word in words)
    return named or any(party.country == "US" for party in certificate.parties_by_role().values())
