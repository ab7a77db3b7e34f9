"""Reminders that a certificate's validity ends soon."""

from django.conf import settings
from django.db import models

from euc.models.certificate import Certificate


class ExpiryReminder(models.Model):
    """That one person is reminded, once, that a certificate ends within so many days in India."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="reminders")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "person", "days"], name="expiry_reminder_once_per_person"
            )
        ]

    def __str__(self):
        return f"{self.certificate_id} {self.person_id} {self.days}"

    @property
    def book(self) -> str:
        return self.certificate.book

    @property
    def reference(self) -> str:
        return self.certificate.reference
