"""The certificate itself, its parties and its end use, and the counters its reference comes from."""

import secrets
from base64 import b32encode
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import Role
from documents.models import Document
from euc import workflow
from euc.kinds import Template
from euc.models.clause import Offer, offered
from euc.models.living import Paper, at_and_by

INDIA = ZoneInfo("Asia/Kolkata")


def new_token() -> str:
    """A verification token: 160 random bits as 32 letters and digits."""
    return b32encode(secrets.token_bytes(20)).decode().lower()


def today(at: datetime | None = None) -> date:
    """The date in India now, or at another moment; rules about dates count there."""
    return timezone.localtime(at, timezone=INDIA).date()


def financial_year(day) -> str:
    """`2026-27` for any day from 1 April 2026 to 31 March 2027; the day is counted in IST."""
    start = day.year if day.month >= 4 else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"


def year_of(day: date) -> tuple[date, date]:
    """First and last day of the financial year of a day, 1 April to 31 March in India."""
    start = day.year if day.month >= 4 else day.year - 1
    return date(start, 4, 1), date(start + 1, 3, 31)


class Serial(models.Model):
    """The last number given out for one kind of paper, importer and financial year. Never counts back."""

    kind = models.CharField(max_length=8)
    iec = models.CharField(max_length=10)
    year = models.CharField(max_length=7)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "iec", "year"], name="serial_once")]

    def __str__(self):
        return f"{self.kind}/{self.iec}/{self.year}: {self.last}"

    @classmethod
    def next_reference(cls, kind: str, iec: str, day) -> str:
        """`EUC/<IEC>/<FY>/<serial>`; call inside the transaction that stores it."""
        return cls.next_references(kind, iec, day, 1)[0]

    @classmethod
    def next_references(cls, kind: str, iec: str, day, count: int) -> list[str]:
        """So many references, one after the other."""
        year = financial_year(day)
        cls.objects.get_or_create(kind=kind, iec=iec, year=year)
        row = cls.objects.select_for_update(no_key=True).get(kind=kind, iec=iec, year=year)
        cls.objects.filter(pk=row.pk).update(last=F("last") + count)
        return [f"{kind}/{iec}/{year}/{row.last + n:04d}" for n in range(1, count + 1)]


class CertificateQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """What this actor may see: the importer its own, reviewers whatever was ever submitted."""
        if actor is None:
            return self.none()
        if actor.has(Role.DRAFTER, Role.SIGNATORY):
            return self.filter(importer=actor.organisation)
        if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST):
            return self.filter(revision_number__gt=0)
        return self.none()

    def awaiting_review(self):
        return self.filter(status=workflow.SUBMITTED)

    def awaiting_issue(self):
        return self.filter(status=workflow.APPROVED)

    def past_validity(self, day=None):
        return self.filter(status=workflow.ISSUED, valid_until__lt=day or today())

    def for_list(self):
        return self.select_related("importer", "document", "original__step__rule")


class Certificate(Paper):
    """An end-user certificate: one purchase order, one exporter, one end user, one importer who promises."""

    reference = models.CharField(max_length=40, unique=True)
    template = models.CharField(max_length=40, default=Template.CERTIFICATE)
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="certificates")
    addressed_to = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    status = models.CharField(
        max_length=12,
        default=workflow.DRAFT,
        choices=[(s, workflow.LABELS[s]) for s in workflow.CERTIFICATE.statuses],
    )
    exporter_name = models.CharField(max_length=200, blank=True)
    po_number = models.CharField(_("purchase order number"), max_length=60, blank=True)
    po_date = models.DateField(_("purchase order date"), null=True, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    contributors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    revision_number = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    risk = models.PositiveSmallIntegerField(default=0)
    risk_reasons = models.JSONField(default=list)

    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    approving_authority = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    issued_hash = models.CharField(max_length=64, blank=True)
    issuing_authority = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    issue_block = models.JSONField(default=dict)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="superseded_by")
    repeats = models.ForeignKey("self", models.PROTECT, null=True, related_name="repeated_by")
    relies_on = models.ForeignKey("euc.Undertaking", models.PROTECT, null=True, related_name="relying")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="certificate")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["importer", "-id"], name="certificate_by_importer"),
            models.Index(fields=["status", "-risk", "submitted_at", "id"], name="certificate_queue"),
            models.Index(
                fields=["reviewer", "status", "-risk", "submitted_at", "id"], name="certificate_by_reviewer"
            ),
            models.Index(fields=["status", "submitted_at", "id"], name="certificate_by_wait"),
            models.Index(fields=["status", "-id", "revision_number"], name="certificate_by_status"),
            models.Index(fields=["importer", "status", "-id"], name="certificate_importer_status"),
            models.Index(fields=["importer", "status", "valid_until"], name="certificate_importer_validity"),
            models.Index(
                fields=["importer", "status", "-changed_at", "-id"], name="certificate_importer_changes"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=workflow.CERTIFICATE.statuses), name="certificate_status_is_known"
            ),
            *at_and_by("certificate", "submitted", "approved", "issued", "ended"),
            models.CheckConstraint(
                condition=~Q(status=workflow.APPROVED)
                | Q(approved_by__isnull=False, approved_hash=F("content_hash")),
                name="certificate_approval_is_of_this_text",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=workflow.WAS_ISSUED)
                | Q(
                    approved_by__isnull=False,
                    issued_by__isnull=False,
                    approved_hash=F("content_hash"),
                    issued_hash=F("content_hash"),
                    valid_until__isnull=False,
                ),
                name="certificate_issue_needs_two_approvals",
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=F("approved_by")),
                name="certificate_issuer_is_not_approver",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("created_by")) & ~Q(approved_by=F("submitted_by"))),
                name="certificate_approver_is_no_author",
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True)
                | (~Q(issued_by=F("created_by")) & ~Q(issued_by=F("submitted_by"))),
                name="certificate_issuer_is_no_author",
            ),
            models.CheckConstraint(
                condition=(Q(approving_authority__isnull=True) | ~Q(approving_authority=F("importer")))
                & (Q(issuing_authority__isnull=True) | ~Q(issuing_authority=F("importer"))),
                name="certificate_authority_is_not_importer",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="certificate_validity_is_ordered",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=True) | Q(status__in=workflow.WAS_ISSUED),
                name="certificate_document_only_when_issued",
            ),
        ]

    @property
    def is_editable(self) -> bool:
        return self.status in workflow.EDITABLE

    @property
    def was_issued(self) -> bool:
        return self.status in workflow.WAS_ISSUED

    @property
    def is_replaceable(self) -> bool:
        """Whether another certificate may take its place."""
        return self.status in workflow.CERTIFICATE.step("supersede").sources

    def is_in_force(self, day=None) -> bool:
        """Issued and within its validity on that day (IST; the last day counts to its end)."""
        day = day or today()
        return self.status == workflow.ISSUED and self.valid_from <= day <= self.valid_until

    @staticmethod
    def is_past(day) -> bool:
        return day < today()

    @property
    def last_at(self):
        """When somebody last drafted, decided or ended it."""
        moments = (self.changed_at, self.submitted_at, self.approved_at, self.issued_at, self.ended_at)
        return max(moment for moment in moments if moment)

    def days_waiting(self) -> int:
        return (timezone.now() - self.submitted_at) // timedelta(days=1) if self.submitted_at else 0

    def has_author(self, person) -> bool:
        if person.pk in {self.created_by_id, self.submitted_by_id}:
            return True
        return self.contributors.filter(pk=person.pk).exists()

    def parties_by_role(self) -> dict:
        """Exporter always; consignee and end user only where they differ from the importer."""
        return {party.role: party for party in self.parties.all() if not party.same_as_importer}

    def lines(self) -> list:
        return list(self.goods.all())

    def offers(self) -> list[Offer]:
        """The clauses that are required or offered for it today."""
        return offered(today(), authority_id=self.addressed_to_id, template=self.template)

    def clauses_missing(self) -> list:
        """The required clauses that are not given in today's wording, nor held by what it relies on."""
        given = {row.clause_id for u in self.undertakings_list() for row in u.clauses.all()}
        covered = self.codes_covered()
        return [
            offer.clause
            for offer in self.offers()
            if offer.is_required and offer.clause.pk not in given and offer.clause.code not in covered
        ]

    def codes_covered(self) -> set[str]:
        """The clauses that the undertaking it relies on holds, in whatever wording was signed there."""
        return self.relies_on.codes() if self.relies_on else set()

    def clauses_unnamed(self) -> list:
        """The given clauses that must name a party and do not."""
        return [row.clause for u in self.undertakings_list() for row in u.rows() if row.lacks_its_party()]

    def reliance_problem(self) -> str:
        """Why the undertaking it relies on does not hold for it; empty when it does, or there is none."""
        return self.relies_on.why_not_for(self) if self.relies_on else ""

    def promises(self) -> list:
        """Its own undertakings, and the one it relies on."""
        return [*self.undertakings_list(), *([self.relies_on] if self.relies_on else [])]

    def undertakings_list(self) -> list:
        return [u for u in self.undertakings.all() if u.status not in {workflow.WITHDRAWN, workflow.REJECTED}]

    def current_evidence(self) -> list:
        return [evidence for evidence in self.evidence.all() if evidence.removed_at is None]

    def inspected(self) -> list:
        """What the quality checks find in it as it stands, with the importer's answers."""
        from euc import inspecting

        return inspecting.inspected(self)

    def screening_bars(self) -> list:
        """Why screening keeps it from being approved or issued, in sentences."""
        from euc.screening import record

        return record.bars(self)

    def scratches(self) -> list:
        return list(self.scratch.all())


class Party(models.Model):
    """One party of a certificate by role; the importer itself is copied from its organisation at submission."""

    class Role(models.TextChoices):
        EXPORTER = "EXPORTER", _("Chinese exporter")
        CONSIGNEE = "CONSIGNEE", _("Consignee")
        END_USER = "END_USER", _("End user")

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=10, choices=Role)
    same_as_importer = models.BooleanField(_("same as the importer"), default=False)
    name = models.CharField(_("legal name"), max_length=200, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    address_zh = models.CharField(_("address in Chinese"), max_length=500, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    registration = models.CharField(_("registration number"), max_length=40, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["certificate", "role"], name="party_role_once")]

    def __str__(self):
        return f"{self.get_role_display()}: {self.name}"


class EndUse(models.Model):
    """What the magnets are for, in the detail the Chinese licensing desk asks for."""

    class Sector(models.TextChoices):
        EV_TWO_WHEELER = "EV_TWO_WHEELER", _("Electric two- and three-wheelers")
        EV_CAR = "EV_CAR", _("Electric and hybrid cars")
        EV_BUS = "EV_BUS", _("Electric buses and trucks")
        AUTO_PARTS = "AUTO_PARTS", _("Automotive components")
        AUDIO = "AUDIO", _("Audio and wearables")
        WIND = "WIND", _("Wind power")
        WHITE_GOODS = "WHITE_GOODS", _("White goods and fans")
        INDUSTRIAL = "INDUSTRIAL", _("Industrial motors and automation")
        MEDICAL = "MEDICAL", _("Medical devices")
        OTHER = "OTHER", _("Other civil use")

    certificate = models.OneToOneField(Certificate, models.CASCADE, related_name="end_use")
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, blank=True)
    product = models.CharField(_("product"), max_length=200, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    oem = models.CharField(_("maker of the end product (OEM)"), max_length=200, blank=True)
    plant_name = models.CharField(_("plant"), max_length=200, blank=True)
    plant_address = models.CharField(_("address of the plant"), max_length=500, blank=True)
    position = models.CharField(_("where the magnet sits in the product"), max_length=300, blank=True)
    purpose = models.TextField(_("specific end use"), max_length=2000, blank=True)
    purpose_zh = models.TextField(_("specific end use in Chinese"), max_length=2000, blank=True)
    magnet_per_unit_mg = models.BigIntegerField(_("magnet weight in one product"), null=True, blank=True)
    units_per_year = models.PositiveIntegerField(_("products made in a year"), null=True, blank=True)
    destination_market = models.CharField(_("where the product is sold"), max_length=200, blank=True)
    is_civil = models.BooleanField(_("purely civil use"), null=True, blank=True)

    def __str__(self):
        return f"{self.product} {self.model}".strip()
