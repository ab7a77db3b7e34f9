"""Reminders about a case: its clock comes near or is over, its licence ends, nobody says anything any more."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.case import LicenceCase


class CaseReminder(models.Model):
    """That one person is told, once, of one day of a case in China. `days` is the mark before it (of silence:
    behind it), 0 for the clock."""

    class Kind(models.TextChoices):
        DUE_SOON = "DUE_SOON", _("the time limit comes near")
        OVERDUE = "OVERDUE", _("the time limit is over")
        LIMIT = "LIMIT", _("another time limit is over")
        EXPIRES = "EXPIRES", _("the licence ends soon")
        SILENT = "SILENT", _("nothing was reported for long")

    case = models.ForeignKey(LicenceCase, models.PROTECT, related_name="reminders")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    on = models.DateField()
    days = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person", "kind", "on", "days"], name="case_reminder_once_per_person"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["DUE_SOON", "OVERDUE", "LIMIT", "EXPIRES", "SILENT"]),
                name="case_reminder_kind_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.case_id} {self.person_id} {self.kind} {self.on}"

    @property
    def book(self) -> str:
        return self.case.book

    @property
    def reference(self) -> str:
        return self.case.reference
