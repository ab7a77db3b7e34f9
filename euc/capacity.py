"""A year's declared capacity of an end product, and what its importer's certificates allow against it. Reads only.

The idea of the Indian repeat-order certificate: the quantity is commensurate with the declared annual capacity, and
the imports of the year together do not exceed it. Years run from 1 April to 31 March in India.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet, Sum

from euc import workflow
from euc.models import Certificate, GoodsLine
from euc.models.certificate import financial_year, today, year_of

COUNTED = (workflow.ISSUED, workflow.EXHAUSTED, workflow.EXPIRED)


@dataclass(frozen=True)
class Use:
    """Weights in whole milligrams; `capacity_mg` is None while the end use does not state it."""

    year: str
    capacity_mg: int | None
    earlier_mg: int
    this_mg: int
    earlier: list[Certificate]

    @property
    def total_mg(self) -> int:
        return self.earlier_mg + self.this_mg

    @property
    def is_exceeded(self) -> bool:
        return self.capacity_mg is not None and self.total_mg > self.capacity_mg

    @property
    def percent(self) -> int | None:
        """The whole percent of the capacity that is used, rounded up; None when none is declared."""
        return -(-self.total_mg * 100 // self.capacity_mg) if self.capacity_mg else None


def of(certificate: Certificate) -> Use:
    """The year of its issue, or this one; others count for the same product and model of this importer."""
    day = certificate.valid_from or today()
    use = certificate.end_use
    declared = (use.units_per_year or 0) * (use.magnet_per_unit_mg or 0)
    others = _others(certificate, day)
    return Use(
        year=financial_year(day),
        capacity_mg=declared or None,
        earlier_mg=_allowed(GoodsLine.objects.filter(certificate__in=others.values("pk"))),
        this_mg=_allowed(certificate.goods.all()),
        earlier=list(others.order_by("id")[:50]),
    )


def _others(certificate: Certificate, day: date) -> QuerySet[Certificate]:
    """Issued in that year and still counting; not the one it takes the place of."""
    first, last = year_of(day)
    found = Certificate.objects.filter(
        importer_id=certificate.importer_id,
        status__in=COUNTED,
        valid_from__range=(first, last),
        end_use__product__iexact=certificate.end_use.product,
        end_use__model__iexact=certificate.end_use.model,
    )
    return found.exclude(pk__in=[certificate.pk, certificate.supersedes_id or 0])


def _allowed(lines: QuerySet[GoodsLine]) -> int:
    left = lines.aggregate(left=Sum(F("net_weight_mg") - F("released_mg")))["left"]
    return left or 0
