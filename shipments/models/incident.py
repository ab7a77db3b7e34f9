"""Incidents: magnets lost, stolen, perhaps diverted or tampered with, and whether they hold further draws."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation
from euc.models import Certificate
from euc.models.living import at_and_by
from shipments import accounts, incident_law
from shipments.models.consignment import Lot
from shipments.models.custody import Posting
from shipments.models.owned import Owned, OwnedQuerySet


class IncidentQuerySet(OwnedQuerySet):
    def for_list(self):
        return self.select_related("importer", "certificate", "lot__consignment")

    def holding(self):
        return self.filter(is_holding=True)


class Incident(Owned, models.Model):
    """Something that happened to magnets under one certificate. `is_holding`: nothing is drawn on it meanwhile."""

    reference = models.CharField(max_length=40, unique=True)
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="incidents")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=10, choices=list(incident_law.KINDS.items()))
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="incidents")
    account = models.CharField(max_length=16, blank=True)
    place = models.CharField(max_length=120, blank=True)
    weight_mg = models.BigIntegerField()
    pieces = models.PositiveBigIntegerField(default=0)
    happened_on = models.DateField()
    description = models.CharField(max_length=2000)
    told_to = models.CharField(max_length=200, blank=True)
    posting = models.OneToOneField(Posting, models.PROTECT, null=True, related_name="incident")
    is_holding = models.BooleanField(default=False)
    status = models.CharField(
        max_length=12,
        default=incident_law.OPEN,
        choices=[(s, incident_law.LABELS[s]) for s in incident_law.INCIDENT.statuses],
    )
    outcome = models.CharField(max_length=10, choices=list(incident_law.OUTCOMES.items()), blank=True)
    key = models.CharField(max_length=100, unique=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()
    law = incident_law

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["importer", "-id"], name="incident_by_importer"),
            models.Index(fields=["status", "-id"], name="incident_by_status"),
            models.Index(fields=["certificate"], condition=Q(is_holding=True), name="incident_holding"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=incident_law.INCIDENT.statuses), name="incident_status_is_known"
            ),
            models.CheckConstraint(condition=Q(weight_mg__gte=0), name="incident_weight_ge_0"),
            models.CheckConstraint(
                condition=Q(is_holding=False) | Q(kind__in=sorted(incident_law.HOLDS)),
                name="incident_holds_by_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(incident_law.HOLDS))
                | Q(closed_by__isnull=True)
                | ~Q(closed_by=F("taken_by")),
                name="incident_freed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("closed_by")),
                name="incident_lifted_by_another",
            ),
            *at_and_by("incident", "taken", "closed", "lifted"),
        ]

    def __str__(self):
        return self.reference

    @property
    def kind_label(self):
        return incident_law.KINDS[self.kind]

    @property
    def where(self) -> str:
        """The account and place it happened in, for people."""
        label = str(accounts.ACCOUNTS[self.account]) if self.account else ""
        return " · ".join(filter(None, (label, self.place)))
