"""The importer's own digital signatures under sealed certificates and undertakings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.models import Document
from euc.models.certificate import Certificate
from euc.models.undertaking import Undertaking
from workflow.append_only import AppendOnlyModel


class Countersignature(AppendOnlyModel):
    """What the signature under one sealed revision of one paper says, as it was judged when the file was brought."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="countersignatures")
    undertaking = models.ForeignKey(Undertaking, models.PROTECT, null=True, related_name="countersignatures")
    revision = models.PositiveIntegerField()
    document = models.OneToOneField(Document, models.PROTECT, related_name="countersignature")
    proven = models.OneToOneField(
        Document, models.PROTECT, null=True, related_name="proven_countersignature"
    )  # the same file with validation data behind the signature
    subject = models.CharField(max_length=500)
    serial = models.CharField(max_length=80)
    issuer = models.CharField(max_length=500)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    signed_at = models.DateTimeField()
    stamped_at = models.DateTimeField(null=True)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["certificate", "revision"], name="countersigned_once"),
            models.UniqueConstraint(
                fields=["undertaking", "revision"], name="countersigned_undertaking_once"
            ),
            models.CheckConstraint(
                condition=Q(certificate__isnull=False, undertaking=None)
                | Q(certificate=None, undertaking__isnull=False),
                name="countersigned_one_paper",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lte=models.F("valid_until")), name="countersigned_validity_is_ordered"
            ),
        ]

    def __str__(self):
        return f"{self.certificate or self.undertaking}: {self.subject}"

    @property
    def kept(self) -> Document:
        """The file to hand out: with its validation data where there is any."""
        return self.proven or self.document

    @property
    def is_personal(self) -> bool:
        """Made by eSign: the certificate names a person alone, who signed on behalf of the importer."""
        return hasattr(self, "esign")
