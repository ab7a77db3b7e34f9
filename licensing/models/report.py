"""What was reported of a case: written once, withdrawn by another row, decided upon by another row."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models import StoredFile
from licensing import grounds as reasons
from licensing import stations
from licensing.models.case import LicenceCase
from licensing.models.licence import Licence
from workflow.append_only import AppendOnlyModel


class StatusReport(AppendOnlyModel):
    """Somebody said where the case stood on a day: who, how sure, with which evidence, received when (UTC)."""

    class Source(models.TextChoices):
        OFFICER = "OFFICER", _("officer")
        SUPPLIER_ROOM = "SUPPLIER_ROOM", _("exporter, in its room")
        IMPORTER = "IMPORTER", _("importer")
        FEED = "FEED", _("feed")
        EMAIL = "EMAIL", _("e-mail")
        LEDGER = "LEDGER", _("our own ledger of consignments")
        CLOCK = "CLOCK", _("the last day of the licence")

    class Confidence(models.TextChoices):
        HIGH = "HIGH", _("seen in writing")
        MEDIUM = "MEDIUM", _("told by the exporter")
        LOW = "LOW", _("hearsay")

    case = models.ForeignKey(LicenceCase, models.PROTECT, related_name="reports")
    claimed = models.CharField(max_length=12)
    claimed_on = models.DateField()
    source = models.CharField(max_length=14, choices=Source)
    confidence = models.CharField(max_length=6, choices=Confidence)
    note = models.CharField(max_length=2000, blank=True)
    application_number = models.CharField(max_length=60, blank=True)
    grounds = models.JSONField(default=list)
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="reports")
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    evidence_name = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)
    posting = models.CharField(
        max_length=64, null=True, editable=False, help_text="SHA-256 of its form's key and what was said."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "posting"], name="status_report_posted_once"),
            models.CheckConstraint(
                condition=Q(claimed__in=stations.CLAIMABLE), name="status_report_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.claimed} on {self.claimed_on}, {self.source}"

    @property
    def label(self):
        return stations.LABELS[self.claimed]

    @property
    def told_grounds(self) -> list[reasons.Ground]:
        """Why, as far as it was told."""
        return reasons.of(self.grounds)

    @property
    def tone(self) -> str:
        return stations.TONES[self.claimed]


class ReportWithdrawal(AppendOnlyModel):
    """A report was wrong: it stays to be seen and counts no more."""

    report = models.OneToOneField(StatusReport, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=2000)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="report_withdrawal_says_why")]

    def __str__(self):
        return f"withdrawn: {self.report}"


class ReportRuling(AppendOnlyModel):
    """Reports contradict each other and somebody decided which one stands."""

    case = models.ForeignKey(LicenceCase, models.PROTECT, related_name="rulings")
    report = models.ForeignKey(StatusReport, models.PROTECT, related_name="rulings")
    reason = models.CharField(max_length=2000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="report_ruling_says_why")]

    def __str__(self):
        return f"decided: {self.report}"
