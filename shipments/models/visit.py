"""Verification visits of an importer's plant, what was weighed there against the ledger, and the files about it."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from documents import picturing
from documents.models import StoredFile
from euc.models import Certificate
from euc.models.certificate import today
from euc.models.living import at_and_by
from shipments import accounts, visit_law
from shipments.models.consignment import Lot
from shipments.models.custody import Holding
from shipments.models.owned import Owned, OwnedQuerySet
from workflow.append_only import AppendOnlyModel

AT_HAND = accounts.IN_CARE - {accounts.IN_TRANSIT}  # what can be weighed in a visit
DUE_AFTER = timedelta(days=365)


class VisitQuerySet(OwnedQuerySet):
    def for_list(self):
        return self.select_related("importer")

    def overdue(self, day=None):
        """Not held on the planned day, or an action not answered by its day."""
        day = day or today()
        late = Q(status=visit_law.SCHEDULED, planned_on__lt=day)
        return self.filter(late | Q(status=visit_law.ACTION_OPEN, action_due_on__lt=day))


class Visit(Owned, models.Model):
    """An officer's visit of one plant: which certificates and lots, what was found, what has to be done about it."""

    class AskedBy(models.TextChoices):
        AUTHORITY = "AUTHORITY", _("this authority")
        CUSTOMS = "CUSTOMS", _("Indian customs")
        DGFT = "DGFT", _("Directorate General of Foreign Trade")
        EXPORTER = "EXPORTER", _("the exporter in China")
        CHINA = "CHINA", _("the Chinese authority, with notice to India")

    reference = models.CharField(max_length=40, unique=True)
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="visits")
    authority = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    certificates = models.ManyToManyField(Certificate, related_name="visits")
    lots = models.ManyToManyField(Lot, related_name="visits")
    place = models.CharField(max_length=200)
    planned_on = models.DateField()
    asked_by = models.CharField(max_length=10, choices=AskedBy, default=AskedBy.AUTHORITY)
    purpose = models.CharField(max_length=2000)
    status = models.CharField(
        max_length=12,
        default=visit_law.SCHEDULED,
        choices=[(s, visit_law.LABELS[s]) for s in visit_law.VISIT.statuses],
    )
    held_on = models.DateField(null=True)
    findings = models.CharField(max_length=4000, blank=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    held_at = models.DateTimeField(null=True)
    action = models.CharField(max_length=2000, blank=True)
    action_due_on = models.DateField(null=True)
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    scheduled_at = models.DateTimeField(default=timezone.now)

    objects = VisitQuerySet.as_manager()
    law = visit_law

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["importer", "-id"], name="visit_by_importer"),
            models.Index(fields=["status", "-id"], name="visit_by_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=visit_law.VISIT.statuses), name="visit_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=models.F("held_by")),
                name="visit_closed_by_another",
            ),
            *at_and_by("visit", "held", "answered", "closed"),
        ]

    def __str__(self):
        return self.reference

    @property
    def is_overdue(self) -> bool:
        due = {visit_law.SCHEDULED: self.planned_on, visit_law.ACTION_OPEN: self.action_due_on}
        day = due.get(self.status)
        return day is not None and day < today()

    def was_held_by(self, person) -> bool:
        return self.held_by_id == person.pk or self.samples.filter(taken_by=person).exists()

    def at_hand(self):
        """What lies with the importer of the lots to sample, or of its certificates where no lot was named."""
        held = Holding.objects.filter(account__in=AT_HAND).exclude(weight_mg=0, pieces=0)
        lots = self.lots.all()
        if lots.exists():
            return held.filter(lot__in=lots)
        return held.filter(lot__consignment__certificate__in=self.certificates.all())

    def lots_unsampled(self):
        """Lots that were to be sampled, still lie with the importer, and were not."""
        there = self.lots.filter(holdings__in=self.at_hand()).select_related("consignment")
        return list(there.exclude(samples__visit=self).distinct().order_by("pk"))


class Sample(AppendOnlyModel):
    """What was found of one lot in one account and place, and what the ledger held there at that moment."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="samples")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="samples")
    account = models.CharField(max_length=16)
    place = models.CharField(max_length=120, blank=True)
    found_mg = models.BigIntegerField()
    found_pieces = models.PositiveBigIntegerField(default=0)
    booked_mg = models.BigIntegerField()
    booked_pieces = models.BigIntegerField()
    remark = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=100, unique=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(found_mg__gte=0), name="sample_found_weight_ge_0"),
        ]

    def __str__(self):
        return f"{self.lot_id} {self.account}: {self.found_mg} of {self.booked_mg} mg"

    @property
    def variance_mg(self) -> int:
        """Found less booked; below zero where something is missing."""
        return self.found_mg - self.booked_mg

    @property
    def variance_pieces(self) -> int:
        return self.found_pieces - self.booked_pieces

    @property
    def label(self):
        return accounts.ACCOUNTS[self.account]


class VisitFile(AppendOnlyModel):
    """A photograph or paper about a visit: the officer's of what was found, the importer's of what was done."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    caption = models.CharField(max_length=200, blank=True)
    is_of_importer = models.BooleanField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["visit", "file"], name="visit_file_once")]

    def __str__(self):
        return self.name

    @property
    def is_drawn(self) -> bool:
        return picturing.is_drawn(self.file)
