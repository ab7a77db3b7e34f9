"""Dated, sourced rows that one officer proposes and another adopts. A version is replaced, never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from euc import workflow
from euc.models.living import Living, at_and_by

READ_BY_ALL = (workflow.ADOPTED, workflow.SUPERSEDED, workflow.REPEALED)


class DatedQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """What was ever adopted for every reader; proposals for the authority's own people."""
        if actor is None:
            return self.none()
        if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR):
            return self
        if actor.has(Role.DRAFTER, Role.SIGNATORY, Role.ANALYST):
            return self.filter(status__in=READ_BY_ALL)
        return self.none()

    def in_use_on(self, day: date):
        """The versions that count on a day in India; one replaced later counts until its successor does."""
        dated = self.filter(Q(effective_until=None) | Q(effective_until__gte=day), effective_from__lte=day)
        return dated.filter(status__in=READ_BY_ALL)

    def proposed(self):
        return self.filter(status=workflow.PROPOSED)


class Dated(Living, models.Model):
    """One row in one version, with its days in India, its source and how sure it is."""

    class Confidence(models.TextChoices):
        HIGH = "HIGH", _("high")
        MEDIUM = "MEDIUM", _("medium")
        LOW = "LOW", _("low")

    reference = models.CharField(max_length=60, unique=True)
    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    status = models.CharField(
        max_length=12,
        default=workflow.PROPOSED,
        choices=[(s, workflow.LABELS[s]) for s in workflow.DATED_STATUSES],
    )
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    source = models.CharField(max_length=300)
    source_url = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence)
    confirmed = models.BooleanField(default=False)
    doubt = models.TextField(blank=True, max_length=1000)

    is_shipped = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    objects = DatedQuerySet.as_manager()

    book = "rules"
    is_editable = False

    class Meta:
        abstract = True

    def __str__(self):
        return self.reference

    @property
    def slug(self) -> str:
        return self.reference


def dated_constraints(name: str) -> list[Any]:
    """One version in use per code, adopted by another person than its proposer: held by the database too."""
    return [
        models.UniqueConstraint(fields=["code", "version"], name=f"{name}_version_once"),
        models.UniqueConstraint(
            fields=["code"], condition=Q(status=workflow.ADOPTED), name=f"{name}_one_in_use"
        ),
        models.CheckConstraint(
            condition=Q(status__in=workflow.DATED_STATUSES), name=f"{name}_status_is_known"
        ),
        *at_and_by(name, "adopted", "ended"),
        models.CheckConstraint(
            condition=Q(status__in=[workflow.PROPOSED, workflow.WITHDRAWN])
            | Q(is_shipped=True)
            | Q(adopted_by__isnull=False),
            name=f"{name}_in_use_was_adopted",
        ),
        models.CheckConstraint(
            condition=Q(adopted_by__isnull=True) | ~Q(adopted_by=F("proposed_by")),
            name=f"{name}_adopter_is_not_proposer",
        ),
    ]
