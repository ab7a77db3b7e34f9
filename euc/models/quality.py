"""The rows behind the quality checks, and what importers answer to what the checks found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from euc import quality
from euc.models.certificate import Certificate
from euc.models.dated import Dated
from euc.models.goods import GoodsLine
from euc.models.ruled import adopted_by_another


class QualityRule(Dated):
    """How one check of `euc.quality` works: how severe, with which words and limits. `family` where it has one."""

    class Severity(models.TextChoices):
        REFUSE = quality.REFUSE, _("must be mended")
        EXPLAIN = quality.EXPLAIN, _("must be explained")
        WARN = quality.WARN, _("shown to the reviewer")
        OFF = quality.OFF, _("off")

    check_code = models.CharField(
        max_length=20, choices=[*quality.CHECKS.items(), ("SCREENING", _("Screening against lists"))]
    )
    family = models.CharField(max_length=16, choices=GoodsLine.Family, blank=True)
    severity = models.CharField(max_length=8, choices=Severity)
    words = models.JSONField(default=list)
    low = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    high = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            *adopted_by_another("quality_rule"),
            models.CheckConstraint(
                condition=Q(severity__in=quality.SEVERITIES), name="quality_rule_severity_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(check_code="UNIT_VALUE")
                | Q(low__isnull=True)
                | Q(high__isnull=True)
                | Q(low__lte=models.F("high")),
                name="quality_rule_band_is_ordered",
            ),
        ]

    @property
    def title(self):
        return self.get_check_code_display()

    @property
    def heading(self) -> str:
        return str(self.title)


class FindingAnswer(models.Model):
    """What the importer says to one finding. It lapses when the finding becomes another one."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="finding_answers")
    fingerprint = models.CharField(max_length=16)
    text = models.TextField(_("explanation"), max_length=1000)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["certificate", "fingerprint"], name="finding_answered_once")
        ]

    def __str__(self):
        return self.text[:40]
