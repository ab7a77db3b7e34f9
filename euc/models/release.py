"""Quantity that an importer gave up of an issued certificate."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from euc.models.certificate import Certificate
from workflow.append_only import AppendOnlyModel


class QuantityRelease(AppendOnlyModel):
    """A part of one goods line that will not be imported under the certificate any more. Never taken back."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="releases")
    line = models.PositiveSmallIntegerField()
    weight_mg = models.BigIntegerField()
    pieces = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=500)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_mg__gt=0) & ~Q(reason=""), name="quantity_release_says_how_much_and_why"
            ),
        ]

    def __str__(self):
        return f"{self.certificate_id}/{self.line}: {self.weight_mg} mg"
