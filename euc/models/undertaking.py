"""Undertakings: what an importer promises, clause by clause."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organisation
from accounts.roles import Role
from euc import workflow
from euc.models.certificate import Certificate
from euc.models.clause import Clause
from euc.models.living import Paper, at_and_by


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


class Undertaking(Paper):
    """A promise of one importer for one certificate, with a life of its own that outlasts the certificate."""

    reference = models.CharField(max_length=40, unique=True)
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="undertakings")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="undertakings")
    status = models.CharField(
        max_length=12,
        default=workflow.DRAFT,
        choices=[(s, workflow.LABELS[s]) for s in workflow.UNDERTAKING.statuses],
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    objects = UndertakingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=workflow.UNDERTAKING.statuses), name="undertaking_status_is_known"
            ),
            *at_and_by("undertaking", "signed", "approved", "ended"),
            models.UniqueConstraint(
                fields=["certificate"],
                condition=~Q(status__in=[workflow.WITHDRAWN, workflow.REJECTED]),
                name="undertaking_one_open_per_certificate",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("signed_by")),
                name="undertaking_approver_did_not_sign",
            ),
        ]

    def has_author(self, person) -> bool:
        return person.pk in {self.created_by_id, self.signed_by_id}

    def give(self, wanted: list) -> None:
        """Hold exactly these clauses."""
        keys = {clause.pk for clause in wanted}
        self.clauses.exclude(clause_id__in=keys).delete()
        given = set(self.clauses.values_list("clause_id", flat=True))
        UndertakingClause.objects.bulk_create(
            UndertakingClause(undertaking=self, clause=clause) for clause in wanted if clause.pk not in given
        )

    def freeze_texts(self) -> None:
        """Copy the wording of every clause as it stands now; what was signed no longer follows the library."""
        for row in self.clauses.select_related("clause"):
            row.text_en, row.text_zh, row.text_hi = row.clause.text_en, row.clause.text_zh, row.clause.text_hi
            row.save(update_fields=["text_en", "text_zh", "text_hi"])

    def is_frozen(self) -> bool:
        """The wording is fixed from the signature on, and free again only while returned."""
        return self.status not in workflow.EDITABLE


class UndertakingClause(models.Model):
    """One clause of one undertaking, with the exact words as they stood when it was signed."""

    undertaking = models.ForeignKey(Undertaking, models.CASCADE, related_name="clauses")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="+")
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
