"""Items of shipping bills, as customs data told them, and what was decided about those that look like a re-export."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation
from shipments import watch_law
from shipments.models.owned import Watched, WatchedQuerySet


class ExportItem(Watched, models.Model):
    """One item of a shipping bill of an importer of magnets; the score and its reasons are kept as they were."""

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    port = models.CharField(max_length=6)
    bill = models.CharField(max_length=20)
    bill_on = models.DateField()
    item = models.PositiveIntegerField(default=1)
    hs = models.CharField(max_length=8)
    description = models.CharField(max_length=300)
    destination = models.CharField(max_length=2)
    consignee = models.CharField(max_length=200, blank=True)
    weight_mg = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=8)
    score = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    status = models.CharField(max_length=10, default=watch_law.NOTED)
    reason = models.CharField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(default=timezone.now)

    objects = WatchedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "-score", "-id"], name="export_item_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "port", "bill", "bill_on", "item"], name="export_item_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=watch_law.EXPORT.statuses), name="export_item_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="export_item_decided_at_and_by",
            ),
        ]

    def __str__(self):
        return f"{self.port} {self.bill}/{self.item}"

    @property
    def kind_label(self):
        return watch_law.KINDS[self.kind]

    def reasons_said(self) -> list[dict]:
        """Each reason in words with its points."""
        return [{"text": watch_law.REASONS[code], "points": points} for code, points in self.reasons]
