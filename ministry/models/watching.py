"""What people keep of figures: views under a name, the digest by mail, rules that warn and what they raised."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ministry.models.exports import new_key
from workflow.append_only import AppendOnlyModel

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, actor: Any) -> SavedViewQuerySet:
        """One's own, and what colleagues share, of the organisation one acts for now."""
        if actor is None:
            return self.none()
        return self.filter(organisation=actor.organisation).filter(Q(person=actor.person) | Q(is_shared=True))


class SavedView(models.Model):
    """A figure with what it is grouped by and narrowed to, under a name and an address of its own."""

    key = models.CharField(max_length=32, unique=True, default=new_key)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    figure = models.CharField(max_length=20)
    query = models.CharField(max_length=4000, blank=True)
    is_shared = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation", "name"], name="view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class DigestChoice(models.Model):
    """How often one person wants the overview by mail, for one organisation."""

    class Every(models.TextChoices):
        NEVER = "NEVER", _("never")
        DAY = "DAY", _("every day")
        WEEK = "WEEK", _("every Monday")
        MONTH = "MONTH", _("on the first of every month")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    every = models.CharField(max_length=6, choices=Every)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation"], name="digest_choice_once"),
            models.CheckConstraint(
                condition=Q(every__in=["NEVER", "DAY", "WEEK", "MONTH"]), name="digest_choice_every"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.every}"

    @property
    def book(self) -> str:
        return f"org-{self.organisation_id}"

    @property
    def reference(self) -> str:
        return f"figures-{self.pk}"


class RuleQuerySet(models.QuerySet):
    def visible_to(self, actor: Any) -> RuleQuerySet:
        """A person's own, of the organisation they act for now."""
        if actor is None:
            return self.none()
        return self.active().filter(person=actor.person, organisation=actor.organisation)

    def active(self) -> RuleQuerySet:
        return self.filter(is_active=True)


class Rule(models.Model):
    """Warn when a number of a figure goes beyond a threshold; thresholds in kilograms, or as the number is shown.

    `crossed_at` is set while it is beyond, `told_at` once people were told of this crossing.
    """

    class Way(models.TextChoices):
        ABOVE = "ABOVE", _("more than")
        BELOW = "BELOW", _("less than")

    key = models.CharField(max_length=32, unique=True, default=new_key)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    figure = models.CharField(max_length=20)
    query = models.CharField(max_length=4000, blank=True)
    column = models.CharField(_("number"), max_length=20)
    way = models.CharField(_("warn when it is"), max_length=5, choices=Way)
    threshold = models.DecimalField(_("threshold"), max_digits=18, decimal_places=3)
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), null=True, blank=True, choices=HOURS)
    quiet_to = models.PositiveSmallIntegerField(_("quiet until"), null=True, blank=True, choices=HOURS)
    tells_everybody = models.BooleanField(
        _("tell everybody here who reads figures"), default=False, help_text=_("Otherwise only you are told.")
    )
    is_active = models.BooleanField(default=True)
    crossed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(way__in=["ABOVE", "BELOW"]), name="rule_way"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_from__lt=24, quiet_to__isnull=False, quiet_to__lt=24)
                & ~Q(quiet_from=F("quiet_to")),
                name="rule_quiet_hours",
            ),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(crossed_at__isnull=False), name="rule_told_of_a_crossing"
            ),
        ]
        indexes = [models.Index(fields=["person", "organisation", "-id"], name="rule_by_person")]

    def __str__(self) -> str:
        return self.reference

    @property
    def book(self) -> str:
        return f"org-{self.organisation_id}"

    @property
    def reference(self) -> str:
        return f"{self.figure} {self.column}"

    def is_quiet(self, at: time) -> bool:
        """Whether nobody is to be told at this time of day in India; hours may reach over midnight."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        if self.quiet_from < self.quiet_to:
            return self.quiet_from <= at.hour < self.quiet_to
        return at.hour >= self.quiet_from or at.hour < self.quiet_to


class Crossing(AppendOnlyModel):
    """A number went beyond a rule's threshold, or fell back. Written once."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="crossings")
    at = models.DateTimeField()
    is_beyond = models.BooleanField()
    value = models.DecimalField(max_digits=24, decimal_places=3)
    threshold = models.DecimalField(max_digits=18, decimal_places=3)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["rule", "-id"], name="crossing_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.value}"
