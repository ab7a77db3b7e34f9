"""What an importer's own books say that asks for an answer, and the dated limits from which they say it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from euc.models import Certificate
from euc.models.dated import Dated
from euc.models.ruled import adopted_by_another
from shipments import signalling, watch_law
from shipments.models.consignment import Consignment
from shipments.models.owned import Watched, WatchedQuerySet

MOST = 1_000_000


class SignalLimit(Dated):
    """From where on a signal is raised, or a mass balance asks: per cent, a number of times, or grams."""

    class Kind(models.TextChoices):
        SCRAP_PERCENT = "SCRAP_PERCENT", _("scrap of what a plant consumed, in per cent")
        CONSUMPTION_PERCENT = "CONSUMPTION_PERCENT", _("built in beyond the stated weight, in per cent")
        COUNT_RUN = "COUNT_RUN", _("counts of a plant that differ the same way, one after another")
        COUNT_PERCENT = "COUNT_PERCENT", _("missing in counts of what a plant received, in per cent")
        LEAST_GRAMS = "LEAST_GRAMS", _("weight below which nothing is asked, in grams")
        PORT_ENTRIES = "PORT_ENTRIES", _("consignments by other ports before a new port is asked about")
        GROWTH_PERCENT = (
            "GROWTH_PERCENT",
            _("growth after which a decided signal is raised anew, in per cent"),
        )
        NORM_PERCENT = (
            "NORM_PERCENT",
            _("built in against the stated weight before a mass balance asks, in per cent"),
        )

    kind = models.CharField(max_length=20, choices=Kind)
    value = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            *adopted_by_another("signal_limit"),
            models.CheckConstraint(
                condition=Q(kind__in=signalling.LIMITS), name="signal_limit_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=1, value__lte=MOST), name="signal_limit_value_is_sane"
            ),
        ]

    @property
    def heading(self) -> str:
        return capfirst(self.get_kind_display())


class Signal(Watched, models.Model):
    """One thing that does not fit in one importer's books: why, how much, what it rests on, what was decided.

    `measure` is what must grow before it is raised anew: milligrams, or a number. `stands` says whether the books
    still showed it when they were weighed last.
    """

    importer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=200)  # one text, as `signalling.Finding.subject` writes it
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="+")
    consignment = models.ForeignKey(Consignment, models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=120, blank=True)
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    rests_on = models.JSONField(default=list)
    measure = models.BigIntegerField()
    stands = models.BooleanField(default=True)
    status = models.CharField(max_length=10, default=watch_law.OPEN)
    reason = models.CharField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    raised_at = models.DateTimeField(default=timezone.now)

    objects = WatchedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "-score", "-id"], name="signal_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "kind", "subject"], condition=Q(status="OPEN"), name="signal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=watch_law.SIGNAL.statuses), name="signal_status_is_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=signalling.KINDS), name="signal_kind_is_known"),
            models.CheckConstraint(
                condition=Q(status="OPEN", decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(status="OPEN"),
                name="signal_decided_at_and_by",
            ),
        ]

    def __str__(self):
        return " · ".join(filter(None, (capfirst(str(self.kind_label)), self.about)))

    @property
    def kind_label(self):
        return watch_law.SIGNAL_KINDS[self.kind]

    @property
    def about(self) -> str:
        """The place and the certificate, as people know them."""
        return " · ".join(filter(None, (self.place, self.certificate.reference if self.certificate else "")))

    @property
    def status_label(self):
        return watch_law.SIGNAL_LABELS[self.status]
