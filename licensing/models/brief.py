"""Briefs to the ministry about one case: the facts as they were known when somebody asked for help."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models import StoredFile
from licensing.models.case import LicenceCase


class CaseBrief(models.Model):
    """The facts of a case, frozen, with what is asked of the ministry; its sealed PDF follows."""

    case = models.ForeignKey(LicenceCase, models.PROTECT, related_name="briefs")
    number = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    asks = models.CharField(_("what is asked"), max_length=1000)
    facts = models.JSONField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="case_brief_number_once"),
            models.CheckConstraint(condition=~Q(asks=""), name="case_brief_asks_something"),
        ]

    def __str__(self):
        return self.reference

    @property
    def book(self) -> str:
        return self.case.book

    @property
    def reference(self) -> str:
        return f"{self.case.reference}/B{self.number}"
