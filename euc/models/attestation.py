"""Attestation rules: which offices must stamp the paper original, as dated, sourced rows."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from euc import custody
from euc.models.dated import Dated, DatedQuerySet
from euc.models.ruled import adopted_by_another

MOST_DAYS = 365


class AttestationRuleQuerySet(DatedQuerySet):
    def in_use_on(self, day: date, *, authority: Organisation | None = None, template: str = ""):
        """The stations of a day in India, in their order."""
        found = super().in_use_on(day).order_by("position", "code")
        if authority is not None:
            found = found.filter(Q(authority=None) | Q(authority=authority))
        return found.filter(template__in=["", template]) if template else found


class AttestationRule(Dated):
    """One station on the paper's way: who stamps or carries it, and in how many calendar days."""

    class Stage(models.TextChoices):
        INK = custody.INK, _("ink signature and company stamp")
        OFFICE = custody.OFFICE, _("stamp of an office")
        COURIER = custody.COURIER, _("courier to China")

    authority = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    template = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.OFFICE)
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True)
    name_hi = models.CharField(max_length=120, blank=True)
    is_required = models.BooleanField(default=False)
    expected_days = models.PositiveSmallIntegerField()

    objects = AttestationRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code", "version"]
        constraints = [
            *adopted_by_another("attestation_rule"),
            models.CheckConstraint(
                condition=Q(expected_days__gte=1, expected_days__lte=MOST_DAYS),
                name="attestation_rule_days_are_sane",
            ),
        ]

    @property
    def label(self) -> str:
        """Its name in the reader's language, as far as it has one."""
        language = (get_language() or "en").split("-")[0]
        return {"hi": self.name_hi, "zh": self.name_zh}.get(language, "") or self.name

    @property
    def title(self) -> str:
        return str(self.get_stage_display())

    @property
    def heading(self) -> str:
        return self.label

    @property
    def lead(self) -> str:
        return self.title
