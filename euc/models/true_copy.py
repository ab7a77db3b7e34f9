"""Cover pages that link a scanned paper to its record."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from documents.models import Document
from euc.models.certificate import Certificate


class TrueCopy(models.Model):
    """The cover page of the scans of one original as its ledger stood: sealed and registered like a certificate."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="true_copies")
    entries = models.PositiveSmallIntegerField()
    content = models.JSONField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="true_copy")

    class Meta:
        ordering = ["-entries"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "entries"], name="true_copy_once_per_ledger")
        ]

    def __str__(self):
        return f"{self.certificate} ({self.entries})"

    @property
    def book(self) -> str:
        return self.certificate.book

    @property
    def reference(self) -> str:
        return self.certificate.reference
