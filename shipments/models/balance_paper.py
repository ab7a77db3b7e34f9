"""Signed mass balances: what was frozen of the ledger at a moment, and the sealed page that was made of it."""

from django.conf import settings
from django.db import models

from accounts.models import Organisation
from documents.models import Document
from euc.models import Certificate


class BalancePaper(models.Model):
    """The mass balance of one certificate as of a moment: its numbers frozen, its page sealed and registered."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="balance_papers")
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="balance_paper")

    class Meta:
        ordering = ["certificate", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "number"], name="balance_paper_number_once"),
        ]

    def __str__(self):
        return f"{self.reference} ({self.number})"

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def reference(self) -> str:
        return self.certificate.reference

    @property
    def file_name(self) -> str:
        return f"{self.certificate.slug}-mass-balance-{self.number}.pdf"
