"""What people are told in the product, how they want it by mail, and the day's one mail of the rest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, actor: Any) -> NoticeQuerySet:
        """A person's own, of the organisation they act for now."""
        if actor is None:
            return self.none()
        return self.filter(person=actor.person, organisation=actor.organisation)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)


class Notice(models.Model):
    """One person was told of one thing, for one organisation. `notices.words` says it when it is read."""

    class Kind(models.TextChoices):
        WAITING = "WAITING", _("Something waits for you")
        DECISION = "DECISION", _("Decisions on your papers")
        UNDERTAKING = "UNDERTAKING", _("Undertakings that end")
        EXPIRY = "EXPIRY", _("Certificates and licences that end soon")
        LICENCE = "LICENCE", _("Chinese export licences")
        CONSIGNMENT = "CONSIGNMENT", _("Consignments")
        RULE = "RULE", _("Control rules")

    class Mail(models.TextChoices):
        NOW = "NOW", _("at once")
        DAILY = "DAILY", _("once a day")
        NEVER = "NEVER", _("never")

    DEFAULT_MAIL = Mail.DAILY
    MAILED_ELSEWHERE = frozenset(
        {Kind.EXPIRY, Kind.RULE}
    )  # by reminders and rule notices, which are always sent

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind)
    reference = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=300)
    by_name = models.CharField(max_length=200, blank=True)
    details = models.JSONField(default=dict)
    mail = models.CharField(max_length=6, choices=Mail)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    digest = models.ForeignKey("accounts.Digest", models.PROTECT, null=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "person", "organisation"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["person", "organisation", "-id"], name="notice_by_person"),
            models.Index(fields=["person", "organisation"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(
                fields=["person"],
                condition=Q(read_at=None, digest=None, mail="DAILY"),
                name="notice_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.reference}"

    @property
    def book(self) -> str:
        return f"org-{self.organisation_id}"


class NoticeChoice(models.Model):
    """How one person wants one kind by mail. In the product they are told always."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notice_choices")
    kind = models.CharField(max_length=12, choices=Notice.Kind)
    mail = models.CharField(max_length=6, choices=Notice.Mail)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}: {self.mail}"


class Digest(models.Model):
    """One mail to one person of one day (India) about what they have not read."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return self.reference

    @property
    def book(self) -> str:
        return f"person-{self.person_id}"

    @property
    def reference(self) -> str:
        return f"digest-{self.day.isoformat()}"
