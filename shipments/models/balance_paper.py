"""Papers about a ledger: what was frozen of it at a moment, and what was printed and sealed of that."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from documents.models import Document
from euc.models import Certificate
from shipments.models.consignment import Consignment


class BalancePaper(models.Model):
    """The mass balance or the consumption under a certificate, or one consignment's delivery: frozen and sealed.

    They are numbered by certificate and kind, deliveries by consignment.
    """

    class Kind(models.TextChoices):
        BALANCE = "BALANCE", _("mass balance")
        CONSUMPTION = "CONSUMPTION", _("statement of consumption")
        DELIVERY = "DELIVERY", _("delivery verification certificate")

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="balance_papers")
    consignment = models.ForeignKey(Consignment, models.PROTECT, null=True, related_name="balance_papers")
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
                fields=["certificate", "kind", "number"],
                condition=Q(consignment__isnull=True),
                name="balance_paper_number_once",
            ),
            models.UniqueConstraint(
                fields=["consignment", "number"],
                condition=Q(consignment__isnull=False),
                name="balance_paper_of_consignment_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="DELIVERY", consignment__isnull=False)
                | Q(consignment__isnull=True) & ~Q(kind="DELIVERY"),
                name="balance_paper_delivery_has_consignment",
            ),
        ]

    def __str__(self):
        return f"{self.reference} ({self.number})"

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def reference(self) -> str:
        """Of the certificate: whoever verifies the paper meets that."""
        return self.certificate.reference

    @property
    def file_name(self) -> str:
        if self.consignment is not None:
            return f"{self.consignment.slug}-delivery-{self.number}.pdf"
        name = {self.Kind.BALANCE: "mass-balance", self.Kind.CONSUMPTION: "consumption"}[self.kind]
        return f"{self.certificate.slug}-{name}-{self.number}.pdf"
