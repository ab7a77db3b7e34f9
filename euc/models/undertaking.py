"""Undertakings: what an importer promises, clause by clause, for one certificate or for a period."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.roles import Role
from documents.models import Document
from euc import workflow
from euc.kinds import Template
from euc.models.certificate import Certificate, Party, new_token, today
from euc.models.clause import Clause, Offer, offered
from euc.models.living import Paper, at_and_by
from workflow.append_only import AppendOnlyModel
from workflow.law import Workflow


class UndertakingQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The importer its own; reviewers whatever was ever signed."""
        if actor is None:
            return self.none()
        if actor.has(Role.DRAFTER, Role.SIGNATORY):
            return self.filter(importer=actor.organisation)
        if actor.has(Role.OFFICER, Role.SENIOR, Role.AUDITOR, Role.ANALYST):
            return self.filter(signed_at__isnull=False)
        return self.none()

    def for_periods(self):
        """Those that stand on their own, without a certificate."""
        return self.filter(certificate=None)

    def covering(self, day: date):
        """Those for a period that certificates may rely on that day."""
        dated = self.for_periods().filter(status=workflow.IN_FORCE)
        return dated.filter(valid_from__lte=day, valid_until__gte=day)


class Undertaking(Paper):
    """A promise of one importer, with a life of its own: for one certificate, or for one exporter and a period.

    The promises hold while goods that came under it are held, until it is released. The period of the second kind
    says which certificates may rely on it.
    """

    reference = models.CharField(max_length=40, unique=True)
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="undertakings")
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="undertakings")
    addressed_to = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    status = models.CharField(
        max_length=12,
        default=workflow.DRAFT,
        choices=[(s, workflow.LABELS[s]) for s in workflow.UNDERTAKING.statuses],
    )
    exporter_name = models.CharField(gettext_lazy("legal name"), max_length=200, blank=True)
    exporter_name_zh = models.CharField(gettext_lazy("name in Chinese"), max_length=200, blank=True)
    exporter_registration = models.CharField(gettext_lazy("registration number"), max_length=40, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saves = models.PositiveIntegerField(default=0)

    revision_number = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    approving_authority = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    brought_at = models.DateTimeField(null=True)
    issue_block = models.JSONField(default=dict)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)
    concerns = models.JSONField(default=list)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="undertaking")

    objects = UndertakingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "-id"], name="undertaking_by_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=workflow.UNDERTAKING.statuses), name="undertaking_status_is_known"
            ),
            *at_and_by("undertaking", "signed", "approved", "brought", "ended"),
            models.UniqueConstraint(
                fields=["certificate"],
                condition=~Q(status__in=[workflow.WITHDRAWN, workflow.REJECTED]),
                name="undertaking_one_open_per_certificate",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("signed_by")) & ~Q(approved_by=F("created_by"))),
                name="undertaking_approver_is_no_author",
            ),
            models.CheckConstraint(
                condition=Q(brought_by__isnull=True)
                | (
                    ~Q(brought_by=F("approved_by"))
                    & ~Q(brought_by=F("signed_by"))
                    & ~Q(brought_by=F("created_by"))
                ),
                name="undertaking_two_officers",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted({workflow.APPROVED, *workflow.WAS_IN_FORCE}))
                | Q(approved_by__isnull=False, approved_hash=F("content_hash")),
                name="undertaking_approval_is_of_this_text",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=workflow.WAS_IN_FORCE) | Q(brought_by__isnull=False),
                name="undertaking_in_force_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="undertaking_period_is_ordered",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=True) | Q(status__in=workflow.WAS_IN_FORCE),
                name="undertaking_document_only_when_in_force",
            ),
        ]

    @property
    def is_for_a_period(self) -> bool:
        return self.certificate_id is None

    @property
    def law(self) -> Workflow:
        """Alone it has steps of its own; otherwise it goes with its certificate."""
        return workflow.BLANKET if self.is_for_a_period else workflow.UNDERTAKING

    @property
    def template(self) -> str:
        return Template.UNDERTAKING if self.is_for_a_period else self.certificate.template

    @property
    def is_editable(self) -> bool:
        return self.is_for_a_period and self.status in workflow.EDITABLE

    @property
    def was_in_force(self) -> bool:
        return self.status in workflow.WAS_IN_FORCE

    def is_in_force(self) -> bool:
        return self.status == workflow.IN_FORCE

    def covers(self, day: date | None = None) -> bool:
        """Whether certificates may rely on it that day (India; the last day counts to its end)."""
        day = day or today()
        return self.is_for_a_period and self.is_in_force() and self.valid_from <= day <= self.valid_until

    def why_not_for(self, certificate: Certificate) -> str:
        """Why this certificate cannot rely on it; empty when it can."""
        said = {"reference": self.reference}
        if not self.covers():
            return _("Undertaking %(reference)s is not in force today.") % said
        if self.exporter_name.casefold() != certificate.exporter_name.casefold():
            return _("Undertaking %(reference)s was given for another exporter.") % said
        return ""

    def has_author(self, person) -> bool:
        return person.pk in {self.created_by_id, self.changed_by_id, self.signed_by_id}

    def offers(self) -> list[Offer]:
        """The clauses that are required or offered for it today."""
        return offered(today(), authority_id=self.addressed_to_id, template=self.template)

    def rows(self) -> list[UndertakingClause]:
        return list(self.clauses.select_related("clause"))

    def codes(self) -> set[str]:
        return {row.clause.code for row in self.rows()}

    def exporter(self) -> dict[str, str]:
        """The exporter of the pair, from the certificate where there is one."""
        if self.is_for_a_period:
            names = {"name": self.exporter_name, "name_zh": self.exporter_name_zh}
            return names | {"registration": self.exporter_registration}
        party = self.certificate.parties_by_role().get(Party.Role.EXPORTER)
        return {key: getattr(party, key, "") for key in ("name", "name_zh", "registration")}

    def give(self, wanted: list, parties: dict[str, tuple[str, str]] | None = None) -> None:
        """Hold exactly these clauses; `parties` names the party of a clause by its code, with its number."""
        keys, parties = {clause.pk for clause in wanted}, parties or {}
        self.clauses.exclude(clause_id__in=keys).delete()
        given = {row.clause_id: row for row in self.clauses.all()}
        added = []
        for clause in wanted:
            name, number = parties.get(clause.code, ("", ""))
            row = given.get(clause.pk)
            if row is None:
                added.append(
                    UndertakingClause(undertaking=self, clause=clause, party_name=name, party_number=number)
                )
            elif (row.party_name, row.party_number) != (name, number):
                self.clauses.filter(pk=row.pk).update(party_name=name, party_number=number)
        UndertakingClause.objects.bulk_create(added)

    def freeze_texts(self) -> None:
        """Copy the wording of every clause as it stands now; what was signed no longer follows the library."""
        rows, exporter = self.rows(), self.exporter()
        for row in rows:
            words = row.worded(exporter)
            row.text_en, row.text_zh, row.text_hi = words["en"], words["zh"], words["hi"]
        UndertakingClause.objects.bulk_update(rows, ["text_en", "text_zh", "text_hi"])

    def is_frozen(self) -> bool:
        """The wording is fixed from the signature on, and free again only while returned."""
        return self.status not in workflow.EDITABLE


class UndertakingClause(models.Model):
    """One clause of one undertaking, with the exact words as they stood when it was signed."""

    undertaking = models.ForeignKey(Undertaking, models.CASCADE, related_name="clauses")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="+")
    party_name = models.CharField(max_length=200, blank=True)
    party_number = models.CharField(max_length=40, blank=True)
    text_en = models.TextField(blank=True)
    text_zh = models.TextField(blank=True)
    text_hi = models.TextField(blank=True)

    class Meta:
        ordering = ["clause__position", "clause__code"]
        constraints = [
            models.UniqueConstraint(fields=["undertaking", "clause"], name="undertaking_clause_once")
        ]

    def __str__(self):
        return str(self.clause)

    def lacks_its_party(self) -> bool:
        return self.clause.asks_for_a_party and not self.party_name

    def worded(self, exporter: dict[str, str]) -> dict[str, str]:
        """Today's words with the party's name in its place; a gap where it is not yet named."""
        number = f" (GSTIN {self.party_number})" if self.party_number else ""
        latin = (self.party_name and self.party_name + number) or "…"
        chinese = latin
        if self.clause.names == Clause.Names.EXPORTER:
            latin = exporter.get("name") or "…"
            chinese = exporter.get("name_zh") or latin
        names = {"en": latin, "zh": chinese, "hi": latin}
        return {key: text.replace("{party}", names[key]) for key, text in self.clause.texts().items()}

    def words(self, exporter: dict[str, str] | None = None) -> dict[str, str]:
        """The words as signed, or as they would be signed today."""
        if self.text_en and self.undertaking.is_frozen():
            return {"en": self.text_en, "zh": self.text_zh, "hi": self.text_hi}
        return self.worded(self.undertaking.exporter() if exporter is None else exporter)


class SignedUndertaking(AppendOnlyModel):
    """The whole content of an undertaking as it was signed; never changed afterwards."""

    undertaking = models.ForeignKey(Undertaking, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content: Any = models.JSONField()
    content_hash = models.CharField(max_length=64)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["undertaking", "number"], name="signed_undertaking_number_once")
        ]

    def __str__(self):
        return f"{self.undertaking_id} r{self.number}"
