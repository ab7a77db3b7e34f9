"""How long Chinese offices may take, as dated and sourced rows that officers maintain."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from euc.models.dated import Dated
from euc.models.ruled import adopted_by_another

MOST_DAYS = 500


class TimeLimit(Dated):
    """A number of Chinese working days within which something has to happen; the first day is not counted."""

    class Kind(models.TextChoices):
        REVIEW = "REVIEW", _("decision after acceptance")
        CORRECTION = "CORRECTION", _("request for what is missing, after filing")
        DELIVERY = "DELIVERY", _("licence after approval")
        AMENDMENT = "AMENDMENT", _("decision on an amendment")
        CUSTOMS_QUERY = "CUSTOMS_QUERY", _("answer to a question of Chinese customs")

    kind = models.CharField(max_length=16, choices=Kind)
    working_days = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            *adopted_by_another("time_limit"),
            models.CheckConstraint(
                condition=Q(kind__in=["REVIEW", "CORRECTION", "DELIVERY", "AMENDMENT", "CUSTOMS_QUERY"]),
                name="time_limit_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(working_days__gte=1, working_days__lte=MOST_DAYS),
                name="time_limit_days_are_sane",
            ),
        ]

    @property
    def heading(self) -> str:
        return capfirst(self.get_kind_display())
