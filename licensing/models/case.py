"""A case: one application of the exporter for a licence, followed from the importer's side."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from euc.models import Certificate
from licensing import stations
from licensing.models.licence import Licence, of_actor


class LicenceCaseQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return of_actor(self, actor)

    def open(self):
        return self.filter(has_ended=False)

    def overdue(self, day):
        """Still not decided on a day that is later than the last day of the review."""
        return self.filter(undecided_due_on__lt=day)

    def for_list(self):
        return self.select_related("importer", "certificate", "licence")


class LicenceCase(models.Model):
    """What is known of the exporter's application. `status` and the days are derived from reports, never typed."""

    reference = models.CharField(max_length=40, unique=True)
    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="licence_cases")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="licence_cases")
    exporter_name = models.CharField(max_length=200)
    type = models.CharField(
        _("type of licence"), max_length=12, choices=Licence.Type, default=Licence.Type.SINGLE
    )
    application_number = models.CharField(_("application number"), max_length=60, blank=True)
    status = models.CharField(max_length=12, default=stations.PREPARED)
    has_ended = models.GeneratedField(  # for the database alone: ask `is_open` of a row in hand
        expression=Q(status__in=sorted(stations.ENDS)), output_field=models.BooleanField(), db_persist=True
    )
    status_on = models.DateField(null=True)
    is_contested = models.BooleanField(default=False)
    filed_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    undecided_due_on = models.GeneratedField(  # for the database alone, like `has_ended`
        expression=Case(When(status__in=sorted(stations.AFTER_ACCEPTANCE), then="due_on")),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    is_due_provisional = models.BooleanField(default=False)
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="cases")
    refiles = models.OneToOneField("self", models.PROTECT, null=True, related_name="refiled_as")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = LicenceCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["importer", "-id"], name="licence_case_by_importer"),
            models.Index(fields=["importer", "status", "-id"], name="licence_case_importer_status"),
            models.Index(fields=["status", "-id"], name="licence_case_by_status"),
            models.Index(fields=["-id"], name="licence_case_open", condition=Q(has_ended=False)),
            models.Index(fields=["-id"], name="licence_case_contested", condition=Q(is_contested=True)),
            models.Index(fields=["undecided_due_on", "id"], name="licence_case_undecided"),
            models.Index(
                fields=["application_number"],
                name="licence_case_by_application",
                condition=~Q(application_number=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(stations.STATIONS)), name="licence_case_status_is_known"
            ),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(status__in=stations.OPEN), name="licence_case_one_open"
            ),
        ]

    def __str__(self):
        return self.reference

    @property
    def book(self) -> str:
        return f"org-{self.importer_id}"

    @property
    def slug(self) -> str:
        return self.reference.replace("/", "-")

    @property
    def station(self) -> stations.Station:
        return stations.STATIONS[self.status]

    @property
    def status_label(self):
        return self.station.label

    @property
    def tone(self) -> str:
        return self.station.tone

    @property
    def is_open(self) -> bool:
        return not self.station.is_end
