"""What one officer proposes and another adopts, in versions: the columns and constraints all of it shares."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation
from accounts.roles import Role
from euc import workflow
from euc.models.living import Living, at_and_by

INDIA = ZoneInfo("Asia/Kolkata")
READ_BY_ALL = (workflow.ADOPTED, workflow.SUPERSEDED, workflow.REPEALED)


class RuledQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """What was ever adopted for every reader; proposals for the authority's own people."""
        if actor is None:
            return self.none()
        if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR):
            return self
        if actor.has(Role.DRAFTER, Role.SIGNATORY, Role.ANALYST):
            return self.filter(status__in=READ_BY_ALL)
        return self.none()

    def proposed(self):
        return self.filter(status=workflow.PROPOSED)


class Ruled(Living, models.Model):
    """One version of something officers decide by two. A version never changes; a new one replaces it."""

    reference = models.CharField(max_length=60, unique=True)
    code = models.CharField(max_length=50)
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    position = models.PositiveSmallIntegerField(default=1000)
    status = models.CharField(
        max_length=12,
        default=workflow.PROPOSED,
        choices=[(s, workflow.LABELS[s]) for s in workflow.RULE.statuses],
    )
    is_shipped = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    objects = RuledQuerySet.as_manager()

    book = "rules"
    is_editable = False

    class Meta:
        abstract = True

    def __str__(self):
        return self.reference

    @property
    def slug(self) -> str:
        return self.reference

    def columns_at_adoption(self, at: datetime) -> dict[str, Any]:
        """What else adopting sets."""
        return {}

    def columns_at_succession(self, successor: Any) -> dict[str, Any]:
        """What else being replaced sets."""
        return {}

    def columns_at_repeal(self, repealed_on: date, at: datetime) -> dict[str, Any]:
        """What says from which day on it no longer counts."""
        return {"repealed_on": repealed_on}


class OfAuthorityQuerySet(RuledQuerySet):
    def in_use_on(self, day: date, *, authority_id: int | None = None):
        """What counts on a day in India for one authority: its own and what is common to all."""
        dated = self.filter(Q(effective_until=None) | Q(effective_until__gte=day), effective_from__lte=day)
        return dated.filter(Q(authority=None) | Q(authority=authority_id), status__in=READ_BY_ALL)


class OfAuthority(Ruled):
    """A version that counts from a day to a day in India, for one authority or for all.

    It counts from its adoption at the earliest, and until the day before its successor does.
    """

    authority = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    effective_from = models.DateField()
    effective_until = models.DateField(null=True, blank=True)

    objects = OfAuthorityQuerySet.as_manager()

    class Meta:
        abstract = True

    def columns_at_adoption(self, at: datetime) -> dict[str, Any]:
        return {"effective_from": max(self.effective_from, day_in_india(at))}

    def columns_at_succession(self, successor: Any) -> dict[str, Any]:
        return self._until(successor.effective_from - timedelta(days=1))

    def columns_at_repeal(self, repealed_on: date, at: datetime) -> dict[str, Any]:
        return self._until(max(repealed_on, day_in_india(at)) - timedelta(days=1))

    def _until(self, day: date) -> dict[str, Any]:
        return {"effective_until": min(filter(None, (self.effective_until, day)))}

    def counts_on(self, day: date) -> bool:
        is_over = self.effective_until is not None and self.effective_until < day
        return self.status in READ_BY_ALL and self.effective_from <= day and not is_over


def day_in_india(at: datetime) -> date:
    return timezone.localdate(at, timezone=INDIA)


def adopted_by_another(name: str) -> list[Any]:
    """The constraints of two persons and one version in use, under the name of the table's kind."""
    return [
        models.UniqueConstraint(fields=["code", "version"], name=f"{name}_version_once"),
        models.UniqueConstraint(
            fields=["code"], condition=Q(status=workflow.ADOPTED), name=f"{name}_one_in_use"
        ),
        models.CheckConstraint(
            condition=Q(status__in=workflow.RULE.statuses), name=f"{name}_status_is_known"
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
