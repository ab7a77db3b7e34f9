"""The paper original: its stations, a ledger of what happened to it, and where it lies now."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from documents.models import StoredFile
from euc import custody, workflow
from euc.models.attestation import AttestationRule
from euc.models.certificate import Certificate, today
from workflow.append_only import AppendOnlyModel, AppendOnlyQuerySet


class OriginalQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """Of one's own certificates for importers; of every issued one for reviewers."""
        if actor is None:
            return self.none()
        if actor.has(Role.DRAFTER, Role.SIGNATORY):
            return self.filter(certificate__importer=actor.organisation)
        if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST):
            return self
        return self.none()

    def overdue(self, day: date | None = None):
        """What should have moved on before that day in India, while its certificate is in force."""
        return self.filter(due_on__lt=day or today(), certificate__status=workflow.ISSUED)

    def for_list(self):
        return self.select_related("certificate__importer", "step__rule")


class Original(models.Model):
    """Where the paper of one issued certificate lies now: what its ledger adds up to, kept for lists."""

    class Place(models.TextChoices):
        AWAITED = custody.AWAITED, _("not yet signed in ink")
        IMPORTER = custody.WITH_IMPORTER, _("with the importer")
        OFFICE = custody.AT_OFFICE, _("with an office")
        COURIER = custody.ON_THE_WAY, _("on the way to China")
        ABROAD = custody.ABROAD, _("with the Chinese exporter")
        LOST = custody.LOST, _("lost")
        VOID = custody.VOID, _("marked void")

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="original")
    place = models.CharField(max_length=8, choices=Place, default=Place.AWAITED)
    step = models.ForeignKey("OriginalStep", models.PROTECT, null=True, related_name="+")
    since = models.DateField()
    due_on = models.DateField(null=True)

    objects = OriginalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_on", "id"], name="original_by_due_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(place=custody.AT_OFFICE, step__isnull=False)
                | (~Q(place=custody.AT_OFFICE) & Q(step__isnull=True)),
                name="original_at_an_office_names_it",
            ),
        ]

    def __str__(self):
        return f"{self.certificate_id}: {self.place}"

    @property
    def is_overdue(self) -> bool:
        return self.is_expected and self.due_on < today()

    @property
    def is_expected(self) -> bool:
        """Whether it has to move on by a day: not once it arrived, nor when its certificate has ended."""
        return self.due_on is not None and self.certificate.status == workflow.ISSUED

    @property
    def where(self) -> str:
        """Who holds it, in words."""
        return self.step.rule.label if self.step else str(self.get_place_display())

    @property
    def tone(self) -> str:
        if self.place == self.Place.LOST:
            return "danger"
        if self.place == self.Place.VOID:
            return "neutral"
        if self.is_overdue:
            return "warning"
        return "success" if self.place == self.Place.ABROAD else "info"


class OriginalStep(models.Model):
    """One station of one paper, as the rule stood when the paper's way was fixed or the station was added."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="original_steps")
    rule = models.ForeignKey(AttestationRule, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["certificate", "rule"], name="original_step_once")]

    def __str__(self):
        return str(self.rule)


class OriginalEntryQuerySet(AppendOnlyQuerySet):
    def whole(self):
        return self.select_related("step__rule", "scan", "recorded_by", "organisation")


class OriginalEntry(AppendOnlyModel):
    """One thing that happened to the paper on one day in India. A slot holds one; a correction is its next version.

    Written once. The highest version of a slot counts; a version of kind REVERSED says that it never happened.
    A trigger refuses days that would decrease from slot to slot.
    """

    class Kind(models.TextChoices):
        SIGNED = custody.SIGNED, _("Signed in ink and stamped")
        HANDED_IN = custody.HANDED_IN, _("Handed in")
        ATTESTED = custody.ATTESTED, _("Attested and received back")
        REFUSED = custody.REFUSED, _("Given back without a stamp")
        SENT = custody.SENT, _("Sent to China")
        DELIVERED = custody.DELIVERED, _("Received in China")
        MISLAID = custody.MISLAID, _("Lost")
        VOIDED = custody.VOIDED, _("Marked void")
        REVERSED = custody.REVERSED, _("Entry reversed")

    class WaybillKind(models.TextChoices):
        AIR = "AIR", _("air waybill (11 digits)")
        COURIER = "COURIER", _("courier's own number")

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="original_entries")
    slot = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind)
    step = models.ForeignKey(OriginalStep, models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    office = models.CharField(max_length=200, blank=True)
    officer = models.CharField(max_length=120, blank=True)
    fee = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    estamp = models.CharField(max_length=30, blank=True)
    carrier = models.CharField(max_length=80, blank=True)
    waybill_kind = models.CharField(max_length=8, choices=WaybillKind, blank=True)
    waybill = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    scan_name = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = OriginalEntryQuerySet.as_manager()

    class Meta:
        ordering = ["slot", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "slot", "version"], name="original_entry_version_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=custody.REVERSED, happened_on__isnull=True)
                | (~Q(kind=custody.REVERSED) & Q(happened_on__isnull=False)),
                name="original_entry_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=custody.AT_STEPS, step__isnull=False)
                | (~Q(kind__in=custody.AT_STEPS) & Q(step__isnull=True)),
                name="original_entry_names_its_station",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="original_entry_correction_has_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(version__gt=1) | ~Q(kind=custody.REVERSED), name="original_entry_reverses_another"
            ),
            models.CheckConstraint(
                condition=Q(fee__isnull=True, currency="") | (Q(fee__gte=0) & ~Q(currency="")),
                name="original_entry_fee_has_its_currency",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=custody.WITH_SCAN) | Q(scan__isnull=False),
                name="original_entry_stamp_has_its_scan",
            ),
        ]

    def __str__(self):
        return f"{self.certificate_id} {self.slot}.{self.version} {self.kind}"


class EStamp(models.Model):
    """That an e-stamp certificate (its UIN) belongs to one entry of one paper; it can serve no other."""

    uin = models.CharField(max_length=30, unique=True)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField()

    def __str__(self):
        return self.uin


FACTS: tuple[str, ...] = (
    "reference", "office", "officer", "fee", "currency", "estamp", "carrier", "waybill_kind", "waybill", "note",
)  # fmt: skip


def facts_of(entry: OriginalEntry) -> dict[str, Any]:
    """What was said of the happening, apart from its day and scan."""
    return {name: getattr(entry, name) for name in FACTS}
