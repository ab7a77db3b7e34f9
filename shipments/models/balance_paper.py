"""Papers about a certificate's ledger: what was frozen of it at a moment, and what was printed and sealed of that."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from documents.models import Document
from euc.models import Certificate


class BalancePaper(models.Model):
    """The mass balance or the consumption under one certificate as of a moment: frozen, sealed and registered."""

    class Kind(models.TextChoices):
        BALANCE = "BALANCE", _("mass balance")
        CONSUMPTION = "CONSUMPTION", _("statement of consumption")

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="balance_papers")
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.BALANCE)
    number = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="balance_paper")

    class Meta:
        ordering = ["certificate", "kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "kind", "number"], name="balance_paper_number_once"
            ),
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
        name = {self.Kind.BALANCE: "mass-balance", self.Kind.CONSUMPTION: "consumption"}[self.kind]
        return f"{self.certificate.slug}-{name}-{self.number}.pdf"
