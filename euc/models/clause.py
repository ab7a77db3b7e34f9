"""The clause library: promises worded in three languages, by version, and which of them are asked for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ClauseQuerySet(models.QuerySet):
    def effective_on(self, day):
        later = Q(effective_until=None) | Q(effective_until__gte=day)
        return self.filter(later, effective_from__lte=day)

    def required_on(self, day):
        return self.effective_on(day).filter(policy=Clause.Policy.REQUIRED)

    def offered_on(self, day):
        """Required and optional ones; clauses that no authority has adopted are not offered."""
        return self.effective_on(day).exclude(policy=Clause.Policy.OFF)


class Clause(models.Model):
    """One promise in three languages, as one authority words it from one date. A new wording is a new version."""

    class Policy(models.TextChoices):
        REQUIRED = "REQUIRED", _("required")
        OFFERED = "OFFERED", _("offered")
        OFF = "OFF", _("not adopted")

    code = models.CharField(max_length=30)
    version = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=120)
    text_en = models.TextField()
    text_zh = models.TextField()
    text_hi = models.TextField()
    basis = models.CharField(max_length=300)
    consent_authority = models.CharField(max_length=120, blank=True)
    confidence = models.CharField(max_length=200, blank=True)
    policy = models.CharField(max_length=8, choices=Policy, default=Policy.OFF)
    effective_from = models.DateField()
    effective_until = models.DateField(null=True, blank=True)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="clause_version_once")]

    def __str__(self):
        return f"{self.code}/{self.version}"

    @property
    def field_name(self) -> str:
        return f"clause-{self.code}"
