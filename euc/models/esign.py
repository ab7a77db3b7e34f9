"""Signings by Aadhaar eSign that were begun: which hash went out, and what came of it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from euc.models.certificate import Certificate
from euc.models.countersignature import Countersignature


class Esign(models.Model):
    """One transaction with the provider: one person, one issued revision, one hash, one answer. No Aadhaar number."""

    class State(models.TextChoices):
        PENDING = "PENDING", _("waits for the provider")
        DONE = "DONE", _("signed")
        FAILED = "FAILED", _("failed")
        EXPIRED = "EXPIRED", _("ran out of time")

    txn = models.CharField(max_length=32, unique=True)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="esigns")
    revision = models.PositiveIntegerField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)  # as it went into the file that was hashed
    language = models.CharField(max_length=10)  # the way back brings no cookie that would say it
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    countersignature = models.OneToOneField(Countersignature, models.PROTECT, null=True, related_name="esign")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["PENDING", "DONE", "FAILED", "EXPIRED"]), name="esign_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="PENDING", settled_at=None)
                | (~Q(state="PENDING") & Q(settled_at__isnull=False)),
                name="esign_settled_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", countersignature__isnull=False)
                | (~Q(state="DONE") & Q(countersignature=None)),
                name="esign_done_has_its_signature",
            ),
            models.CheckConstraint(condition=Q(begun_at__lt=models.F("ends_at")), name="esign_ends_later"),
            models.UniqueConstraint(
                fields=["certificate", "revision"], condition=Q(state="PENDING"), name="esign_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="esign_by_end", condition=Q(state="PENDING")),
        ]

    def __str__(self):
        return f"{self.certificate} ({self.txn[:8]})"

    def is_open(self, at: datetime | None = None) -> bool:
        """Whether an answer would still be taken."""
        return self.state == self.State.PENDING and (at or timezone.now()) < self.ends_at
