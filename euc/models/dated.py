"""Dated, sourced rows that one officer proposes and another adopts. A version is replaced, never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from euc.models.ruled import READ_BY_ALL, Ruled, RuledQuerySet


class DatedQuerySet(RuledQuerySet):
    def in_use_on(self, day: date):
        """The versions that count on a day in India; one replaced later counts until its successor does."""
        dated = self.filter(Q(effective_until=None) | Q(effective_until__gte=day), effective_from__lte=day)
        return dated.filter(status__in=READ_BY_ALL)


class Dated(Ruled):
    """One row in one version, with its days in India, its source and how sure it is."""

    class Confidence(models.TextChoices):
        HIGH = "HIGH", _("high")
        MEDIUM = "MEDIUM", _("medium")
        LOW = "LOW", _("low")

    code = models.CharField(max_length=40)
    position: Any = None  # only some kinds have an order
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    source = models.CharField(max_length=300)
    source_url = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence)
    confirmed = models.BooleanField(default=False)
    doubt = models.TextField(blank=True, max_length=1000)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def heading(self) -> str:
        """What pages call the row, in the reader's language."""
        raise NotImplementedError

    @property
    def lead(self) -> str:
        """What else is said below its heading."""
        return ""

    @property
    def is_doubtful(self) -> bool:
        return self.confidence == self.Confidence.LOW
