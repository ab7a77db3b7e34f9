"""The paper original: which offices must stamp it, as dated rows, and a ledger of where it went and who holds it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from documents.models import StoredFile
from euc import custody, workflow
from euc.models.certificate import Certificate, today
from euc.models.living import Living, at_and_by
from workflow.append_only import AppendOnlyModel, AppendOnlyQuerySet

READ_BY_ALL = (workflow.ADOPTED, workflow.SUPERSEDED, workflow.REPEALED)
MOST_DAYS = 365


class AttestationRuleQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """What was ever adopted for every reader; proposals for the authority's own people."""
        if actor is None:
            return self.none()
        if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR):
            return self
        if actor.has(Role.DRAFTER, Role.SIGNATORY, Role.ANALYST):
            return self.filter(status__in=READ_BY_ALL)
        return self.none()

    def in_use_on(self, day: date, *, authority: Organisation | None = None, template: str = ""):
        """The stations of a day in India, in their order; one replaced later counts until its successor does."""
        dated = self.filter(Q(effective_until=None) | Q(effective_until__gte=day), effective_from__lte=day)
        found = dated.filter(status__in=READ_BY_ALL).order_by("position", "code")
        if authority is not None:
            found = found.filter(Q(authority=None) | Q(authority=authority))
        return found.filter(template__in=["", template]) if template else found

    def proposed(self):
        return self.filter(status=workflow.PROPOSED)


class AttestationRule(Living, models.Model):
    """One station on the paper's way, in one version: who stamps or carries it, from when on, in how many days.

    A version never changes; a new one replaces it. Days count in India. What is not well established says so.
    """

    class Stage(models.TextChoices):
        INK = custody.INK, _("ink signature and company stamp")
        OFFICE = custody.OFFICE, _("stamp of an office")
        COURIER = custody.COURIER, _("courier to China")

    class Confidence(models.TextChoices):
        HIGH = "HIGH", _("high")
        MEDIUM = "MEDIUM", _("medium")
        LOW = "LOW", _("low")

    reference = models.CharField(max_length=60, unique=True)
    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    status = models.CharField(
        max_length=12,
        default=workflow.PROPOSED,
        choices=[(s, workflow.LABELS[s]) for s in workflow.ATTESTATION.statuses],
    )
    authority = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    template = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.OFFICE)
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True)
    name_hi = models.CharField(max_length=120, blank=True)
    is_required = models.BooleanField(default=False)
    expected_days = models.PositiveSmallIntegerField()
    effective_from = models.DateField()
    effective_until = models.DateField(null=True)
    source = models.CharField(max_length=300)
    source_url = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence)
    confirmed = models.BooleanField(default=False)
    doubt = models.TextField(blank=True, max_length=1000)

    is_shipped = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    objects = AttestationRuleQuerySet.as_manager()

    book = "rules"
    is_editable = False

    class Meta:
        ordering = ["position", "code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="attestation_rule_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(status=workflow.ADOPTED), name="attestation_rule_one_in_use"
            ),
            models.CheckConstraint(
                condition=Q(status__in=workflow.ATTESTATION.statuses), name="attestation_rule_status_is_known"
            ),
            *at_and_by("attestation_rule", "adopted", "ended"),
            models.CheckConstraint(
                condition=Q(status__in=[workflow.PROPOSED, workflow.WITHDRAWN])
                | Q(is_shipped=True)
                | Q(adopted_by__isnull=False),
                name="attestation_rule_in_use_was_adopted",
            ),
            models.CheckConstraint(
                condition=Q(adopted_by__isnull=True) | ~Q(adopted_by=F("proposed_by")),
                name="attestation_rule_adopter_is_not_proposer",
            ),
            models.CheckConstraint(
                condition=Q(expected_days__gte=1, expected_days__lte=MOST_DAYS),
                name="attestation_rule_days_are_sane",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def slug(self) -> str:
        return self.reference

    @property
    def label(self) -> str:
        """Its name in the reader's language, as far as it has one."""
        language = (get_language() or "en").split("-")[0]
        return {"hi": self.name_hi, "zh": self.name_zh}.get(language, "") or self.name

    @property
    def title(self) -> str:
        return str(self.get_stage_display())

    @property
    def is_doubtful(self) -> bool:
        return self.confidence == self.Confidence.LOW


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
